//! Only the readout learns: the recurrent network stays the random reservoir that it started as (Jaeger 2001).

use serde::{Deserialize, Serialize};

use super::rule::{Context, Ledger, Moment, Rule, RuleKind, Sizes, Start, learn_readout};
use crate::neocortex::Gradient;
use crate::numeric::Real;
use crate::params;

params! {
    /// Only V and c learn: the floor that a random reservoir reaches by itself.
    pub struct ReadoutOnly {}
}

impl RuleKind for ReadoutOnly {
    fn whole_each_step(&self) -> bool {
        true
    }

    fn floats(&self, _: &Sizes) -> u64 {
        0
    }
}

/// Nothing is kept.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ReadoutOnlyState {
    ledger: Ledger,
}

impl ReadoutOnlyState {
    /// Nothing to start from.
    pub fn new<R: Real>(_: &ReadoutOnly, _: Start<'_, R>) -> Self {
        Self::default()
    }
}

impl<R: Real> Rule<R> for ReadoutOnlyState {
    fn observe(&mut self, cx: &Context<'_, R>, moment: &Moment<'_, R>, grad: &mut Gradient<R>) {
        self.ledger.flops_per_step = 4 * (cx.cortex.units() * cx.cortex.outputs()) as u64;
        learn_readout(cx.cortex, moment, grad);
    }

    fn ledger(&self) -> Ledger {
        self.ledger
    }
}
