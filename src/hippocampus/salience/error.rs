//! Salience by what an episode got wrong.

use super::SalienceKind;
use crate::hippocampus::engram::StoredEpisode;
use crate::params;

params! {
    /// The mean loss when the episode was lived.
    pub struct ErrorSize {}
}

impl SalienceKind for ErrorSize {
    fn size(&self, episode: &StoredEpisode) -> f64 {
        episode.error.abs()
    }
}
