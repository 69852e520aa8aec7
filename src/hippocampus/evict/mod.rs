//! Which episode goes when there is no room. One way, one file, one line in the registry.

mod least_salient;
mod oldest;

pub use least_salient::LeastSalient;
pub use oldest::Oldest;

use std::collections::VecDeque;

use super::engram::StoredEpisode;
use crate::registry;

/// Which episode goes when there is no room.
pub trait EvictKind {
    /// The position of the episode that goes; none where none is stored.
    fn least_wanted(&self, stored: &VecDeque<StoredEpisode>) -> Option<usize>;
}

registry! {
    /// Which episode goes when there is no room.
    pub enum EvictSpec "eviction": EvictKind {
        Oldest(Oldest),
        LeastSalient(LeastSalient),
    }
}
