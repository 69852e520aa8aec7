//! Room for a fixed number of steps.

use std::collections::VecDeque;

use super::CapacityKind;
use crate::hippocampus::engram::StoredEpisode;
use crate::hippocampus::evict::{EvictSpec, Oldest};
use crate::params;
use crate::registry::label;

params! {
    /// Room for a fixed number of steps; whole episodes are unlearned to make room.
    pub struct Fixed {
        /// Most steps stored at once.
        pub steps: usize = 400, [1 ..= 60000], "steps", restart;
        /// Which episode goes.
        pub evict: EvictSpec = EvictSpec::Oldest(Oldest {}), live;
    }
}

impl CapacityKind for Fixed {
    fn room(&self) -> usize {
        self.steps
    }

    fn least_wanted(&self, stored: &VecDeque<StoredEpisode>) -> Option<usize> {
        self.evict.kind().least_wanted(stored)
    }

    fn distinction(&self) -> Vec<(&'static str, String)> {
        let usual = EvictSpec::named(self.evict.name());
        let usual = usual.as_ref().unwrap_or(&self.evict);
        let evict = label(self.evict.name(), &[], &self.evict, usual);
        vec![("steps", self.steps.to_string()), ("evict", evict)]
    }
}
