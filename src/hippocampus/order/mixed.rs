//! Reverse and forward replay, mixed.

use super::OrderKind;
use crate::numeric::Rng;
use crate::params;
use crate::record::Order;

params! {
    /// Some ripples run in reverse, the others forward.
    pub struct Mixed {
        /// Fraction of the ripples that run in reverse.
        pub reverse: f64 = 0.5, [0 ..= 1], live;
    }
}

impl OrderKind for Mixed {
    fn draw(&self, rng: &mut Rng) -> Order {
        if rng.uniform() < self.reverse {
            Order::REVERSE
        } else {
            Order::FORWARD
        }
    }
}
