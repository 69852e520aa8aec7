//! What is kept of a step, and of the episode that it belongs to.

use serde::{Deserialize, Serialize};

use super::store::{Code, Recall};

/// One stored step.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Engram {
    /// Number in the run.
    pub id: u64,
    /// CA3 code.
    pub code: Code,
    /// Entorhinal code.
    pub entorhinal: Code,
    /// Trace strength: 1 when new, less in a palimpsest.
    pub strength: f32,
}

impl Engram {
    /// Its own state, as if it had been recalled without any error.
    pub fn recalled(&self) -> Recall {
        Recall {
            active: self.code.clone(),
            engram: Some(self.id),
            ..Recall::default()
        }
    }
}

/// The engrams of one episode, in the order they were lived.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StoredEpisode {
    /// Number in the run.
    pub episode: u64,
    /// Its mean loss when it was lived.
    pub error: f64,
    /// The reward that it brought.
    pub reward: f64,
    /// How many episodes it stands for.
    pub count: u64,
    /// Numbers of these, itself first, then the latest.
    pub members: Vec<u64>,
    /// Its steps.
    pub engrams: Vec<Engram>,
}

/// An episode drawn for replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// Where it is among the stored ones.
    pub position: usize,
    /// Its number, or that of an episode that a prototype stands for.
    pub episode: u64,
}

/// CA3 codes of all steps of episodes, one after the other.
pub(super) fn codes_of<'a>(
    episodes: impl IntoIterator<Item = &'a StoredEpisode>,
) -> Vec<&'a [u32]> {
    let engrams = episodes.into_iter().flat_map(|e| &e.engrams);
    engrams.map(|e| e.code.as_slice()).collect()
}
