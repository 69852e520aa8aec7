//! What matters least goes first.

use std::collections::VecDeque;

use super::EvictKind;
use crate::hippocampus::engram::StoredEpisode;
use crate::hippocampus::salience::{ErrorSize, SalienceSpec};
use crate::params;

params! {
    /// The episode with the smallest error or reward goes first; of several, the oldest.
    pub struct LeastSalient {
        /// What makes an episode salient.
        pub of: SalienceSpec = SalienceSpec::Error(ErrorSize {}), live;
    }
}

impl EvictKind for LeastSalient {
    fn least_wanted(&self, stored: &VecDeque<StoredEpisode>) -> Option<usize> {
        let saliences = stored.iter().map(|e| self.of.kind().size(e)).enumerate();
        let least = saliences.min_by(|a, b| a.1.total_cmp(&b.1));
        least.map(|(position, _)| position)
    }
}
