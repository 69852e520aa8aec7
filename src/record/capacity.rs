//! capacity.csv: recall of measured stores.

use crate::table;

table! {
    /// A store's recall at one load from one cue.
    pub struct CapacityRecord "capacity.csv" {
        /// Which store; of a separation, which separation.
        pub store: String;
        /// Its units (M).
        pub units: usize, "units";
        /// Its sparsity (a).
        pub sparsity: f64;
        /// Patterns stored.
        pub patterns: usize, "patterns";
        /// What was measured: the name of the cue, Forward and Reverse for the sequence, or Input for a separation.
        pub cue: String;
        /// Fraction of the code, or of the cortical state, that is cued; of a separation, overlap of the entorhinal codes.
        pub cue_fraction: f64;
        /// Fraction of the cue that is wrong.
        pub noise: f64;
        /// Stores measured; of a separation, pairs of states.
        pub trials: usize;
        /// Mean overlap with the pattern that should come, over trials; of a separation, of the two CA3 codes.
        pub overlap_mean: f64;
        /// Its standard error.
        pub overlap_se: f64;
        /// Fraction of recalls without any error; of a sequence, the part of it before the first error.
        pub exact_rate: f64;
        /// When it was measured.
        pub time: u64, "steps";
        /// What the phase that measured it is called, to tell several apart.
        pub label: String;
    }
}
