//! Which episode a ripple replays.

use super::{HippocampusState, SalienceSpec, SelectSpec, StoredEpisode};
use crate::numeric::{Real, Rng};

impl SalienceSpec {
    /// |error| or |reward| of an episode.
    pub fn size(&self, episode: &StoredEpisode) -> f64 {
        match self {
            Self::Error(_) => episode.error.abs(),
            Self::Reward(_) => episode.reward.abs(),
        }
    }
}

/// An episode drawn for replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// Where it is among the stored ones.
    pub position: usize,
    /// Its number, or that of an episode that a prototype stands for.
    pub episode: u64,
}

impl<R: Real> HippocampusState<R> {
    /// Draws an episode; none twice before all have come.
    pub fn draw(&mut self, rng: &mut Rng) -> Option<Drawn> {
        let mut free = self.candidates();
        if free.is_empty() {
            self.drawn.clear();
            free = self.candidates();
        }
        let weights: Vec<f64> = free.iter().map(|d| self.wanted(d.position)).collect();
        let total: f64 = weights.iter().sum();
        let drawn = if let SelectSpec::Uniform(_) = self.spec.ripple.select {
            (!free.is_empty()).then(|| free[rng.below(free.len())])
        } else if total > 0.0 {
            let mut left = rng.uniform() * total;
            let chosen = free.iter().zip(&weights).find(|(_, w)| {
                left -= **w;
                left < 0.0
            });
            chosen.map(|(d, _)| *d).or(free.last().copied())
        } else {
            // Nothing stands out among what is left.
            (!free.is_empty()).then(|| free[rng.below(free.len())])
        }?;
        self.drawn.insert(drawn.episode);
        Some(drawn)
    }

    /// Episodes that were drawn but not replayed may come again.
    pub fn put_back(&mut self, episodes: impl Iterator<Item = u64>) {
        for episode in episodes {
            self.drawn.remove(&episode);
        }
    }

    /// Episodes that have not come yet.
    fn candidates(&self) -> Vec<Drawn> {
        let all = self.stored.iter().enumerate().flat_map(|(position, e)| {
            let members = e.members.iter();
            members.map(move |&episode| Drawn { position, episode })
        });
        all.filter(|d| !self.drawn.contains(&d.episode)).collect()
    }

    /// How likely a stored episode is drawn, up to a factor.
    fn wanted(&self, position: usize) -> f64 {
        let episode = &self.stored[position];
        match &self.spec.ripple.select {
            SelectSpec::Uniform(_) | SelectSpec::Spontaneous(_) => 1.0,
            SelectSpec::Recent(p) => {
                0.5_f64.powf((self.stored.len() - 1 - position) as f64 / p.half_life)
            }
            SelectSpec::Strength(_) => {
                let strengths = episode.engrams.iter().map(|e| f64::from(e.strength));
                strengths.sum::<f64>() / episode.engrams.len().max(1) as f64
            }
            SelectSpec::Salience(p) => p.of.size(episode),
        }
    }
}
