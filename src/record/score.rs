//! scores.csv: how well ripples kept the order of what was lived.

use serde::{Deserialize, Serialize};

use super::cell::Cell;
use super::names::Order;
use crate::table;

/// Whether a ripple ran along the stored sequence, or along a shuffled one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sequence {
    /// As it was stored.
    Stored,
    /// With its sequence synapses shuffled: what chance would replay.
    Shuffled,
}

impl Cell for Sequence {
    const TYPE: &'static str = "sequence";

    fn text(&self) -> String {
        match self {
            Self::Stored => "stored".into(),
            Self::Shuffled => "shuffled".into(),
        }
    }

    fn read(text: &str) -> Option<Self> {
        [Self::Stored, Self::Shuffled]
            .into_iter()
            .find(|s| s.text() == text)
    }
}

table! {
    /// How well a ripple, or its shuffled twin, kept the order of what was lived, in one area.
    pub struct ScoreRecord "scores.csv" {
        /// The ripple, or the last one of a chain.
        pub ripple: u64;
        /// When it ended.
        pub time: u64, "steps";
        /// Its episode.
        pub episode: u64;
        /// Which way it ran.
        pub order: Order;
        /// Whether its sequence synapses were as stored, or shuffled.
        pub sequence: Sequence;
        /// CA3, cortex or position.
        pub area: String;
        /// Steps that matched a lived one.
        pub steps: usize, "steps";
        /// Spearman's ρ of replayed and lived order.
        pub rank: f64;
        /// Its significance, from permutations.
        pub p: f64;
    }
}
