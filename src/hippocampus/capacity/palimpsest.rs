//! A palimpsest: old traces fade as new ones come.

use super::CapacityKind;
use crate::params;

params! {
    /// Old traces fade as new ones come.
    pub struct Palimpsest {
        /// Stored steps after which a trace has half its strength.
        pub half_life: f64 = 400.0, [1 ..= 1000000], "steps", restart;
    }
}

/// A code whose trace is weaker than this is dropped: far too weak to be an attractor still.
pub const FAINTEST: f32 = 1.0 / 8.0;

impl CapacityKind for Palimpsest {
    fn decay(&self) -> Option<f64> {
        Some(0.5_f64.powf(1.0 / self.half_life))
    }

    /// Down to the faintest trace, and the episodes being lived.
    fn kept(&self, lived: u64, episode: u64) -> u64 {
        lived.min((self.half_life * 3.0) as u64 + 64 * episode)
    }

    fn suits_a_tape(&self) -> Result<(), &'static str> {
        Err("its traces do not fade")
    }

    fn distinction(&self) -> Vec<(&'static str, String)> {
        vec![("half_life", self.half_life.to_string())]
    }
}
