//! `ammon sweep make`: from the plan to its tables and figures.

use super::super::drive::Driving;
use super::super::failure::Failure;
use super::super::output::Output;
use super::collect::Collecting;
use super::plan::Planning;
use super::run::Running;

/// Plans a sweep, works through it and collects it: `plan`, `run` and `collect` in one. Stopped, the same command goes on.
#[derive(clap::Args, Debug)]
pub(super) struct Making {
    #[command(flatten)]
    pub planning: Planning,
    #[command(flatten)]
    pub driving: Driving,
    /// Shows no progress.
    #[arg(long)]
    pub quiet: bool,
}

impl Making {
    pub fn run(self, output: &mut Output) -> Result<u8, Failure> {
        let sweep = self.planning.out.clone();
        self.planning.write()?;
        let running = Running {
            sweep: sweep.clone(),
            driving: self.driving,
            quiet: self.quiet,
            ..Running::default()
        };
        let code = running.work(output)?;
        let collecting = Collecting {
            sweep,
            ..Collecting::default()
        };
        collecting.run(output)?;
        Ok(code)
    }
}
