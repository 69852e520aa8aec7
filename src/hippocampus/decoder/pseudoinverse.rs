//! The ridge pseudo-inverse: D = (C − C X (XᵀX + λI)⁻¹ Xᵀ) / λ = Y (XᵀX + λI)⁻¹ Xᵀ, solved when sleep begins from C and the
//! stored codes X alone, in double precision.

use super::DecoderKind;
use super::synapses::Synapses;
use crate::hippocampus::store::Stored;
use crate::params;

params! {
    /// The ridge pseudo-inverse, solved from the Hebbian sum and the stored codes when sleep begins.
    pub struct Pseudoinverse {
        /// λ: larger is more forgiving of wrong units in a code, smaller is more exact.
        pub ridge: f64 = 0.01, [1e-6 ..= 1000], restart;
    }
}

impl DecoderKind for Pseudoinverse {
    fn solves(&self) -> bool {
        true
    }

    fn bytes(&self, units: u64, stored: &Stored) -> u64 {
        2 * 8 * units * stored.content
    }

    fn solve(&self, synapses: &mut Synapses, codes: &[&[u32]]) {
        synapses.solve(codes, self.ridge);
    }

    /// Until it is solved for the first time, the sum is read as it is.
    fn read(&self, synapses: &Synapses, code: &[u32], out: &mut [f64]) {
        if synapses.is_solved() {
            synapses.read_solved(code, out);
        } else {
            synapses.read_sum(code, out);
        }
    }
}
