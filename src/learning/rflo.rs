//! Random-feedback local online learning (Murray 2019, doi:10.7554/eLife.43299).
//!
//! (1) P_t = (1 − α) P_{t−1} + D_t u_tᵀ, D = α f'(a): the eligibility of each synapse, with no path through other units
//! (2) ∂L_t/∂W ≈ (B ∂L_t/∂y_t) ⊙ P_t, with B = Vᵀ or random

use super::eligibility::{Eligibility, Fed};
use super::feedback::{FeedbackSpec, Random};
use super::rule::{RuleKind, Sizes};
use super::traced::Traced;
use crate::neocortex::Cell;
use crate::params;

params! {
    /// Random-feedback local online learning: an eligibility at each synapse that fades with the unit's leak.
    pub struct Rflo {
        /// How errors get back to the units.
        pub feedback: FeedbackSpec = FeedbackSpec::Random(Random {}), restart;
    }
}

impl RuleKind for Rflo {
    fn whole_each_step(&self) -> bool {
        true
    }

    fn serves(&self, cell: &dyn Cell<f32>) -> Result<(), &'static str> {
        if cell.fixed_leak() {
            Ok(())
        } else {
            Err("its eligibility fades with a fixed leak")
        }
    }

    fn floats(&self, sizes: &Sizes) -> u64 {
        3 * sizes.parameters
    }
}

impl Fed for Rflo {
    fn feedback(&self) -> &FeedbackSpec {
        &self.feedback
    }
}

/// P of each episode.
pub type RfloState<R> = Traced<R, Eligibility<R>>;
