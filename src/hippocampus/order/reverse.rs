//! Reverse replay.

use super::OrderKind;
use crate::numeric::Rng;
use crate::params;
use crate::record::Order;

params! {
    /// Replay runs from the end of the episode to its beginning.
    pub struct Reverse {}
}

impl OrderKind for Reverse {
    fn draw(&self, _: &mut Rng) -> Order {
        Order::REVERSE
    }
}
