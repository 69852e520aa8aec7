//! Sequence memory with nonlinear separation (Chaudhry, Zavatone-Veth, Krotov & Pehlevan 2023).
//!
//! ±1 units. With m_p = (1/N) Σ_j ξ_j^p s_j, a step forward is s_i ← sign(Σ_p ξ_i^{p+1} f(m_p)) (their eq. 6, here with the
//! term j = i), a step back the same with ξ^{p−1}, and a cue is completed by s_i ← sign(Σ_p ξ_i^p f(m_p)). f sharpens:
//! f(m) = m^d, or f(m) = exp((N−1)(m−1)). With d = 1 it is the asymmetric Hopfield network.

use serde::{Deserialize, Serialize};

use super::attractor::{settle, signed_overlap, speaking};
use super::patterns::{Patterns, dense};
use super::store::{
    Birth, Code, Cue, Cuts, Load, Recall, Scratch, Store, StoreKind, Stored, Trace,
};
use crate::event::Direction;
use crate::numeric::Real;
use crate::{params, registry};

params! {
    /// f(m) = m^d.
    pub struct Polynomial {
        /// Degree: 1 is the linear network.
        pub d: usize = 2, [1 ..= 20], restart;
    }
}

params! {
    /// f(m) = exp((N−1)(m−1)).
    pub struct Exponential {}
}

registry! {
    /// How sharply a sequence memory tells stored patterns apart.
    pub enum SharpnessSpec "sharpness" {
        Polynomial(Polynomial): "Chaudhry et al. 2023, arXiv:2306.04532",
        Exponential(Exponential): "Chaudhry et al. 2023, arXiv:2306.04532",
    }
}

params! {
    /// Long sequences of ±1 patterns, told apart by a nonlinear separation function.
    pub struct SequenceHopfield {
        /// f: how sharply patterns are told apart.
        pub separation: SharpnessSpec = SharpnessSpec::Polynomial(Polynomial::default()), restart;
        /// How many units there are (N). Memory grows with units × patterns.
        pub units: usize = 300, [20 ..= 100000], "units", restart;
        /// Most sweeps in completing a cue; steps along a sequence are single.
        pub sweeps: usize = 10, [1 ..= 100], "sweeps", restart;
    }
}

impl StoreKind for SequenceHopfield {
    fn units(&self) -> usize {
        self.units
    }

    fn active(&self) -> usize {
        self.units / 2
    }

    fn bytes(&self, stored: &Stored) -> u64 {
        stored.steps.saturating_mul(4 * self.units as u64 / 2 + 64)
    }

    fn problem(&self) -> Option<(&'static str, String, &'static str)> {
        (!self.units.is_multiple_of(2)).then(|| {
            (
                "units",
                format!("half of {} units cannot be active", self.units),
                "use an even number of units",
            )
        })
    }
}

/// Stored patterns and how they are told apart.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SequenceHopfieldStore {
    params: SequenceHopfield,
    patterns: Patterns,
}

impl SequenceHopfieldStore {
    /// An empty store.
    pub fn new(params: &SequenceHopfield, _: Birth) -> Self {
        Self {
            params: params.clone(),
            patterns: Patterns::new(params.units, params.units / 2),
        }
    }

    /// f(m_p) by strength, relative to the largest; and the largest m.
    fn sharpened(&self, state: &[u32], cut: &[bool], scratch: &mut Scratch) -> (Vec<f32>, f32) {
        let (mut from, mut m) = (Vec::new(), Vec::new());
        speaking(state, cut, &mut scratch.speaking);
        dense(&scratch.speaking, self.params.units, &mut from);
        self.patterns.similarities(&from, &mut m);
        let best = m.iter().copied().fold(f32::MIN, f32::max);
        // Only proportions matter to a sign; relative to the best no power underflows for all.
        let top = m.iter().map(|m| m.abs()).fold(f32::MIN_POSITIVE, f32::max);
        let exponent = self.params.units as f32 - 1.0;
        for (m, strength) in m.iter_mut().zip(self.patterns.strengths()) {
            *m = strength
                * match &self.params.separation {
                    SharpnessSpec::Polynomial(p) => (*m / top).powi(p.d as i32),
                    SharpnessSpec::Exponential(_) => (exponent * (*m - best)).exp(),
                };
        }
        (m, best)
    }

    /// Units whose input Σ_p ξ_i f_p is positive, and the mean size of the input.
    fn answer(&self, f: &[f32], step: Option<Direction>, cuts: &Cuts) -> (Code, f32) {
        let mut input = Vec::new();
        let total = self.patterns.blend(f, step, &mut input);
        let mut size = 0.0;
        let mut code = Code::new();
        for (i, x) in input.iter().enumerate() {
            // Σ_p (2x_i − 1) f_p
            let h = 2.0 * x - total;
            size += h.abs();
            if h > 0.0 && !cuts.units.get(i).copied().unwrap_or(false) {
                code.push(i as u32);
            }
        }
        (code, size / self.params.units as f32)
    }
}

impl<R: Real> Store<R> for SequenceHopfieldStore {
    fn units(&self) -> usize {
        self.params.units
    }

    fn active(&self) -> usize {
        self.params.units / 2
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
        settle(start, 1.0, self.params.sweeps, |state| {
            let (f, best) = self.sharpened(state, &cuts.collaterals, scratch);
            (self.answer(&f, None, cuts).0, best)
        })
    }

    /// One step of the sequence dynamics, nothing cleaned up. Its strength is the input's size, which falls to that of
    /// crosstalk where the best-matching pattern has no neighbour.
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
        let (f, _) = self.sharpened(&state.active, &cuts.sequence, scratch);
        let (active, size) = self.answer(&f, Some(direction), cuts);
        let (_, support) = self.sharpened(&active, &cuts.collaterals, scratch);
        Recall {
            sweeps: vec![active.clone()],
            active,
            support,
            strength: size.min(1.0),
            engram: None,
        }
    }

    fn overlap(&self, state: &[u32], code: &[u32]) -> f64 {
        signed_overlap(state, code, self.params.units)
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
