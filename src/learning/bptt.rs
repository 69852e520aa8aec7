//! Backpropagation through time on a tape (Werbos 1990).
//!
//! Forward, every s_t is kept. Backward from t = T: δ_t = J_{t+1}ᵀ δ_{t+1} + ∂L_t/∂s_t, with local errors ℓ_t = D_tᵀ δ_t at
//! the pre-activations; then the gradient is Σ_t ℓ_t ⊗ u_t, one product over all steps.

use serde::{Deserialize, Serialize};

use super::rule::{
    Context, Ledger, Moment, Rule, RuleKind, Sizes, Start, accumulate_early, flops, learn_readout,
};
use crate::neocortex::{Gradient, Step};
use crate::numeric::{DMatrix, Real, floats_in};
use crate::params;

params! {
    /// Backpropagation through time on a tape of all activations: exact, but it keeps T·N of them.
    pub struct Bptt {}
}

impl RuleKind for Bptt {
    fn floats(&self, sizes: &Sizes) -> u64 {
        8 * sizes.steps * sizes.state
    }
}

/// The tape.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct BpttState<R: Real> {
    /// s_{−1} … s_{T−1}, S×B each.
    states: Vec<R>,
    /// Auxiliary values of each step.
    aux: Vec<R>,
    /// ∂L/∂y of the scored steps.
    errors: Vec<(usize, DMatrix<R>)>,
    ledger: Ledger,
}

impl<R: Real> BpttState<R> {
    /// An empty tape.
    pub fn new(_: &Bptt, _: Start<'_, R>) -> Self {
        Self::default()
    }
}

impl<R: Real> Rule<R> for BpttState<R> {
    fn begin(&mut self, _: &Context<'_, R>) {
        self.states.clear();
        self.aux.clear();
        self.errors.clear();
    }

    fn observe(&mut self, cx: &Context<'_, R>, moment: &Moment<'_, R>, grad: &mut Gradient<R>) {
        if self.states.is_empty() {
            self.states.extend_from_slice(moment.step.h_prev);
        }
        self.states.extend_from_slice(moment.step.h);
        self.aux.extend_from_slice(moment.step.aux);
        learn_readout(cx.cortex, moment, grad);
        if let Some(score) = moment.score {
            self.errors.push((moment.t, score.dy.clone()));
        }
    }

    fn finish(&mut self, cx: &Context<'_, R>, grad: &mut Gradient<R>) {
        let (cortex, width) = (cx.cortex, cx.batch.width);
        if self.ledger.grows(self.states.len()) {
            let floats = floats_in(self);
            self.ledger.keep(floats, width);
            self.ledger.flops_per_step = flops(cortex, 3);
        }
        let size = cortex.state() * width;
        let steps = (self.states.len() / size.max(1)).saturating_sub(1);
        let (x, a, l) = (
            cortex.inputs() * width,
            cortex.aux_rows() * width,
            cortex.local_rows() * width,
        );
        let span = |from: usize, to: usize| Step {
            h_prev: &self.states[from * size..to * size],
            x: &cx.batch.inputs.as_slice()[from * x..to * x],
            h: &self.states[(from + 1) * size..(to + 1) * size],
            aux: &self.aux[from * a..to * a],
        };
        let mut local = vec![R::zero(); l * steps];
        let (mut delta, mut back) = (vec![R::zero(); size], vec![R::zero(); size]);
        for t in (0..steps).rev() {
            let step = span(t, t + 1);
            if let Some((_, dy)) = self.errors.pop_if(|(scored, _)| *scored == t) {
                cortex.credit(step.aux, &dy, &mut delta);
            }
            cortex.back(&step, &mut delta, &mut local[t * l..(t + 1) * l], &mut back);
            std::mem::swap(&mut delta, &mut back);
        }
        cortex.accumulate(&span(0, steps), &local, grad.part_mut(false));
        // The steps that are early for all episodes at once, then those that are so for the longer ones alone.
        let all = (0..steps)
            .take_while(|t| cx.batch.early(*t) == width)
            .count();
        cortex.accumulate(&span(0, all), &local[..all * l], grad.part_mut(true));
        for t in all..steps {
            let early = (cx.batch.early(t), width);
            let local = &local[t * l..(t + 1) * l];
            accumulate_early(cortex, &span(t, t + 1), local, early, grad);
        }
        self.states.clear();
        self.aux.clear();
    }

    fn ledger(&self) -> Ledger {
        self.ledger
    }
}
