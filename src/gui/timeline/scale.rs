//! Between steps and places on the timeline.

use egui::Rect;

use crate::engine::{Base, Snapshot};
use crate::figure::Palette;

/// Between steps and places.
pub(super) struct Scale<'a> {
    pub(super) live: &'a Snapshot,
    pub(super) base: Base,
    /// The live end: its step, and what it counts there.
    pub(super) end: (u64, u64),
    pub(super) rect: Rect,
    /// What is counted at the left and at the right edge.
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) palette: Palette,
}

impl Scale<'_> {
    pub(super) fn counted(&self, step: f64) -> f64 {
        self.live.course.counted(step, self.base, self.end)
    }

    pub(super) fn x(&self, step: f64) -> f32 {
        let part = (self.counted(step) - self.from) / (self.to - self.from);
        self.rect.left() + (part * f64::from(self.rect.width())) as f32
    }

    pub(super) fn exactly_at(&self, x: f32) -> f64 {
        let part = f64::from((x - self.rect.left()) / self.rect.width().max(1.0));
        let counted = self.from + part.clamp(0.0, 1.0) * (self.to - self.from);
        self.live.course.step_of(counted, self.base, self.end)
    }

    pub(super) fn step_at(&self, x: f32) -> u64 {
        self.exactly_at(x).round() as u64
    }

    /// The left edges of all pixels.
    pub(super) fn pixels(&self) -> impl Iterator<Item = f32> + use<> {
        let (left, width) = (self.rect.left(), self.rect.width());
        (0..width.ceil().clamp(0.0, 8192.0) as usize).map(move |i| left + i as f32)
    }

    /// The steps that a pixel stands for.
    pub(super) fn steps_of(&self, x: f32) -> (f64, f64) {
        let (from, to) = (self.exactly_at(x), self.exactly_at(x + 1.0));
        (from, to.max(from + 1e-6))
    }
}
