//! How engrams are kept apart: the CA3 code that is imposed at encoding. One way, one file, one line in the registry.

mod direct;
mod separated;

pub use direct::Direct;
pub use separated::Separated;

use super::store::{Code, CodeSize};
use crate::numeric::{KWinners, Rng};
use crate::registry;

/// How the CA3 code of a step comes about.
pub trait SeparationKind {
    /// The code of a step, given the entorhinal activations.
    fn code(
        &self,
        activations: &[f32],
        size: CodeSize,
        winners: &mut KWinners,
        rng: &mut Rng,
    ) -> Code;
    /// Whether codes are made of the cortical state, so that like states get like codes.
    fn follows_state(&self) -> bool {
        false
    }
}

registry! {
    /// How engrams are kept apart.
    pub enum SeparationSpec "separation": SeparationKind {
        Separated(Separated): "Treves & Rolls 1992; Teyler & DiScenna 1986",
        Direct(Direct): "Marr 1971",
    }
}
