//! Strong traces first.

use super::Select;
use crate::hippocampus::memory::HippocampusState;
use crate::numeric::Real;
use crate::params;

params! {
    /// Stronger traces are likelier, in proportion: in a palimpsest those are the newer ones, with prototypes the frequent.
    pub struct Strength {}
}

impl<R: Real> Select<R> for Strength {
    fn weight(&self, memory: &HippocampusState<R>, position: usize) -> f64 {
        let engrams = &memory.stored()[position].engrams;
        let strengths = engrams.iter().map(|e| f64::from(e.strength));
        strengths.sum::<f64>() / engrams.len().max(1) as f64
    }
}
