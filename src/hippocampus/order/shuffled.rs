//! Replay without sequence: the control.

use super::OrderKind;
use crate::numeric::Rng;
use crate::params;
use crate::record::Order;

params! {
    /// Every step is cued by itself, in random order: the control without sequence.
    pub struct Shuffled {}
}

impl OrderKind for Shuffled {
    fn draw(&self, _: &mut Rng) -> Order {
        Order::Shuffled
    }

    fn runs_along(&self) -> bool {
        false
    }
}
