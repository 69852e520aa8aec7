//! Unbiased online recurrent optimization (Tallec & Ollivier 2017, arXiv:1702.05043): the influence matrix as one random
//! product s̃ θ̃ᵀ.
//!
//! With fresh signs ν ∈ {±1}^S at every step (algorithm 1):
//!
//! (1) s̃_t = ρ₀ J_t s̃_{t−1} + ρ₁ ν
//! (2) θ̃_t = θ̃_{t−1} / ρ₀ + (νᵀ D_t ⊗ u_t) / ρ₁
//! (3) ρ₀ = √(|θ̃_{t−1}| / |J_t s̃_{t−1}|), ρ₁ = √(|νᵀ D_t ⊗ u_t| / |ν|), or 1 where `balance` is off
//! (4) ∂L_t/∂θ ≈ (δ_t · s̃_t) θ̃_t, whose mean over ν is the gradient of real-time recurrent learning

use serde::{Deserialize, Serialize};

use super::influence::{balance, errors, norm, squares};
use super::rule::{Context, Ledger, Moment, Rule, RuleKind, Sizes, Start, flops, learn_readout};
use crate::neocortex::{Cortex, Gradient, Linearisation, Step};
use crate::numeric::{Block, DMatrix, Measured, Real, Rng, floats_in, gemm};
use crate::params;

params! {
    /// Unbiased online recurrent optimization: the influence of all weights as one random product, right on average.
    pub struct Uoro {
        /// Whether the two factors share the product's size evenly (ρ₀, ρ₁); without it their spread grows.
        pub balance: bool = true, restart;
    }
}

impl RuleKind for Uoro {
    fn whole_each_step(&self) -> bool {
        true
    }

    fn floats(&self, sizes: &Sizes) -> u64 {
        3 * (sizes.state + sizes.parameters) + sizes.state * sizes.state
    }
}

/// The two factors of each episode.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct UoroState<R: Real> {
    params: Uoro,
    rng: Rng,
    /// s̃ of each episode, S long.
    state: Vec<Vec<R>>,
    /// θ̃ of each episode, in the shapes of the cell's tensors.
    theta: Vec<Vec<DMatrix<R>>>,
    /// The part of θ̃ from the first quarter of the steps.
    remote: Measured<Vec<Vec<DMatrix<R>>>>,
    #[serde(skip)]
    room: Room<R>,
    ledger: Ledger,
}

#[derive(Clone, Debug)]
struct Room<R: Real> {
    lin: Linearisation<R>,
    /// J s̃.
    carried: Vec<R>,
    nu: Vec<R>,
    back: Vec<R>,
    /// νᵀ D of each episode, L×B.
    local: Vec<R>,
    /// The same of one episode, scaled.
    scaled: Vec<R>,
    /// ρ₀ and ρ₁ of each episode.
    rho: Vec<(R, R)>,
    delta: Vec<R>,
}

impl<R: Real> Default for Room<R> {
    fn default() -> Self {
        let [carried, nu, back, local, delta] = std::array::from_fn(|_| Vec::new());
        Self {
            lin: Linearisation::default(),
            carried,
            nu,
            back,
            local,
            scaled: Vec::new(),
            rho: Vec::new(),
            delta,
        }
    }
}

impl<R: Real> Room<R> {
    fn resize(&mut self, cortex: &Cortex<R>, width: usize) {
        let rows = cortex.state();
        for buffer in [&mut self.carried, &mut self.nu, &mut self.back] {
            buffer.resize(rows, R::zero());
        }
        self.local.resize(cortex.local_rows() * width, R::zero());
        self.scaled.resize(cortex.local_rows(), R::zero());
        self.rho.resize(width, (R::one(), R::one()));
    }

    /// |νᵀ D ⊗ u| of episode `b`: the tensors are products, so their norms are too.
    fn size(&self, cortex: &Cortex<R>, b: usize) -> R {
        let l = cortex.local_rows();
        let (local, u) = (&self.local[b * l..(b + 1) * l], &self.lin.presynaptic);
        let each = cortex
            .fan_in()
            .iter()
            .map(|fan| squares(&local[fan.local.clone()]) * squares(&u[fan.source.clone()]));
        num_traits::Float::sqrt(each.sum::<R>())
    }
}

/// Zeros in the shapes of the cell's tensors.
fn zeros<R: Real>(cortex: &Cortex<R>) -> Vec<DMatrix<R>> {
    let shapes = cortex.cell.as_dyn().tensors();
    shapes
        .iter()
        .map(|s| DMatrix::zeros(s.rows, s.cols))
        .collect()
}

/// Every element times `factor`.
fn scale<R: Real>(tensors: &mut [DMatrix<R>], factor: R) {
    for tensor in tensors {
        for v in tensor.as_mut_slice() {
            *v *= factor;
        }
    }
}

