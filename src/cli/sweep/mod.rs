//! `ammon sweep`: many runs of one scenario, planned as data, run by whoever comes, and collected while they run.

mod collect;
mod make;
mod plan;
mod run;

use super::failure::Failure;
use super::output::Output;
use crate::sweep::{Cells, SweepError};

/// Many runs of one scenario: a grid of parameters and seeds, or a list of changes.
///
/// `plan` writes down which runs there are, `run` works through them, here or as tasks of a SLURM array, and `collect` makes tables,
/// maps and figures of what is there so far. `make` does all three.
#[derive(clap::Args, Debug)]
pub(super) struct Sweep {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    Plan(plan::Planning),
    Run(run::Running),
    Collect(collect::Collecting),
    Make(make::Making),
}

impl From<SweepError> for Failure {
    fn from(error: SweepError) -> Self {
        match error {
            SweepError::Folder(error) => error.into(),
            error => Self::Wrong(error.into()),
        }
    }
}

impl Sweep {
    pub fn run(self, output: &mut Output) -> Result<u8, Failure> {
        match self.command {
            Command::Plan(c) => c.run(output),
            Command::Run(c) => c.run(output),
            Command::Collect(c) => c.run(output),
            Command::Make(c) => c.run(output),
        }
    }
}

/// How many runs stand in each way.
fn told(cells: &Cells) -> String {
    let counts = cells.counts();
    let parts: Vec<String> = counts
        .iter()
        .map(|(name, n)| format!("{n} {name}"))
        .collect();
    format!("{} runs: {}", cells.plan.cells.len(), parts.join(", "))
}
