//! Kronecker-factored RTRL (Mujika, Meier & Steger 2018, arXiv:1805.10842): the influence matrix as a random Kronecker
//! product of presynaptic values and influences of pre-activations.
//!
//! With M_t ≈ u'_t ⊗ A_t (u' is Q long, A is S×L) and fresh signs c₁, c₂ at every step (§3, equations 5 to 7):
//!
//! (1) u'_t = c₁ p₁ u'_{t−1} + c₂ p₂ u_t
//! (2) A_t = (c₁/p₁) J_t A_{t−1} + (c₂/p₂) D_t
//! (3) p₁ = √(|J_t A_{t−1}| / |u'_{t−1}|), p₂ = √(|D_t| / |u_t|)
//! (4) ∂L_t/∂θ ≈ (A_tᵀ δ_t) ⊗ u'_t
//!
//! A cell some of whose pre-activations see only part of u is served too: the other elements of the product are not read.

use serde::{Deserialize, Serialize};

use super::influence::{balance, each_immediate, errors, norm, runs};
use super::rule::{Context, Ledger, Moment, Rule, RuleKind, Sizes, Start, flops, learn_readout};
use crate::neocortex::{Cortex, Gradient, Linearisation, Step};
use crate::numeric::{Block, Measured, Real, Rng, floats_in, gemm};
use crate::params;

params! {
    /// Kronecker-factored RTRL: the influence as a random Kronecker product, right on average and less noisy than UORO.
    pub struct KfRtrl {}
}

impl RuleKind for KfRtrl {
    fn whole_each_step(&self) -> bool {
        true
    }

    fn floats(&self, sizes: &Sizes) -> u64 {
        3 * (sizes.parameters + sizes.state * sizes.state * 4)
    }
}

/// The two factors of each episode.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct KfRtrlState<R: Real> {
    rng: Rng,
    /// u' of each episode, Q long.
    source: Vec<Vec<R>>,
    /// A of each episode, S×L.
    influence: Vec<Vec<R>>,
    /// The part of u' from the first quarter of the steps.
    remote: Measured<Vec<Vec<R>>>,
    #[serde(skip)]
    room: Room<R>,
    ledger: Ledger,
}

#[derive(Clone, Debug)]
struct Room<R> {
    lin: Linearisation<R>,
    next: Vec<R>,
    delta: Vec<R>,
    /// Aᵀ δ of each episode, L×B.
    at_locals: Vec<R>,
    /// c₁ p₁ of each episode.
    kept: Vec<R>,
}

impl<R> Default for Room<R> {
    fn default() -> Self {
        let [next, delta, at_locals, kept] = std::array::from_fn(|_| Vec::new());
        Self {
            lin: Linearisation::default(),
            next,
            delta,
            at_locals,
            kept,
        }
    }
}

impl<R: Real> KfRtrlState<R> {
    /// No influence yet.
    pub fn new(_: &KfRtrl, start: Start<'_, R>) -> Self {
        Self {
            rng: start.rng,
            source: Vec::new(),
            influence: Vec::new(),
            remote: Measured(Vec::new()),
            room: Room::default(),
            ledger: Ledger::default(),
        }
    }

    /// Equations (1) to (3) for episode `b`.
    fn advance(&mut self, cortex: &Cortex<R>, step: &Step<'_, R>, b: usize) {
        let (rows, locals) = (cortex.state(), cortex.local_rows());
        let (room, source, influence) =
            (&mut self.room, &mut self.source[b], &mut self.influence[b]);
        room.lin.traces(cortex, step);
        room.lin.jacobian(cortex, step);
        room.next.resize(rows * locals, R::zero());
        gemm(
            &mut room.next,
            Block::of_slice(&room.lin.jacobian, rows, rows),
            Block::of_slice(influence, rows, locals),
            false,
        );
        let mut signs = [R::one(); 2];
        self.rng.signs(&mut signs);
        let p1 = balance(norm(&room.next), norm(source));
        let p2 = balance(norm(&room.lin.immediate), norm(&room.lin.presynaptic));
        let (kept, added) = (signs[0] * p1, signs[1] * p2);
        room.kept[b] = kept;
        for (u, now) in source.iter_mut().zip(&room.lin.presynaptic) {
            *u = kept * *u + added * *now;
        }
        let (carry, inject) = (signs[0] / p1, signs[1] / p2);
        for v in &mut room.next {
            *v *= carry;
        }
        for l in 0..locals {
            let column = &mut room.next[l * rows..(l + 1) * rows];
            each_immediate(cortex, &room.lin, l, |row, d| column[row] += inject * d);
        }
        std::mem::swap(influence, &mut room.next);
    }
}

