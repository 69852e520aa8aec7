//! Scores: softmax cross-entropy and squared error, with masks.

use crate::numeric::{DMatrix, Real};
use crate::task::LossKind;

/// The score of some columns.
#[derive(Clone, Debug)]
pub struct Score<R: Real> {
    /// Outputs of the scored columns: probabilities for cross-entropy, values for squared error; Y×B.
    pub outputs: DMatrix<R>,
    /// ∂(Σ mask·loss)/∂y, Y×B.
    pub dy: DMatrix<R>,
    /// Σ mask·loss.
    pub loss: f64,
    /// mask·loss of each column.
    pub losses: Vec<f64>,
    /// Σ mask where the answer was right.
    pub right: f64,
    /// Which columns were scored and wrong.
    pub wrong: Vec<bool>,
    /// Σ mask.
    pub weight: f64,
}

/// Scores outputs y (Y×B) against `targets` (Y×B) where `mask` (B) is not 0.
pub fn score<R: Real>(
    kind: LossKind,
    tolerance: f64,
    y: DMatrix<R>,
    targets: &[R],
    mask: &[R],
) -> Score<R> {
    let (rows, cols) = y.shape();
    let mut s = Score {
        dy: DMatrix::zeros(rows, cols),
        outputs: y,
        loss: 0.0,
        losses: vec![0.0; cols],
        right: 0.0,
        wrong: vec![false; cols],
        weight: 0.0,
    };
    for (b, &m) in mask.iter().enumerate() {
        if m == R::zero() {
            continue;
        }
        let target = &targets[b * rows..(b + 1) * rows];
        let output = &mut s.outputs.as_mut_slice()[b * rows..(b + 1) * rows];
        let (loss, right) = match kind {
            LossKind::CrossEntropy => cross_entropy(output, target),
            LossKind::SquaredError => squared_error(output, target, tolerance),
        };
        s.losses[b] = m.f64() * loss;
        s.loss += s.losses[b];
        s.right += if right { m.f64() } else { 0.0 };
        s.wrong[b] = !right;
        s.weight += m.f64();
        let dy = &mut s.dy.as_mut_slice()[b * rows..(b + 1) * rows];
        // Both losses have ∂L/∂y = output − target; with soft targets the softmax is weighted by their sum.
        let total = match kind {
            LossKind::CrossEntropy => target.iter().copied().sum(),
            LossKind::SquaredError => R::one(),
        };
        for ((d, o), t) in dy.iter_mut().zip(output.iter()).zip(target) {
            *d = m * (*o * total - *t);
        }
    }
    s
}

/// Turns logits into probabilities; −Σ t ln p, and whether the largest is the target's.
fn cross_entropy<R: Real>(y: &mut [R], target: &[R]) -> (f64, bool) {
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
    let total: f64 = target.iter().map(|t| t.f64()).sum();
    for v in y.iter_mut() {
        *v /= sum;
    }
    (loss + total * sum.f64().ln(), right)
}

fn squared_error<R: Real>(y: &[R], target: &[R], tolerance: f64) -> (f64, bool) {
    let distances = || y.iter().zip(target).map(|(y, t)| (*y - *t).f64());
    (
        0.5 * distances().map(|d| d * d).sum::<f64>(),
        distances().all(|d| d.abs() <= tolerance),
    )
}

fn argmax<R: Real>(values: &[R]) -> usize {
    let mut best = 0;
    for (i, v) in values.iter().enumerate() {
        if *v > values[best] {
            best = i;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dy_is_the_derivative_of_the_loss() {
        let y = DMatrix::from_column_slice(3, 2, &[0.3, -1.2, 0.7, 2.0, 0.1, -0.4]);
        let targets = [0.9, 0.1, 0.05, 1.0, 0.0, 0.0];
        for kind in [LossKind::CrossEntropy, LossKind::SquaredError] {
            let s = score(kind, 0.1, y.clone(), &targets, &[1.0, 0.5]);
            for i in 0..6 {
                let at = |d: f64| {
                    let mut y = y.clone();
                    y[i] += d;
                    score(kind, 0.1, y, &targets, &[1.0, 0.5]).loss
                };
                let numeric = (at(1e-5) - at(-1e-5)) / 2e-5;
                assert!(
                    (numeric - s.dy[i]).abs() < 1e-8,
                    "{kind:?} {i}: {numeric} {}",
                    s.dy[i]
                );
            }
        }
    }

    #[test]
    fn large_logits_stay_finite() {
        let y = DMatrix::from_column_slice(2, 1, &[1e30_f32, -1e30]);
        let s = score(LossKind::CrossEntropy, 0.0, y, &[1.0, 0.0], &[1.0]);
        assert_eq!(s.loss, 0.0);
        assert_eq!(s.right, 1.0);
    }
}
