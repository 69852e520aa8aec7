//! How well the states of a ripple match what should have come, as a plot.

use super::palette::Palette;
use super::plot::{Axis, Curve, Drawn, Plot};
use crate::engine::{RippleStep, RippleView};

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
    let mut plot = Plot::new(x, Axis::new("", &[0.0, 1.1]));
    plot.level("threshold", 0.5);
    plot.curves = vec![
        curve("overlap", palette.replayed, |s| s.overlap),
        curve("strength", palette.series(1), |s| s.strength),
        curve("support", palette.series(3), |s| s.support),
    ];
    plot
}
