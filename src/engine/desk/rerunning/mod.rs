//! Living a run again that was written: nothing of what units did is recorded while a run goes on, and the same run does the
//! same again. What it tells is held against its tables, row by row.

mod activity;
mod staged;
mod watching;

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use activity::{LivedTrace, RippleTrace, Scene, Witness};

use super::super::command::Journalled;
use super::super::experiment::{Experiment, Status};
use super::super::lab::{Clock, RunError};
use super::super::show::RippleView;
use super::ending::SessionError;
use super::saved::read_sound;
use super::waypoints::{Waypoint, Waypoints};
use crate::record::{Event, Sink, SinkError};
use crate::trace::{FolderError, Offsets, Recorded, RunFolder, shell};
use activity::Eye;
use staged::Staged;
use watching::Watching;

/// Why a run could not be lived again.
#[derive(Debug, thiserror::Error)]
pub enum RerunError {
    /// There is nothing to begin from, or it is another version's.
    #[error(
        "what units did is not recorded, it is found by running again, and that cannot be done here: {0}"
    )]
    Start(SessionError),
    /// What it told was not what was recorded.
    #[error(
        "{parted}: this is not the run that was recorded. A run repeats itself on the same processor, with the build of Ammon \
         that wrote it; use these, or run its scenario again: ammon run {} --out DIR",
        shell(scenario)
    )]
    Parted {
        /// Where they part.
        parted: SinkError,
        /// The scenario of the folder.
        scenario: PathBuf,
    },
    /// The window lies behind its end.
    #[error("nothing lies there: the run has come to time {time}, and the window begins at {from}")]
    Beyond {
        /// Where the window begins.
        from: u64,
        /// How far the run has come, by its clock.
        time: u64,
    },
    /// It failed where it had not failed before.
    #[error(transparent)]
    Run(RunError),
    /// What was seen could not be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Whoever wanted it gave it up.
    #[error("given up")]
    GivenUp,
}

/// Steps between two reports of progress.
const TOLD: u64 = 64;

/// Holds what is told against what was recorded, and hands it on.
struct Both<'a>(&'a mut Recorded, &'a mut dyn Eye);

impl Sink for Both<'_> {
    fn event(&mut self, event: &Event) -> Result<(), SinkError> {
        self.0.event(event)?;
        self.1.event(event)
    }
}

/// A run to be lived again.
pub struct Rerun {
    run: Experiment<f32>,
    journal: Vec<Journalled>,
    recorded: Recorded,
    folder: PathBuf,
    /// Engine steps that were recorded.
    steps: u64,
    /// Whether the run was over then.
    ended: bool,
    window: Range<u64>,
}

impl Rerun {
    /// The run in a folder, from the last state before the window that is kept, or from its beginning.
    pub fn of(folder: &Path, window: Range<u64>) -> Result<Self, RerunError> {
        RunFolder::ready(folder)?;
        let saved = read_sound(folder).map_err(RerunError::Start)?;
        let (
            Clock {
                step: steps, time, ..
            },
            ended,
        ) = (saved.experiment.clock(), saved.experiment.is_done());
        let journal = saved.experiment.journal().to_vec();
        let beginning = Waypoint {
            experiment: Experiment::new(saved.experiment.scenario()),
            offsets: Offsets::default(),
        };
        drop(saved);
        if window.start > 0 && window.start >= time {
            return Err(RerunError::Beyond {
                from: window.start,
                time,
            });
        }
        // One that lies on the way of this run, with all that was changed until then.
        let on_the_way = |kept: &Waypoint| {
            let done = kept.experiment.journal();
            let step = kept.experiment.clock().step;
            step <= steps
                && journal.starts_with(done)
                && journal.get(done.len()).is_none_or(|next| next.step >= step)
                && kept.experiment.scenario() == beginning.experiment.scenario()
        };
        let kept = Waypoints::of(folder).before(window.start, on_the_way);
        let kept = kept.map_err(|e| RerunError::Start(e.into()))?;
        let Waypoint {
            mut experiment,
            offsets,
        } = kept.unwrap_or(beginning);
        experiment.watch();
        let recorded = Recorded::open(folder, &offsets);
        Ok(Self {
            run: experiment,
            journal,
            recorded: recorded.map_err(|e| RerunError::Start(e.into()))?,
            folder: folder.to_path_buf(),
            steps,
            ended,
            window,
        })
    }