fn size<R: Real>(tensors: &[DMatrix<R>]) -> R {
    let each = tensors.iter().map(|t| squares(t.as_slice()));
    num_traits::Float::sqrt(each.sum::<R>())
}

impl<R: Real> UoroState<R> {
    /// No influence yet.
    pub fn new(params: &Uoro, start: Start<'_, R>) -> Self {
        Self {
            params: params.clone(),
            rng: start.rng,
            state: Vec::new(),
            theta: Vec::new(),
            remote: Measured(Vec::new()),
            room: Room::default(),
            ledger: Ledger::default(),
        }
    }

    /// Equations (1) to (3) for episode `b`.
    fn advance(&mut self, cortex: &Cortex<R>, step: &Step<'_, R>, b: usize) {
        let (rows, l) = (cortex.state(), cortex.local_rows());
        let (room, s, theta) = (&mut self.room, &mut self.state[b], &mut self.theta[b]);
        room.lin.traces(cortex, step);
        room.lin.jacobian(cortex, step);
        gemm(
            &mut room.carried,
            Block::of_slice(&room.lin.jacobian, rows, rows),
            Block::column(s),
            false,
        );
        self.rng.signs(&mut room.nu);
        cortex.back(
            step,
            &mut room.nu,
            &mut room.local[b * l..(b + 1) * l],
            &mut room.back,
        );
        let (rho0, rho1) = if self.params.balance {
            (
                balance(size(theta), norm(&room.carried)),
                balance(room.size(cortex, b), norm(&room.nu)),
            )
        } else {
            (R::one(), R::one())
        };
        room.rho[b] = (rho0, rho1);
        for ((s, carried), nu) in s.iter_mut().zip(&room.carried).zip(&room.nu) {
            *s = rho0 * *carried + rho1 * *nu;
        }
        scale(theta, R::one() / rho0);
        let locals = &room.local[b * l..(b + 1) * l];
        for (scaled, local) in room.scaled.iter_mut().zip(locals) {
            *scaled = *local / rho1;
        }
        cortex.accumulate(step, &room.scaled, theta);
    }
}

impl<R: Real> Rule<R> for UoroState<R> {
    fn begin(&mut self, cx: &Context<'_, R>) {
        let (rows, width) = (cx.cortex.state(), cx.batch.width);
        self.state.resize_with(width, Vec::new);
        self.theta.resize_with(width, || zeros(cx.cortex));
        for (s, theta) in self.state.iter_mut().zip(&mut self.theta) {
            s.clear();
            s.resize(rows, R::zero());
            for tensor in theta {
                tensor.fill(R::zero());
            }
        }
        self.remote.0.clear();
        if self.ledger.grows(width) {
            let floats = floats_in(self);
            self.ledger.keep(floats, width);
            self.ledger.flops_per_step = flops(cx.cortex, 6) + 4 * (rows * rows) as u64;
        }
    }

    fn observe(&mut self, cx: &Context<'_, R>, moment: &Moment<'_, R>, grad: &mut Gradient<R>) {
        let (cortex, rows) = (cx.cortex, cx.cortex.state());
        learn_readout(cortex, moment, grad);
        self.room.resize(cortex, cx.batch.width);
        if let Some(score) = moment.score {
            errors(cortex, moment.step.aux, score, None, &mut self.room.delta);
        }
        for b in 0..cx.batch.width {
            self.advance(cortex, &cortex.column(&moment.step, b), b);
            if moment.score.is_some() {
                let delta = &self.room.delta[b * rows..(b + 1) * rows];
                let factor = dot(delta, &self.state[b]);
                add(&self.theta[b], factor, grad.part_mut(false));
            }
        }
    }

    fn observe_remote(
        &mut self,
        cx: &Context<'_, R>,
        moment: &Moment<'_, R>,
        grad: &mut Gradient<R>,
    ) {
        let (cortex, rows) = (cx.cortex, cx.cortex.state());
        self.remote.0.resize_with(cx.batch.width, || zeros(cortex));
        for b in 0..cx.batch.width {
            let remote = &mut self.remote.0[b];
            if b < moment.remote {
                remote.clone_from(&self.theta[b]);
            } else {
                scale(remote, R::one() / self.room.rho[b].0);
            }
            if moment.score.is_some() {
                let delta = &self.room.delta[b * rows..(b + 1) * rows];
                let factor = dot(delta, &self.state[b]);
                add(remote, factor, grad.part_mut(true));
            }
        }
    }

    fn ledger(&self) -> Ledger {
        self.ledger
    }
}

fn dot<R: Real>(a: &[R], b: &[R]) -> R {
    a.iter().zip(b).map(|(a, b)| *a * *b).sum()
}

/// Equation (4).
fn add<R: Real>(theta: &[DMatrix<R>], factor: R, grad: &mut [DMatrix<R>]) {
    for (g, theta) in grad.iter_mut().zip(theta) {
        for (g, t) in g.as_mut_slice().iter_mut().zip(theta.as_slice()) {
            *g += factor * *t;
        }
    }
}
