//! Pattern separation by the dentate gyrus: a fresh random code.

use super::SeparationKind;
use crate::hippocampus::store::{Code, CodeSize};
use crate::numeric::{KWinners, Rng};
use crate::params;

params! {
    /// A fresh, nearly orthogonal code for every engram, as the dentate gyrus imposes it.
    pub struct Separated {}
}

impl SeparationKind for Separated {
    fn code(&self, _: &[f32], size: CodeSize, _: &mut KWinners, rng: &mut Rng) -> Code {
        rng.subset(size.units, size.active)
    }
}
