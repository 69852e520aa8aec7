//! The modern Hopfield network: softmax attention over stored patterns (Ramsauer et al. 2021).
//!
//! With m_p the similarity of the state s with pattern p (1 for the pattern itself),
//! w = softmax(β m), s ← Σ_p w_p x^p (their eq. 3); a step along an episode gives Σ_p w_p x^{p±1}. The state is real-valued
//! from sweep to sweep; what is active in the end are its k largest units. One sweep is one step of attention with the
//! patterns as keys and values.

use super::patterns::{Association, Patterns, dense};
use super::sweep::{active, choose, relative, speaking};
use super::{Attention, Code, CodeSize, Cue, Cuts, Recall, Scratch, StoreKind, Stored};
use crate::params;
use crate::record::Direction;

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
    fn codes(&self) -> Option<CodeSize> {
        Some(CodeSize {
            units: self.units,
            active: active(self.units, self.sparsity),
        })
    }

    fn distinction(&self) -> Vec<(&'static str, String)> {
        vec![
            ("sparsity", self.sparsity.to_string()),
            ("beta", self.beta.to_string()),
        ]
    }

    fn bytes(&self, stored: &Stored) -> u64 {
        stored
            .steps
            .saturating_mul(4 * StoreKind::active(self) as u64 + 64)
    }
}

impl ModernHopfield {
    /// w = softmax(β m + ln strength), in place of m; returns Σ w m, the similarity with what is attended to.
    fn attend(&self, patterns: &Patterns, similarities: &mut [f32]) -> f32 {
        let beta = self.beta as f32;
        let score = |m: f32, s: f32| beta * m + s.ln();
        let both = || similarities.iter().zip(patterns.strengths());
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
        patterns: &Patterns,
        mut state: Vec<f32>,
        start: Code,
        cuts: &Cuts,
        scratch: &mut Scratch,
    ) -> Recall {
        let k = self.active();
        let mut recall = Recall {
            active: start.clone(),
            sweeps: vec![start],
            strength: 1.0,
            ..Recall::default()
        };
        let (mut weights, mut next) = (Vec::new(), Vec::new());
        let left = patterns.left(cuts, &cuts.collaterals);
        let size = patterns.size();
        for _ in 0..self.sweeps {
            silence(&mut state, &cuts.collaterals);
            patterns.similarities(&state, &mut weights);
            recall.support = relative(self.attend(patterns, &mut weights), left);
            patterns.blend(&weights, None, &mut next);
            silence(&mut next, &cuts.units);
            let moved = state
                .iter()
                .zip(&next)
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f32::max);
            std::mem::swap(&mut state, &mut next);
            let mut active = Code::new();
            let mut scores = state.clone();
            choose(
                &mut scores,
                k,
                size,
                cuts,
                &mut scratch.winners,
                &mut active,
            );
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

impl Association for ModernHopfield {
    fn settle_from(
        &self,
        patterns: &Patterns,
        start: Code,
        cuts: &Cuts,
        scratch: &mut Scratch,
    ) -> Recall {
        let mut state = Vec::new();
        dense(&start, self.units, &mut state);
        self.settle(patterns, state, start, cuts, scratch)
    }

    fn step(
        &self,
        patterns: &Patterns,
        state: &Recall,
        direction: Direction,
        cuts: &Cuts,
        scratch: &mut Scratch,
    ) -> Recall {
        let (mut from, mut weights, mut to) = (Vec::new(), Vec::new(), Vec::new());
        speaking(&state.active, &cuts.sequence, &mut scratch.speaking);
        dense(&scratch.speaking, self.units, &mut from);
        patterns.similarities(&from, &mut weights);
        let alike = self.attend(patterns, &mut weights);
        let found = patterns.blend(&weights, Some(direction), &mut to);
        silence(&mut to, &cuts.units);
        let mut start = Code::new();
        let mut scores = to.clone();
        let k = self.active();
        choose(
            &mut scores,
            k,
            patterns.size(),
            cuts,
            &mut scratch.winners,
            &mut start,
        );
        let mut recall = self.settle(patterns, to, start, cuts, scratch);
        recall.strength = found * relative(alike, patterns.left(cuts, &cuts.sequence));
        recall
    }

    fn attention(&self, patterns: &Patterns, cue: &Cue) -> Option<Attention> {
        let (mut state, mut weights, mut blend) = (Vec::new(), Vec::new(), Vec::new());
        dense(&cue.units, self.units, &mut state);
        patterns.similarities(&state, &mut weights);
        self.attend(patterns, &mut weights);
        patterns.blend(&weights, None, &mut blend);
        Some(Attention {
            engrams: patterns.engrams().collect(),
            weights,
            state: blend,
            beta: self.beta,
        })
    }
}
