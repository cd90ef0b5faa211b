//! The slow, readable twin of the matcher.
