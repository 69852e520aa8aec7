//! Sparse attention (Ke et al. 2018, arXiv:1809.03702): weights on the k memories whose keys fit a query best, and the way back
//! from the weights to the scores.
//!
//! (1) a_i = q · κ_i / √K
//! (2) w̃_i = max(0, a_i − a_(k+1)), where a_(k+1) is the largest score that is not among the k best; w_i = w̃_i / Σ w̃
//!
//! Subtracting the k-th best instead would leave k − 1 winners. With no more than k memories w is the softmax of a.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::numeric::Real;

/// Added to Σ w̃, so that equal scores leave weights of 0 and no division by 0.
const EPSILON: f64 = 1e-7;

/// Weights on some of the memories.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) struct Weights<R: Real> {
    /// Memories with a weight, in ascending order.
    pub chosen: Vec<(u32, R)>,
    /// The memory whose score is the threshold, and Σ w̃; none where w is a softmax.
    threshold: Option<(u32, R)>,
}

impl<R: Real> Weights<R> {
    /// Equations (1) and (2) over all `keys`.
    pub fn of<'a>(query: &[R], keys: impl Iterator<Item = &'a [R]>, top_k: usize) -> Self {
        let scale = R::of(1.0 / (query.len() as f64).sqrt());
        let mut scores: Vec<(u32, R)> = keys
            .enumerate()
            .map(|(i, key)| {
                let score: R = key.iter().zip(query).map(|(a, b)| *a * *b).sum();
                (i as u32, score * scale)
            })
            .collect();
        let threshold = if scores.len() <= top_k {
            softmax(&mut scores);
            None
        } else {
            Some(threshold(&mut scores, top_k))
        };
        Self {
            chosen: scores,
            threshold,
        }
    }

    /// ∂L/∂a of every memory that matters, from ∂L/∂w of the chosen ones: back through equation (2).
    pub fn score_errors(&self, at_weights: &[R]) -> Vec<(u32, R)> {
        let pairs = || self.chosen.iter().zip(at_weights);
        let mean: R = pairs().map(|((_, w), d)| *w * *d).sum();
        let Some((threshold, sum)) = self.threshold else {
            return pairs().map(|((i, w), d)| (*i, *w * (*d - mean))).collect();
        };
        let at_score = |w: R, d: R| {
            if w > R::zero() {
                (d - mean) / sum
            } else {
                R::zero()
            }
        };
        let mut errors: Vec<_> = pairs().map(|((i, w), d)| (*i, at_score(*w, *d))).collect();
        let lifted: R = errors.iter().map(|s| s.1).sum();
        errors.push((threshold, -lifted));
        errors
    }
}

fn softmax<R: Real>(scores: &mut [(u32, R)]) {
    let best = scores
        .iter()
        .map(|s| s.1)
        .fold(R::neg_infinity(), num_traits::Float::max);
    for score in scores.iter_mut() {
        score.1 = num_traits::Float::exp(score.1 - best);
    }
    let sum: R = scores.iter().map(|s| s.1).sum();
    for score in scores {
        score.1 /= sum;
    }
}

/// Leaves the k best with their weights; the memory at the threshold, and Σ w̃. Ties go to the older memory.
fn threshold<R: Real>(scores: &mut Vec<(u32, R)>, top_k: usize) -> (u32, R) {
    let highest_first = |a: &(u32, R), b: &(u32, R)| {
        let order = b.1.partial_cmp(&a.1).unwrap_or(Ordering::Equal);
        order.then(a.0.cmp(&b.0))
    };
    scores.select_nth_unstable_by(top_k, highest_first);
    let (memory, level) = scores[top_k];
    scores.truncate(top_k);
    scores.sort_unstable_by_key(|s| s.0);
    for score in scores.iter_mut() {
        score.1 -= level;
    }
    let sum = scores.iter().map(|s| s.1).sum::<R>() + R::of(EPSILON);
    for score in scores.iter_mut() {
        score.1 /= sum;
    }
    (memory, sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_k_share_the_weight_and_all_of_it() {
        let keys: [[f64; 1]; 5] = [[0.1], [0.9], [0.5], [0.7], [0.2]];
        let weights = |k| Weights::of(&[1.0], keys.iter().map(|k| &k[..]), k).chosen;
        let best = weights(2);
        assert_eq!(best.iter().map(|c| c.0).collect::<Vec<_>>(), [1, 3]);
        // 0.9 − 0.5 and 0.7 − 0.5.
        assert!((best[0].1 - 2.0 / 3.0).abs() < 1e-6 && (best[1].1 - 1.0 / 3.0).abs() < 1e-6);
        let all: f64 = weights(5).iter().map(|c| c.1).sum();
        assert!((all - 1.0).abs() < 1e-12 && weights(5).len() == 5);
    }

    #[test]
    fn equal_scores_leave_no_weight_and_stay_finite() {
        let keys = [[1.0_f64]; 4];
        let weights = Weights::of(&[1.0], keys.iter().map(|k| &k[..]), 2);
        assert!(weights.chosen.iter().all(|c| c.1 == 0.0));
        assert!(weights.score_errors(&[1.0, 2.0]).iter().all(|e| e.1 == 0.0));
    }
}
