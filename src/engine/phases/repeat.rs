//! Repeat: the same phases several times.

use serde::{Deserialize, Serialize};

use super::super::lab::{Lab, RunError};
use super::Phase;
use super::happening::{Flow, Happening, PhaseKind};
use crate::numeric::Real;
use crate::params;
use crate::record::Sink;

params! {
    /// The same phases several times.
    pub struct Repeat {
        /// How many times.
        pub times: usize = 10, [1 ..= 10000000], "times", live;
        /// What is repeated.
        pub phases: Vec<Phase>, [1 ..= 1000], restart;
    }
}

impl PhaseKind for Repeat {
    fn called(&self) -> &'static str {
        "Repeat"
    }

    fn within(&self) -> Option<(&[Phase], usize)> {
        Some((&self.phases, self.times))
    }
}

/// The cursor goes into what is repeated, so that a repetition itself has nothing to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Repeating;

impl Repeating {
    /// Nothing to begin.
    pub fn new<R: Real>(_: &Repeat, _: &mut Lab<R>) -> Self {
        Self
    }
}

impl<R: Real> Happening<R> for Repeating {
    fn step(&mut self, _: &mut Lab<R>, _: &mut dyn Sink) -> Result<Flow, RunError> {
        Ok(Flow::Over)
    }

    fn progress(&self) -> f64 {
        0.0
    }
}
