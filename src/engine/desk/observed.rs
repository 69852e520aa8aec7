//! An experiment with what was observed of it.

use super::super::command::Journalled;
use super::super::experiment::{Experiment, Status};
use super::super::lab::{Clock, RunError};
use super::super::show::Observer;
use crate::record::{Event, Sink, SinkError};

/// An experiment with what was observed of it.
#[derive(Clone)]
pub struct Observed {
    pub experiment: Experiment<f32>,
    pub observer: Observer,
}

/// Tells the observer, and the tables where there are any.
struct Listeners<'a, 'b> {
    observer: &'a mut Observer,
    tables: &'a mut (dyn Sink + 'b),
}

impl Sink for Listeners<'_, '_> {
    fn event(&mut self, event: &Event) -> Result<(), SinkError> {
        self.tables.event(event)?;
        self.observer.event(event)
    }
}

impl Observed {
    /// Before the first step.
    pub fn new(experiment: Experiment<f32>) -> Self {
        let mut observer = Observer::default();
        observer.say(0, "ready");
        Self {
            experiment,
            observer,
        }
    }

    pub fn clock(&self) -> Clock {
        self.experiment.clock()
    }

    /// One step.
    pub fn step(&mut self, tables: &mut dyn Sink) -> Result<Status, RunError> {
        let observer = &mut self.observer;
        let mut listeners = Listeners { observer, tables };
        self.experiment.step(&mut listeners)
    }

    /// Applies a command.
    pub fn apply(&mut self, command: &Journalled, tables: &mut dyn Sink) -> Result<(), RunError> {
        let observer = &mut self.observer;
        let mut listeners = Listeners { observer, tables };
        self.experiment.apply(&command.command, &mut listeners)
    }

    /// Applies the commands of the journal that fall here.
    pub fn obey(
        &mut self,
        journal: &[Journalled],
        tables: &mut dyn Sink,
    ) -> Result<bool, RunError> {
        let mut any = false;
        while let Some(next) = self.experiment.due(journal) {
            self.apply(next, tables)?;
            any = true;
        }
        Ok(any)
    }
}
