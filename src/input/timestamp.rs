//! Times as files write them.
