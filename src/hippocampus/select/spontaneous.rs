//! No selection: whatever attractor wins.

use super::Select;
use crate::hippocampus::memory::HippocampusState;
use crate::numeric::Real;
use crate::params;

params! {
    /// No episode is chosen: noise goes in, and the ripple runs from whatever attractor wins.
    pub struct Spontaneous {}
}

impl<R: Real> Select<R> for Spontaneous {
    fn weight(&self, _: &HippocampusState<R>, _: usize) -> f64 {
        1.0
    }

    fn chooses(&self) -> bool {
        false
    }
}
