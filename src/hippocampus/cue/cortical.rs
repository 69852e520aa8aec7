//! A part of the cortical state, through the perforant path.

use super::CueKind;
use crate::hippocampus::store::Code;
use crate::numeric::Rng;
use crate::params;

params! {
    /// A part of the cortical state and input, the rest at its mean, through entorhinal cortex and the perforant path.
    pub struct Cortical {
        /// Fraction of the cortical and input units that are known.
        pub fraction: f64 = 0.7, [0 ..= 1], live;
    }
}

impl CueKind for Cortical {
    fn degrade(&self, _: &[u32], _: usize, _: &mut Rng) -> Option<Code> {
        None
    }

    fn fraction(&self) -> f64 {
        self.fraction
    }

    fn is_cortical(&self) -> bool {
        true
    }
}
