//! Forward replay.

use super::OrderKind;
use crate::numeric::Rng;
use crate::params;
use crate::record::Order;

params! {
    /// Replay runs as the episode was lived.
    pub struct Forward {}
}

impl OrderKind for Forward {
    fn draw(&self, _: &mut Rng) -> Order {
        Order::FORWARD
    }
}
