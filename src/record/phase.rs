//! phases.csv: which phase began when.

use super::names::PhaseName;
use crate::table;

table! {
    /// A phase that began.
    pub struct PhaseRecord "phases.csv" {
        /// When.
        pub time: u64, "steps";
        /// Engine steps done before it.
        pub step: u64, "steps";
        /// Episodes lived before it.
        pub episode: u64, "episodes";
        /// Updates of the weights before it.
        pub updates: u64, "updates";
        /// Which.
        pub phase: PhaseName;
    }
}
