//! Attention over remembered steps, as a matrix.

use super::matrix::{Called, Matrix};
use super::palette::Map;
use crate::engine::AttentionView;

/// The weights: a row a step that attends, a column a step of the episode.
pub fn weights(view: &AttentionView) -> Matrix<'_> {
    Matrix {
        raster: &view.weights,
        rows: Called::Numbers(&view.queries),
        ..Matrix::positive(
            &view.weights,
            Map::Viridis,
            ["remembered step", "step that attends"],
        )
    }
}
