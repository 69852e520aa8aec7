//! A run with its history: stepping on, looking back, changing it, taking changes back, saving.

use std::path::Path;

use super::super::command::{Command, Journalled};
use super::super::experiment::{Experiment, Status};
use super::super::lab::RunError;
use super::history::{Frame, History};
use super::session::{Session, SessionError};

/// A run with its history and its tables.
pub(super) struct Run {
    pub frame: Frame,
    /// The live end, while looking at the past.
    pub live: Option<Frame>,
    history: History,
    session: Session,
    pub failed: Option<String>,
    /// Commands that were taken back, the latest last.
    pub undone: Vec<Journalled>,
}

impl Run {
    pub fn new(experiment: Experiment<f32>) -> Result<Self, SessionError> {
        Self::with(experiment, Session::temporary()?)
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
            undone: Vec::new(),
        })
    }

    /// A step that failed is half done: the state goes back to the last keyframe, the tables keep what was recorded.
    fn fail(&mut self, error: String) {
        let time = self.frame.clock().time;
        let observer = std::mem::take(&mut self.frame.observer);
        self.frame.experiment = self.history.before(u64::MAX).0.experiment;
        self.frame.observer = observer;
        self.frame.observer.say(time, error.clone());
        self.failed = Some(error);
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
            Ok(status) => status == Status::Running,
            Err(error) => {
                self.fail(error.to_string());
                false
            }
        }
    }

    pub fn apply(&mut self, command: Command) {
        self.settle_here();
        let journalled = Journalled {
            step: self.frame.clock().step,
            command,
        };
        match self.frame.apply(&journalled, Some(&mut self.session)) {
            Ok(()) => self.undone.clear(),
            Err(RunError::Refused(why)) => self.say(format!("refused: {why}")),
            Err(error) => self.failed = Some(error.to_string()),
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
            self.failed = Some(error.to_string());
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
        let result = self
            .session
            .rewind(offsets)
            .map_err(|e| e.to_string())
            .and_then(|()| {
                self.frame
                    .advance(to, journal, Some(&mut self.session))
                    .map_err(|e| e.to_string())
            });
        if let Err(error) = result {
            self.failed = Some(error);
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
        self.session
            .save_as(path, force, &end.experiment, self.failed.as_deref())
            .map_err(|e| e.to_string())
    }
}
