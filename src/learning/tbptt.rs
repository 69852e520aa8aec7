//! Truncated BPTT (Williams & Peng 1990): losses are carried back over at most `horizon` steps.
//!
//! After every `stride` steps, and at the episode's end, δ starts at the present step t and goes back through the last
//! `horizon` steps: δ_{s−1} = J_sᵀ δ_s, adding the immediate influence of each step s. `loss` says which losses enter:
//! `Last` only that of step t, `Sum` those of all steps since the last time (BPTT(h; h') with h = horizon, h' = stride).
//! With a stride of 1 both are the same and every loss is carried back; with a longer one `Last` lets go of the losses
//! between, and `Sum` carries the early losses of a segment back less far than the late ones.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::rule::{
    Context, Ledger, Moment, Rule, RuleKind, Sizes, Start, accumulate_early, flops, learn_readout,
};
use crate::neocortex::{Gradient, Step};
use crate::numeric::{DMatrix, Real, floats_in};
use crate::{params, registry};

params! {
    /// Only the loss of the last step before each way back counts.
    pub struct Last {}
}

params! {
    /// The losses of all steps since the last way back count.
    pub struct Sum {}
}

registry! {
    /// Which losses are carried back.
    pub enum TruncationSpec "truncation" {
        Last(Last),
        Sum(Sum),
    }
}

params! {
    /// Backpropagation through time cut off after a few steps: what lies further back gets no credit.
    pub struct Tbptt {
        /// Over how many steps losses are carried back.
        pub horizon: usize = 4, [1 ..= 100000], "steps", restart;
        /// How many steps lie between one way back and the next.
        pub stride: usize = 1, [1 ..= 100000], "steps", restart;
        /// Which losses are carried back.
        pub loss: TruncationSpec = TruncationSpec::Last(Last {}), restart;
    }
}

impl RuleKind for Tbptt {
    fn reach(&self) -> Option<usize> {
        Some(self.horizon).filter(|_| self.stride == 1)
    }

    fn whole_each_step(&self) -> bool {
        true
    }

    fn floats(&self, sizes: &Sizes) -> u64 {
        8 * (self.horizon as u64).min(sizes.steps) * sizes.state
    }
}

/// What is kept of one step.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
struct Kept<R: Real> {
    /// Episodes in the first quarter of their steps: the first ones.
    remote: usize,
    h_prev: Vec<R>,
    x: Vec<R>,
    aux: Vec<R>,
    /// ∂L/∂y, and whether it is yet to be carried back.
    error: DMatrix<R>,
    owed: bool,
}

/// The last few steps.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct TbpttState<R: Real> {
    params: Tbptt,
    kept: VecDeque<Kept<R>>,
    /// The state after the last step kept.
    h: Vec<R>,
    /// Steps since the last way back.
    since: usize,
    /// Whether the last step kept was scored, and by how much: what `Last` books once it is clear that it is the last.
    pending: Option<(f64, f64)>,
    #[serde(skip)]
    room: Room<R>,
    ledger: Ledger,
}

#[derive(Clone, Debug)]
struct Room<R> {
    delta: Vec<R>,
    back: Vec<R>,
    local: Vec<R>,
}

impl<R> Default for Room<R> {
    fn default() -> Self {
        Self {
            delta: Vec::new(),
            back: Vec::new(),
            local: Vec::new(),
        }
    }
}

impl<R: Real> TbpttState<R> {
    /// Nothing kept yet.
    pub fn new(params: &Tbptt, _: Start<'_, R>) -> Self {
        Self {
            params: params.clone(),
            kept: VecDeque::new(),
            h: Vec::new(),
            since: 0,
            pending: None,
            room: Room::default(),
            ledger: Ledger::default(),
        }
    }

    fn sums(&self) -> bool {
        matches!(self.params.loss, TruncationSpec::Sum(_))
    }

