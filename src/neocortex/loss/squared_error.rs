//! Squared error: L = ½ Σ_i (y_i − t_i)², ∂L/∂y = y − t.

use super::Loss;
use crate::numeric::Real;
use crate::params;

params! {
    /// Half the squared distance from the target: outputs are values.
    pub struct SquaredError {}
}

impl<R: Real> Loss<R> for SquaredError {
    fn score(&self, y: &mut [R], target: &[R], tolerance: f64, dy: &mut [R]) -> (f64, bool) {
        for ((d, y), t) in dy.iter_mut().zip(y.iter()).zip(target) {
            *d = *y - *t;
        }
        let distances = || dy.iter().map(|d| d.f64());
        (
            0.5 * distances().map(|d| d * d).sum::<f64>(),
            distances().all(|d| d.abs() <= tolerance),
        )
    }
}
