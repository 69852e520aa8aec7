//! Which way ripples run. One order, one file, one line in the registry.

mod forward;
mod mixed;
mod reverse;
mod shuffled;

pub use forward::Forward;
pub use mixed::Mixed;
pub use reverse::Reverse;
pub use shuffled::Shuffled;

use crate::numeric::Rng;
use crate::record::Order;
use crate::registry;

/// Which way ripples run.
pub trait OrderKind {
    /// The order of one ripple.
    fn draw(&self, rng: &mut Rng) -> Order;
    /// Whether a ripple runs along its episode, so that it needs a cue only where it begins.
    fn runs_along(&self) -> bool {
        true
    }
}

registry! {
    /// Which way ripples run.
    pub enum OrderSpec "order": OrderKind {
        Forward(Forward): "Skaggs & McNaughton 1996",
        Reverse(Reverse): "Foster & Wilson 2006",
        Mixed(Mixed): "Diba & Buzsaki 2007",
        Shuffled(Shuffled),
    }
}

impl OrderSpec {
    /// Its name with what is not as it is by default.
    pub fn label(&self) -> String {
        let usual = Self::named(self.name());
        registry::label(self.name(), &[], self, usual.as_ref().unwrap_or(self))
    }
}
