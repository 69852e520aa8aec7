//! Gradient descent with momentum (Polyak 1964): v ← momentum·v + g, w ← w − rate·v.

use super::{Change, OptimizerKind};
use crate::numeric::{DMatrix, Real};
use crate::params;

params! {
    /// Gradient descent with momentum.
    pub struct Momentum {
        /// Step size; 0 freezes the weights.
        pub rate: f64 = 0.01, [0 ..= 1000], live;
        /// Fraction of the velocity kept at each update.
        pub momentum: f64 = 0.9, [0 ..= 0.9999], live;
    }
}

impl<R: Real> OptimizerKind<R> for Momentum {
    fn moments(&self) -> usize {
        1
    }

    fn change(
        &self,
        cx: &Change<R>,
        w: &mut DMatrix<R>,
        g: &DMatrix<R>,
        moments: [Option<&mut DMatrix<R>>; 2],
    ) {
        let (rate, keep, scale) = (R::of(self.rate * cx.faded), R::of(self.momentum), cx.scale);
        if let [Some(v), _] = moments {
            v.zip_apply(g, |v, g| *v = keep * *v + scale * g);
            w.zip_apply(v, |w, v| *w -= rate * v);
        }
    }
}
