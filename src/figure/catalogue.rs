//! The figures that can be made of a run, by name.

use super::decoded::Decoded;
use super::drawing::Drawing;
use super::palette::Palette;
use super::theatre::{Front, Theatre};
use crate::engine::Snapshot;

/// A figure that can be made of a run.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// The panel that it is of, as the command line has it.
    pub name: &'static str,
    /// What it shows.
    pub doc: &'static str,
    /// Its height where it is so wide.
    height: f32,
    draw: fn(&Snapshot, [f32; 2], Palette) -> Result<Drawing, String>,
}

/// All figures.
pub const FIGURES: [Figure; 2] = [
    Figure {
        name: "theatre",
        doc: "the last ripple over the steps of its episode, with the error it carries back",
        height: 0.75,
        draw: theatre,
    },
    Figure {
        name: "ca3",
        doc: "the last ripple decoded: which lived step each replayed step is like, and the units that say so",
        height: 0.75,
        draw: ca3,
    },
];

impl Figure {
    /// Draws it on a sheet so wide; why it cannot be, where there is nothing to show.
    pub fn draw(
        &self,
        snapshot: &Snapshot,
        width: f32,
        palette: Palette,
    ) -> Result<Drawing, String> {
        (self.draw)(snapshot, [width, width * self.height], palette)
    }
}

fn theatre(snapshot: &Snapshot, size: [f32; 2], palette: Palette) -> Result<Drawing, String> {
    let view = &snapshot.ripple;
    if view.steps.is_empty() {
        return Err("no ripple came in this run".into());
    }
    let front = Front::new(view.clone(), view.steps.len(), true);
    Ok(Theatre::draw(&front, size, palette).drawing)
}

fn ca3(snapshot: &Snapshot, size: [f32; 2], palette: Palette) -> Result<Drawing, String> {
    let view = &snapshot.ripple;
    if view.steps.is_empty() {
        return Err("no ripple came in this run".into());
    }
    let mut decoded = Decoded::default();
    decoded.draw(view, size, palette);
    Ok(decoded.drawing)
}
