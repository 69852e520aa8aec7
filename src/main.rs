//! Arguments, command, window, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(feature = "gui")]
    let window = Some(ammon::cli::Window {
        available: ammon::gui::display_available,
        run: ammon::gui::run,
    });
    #[cfg(not(feature = "gui"))]
    let window = None;
    ammon::cli::main(std::env::args_os(), window)
}