    /// Keeps a step in the place of the oldest.
    fn keep(&mut self, moment: &Moment<'_, R>) {
        let full = self.kept.len() == self.params.horizon;
        let mut kept = full
            .then(|| self.kept.pop_front())
            .flatten()
            .unwrap_or_else(|| Kept {
                remote: 0,
                h_prev: Vec::new(),
                x: Vec::new(),
                aux: Vec::new(),
                error: DMatrix::zeros(0, 0),
                owed: false,
            });
        kept.remote = moment.remote;
        for (to, from) in [
            (&mut kept.h_prev, moment.step.h_prev),
            (&mut kept.x, moment.step.x),
            (&mut kept.aux, moment.step.aux),
        ] {
            to.clear();
            to.extend_from_slice(from);
        }
        kept.owed = moment.score.is_some();
        if let Some(score) = moment.score {
            if kept.error.shape() == score.dy.shape() {
                kept.error.copy_from(&score.dy);
            } else {
                kept.error.clone_from(&score.dy);
            }
        }
        self.kept.push_back(kept);
        self.h.clear();
        self.h.extend_from_slice(moment.step.h);
    }

    /// Carries the losses back through the steps kept.
    fn carry_back(&mut self, cx: &Context<'_, R>, grad: &mut Gradient<R>) {
        self.since = 0;
        if let Some((weight, loss)) = self.pending.take() {
            grad.weight += weight;
            grad.loss += loss;
        }
        let (cortex, width) = (cx.cortex, cx.batch.width);
        let room = &mut self.room;
        for (buffer, rows) in [
            (&mut room.delta, cortex.state()),
            (&mut room.back, cortex.state()),
            (&mut room.local, cortex.local_rows()),
        ] {
            buffer.clear();
            buffer.resize(rows * width, R::zero());
        }
        let sums = matches!(self.params.loss, TruncationSpec::Sum(_));
        let last = self.kept.len().saturating_sub(1);
        let counts = |i: usize, kept: &Kept<R>| kept.owed && (sums || i == last);
        if !self.kept.iter().enumerate().any(|(i, k)| counts(i, k)) {
            return;
        }
        for i in (0..self.kept.len()).rev() {
            let counts = counts(i, &self.kept[i]);
            self.kept[i].owed = false;
            let kept = &self.kept[i];
            let step = Step {
                h_prev: &kept.h_prev,
                x: &kept.x,
                h: self.kept.get(i + 1).map_or(&self.h, |next| &next.h_prev),
                aux: &kept.aux,
            };
            if counts {
                if !sums {
                    cortex.accumulate_readout(step.h, step.aux, &kept.error, grad);
                }
                cortex.credit(step.aux, &kept.error, &mut room.delta);
            }
            cortex.back(&step, &mut room.delta, &mut room.local, &mut room.back);
            cortex.accumulate(&step, &room.local, grad.part_mut(false));
            accumulate_early(cortex, &step, &room.local, (kept.remote, width), grad);
            std::mem::swap(&mut room.delta, &mut room.back);
        }
    }
}

impl<R: Real> Rule<R> for TbpttState<R> {
    fn begin(&mut self, _: &Context<'_, R>) {
        self.kept.clear();
        self.pending = None;
        self.since = 0;
    }

    fn observe(&mut self, cx: &Context<'_, R>, moment: &Moment<'_, R>, grad: &mut Gradient<R>) {
        self.keep(moment);
        self.since += 1;
        let width = cx.batch.width;
        let one = |kept: &Kept<R>| kept.h_prev.len() + kept.aux.len() + kept.error.len();
        if self.ledger.grows(self.kept.iter().map(one).sum()) {
            let floats = floats_in(&(&self.kept, &self.h));
            self.ledger.keep(floats, width);
            let ways = (2 * self.kept.len()).div_ceil(self.params.stride) as u64;
            self.ledger.flops_per_step = flops(cx.cortex, 1 + ways);
        }
        let score = moment.score.map(|s| (s.weight, s.loss));
        if self.sums() {
            // Every loss counts, so the readout learns at once.
            learn_readout(cx.cortex, moment, grad);
        } else {
            self.pending = score;
        }
        if self.since == self.params.stride {
            self.carry_back(cx, grad);
        }
    }

    fn finish(&mut self, cx: &Context<'_, R>, grad: &mut Gradient<R>) {
        if self.since > 0 {
            self.carry_back(cx, grad);
        }
        self.kept.clear();
    }

    fn ledger(&self) -> Ledger {
        self.ledger
    }
}
