//! metrics.csv: what was measured, one quantity a row.

use super::cell::Cell;
use super::metric::Metric;
use super::names::PhaseName;
use crate::table;

table! {
    /// A quantity that was measured.
    pub struct Measurement "metrics.csv" always {
        /// When.
        pub time: u64, "steps";
        /// Episodes lived so far.
        pub episode: u64, "episodes";
        /// Phase it was measured in.
        pub phase: PhaseName;
        /// What was measured: see `ammon list metrics`.
        pub metric: Metric;
        /// Its value; empty where it is undefined.
        pub value: f64;
    }
}

impl Cell for PhaseName {
    const TYPE: &'static str = "phase";

    fn text(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        Some(Self::from(text.to_string()))
    }
}

impl Cell for Metric {
    const TYPE: &'static str = "metric";

    fn text(&self) -> String {
        self.name()
    }

    fn read(text: &str) -> Option<Self> {
        Some(Self::named(text))
    }
}
