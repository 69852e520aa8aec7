//! The states of the cortex, as a matrix.

use super::matrix::Matrix;
use super::numbers::largest;
use crate::engine::{CortexView, Source};

/// The states: a row a unit, a column a step, coloured up to `scale` or to the largest.
pub fn states(view: &CortexView, scale: Option<f32>) -> Matrix<'_> {
    let along = match view.source {
        Source::Reinstated => "replayed step",
        Source::Lived | Source::Probed => "step",
    };
    let scale = scale.unwrap_or_else(|| largest(&view.states.values));
    Matrix {
        columns: view.length,
        ..Matrix::signed(&view.states, scale, [along, "cortical unit"])
    }
}
