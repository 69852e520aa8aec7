//! How well the states of a ripple match what should have come, as a plot.

use super::palette::{Color, Palette};
use super::plot::{Axis, Curve, Drawn, Plot};
use crate::engine::{RippleStep, RippleView};

/// The colours of overlap, strength of the sequence and support, wherever they are drawn.
pub(super) fn measures(palette: Palette) -> [Color; 3] {
    [palette.lived, palette.exact, palette.series(3)]
}

/// Overlap with the engram that should have come, strength of the sequence input and support by the collaterals, at each step.
pub fn recall(view: &RippleView, palette: Palette) -> Plot {
    let curve = |name: &str, color, of: fn(&RippleStep) -> f32| Curve {
        name: name.into(),
        points: (0..)
            .zip(&view.steps)
            .map(|(i, step)| [f64::from(i), f64::from(of(step))])
            .collect(),
        color,
        drawn: Drawn::Line,
        ..Curve::default()
    };
    let x = Axis::new("replayed step", &[]);
    let mut plot = Plot::new(x, Axis::new("how well", &[0.0, 1.1]));
    plot.level("threshold", 0.5);
    let measures = measures(palette);
    plot.curves = vec![
        curve("overlap", measures[0], |s| s.overlap),
        curve("sequence", measures[1], |s| s.strength),
        curve("support", measures[2], |s| s.support),
    ];
    plot
}