    /// What there is to be seen.
    pub fn scene(&self) -> Scene {
        Scene {
            journal: self.journal.clone(),
            ..Scene::seen(&self.run)
        }
    }

    /// Lives it, and tells the witness what of it touches the window. `goes_on` hears which part is done, 0 to 1, and says
    /// whether to go on.
    pub fn live(
        self,
        witness: &mut (dyn Witness + Send),
        goes_on: &(dyn Fn(f64) -> bool + Sync),
    ) -> Result<(), RerunError> {
        let mut watching = Watching::new(self.window.clone(), self.run.clock().time, witness);
        self.live_before(&mut watching, goes_on)
    }

    /// Lives it until these ripples have come, by their numbers; they are as the panels draw them.
    pub fn ripples(
        self,
        wanted: &BTreeSet<u64>,
        goes_on: &(dyn Fn(f64) -> bool + Sync),
    ) -> Result<Vec<Arc<RippleView>>, RerunError> {
        let mut staged = Staged::new(wanted);
        self.live_before(&mut staged, goes_on)?;
        Ok(staged.done)
    }

    fn live_before(
        self,
        eye: &mut (dyn Eye + Send),
        goes_on: &(dyn Fn(f64) -> bool + Sync),
    ) -> Result<(), RerunError> {
        // On one of the threads that do what is done side by side, as runs are driven.
        rayon::scope(|_| self.go(eye, goes_on))
    }

    fn go(mut self, eye: &mut dyn Eye, goes_on: &dyn Fn(f64) -> bool) -> Result<(), RerunError> {
        let first = self.run.clock().step;
        loop {
            let clock = self.run.clock();
            while let Some(next) = self.run.due(&self.journal) {
                let command = next.command.clone();
                let mut both = Both(&mut self.recorded, eye);
                let done = self.run.apply(&command, &mut both);
                self.of_the_run(done)?;
                eye.look(&self.run)?;
            }
            // A stream has no end to wait for.
            let streams = self.run.lab().stream.is_some();
            let between = clock.time >= self.window.end && (streams || self.run.is_between());
            if between || clock.step >= self.steps || self.run.is_done() || eye.has_seen_all() {
                break;
            }
            if clock.step.is_multiple_of(TOLD) && !goes_on(self.part(first)) {
                return Err(RerunError::GivenUp);
            }
            let mut both = Both(&mut self.recorded, eye);
            let done = self.run.step(&mut both);
            let done = done.map(|status| status == Status::Done);
            self.of_the_run(done)?;
            eye.look(&self.run)?;
        }
        if self.ended && self.run.is_done() {
            self.recorded.end().map_err(|e| self.parted(e))?;
        }
        eye.over(&self.run)?;
        goes_on(1.0);
        Ok(())
    }

    /// Part of the way that is done.
    fn part(&self, first: u64) -> f64 {
        let clock = self.run.clock();
        let by_step = (clock.step - first) as f64 / (self.steps.max(first + 1) - first) as f64;
        let by_time = clock.time as f64 / self.window.end.max(1) as f64;
        by_step.max(by_time).min(1.0)
    }

    fn of_the_run<T>(&self, done: Result<T, RunError>) -> Result<T, RerunError> {
        done.map_err(|error| match error {
            RunError::Sink(error) => self.parted(error),
            other => RerunError::Run(other),
        })
    }

    fn parted(&self, error: SinkError) -> RerunError {
        RerunError::Parted {
            parted: error,
            scenario: self.folder.join("scenario.ron"),
        }
    }
}

#[cfg(test)]
mod tests;
