//! Rest: time passes, and traces of a palimpsest fade.

use serde::{Deserialize, Serialize};

use super::super::lab::{Lab, RunError};
use super::happening::{Flow, Happening, PhaseKind};
use crate::numeric::Real;
use crate::params;
use crate::record::Sink;

params! {
    /// Time passes; traces of a palimpsest fade.
    pub struct Rest {
        /// How long.
        pub steps: u64 = 100, [1 ..= 1000000000], "steps", live;
    }
}

impl PhaseKind for Rest {
    fn called(&self) -> &'static str {
        "Rest"
    }
}

/// A rest, which takes one step of the engine.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Resting(Rest);

impl Resting {
    /// Before it.
    pub fn new<R: Real>(phase: &Rest, _: &mut Lab<R>) -> Self {
        Self(phase.clone())
    }
}

impl<R: Real> Happening<R> for Resting {
    fn step(&mut self, lab: &mut Lab<R>, _: &mut dyn Sink) -> Result<Flow, RunError> {
        let clock = &mut lab.notebook.clock;
        clock.time = clock.time.saturating_add(self.0.steps);
        if let Some(memory) = &mut lab.memory {
            memory.rest(self.0.steps);
        }
        lab.notebook.forget(lab.memory.as_ref());
        Ok(Flow::Over)
    }

    fn progress(&self) -> f64 {
        0.0
    }
}
