//! Texts of a plot: how wide they are, and names at the ends of curves.

use super::Dash;
use crate::figure::lanes::{TEXT, width};
use crate::figure::palette::Color;

/// Height of a line of text with room around it.
pub(super) const ROW: f32 = TEXT + 4.0;
/// As much of a text as there is room for.
pub(super) fn fitting(text: &str, room: f32) -> String {
    let most = (room / width("0")).max(0.0) as usize;
    if text.chars().count() <= most {
        return text.into();
    }
    let kept: String = text.chars().take(most.saturating_sub(2)).collect();
    format!("{kept}..")
}

/// How many names have room beside a frame so high.
pub(super) fn shown(height: f32) -> usize {
    ((height - TEXT) / (TEXT + 1.0)).max(0.0) as usize + 1
}

/// A name at the end of a curve.
pub(super) struct End {
    pub text: String,
    pub color: Color,
    pub dash: Dash,
    pub y: f32,
}
