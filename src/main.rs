//! The `funnel` program: parse, run, print the error, exit code.

fn main() {}
