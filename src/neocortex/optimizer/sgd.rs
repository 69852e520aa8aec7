//! Gradient descent (Robbins & Monro 1951): w ← w − rate·g.

use super::{Change, OptimizerKind};
use crate::numeric::{DMatrix, Real};
use crate::params;

params! {
    /// Plain gradient descent.
    pub struct Sgd {
        /// Step size; 0 freezes the weights.
        pub rate: f64 = 0.1, [0 ..= 1000], live;
    }
}

impl<R: Real> OptimizerKind<R> for Sgd {
    fn moments(&self) -> usize {
        0
    }

    fn change(
        &self,
        cx: &Change<R>,
        w: &mut DMatrix<R>,
        g: &DMatrix<R>,
        _: [Option<&mut DMatrix<R>>; 2],
    ) {
        let (rate, scale) = (R::of(self.rate * cx.faded), cx.scale);
        w.zip_apply(g, |w, g| *w -= rate * scale * g);
    }
}
