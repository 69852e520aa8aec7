//! What a ripple starts from. One cue, one file, one line in the registry.

mod cortical;
mod fraction;
mod noise;

pub use cortical::Cortical;
pub use fraction::Fraction;
pub use noise::Noise;

use super::store::Code;
use crate::numeric::Rng;
use crate::registry;

/// What a ripple starts from.
pub trait CueKind {
    /// A code as this cue presents it, in a store with so many units; `None` where the cue is no part of the code but a
    /// cortical state.
    fn degrade(&self, code: &[u32], units: usize, rng: &mut Rng) -> Option<Code>;
    /// Fraction of what is cued that is known and right.
    fn fraction(&self) -> f64;
    /// Fraction of the code, or of the cortical state, that is cued at all.
    fn cued(&self) -> f64 {
        self.fraction()
    }
    /// Fraction of the units that are wrong in the cue.
    fn noise(&self) -> f64 {
        0.0
    }
    /// Its parameter, which its name tells.
    fn amount(&self) -> f64 {
        self.fraction()
    }
    /// Whether it is made from a cortical state.
    fn is_cortical(&self) -> bool {
        false
    }
    /// Whether a tape, which is asked for an engram by its number, can be cued like this.
    fn serves_a_tape(&self) -> bool {
        false
    }
}

registry! {
    /// What a ripple starts from.
    pub enum CueSpec "cue": CueKind {
        Fraction(Fraction),
        Noise(Noise),
        Cortical(Cortical),
    }
}

impl CueSpec {
    /// Its name with what tells it apart from others: `Noise-0.3`, and what is not as it is by default.
    pub fn label(&self) -> String {
        let kind = self.kind();
        let told = [("fraction", kind.amount().to_string())];
        let usual = Self::named(self.name());
        registry::label(self.name(), &told, self, usual.as_ref().unwrap_or(self))
    }

    /// Fraction of the cortical state that a cortical cue knows: its own, or what one knows by default.
    pub fn cortical_fraction(&self) -> f64 {
        if self.kind().is_cortical() {
            self.kind().fraction()
        } else {
            Cortical::default().fraction
        }
    }
}
