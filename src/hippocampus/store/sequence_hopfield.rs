//! Sequence memory with nonlinear separation (Chaudhry, Zavatone-Veth, Krotov & Pehlevan 2023).
//!
//! ±1 units. With m_p = (1/N) Σ_j ξ_j^p s_j, a step forward is s_i ← sign(Σ_p ξ_i^{p+1} f(m_p)) (their eq. 6, here with the
//! term j = i), a step back the same with ξ^{p−1}, and a cue is completed by s_i ← sign(Σ_p ξ_i^p f(m_p)). f sharpens:
//! f(m) = m^d, or f(m) = exp((N−1)(m−1)). With d = 1 it is the asymmetric Hopfield network.

use super::codes::alive;
use super::patterns::{Association, Patterns, dense};
use super::sweep::{relative, settle, speaking};
use super::{Code, CodeSize, Cuts, Recall, Scratch, Shared, StoreKind, Stored};
use crate::record::Direction;
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
    fn codes(&self) -> Option<CodeSize> {
        Some(CodeSize {
            units: self.units,
            active: self.units / 2,
        })
    }

    fn distinction(&self) -> Vec<(&'static str, String)> {
        let sharpness = match &self.separation {
            SharpnessSpec::Polynomial(p) => p.d.to_string(),
            SharpnessSpec::Exponential(_) => "exp".into(),
        };
        vec![("separation", sharpness)]
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

impl SequenceHopfield {
    /// f(m_p) by strength, relative to the largest; and the largest m.
    fn sharpened(
        &self,
        patterns: &Patterns,
        state: &[u32],
        cut: &[bool],
        scratch: &mut Scratch,
    ) -> (Vec<f32>, f32) {
        let (mut from, mut m) = (Vec::new(), Vec::new());
        speaking(state, cut, &mut scratch.speaking);
        dense(&scratch.speaking, self.units, &mut from);
        patterns.similarities(&from, &mut m);
        let best = m.iter().copied().fold(f32::MIN, f32::max);
        // Only proportions matter to a sign; relative to the best no power underflows for all.
        let top = m.iter().map(|m| m.abs()).fold(f32::MIN_POSITIVE, f32::max);
        let exponent = self.units as f32 - 1.0;
        for (m, strength) in m.iter_mut().zip(patterns.strengths()) {
            *m = strength
                * match &self.separation {
                    SharpnessSpec::Polynomial(p) => (*m / top).powi(p.d as i32),
                    SharpnessSpec::Exponential(_) => (exponent * (*m - best)).exp(),
                };
        }
        (m, best)
    }

    /// Units whose input Σ_p ξ_i f_p is positive, and the mean size of the input.
    fn answer(
        &self,
        patterns: &Patterns,
        f: &[f32],
        step: Option<Direction>,
        cuts: &Cuts,
    ) -> (Code, f32) {
        let mut input = Vec::new();
        let total = patterns.blend(f, step, &mut input);
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
        (code, size / self.units as f32)
    }
}

impl Association for SequenceHopfield {
    fn settle_from(
        &self,
        patterns: &Patterns,
        start: Code,
        cuts: &Cuts,
        scratch: &mut Scratch,
    ) -> Recall {
        let left = patterns.left(cuts, &cuts.collaterals);
        settle(start, 1.0, self.sweeps, |state| {
            let (f, best) = self.sharpened(patterns, state, &cuts.collaterals, scratch);
            (
                self.answer(patterns, &f, None, cuts).0,
                relative(best, left),
            )
        })
    }

    /// One step of the sequence dynamics, nothing cleaned up. Its strength is the input's size, which falls to that of
    /// crosstalk where the best-matching pattern has no neighbour.
    fn step(
        &self,
        patterns: &Patterns,
        state: &Recall,
        direction: Direction,
        cuts: &Cuts,
        scratch: &mut Scratch,
    ) -> Recall {
        let (f, _) = self.sharpened(patterns, &state.active, &cuts.sequence, scratch);
        let (active, size) = self.answer(patterns, &f, Some(direction), cuts);
        let (_, support) = self.sharpened(patterns, &active, &cuts.collaterals, scratch);
        let support = relative(support, patterns.left(cuts, &cuts.collaterals));
        Recall {
            sweeps: vec![active.clone()],
            supports: vec![support],
            active,
            support,
            strength: size.min(1.0),
            engram: None,
        }
    }

    fn likeness(&self, shared: Shared, silent: &[bool]) -> f64 {
        shared.mean_product(alive(self.units, silent))
    }
}
