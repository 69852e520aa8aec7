//! The code with wrong units in it.

use super::CueKind;
use crate::hippocampus::store::Code;
use crate::numeric::Rng;
use crate::params;

params! {
    /// The engram's CA3 units with a random part of them replaced by others.
    pub struct Noise {
        /// Fraction of the units replaced.
        pub fraction: f64 = 0.3, [0 ..= 1], live;
    }
}

impl CueKind for Noise {
    fn degrade(&self, code: &[u32], units: usize, rng: &mut Rng) -> Option<Code> {
        let k = code.len();
        let wrong = (self.fraction * k as f64).round() as usize;
        let keep = rng.subset(k, k - wrong.min(k));
        let mut cue: Code = keep.into_iter().map(|i| code[i as usize]).collect();
        cue.extend(rng.subset(units, wrong));
        cue.sort_unstable();
        cue.dedup();
        Some(cue)
    }

    fn fraction(&self) -> f64 {
        1.0 - self.fraction
    }

    fn amount(&self) -> f64 {
        self.fraction
    }

    fn cued(&self) -> f64 {
        1.0
    }

    fn noise(&self) -> f64 {
        self.fraction
    }
}
