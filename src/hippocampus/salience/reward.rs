//! Salience by what an episode brought.

use super::SalienceKind;
use crate::hippocampus::engram::StoredEpisode;
use crate::params;

params! {
    /// The size of the reward that the episode brought.
    pub struct RewardSize {}
}

impl SalienceKind for RewardSize {
    fn size(&self, episode: &StoredEpisode) -> f64 {
        episode.reward.abs()
    }
}
