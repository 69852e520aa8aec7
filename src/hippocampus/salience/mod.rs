//! What makes an episode salient. One file each.

mod error;
mod reward;

pub use error::ErrorSize;
pub use reward::RewardSize;

use super::engram::StoredEpisode;
use crate::registry;

/// What makes an episode salient.
pub trait SalienceKind {
    /// How salient an episode is.
    fn size(&self, episode: &StoredEpisode) -> f64;
}

registry! {
    /// What makes an episode salient.
    pub enum SalienceSpec "salience": SalienceKind {
        Error(ErrorSize),
        Reward(RewardSize),
    }
}
