//! checkouts
