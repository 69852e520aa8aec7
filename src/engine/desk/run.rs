//! A run with its history: stepping on, looking back, changing it, taking changes back, saving.

use std::path::Path;
use std::time::{Duration, Instant};

use super::super::command::{Command, Journalled};
use super::super::experiment::{Experiment, Status};
use super::super::lab::RunError;
use super::ending::{Ending, SessionError};
use super::history::{Frame, History};
use super::session::{Moment, Session};
use crate::trace::Offsets;

/// Time between two writings of an unsaved run, at least; and at least this many times as long as one takes.
const SAFE: Duration = Duration::from_secs(5);
const PATIENCE: u32 = 50;
/// Larger runs are not written unasked.
const MOST_SAFE: u64 = 256 << 20;

/// A run with its history and its tables.
pub(super) struct Run {
    pub frame: Frame,
    /// The live end, while looking at the past.
    pub live: Option<Frame>,
    history: History,
    session: Session,
    pub failed: Option<String>,
    /// Of a run that failed: the last good moment, and how long the tables were then.
    good: Option<(Box<Experiment<f32>>, Offsets)>,
    /// When the unsaved run was last written.
    written: Instant,
    /// Commands that were taken back, the latest last.
    pub undone: Vec<Journalled>,
}

impl Run {
    pub fn new(experiment: Experiment<f32>) -> Result<Self, SessionError> {
        let session = Session::temporary(&experiment)?;
        Self::with(experiment, session)
    }

    pub fn open(folder: &Path) -> Result<Self, SessionError> {
        let (experiment, session) = Session::copy_of(folder)?;
        Self::with(experiment, session)
    }

    fn with(experiment: Experiment<f32>, mut session: Session) -> Result<Self, SessionError> {
        let mut frame = Frame::new(experiment);
        session.retell(&mut frame.observer)?;
        let history = History::new(frame.clone(), session.flush()?);
        Ok(Self {
            frame,
            live: None,
            history,
            session,
            failed: None,
            good: None,
            written: Instant::now(),
            undone: Vec::new(),
        })
    }

    /// The step that the live end failed in stays to be seen. The state to go on from is that before it, with the tables as
    /// they were then; what the step still told is in them too.
    fn fail(&mut self, error: String) {
        let step = self.frame.clock().step;
        let journal = self.frame.experiment.journal().to_vec();
        let before = self.history.before(step.saturating_sub(1));
        self.good = Some((Box::new(before.0.experiment.clone()), before.1));
        if let Some((good, offsets)) = self.again(before, step.saturating_sub(1), &journal) {
            self.history.keep(&good, offsets);
            let mut exploded = good.clone();
            // It fails again, in the same way.
            drop(exploded.step(Some(&mut self.session)));
            self.frame = exploded;
            self.good = Some((Box::new(good.experiment), offsets));
        }
        let time = self.frame.clock().time;
        self.frame.observer.say(time, error.clone());
        self.failed = Some(error);
    }

    /// Runs from a keyframe to `step` once more, into the tables.
    fn again(
        &mut self,
        (mut frame, offsets): (Frame, Offsets),
        step: u64,
        journal: &[Journalled],
    ) -> Option<(Frame, Offsets)> {
        self.session.rewind(offsets).ok()?;
        frame.advance(step, journal, Some(&mut self.session)).ok()?;
        Some((frame, self.session.flush().ok()?))
    }

    /// Writes the unsaved run from time to time.
    fn keep_safe(&mut self) {
        if self.written.elapsed() >= SAFE {
            self.write_safely();
        }
    }

    /// Writes the unsaved run, so that the next start can offer it where the window is killed; one that is very large is not.
    fn write_safely(&mut self) {
        let begun = Instant::now();
        let experiment = &self.frame.experiment;
        if experiment.bytes() <= MOST_SAFE {
            // The run itself does not need it.
            drop(self.session.checkpoint(experiment, &Ending::Running));
        }
        self.written = Instant::now() + begun.elapsed() * PATIENCE;
    }

    /// One step of the live end; whether there is more to do.
    pub fn step(&mut self) -> bool {
        if self.failed.is_some() {
            return false;
        }
        let step = self.frame.clock().step;
        if self.history.due(step)
            && let Ok(offsets) = self.session.flush()
        {
            self.history.keep(&self.frame, offsets);
        }
        match self.frame.step(Some(&mut self.session)) {
            Ok(status) => {
                self.keep_safe();
                status == Status::Running
            }
            Err(error) => {
                self.fail(error.to_string());
                false
            }
        }
    }

