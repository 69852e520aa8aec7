//! Arguments, command, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    ammon::cli::main(std::env::args_os())
}
