//! Restore: what a lesion took is given back.

use serde::{Deserialize, Serialize};

use super::super::lab::{Lab, RunError};
use super::happening::{Flow, Happening, PhaseKind};
use super::lesion::{Lesioning, target_is_there};
use crate::circuit::Place;
use crate::numeric::Real;
use crate::params;
use crate::record::Sink;
use crate::scenario::{Report, Setup};

params! {
    /// Makes a region or pathway whole again.
    pub struct Restore {
        /// Name of a region or pathway of the circuit.
        pub target: Place, restart;
    }
}

impl PhaseKind for Restore {
    fn called(&self) -> &'static str {
        "Restore"
    }

    fn problems(&self, setup: &Setup, report: &mut Report<'_>) {
        target_is_there(self.target, setup, report);
    }
}

/// A restoration: a lesion of nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Restoring(Lesioning);

impl Restoring {
    /// Before it.
    pub fn new<R: Real>(phase: &Restore, _: &mut Lab<R>) -> Self {
        Self(Lesioning::of(phase.target, 0.0))
    }
}

impl<R: Real> Happening<R> for Restoring {
    fn step(&mut self, lab: &mut Lab<R>, out: &mut dyn Sink) -> Result<Flow, RunError> {
        self.0.step(lab, out)
    }

    fn progress(&self) -> f64 {
        0.0
    }
}
