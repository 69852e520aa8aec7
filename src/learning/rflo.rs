//! Random-feedback local online learning (Murray 2019, doi:10.7554/eLife.43299).
//!
//! (1) P_t = (1 − α) P_{t−1} + D_t u_tᵀ, D = α f'(a): the eligibility of each synapse, with no path through other units
//! (2) ∂L_t/∂W ≈ (B ∂L_t/∂y_t) ⊙ P_t, with B = Vᵀ or random

use serde::{Deserialize, Serialize};

use super::eligibility::Eligibility;
use super::{Context, FeedbackSpec, Ledger, Moment, Random, Rule, RuleKind, Sizes, Start};
use crate::neocortex::{Cell, CellSpec, Gradient};
use crate::numeric::Real;
use crate::params;

params! {
    /// Random-feedback local online learning: an eligibility at each synapse that fades with the unit's leak.
    pub struct Rflo {
        /// How errors get back to the units.
        pub feedback: FeedbackSpec = FeedbackSpec::Random(Random {}), restart;
    }
}

impl RuleKind for Rflo {
    fn online(&self) -> bool {
        true
    }

    fn serves(&self, _: &dyn Cell<f32>, spec: &CellSpec) -> Result<(), &'static str> {
        match spec {
            CellSpec::Tanh(_) | CellSpec::Linear(_) => Ok(()),
            _ => Err("its eligibility fades with a fixed leak"),
        }
    }

    fn floats(&self, sizes: &Sizes) -> u64 {
        3 * sizes.parameters
    }
}

/// The eligibility traces.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct RfloState<R: Real> {
    eligibility: Eligibility<R>,
}

impl<R: Real> RfloState<R> {
    /// No eligibility yet; random feedback is drawn here.
    pub fn new(params: &Rflo, mut start: Start<'_, R>) -> Self {
        let feedback = params.feedback.readout(start.cortex, &mut start.rng);
        Self {
            eligibility: Eligibility::new(feedback),
        }
    }
}

impl<R: Real> Rule<R> for RfloState<R> {
    fn begin(&mut self, cx: &Context<'_, R>) {
        self.eligibility.begin(cx);
    }

    fn observe(&mut self, cx: &Context<'_, R>, moment: &Moment<'_, R>, grad: &mut Gradient<R>) {
        self.eligibility.observe(cx, moment, grad);
    }

    fn observe_remote(
        &mut self,
        cx: &Context<'_, R>,
        moment: &Moment<'_, R>,
        grad: &mut Gradient<R>,
    ) {
        self.eligibility.observe_remote(cx, moment, grad);
    }

    fn ledger(&self) -> Ledger {
        self.eligibility.ledger
    }
}
