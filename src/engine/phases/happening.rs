//! What a phase is: known from its parameters, and at work.

use super::super::lab::{Lab, Living, Replaying, RunError};
use super::Phase;
use crate::circuit::Place;
use crate::numeric::Real;
use crate::record::Sink;
use crate::scenario::{Needs, Report, Setup};

/// What is known of a phase from its parameters.
pub trait PhaseKind {
    /// As the tables' column `phase` and the window call it.
    fn called(&self) -> &'static str;
    /// Reports what cannot be done with this setup. Places are paths within the phase's parameters, as `capacities.0`.
    fn problems(&self, _setup: &Setup, _report: &mut Report<'_>) {}
    /// What it needs.
    fn needs(&self) -> Needs {
        Needs::default()
    }
    /// The phases that it consists of, and how often they come.
    fn within(&self) -> Option<(&[Phase], usize)> {
        None
    }
    /// Bytes that it takes while it runs, beside what the setup itself takes.
    fn bytes(&self, _setup: &Setup) -> u64 {
        0
    }
    /// Whether it only measures stores.
    fn measures(&self) -> bool {
        false
    }
}

/// Whether a phase goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// There is more to do.
    On,
    /// It is over.
    Over,
}

impl Flow {
    /// On while there is something left.
    pub fn on_if(more: bool) -> Self {
        if more { Self::On } else { Self::Over }
    }
}

/// Where the states that the Cortex panel shows come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// An episode being lived.
    #[default]
    Lived,
    /// An episode being tested.
    Probed,
    /// A ripple.
    Reinstated,
}

/// What a picture of this moment is made from.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a, R: Real> {
    /// The batch that is lived, or was lived last.
    pub living: Option<(&'a Living<R>, Source)>,
    /// The ripple that runs, or ran last.
    pub ripple: Option<&'a Replaying<R>>,
}

impl<R: Real> Shown<'_, R> {
    /// Nothing to be seen.
    pub const NOTHING: Self = Self {
        living: None,
        ripple: None,
    };
}

impl<'a, R: Real> Shown<'a, R> {
    /// The batch that is lived, if there is one yet.
    pub fn living(living: Option<&'a Living<R>>, source: Source) -> Self {
        Self {
            living: living.map(|l| (l, source)),
            ..Shown::NOTHING
        }
    }
}

/// What came between two steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disturbance {
    /// A lesion or a restoration.
    Damage(Place),
    /// A parameter has another value.
    Set,
}

/// A phase at work. Its state is data; the lab is all it may touch.
pub trait Happening<R: Real> {
    /// One step.
    fn step(&mut self, lab: &mut Lab<R>, out: &mut dyn Sink) -> Result<Flow, RunError>;
    /// Part that is done, 0 to 1.
    fn progress(&self) -> f64;
    /// What a picture of this moment is made from.
    fn shown(&self) -> Shown<'_, R> {
        Shown::NOTHING
    }
    /// The batch that is lived, of a phase that lives.
    fn living(&mut self) -> Option<&mut Living<R>> {
        None
    }
    /// Something came between two steps: what was computed or planned for the circuit as it was is so anew; by itself, what
    /// is lived sees the weights as they are.
    fn disturbed(
        &mut self,
        _by: Disturbance,
        lab: &mut Lab<R>,
        _out: &mut dyn Sink,
    ) -> Result<(), RunError> {
        if let Some(living) = self.living() {
            living.refresh(&lab.cortex);
        }
        Ok(())
    }
}
