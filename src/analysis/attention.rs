//! Softmax attention written out with dense matrices (Vaswani et al. 2017): softmax(β q Kᵀ) V.

use crate::numeric::DMatrix;

/// Weights (P) and output (M) of one query (M) over P keys and values, a row each.
pub fn softmax_attention(
    query: &[f64],
    keys: &DMatrix<f64>,
    values: &DMatrix<f64>,
    beta: f64,
) -> (Vec<f64>, Vec<f64>) {
    let scores: Vec<f64> = keys
        .row_iter()
        .map(|key| beta * key.iter().zip(query).map(|(k, q)| k * q).sum::<f64>())
        .collect();
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let raised: Vec<f64> = scores.iter().map(|s| (s - top).exp()).collect();
    let total: f64 = raised.iter().sum();
    let weights: Vec<f64> = raised.iter().map(|r| r / total).collect();
    let output = values
        .column_iter()
        .map(|column| column.iter().zip(&weights).map(|(v, w)| v * w).sum())
        .collect();
    (weights, output)
}
