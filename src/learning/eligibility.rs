//! Eligibility traces that stay within the unit: what Rflo and Eprop share.
//!
//! (1) e_t = R_t e_{t−1} + D_t ⊗ u_t, where R is what a unit keeps of its own state without the recurrent weights
//! (2) ∂L_t/∂θ ≈ δ · e_t, with δ = ∂L_t/∂s_t through V, or through random feedback in its place

use serde::{Deserialize, Serialize};

use super::feedback::FeedbackSpec;
use super::influence::{add_row, runs};
use super::rule::{Start, flops};
use super::traced::{Begin, Kernel};
use crate::neocortex::{Cortex, Gradient, Linearisation, Step};
use crate::numeric::{DMatrix, Real};

/// Parameters that say how errors get back.
pub trait Fed {
    /// How.
    fn feedback(&self) -> &FeedbackSpec;
}

/// Keeps an eligibility for every parameter, slot by slot.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Eligibility<R: Real> {
    /// In the place of V, where it is random.
    feedback: Option<DMatrix<R>>,
    #[serde(skip)]
    lin: Linearisation<R>,
    #[serde(skip)]
    row: Vec<R>,
}

impl<P: Fed, R: Real> Begin<P, R> for Eligibility<R> {
    fn begin(params: &P, mut start: Start<'_, R>) -> Self {
        Self {
            feedback: params.feedback().readout(start.cortex, &mut start.rng),
            lin: Linearisation::default(),
            row: Vec::new(),
        }
    }
}

impl<R: Real> Kernel<R> for Eligibility<R> {
    fn elements(&self, cortex: &Cortex<R>) -> usize {
        cortex.cell.as_dyn().slots() * cortex.parameters()
    }

    fn flops(&self, cortex: &Cortex<R>) -> u64 {
        flops(cortex, 1 + 3 * cortex.cell.as_dyn().slots() as u64)
    }

    fn feedback(&self) -> Option<&DMatrix<R>> {
        self.feedback.as_ref()
    }

    /// Equation (1).
    fn advance(
        &mut self,
        cortex: &Cortex<R>,
        step: &Step<'_, R>,
        traces: &mut Vec<R>,
        counts: bool,
    ) {
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

    /// Equation (2).
    fn credit(
        &mut self,
        cortex: &Cortex<R>,
        delta: &[R],
        traces: &[R],
        grad: &mut Gradient<R>,
        remote: bool,
    ) {
        let (n, all) = (cortex.units(), cortex.parameters());
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
