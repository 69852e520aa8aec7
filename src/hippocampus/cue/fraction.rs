//! A part of the code.

use super::CueKind;
use crate::hippocampus::store::Code;
use crate::numeric::Rng;
use crate::params;

params! {
    /// A random part of the engram's CA3 units, the others silent.
    pub struct Fraction {
        /// Fraction of the engram's units in the cue.
        pub fraction: f64 = 0.5, [0 ..= 1], live;
    }
}

impl CueKind for Fraction {
    fn degrade(&self, code: &[u32], _units: usize, rng: &mut Rng) -> Option<Code> {
        let k = code.len();
        let keep = rng.subset(k, (self.fraction * k as f64).round() as usize);
        Some(keep.into_iter().map(|i| code[i as usize]).collect())
    }

    fn fraction(&self) -> f64 {
        self.fraction
    }

    fn serves_a_tape(&self) -> bool {
        true
    }
}
