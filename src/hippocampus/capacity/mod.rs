//! How much is kept. One capacity, one file, one line in the registry.

mod compress;
mod fixed;
mod palimpsest;
mod unbounded;

pub use compress::{Compress, UnitSpec, WholeEpisode};
pub use fixed::Fixed;
pub use palimpsest::{FAINTEST, Palimpsest};
pub use unbounded::Unbounded;

use std::collections::VecDeque;

use super::engram::StoredEpisode;
use crate::registry;

/// How much is kept.
pub trait CapacityKind {
    /// Most steps stored at once.
    fn room(&self) -> usize {
        usize::MAX
    }
    /// Factor by which older traces shrink with each stored step; `None` where they do not.
    fn decay(&self) -> Option<f64> {
        None
    }
    /// Largest distance at which an episode joins a stored one; `None` where none does.
    fn joins_within(&self) -> Option<f64> {
        None
    }
    /// The position of the episode that goes when there is no room; none where none is stored.
    fn least_wanted(&self, stored: &VecDeque<StoredEpisode>) -> Option<usize> {
        (!stored.is_empty()).then_some(0)
    }
    /// Most steps that are stored at once when so many are lived, in episodes of so many steps.
    fn kept(&self, lived: u64, _episode: u64) -> u64 {
        lived.min(self.room() as u64)
    }
    /// Why a tape cannot have it, in a clause.
    fn suits_a_tape(&self) -> Result<(), &'static str> {
        Ok(())
    }
    /// Parameters that its name tells always, by their names.
    fn distinction(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

registry! {
    /// How much is kept.
    pub enum CapacitySpec "capacity": CapacityKind {
        Unbounded(Unbounded),
        Fixed(Fixed),
        Palimpsest(Palimpsest): "Nadal, Toulouse, Changeux & Dehaene 1986; Parisi 1986",
        Compress(Compress): "Lillicrap & Santoro 2019: a self-compressing memory",
    }
}

impl CapacitySpec {
    /// Its name with what tells it apart from others of its kind: `Fixed-400-Oldest`.
    pub fn label(&self) -> String {
        let usual = Self::named(self.name());
        let usual = usual.as_ref().unwrap_or(self);
        registry::label(self.name(), &self.kind().distinction(), self, usual)
    }
}
