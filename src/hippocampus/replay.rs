//! Ripples through the whole hippocampus: where they start, many side by side, and with their sequence shuffled.

use rayon::prelude::*;

use super::cue::CueSpec;
use super::engram::Engram;
use super::memory::HippocampusState;
use super::ripple::{End, Limits, Walk, hop, walk};
use super::store::{Cue, Recall, Scratch, StoreState, Trace};
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
        let as_lived: Vec<usize> = (0..shuffled.len()).collect();
        self.link(twin, position, &as_lived, shuffled);
        let walk = self.walk(twin, start, &mut Scratch::default());
        self.link(twin, position, shuffled, &as_lived);
        walk
    }

    /// Stores an episode in another order than it is stored in.
    fn link(&self, twin: &mut StoreState<R>, position: usize, now: &[usize], then: &[usize]) {
        let engrams = &self.stored[position].engrams;
        let of = |step: usize| (engrams[step].id, engrams[step].code.as_slice());
        let store = twin.as_dyn_mut();
        store.forget(&[now.iter().map(|step| of(*step)).collect()]);
        for (i, &step) in then.iter().enumerate() {
            let (engram, code) = of(step);
            store.encode(&[Trace {
                engram,
                code,
                content: self.store().content(engram).unwrap_or_default(),
                after: i.checked_sub(1).map(|before| of(then[before])),
            }]);
        }
        store.flush();
    }

    /// The stored engram that a state is most like: the position of its episode, its step, and the overlap.
    pub fn nearest(&self, state: &Recall) -> Option<(usize, usize, f64)> {
        let mut best: Option<(usize, usize, f64)> = None;
        for (position, episode) in self.stored.iter().enumerate() {
            for (step, engram) in episode.engrams.iter().enumerate() {
                let like = self.likeness(state, engram);
                if best.is_none_or(|b| like > b.2) {
                    best = Some((position, step, like));
                }
            }
        }
        best
    }

    /// Overlap of active units with those of a code that a lesion has left.
    pub fn overlap(&self, active: &[u32], code: &[u32]) -> f64 {
        self.store().overlap(active, code, &self.lesions.cuts.units)
    }

    /// Overlap of a state with an engram; a tape knows which engram it is at.
    pub fn likeness(&self, state: &Recall, engram: &Engram) -> f64 {
        match state.engram {
            Some(id) => f64::from(u8::from(id == engram.id)),
            None => self.overlap(&state.active, &engram.code),
        }
    }
}
