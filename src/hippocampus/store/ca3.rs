//! CA3: a sparse attractor network whose units compete.

use super::attractor::{Activation, Network};
use super::sweep::active;
use super::synapses::MOST_COUNTED;
use super::wiring::bytes;
use super::{CodeSize, StoreKind, Stored};
use crate::params;

params! {
    /// Sparse attractor network with a k-winners-take-all state, recurrent collaterals and sequence synapses.
    pub struct Ca3 {
        /// How many units there are (M). Memory grows with its square.
        pub units: usize = 2000, [20 ..= 20000], "units", restart;
        /// Fraction of the units active in a code (a).
        pub sparsity: f64 = 0.05, [0.001 ..= 0.5], restart;
        /// Most sweeps of the attractor dynamics in a recall.
        pub sweeps: usize = 10, [1 ..= 100], "sweeps", restart;
    }
}

impl From<&Ca3> for Network {
    fn from(p: &Ca3) -> Self {
        Self {
            units: p.units,
            active: p.active(),
            sparsity: p.sparsity,
            sweeps: p.sweeps,
            connectivity: 1.0,
            activation: Activation::Winners,
        }
    }
}

impl StoreKind for Ca3 {
    fn codes(&self) -> Option<CodeSize> {
        Some(CodeSize {
            units: self.units,
            active: active(self.units, self.sparsity),
        })
    }

    fn distinction(&self) -> Vec<(&'static str, String)> {
        vec![("sparsity", self.sparsity.to_string())]
    }

    fn most(&self) -> u64 {
        MOST_COUNTED
    }

    fn bytes(&self, stored: &Stored) -> u64 {
        2 * bytes(self.units, 1.0, stored.decaying)
    }
}
