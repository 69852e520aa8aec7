//! New episodes first.

use super::Select;
use crate::hippocampus::memory::HippocampusState;
use crate::numeric::Real;
use crate::params;

params! {
    /// Newer episodes are likelier: each older one by a constant factor less.
    pub struct Recent {
        /// Episodes after which the likelihood has fallen to half.
        pub half_life: f64 = 8.0, [0.1 ..= 1000000], "episodes", live;
    }
}

impl<R: Real> Select<R> for Recent {
    fn weight(&self, memory: &HippocampusState<R>, position: usize) -> f64 {
        let age = memory.stored().len() - 1 - position;
        0.5_f64.powf(age as f64 / self.half_life)
    }
}
