//! Events: what happens in a run, told to whoever listens (run folder, app, progress bar).

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::circuit::Place;

/// The phase of the protocol that something happened in, by the name it goes by in tables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseName(Cow<'static, str>);

impl From<&'static str> for PhaseName {
    fn from(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }
}

impl fmt::Display for PhaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which way a step along an episode goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// As it was lived.
    Forward,
    /// From the end to the beginning.
    #[default]
    Reverse,
}

/// The order in which a ripple visits the steps of an episode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// Along the episode.
    Along(Direction),
    /// At random, each step cued by itself.
    Shuffled,
}

impl Default for Order {
    fn default() -> Self {
        Self::Along(Direction::Reverse)
    }
}

impl Order {
    /// As it was lived.
    pub const FORWARD: Self = Self::Along(Direction::Forward);
    /// From the end to the beginning.
    pub const REVERSE: Self = Self::Along(Direction::Reverse);

    /// As the scenario writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FORWARD => "Forward",
            Self::REVERSE => "Reverse",
            Self::Shuffled => "Shuffled",
        }
    }
}

/// How a ripple ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It visited every step of its episode in order and stopped at the boundary.
    Completed,
    /// The sequence input fell silent before the episode's boundary.
    EndedEarly,
    /// It left the episode's path for other engrams.
    WentAstray,
    /// The attractor was lost: no stored pattern supports the state.
    Lost,
    /// The cue did not complete to the engram it was made from.
    CueFailed,
    /// Nothing is stored, or CA3 is silent.
    Silent,
}

impl Outcome {
    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::EndedEarly => "ended early",
            Self::WentAstray => "went astray",
            Self::Lost => "attractor lost",
            Self::CueFailed => "cue failed",
            Self::Silent => "silent",
        }
    }
}

/// One ripple, as replay.csv and the app's list show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RippleRecord {
    /// Number in the run, from 0.
    pub ripple: u64,
    /// When it ended, in steps.
    pub time: u64,
    /// The engram that was cued.
    pub engram: u64,
    /// Its episode.
    pub episode: u64,
    /// Which way it ran.
    pub order: Order,
    /// Name of the cue: `Fraction`, `Noise`, `Cortical`.
    pub cue: String,
    /// Strength of the cue: the fraction of units that were right in it.
    pub cue_fraction: f64,
    /// Steps replayed.
    pub steps: usize,
    /// Mean overlap with the engram that should have come, over the steps.
    pub overlap_mean: f64,
    /// Smallest such overlap.
    pub overlap_min: f64,
    /// Whether the whole episode was replayed in order.
    pub completed: bool,
    /// Cosine of the decoded cortical states with the lived ones; NaN where the lived ones are not known.
    pub cosine: f64,
    /// How it ended.
    pub outcome: Outcome,
}

/// How well a ripple kept the order of what was lived, in one area: a row of scores.csv.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreRecord {
    /// The ripple, or the last one of a chain.
    pub ripple: u64,
    /// When it ended, in steps.
    pub time: u64,
    /// Its episode.
    pub episode: u64,
    /// Which way it ran.
    pub order: Order,
    /// Whether its sequence synapses were shuffled.
    pub shuffled: bool,
    /// CA3, cortex or position.
    pub area: String,
    /// Steps that matched a lived one.
    pub steps: usize,
    /// Spearman's ρ.
    pub rank: f64,
    /// Its significance.
    pub p: f64,
}

/// A store's recall at one load from one cue: a row of capacity.csv.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CapacityRecord {
    /// Which store.
    pub store: String,
    /// Its units.
    pub units: usize,
    /// Its sparsity.
    pub sparsity: f64,
    /// Patterns stored.
    pub patterns: usize,
    /// What was measured: the name of the cue, or `Forward` and `Reverse` for the sequence.
    pub cue: String,
    /// Fraction of the cue that is right.
    pub cue_fraction: f64,
    /// Fraction of the cue that is wrong.
    pub noise: f64,
    /// Stores measured.
    pub trials: usize,
    /// Mean overlap with the pattern that should come, over trials.
    pub overlap_mean: f64,
    /// Its standard error.
    pub overlap_se: f64,
    /// Fraction of recalls without any error; of a sequence, the part of it before the first error.
    pub exact_rate: f64,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A phase began.
    Began {
        /// Clock.
        time: u64,
        /// Which.
        phase: PhaseName,
    },
    /// A quantity was measured: a row of metrics.csv.
    Metric {
        /// Clock.
        time: u64,
        /// Episodes lived so far.
        episode: u64,
        /// Phase it was measured in.
        phase: PhaseName,
        /// Its name.
        name: String,
        /// Its value.
        value: f64,
    },
    /// A ripple ended: a row of replay.csv.
    Ripple(RippleRecord),
    /// A ripple was scored: a row of scores.csv.
    Scored(ScoreRecord),
    /// A store was measured: a row of capacity.csv.
    Measured(CapacityRecord),
    /// An episode was forgotten.
    Evicted {
        /// Clock.
        time: u64,
        /// Which.
        episode: u64,
        /// Steps it had.
        steps: usize,
    },
    /// An episode joined one like it.
    Joined {
        /// Clock.
        time: u64,
        /// Which.
        episode: u64,
        /// Which one it joined.
        prototype: u64,
    },
    /// The weights changed.
    Updated {
        /// Clock.
        time: u64,
        /// Updates so far.
        updates: u64,
    },
    /// A lesion or a restoration.
    Damaged {
        /// Clock.
        time: u64,
        /// Region or pathway.
        target: Place,
        /// Fraction now missing; 0 after a restoration.
        fraction: f64,
    },
    /// Something worth a line in the log.
    Note {
        /// Clock.
        time: u64,
        /// In words.
        text: String,
    },
}

/// What a listener may fail with.
#[derive(Debug, thiserror::Error)]
pub enum SinkError {
    /// A file could not be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// Which.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Someone who listens to a run. The order of events is part of the contract: it is the same whatever the thread count.
pub trait Sink {
    /// Hears one event.
    fn event(&mut self, event: &Event) -> Result<(), SinkError>;
}

/// Nobody listens.
impl Sink for () {
    fn event(&mut self, _: &Event) -> Result<(), SinkError> {
        Ok(())
    }
}

/// Two listeners.
impl<A: Sink, B: Sink> Sink for (&mut A, &mut B) {
    fn event(&mut self, event: &Event) -> Result<(), SinkError> {
        self.0.event(event)?;
        self.1.event(event)
    }
}

/// All events in memory: for tests.
impl Sink for Vec<Event> {
    fn event(&mut self, event: &Event) -> Result<(), SinkError> {
        self.push(event.clone());
        Ok(())
    }
}
