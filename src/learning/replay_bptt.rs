//! Backpropagation through time by replay (Lillicrap & Santoro 2019).
//!
//! While awake nothing is kept. In a reverse ripple the decoder re-instates ŝ_{t−1}, x̂_t, target and mask; the cortex
//! takes the step again, ŝ_t = f(ŝ_{t−1}, x̂_t), and carries δ one step back: δ_t ← δ_t + ∂L_t/∂s_t,
//! δ_{t−1} = J(ŝ_{t−1}, x̂_t)ᵀ δ_t. It holds one δ whatever T is. In a forward ripple δ runs the wrong way and credit does
//! not reach back.

use serde::{Deserialize, Serialize};

use super::rule::{Context, Ledger, Moment, Reinstated, Rule, RuleKind, Sizes, Start, flops};
use crate::neocortex::{Cortex, Gradient, Step};
use crate::numeric::{Block, Real, floats_in};
use crate::params;

params! {
    /// BPTT from states that hippocampal ripples re-instate in reverse: the cortex keeps one error vector, no tape.
    pub struct ReplayBptt {}
}

impl RuleKind for ReplayBptt {
    fn offline(&self) -> bool {
        true
    }

    fn whole_each_step(&self) -> bool {
        true
    }

    fn floats(&self, sizes: &Sizes) -> u64 {
        8 * sizes.state
    }
}

/// The error carried back, and room for one step.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ReplayBpttState<R: Real> {
    delta: Vec<R>,
    #[serde(skip)]
    room: Room<R>,
    ledger: Ledger,
}

/// What is needed within a step only.
#[derive(Clone, Debug)]
struct Room<R> {
    z: Vec<R>,
    h: Vec<R>,
    aux: Vec<R>,
    local: Vec<R>,
    back: Vec<R>,
}

impl<R> Default for Room<R> {
    fn default() -> Self {
        let [z, h, aux, local, back] = std::array::from_fn(|_| Vec::new());
        Self {
            z,
            h,
            aux,
            local,
            back,
        }
    }
}

impl<R: Real> ReplayBpttState<R> {
    /// No ripple yet.
    pub fn new(_: &ReplayBptt, _: Start<'_, R>) -> Self {
        Self {
            delta: Vec::new(),
            room: Room::default(),
            ledger: Ledger::default(),
        }
    }
}

impl<R: Real> Rule<R> for ReplayBpttState<R> {
    fn observe(&mut self, _: &Context<'_, R>, _: &Moment<'_, R>, _: &mut Gradient<R>) {}

    fn begin_ripple(&mut self, cortex: &Cortex<R>) {
        self.delta.clear();
        self.delta.resize(cortex.state(), R::zero());
        if self.ledger.grows(self.delta.len()) {
            let floats = floats_in(self);
            self.ledger.keep(floats, 1);
            self.ledger.flops_per_step = flops(cortex, 3);
        }
    }

    fn reinstate(&mut self, step: &Reinstated<'_, R>, grad: &mut Gradient<R>) {
        let (cortex, shape, room) = (step.cortex, step.shape, &mut self.room);
        let (h_prev, x) = (shape.state_of(step.content), shape.input_of(step.content));
        for (buffer, rows) in [
            (&mut room.z, cortex.drive_rows()),
            (&mut room.h, cortex.state()),
            (&mut room.aux, cortex.aux_rows()),
            (&mut room.local, cortex.local_rows()),
            (&mut room.back, cortex.state()),
        ] {
            buffer.resize(rows, R::zero());
        }
        cortex.drive_into(Block::column(x), &mut room.z);
        cortex.step(h_prev, &room.z, &mut room.h, &mut room.aux);
        let again = Step {
            h_prev,
            x,
            h: &room.h,
            aux: &room.aux,
        };
        let mask = shape.mask_of(step.content);
        if mask != R::zero() {
            let target = shape.target_of(step.content);
            let score = cortex.score(again.h, again.aux, target, &[mask]);
            cortex.accumulate_readout(again.h, again.aux, &score.dy, grad);
            grad.weight += score.weight;
            grad.loss += score.loss;
            cortex.credit(again.aux, &score.dy, &mut self.delta);
        }
        cortex.back(&again, &mut self.delta, &mut room.local, &mut room.back);
        cortex.accumulate(&again, &room.local, grad.part_mut(false));
        if step.remote {
            cortex.accumulate(&again, &room.local, grad.part_mut(true));
        }
        std::mem::swap(&mut self.delta, &mut room.back);
    }

    fn error(&self) -> Option<&[R]> {
        // The step's own δ has changed places with the one it became.
        Some(self.room.back.as_slice()).filter(|delta| !delta.is_empty())
    }

    fn ledger(&self) -> Ledger {
        self.ledger
    }
}
