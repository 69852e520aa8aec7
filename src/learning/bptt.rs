//! Backpropagation through time on a tape (Werbos 1990).
//!
//! Forward, every s_t is kept. Backward from t = T: δ_t = J_{t+1}ᵀ δ_{t+1} + ∂L_t/∂s_t, with local errors ℓ_t = D_tᵀ δ_t at
//! the pre-activations; then the gradient is Σ_t ℓ_t ⊗ u_t, one product over all steps.

use std::ops::Range;

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
    fn reach(&self) -> Option<usize> {
        Some(usize::MAX)
    }

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

    /// Steps `from .. to` of the tape.
    fn span<'a>(&'a self, cx: &Context<'a, R>, from: usize, to: usize) -> Step<'a, R> {
        let (cortex, width) = (cx.cortex, cx.batch.width);
        let size = cortex.state() * width;
        let (x, a) = (cortex.inputs() * width, cortex.aux_rows() * width);
        Step {
            h_prev: &self.states[from * size..to * size],
            x: &cx.batch.inputs.as_slice()[from * x..to * x],
            h: &self.states[(from + 1) * size..(to + 1) * size],
            aux: &self.aux[from * a..to * a],
        }
    }

    /// Steps on the tape.
    fn steps(&self, cx: &Context<'_, R>) -> usize {
        let size = cx.cortex.state() * cx.batch.width;
        (self.states.len() / size.max(1)).saturating_sub(1)
    }

    /// The way back over some steps, last one first, from the losses of the steps that count: tells each step, its δ and its ℓ.
    fn go_back(
        &self,
        cx: &Context<'_, R>,
        steps: Range<usize>,
        counts: impl Fn(usize) -> bool,
        mut tell: impl FnMut(usize, &[R], &[R]),
    ) {
        let (cortex, width) = (cx.cortex, cx.batch.width);
        let zeros = |rows: usize| vec![R::zero(); rows * width];
        let (mut delta, mut back) = (zeros(cortex.state()), zeros(cortex.state()));
        let mut local = zeros(cortex.local_rows());
        let mut errors = self.errors.iter().rev().peekable();
        for t in steps.rev() {
            let step = self.span(cx, t, t + 1);
            while errors.next_if(|(scored, _)| *scored > t).is_some() {}
            if let Some((_, dy)) = errors.next_if(|(scored, _)| *scored == t && counts(t)) {
                cortex.credit(step.aux, dy, &mut delta);
            }
            cortex.back(&step, &mut delta, &mut local, &mut back);
            tell(t, &delta, &local);
            std::mem::swap(&mut delta, &mut back);
        }
    }

    /// δ_0 … δ_{T−1} of the steps on the tape, S×B each, with every loss carried back over at most `reach` steps: as
    /// [`Tbptt`](super::Tbptt) does it with a stride of 1, where that is less than there are.
    pub fn deltas(&self, cx: &Context<'_, R>, reach: usize) -> Vec<R> {
        let (steps, size) = (self.steps(cx), cx.cortex.state() * cx.batch.width);
        let mut deltas = vec![R::zero(); steps * size];
        let mut add = |t: usize, delta: &[R], _: &[R]| {
            let sums = &mut deltas[t * size..(t + 1) * size];
            sums.iter_mut().zip(delta).for_each(|(sum, d)| *sum += *d);
        };
        if reach >= steps {
            self.go_back(cx, 0..steps, |_| true, add);
        } else {
            for (scored, _) in &self.errors {
                let first = (scored + 1).saturating_sub(reach);
                self.go_back(cx, first..scored + 1, |t| t == *scored, &mut add);
            }
        }
        deltas
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
        let (steps, l) = (self.steps(cx), cortex.local_rows() * width);
        let mut local = vec![R::zero(); l * steps];
        self.go_back(
            cx,
            0..steps,
            |_| true,
            |t, _, own| {
                local[t * l..(t + 1) * l].copy_from_slice(own);
            },
        );
        let span = |from, to| self.span(cx, from, to);
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
        self.errors.clear();
    }

    fn ledger(&self) -> Ledger {
        self.ledger
    }
}
