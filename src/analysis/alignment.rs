//! Alignment: how well a rule's gradient of the recurrent parameters agrees with exact BPTT's.
//!
//! The cosine alone proves little: where the far past carries little of the gradient's norm, a truncated rule reaches a high
//! one. `remote` is the cosine of the parts contributed by the first quarter of each episode's own steps: 0 for a rule that
//! does not reach back, near 1 for one that does. What there is nothing to compare with is NaN: no scored step, or no whole
//! step in the first quarter.

use crate::neocortex::Gradient;
use crate::numeric::statistics::{cosine, dot};
use crate::numeric::{DMatrix, Real};
use crate::record::{Declared, metric};

/// Agreement of two gradients.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alignment {
    /// Cosine over all recurrent parameters (not V, c).
    pub cosine: f64,
    /// Norm of the mean gradient over that of the exact one.
    pub norm_ratio: f64,
    /// Cosine of the first quarter's parts.
    pub remote: f64,
}

impl Alignment {
    /// Of what was not measured.
    pub const UNDEFINED: Self = Self {
        cosine: f64::NAN,
        norm_ratio: f64::NAN,
        remote: f64::NAN,
    };

    /// Agreement of `gradient` with `exact`.
    pub fn of<R: Real>(gradient: &Gradient<R>, exact: &Gradient<R>) -> Self {
        if gradient.weight <= 0.0 || exact.weight <= 0.0 {
            return Self::UNDEFINED;
        }
        let (ab, aa, bb) = products(gradient.recurrent(), exact.recurrent());
        let per_step = |norm: f64, weight: f64| norm.sqrt() / weight;
        let size = per_step(bb, exact.weight);
        let (rab, raa, rbb) = products(&gradient.remote, &exact.remote);
        // A gradient of 0 where the exact one is not says that the rule does not see what it should.
        let along = |ab, aa: f64, bb: f64| {
            if aa <= 0.0 && bb > 0.0 {
                0.0
            } else {
                cosine(ab, aa, bb)
            }
        };
        Self {
            cosine: along(ab, aa, bb),
            norm_ratio: if size > 0.0 {
                per_step(aa, gradient.weight) / size
            } else {
                f64::NAN
            },
            remote: along(rab, raa, rbb),
        }
    }

    /// As metrics of a rule.
    pub fn measured(&self) -> [(&'static Declared, f64); 3] {
        [
            (&metric::ALIGNMENT_COSINE, self.cosine),
            (&metric::ALIGNMENT_NORM, self.norm_ratio),
            (&metric::ALIGNMENT_REMOTE, self.remote),
        ]
    }
}

fn products<R: Real>(a: &[DMatrix<R>], b: &[DMatrix<R>]) -> (f64, f64, f64) {
    let sum = |x: &[DMatrix<R>], y: &[DMatrix<R>]| -> f64 {
        x.iter()
            .zip(y)
            .map(|(x, y)| dot(x.as_slice(), y.as_slice()))
            .sum()
    };
    (sum(a, b), sum(a, a), sum(b, b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gradient(values: &[f64], remote: &[f64], weight: f64) -> Gradient<f64> {
        let m = |v: &[f64]| DMatrix::from_column_slice(v.len(), 1, v);
        let rest = m(&[9.0]);
        Gradient {
            tensors: vec![m(values), rest.clone(), rest],
            remote: vec![m(remote)],
            weight,
            loss: 0.0,
        }
    }

    #[test]
    fn scale_shows_in_the_ratio_and_direction_in_the_cosine() {
        let exact = gradient(&[3.0, 4.0], &[1.0, 0.0], 2.0);
        let twice = gradient(&[6.0, 8.0], &[0.0, 0.0], 2.0);
        let a = Alignment::of(&twice, &exact);
        assert!((a.cosine - 1.0).abs() < 1e-12 && (a.norm_ratio - 2.0).abs() < 1e-12);
        assert_eq!(a.remote, 0.0);
        let nothing_early = gradient(&[3.0, 4.0], &[0.0, 0.0], 2.0);
        let a = Alignment::of(&exact, &nothing_early);
        assert!(a.cosine == 1.0 && a.remote.is_nan());
        let unscored = gradient(&[0.0, 0.0], &[0.0, 0.0], 0.0);
        for (a, b) in [(&unscored, &exact), (&exact, &unscored)] {
            let a = Alignment::of(a, b);
            assert!(a.cosine.is_nan() && a.norm_ratio.is_nan() && a.remote.is_nan());
        }
        let across = gradient(&[-4.0, 3.0], &[1.0, 1.0], 2.0);
        let a = Alignment::of(&across, &exact);
        assert!(a.cosine.abs() < 1e-12 && (a.remote - 0.5_f64.sqrt()).abs() < 1e-12);
    }
}
