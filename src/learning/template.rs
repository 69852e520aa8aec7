//! The first template of `docs/adding/rule.md`, kept compiling.

use serde::{Deserialize, Serialize};

use super::influence::{add_row, each_immediate, each_parameter};
use super::rule::{RuleKind, Sizes, Start, flops};
use super::traced::{Advance, Kernel, Make, Traced};
use crate::neocortex::{Cell, Cortex, Gradient};
use crate::numeric::Real;
use crate::params;

params! {
    /// One line for `ammon list`.
    pub struct MyRule {
        /// Factor on what is carried on.
        pub keep: f64 = 1.0, [0 ..= 1], restart;
    }
}

impl RuleKind for MyRule {
    fn whole_each_step(&self) -> bool {
        true
    }

    fn serves(&self, cell: &dyn Cell<f32>) -> Result<(), &'static str> {
        if cell.spreads() || cell.slots() > 1 {
            Err("it wants units with one value that keep to themselves within a step")
        } else {
            Ok(())
        }
    }

    fn floats(&self, sizes: &Sizes) -> u64 {
        3 * sizes.parameters + sizes.state * sizes.state
    }
}

/// m of each episode, P long.
pub type MyRuleState<R> = Traced<R, OwnUnit<R>>;

/// Keeps each parameter's influence on its own unit.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct OwnUnit<R: Real> {
    keep: R,
    #[serde(skip)]
    row: Vec<R>,
}

impl<R: Real> Make<MyRule, R> for OwnUnit<R> {
    fn make(params: &MyRule, _: Start<'_, R>) -> Self {
        Self {
            keep: R::of(params.keep),
            row: Vec::new(),
        }
    }
}

impl<R: Real> Kernel<R> for OwnUnit<R> {
    fn elements(&self, cortex: &Cortex<R>) -> usize {
        cortex.parameters()
    }

    fn flops(&self, cortex: &Cortex<R>) -> u64 {
        flops(cortex, 3)
    }

    fn floats(&self, _: usize) -> usize {
        0 // beside m; the default counts all that is saved, also the parameter `keep`
    }

    /// Equation (1): m_p ← keep · J_ii m_p + D_l u_j, with i the unit of pre-activation l.
    fn advance(&mut self, now: &Advance<'_, R>, m: &mut Vec<R>) {
        let (cortex, lin, rows) = (now.cortex, now.lin, now.cortex.state());
        each_parameter(cortex, |p, l, j| {
            let u = if now.counts {
                lin.presynaptic[j]
            } else {
                R::zero()
            };
            each_immediate(cortex, lin, l, |i, d| {
                m[p] = self.keep * lin.jacobian[i * rows + i] * m[p] + d * u;
            });
        });
    }

    /// Equation (2): ∂L/∂θ_p = δ_i m_p.
    fn credit(
        &mut self,
        cortex: &Cortex<R>,
        delta: &[R],
        m: &[R],
        grad: &mut Gradient<R>,
        remote: bool,
    ) {
        self.row.resize(cortex.parameters(), R::zero());
        each_parameter(cortex, |p, l, _| {
            self.row[p] = delta[l % delta.len()] * m[p];
        });
        add_row(&self.row, grad, remote);
    }
}
