//! A memory that compresses itself: episodes that are alike become one.

use std::collections::VecDeque;

use super::CapacityKind;
use crate::hippocampus::engram::StoredEpisode;
use crate::{params, registry};

params! {
    /// Whole episodes are alike or not.
    pub struct WholeEpisode {}
}

registry! {
    /// What joins a prototype.
    pub enum UnitSpec "unit" {
        Episode(WholeEpisode),
    }
}

params! {
    /// An episode like a stored one joins it: their mean is kept as a prototype, with a count.
    pub struct Compress {
        /// Largest distance at which two episodes of the same targets count as alike: the size of the difference of their states and inputs, relative to their own.
        pub threshold: f64 = 0.3, [0 ..= 2], live;
        /// What is compared and joined.
        pub unit: UnitSpec = UnitSpec::Episode(WholeEpisode {}), restart;
        /// Most steps stored at once; the prototype of the fewest episodes goes first.
        pub steps: usize = 60000, [1 ..= 60000], "steps", restart;
    }
}

impl CapacityKind for Compress {
    fn room(&self) -> usize {
        self.steps
    }

    fn joins_within(&self) -> Option<f64> {
        Some(self.threshold)
    }

    fn least_wanted(&self, stored: &VecDeque<StoredEpisode>) -> Option<usize> {
        let counts = stored.iter().map(|e| e.count).enumerate();
        counts.min_by_key(|c| c.1).map(|(position, _)| position)
    }

    fn suits_a_tape(&self) -> Result<(), &'static str> {
        Err("contents are kept as they were, not as a mean")
    }

    fn distinction(&self) -> Vec<(&'static str, String)> {
        vec![("threshold", self.threshold.to_string())]
    }
}
