//! What makes an episode salient.

use super::engram::StoredEpisode;
use crate::{params, registry};

params! {
    /// The mean loss when the episode was lived.
    pub struct ErrorSize {}
}

params! {
    /// The size of the reward that the episode brought.
    pub struct RewardSize {}
}

/// What makes an episode salient.
pub trait SalienceKind {
    /// How salient an episode is.
    fn size(&self, episode: &StoredEpisode) -> f64;
}

impl SalienceKind for ErrorSize {
    fn size(&self, episode: &StoredEpisode) -> f64 {
        episode.error.abs()
    }
}

impl SalienceKind for RewardSize {
    fn size(&self, episode: &StoredEpisode) -> f64 {
        episode.reward.abs()
    }
}

registry! {
    /// What makes an episode salient.
    pub enum SalienceSpec "salience": SalienceKind {
        Error(ErrorSize),
        Reward(RewardSize),
    }
}
