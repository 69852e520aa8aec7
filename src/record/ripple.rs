//! replay.csv: ripples.

use super::cell::Cell;
use super::names::{Order, Outcome};
use crate::table;

table! {
    /// A ripple that ended.
    pub struct RippleRecord "replay.csv" always {
        /// Number in the run, from 0.
        pub ripple: u64;
        /// When it ended.
        pub time: u64, "steps";
        /// The engram that was cued; empty where none was.
        pub engram: Option<u64>;
        /// Its episode.
        pub episode: u64;
        /// Which way it ran: Forward, Reverse, Shuffled.
        pub order: Order;
        /// Strength of the cue: the fraction of what was cued that was right.
        pub cue_fraction: f64;
        /// Steps replayed.
        pub steps: usize, "steps";
        /// Mean overlap with the engram that should have come, over the steps.
        pub overlap_mean: f64;
        /// Smallest such overlap.
        pub overlap_min: f64;
        /// Whether the whole episode was replayed in order.
        pub completed: bool;
        /// Cosine of the decoded cortical states with the lived ones; empty where the lived ones are not known.
        pub cosine: f64;
        /// Name of the cue: Fraction, Noise, Cortical; Chained for a later ripple of a chain.
        pub cue: String;
        /// How it ended.
        pub outcome: Outcome;
    }
}

impl Cell for Order {
    const TYPE: &'static str = "order";

    fn text(&self) -> String {
        self.as_str().into()
    }

    fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.as_str() == text)
    }
}

impl Cell for Outcome {
    const TYPE: &'static str = "outcome";

    fn text(&self) -> String {
        self.as_str().into()
    }

    fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.as_str() == text)
    }
}
