//! Words that several records share: phases, directions, orders, outcomes.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The phase of the protocol that something happened in, by the name it goes by in tables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseName(Cow<'static, str>);

impl PhaseName {
    /// As tables call it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for PhaseName {
    fn from(name: String) -> Self {
        Self(Cow::Owned(name))
    }
}

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
    /// All of them.
    pub const ALL: [Self; 3] = [Self::FORWARD, Self::REVERSE, Self::Shuffled];
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
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Completed,
        Self::EndedEarly,
        Self::WentAstray,
        Self::Lost,
        Self::CueFailed,
        Self::Silent,
    ];

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
