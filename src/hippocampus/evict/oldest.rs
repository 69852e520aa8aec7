//! First in, first out.

use std::collections::VecDeque;

use super::EvictKind;
use crate::hippocampus::engram::StoredEpisode;
use crate::params;

params! {
    /// The oldest episode goes first.
    pub struct Oldest {}
}

impl EvictKind for Oldest {
    fn least_wanted(&self, stored: &VecDeque<StoredEpisode>) -> Option<usize> {
        (!stored.is_empty()).then_some(0)
    }
}
