//! Adam (Kingma & Ba 2015, algorithm 1, with the rate of the last line of their §2): at the t-th update
//! m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², w ← w − rate·√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m/(√v + ε·√(1 − β₂ᵗ)).

use super::{Change, OptimizerKind};
use crate::numeric::{DMatrix, Real};
use crate::params;

params! {
    /// Steps scaled by running moments of the gradient.
    pub struct Adam {
        /// Step size; 0 freezes the weights.
        pub rate: f64 = 0.003, [0 ..= 1000], live;
        /// Decay of the first moment.
        pub beta1: f64 = 0.9, [0 ..= 0.9999], live;
        /// Decay of the second moment.
        pub beta2: f64 = 0.999, [0 ..= 0.999999], live;
        /// Keeps the divisor from 0.
        pub epsilon: f64 = 1e-8, [1e-30 ..= 1], live;
    }
}

impl<R: Real> OptimizerKind<R> for Adam {
    fn moments(&self) -> usize {
        2
    }

    fn change(
        &self,
        cx: &Change<R>,
        w: &mut DMatrix<R>,
        g: &DMatrix<R>,
        moments: [Option<&mut DMatrix<R>>; 2],
    ) {
        let t = cx.update.min(1 << 24) as i32;
        let rate = cx.faded * self.rate;
        let rate = R::of(rate * (1.0 - self.beta2.powi(t)).sqrt() / (1.0 - self.beta1.powi(t)));
        let (b1, b2) = (R::of(self.beta1), R::of(self.beta2));
        let eps = R::of(self.epsilon * (1.0 - self.beta2.powi(t)).sqrt());
        let scale = cx.scale;
        if let [Some(m), Some(v)] = moments {
            m.zip_apply(g, |m, g| *m = b1 * *m + (R::one() - b1) * scale * g);
            v.zip_apply(g, |v, g| {
                *v = b2 * *v + (R::one() - b2) * scale * scale * g * g;
            });
            w.zip_zip_apply(m, v, |w, m, v| {
                *w -= rate * m / (num_traits::Float::sqrt(v) + eps);
            });
        }
    }
}
