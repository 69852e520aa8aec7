//! No pattern separation: the entorhinal code itself.

use super::SeparationKind;
use crate::hippocampus::store::{Code, CodeSize};
use crate::numeric::{KWinners, Rng};
use crate::params;

params! {
    /// The entorhinal code itself: like states get like codes.
    pub struct Direct {}
}

impl SeparationKind for Direct {
    fn code(
        &self,
        activations: &[f32],
        size: CodeSize,
        winners: &mut KWinners,
        _: &mut Rng,
    ) -> Code {
        let mut code = Code::new();
        winners.choose(&activations[..size.units], size.active, &mut code);
        code
    }

    fn follows_state(&self) -> bool {
        true
    }
}
