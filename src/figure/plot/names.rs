//! Texts of a plot: how wide they are, and names at the ends of curves.

use super::Dash;
use crate::figure::lanes::{TEXT, fitting};
use crate::figure::palette::Color;

/// Height of a line of text with room around it.
pub(super) const ROW: f32 = TEXT + 4.0;

/// How many names have room beside a frame so high.
pub(super) fn shown(height: f32) -> usize {
    ((height - TEXT) / (TEXT + 1.0)).max(0.0) as usize + 1
}

/// A name at the end of a curve.
pub(super) struct End {
    pub name: String,
    /// Its last value; nothing where it has none to be told.
    pub value: String,
    pub color: Color,
    pub dash: Dash,
    pub y: f32,
}

impl End {
    /// The name with the value.
    pub fn told(&self) -> String {
        let told = format!("{} {}", self.name, self.value);
        told.trim_end().into()
    }

    /// As much as there is room for: the value goes first.
    pub fn fitting(&self, room: f32) -> String {
        let all = self.told();
        match fitting(&all, room) {
            told if told == all => told,
            _ => fitting(&self.name, room),
        }
    }
}
