//! Truncated BPTT (Williams & Peng 1990): each step's loss is carried back over at most `horizon` steps.
//!
//! At every scored step t: δ_t = Vᵀ ∂L/∂y_t, then δ_{s−1} = J_sᵀ δ_s for s = t, t−1, …, t−horizon+1, adding the immediate
//! influence of each step s. With a horizon of T or more this is BPTT; with 1 only the present step's influence is left.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{Context, Ledger, Moment, Reinstated, Rule, flops};
use crate::neocortex::{Cortex, Gradient};
use crate::numeric::{Block, Real};
use crate::params;

params! {
    /// Backpropagation through time cut off after a few steps: what lies further back gets no credit.
    pub struct Tbptt {
        /// Over how many steps a loss is carried back.
        pub horizon: usize = 4, [1 ..= 100000], "steps", restart;
    }
}

/// What is kept of one step.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
struct Kept<R: Real> {
    t: usize,
    h_prev: Vec<R>,
    aux: Vec<R>,
}

/// The last few steps.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct TbpttState<R: Real> {
    horizon: usize,
    kept: VecDeque<Kept<R>>,
    ledger: Ledger,
}

impl<R: Real> TbpttState<R> {
    /// Nothing kept yet.
    pub fn new(params: &Tbptt) -> Self {
        Self {
            horizon: params.horizon,
            kept: VecDeque::new(),
            ledger: Ledger::default(),
        }
    }

    fn carry_back(&self, cx: &Context<'_, R>, h: &[R], mut delta: Vec<R>, grad: &mut Gradient<R>) {
        let (cortex, width) = (cx.cortex, cx.batch.width);
        let (n, l) = (cortex.units(), cortex.local_rows());
        let mut local = vec![R::zero(); l * width];
        let mut back = vec![R::zero(); n * width];
        let mut h = h;
        for step in self.kept.iter().rev() {
            cortex.back(
                &step.h_prev,
                h,
                &step.aux,
                &mut delta,
                &mut local,
                &mut back,
            );
            for remote in [false, true] {
                if remote && step.t >= cx.batch.quarter() {
                    continue;
                }
                cortex.accumulate(
                    Block::of_slice(&step.h_prev, n, width),
                    Block::columns(&cx.batch.inputs, step.t * width, width),
                    Block::of_slice(&local, l, width),
                    grad.part_mut(remote),
                );
            }
            std::mem::swap(&mut delta, &mut back);
            h = &step.h_prev;
        }
    }
}

impl<R: Real> Rule<R> for TbpttState<R> {
    fn begin(&mut self, _: &Context<'_, R>) {
        self.kept.clear();
    }

    fn observe(&mut self, cx: &Context<'_, R>, moment: &Moment<'_, R>, grad: &mut Gradient<R>) {
        if self.kept.len() == self.horizon {
            self.kept.pop_front();
        }
        self.kept.push_back(Kept {
            t: moment.t,
            h_prev: moment.h_prev.to_vec(),
            aux: moment.aux.to_vec(),
        });
        let width = cx.batch.width.max(1);
        let floats = self
            .kept
            .iter()
            .map(|k| k.h_prev.len() + k.aux.len())
            .sum::<usize>()
            / width;
        self.ledger.retained_floats = self.ledger.retained_floats.max(floats);
        self.ledger.flops_per_step =
            flops(cx.cortex, 1 + 2 * self.horizon.min(cx.batch.steps) as u64);
        let Some(score) = moment.score else { return };
        cx.cortex.accumulate_readout(moment.h, &score.dy, grad);
        grad.weight += score.weight;
        grad.loss += score.loss;
        let mut delta = vec![R::zero(); moment.h.len()];
        cx.cortex.credit(&score.dy, &mut delta);
        self.carry_back(cx, moment.h, delta, grad);
    }

    fn finish(&mut self, _: &Context<'_, R>, _: &mut Gradient<R>) {
        self.kept.clear();
    }

    fn begin_ripple(&mut self, _: &Cortex<R>) {}

    fn reinstate(&mut self, _: &Reinstated<'_, R>, _: &mut Gradient<R>) {}

    fn offline(&self) -> bool {
        false
    }

    fn online(&self) -> bool {
        true
    }

    fn ledger(&self) -> Ledger {
        self.ledger
    }
}
