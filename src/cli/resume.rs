//! `ammon resume`: goes on from a run folder's checkpoint, to the same bytes as a run that was never interrupted.

use std::path::PathBuf;

use super::drive::{Driven, Driving, can_go_on, read_summary};
use super::failure::Failure;
use super::output::{Output, note};
use super::report::pretty;
use super::run::{Telling, alone, conclude};
use super::signals::Signals;
use crate::engine::Session;

/// Goes on with a run that was stopped.
#[derive(clap::Args, Debug)]
pub(super) struct Resume {
    /// The run folder.
    pub run: PathBuf,
    #[command(flatten)]
    pub driving: Driving,
    #[command(flatten)]
    pub telling: Telling,
}

impl Resume {
    pub fn run(self, output: &mut Output) -> Result<u8, Failure> {
        can_go_on(&self.run)?;
        self.driving.limit_threads()?;
        let signals = Signals::listen()?;
        let (experiment, session) = Session::resume(&self.run)?;
        if experiment.is_done()
            && let Ok(summary) = read_summary(&self.run)
            && summary["status"] == "completed"
        {
            let steps = experiment.clock().step;
            note(format_args!(
                "{} is already completed ({steps} steps)",
                self.run.display()
            ));
            return if self.telling.json {
                output.line(pretty(&summary)).map(|()| 0)
            } else {
                Ok(0)
            };
        }
        let driven = Driven {
            experiment,
            session,
            folder: Some(self.run),
        };
        let finished = alone(driven, self.driving, self.telling, &signals)?;
        conclude(&finished, self.telling, &signals, output)
    }
}
