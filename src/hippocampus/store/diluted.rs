//! CA3 with a fraction of its synapses: each unit's axon reaches a random part of the others.
//!
//! The covariance sums run over the synapses that exist, so that an input loses signal and crosstalk alike. A synapse from
//! i to j does not imply one back: the collaterals are not symmetric.

use super::attractor::{Activation, Network};
use super::sweep::active;
use super::synapses::MOST_COUNTED;
use super::wiring::bytes;
use super::{CodeSize, StoreKind, Stored};
use crate::params;

params! {
    /// Sparse attractor network like Ca3 in which only a fraction of the synapses exists.
    pub struct Diluted {
        /// Fraction of the other units that a unit's axon reaches.
        pub connectivity: f64 = 0.1, [0.001 ..= 0.999], restart;
        /// How many units there are (M). Memory grows with its square.
        pub units: usize = 2000, [20 ..= 20000], "units", restart;
        /// Fraction of the units active in a code (a).
        pub sparsity: f64 = 0.05, [0.001 ..= 0.5], restart;
        /// Most sweeps of the attractor dynamics in a recall.
        pub sweeps: usize = 10, [1 ..= 100], "sweeps", restart;
    }
}

impl From<&Diluted> for Network {
    fn from(p: &Diluted) -> Self {
        Self {
            units: p.units,
            active: p.active(),
            sparsity: p.sparsity,
            sweeps: p.sweeps,
            connectivity: p.connectivity,
            activation: Activation::Winners,
        }
    }
}

impl StoreKind for Diluted {
    fn codes(&self) -> Option<CodeSize> {
        Some(CodeSize {
            units: self.units,
            active: active(self.units, self.sparsity),
        })
    }

    fn distinction(&self) -> Vec<(&'static str, String)> {
        vec![
            ("sparsity", self.sparsity.to_string()),
            ("connectivity", self.connectivity.to_string()),
        ]
    }

    fn most(&self) -> u64 {
        MOST_COUNTED
    }

    fn bytes(&self, stored: &Stored) -> u64 {
        2 * bytes(self.units, self.connectivity, stored.decaying)
    }
}
