//! `ammon resume`: goes on from a run folder's checkpoint, to the same bytes as a run that was never interrupted.

use std::path::PathBuf;

use super::closing::pretty;
use super::drive::{Driven, Driving, can_go_on, read_summary};
use super::failure::Failure;
use super::output::{Output, Telling, note};
use super::run::{alone, conclude};
use super::seeds;
use super::signals::Signals;
use crate::engine::Session;
use crate::export::ExportSpec;
use crate::trace::SweepFolder;

/// Goes on with a run that was stopped, or with a sweep.
///
/// What was changed in the folder's scenario.ron is taken over where a run can follow it (live parameters, a longer protocol),
/// and refused with the difference where it cannot.
#[derive(clap::Args, Debug)]
pub(super) struct Resume {
    /// The run folder, or the folder of a sweep.
    pub run: PathBuf,
    /// Also converts the finished run to these formats (see `ammon list exports`).
    #[arg(long = "export", value_name = "FORMAT,…", value_delimiter = ',', value_parser = super::export::format)]
    pub exports: Vec<ExportSpec>,
    #[command(flatten)]
    pub driving: Driving,
    #[command(flatten)]
    pub telling: Telling,
}

impl Resume {
    pub fn run(self, output: &mut Output) -> Result<u8, Failure> {
        if SweepFolder::is_sweep(&self.run) {
            return seeds::go_on(&self.run, &self.exports, self.driving, self.telling, output);
        }
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
        for change in session.taken_over() {
            note(format_args!("taken over from scenario.ron: {change}"));
        }
        let driven = Driven::of(experiment, session, self.run);
        let finished = alone(driven, self.driving, self.telling, &signals)?;
        let code = conclude(&finished, self.telling, &signals, output)?;
        finished.export(&self.exports, &signals)?;
        Ok(code)
    }
}
