//! `ammon sweep run`: works through what is planned.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use anyhow::anyhow;

use super::super::drive::{Driven, Driving};
use super::super::failure::Failure;
use super::super::output::{Output, note};
use super::super::progress::{self, Progress};
use super::super::signals::Signals;
use super::super::workers::side_by_side;
use super::told;
use crate::engine::{Ending, Scenario, Session};
use crate::sweep::{Cells, Folder, Standing};
use crate::trace::{CHECKPOINT, FolderError, RunFolder, WAYPOINTS, shell};

/// Works through a sweep: what is done is not done again, what was stopped goes on.
///
/// Several may work on the same folder. Of a finished run the checkpoint goes, unless it is to be kept: tables, summary and weights
/// stay.
#[derive(clap::Args, Debug, Default)]
pub(super) struct Running {
    /// The folder of the sweep.
    pub sweep: PathBuf,
    /// Only the runs of one task of an array: I, from 0 on, of as many as were planned, or I/N.
    #[arg(long, value_name = "I")]
    pub task: Option<Share>,
    /// Keeps the checkpoints of finished runs, so that they can be exported and looked back at.
    #[arg(long)]
    pub keep_checkpoints: bool,
    /// Runs failed ones again.
    #[arg(long)]
    pub again: bool,
    #[command(flatten)]
    pub driving: Driving,
    /// Shows no progress.
    #[arg(long)]
    pub quiet: bool,
}

/// A task: I of N.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Share {
    i: usize,
    /// Of as many tasks as were planned, where nothing is said.
    of: Option<usize>,
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let (i, of) = match text.split_once('/') {
                Some((i, of)) => (i, Some(of.trim().parse().ok()?)),
                None => (text, None),
            };
            let i = i.trim().parse().ok()?;
            of.is_none_or(|of| i < of).then_some(Self { i, of })
        };
        read().ok_or_else(|| "which task: 3, or of how many: 0/20 to 19/20".into())
    }
}

/// What became of a run, where something is to be told of it.
enum Became {
    Done,
    /// Another works on it.
    Busy,
    Stopped,
    Failed(String),
}

impl Running {
    pub fn run(self, output: &mut Output) -> Result<u8, Failure> {
        let code = self.work(output)?;
        output.line(told(&Cells::read(&Folder::new(&self.sweep))?))?;
        if !self.quiet {
            note(format_args!(
                "`ammon sweep collect {}` makes tables of it",
                shell(&self.sweep)
            ));
        }
        Ok(code)
    }

    /// Works through it.
    pub fn work(&self, output: &mut Output) -> Result<u8, Failure> {
        let folder = Folder::new(&self.sweep);
        let plan = folder.read()?;
        let base = folder.base()?;
        let before = Cells::read(&folder)?;
        let (first, apart) = match self.task {
            None => (0, 1),
            Some(Share { i, of }) => (i, of.unwrap_or(plan.tasks)),
        };
        if first >= apart {
            return Err(Failure::wrong(format_args!(
                "{} was planned for {apart} tasks: 0 to {}",
                self.sweep.display(),
                apart - 1
            )));
        }
        let left: Vec<usize> = (first..plan.cells.len())
            .step_by(apart)
            .filter(|i| match before.standing[*i] {
                Standing::Done => false,
                Standing::Failed(_) => self.again,
                Standing::Waiting | Standing::Begun => true,
            })
            .collect();
        let signals = Signals::listen()?;
        let bar = progress::bar(left.len().max(1), self.quiet);
        let failed = Mutex::new(Vec::new());
        let work = |at: usize| {
            let i = left[at];
            let scenario = Folder::scenario(&base, &plan.cells[i]);
            let became = match scenario {
                Ok(scenario) => {
                    let failed = matches!(before.standing[i], Standing::Failed(_));
                    let from = begin(&folder.cell(i), &scenario, failed);
                    from.and_then(|driven| match driven {
                        Some(driven) => self.drive(driven, i, &signals, &bar),
                        None => Ok(Became::Busy),
                    })
                }
                Err(why) => Ok(Became::Failed(why)),
            };
            let became = became.unwrap_or_else(|failure| Became::Failed(failure.told()));
            if let Became::Failed(why) = became {
                // A poisoned lock means that another run panicked; what failed is still known.
                let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                failed.push((i, why));
            }
        };
        let stopped = || signals.caught().is_some();
        let done = side_by_side(
            "ammon-sweep",
            left.len(),
            self.driving.threads,
            &stopped,
            &work,
        );
        bar.finish_and_clear();
        done?;
        let mut failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
        failed.sort();
        for (i, why) in &failed {
            let set = plan.cells[*i].called();
            let seed = plan.cells[*i].seed;
            output.error(&anyhow!("cell {i} ({set}, seed {seed}): {why}"));
        }
        let code = u8::from(!failed.is_empty());
        Ok(signals.caught().unwrap_or(code))
    }

    fn drive(
        &self,
        driven: Driven,
        i: usize,
        signals: &Signals,
        bar: &indicatif::ProgressBar,
    ) -> Result<Became, Failure> {
        let from = driven.experiment.progress();
        let progress = Progress::new(bar, from, false, self.quiet);
        let mut progress = progress.named(&format!("cell {i}"));
        let finished = driven.drive(self.driving, signals, &mut progress)?;
        Ok(match (finished.ending, finished.folder) {
            (Ending::Completed, Some(folder)) => {
                if !self.keep_checkpoints {
                    let _lock = RunFolder::lock(&folder)?;
                    // What cannot go takes room and does no harm.
                    drop(std::fs::remove_file(folder.join(CHECKPOINT)));
                    drop(std::fs::remove_dir_all(folder.join(WAYPOINTS)));
                }
                Became::Done
            }
            (Ending::Failed(why), _) => Became::Failed(why),
            _ => Became::Stopped,
        })
    }
}

/// The run of a cell, from where it was, or anew; none where another works on it.
fn begin(folder: &Path, scenario: &Scenario, anew: bool) -> Result<Option<Driven>, Failure> {
    let begun = if folder.join(CHECKPOINT).is_file() && !anew {
        let resumed = Session::resume(folder).map_err(Failure::from);
        resumed.map(|(run, session)| Driven::of(run, session, folder.to_path_buf()))
    } else {
        let force = RunFolder::is_run(folder);
        Driven::new(scenario, Some(folder.to_path_buf()), force)
    };
    match begun {
        Ok(driven) => Ok(Some(driven)),
        Err(Failure::Wrong(error)) if is_busy(&error) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Whether another process writes there.
fn is_busy(error: &anyhow::Error) -> bool {
    let busy = |error: &FolderError| matches!(error, FolderError::Busy { .. });
    error.downcast_ref().is_some_and(busy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_one_of_several() {
        let share = |i, of| Ok(Share { i, of });
        assert_eq!("3/20".parse(), share(3, Some(20)));
        assert_eq!("3".parse(), share(3, None));
        for wrong in ["", "20/20", "0/0", "-1/3", "a/b"] {
            assert!(wrong.parse::<Share>().is_err(), "{wrong}");
        }
    }
}
