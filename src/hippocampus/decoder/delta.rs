//! The normalised delta rule: D ← D + rate (y − D x) xᵀ / k at encoding.

use super::DecoderKind;
use super::synapses::Synapses;
use crate::params;

params! {
    /// The normalised delta rule: each new engram corrects what the decoder would have said of it.
    pub struct Delta {
        /// Fraction of the error corrected in one shot.
        pub rate: f64 = 1.0, [0.01 ..= 1.9], live;
    }
}

impl DecoderKind for Delta {
    fn sums(&self) -> bool {
        false
    }

    fn learn(&self, synapses: &mut Synapses, code: &[u32], content: &[f64]) {
        synapses.correct(code, content, self.rate);
    }

    fn read(&self, synapses: &Synapses, code: &[u32], out: &mut [f64]) {
        synapses.read_solved(code, out);
    }
}
