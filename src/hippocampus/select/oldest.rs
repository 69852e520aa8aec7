//! Old episodes first.

use super::Select;
use crate::hippocampus::engram::Drawn;
use crate::hippocampus::memory::HippocampusState;
use crate::numeric::{Real, Rng};
use crate::params;

params! {
    /// The oldest episode that has not come yet, so that a sleep retells the day in its order.
    pub struct OldestFirst {}
}

impl<R: Real> Select<R> for OldestFirst {
    fn weight(&self, memory: &HippocampusState<R>, position: usize) -> f64 {
        (memory.stored().len() - position) as f64
    }

    fn draw(&self, _: &HippocampusState<R>, free: &[Drawn], _: &mut Rng) -> Drawn {
        let oldest = free.iter().min_by_key(|drawn| drawn.position);
        *oldest.unwrap_or(&free[0])
    }
}
