//! The experimenter's notebook: the clock, the present phase, and records of lived episodes that no rule and no store reads.

use std::collections::{HashSet, VecDeque};

use serde::{Deserialize, Serialize};

use crate::hippocampus::HippocampusState;
use crate::numeric::{DMatrix, Real};
use crate::record::{Event, Measurement, Metric, PhaseName, Sink, SinkError};

/// Counters of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// Engine steps: wake, replay and probe steps, those of a measurement, and one for every other phase.
    pub step: u64,
    /// Wake and replay steps, and the steps rested.
    pub time: u64,
    /// Episodes lived.
    pub episodes: u64,
    /// Updates of the weights.
    pub updates: u64,
    /// Ripples begun.
    pub ripples: u64,
}

/// Why a run failed.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A quantity became NaN or infinite.
    #[error(
        "{quantity} is no longer a finite number at step {step} in phase {phase}: \
         lower the optimizer's rate, set `cortex.clip`, or lower the gain of `cortex.cell.init`"
    )]
    NotFinite {
        /// When.
        step: u64,
        /// Where.
        phase: PhaseName,
        /// What.
        quantity: String,
    },
    /// A command cannot be done; why.
    #[error("{0}")]
    Refused(String),
    /// A step from a state that was read from a file panicked; what it said.
    #[error(
        "the state that this run went on from does not fit together ({0}): either its checkpoint.bin was changed after it \
         was written, or this is a fault of Ammon; run the folder's scenario.ron again"
    )]
    Broken(String),
    /// A listener failed.
    #[error(transparent)]
    Sink(#[from] SinkError),
}

/// What is kept of a lived episode to measure replay by.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Lived<R: Real> {
    /// Its number.
    pub episode: u64,
    /// Contents h_{t−1}, x_t, target, mask; a column a step.
    pub contents: DMatrix<R>,
    /// Where each step was along a path, where there is one.
    pub positions: Vec<f32>,
}

/// When and where things happen, and what was lived.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Notebook<R: Real> {
    /// Counters.
    pub clock: Clock,
    /// The present phase, or the last one.
    pub phase: PhaseName,
    /// Episodes that are stored, as they were lived.
    pub lived: VecDeque<Lived<R>>,
}

impl<R: Real> Default for Notebook<R> {
    fn default() -> Self {
        Self {
            clock: Clock::default(),
            phase: PhaseName::default(),
            lived: VecDeque::new(),
        }
    }
}

impl<R: Real> Notebook<R> {
    /// Tells a metric.
    pub fn tell(&self, metric: Metric, value: f64, sink: &mut dyn Sink) -> Result<(), RunError> {
        let row = Measurement {
            time: self.clock.time,
            episode: self.clock.episodes,
            phase: self.phase.clone(),
            metric,
            value,
        };
        sink.event(&row.into())?;
        Ok(())
    }

    /// Tells something worth a line in the log.
    pub fn note(&self, text: impl Into<String>, sink: &mut dyn Sink) -> Result<(), RunError> {
        let (time, text) = (self.clock.time, text.into());
        sink.event(&Event::Note { time, text })?;
        Ok(())
    }

    /// The error of a quantity that is NaN or infinite.
    pub fn not_finite(&self, quantity: &str) -> RunError {
        RunError::NotFinite {
            step: self.clock.step,
            phase: self.phase.clone(),
            quantity: quantity.into(),
        }
    }

    /// The record of an episode.
    pub fn record(&self, episode: u64) -> Option<&Lived<R>> {
        self.lived.iter().find(|l| l.episode == episode)
    }

    /// Drops the records of episodes that are no longer stored.
    pub fn forget(&mut self, memory: Option<&HippocampusState<R>>) {
        let members = memory.iter().flat_map(|m| m.stored());
        let stored: HashSet<u64> = members.flat_map(|e| e.members.iter().copied()).collect();
        self.lived.retain(|l| stored.contains(&l.episode));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::metric;

    #[test]
    fn a_metric_is_told_with_the_time_and_the_phase_it_was_measured_in() {
        let mut notebook = Notebook::<f32>::default();
        notebook.clock.time = 7;
        notebook.clock.episodes = 3;
        let mut events = Vec::new();
        let loss = Metric::new(&metric::LOSS);
        notebook.tell(loss.clone(), 0.5, &mut events).unwrap();
        let told = events[0].measurement().unwrap();
        assert_eq!((told.time, told.episode, told.value), (7, 3, 0.5));
        assert_eq!(told.metric, loss);
    }

    #[test]
    fn without_a_memory_nothing_is_recorded() {
        let mut notebook = Notebook::<f32>::default();
        notebook.lived.push_back(Lived {
            episode: 0,
            contents: DMatrix::zeros(2, 2),
            positions: Vec::new(),
        });
        assert!(notebook.record(0).is_some());
        notebook.forget(None);
        assert!(notebook.record(0).is_none());
    }
}
