//! Every episode alike.

use super::Select;
use crate::hippocampus::engram::Drawn;
use crate::hippocampus::memory::HippocampusState;
use crate::numeric::{Real, Rng};
use crate::params;

params! {
    /// Every stored episode is as likely as another.
    pub struct Uniform {}
}

impl<R: Real> Select<R> for Uniform {
    fn weight(&self, _: &HippocampusState<R>, _: usize) -> f64 {
        1.0
    }

    fn draw(&self, _: &HippocampusState<R>, free: &[Drawn], rng: &mut Rng) -> Drawn {
        free[rng.below(free.len())]
    }
}
