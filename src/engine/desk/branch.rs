//! A branch: a run with its history. Stepping on, changing it, taking changes back, beginning another one anywhere in its
//! past, saving.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::super::command::{Command, Journalled};
use super::super::experiment::{Experiment, Status};
use super::super::lab::RunError;
use super::super::scenario::Scenario;
use super::super::show::{Frames, Snapshot, draw, inspect};
use super::due::Due;
use super::ending::{Ending, SessionError};
use super::inquiry::{Asking, Known};
use super::keyframes::Keyframes;
use super::observed::Observed;
use super::retelling::retell;
use super::session::{Moment, Session};
use crate::trace::Offsets;

/// Larger runs are not written unasked.
const MOST_SAFE: u64 = 256 << 20;

/// Where another branch shall begin.
#[derive(Clone, Debug)]
pub struct Fork {
    /// Up to this step it is as the branch that it begins in.
    pub from: u64,
    /// It runs to this step at once.
    pub to: u64,
    /// Its journal up to there.
    pub journal: Vec<Journalled>,
    /// Commands that were taken back, the latest last.
    pub undone: Vec<Journalled>,
    /// Whether it is run from the very start, so that all of its past can be looked at.
    pub whole: bool,
}

impl Fork {
    /// At a step of a run with this journal.
    pub fn at(step: u64, journal: &[Journalled]) -> Self {
        let before = journal.iter().filter(|j| j.step <= step);
        Self {
            from: step,
            to: step,
            journal: before.cloned().collect(),
            undone: Vec::new(),
            whole: false,
        }
    }
}

/// What another branch grows from.
pub struct Seed {
    at: Observed,
    keyframes: Keyframes,
    frames: Frames,
    session: Session,
    goal: Goal,
    undone: Vec<Journalled>,
}

/// A step that is run to again.
struct Goal {
    from: u64,
    to: u64,
    journal: Vec<Journalled>,
}

/// A run with its history and its tables.
pub struct Branch {
    live: Observed,
    goal: Option<Goal>,
    keyframes: Keyframes,
    frames: Frames,
    session: Session,
    failed: Option<String>,
    /// Of a run that failed: the last good moment, and how long the tables were then.
    good: Option<(Box<Experiment<f32>>, Offsets)>,
    /// When the unsaved run is written again, and whether it is another one by now.
    due: Due,
    changed: bool,
    /// Commands that were taken back, the latest last.
    undone: Vec<Journalled>,
    /// What the run was made from, and the same with the values that parameters have now.
    began: Arc<Scenario>,
    now: Arc<Scenario>,
}

impl Branch {
    /// A run before its first step, with so many bytes for light frames.
    pub fn new(experiment: Experiment<f32>, budget: u64) -> Result<Self, SessionError> {
        let session = Session::temporary(&experiment)?;
        Self::with(experiment, session, budget)
    }

    /// A copy of what lies in a run folder.
    pub fn open(folder: &Path, budget: u64) -> Result<Self, SessionError> {
        let (experiment, session) = Session::copy_of(folder)?;
        let start = Experiment::new(experiment.scenario());
        let begun = Session::temporary(&start)?.flush()?;
        let mut branch = Self::with(experiment, session, budget)?;
        // Its past is not in the folder, but can be lived again.
        branch.keyframes.begin_with(Observed::new(start), begun);
        Ok(branch)
    }

    fn with(
        experiment: Experiment<f32>,
        mut session: Session,
        budget: u64,
    ) -> Result<Self, SessionError> {
        let mut live = Observed::new(experiment);
        if let Some(folder) = session.folder() {
            retell(folder, &mut live.observer)?;
        }
        let mut frames = Frames::new(budget);
        frames.note(&live.experiment);
        Ok(Self {
            keyframes: Keyframes::new(live.clone(), session.flush()?),
            began: Arc::new(live.experiment.scenario().clone()),
            now: Arc::new(live.experiment.now()),
            live,
            goal: None,
            frames,
            session,
            failed: None,
            good: None,
            due: Due::new(None),
            changed: false,
            undone: Vec::new(),
        })
    }

    /// A branch of another one. It first runs to where it begins.
    pub fn grow(seed: Seed) -> Self {
        let mut branch = Self {
            began: Arc::new(seed.at.experiment.scenario().clone()),
            now: Arc::new(seed.at.experiment.now()),
            live: seed.at,
            goal: Some(seed.goal),
            keyframes: seed.keyframes,
            frames: seed.frames,
            session: seed.session,
            failed: None,
            good: None,
            due: Due::new(None),
            changed: false,
            undone: seed.undone,
        };
        branch.arrive();
        branch
    }

