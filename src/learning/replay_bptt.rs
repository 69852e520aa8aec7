//! Backpropagation through time by replay (Lillicrap & Santoro 2019).
//!
//! While awake nothing is kept. In a reverse ripple the decoder re-instates ĥ_{t−1}, x̂_t, target and mask; the cortex
//! takes the step again, ĥ_t = f(ĥ_{t−1}, x̂_t), and carries δ one step back: δ_t ← δ_t + Vᵀ ∂L/∂y_t,
//! δ_{t−1} = J(ĥ_{t−1}, x̂_t)ᵀ δ_t. It holds one δ whatever T is. In a forward ripple δ runs the wrong way and credit does
//! not reach back.

use serde::{Deserialize, Serialize};

use super::{Context, Ledger, Moment, Reinstated, Rule, flops};
use crate::neocortex::{Cortex, Gradient};
use crate::numeric::{Block, Real};
use crate::params;

params! {
    /// BPTT from states that hippocampal ripples re-instate in reverse: the cortex keeps one error vector, no tape.
    pub struct ReplayBptt {}
}

/// The error carried back, and room for one step.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ReplayBpttState<R: Real> {
    delta: Vec<R>,
    back: Vec<R>,
    h: Vec<R>,
    aux: Vec<R>,
    local: Vec<R>,
    ledger: Ledger,
}

impl<R: Real> Rule<R> for ReplayBpttState<R> {
    fn begin(&mut self, _: &Context<'_, R>) {}

    fn observe(&mut self, _: &Context<'_, R>, _: &Moment<'_, R>, _: &mut Gradient<R>) {}

    fn finish(&mut self, _: &Context<'_, R>, _: &mut Gradient<R>) {}

    fn begin_ripple(&mut self, cortex: &Cortex<R>) {
        for (buffer, len) in [
            (&mut self.delta, cortex.units()),
            (&mut self.back, cortex.units()),
            (&mut self.h, cortex.units()),
            (&mut self.aux, cortex.aux_rows()),
            (&mut self.local, cortex.local_rows()),
        ] {
            buffer.clear();
            buffer.resize(len, R::zero());
        }
        let floats =
            self.delta.len() + self.back.len() + self.h.len() + self.aux.len() + self.local.len();
        self.ledger = Ledger {
            retained_floats: floats,
            flops_per_step: flops(cortex, 3),
        };
    }

    fn reinstate(&mut self, step: &Reinstated<'_, R>, grad: &mut Gradient<R>) {
        let (cortex, shape) = (step.cortex, step.shape);
        let (h_prev, x) = (shape.state_of(step.content), shape.input_of(step.content));
        let z = cortex.drive(Block::column(x), 1);
        cortex.step(h_prev, z.as_slice(), &mut self.h, &mut self.aux);
        let mask = shape.mask_of(step.content);
        if mask != R::zero() {
            let score = cortex.score(&self.h, shape.target_of(step.content), &[mask]);
            cortex.accumulate_readout(&self.h, &score.dy, grad);
            grad.weight += score.weight;
            grad.loss += score.loss;
            cortex.credit(&score.dy, &mut self.delta);
        }
        cortex.back(
            h_prev,
            &self.h,
            &self.aux,
            &mut self.delta,
            &mut self.local,
            &mut self.back,
        );
        for remote in [false, true] {
            if !remote || step.remote {
                cortex.accumulate(
                    Block::column(h_prev),
                    Block::column(x),
                    Block::column(&self.local),
                    grad.part_mut(remote),
                );
            }
        }
        std::mem::swap(&mut self.delta, &mut self.back);
    }

    fn offline(&self) -> bool {
        true
    }

    fn online(&self) -> bool {
        true
    }

    fn ledger(&self) -> Ledger {
        self.ledger
    }
}
