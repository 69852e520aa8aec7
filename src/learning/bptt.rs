//! Backpropagation through time on a tape (Werbos 1990).
//!
//! Forward, every h_t is kept. Backward from t = T: δ_t = J_{t+1}ᵀ δ_{t+1} + Vᵀ ∂L/∂y_t, with local errors ℓ_t from δ_t;
//! then ∂W = Σ ℓ_t h_{t−1}ᵀ, ∂U = Σ ℓ_t x_tᵀ, ∂b = Σ ℓ_t, each one product over all steps.

use serde::{Deserialize, Serialize};

use super::{Context, Ledger, Moment, Reinstated, Rule, flops};
use crate::neocortex::{Cortex, Gradient};
use crate::numeric::{Block, DMatrix, Real};
use crate::params;

params! {
    /// Backpropagation through time on a tape of all activations: exact, but it keeps T·N of them.
    pub struct Bptt {}
}

/// The tape.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct BpttState<R: Real> {
    /// h_{−1} … h_{T−1}, N×B each.
    states: Vec<R>,
    /// Auxiliary values of each step.
    aux: Vec<R>,
    /// ∂L/∂y of the scored steps.
    errors: Vec<(usize, DMatrix<R>)>,
    ledger: Ledger,
}

impl<R: Real> Rule<R> for BpttState<R> {
    fn begin(&mut self, _: &Context<'_, R>) {
        self.states.clear();
        self.aux.clear();
        self.errors.clear();
    }

    fn observe(&mut self, cx: &Context<'_, R>, moment: &Moment<'_, R>, grad: &mut Gradient<R>) {
        if self.states.is_empty() {
            self.states.extend_from_slice(moment.h_prev);
        }
        self.states.extend_from_slice(moment.h);
        self.aux.extend_from_slice(moment.aux);
        if let Some(score) = moment.score {
            cx.cortex.accumulate_readout(moment.h, &score.dy, grad);
            grad.weight += score.weight;
            grad.loss += score.loss;
            self.errors.push((moment.t, score.dy.clone()));
        }
    }

    fn finish(&mut self, cx: &Context<'_, R>, grad: &mut Gradient<R>) {
        let (cortex, width) = (cx.cortex, cx.batch.width);
        let (n, a, l) = (
            cortex.units(),
            cortex.aux_rows() * width,
            cortex.local_rows(),
        );
        let steps = self.states.len() / (n * width).max(1);
        let steps = steps.saturating_sub(1);
        let size = n * width;
        let floats = self.states.len()
            + self.aux.len()
            + self.errors.iter().map(|(_, e)| e.len()).sum::<usize>();
        self.ledger = Ledger {
            retained_floats: floats / width.max(1),
            flops_per_step: flops(cortex, 3),
        };
        let mut local = DMatrix::zeros(l, steps * width);
        let (mut delta, mut back) = (vec![R::zero(); size], vec![R::zero(); size]);
        for t in (0..steps).rev() {
            if let Some((_, dy)) = self.errors.pop_if(|(scored, _)| *scored == t) {
                cortex.credit(&dy, &mut delta);
            }
            let (h_prev, h) = self.states[t * size..(t + 2) * size].split_at(size);
            let local = &mut local.as_mut_slice()[t * l * width..(t + 1) * l * width];
            cortex.back(
                h_prev,
                h,
                &self.aux[t * a..(t + 1) * a],
                &mut delta,
                local,
                &mut back,
            );
            std::mem::swap(&mut delta, &mut back);
        }
        for (steps, remote) in [(steps, false), (cx.batch.quarter().min(steps), true)] {
            let columns = steps * width;
            cortex.accumulate(
                Block::of_slice(&self.states[..steps * size], n, columns),
                Block::columns(&cx.batch.inputs, 0, columns),
                Block::columns(&local, 0, columns),
                grad.part_mut(remote),
            );
        }
        self.states.clear();
        self.aux.clear();
    }

    fn begin_ripple(&mut self, _: &Cortex<R>) {}

    fn reinstate(&mut self, _: &Reinstated<'_, R>, _: &mut Gradient<R>) {}

    fn offline(&self) -> bool {
        false
    }

    fn online(&self) -> bool {
        false
    }

    fn ledger(&self) -> Ledger {
        self.ledger
    }
}
