//! Softmax attention written out with dense matrices (Vaswani et al. 2017): softmax(β q Kᵀ) V.

use serde::{Deserialize, Serialize};

use crate::hippocampus::{Attention, Cue};
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

/// How a store's attention compares with softmax attention written out.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AttentionTally {
    /// Recalls compared.
    pub count: f64,
    /// Weight on the cued pattern: the store's, and softmax attention's.
    pub store: f64,
    /// The same of softmax attention, summed too.
    pub softmax: f64,
    /// Largest differences of weights and of outputs.
    pub weights: f64,
    /// Of outputs.
    pub output: f64,
}

/// Larger matrices of patterns × units are not written out for comparison.
const LARGEST_COMPARED: usize = 4_000_000;

impl AttentionTally {
    /// Holds a store's attention against softmax attention with its codes as keys and values.
    pub fn compare(&mut self, cue: &Cue, told: &Attention, codes: &[Vec<u32>], units: usize) {
        let k = codes.first().map_or(1, Vec::len) as f64;
        let a = k / units as f64;
        let rows = codes.len();
        if rows * units > LARGEST_COMPARED {
            return;
        }
        // The query is the cue less its mean, so that chance overlap scores 0, in units of a full overlap.
        let mut query = vec![-a * cue.units.len() as f64 / k; units];
        cue.units.iter().for_each(|&i| query[i as usize] += 1.0);
        query.iter_mut().for_each(|q| *q /= k * (1.0 - a));
        let mut keys = DMatrix::<f64>::zeros(rows, units);
        for (p, code) in codes.iter().enumerate() {
            code.iter().for_each(|&i| keys[(p, i as usize)] = 1.0);
        }
        let (weights, output) = softmax_attention(&query, &keys, &keys, told.beta);
        let far = |a: &[f64], b: &[f32]| {
            let apart = a.iter().zip(b).map(|(x, y)| (x - f64::from(*y)).abs());
            apart.fold(0.0, f64::max)
        };
        self.count += 1.0;
        let own = cue.engram.unwrap_or_default() as usize;
        self.store += told.weights.get(own).copied().map_or(0.0, f64::from);
        self.softmax += weights.get(own).copied().unwrap_or_default();
        self.weights = self.weights.max(far(&weights, &told.weights));
        self.output = self.output.max(far(&output, &told.state));
    }
}
