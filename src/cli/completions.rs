//! `ammon completions`: completions for a shell.

use clap_complete::Shell;

use super::failure::Failure;
use super::output::Output;

/// Prints completions for a shell.
#[derive(clap::Args, Debug)]
pub(super) struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub shell: Shell,
}

impl Completions {
    pub fn run(self, output: &mut Output) -> Result<u8, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut super::command(), "ammon", &mut script);
        output.bytes(&script)?;
        Ok(0)
    }
}
