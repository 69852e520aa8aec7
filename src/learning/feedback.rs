//! How errors get back from the outputs to the units: through the transposed weights, or through fixed random ones
//! (feedback alignment, Lillicrap et al. 2016).

use crate::neocortex::Cortex;
use crate::numeric::{DMatrix, Real, Rng};
use crate::{params, registry};

params! {
    /// Through the transposed weights: exact, and what a brain is hard put to do.
    pub struct Transposed {}
}

params! {
    /// Through random weights that stay as they are.
    pub struct Random {}
}

registry! {
    /// How errors get back.
    pub enum FeedbackSpec "feedback" {
        Transposed(Transposed),
        Random(Random): "Lillicrap et al. 2016, doi:10.1038/ncomms13276",
    }
}

impl FeedbackSpec {
    /// Random weights in the place of V (Y×N), normal of standard deviation 1/√N; none where V itself is used.
    pub(super) fn readout<R: Real>(&self, cortex: &Cortex<R>, rng: &mut Rng) -> Option<DMatrix<R>> {
        matches!(self, Self::Random(_)).then(|| {
            let (y, n) = (cortex.outputs(), cortex.units());
            let scale = 1.0 / (n as f64).sqrt();
            DMatrix::from_fn(y, n, |_, _| R::of(scale * rng.normal()))
        })
    }
}
