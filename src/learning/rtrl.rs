//! Real-time recurrent learning (Williams & Zipser 1989): exact, online, and dear.
//!
//! (1) M_t = J_t M_{t−1} + D_t ⊗ u_t, the influence of every parameter on every row of the state (S×P)
//! (2) ∂L_t/∂θ = δ_tᵀ M_t, with δ_t = ∂L_t/∂s_t
//!
//! It keeps N·(parameters) ~ N³ floats and works ~ N⁴ a step. While weights change, M_t mixes Jacobians at older weights.

use serde::{Deserialize, Serialize};

use super::influence::{add_row, each_immediate, each_parameter};
use super::rule::{RuleKind, Sizes, Start, flops};
use super::traced::{Advance, Kernel, Make, Traced};
use crate::neocortex::{Cortex, Gradient};
use crate::numeric::{Block, Real, gemm};
use crate::params;

params! {
    /// Real-time recurrent learning: exact and online, but it keeps the influence of every weight on every unit.
    pub struct Rtrl {}
}

impl RuleKind for Rtrl {
    fn whole_each_step(&self) -> bool {
        true
    }

    fn floats(&self, sizes: &Sizes) -> u64 {
        3 * sizes.state * sizes.parameters
    }
}

/// M of each episode, S×P.
pub type RtrlState<R> = Traced<R, Whole<R>>;

/// Keeps all of the influence.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Whole<R: Real> {
    #[serde(skip)]
    next: Vec<R>,
    #[serde(skip)]
    row: Vec<R>,
}

impl<R: Real> Make<Rtrl, R> for Whole<R> {
    fn make(_: &Rtrl, _: Start<'_, R>) -> Self {
        Self {
            next: Vec::new(),
            row: Vec::new(),
        }
    }
}

impl<R: Real> Kernel<R> for Whole<R> {
    fn elements(&self, cortex: &Cortex<R>) -> usize {
        cortex.state() * cortex.parameters()
    }

    fn flops(&self, cortex: &Cortex<R>) -> u64 {
        let (rows, columns) = (cortex.state() as u64, cortex.parameters() as u64);
        let reach = if cortex.cell.as_dyn().spreads() {
            rows
        } else {
            1
        };
        flops(cortex, 1) + 2 * columns * (rows * rows + reach + rows)
    }

    /// Equation (1).
    fn advance(&mut self, now: &Advance<'_, R>, influence: &mut Vec<R>) {
        let (cortex, lin) = (now.cortex, now.lin);
        let (rows, columns) = (cortex.state(), cortex.parameters());
        self.next.resize(rows * columns, R::zero());
        gemm(
            &mut self.next,
            Block::of_slice(&lin.jacobian, rows, rows),
            Block::of_slice(influence, rows, columns),
            false,
        );
        if now.counts {
            let next = &mut self.next;
            each_parameter(cortex, |p, l, j| {
                let u = lin.presynaptic[j];
                each_immediate(cortex, lin, l, |row, d| next[p * rows + row] += d * u);
            });
        }
        std::mem::swap(influence, &mut self.next);
    }

    /// Equation (2).
    fn credit(
        &mut self,
        cortex: &Cortex<R>,
        delta: &[R],
        influence: &[R],
        grad: &mut Gradient<R>,
        remote: bool,
    ) {
        if delta.iter().all(|d| *d == R::zero()) {
            return;
        }
        let (rows, columns) = (cortex.state(), cortex.parameters());
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
