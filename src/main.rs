//! The `funnel` program: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    funnel::command::run(std::env::args_os())
}
