//! The columns of a table.
