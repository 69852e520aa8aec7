//! Which episode a ripple replays. One selection, one file, one line in the registry.

mod oldest;
mod recent;
mod salience;
mod spontaneous;
mod strength;
mod uniform;

pub use oldest::OldestFirst;
pub use recent::Recent;
pub use salience::Salience;
pub use spontaneous::Spontaneous;
pub use strength::Strength;
pub use uniform::Uniform;

use super::engram::Drawn;
use super::memory::HippocampusState;
use crate::numeric::{Real, Rng};
use crate::registry;

/// Which episode a ripple replays.
pub trait Select<R: Real> {
    /// How likely the stored episode at a position is drawn, up to a factor.
    fn weight(&self, memory: &HippocampusState<R>, position: usize) -> f64;

    /// Draws one of the episodes that have not come yet, of which there is at least one. Unless a selection does otherwise,
    /// each is as likely as its weight says.
    fn draw(&self, memory: &HippocampusState<R>, free: &[Drawn], rng: &mut Rng) -> Drawn {
        let weights: Vec<f64> = free
            .iter()
            .map(|d| self.weight(memory, d.position))
            .collect();
        let total: f64 = weights.iter().sum();
        if total <= 0.0 {
            // Nothing stands out among what is left.
            return free[rng.below(free.len())];
        }
        let mut left = rng.uniform() * total;
        let chosen = free.iter().zip(&weights).find(|(_, w)| {
            left -= **w;
            left < 0.0
        });
        chosen.map_or(free[free.len() - 1], |(drawn, _)| *drawn)
    }

    /// Whether an episode is chosen at all; if not, noise goes in and whatever attractor wins is replayed.
    fn chooses(&self) -> bool {
        true
    }
}

registry! {
    /// Which episode a ripple replays; within a sleep none twice before all have come, except spontaneously.
    pub enum SelectSpec "selection": Select<R> {
        Uniform(Uniform),
        Recent(Recent),
        Oldest(OldestFirst),
        Strength(Strength),
        Salience(Salience): "Schaul et al. 2016, arXiv:1511.05952; Singer & Frank 2009",
        Spontaneous(Spontaneous): "Shen & McNaughton 1996",
    }
}

impl SelectSpec {
    /// Whether an episode is chosen at all.
    pub fn chooses(&self) -> bool {
        self.kind::<f32>().chooses()
    }
}
