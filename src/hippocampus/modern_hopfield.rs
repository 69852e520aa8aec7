//! The modern Hopfield network: softmax attention over stored patterns (Ramsauer et al. 2021).
//!
//! With m_p the similarity of the state s with pattern p (1 for the pattern itself),
//! w = softmax(β m), s ← Σ_p w_p x^p (their eq. 3); a step along an episode gives Σ_p w_p x^{p±1}. The state is real-valued
//! from sweep to sweep; what is active in the end are its k largest units. One sweep is one step of attention with the
//! patterns as keys and values.

use serde::{Deserialize, Serialize};

use super::attractor::{active, choose, speaking};
use super::patterns::{Patterns, dense};
use super::store::{
    Attention, Birth, Code, Cue, Cuts, Load, Recall, Scratch, Store, StoreKind, Stored, Trace,
};
use crate::event::Direction;
use crate::numeric::Real;
use crate::params;

params! {
    /// Softmax attention over stored patterns.
    pub struct ModernHopfield {
        /// Inverse temperature, for similarities that are 1 for a pattern with itself: larger picks one pattern out.
        pub beta: f64 = 20.0, [0.001 ..= 10000], restart;
        /// How many units there are (M). Memory grows with units × patterns.
        pub units: usize = 2000, [20 ..= 100000], "units", restart;
        /// Fraction of the units active in a code (a).
        pub sparsity: f64 = 0.05, [0.001 ..= 0.5], restart;
        /// Most sweeps in a recall; with 1 it is one step of attention.
        pub sweeps: usize = 3, [1 ..= 100], "sweeps", restart;
    }
}

impl StoreKind for ModernHopfield {
    fn units(&self) -> usize {
        self.units
    }

    fn active(&self) -> usize {
        active(self.units, self.sparsity)
    }

    fn bytes(&self, stored: &Stored) -> u64 {
        stored
            .steps
            .saturating_mul(4 * StoreKind::active(self) as u64 + 64)
    }
}

/// Stored patterns and how they are attended to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ModernHopfieldStore {
    params: ModernHopfield,
    patterns: Patterns,
}

impl ModernHopfieldStore {
    /// An empty store.
    pub fn new(params: &ModernHopfield, _: Birth) -> Self {
        Self {
            params: params.clone(),
            patterns: Patterns::new(params.units, StoreKind::active(params)),
        }
    }

    /// w = softmax(β m + ln strength), in place of m; returns Σ w m, the similarity with what is attended to.
    fn attend(&self, similarities: &mut [f32]) -> f32 {
        let beta = self.params.beta as f32;
        let score = |m: f32, s: f32| beta * m + s.ln();
        let both = || similarities.iter().zip(self.patterns.strengths());
        let top = both()
            .map(|(m, s)| score(*m, s))
            .fold(f32::NEG_INFINITY, f32::max);
        let weights: Vec<f32> = both().map(|(m, s)| (score(*m, s) - top).exp()).collect();
        let total: f32 = weights.iter().sum();
        let mut expected = 0.0;
        for (m, w) in similarities.iter_mut().zip(weights) {
            let w = w / total;
            expected += w * *m;
            *m = w;
        }
        expected
    }

    fn settle(
        &self,
        mut state: Vec<f32>,
        start: Code,
        cuts: &Cuts,
        scratch: &mut Scratch,
    ) -> Recall {
        let k = StoreKind::active(&self.params);
        let mut recall = Recall {
            active: start.clone(),
            sweeps: vec![start],
            strength: 1.0,
            ..Recall::default()
        };
        let (mut weights, mut next) = (Vec::new(), Vec::new());
        for _ in 0..self.params.sweeps {
            silence(&mut state, &cuts.collaterals);
            self.patterns.similarities(&state, &mut weights);
            recall.support = self.attend(&mut weights);
            self.patterns.blend(&weights, None, &mut next);
            silence(&mut next, &cuts.units);
            let moved = state
                .iter()
                .zip(&next)
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f32::max);
            std::mem::swap(&mut state, &mut next);
            let mut active = Code::new();
            let mut scores = state.clone();
            choose(&mut scores, k, cuts, &mut scratch.winners, &mut active);
            recall.active.clone_from(&active);
            if moved < 1e-6 {
                break;
            }
            recall.sweeps.push(active);
        }
        recall
    }
}

fn silence(state: &mut [f32], mask: &[bool]) {
    for (s, silent) in state.iter_mut().zip(mask) {
        if *silent {
            *s = 0.0;
        }
    }
}

impl<R: Real> Store<R> for ModernHopfieldStore {
    fn units(&self) -> usize {
        self.params.units
    }

    fn active(&self) -> usize {
        StoreKind::active(&self.params)
    }

    fn encode(&mut self, traces: &[Trace<'_, R>]) {
        self.patterns.encode(traces);
    }

    fn flush(&mut self) {}

    fn forget(&mut self, episodes: &[Vec<(u64, &[u32])>]) {
        self.patterns.forget(episodes);
    }

    fn decay(&mut self, factor: f64) {
        self.patterns.decay(factor);
    }

    fn complete(&self, cue: &Cue, cuts: &Cuts, scratch: &mut Scratch) -> Recall {
        let mut start = Code::new();
        speaking(&cue.units, &cuts.units, &mut start);
        if self.patterns.len() == 0 {
            return Recall::default();
        }
        let mut state = Vec::new();
        dense(&start, self.params.units, &mut state);
        self.settle(state, start, cuts, scratch)
    }

    fn next(
        &self,
        state: &Recall,
        direction: Direction,
        cuts: &Cuts,
        scratch: &mut Scratch,
    ) -> Recall {
        if self.patterns.len() == 0 {
            return Recall::default();
        }
        let (mut from, mut weights, mut to) = (Vec::new(), Vec::new(), Vec::new());
        speaking(&state.active, &cuts.sequence, &mut scratch.speaking);
        dense(&scratch.speaking, self.params.units, &mut from);
        self.patterns.similarities(&from, &mut weights);
        let alike = self.attend(&mut weights);
        let found = self.patterns.blend(&weights, Some(direction), &mut to);
        silence(&mut to, &cuts.units);
        let mut start = Code::new();
        let mut scores = to.clone();
        let k = StoreKind::active(&self.params);
        choose(&mut scores, k, cuts, &mut scratch.winners, &mut start);
        let mut recall = self.settle(to, start, cuts, scratch);
        recall.strength = found * alike;
        recall
    }

    fn attention(&self, cue: &Cue) -> Option<Attention> {
        let (mut state, mut weights, mut blend) = (Vec::new(), Vec::new(), Vec::new());
        dense(&cue.units, self.params.units, &mut state);
        self.patterns.similarities(&state, &mut weights);
        self.attend(&mut weights);
        self.patterns.blend(&weights, None, &mut blend);
        Some(Attention {
            engrams: self.patterns.engrams().collect(),
            weights,
            state: blend,
            beta: self.params.beta,
        })
    }

    fn content(&self, _: u64) -> Option<&[R]> {
        None
    }

    fn load(&self) -> Load {
        Load {
            patterns: self.patterns.len(),
            synapses: self.patterns.synapses(),
            floats: 0,
        }
    }
}
