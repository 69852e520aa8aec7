//! The sum itself: ŷ = (C x − a C 1) / (k (1−a)), the mean crosstalk taken off.

use super::DecoderKind;
use super::synapses::Synapses;
use crate::params;

params! {
    /// The sum of content × code: one-shot, with crosstalk between engrams.
    pub struct Hebbian {}
}

impl DecoderKind for Hebbian {
    fn read(&self, synapses: &Synapses, code: &[u32], out: &mut [f64]) {
        synapses.read_sum(code, out);
    }
}
