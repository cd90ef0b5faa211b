//! The program held against what is promised of it: hand-checked cases, laws that hold for any input,
//! arbitrary bytes, the command line, and the floors of the source itself.
//!
//! One crate, so that it is linked once. `program` runs the binary; everything else is a list of claims.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod browser;
mod cases;
mod cli;
mod columns;
mod docs;
mod fuzz;
mod inside;
mod ladder_command;
mod laws;
mod layers;
mod media;
mod program;
mod scale;
mod schema;
mod settings;
mod statistics;
#[cfg(unix)]
mod terminal;
