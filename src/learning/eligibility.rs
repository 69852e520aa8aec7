//! Eligibility traces that stay within the unit: what Rflo and Eprop share.
//!
//! (1) e_t = R_t e_{t−1} + D_t ⊗ u_t, where R is what a unit keeps of its own state without the recurrent weights, or what
//!     the rule gives in its place
//! (2) ∂L_t/∂θ ≈ δ · e_t, with δ = ∂L_t/∂s_t through V, or through random feedback in its place

use serde::{Deserialize, Serialize};

use super::feedback::FeedbackSpec;
use super::influence::{add_row, runs};
use super::rule::{Start, flops};
use super::traced::{Advance, Kernel, Make};
use crate::neocortex::{Cortex, Gradient};
use crate::numeric::{DMatrix, Real};

/// Parameters that say how errors get back and how eligibilities fade.
pub trait Fed {
    /// How errors get back.
    fn feedback(&self) -> &FeedbackSpec;
    /// How eligibilities fade.
    fn fading<R: Real>(&self, _cortex: &Cortex<R>) -> Fading<R> {
        Fading::WithCell
    }
}

/// R of equation (1).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Fading<R: Real> {
    /// What the cell's units keep of themselves at each step.
    WithCell,
    /// The rule's own, in the layout of the cell's retention: `r[(to·slots + from)·N + i]`.
    Own(Vec<R>),
}

impl<R: Real> Fading<R> {
    /// Every slot of unit i keeps `factor(i)` of its own eligibility and nothing of another slot's: 1 − 1/τ_i for a time
    /// constant of τ_i steps.
    pub fn per_unit(cortex: &Cortex<R>, factor: impl Fn(usize) -> R) -> Self {
        let (n, slots) = (cortex.units(), cortex.cell.as_dyn().slots());
        let mut r = vec![R::zero(); slots * slots * n];
        for slot in 0..slots {
            let own = &mut r[(slot * slots + slot) * n..][..n];
            own.iter_mut().enumerate().for_each(|(i, r)| *r = factor(i));
        }
        Self::Own(r)
    }
}

/// Keeps an eligibility for every parameter, slot by slot, of cells with one or two slots. A kernel of its own kind may hold one and change how it fades.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Eligibility<R: Real> {
    /// In the place of V, where it is random.
    feedback: Option<DMatrix<R>>,
    /// R.
    pub(super) fading: Fading<R>,
    #[serde(skip)]
    row: Vec<R>,
}

impl<P: Fed, R: Real> Make<P, R> for Eligibility<R> {
    fn make(params: &P, mut start: Start<'_, R>) -> Self {
        Self {
            feedback: params.feedback().readout(start.cortex, &mut start.rng),
            fading: params.fading(start.cortex),
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

    fn wants_jacobian(&self) -> bool {
        false
    }

    /// Equation (1).
    fn advance(&mut self, now: &Advance<'_, R>, traces: &mut Vec<R>) {
        let (cortex, lin) = (now.cortex, now.lin);
        let cell = cortex.cell.as_dyn();
        let (n, slots, locals) = (cell.units(), cell.slots(), cell.local_rows());
        let all = cortex.parameters();
        let r = match &self.fading {
            Fading::WithCell => &lin.retention,
            Fading::Own(r) => r,
        };
        let d = &lin.immediate;
        for run in runs(cortex) {
            let u = if now.counts {
                lin.presynaptic[run.j]
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::episode::{Batch, Episode, Targets};
    use crate::learning::{Context, Moment, Rule, Traced, Transposed};
    use crate::neocortex::{CellSpec, LossSpec, Step};
    use crate::numeric::Rng;

    /// A rule whose eligibilities fade by a half at even units and not at all at odd ones.
    struct Halving(FeedbackSpec);

    impl Fed for Halving {
        fn feedback(&self) -> &FeedbackSpec {
            &self.0
        }

        fn fading<R: Real>(&self, cortex: &Cortex<R>) -> Fading<R> {
            Fading::per_unit(cortex, |i| R::of(if i % 2 == 0 { 0.5 } else { 1.0 }))
        }
    }

    #[test]
    fn a_rule_can_say_itself_how_its_eligibilities_fade() {
        for cell in ["Tanh", "Lstm"] {
            let spec = CellSpec::named(cell).unwrap();
            let mut rng = Rng::named(1, "weights");
            let loss = LossSpec::suiting(Targets::Values);
            let cortex = Cortex::<f64>::new(&spec, 2, 1, loss, 0.0, &mut rng);
            let (n, slots) = (cortex.units(), cortex.cell.as_dyn().slots());
            let batch = Batch::of(&[Episode::silent(2, 1, 3)], 0);
            let cx = Context {
                cortex: &cortex,
                batch: &batch,
            };
            let rule = Halving(FeedbackSpec::Transposed(Transposed {}));
            let start = Start {
                cortex: &cortex,
                rng,
            };
            let mut traced = Traced::<f64, Eligibility<f64>>::new(&rule, start);
            traced.begin(&cx);
            let (x, h_prev) = ([0.5, -0.25], vec![0.1; cortex.state()]);
            let mut z = vec![0.0; cortex.drive_rows()];
            let (mut h, mut aux) = (h_prev.clone(), vec![0.0; cortex.aux_rows()]);
            cortex.drive_into(crate::numeric::Block::column(&x), &mut z);
            cortex.step(&h_prev, &z, &mut h, &mut aux);
            let step = Step {
                h_prev: &h_prev,
                x: &x,
                h: &h,
                aux: &aux,
            };
            let mut grad = cortex.gradient();
            let mut kept = Vec::new();
            for t in 0..2 {
                let moment = Moment {
                    t,
                    since_begin: t as u64,
                    step,
                    score: None,
                    remote: 0,
                };
                traced.observe(&cx, &moment, &mut grad);
                kept.push(traced.influence()[0].clone());
            }
            // The same step twice: e₁ = R e₀ + e₀, slot by slot.
            assert_eq!(kept[0].len(), slots * cortex.parameters());
            assert!(kept[0].iter().any(|e| *e != 0.0));
            for (k, (first, second)) in kept[0].iter().zip(&kept[1]).enumerate() {
                let r = if k % n % 2 == 0 { 0.5 } else { 1.0 };
                assert!((second - (r + 1.0) * first).abs() < 1e-12, "{cell} {k}");
            }
        }
    }
}
