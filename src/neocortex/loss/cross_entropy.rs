//! Softmax cross-entropy: p = softmax(y), L = −Σ_i t_i ln p_i, ∂L/∂y = p Σ t − t.

use super::Loss;
use crate::numeric::Real;
use crate::numeric::statistics::argmax;
use crate::params;

params! {
    /// Softmax cross-entropy: outputs are probabilities of classes.
    pub struct CrossEntropy {}
}

impl<R: Real> Loss<R> for CrossEntropy {
    fn score(&self, y: &mut [R], target: &[R], _tolerance: f64, dy: &mut [R]) -> (f64, bool) {
        let right = argmax(y) == argmax(target);
        let top = y
            .iter()
            .copied()
            .fold(R::neg_infinity(), num_traits::Float::max);
        let mut sum = R::zero();
        let mut loss = 0.0;
        for (v, t) in y.iter_mut().zip(target) {
            *v -= top;
            loss -= t.f64() * v.f64();
            *v = num_traits::Float::exp(*v);
            sum += *v;
        }
        let total: R = target.iter().copied().sum();
        for ((d, v), t) in dy.iter_mut().zip(y).zip(target) {
            *v /= sum;
            *d = *v * total - *t;
        }
        let total: f64 = target.iter().map(|t| t.f64()).sum();
        (loss + total * sum.f64().ln(), right)
    }
}