/// Equation (4).
fn credit<R: Real>(
    cortex: &Cortex<R>,
    at_locals: &[R],
    source: &[R],
    grad: &mut Gradient<R>,
    remote: bool,
) {
    // Runs come tensor by tensor: walk the tensors along with them.
    let tensors = grad.part_mut(remote);
    let (mut tensor, mut before) = (0, 0);
    for run in runs(cortex) {
        while run.p >= before + tensors[tensor].len() {
            before += tensors[tensor].len();
            tensor += 1;
        }
        let from = run.p - before;
        let to = &mut tensors[tensor].as_mut_slice()[from..from + run.len];
        let u = source[run.j];
        for (g, e) in to.iter_mut().zip(&at_locals[run.l..run.l + run.len]) {
            *g += *e * u;
        }
    }
}

impl<R: Real> Rule<R> for KfRtrlState<R> {
    fn begin(&mut self, cx: &Context<'_, R>) {
        let (cortex, width) = (cx.cortex, cx.batch.width);
        let (rows, locals) = (cortex.state(), cortex.local_rows());
        let sources = cortex.cell.as_dyn().presynaptic_rows();
        for (all, len) in [
            (&mut self.source, sources),
            (&mut self.influence, rows * locals),
        ] {
            all.resize_with(width, Vec::new);
            for values in all {
                values.clear();
                values.resize(len, R::zero());
            }
        }
        self.remote.0.clear();
        self.room.kept.resize(width, R::one());
        if self.ledger.grows(width) {
            let floats = floats_in(self);
            self.ledger.keep(floats, width);
            let per_local = 2 * rows * rows + 5 * rows;
            self.ledger.flops_per_step =
                flops(cortex, 2) + (locals * per_local + 4 * sources) as u64;
        }
    }

    fn observe(&mut self, cx: &Context<'_, R>, moment: &Moment<'_, R>, grad: &mut Gradient<R>) {
        let (cortex, width) = (cx.cortex, cx.batch.width);
        let (rows, locals) = (cortex.state(), cortex.local_rows());
        learn_readout(cortex, moment, grad);
        self.room.kept.resize(width, R::one());
        self.room.at_locals.resize(locals * width, R::zero());
        if let Some(score) = moment.score {
            errors(cortex, moment.step.aux, score, None, &mut self.room.delta);
        }
        for b in 0..width {
            self.advance(cortex, &cortex.column(&moment.step, b), b);
            if moment.score.is_some() {
                let at_locals = &mut self.room.at_locals[b * locals..(b + 1) * locals];
                gemm(
                    at_locals,
                    Block::of_slice(&self.influence[b], rows, locals).t(),
                    Block::column(&self.room.delta[b * rows..(b + 1) * rows]),
                    false,
                );
                credit(cortex, at_locals, &self.source[b], grad, false);
            }
        }
    }

    fn observe_remote(
        &mut self,
        cx: &Context<'_, R>,
        moment: &Moment<'_, R>,
        grad: &mut Gradient<R>,
    ) {
        let locals = cx.cortex.local_rows();
        let early = &self.source[..moment.remote];
        self.remote
            .0
            .resize_with(self.remote.0.len().max(early.len()), Vec::new);
        for (remote, source) in self.remote.0.iter_mut().zip(early) {
            remote.clone_from(source);
        }
        for (b, remote) in self.remote.0.iter_mut().enumerate() {
            if b >= moment.remote {
                for u in remote.iter_mut() {
                    *u *= self.room.kept[b];
                }
            }
            if moment.score.is_some() {
                let at_locals = &self.room.at_locals[b * locals..(b + 1) * locals];
                credit(cx.cortex, at_locals, remote, grad, true);
            }
        }
    }

    fn ledger(&self) -> Ledger {
        self.ledger
    }
}
