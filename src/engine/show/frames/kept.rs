//! The light frames of a run as they were at one moment, to be looked at.

use std::sync::Arc;

use super::super::snapshot::{RippleView, Snapshot};
use super::chunk::{Chunk, Columns, Counts, Light};

/// The frames of a run as they were at one moment.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    pub(super) chunks: Arc<Vec<Arc<Chunk>>>,
    pub(super) bytes: u64,
    pub(super) budget: u64,
}

impl Kept {
    fn chunk(&self, step: u64) -> Option<&Chunk> {
        let after = self.chunks.partition_point(|chunk| chunk.first() <= step);
        self.chunks.get(after.checked_sub(1)?).map(|chunk| &**chunk)
    }

    /// The first kept moment from which on something holds; it must hold of all moments after one of which it holds.
    pub fn first(&self, holds: impl Fn(&Counts) -> bool) -> Option<u64> {
        let not_yet = |frame: &Light| !holds(&frame.counts());
        let chunk = self
            .chunks
            .partition_point(|c| c.frames.last().is_none_or(not_yet));
        let frames = &self.chunks.get(chunk)?.frames;
        frames.get(frames.partition_point(not_yet)).map(|f| f.step)
    }

    /// The counters at the latest kept moment that is not after `step`.
    pub fn counts(&self, step: u64) -> Option<Counts> {
        Some(self.chunk(step)?.at(step)?.counts())
    }

    /// The latest kept step that is not after `step`.
    pub fn before(&self, step: u64) -> Option<u64> {
        Some(self.chunk(step)?.at(step)?.step)
    }

    /// The first kept step that is not before `step`.
    pub fn after(&self, step: u64) -> Option<u64> {
        let chunk = self
            .chunks
            .partition_point(|c| c.last().is_none_or(|last| last < step));
        let frames = &self.chunks.get(chunk)?.frames;
        let at = frames.partition_point(|f| f.step < step);
        frames.get(at).map(|f| f.step)
    }

    /// Shows the latest kept moment that is not after `step`, or else the first one; false where nothing is kept.
    pub fn draw(&self, step: u64, snapshot: &mut Snapshot) -> bool {
        let first = self.chunks.first().map_or(0, |chunk| chunk.first());
        let step = step.max(first);
        let found = self
            .chunk(step)
            .and_then(|chunk| Some((chunk, chunk.at(step)?)));
        found.is_some_and(|(chunk, frame)| {
            chunk.draw(frame, snapshot);
            true
        })
    }

    /// The steps of a ripple, where they are kept.
    pub fn ripple(&self, ripple: u64) -> Option<RippleView> {
        let last = |chunk: &Chunk| chunk.walked.last().map(|piece| piece.ripple());
        // Numbers only grow, but a chunk may have none.
        for chunk in self.chunks.iter().rev() {
            if last(chunk).is_some_and(|last| last < ripple) {
                return None;
            }
            let of = |columns: Columns| {
                let (piece, count) = columns?;
                let piece = &chunk.walked[usize::from(piece)];
                (piece.ripple() == ripple).then_some((piece, count as usize))
            };
            if let Some((piece, columns)) = chunk.frames.iter().rev().find_map(|f| of(f.walked)) {
                return Some(piece.view(columns));
            }
        }
        None
    }

    /// Stretches of steps of which a part is kept, with that part, 0 to 1: where the frames are dense and where they were thinned.
    pub fn density(&self) -> impl Iterator<Item = (u64, u64, f64)> {
        self.chunks.iter().filter_map(|chunk| {
            let (from, to) = (chunk.first(), chunk.last()?);
            let steps = (to - from + 1) as f64;
            Some((from, to, chunk.frames.len() as f64 / steps))
        })
    }

    /// Bytes that they take, and may take.
    pub fn bytes(&self) -> (u64, u64) {
        (self.bytes, self.budget)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.frames.len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }
}
