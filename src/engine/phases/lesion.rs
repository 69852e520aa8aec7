//! Lesion: a fraction of a region is silenced, or of a pathway cut.

use serde::{Deserialize, Serialize};

use super::super::lab::{Lab, RunError};
use super::happening::{Flow, Happening, PhaseKind};
use crate::circuit::Place;
use crate::numeric::Real;
use crate::params;
use crate::record::Sink;
use crate::scenario::{Report, Setup};

params! {
    /// Silences a fraction of a region's units, or cuts a fraction of a pathway's axons.
    pub struct Lesion {
        /// Name of a region or pathway of the circuit.
        pub target: Place, restart;
        /// Which fraction.
        pub fraction: f64 = 1.0, [0 ..= 1], live;
    }
}

impl PhaseKind for Lesion {
    fn called(&self) -> &'static str {
        "Lesion"
    }

    fn problems(&self, setup: &Setup, report: &mut Report<'_>) {
        target_is_there(self.target, setup, report);
    }
}

/// A target must belong to the circuit.
pub(super) fn target_is_there(target: Place, setup: &Setup, report: &mut Report<'_>) {
    if setup.hippocampus.is_none() && target.hippocampal() {
        let there: Vec<_> = Place::ALL
            .into_iter()
            .filter(|p| !p.hippocampal())
            .map(Place::name)
            .collect();
        report.at(
            "target",
            format!("{target} belongs to the hippocampus, but this scenario has none"),
            format!("add `hippocampus: ()`, or name one of {}", there.join(", ")),
        );
    }
}

/// A lesion, which takes one step of the engine.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Lesioning {
    target: Place,
    fraction: f64,
}

impl Lesioning {
    /// Before it.
    pub fn new<R: Real>(phase: &Lesion, _: &mut Lab<R>) -> Self {
        Self::of(phase.target, phase.fraction)
    }

    /// Before a lesion of this size, or with 0 a restoration.
    pub(super) fn of(target: Place, fraction: f64) -> Self {
        Self { target, fraction }
    }
}

impl<R: Real> Happening<R> for Lesioning {
    fn step(&mut self, lab: &mut Lab<R>, out: &mut dyn Sink) -> Result<Flow, RunError> {
        let done = lab.damage(self.target, self.fraction);
        lab.tell_damage(self.target, self.fraction, done, out)?;
        Ok(Flow::Over)
    }

    fn progress(&self) -> f64 {
        0.0
    }
}
