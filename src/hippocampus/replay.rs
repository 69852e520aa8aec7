//! Ripples through the whole hippocampus: where they start, many side by side, and with their sequence shuffled.

use rayon::prelude::*;

use super::cue::CueSpec;
use super::memory::HippocampusState;
use super::ripple::{End, Limits, Walk, hop, walk};
use super::store::{Cue, Scratch, StoreState};
use crate::numeric::{Real, Rng};
use crate::record::Order;

/// Where a ripple starts and which way it goes.
#[derive(Clone, Debug)]
pub struct Start {
    /// Which way.
    pub order: Order,
    /// What is cued: the first step alone, or, shuffled, every step.
    pub cues: Vec<Cue>,
}

impl<R: Real> HippocampusState<R> {
    /// The steps of an episode in the order in which a ripple should visit them.
    pub fn path(steps: usize, order: Order, rng: &mut Rng) -> Vec<usize> {
        let mut path: Vec<usize> = (0..steps).collect();
        match order {
            Order::FORWARD => {}
            Order::REVERSE => path.reverse(),
            Order::Shuffled => rng.shuffle(&mut path),
        }
        path
    }

    /// Cues the engrams along a path, as far as its order needs cues.
    pub fn start(
        &self,
        position: usize,
        order: Order,
        path: &[usize],
        cue: &CueSpec,
        rng: &mut Rng,
    ) -> Start {
        let engrams = &self.stored[position].engrams;
        let cued = if order == Order::Shuffled {
            path
        } else {
            &path[..path.len().min(1)]
        };
        let cues = cued
            .iter()
            .map(|&step| self.cue(&engrams[step], cue, None, rng));
        Start {
            order,
            cues: cues.collect(),
        }
    }

    /// Noise: as many units as a code has, at random.
    pub fn noise(&self, rng: &mut Rng) -> Cue {
        Cue {
            units: rng.subset(self.store().units(), self.store().active()),
            engram: None,
        }
    }

    /// The ripple from each start, side by side on rayon's threads; the results do not depend on their number.
    pub fn walks(&self, starts: &[Start]) -> Vec<Walk> {
        let store = &self.store;
        let one = |scratch: &mut Scratch, start: &Start| self.walk(store, start, scratch);
        starts.par_iter().map_init(Scratch::default, one).collect()
    }

    fn walk(&self, store: &StoreState<R>, start: &Start, scratch: &mut Scratch) -> Walk {
        if self.lesions.silences_store() || start.cues.is_empty() {
            return Walk {
                states: Vec::new(),
                end: End::Silent,
            };
        }
        let (store, cuts) = (store.as_dyn(), &self.lesions.cuts);
        match start.order {
            Order::Along(direction) => {
                let limits = Limits {
                    ripple: self.spec.ripple.length,
                    walk: self.load().max(1),
                };
                walk(store, &start.cues[0], direction, limits, cuts, scratch)
            }
            Order::Shuffled => hop(store, &start.cues, cuts, scratch),
        }
    }

    /// A copy of the store in which ripples along shuffled sequences run.
    pub fn twin(&self) -> StoreState<R> {
        self.store.clone()
    }

    /// The ripple through an episode whose sequence synapses lead in the order of `shuffled` instead of as it was lived.
    /// It is cued where that order ends, or begins. `twin` is as it was afterwards: what is unlearned leaves no trace.
    pub fn shuffled_walk(
        &self,
        twin: &mut StoreState<R>,
        position: usize,
        shuffled: &[usize],
        start: &Start,
    ) -> Walk {
        let engrams = &self.stored[position].engrams;
        let as_lived: Vec<(u64, &[u32])> =
            engrams.iter().map(|e| (e.id, e.code.as_slice())).collect();
        let otherwise: Vec<_> = shuffled.iter().map(|&step| as_lived[step]).collect();
        twin.as_dyn_mut().relink(&as_lived, &otherwise);
        let walk = self.walk(twin, start, &mut Scratch::default());
        twin.as_dyn_mut().relink(&otherwise, &as_lived);
        walk
    }
}