    pub fn apply(&mut self, command: Command) {
        if self.failed.is_some() && self.live.is_none() {
            let what = command.describe();
            self.say(format!(
                "refused: {what} (the run failed here; first go back to an earlier step)"
            ));
            return;
        }
        self.settle_here();
        let journalled = Journalled {
            step: self.frame.clock().step,
            command,
        };
        match self.frame.apply(&journalled, Some(&mut self.session)) {
            Ok(()) => self.undone.clear(),
            Err(RunError::Refused(why)) => self.say(format!("refused: {why}")),
            Err(error) => self.fail(error.to_string()),
        }
    }

    /// A line for the log.
    pub fn say(&mut self, text: String) {
        let time = self.frame.clock().time;
        self.frame.observer.say(time, text);
    }

    /// Looks at another step.
    pub fn seek(&mut self, step: u64) {
        let live = self.live.take().unwrap_or_else(|| self.frame.clone());
        if step >= live.clock().step {
            self.frame = live;
            return;
        }
        let ahead = self.frame.clock().step <= step && self.frame.clock().step < live.clock().step;
        if !ahead || step - self.frame.clock().step > 2000 {
            self.frame = self.history.before(step).0;
        }
        let result = self.frame.advance(step, live.experiment.journal(), None);
        self.live = Some(live);
        if let Err(error) = result {
            self.say(error.to_string());
        }
    }

    /// Makes the step looked at the live end: what came after it is forgotten.
    pub fn settle_here(&mut self) {
        if let Some(live) = self.live.take() {
            let step = self.frame.clock().step;
            let journal = self.frame.experiment.journal().to_vec();
            drop(live);
            self.retrace(step, step, &journal);
        }
    }

    /// Goes back to before `from` and runs to `to` again, with these commands.
    fn retrace(&mut self, from: u64, to: u64, journal: &[Journalled]) {
        self.history.truncate(from);
        let (frame, offsets) = self.history.before(from);
        self.frame = frame;
        self.failed = None;
        self.good = None;
        let result = self
            .session
            .rewind(offsets)
            .map_err(|e| e.to_string())
            .and_then(|()| {
                self.frame
                    .advance(to, journal, Some(&mut self.session))
                    .map_err(|e| e.to_string())
            });
        match result {
            // The last checkpoint may be of a step that is no more.
            Ok(()) => self.write_safely(),
            Err(error) => self.fail(error),
        }
    }

    /// Takes the latest command back and runs to the present step without it.
    pub fn undo(&mut self) {
        let mut journal = self.frame.experiment.journal().to_vec();
        let Some(undone) = journal.pop() else { return };
        self.live = None;
        let now = self.frame.clock().step;
        // A keyframe taken at the very step may already contain the command.
        self.retrace(undone.step.saturating_sub(1), now, &journal);
        self.say(format!("undone: {}", undone.command.describe()));
        self.undone.push(undone);
    }

    /// Does again what was taken back last, at the step where it was done, and runs to the present step with it.
    pub fn redo(&mut self) {
        let Some(again) = self.undone.pop() else {
            return;
        };
        self.live = None;
        let now = self.frame.clock().step;
        let mut journal = self.frame.experiment.journal().to_vec();
        let text = format!("done again: {}", again.command.describe());
        let from = again.step;
        journal.push(again);
        self.retrace(from, now.max(from), &journal);
        self.say(text);
    }

    pub fn save(&mut self, path: &Path, force: bool) -> Result<(), String> {
        let end = self.live.as_ref().unwrap_or(&self.frame);
        let steps = end.clock().step;
        let moment = match (&self.failed, &self.good) {
            (Some(error), Some((good, offsets))) => Moment {
                experiment: good,
                offsets: Some(*offsets),
                ending: Ending::Failed(error.clone()),
                steps,
            },
            _ => Moment {
                experiment: &end.experiment,
                offsets: None,
                ending: if end.experiment.is_done() {
                    Ending::Completed
                } else {
                    Ending::Stopped
                },
                steps,
            },
        };
        self.session
            .save_as(path, force, &moment)
            .map_err(|e| e.to_string())
    }
}