    /// What another branch grows from.
    pub fn seed(&mut self, fork: Fork) -> Result<Seed, SessionError> {
        let Fork {
            from,
            to,
            journal,
            undone,
            whole,
        } = fork;
        let at = if whole { 0 } else { from };
        let keyframe = self.keyframes.before(at, &journal);
        let session = self.session.fork(keyframe.offsets)?;
        let mut frames = self.frames.clone();
        let here = self.live.experiment.journal();
        let until = |journal: &[Journalled]| journal.iter().filter(|j| j.step <= from).count();
        let alike = here[..until(here)] == journal[..until(&journal)];
        if whole {
            frames.truncate_before(0);
        } else if alike {
            frames.truncate(from);
        } else {
            frames.truncate_before(from);
        }
        Ok(Seed {
            at: keyframe.at.clone(),
            keyframes: self.keyframes.until(at, &journal),
            frames,
            session,
            goal: Goal {
                from: keyframe.at.clock().step,
                to,
                journal,
            },
            undone,
        })
    }

    /// What is known of a subject at the moment that is asked about, or the state from which that can be found out.
    pub fn knows(&self, asking: &Asking) -> Known {
        let journal = self.live.experiment.journal();
        match asking.step {
            Some(step) if step < self.steps() => {
                Known::From(self.keyframes.before(step, journal), journal.to_vec())
            }
            _ => Known::Found(inspect(&self.live.experiment, &asking.subject)),
        }
    }

    /// What it was made from.
    pub fn scenario(&self) -> &Scenario {
        self.live.experiment.scenario()
    }

    /// Steps done.
    pub fn steps(&self) -> u64 {
        self.live.clock().step
    }

    /// Why it failed, where it did.
    pub fn failed(&self) -> Option<&str> {
        self.failed.as_deref()
    }

    /// Whether there is nothing more to do.
    pub fn is_over(&self) -> bool {
        self.failed.is_some() || (self.goal.is_none() && self.live.experiment.is_done())
    }

    /// The step that is run to again, and where that began.
    pub fn goal(&self) -> Option<(u64, u64)> {
        self.goal.as_ref().map(|goal| (goal.from, goal.to))
    }

    /// Other bytes for light frames.
    pub fn set_budget(&mut self, budget: u64) {
        self.frames.set_budget(budget);
    }

    /// Runs on towards where the branch begins; whether it is not there yet.
    pub fn relive(&mut self, until: Instant) -> bool {
        while self.goal.is_some() && Instant::now() < until {
            self.step();
        }
        self.goal.is_some()
    }

    /// One step; whether there is more to do.
    pub fn step(&mut self) -> bool {
        if self.failed.is_some() {
            return false;
        }
        let begun = Instant::now();
        self.changed = true;
        let result = self.live.step(&mut self.session);
        let due = self.keyframes.ran(begun.elapsed());
        let status = match result {
            Ok(status) => status,
            Err(error) => {
                self.fail(error.to_string());
                return false;
            }
        };
        if self.goal.is_some() {
            self.arrive();
        } else {
            self.frames.note(&self.live.experiment);
        }
        if due && let Ok(offsets) = self.session.flush() {
            self.keyframes.keep(&self.live, offsets);
        }
        self.keep_safe();
        status == Status::Running || self.goal.is_some()
    }

    /// On the way to a goal: applies the commands that fall here, and sees whether it is reached.
    fn arrive(&mut self) {
        let Some(goal) = self.goal.take() else { return };
        let obeyed = self.live.obey(&goal.journal, &mut self.session);
        // What the branch has in common with the one that it began in is there already.
        if self.frames.last().is_none_or(|last| last < self.steps()) {
            if !matches!(obeyed, Ok(false)) {
                self.frames.disturb();
            }
            self.frames.note(&self.live.experiment);
        }
        if !matches!(obeyed, Ok(false)) {
            self.now = Arc::new(self.live.experiment.now());
        }
        if let Err(error) = obeyed {
            self.fail(error.to_string());
        } else if self.steps() < goal.to && !self.live.experiment.is_done() {
            self.goal = Some(goal);
        } else {
            self.frames.disturb();
        }
    }

    /// The step that the live end failed in stays to be seen. The state to go on from is that before it, with the tables as
    /// they were then; what the step still told is in them too.
    fn fail(&mut self, error: String) {
        self.goal = None;
        let step = self.steps();
        let journal = self.live.experiment.journal().to_vec();
        if let Some(offsets) = self.again(step.saturating_sub(1), &journal) {
            let mut exploded = self.live.clone();
            // It fails again, in the same way.
            drop(exploded.step(&mut self.session));
            let good = std::mem::replace(&mut self.live, exploded);
            self.good = Some((Box::new(good.experiment), offsets));
        }
        self.frames.disturb();
        self.frames.note(&self.live.experiment);
        let time = self.live.clock().time;
        self.live.observer.say(time, error.clone());
        self.failed = Some(error);
    }

    /// Runs from a keyframe to `step` once more, into the tables. The state stays where that fails.
    fn again(&mut self, step: u64, journal: &[Journalled]) -> Option<Offsets> {
        let keyframe = self.keyframes.before(step, journal);
        self.session.rewind(keyframe.offsets).ok()?;
        let mut at = keyframe.at.clone();
        at.obey(journal, &mut self.session).ok()?;
        while at.clock().step < step {
            at.step(&mut self.session).ok()?;
            at.obey(journal, &mut self.session).ok()?;
        }
        let offsets = self.session.flush().ok()?;
        self.live = at;
        self.keyframes.keep(&self.live, offsets);
        Some(offsets)
    }

