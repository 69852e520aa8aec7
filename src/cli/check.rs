//! `ammon check`: validates scenarios.

use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::output::Output;
use super::source::{Changes, find};
use crate::engine::load;

/// Validates scenarios.
///
/// Prints a line for each that is right, and all problems of each that is not.
#[derive(clap::Args, Debug)]
pub(super) struct Check {
    /// Scenario files, names of bundled scenarios, or - for standard input.
    #[arg(required = true, value_name = "SCENARIO")]
    pub scenarios: Vec<PathBuf>,
    #[command(flatten)]
    pub changes: Changes,
}

impl Check {
    pub fn run(self, output: &mut Output) -> Result<u8, Failure> {
        let mut code = 0;
        for path in &self.scenarios {
            match self.check(path) {
                Ok(()) => output.line(format_args!("ok {}", path.display()))?,
                Err(failure) => {
                    output.flush()?;
                    output.tell(&failure);
                    code = code.max(failure.code());
                }
            }
        }
        Ok(code)
    }

    fn check(&self, path: &Path) -> Result<(), Failure> {
        load(find(path)?, &self.changes.sets, None)?;
        Ok(())
    }
}
