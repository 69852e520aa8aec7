//! Drives a run to its end, to a given step, or until a signal comes, writing checkpoints on the way.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use serde_json::Value;

use super::failure::Failure;
use super::output::note;
use super::progress::Progress;
use super::signals::Signals;
use crate::engine::Scenario;
use crate::engine::{Due, Ending, Experiment, Session};
use crate::export::{ExportSpec, Job};
use crate::record::Metric;
use crate::trace::{RunFolder, shell};

/// About two years.
const MOST_MINUTES: f64 = 1e6;

/// How a run is driven.
#[derive(clap::Args, Debug, Clone, Copy, Default)]
pub(super) struct Driving {
    /// Stops after this many steps, as if interrupted: the run folder can be resumed.
    #[arg(long, value_name = "STEP")]
    pub stop_at: Option<u64>,
    /// Writes a checkpoint every so many minutes; without it about every ten seconds, less often where that takes long.
    #[arg(long, value_name = "MINUTES", value_parser = minutes)]
    pub checkpoint_every: Option<Duration>,
    /// Threads that the run may use; the results do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

/// A number of minutes.
fn minutes(text: &str) -> Result<Duration, String> {
    let minutes: Option<f64> = text.trim().parse().ok();
    minutes
        .filter(|minutes| *minutes > 0.0 && *minutes <= MOST_MINUTES)
        .map(|minutes| Duration::from_secs_f64(minutes * 60.0))
        .ok_or_else(|| {
            format!("a number of minutes above 0, at most {MOST_MINUTES}, for example 15")
        })
}

impl Driving {
    /// Limits the threads of the whole program.
    pub fn limit_threads(self) -> Result<(), Failure> {
        let Some(threads) = self.threads else {
            return Ok(());
        };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.into());
        pool.build_global()
            .context("cannot start the threads")
            .map_err(Failure::Failed)
    }
}

/// A run with the place it is written to.
#[derive(Debug)]
pub(super) struct Driven {
    pub experiment: Experiment<f32>,
    pub session: Session,
    pub folder: Option<PathBuf>,
    /// Whether it goes on from a folder.
    resumed: bool,
}

/// A run after its last step.
#[derive(Debug)]
pub(super) struct Finished {
    pub experiment: Experiment<f32>,
    pub folder: Option<PathBuf>,
    pub ending: Ending,
    /// Final values.
    pub last: BTreeMap<Metric, f64>,
    /// The object in summary.json.
    pub summary: Value,
}

impl Driven {
    /// The run before its first step; without a folder nothing is written.
    pub fn new(scenario: &Scenario, folder: Option<PathBuf>, force: bool) -> Result<Self, Failure> {
        let experiment = Experiment::new(scenario);
        let session = match &folder {
            Some(folder) => Session::create(folder, force, &experiment)?,
            None => Session::unwritten(),
        };
        Ok(Self {
            experiment,
            session,
            folder,
            resumed: false,
        })
    }

    /// A run that goes on in its folder.
    pub fn of(experiment: Experiment<f32>, session: Session, folder: PathBuf) -> Self {
        Self {
            experiment,
            session,
            folder: Some(folder),
            resumed: true,
        }
    }

    /// Steps on until there is a reason to stop, and leaves a valid folder.
    pub fn drive(
        mut self,
        driving: Driving,
        signals: &Signals,
        progress: &mut Progress,
    ) -> Result<Finished, Failure> {
        if self.resumed {
            self.session.begin(&self.experiment)?;
        }
        // On one of the threads that do what is done side by side: it need not be woken, and does not wait for the others.
        let ending = rayon::scope(|_| self.steps(driving, signals, progress))?;
        progress.tell(&self.experiment);
        if let Ending::Failed(_) = ending {
            return Ok(self.fail(ending));
        }
        self.session.checkpoint(&self.experiment, &ending)?;
        let summary = match &self.folder {
            Some(folder) => read_summary(folder)?,
            None => self.session.summary(&self.experiment, &ending).to_json(),
        };
        Ok(Finished {
            last: self.session.last().values(),
            experiment: self.experiment,
            folder: self.folder,
            ending,
            summary,
        })
    }

