//! e-prop in its rate form (Bellec et al. 2020, doi:10.1038/s41467-020-17236-y).
//!
//! (1) e_t = R_t e_{t−1} + D_t ⊗ u_t, where R keeps only what stays inside the unit: 1 − α for Tanh (as in Rflo), the
//!     forget gate on the cell for Lstm, the update gate for Gru
//! (2) ∂L_t/∂θ ≈ δ_t · e_t, with the learning signal δ_t = ∂L_t/∂s_t

use serde::{Deserialize, Serialize};

use super::eligibility::Eligibility;
use super::{Context, FeedbackSpec, Ledger, Moment, Rule, RuleKind, Sizes, Start, Transposed};
use crate::neocortex::{Cell, CellSpec, Gradient};
use crate::numeric::Real;
use crate::params;

params! {
    /// e-prop: an eligibility at each synapse that keeps only what stays inside the unit.
    pub struct Eprop {
        /// How errors get back to the units.
        pub feedback: FeedbackSpec = FeedbackSpec::Transposed(Transposed {}), restart;
    }
}

impl RuleKind for Eprop {
    fn online(&self) -> bool {
        true
    }

    fn serves(&self, cell: &dyn Cell<f32>, _: &CellSpec) -> Result<(), &'static str> {
        if cell.spreads() {
            Err("within one step its weights reach other units than their own")
        } else {
            Ok(())
        }
    }

    fn floats(&self, sizes: &Sizes) -> u64 {
        6 * sizes.parameters
    }
}

/// The eligibility traces.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct EpropState<R: Real> {
    eligibility: Eligibility<R>,
}

impl<R: Real> EpropState<R> {
    /// No eligibility yet; random feedback is drawn here.
    pub fn new(params: &Eprop, mut start: Start<'_, R>) -> Self {
        let feedback = params.feedback.readout(start.cortex, &mut start.rng);
        Self {
            eligibility: Eligibility::new(feedback),
        }
    }
}

impl<R: Real> Rule<R> for EpropState<R> {
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
