//! One medium a file.

pub mod escape;
pub mod json;
pub mod table;