    fn steps(
        &mut self,
        driving: Driving,
        signals: &Signals,
        progress: &mut Progress,
    ) -> Result<Ending, Failure> {
        let mut due = Due::new(driving.checkpoint_every);
        loop {
            if self.experiment.is_done() {
                return Ok(Ending::Completed);
            }
            let enough = driving
                .stop_at
                .is_some_and(|step| self.experiment.clock().step >= step);
            if enough || signals.caught().is_some() {
                return Ok(Ending::Stopped);
            }
            if let Err(error) = self
                .experiment
                .step(&mut (&mut self.session, &mut *progress))
            {
                return Ok(Ending::Failed(error.to_string()));
            }
            progress.look(&self.experiment);
            self.session.leave_waypoint(&self.experiment)?;
            if self.folder.is_some() && due.now() {
                due.measure(|| self.session.checkpoint(&self.experiment, &Ending::Running))?;
            }
        }
    }

    /// Keeps what was recorded. The checkpoint is of the moment before the failure, or the last one that could be written.
    fn fail(mut self, ending: Ending) -> Finished {
        if self.session.fail(&self.experiment, &ending).is_err() {
            // What ended the run is told; a full disk that also refuses the summary is not news.
            drop(self.session.tell_failure(&self.experiment, &ending));
        }
        let summary = self.session.summary(&self.experiment, &ending).to_json();
        Finished {
            last: self.session.last().values(),
            summary,
            experiment: self.experiment,
            folder: self.folder,
            ending,
        }
    }
}

impl Finished {
    /// Exports the run to these formats, unless it failed. After a signal there is no time to run anything again.
    pub fn export(&self, formats: &[ExportSpec], signals: &Signals) -> Result<(), Failure> {
        let (Some(folder), false) = (&self.folder, matches!(self.ending, Ending::Failed(_))) else {
            return Ok(());
        };
        let _lock = RunFolder::lock(folder)?;
        let goes_on = |_: f64| signals.caught().is_none();
        for format in formats {
            let job = Job {
                goes_on: &goes_on,
                ..Job::whole(folder)
            };
            match format.export(&job, None) {
                Err(error) if error.is_given_up() => {
                    let word = shell(folder);
                    note(format_args!(
                        "stopped: `ammon export {word} --format {}` makes it later",
                        format.name().to_lowercase()
                    ));
                }
                done => drop(done.map_err(super::export::failure)?),
            }
        }
        Ok(())
    }

    /// 0 done or stopped as asked for, 1 failed, 128 and its number stopped by a signal.
    pub fn exit_code(&self, signals: &Signals) -> u8 {
        match self.ending {
            Ending::Completed | Ending::Running => 0,
            Ending::Stopped => signals.caught().unwrap_or(0),
            Ending::Failed(_) => 1,
        }
    }
}

/// Refuses a folder that holds no run to go on with.
pub(super) fn can_go_on(folder: &Path) -> Result<(), Failure> {
    if folder.join("checkpoint.bin").is_file() {
        return Ok(());
    }
    if RunFolder::is_run(folder) {
        // Half written, or never begun: opening it tells.
        return Ok(());
    }
    Err(Failure::wrong(format_args!(
        "{} is not a run folder: it holds no checkpoint.bin",
        folder.display()
    )))
}

/// A run folder's summary.
pub(super) fn read_summary(folder: &Path) -> Result<Value, Failure> {
    let path = folder.join("summary.json");
    let text = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()));
    let value = text.and_then(|t| {
        serde_json::from_slice(&t).with_context(|| format!("{} is not a summary", path.display()))
    });
    value.map_err(Failure::Failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_are_positive_numbers() {
        assert_eq!(minutes("15"), Ok(Duration::from_mins(15)));
        assert_eq!(minutes(" 0.5"), Ok(Duration::from_secs(30)));
        for wrong in ["0", "-1", "NaN", "inf", "1e300", "soon", ""] {
            assert!(minutes(wrong).is_err(), "{wrong}");
        }
    }
}
