//! BPTT with recomputation (Gruslys et al. 2016, arXiv:1606.03401, in its simplest form).
//!
//! Forward, only the states at the borders of K segments are kept. Backward, each segment is lived again from its border,
//! its activations are kept while δ goes through it, and dropped. With K = √T the cortex holds about 2√T·N activations
//! instead of T·N, for one more forward pass.

use serde::{Deserialize, Serialize};

use super::rule::{
    Context, Ledger, Moment, Rule, RuleKind, Sizes, Start, accumulate_early, flops, learn_readout,
};
use crate::neocortex::{Gradient, Step};
use crate::numeric::{Block, Real, floats_in};
use crate::params;

params! {
    /// Exact BPTT that keeps only the states at the borders of segments and lives each segment again on the way back.
    pub struct CheckpointedBptt {
        /// How many segments the episode is cut into; 0 takes the square root of its steps.
        pub segments: usize = 0, [0 ..= 100000], "segments", restart;
    }
}

impl CheckpointedBptt {
    /// Steps of a segment in an episode of `steps`.
    fn length(&self, steps: usize) -> usize {
        let segments = match self.segments {
            0 => (steps as f64).sqrt().round() as usize,
            n => n,
        };
        steps.div_ceil(segments.clamp(1, steps.max(1)))
    }
}

impl RuleKind for CheckpointedBptt {
    fn reach(&self) -> Option<usize> {
        Some(usize::MAX)
    }

    fn floats(&self, sizes: &Sizes) -> u64 {
        let length = self.length(sizes.steps as usize) as u64;
        (sizes.steps / length.max(1) + 8 * length) * sizes.state
    }
}

/// The borders, and the activations of the segment that δ is in.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct CheckpointedBpttState<R: Real> {
    params: CheckpointedBptt,
    /// The state before each segment's first step, S×B each.
    borders: Vec<R>,
    /// States and auxiliary values of one segment.
    states: Vec<R>,
    aux: Vec<R>,
    ledger: Ledger,
}

impl<R: Real> CheckpointedBpttState<R> {
    /// Nothing kept yet.
    pub fn new(params: &CheckpointedBptt, _: Start<'_, R>) -> Self {
        Self {
            params: params.clone(),
            borders: Vec::new(),
            states: Vec::new(),
            aux: Vec::new(),
            ledger: Ledger::default(),
        }
    }

    /// Lives steps `from .. to` again from the border at `from`.
    fn live_again(&mut self, cx: &Context<'_, R>, segment: usize, from: usize, to: usize) {
        let (cortex, width) = (cx.cortex, cx.batch.width);
        let (size, a) = (cortex.state() * width, cortex.aux_rows() * width);
        let steps = to - from;
        self.states.clear();
        self.states
            .extend_from_slice(&self.borders[segment * size..(segment + 1) * size]);
        self.states.resize((steps + 1) * size, R::zero());
        self.aux.clear();
        self.aux.resize(steps * a, R::zero());
        let mut z = vec![R::zero(); cortex.drive_rows() * width];
        for k in 0..steps {
            let x = Block::columns(&cx.batch.inputs, (from + k) * width, width);
            cortex.drive_into(x, &mut z);
            let (past, rest) = self.states[k * size..].split_at_mut(size);
            cortex.step(
                past,
                &z,
                &mut rest[..size],
                &mut self.aux[k * a..(k + 1) * a],
            );
        }
    }
}

impl<R: Real> Rule<R> for CheckpointedBpttState<R> {
    fn begin(&mut self, _: &Context<'_, R>) {
        self.borders.clear();
    }

    fn observe(&mut self, cx: &Context<'_, R>, moment: &Moment<'_, R>, grad: &mut Gradient<R>) {
        if moment.t.is_multiple_of(self.params.length(cx.batch.steps)) {
            self.borders.extend_from_slice(moment.step.h_prev);
        }
        learn_readout(cx.cortex, moment, grad);
    }

    fn finish(&mut self, cx: &Context<'_, R>, grad: &mut Gradient<R>) {
        let (cortex, batch, width) = (cx.cortex, cx.batch, cx.batch.width);
        let (size, x) = (cortex.state() * width, cortex.inputs() * width);
        let (a, y) = (cortex.aux_rows() * width, cortex.outputs() * width);
        let length = self.params.length(batch.steps);
        let mut local = vec![R::zero(); cortex.local_rows() * width];
        let (mut delta, mut back) = (vec![R::zero(); size], vec![R::zero(); size]);
        for segment in (0..self.borders.len() / size.max(1)).rev() {
            let (from, to) = (segment * length, ((segment + 1) * length).min(batch.steps));
            self.live_again(cx, segment, from, to);
            if self.ledger.grows(self.borders.len() + self.states.len()) {
                let floats = floats_in(self);
                self.ledger.keep(floats, width);
                self.ledger.flops_per_step = flops(cortex, 4);
            }
            for t in (from..to).rev() {
                let k = t - from;
                let step = Step {
                    h_prev: &self.states[k * size..(k + 1) * size],
                    x: &batch.inputs.as_slice()[t * x..(t + 1) * x],
                    h: &self.states[(k + 1) * size..(k + 2) * size],
                    aux: &self.aux[k * a..(k + 1) * a],
                };
                if batch.mask_at(t).iter().any(|m| *m != R::zero()) {
                    let targets = &batch.targets.as_slice()[t * y..(t + 1) * y];
                    let score = cortex.score(step.h, step.aux, targets, batch.mask_at(t));
                    cortex.credit(step.aux, &score.dy, &mut delta);
                }
                cortex.back(&step, &mut delta, &mut local, &mut back);
                cortex.accumulate(&step, &local, grad.part_mut(false));
                accumulate_early(cortex, &step, &local, (batch.early(t), width), grad);
                std::mem::swap(&mut delta, &mut back);
            }
        }
        self.borders.clear();
        self.states.clear();
        self.aux.clear();
    }

    fn ledger(&self) -> Ledger {
        self.ledger
    }
}
