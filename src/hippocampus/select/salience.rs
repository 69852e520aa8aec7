//! Salient episodes first.

use super::Select;
use crate::hippocampus::memory::HippocampusState;
use crate::hippocampus::salience::{ErrorSize, SalienceSpec};
use crate::numeric::Real;
use crate::params;

params! {
    /// Salient episodes are likelier, in proportion to |error| or |reward|; those without any come last.
    pub struct Salience {
        /// What makes an episode salient.
        pub of: SalienceSpec = SalienceSpec::Error(ErrorSize {}), live;
    }
}

impl<R: Real> Select<R> for Salience {
    fn weight(&self, memory: &HippocampusState<R>, position: usize) -> f64 {
        self.of.kind().size(&memory.stored()[position])
    }
}
