//! What the outputs are made from.

use crate::{params, registry};

params! {
    /// A linear readout y = V h + c that is learned with the rest.
    pub struct Learned {}
}

params! {
    /// The first units themselves are the outputs: V is the identity, c is 0, and neither is learned.
    pub struct FirstUnits {}
}

/// What the outputs are made from.
pub trait ReadoutKind {
    /// Whether each output is a unit, the first the first, and nothing of it is learned.
    fn is_fixed(&self) -> bool {
        false
    }
}

impl ReadoutKind for Learned {}

impl ReadoutKind for FirstUnits {
    fn is_fixed(&self) -> bool {
        true
    }
}

registry! {
    /// What the outputs are made from.
    pub enum ReadoutSpec "readout": ReadoutKind {
        Learned(Learned),
        FirstUnits(FirstUnits),
    }
}
