//! e-prop in its rate form (Bellec et al. 2020, doi:10.1038/s41467-020-17236-y).
//!
//! (1) e_t = R_t e_{t−1} + D_t ⊗ u_t, where R keeps only what stays inside the unit: 1 − α for Tanh (as in Rflo), the
//!     forget gate on the cell for Lstm, the update gate for Gru
//! (2) ∂L_t/∂θ ≈ δ_t · e_t, with the learning signal δ_t = ∂L_t/∂s_t

use super::eligibility::{Eligibility, Fed};
use super::feedback::{FeedbackSpec, Transposed};
use super::rule::{RuleKind, Sizes};
use super::traced::Traced;
use crate::neocortex::Cell;
use crate::params;

params! {
    /// e-prop: an eligibility at each synapse that keeps only what stays inside the unit.
    pub struct Eprop {
        /// How errors get back to the units.
        pub feedback: FeedbackSpec = FeedbackSpec::Transposed(Transposed {}), restart;
    }
}

impl RuleKind for Eprop {
    fn whole_each_step(&self) -> bool {
        true
    }

    fn serves(&self, cell: &dyn Cell<f32>) -> Result<(), &'static str> {
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

impl Fed for Eprop {
    fn feedback(&self) -> &FeedbackSpec {
        &self.feedback
    }
}

/// e of each episode.
pub type EpropState<R> = Traced<R, Eligibility<R>>;
