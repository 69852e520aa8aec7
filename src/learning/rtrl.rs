//! Real-time recurrent learning (Williams & Zipser 1989): exact, online, and dear.
//!
//! (1) M_t = J_t M_{t−1} + D_t ⊗ u_t, the influence of every parameter on every row of the state (S×P)
//! (2) ∂L_t/∂θ = δ_tᵀ M_t, with δ_t = ∂L_t/∂s_t
//!
//! It keeps N·(parameters) ~ N³ floats and works ~ N⁴ a step. While weights change, M_t mixes Jacobians at older weights.

use serde::{Deserialize, Serialize};

use super::influence::{add_row, each_immediate, each_parameter, errors};
use super::{Context, Ledger, Moment, Rule, RuleKind, Sizes, Start, flops, learn_readout};
use crate::neocortex::{Cortex, Gradient, Linearisation, Step};
use crate::numeric::{Block, Measured, Real, floats_in, gemm};
use crate::params;

params! {
    /// Real-time recurrent learning: exact and online, but it keeps the influence of every weight on every unit.
    pub struct Rtrl {}
}

impl RuleKind for Rtrl {
    fn online(&self) -> bool {
        true
    }

    fn floats(&self, sizes: &Sizes) -> u64 {
        3 * sizes.state * sizes.parameters
    }
}

/// The influence matrices.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct RtrlState<R: Real> {
    /// M of each episode, S×P.
    influence: Vec<Vec<R>>,
    /// The part of M from the first quarter of the steps.
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
    row: Vec<R>,
}

impl<R> Default for Room<R> {
    fn default() -> Self {
        Self {
            lin: Linearisation::default(),
            next: Vec::new(),
            delta: Vec::new(),
            row: Vec::new(),
        }
    }
}

impl<R: Real> Room<R> {
    /// Equation (1); the immediate influence is left out where it does not count.
    fn advance(
        &mut self,
        cortex: &Cortex<R>,
        step: &Step<'_, R>,
        influence: &mut Vec<R>,
        counts: bool,
    ) {
        let (rows, columns) = (cortex.state(), cortex.parameters());
        self.lin.traces(cortex, step);
        self.lin.jacobian(cortex, step);
        self.next.resize(rows * columns, R::zero());
        gemm(
            &mut self.next,
            Block::of_slice(&self.lin.jacobian, rows, rows),
            Block::of_slice(influence, rows, columns),
            false,
        );
        if counts {
            let (next, lin) = (&mut self.next, &self.lin);
            each_parameter(cortex, |p, l, j| {
                let u = lin.presynaptic[j];
                each_immediate(cortex, lin, l, |row, d| next[p * rows + row] += d * u);
            });
        }
        std::mem::swap(influence, &mut self.next);
    }

    /// Equation (2) for episode `b`.
    fn credit(
        &mut self,
        cortex: &Cortex<R>,
        b: usize,
        influence: &[R],
        grad: &mut Gradient<R>,
        remote: bool,
    ) {
        let (rows, columns) = (cortex.state(), cortex.parameters());
        let delta = &self.delta[b * rows..(b + 1) * rows];
        if delta.iter().all(|d| *d == R::zero()) {
            return;
        }
        self.row.resize(columns, R::zero());
        gemm(
            &mut self.row,
            Block::of_slice(influence, rows, columns).t(),
            Block::column(delta),
            false,
        );
        add_row(&self.row, grad, remote);
    }
}

impl<R: Real> RtrlState<R> {
    /// No influence yet.
    pub fn new(_: &Rtrl, _: Start<'_, R>) -> Self {
        Self {
            influence: Vec::new(),
            remote: Measured(Vec::new()),
            room: Room::default(),
            ledger: Ledger::default(),
        }
    }
}

impl<R: Real> Rule<R> for RtrlState<R> {
    fn begin(&mut self, cx: &Context<'_, R>) {
        let (rows, columns) = (cx.cortex.state() as u64, cx.cortex.parameters() as u64);
        self.influence.resize_with(cx.batch.width, Vec::new);
        for influence in &mut self.influence {
            influence.clear();
            influence.resize((rows * columns) as usize, R::zero());
        }
        self.remote.0.clear();
        if self.ledger.grows(self.influence.len()) {
            let floats = floats_in(self);
            self.ledger.keep(floats, cx.batch.width);
            let reach = if cx.cortex.cell.as_dyn().spreads() {
                rows
            } else {
                1
            };
            self.ledger.flops_per_step =
                flops(cx.cortex, 1) + 2 * columns * (rows * rows + reach + rows);
        }
    }

    fn observe(&mut self, cx: &Context<'_, R>, moment: &Moment<'_, R>, grad: &mut Gradient<R>) {
        let cortex = cx.cortex;
        learn_readout(cortex, moment, grad);
        if let Some(score) = moment.score {
            errors(cortex, moment.step.aux, score, None, &mut self.room.delta);
        }
        for (b, influence) in self.influence.iter_mut().enumerate() {
            let step = cortex.column(&moment.step, b);
            self.room.advance(cortex, &step, influence, true);
            if moment.score.is_some() {
                self.room.credit(cortex, b, influence, grad, false);
            }
        }
    }

    fn observe_remote(
        &mut self,
        cx: &Context<'_, R>,
        moment: &Moment<'_, R>,
        grad: &mut Gradient<R>,
    ) {
        if moment.remote {
            self.remote.0.clone_from(&self.influence);
        }
        for (b, influence) in self.remote.0.iter_mut().enumerate() {
            if !moment.remote {
                let step = cx.cortex.column(&moment.step, b);
                self.room.advance(cx.cortex, &step, influence, false);
            }
            if moment.score.is_some() {
                self.room.credit(cx.cortex, b, influence, grad, true);
            }
        }
    }

    fn ledger(&self) -> Ledger {
        self.ledger
    }
}
