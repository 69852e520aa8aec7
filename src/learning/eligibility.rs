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
            // Gate by gate: the pre-activations of all units in order.
            for gate in (0..run.len).step_by(n) {
                let (p, l) = (run.p + gate, run.l + gate);
                let d = |slot: usize| &d[slot * locals + l..][..n];
                let (first, second) = traces.split_at_mut(all);
                let e = &mut first[p..p + n];
                if slots == 1 {
                    for ((e, r), d) in e.iter_mut().zip(r).zip(d(0)) {
                        *e = *r * *e + *d * u;
                    }
                } else {
                    let f = &mut second[p..p + n];
                    for i in 0..n {
                        let (old_e, old_f) = (e[i], f[i]);
                        e[i] = r[i] * old_e + r[n + i] * old_f + d(0)[i] * u;
                        f[i] = r[2 * n + i] * old_e + r[3 * n + i] * old_f + d(1)[i] * u;
                    }
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
            for gate in (0..run.len).step_by(n) {
                let p = run.p + gate;
                let row = &mut self.row[p..p + n];
                row.fill(R::zero());
                for (slot, delta) in delta.chunks(n).enumerate() {
                    let e = &traces[slot * all + p..][..n];
                    for ((row, d), e) in row.iter_mut().zip(delta).zip(e) {
                        *row += *d * *e;
                    }
                }
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
