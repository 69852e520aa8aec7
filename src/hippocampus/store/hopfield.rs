//! The classic Hopfield network: ±1 units, half of them active in a code, Hebbian synapses.
//!
//! With ξ = 2x − 1, Σ ξ ξᵀ = 4 Σ (x−½)(x−½)ᵀ: the covariance rule at a = ½. A sweep updates all units at once,
//! ξ_i ← sign(Σ_{j≠i} w_ij ξ_j). Capacity 0.138 N (Amit, Gutfreund & Sompolinsky 1985).

use super::attractor::{Activation, Network};
use super::synapses::MOST_COUNTED;
use super::wiring::bytes;
use super::{CodeSize, StoreKind, Stored};
use crate::params;

params! {
    /// Classic Hopfield network: ±1 units that follow the sign of their input, half of them active in a code.
    pub struct Hopfield {
        /// How many units there are (N). Memory grows with its square.
        pub units: usize = 1000, [20 ..= 20000], "units", restart;
        /// Most sweeps of the attractor dynamics in a recall.
        pub sweeps: usize = 30, [1 ..= 1000], "sweeps", restart;
    }
}

impl From<&Hopfield> for Network {
    fn from(p: &Hopfield) -> Self {
        Self {
            units: p.units,
            active: p.units / 2,
            sparsity: 0.5,
            sweeps: p.sweeps,
            connectivity: 1.0,
            activation: Activation::Sign,
        }
    }
}

impl StoreKind for Hopfield {
    fn codes(&self) -> Option<CodeSize> {
        Some(CodeSize {
            units: self.units,
            active: self.units / 2,
        })
    }

    fn most(&self) -> u64 {
        MOST_COUNTED
    }

    fn bytes(&self, stored: &Stored) -> u64 {
        2 * bytes(self.units, 1.0, stored.decaying)
    }

    fn problem(&self) -> Option<(&'static str, String, &'static str)> {
        (!self.units.is_multiple_of(2)).then(|| {
            (
                "units",
                format!("half of {} units cannot be active", self.units),
                "use an even number of units",
            )
        })
    }
}
