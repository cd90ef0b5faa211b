//! One integration crate.
mod docs;
