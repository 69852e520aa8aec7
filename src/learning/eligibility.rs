//! Eligibility traces that stay within the unit: what Rflo and Eprop share.
//!
//! (1) e_t = R_t e_{t−1} + D_t ⊗ u_t, where R is what a unit keeps of its own state without the recurrent weights
//! (2) ∂L_t/∂θ ≈ δ · e_t, with δ = ∂L_t/∂s_t through V, or through random feedback in its place

use serde::{Deserialize, Serialize};

use super::influence::{add_row, errors, runs};
use super::{Context, Ledger, Moment, flops, learn_readout};
use crate::neocortex::{Cortex, Gradient, Linearisation, Step};
use crate::numeric::{DMatrix, Measured, Real, floats_in};

/// The traces of each episode.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) struct Eligibility<R: Real> {
    /// e of each episode: slot by slot, all parameters.
    traces: Vec<Vec<R>>,
    /// The part of e from the first quarter of the steps.
    remote: Measured<Vec<Vec<R>>>,
    /// In the place of V, where it is random.
    feedback: Option<DMatrix<R>>,
    #[serde(skip)]
    room: Room<R>,
    pub ledger: Ledger,
}

#[derive(Clone, Debug)]
struct Room<R> {
    lin: Linearisation<R>,
    delta: Vec<R>,
    row: Vec<R>,
}

impl<R> Default for Room<R> {
    fn default() -> Self {
        Self {
            lin: Linearisation::default(),
            delta: Vec::new(),
            row: Vec::new(),
        }
    }
}

impl<R: Real> Room<R> {
    /// Equation (1); the immediate influence is left out where it does not count.
    fn advance(&mut self, cortex: &Cortex<R>, step: &Step<'_, R>, traces: &mut [R], counts: bool) {
        self.lin.traces(cortex, step);
        let cell = cortex.cell.as_dyn();
        let (n, slots, locals) = (cell.units(), cell.slots(), cell.local_rows());
        let all = cortex.parameters();
        let (r, d) = (&self.lin.retention, &self.lin.immediate);
        for run in runs(cortex) {
            let u = if counts {
                self.lin.presynaptic[run.j]
            } else {
                R::zero()
            };
            for k in 0..run.len {
                let (p, l) = (run.p + k, run.l + k);
                let i = l % n;
                // The first slot is read last: the others feed it with what they were.
                let old: [R; 2] = std::array::from_fn(|slot| {
                    if slot < slots {
                        traces[slot * all + p]
                    } else {
                        R::zero()
                    }
                });
                for slot in 0..slots {
                    let mut e = d[slot * locals + l] * u;
                    for (from, old) in old.iter().enumerate().take(slots) {
                        e += r[(slot * slots + from) * n + i] * *old;
                    }
                    traces[slot * all + p] = e;
                }
            }
        }
    }

    /// Equation (2) for episode `b`.
    fn credit(
        &mut self,
        cortex: &Cortex<R>,
        b: usize,
        traces: &[R],
        grad: &mut Gradient<R>,
        remote: bool,
    ) {
        let (n, rows, all) = (cortex.units(), cortex.state(), cortex.parameters());
        let delta = &self.delta[b * rows..(b + 1) * rows];
        self.row.resize(all, R::zero());
        for run in runs(cortex) {
            for k in 0..run.len {
                let (p, i) = (run.p + k, (run.l + k) % n);
                self.row[p] = delta
                    .iter()
                    .skip(i)
                    .step_by(n)
                    .zip(traces.iter().skip(p).step_by(all))
                    .map(|(d, e)| *d * *e)
                    .sum();
            }
        }
        add_row(&self.row, grad, remote);
    }
}

impl<R: Real> Eligibility<R> {
    pub fn new(feedback: Option<DMatrix<R>>) -> Self {
        Self {
            traces: Vec::new(),
            remote: Measured(Vec::new()),
            feedback,
            room: Room::default(),
            ledger: Ledger::default(),
        }
    }

    pub fn begin(&mut self, cx: &Context<'_, R>) {
        let slots = cx.cortex.cell.as_dyn().slots();
        let len = slots * cx.cortex.parameters();
        self.traces.resize_with(cx.batch.width, Vec::new);
        for traces in &mut self.traces {
            traces.clear();
            traces.resize(len, R::zero());
        }
        self.remote.0.clear();
        if self.ledger.grows(self.traces.len()) {
            let floats = floats_in(&self.traces) / cx.batch.width.max(1);
            // Random feedback is there once, however many episodes run side by side.
            self.ledger.keep(floats + floats_in(&self.feedback), 1);
            self.ledger.flops_per_step = flops(cx.cortex, 1 + 3 * slots as u64);
        }
    }

    pub fn observe(&mut self, cx: &Context<'_, R>, moment: &Moment<'_, R>, grad: &mut Gradient<R>) {
        learn_readout(cx.cortex, moment, grad);
        let feedback = self.feedback.as_ref();
        if let Some(score) = moment.score {
            errors(
                cx.cortex,
                moment.step.aux,
                score,
                feedback,
                &mut self.room.delta,
            );
        }
        for (b, traces) in self.traces.iter_mut().enumerate() {
            let step = cx.cortex.column(&moment.step, b);
            self.room.advance(cx.cortex, &step, traces, true);
            if moment.score.is_some() {
                self.room.credit(cx.cortex, b, traces, grad, false);
            }
        }
    }

    pub fn observe_remote(
        &mut self,
        cx: &Context<'_, R>,
        moment: &Moment<'_, R>,
        grad: &mut Gradient<R>,
    ) {
        if moment.remote {
            self.remote.0.clone_from(&self.traces);
        }
        for (b, traces) in self.remote.0.iter_mut().enumerate() {
            if !moment.remote {
                let step = cx.cortex.column(&moment.step, b);
                self.room.advance(cx.cortex, &step, traces, false);
            }
            if moment.score.is_some() {
                self.room.credit(cx.cortex, b, traces, grad, true);
            }
        }
    }
}
