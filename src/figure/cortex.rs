//! The states of the cortex, as a matrix.

use super::matrix::Matrix;
use super::numbers::largest;
use super::palette::Map;
use crate::engine::CortexView;

/// The states: a row a unit, a column a step, coloured up to `scale` or to the largest.
pub fn states(view: &CortexView, scale: Option<f32>) -> Matrix<'_> {
    Matrix {
        raster: &view.states,
        columns: view.length,
        along: "step",
        down: "cortical unit",
        rows: &[],
        map: Map::Diverging,
        scale: scale.unwrap_or_else(|| largest(&view.states.values)),
    }
}
