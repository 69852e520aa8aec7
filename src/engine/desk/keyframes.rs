//! Keyframes: whole states of a run, from which any earlier step can be run to again. Branches share them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::super::command::Journalled;
use super::observed::Observed;
use crate::trace::Offsets;

/// Keyframes kept; when there are more, every other one goes.
const MOST_KEYFRAMES: usize = 48;
/// Bytes that all keyframes of a run together may take; the first one is always kept.
const MOST_BYTES: u64 = 512 << 20;
/// How long it may take to run from one to the next, at first.
const APART: Duration = Duration::from_millis(250);

/// And at least this many times as long as it took to keep the last one.
const PATIENCE: u32 = 40;

/// A state to go back to, with the length that the tables had then.
pub struct Keyframe {
    pub at: Observed,
    pub offsets: Offsets,
}

impl Keyframe {
    fn step(&self) -> u64 {
        self.at.clock().step
    }
}

/// The keyframes of a run, oldest first.
#[derive(Clone)]
pub struct Keyframes {
    all: Vec<Arc<Keyframe>>,
    /// How long it may take to run from one to the next.
    apart: Duration,
    /// How long was run since the last one.
    since: Duration,
    /// How long it took to keep the last one.
    cost: Duration,
}

impl Keyframes {
    /// Begin with this state.
    pub fn new(at: Observed, offsets: Offsets) -> Self {
        Self {
            all: vec![Arc::new(Keyframe { at, offsets })],
            apart: APART,
            since: Duration::ZERO,
            cost: Duration::ZERO,
        }
    }

    /// Puts a state before all others.
    pub fn begin_with(&mut self, at: Observed, offsets: Offsets) {
        if self.all[0].step() > at.clock().step {
            self.all.insert(0, Arc::new(Keyframe { at, offsets }));
        }
    }

    /// So long was run; whether a keyframe is due.
    pub fn ran(&mut self, time: Duration) -> bool {
        self.since += time;
        self.since >= self.apart.max(self.cost * PATIENCE)
    }

    /// Whether there is one of this step.
    pub fn has(&self, step: u64) -> bool {
        self.all.last().is_some_and(|k| k.step() == step)
    }

    /// Keeps a keyframe.
    pub fn keep(&mut self, at: &Observed, offsets: Offsets) {
        self.since = Duration::ZERO;
        let begun = Instant::now();
        let at = at.clone();
        self.cost = begun.elapsed();
        // An experiment that takes much memory has fewer: going back then takes longer.
        let room = MOST_BYTES / at.experiment.bytes().max(1);
        self.all.push(Arc::new(Keyframe { at, offsets }));
        let most = (room as usize).clamp(1, MOST_KEYFRAMES);
        if self.all.len() > most {
            let mut position = 0;
            self.all.retain(|_| {
                position += 1;
                position % 2 == 1
            });
            self.apart *= 2;
        }
    }

    /// The latest keyframe at or before `step` that lies on the way of a run with this journal.
    pub fn before(&self, step: u64, journal: &[Journalled]) -> Arc<Keyframe> {
        let on_the_way = |k: &&Arc<Keyframe>| {
            let done = k.at.experiment.journal();
            k.step() <= step && journal.starts_with(done)
        };
        let found = self.all.iter().rev().find(on_the_way);
        found.unwrap_or(&self.all[0]).clone()
    }

    /// Those up to and with the latest one at or before `step` on the way of this journal.
    pub fn until(&self, step: u64, journal: &[Journalled]) -> Self {
        let mut kept = self.clone();
        kept.truncate(step, journal);
        kept
    }

    /// Forgets what lies after `step`, or not on the way of this journal.
    pub fn truncate(&mut self, step: u64, journal: &[Journalled]) {
        let first = self.all[0].clone();
        self.all.retain(|k| {
            Arc::ptr_eq(k, &first)
                || (k.step() <= step && journal.starts_with(k.at.experiment.journal()))
        });
        self.since = Duration::ZERO;
    }
}
