//! Attention over remembered steps, as a matrix.

use super::matrix::Matrix;
use super::numbers::largest;
use super::palette::Map;
use crate::engine::AttentionView;

/// The weights: a row a step that attends, a column a step of the episode.
pub fn weights(view: &AttentionView) -> Matrix<'_> {
    Matrix {
        raster: &view.weights,
        columns: view.weights.steps(),
        along: "remembered step",
        down: "step that attends",
        rows: &view.queries,
        map: Map::Viridis,
        scale: largest(&view.weights.values),
    }
}
