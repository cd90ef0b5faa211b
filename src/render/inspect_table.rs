//! inspect_table
