//! Ripples of a run that is lived again, as the panels draw them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::super::experiment::{Did, Experiment};
use super::super::super::show::{Frames, RippleView};
use super::activity::Eye;
use crate::record::{AnyRow, Event, Sink, SinkError};
use crate::trace::FolderError;

/// Bytes that the steps of one ripple may take.
const BUDGET: u64 = 64 << 20;

/// The ripples that are wanted, and those that came.
pub(super) struct Staged {
    wanted: BTreeSet<u64>,
    /// Of the one under way.
    frames: Frames,
    /// The ripple that ended in the last step.
    ended: Option<u64>,
    pub done: Vec<Arc<RippleView>>,
}

impl Staged {
    pub fn new(wanted: &BTreeSet<u64>) -> Self {
        Self {
            wanted: wanted.clone(),
            frames: Frames::new(BUDGET),
            ended: None,
            done: Vec::new(),
        }
    }
}

impl Eye for Staged {
    fn look(&mut self, run: &Experiment<f32>) -> Result<(), FolderError> {
        let ended = self.ended.take();
        // One that a lesion breaks off ends between two steps.
        let now = run.did() == Did::Replayed || ended.is_some();
        let Some(running) = run.shown().0.ripple.filter(|_| now) else {
            return Ok(());
        };
        if !self.wanted.contains(&running.number) {
            return Ok(());
        }
        self.frames.note(run);
        if ended == Some(running.number) {
            self.wanted.remove(&running.number);
            self.done.extend(self.frames.ripple(run).map(Arc::new));
            self.frames = Frames::new(BUDGET);
        }
        Ok(())
    }

    fn has_seen_all(&self) -> bool {
        self.wanted.is_empty()
    }
}

impl Sink for Staged {
    fn event(&mut self, event: &Event) -> Result<(), SinkError> {
        if let Event::Row(AnyRow::Ripple(row)) = event {
            self.ended = Some(row.ripple);
        }
        Ok(())
    }
}
