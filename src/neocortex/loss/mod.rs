//! Losses: how outputs are scored against targets, with masks. One loss, one file, one line in the registry.

mod cross_entropy;
mod squared_error;

pub use cross_entropy::CrossEntropy;
pub use squared_error::SquaredError;

use crate::episode::Targets;
use crate::numeric::{DMatrix, Real};
use crate::registry;

/// How one column of outputs is scored.
pub trait Loss<R: Real> {
    /// Scores y (Y long) against a target: writes ∂L/∂y into `dy`, turns y into what it stands for (probabilities, values), and
    /// returns L and whether the answer is right; for values, within `tolerance` of the target.
    fn score(&self, y: &mut [R], target: &[R], tolerance: f64, dy: &mut [R]) -> (f64, bool);
}

registry! {
    /// How outputs are scored.
    pub enum LossSpec "loss": Loss<R> {
        CrossEntropy(CrossEntropy),
        SquaredError(SquaredError),
    }
}

impl LossSpec {
    /// The loss that suits these targets.
    pub fn suiting(targets: Targets) -> Self {
        match targets {
            Targets::Classes => Self::CrossEntropy(CrossEntropy {}),
            Targets::Values => Self::SquaredError(SquaredError {}),
        }
    }
}

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
    loss: &LossSpec,
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
        let column = b * rows..(b + 1) * rows;
        let output = &mut s.outputs.as_mut_slice()[column.clone()];
        let dy = &mut s.dy.as_mut_slice()[column.clone()];
        let (loss, right) = loss.kind().score(output, &targets[column], tolerance, dy);
        dy.iter_mut().for_each(|d| *d *= m);
        s.losses[b] = m.f64() * loss;
        s.loss += s.losses[b];
        s.right += if right { m.f64() } else { 0.0 };
        s.wrong[b] = !right;
        s.weight += m.f64();
    }
    s
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dy_is_the_derivative_of_the_loss() {
        let y = DMatrix::from_column_slice(3, 2, &[0.3, -1.2, 0.7, 2.0, 0.1, -0.4]);
        let targets = [0.9, 0.1, 0.05, 1.0, 0.0, 0.0];
        for kind in LossSpec::all() {
            let s = score(&kind, 0.1, y.clone(), &targets, &[1.0, 0.5]);
            for i in 0..6 {
                let at = |d: f64| {
                    let mut y = y.clone();
                    y[i] += d;
                    score(&kind, 0.1, y, &targets, &[1.0, 0.5]).loss
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
        let s = score(
            &LossSpec::suiting(Targets::Classes),
            0.0,
            y,
            &[1.0, 0.0],
            &[1.0],
        );
        assert_eq!(s.loss, 0.0);
        assert_eq!(s.right, 1.0);
    }
}