    /// Writes the unsaved run from time to time.
    pub fn keep_safe(&mut self) {
        if self.changed && self.due.now() {
            self.write_safely();
        }
    }

    /// Writes the unsaved run, so that the next start can offer it where the window is killed; one that is very large is not.
    fn write_safely(&mut self) {
        let (experiment, session) = (&self.live.experiment, &mut self.session);
        self.due.measure(|| {
            if experiment.bytes() <= MOST_SAFE {
                // The run itself does not need it.
                drop(session.checkpoint(experiment, &Ending::Running));
            }
        });
        self.changed = false;
    }

    /// Changes the run at its live end.
    pub fn apply(&mut self, command: Command) {
        if self.failed.is_some() {
            let what = command.describe();
            self.say(format!(
                "refused: {what} (the run failed here; first go back to an earlier step)"
            ));
            return;
        }
        let step = self.steps();
        self.changed = true;
        // To be taken back to.
        if !self.keyframes.has(step)
            && let Ok(offsets) = self.session.flush()
        {
            self.keyframes.keep(&self.live, offsets);
        }
        let journalled = Journalled { step, command };
        let done = self.live.apply(&journalled, &mut self.session);
        self.now = Arc::new(self.live.experiment.now());
        self.frames.disturb();
        self.frames.note(&self.live.experiment);
        match done {
            Ok(()) => self.undone.clear(),
            Err(RunError::Refused(why)) => self.say(format!("refused: {why}")),
            Err(error) => self.fail(error.to_string()),
        }
    }

    /// A line for the log.
    pub fn say(&mut self, text: String) {
        let time = self.live.clock().time;
        self.live.observer.say(time, text);
    }

    /// Commands that can be taken back: those after the first state that is known.
    fn undoable(&self) -> usize {
        let first = self.keyframes.before(0, &[]).at.experiment.journal().len();
        self.live.experiment.journal().len().saturating_sub(first)
    }

    /// Takes the latest command back and runs to the present step without it. What was lived since is lost: where there is
    /// such, begin another branch instead.
    pub fn undo(&mut self) {
        let mut journal = self.live.experiment.journal().to_vec();
        if self.undoable() == 0 {
            return;
        }
        let Some(undone) = journal.pop() else { return };
        let text = format!("undone: {}", undone.command.describe());
        let to = self.steps();
        let keyframe = self.keyframes.before(undone.step, &journal);
        self.keyframes.truncate(undone.step, &journal);
        self.frames.truncate_before(undone.step);
        self.failed = None;
        self.good = None;
        self.live = keyframe.at.clone();
        let rewound = self.session.rewind(keyframe.offsets);
        self.session.forget_checkpoint();
        self.changed = true;
        self.goal = Some(Goal {
            from: self.steps(),
            to,
            journal,
        });
        self.undone.push(undone);
        match rewound {
            Ok(()) => self.arrive(),
            Err(error) => self.fail(error.to_string()),
        }
        self.say(text);
    }

    /// Does again, here, what was taken back last.
    pub fn redo(&mut self) {
        let Some(again) = self.undone.pop() else {
            return;
        };
        let rest = std::mem::take(&mut self.undone);
        let text = format!("done again: {}", again.command.describe());
        self.apply(again.command);
        self.undone = rest;
        self.say(text);
    }

    /// Writes the run to a folder.
    pub fn save(&mut self, path: &Path, force: bool) -> Result<(), String> {
        let experiment = &self.live.experiment;
        let steps = experiment.clock().step;
        let moment = match (&self.failed, &self.good) {
            (Some(error), Some((good, offsets))) => Moment {
                experiment: good,
                offsets: Some(*offsets),
                ending: Ending::Failed(error.clone()),
                steps,
            },
            _ => Moment {
                experiment,
                offsets: None,
                ending: if experiment.is_done() {
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

    /// Fills in what is to be seen of the live end, and what is kept of the past.
    pub fn draw(&self, snapshot: &mut Snapshot) {
        draw(&self.live.experiment, &self.frames, snapshot);
        self.live.observer.draw(snapshot);
        // On the way to where the branch begins, what it has in common with the other one is there already.
        let kept = self.frames.last().filter(|_| self.goal.is_some());
        snapshot.live_step = snapshot.step.max(kept.unwrap_or(0));
        snapshot.kept = self.frames.kept();
        let undoable = self.undoable();
        let journal = self.live.experiment.journal();
        snapshot.fixed = journal.len() - undoable;
        snapshot.began = Some(self.began.clone());
        snapshot.now = Some(self.now.clone());
        snapshot.journal = journal.to_vec();
        snapshot.undone.clone_from(&self.undone);
    }
}
