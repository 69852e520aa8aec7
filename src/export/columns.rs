//! The columns that are gathered of a run: by step, by episode and by ripple.

use std::path::Path;

use super::spill::{Codes, Spill};

/// Declares structs whose fields are columns, which all begin empty.
macro_rules! columns {
    ($(
        $(#[doc = $doc:expr])*
        pub(super) struct $name:ident {
            $( $(#[doc = $fdoc:expr])* pub $field:ident : $kind:ident $(<$type:ty>)? , )*
        }
    )*) => {$(
        $(#[doc = $doc])*
        #[derive(Debug)]
        pub(super) struct $name {
            $( $(#[doc = $fdoc])* pub $field: $kind $(<$type>)?, )*
        }

        impl $name {
            /// No rows yet; what takes much room goes into files in `folder`.
            pub fn new(folder: &Path) -> Self {
                Self { $( $field: $kind::new(folder), )* }
            }
        }
    )*};
}

columns! {
    /// Steps that were lived or tested, a row each.
    pub(super) struct Steps {
        /// When each began, in nanoseconds.
        pub begun: Spill<u64>,
        /// The row of its episode.
        pub trial: Spill<u32>,
        /// Which step of the episode it is.
        pub within: Spill<u32>,
        /// Where it was: along a path, or else which step it is.
        pub position: Spill<f32>,
        /// h_t.
        pub states: Spill<f32>,
        /// x_t.
        pub inputs: Spill<f32>,
        /// Targets.
        pub targets: Spill<f32>,
        /// Whether the output was scored.
        pub mask: Spill<f32>,
        /// CA3.
        pub ca3: Codes,
        /// Entorhinal cortex.
        pub entorhinal: Codes,
    }

    /// Episodes, a row each.
    pub(super) struct Trials {
        /// From when, in nanoseconds.
        pub begun: Spill<u64>,
        /// To when.
        pub ended: Spill<u64>,
        /// The run's clock before it.
        pub time: Spill<u64>,
        /// The phase, among the words.
        pub phase: Spill<u32>,
        /// Its number; -1 where it was only tested.
        pub episode: Spill<i64>,
        /// T.
        pub steps: Spill<u32>,
        /// What it brought.
        pub reward: Spill<f64>,
        /// Mean loss.
        pub loss: Spill<f64>,
        /// 1 where it was answered correctly, 0 where not, -1 where nothing was asked.
        pub correct: Spill<i64>,
        /// The input that was asked for; -1 for none.
        pub asked: Spill<i64>,
    }

    /// Ripples, a row each, and their steps.
    pub(super) struct Ripples {
        /// From when, in nanoseconds.
        pub begun: Spill<u64>,
        /// To when.
        pub ended: Spill<u64>,
        /// The rows of replay.csv: numbers.
        pub ripple: Spill<u64>,
        /// The run's clock when it ended.
        pub time: Spill<u64>,
        /// The cued engram; -1 for none.
        pub engram: Spill<i64>,
        /// The episode.
        pub episode: Spill<u64>,
        /// Its position in [`Order::ALL`].
        pub order: Spill<u32>,
        /// Its cue, among the words.
        pub cue: Spill<u32>,
        /// Strength of the cue.
        pub cue_fraction: Spill<f64>,
        /// How many.
        pub steps: Spill<u32>,
        /// Mean overlap.
        pub overlap: Spill<f64>,
        /// Smallest overlap.
        pub overlap_min: Spill<f64>,
        /// 1 where the whole episode was replayed.
        pub completed: Spill<u8>,
        /// Its position in [`Outcome::ALL`].
        pub outcome: Spill<u32>,
        /// Cosine of re-instated and lived states.
        pub cosine: Spill<f64>,
        /// The lived step that should have come first; -1 where that is not known.
        pub first: Spill<i64>,
        /// The one that should have come last.
        pub last: Spill<i64>,
        /// Spearman's ρ in CA3, from scores.csv; NaN where it was not scored.
        pub score: Spill<f64>,
        /// Its significance.
        pub p: Spill<f64>,
        /// Of each step: when it began.
        pub step_begun: Spill<u64>,
        /// Of each step: the row of its ripple.
        pub step_ripple: Spill<u32>,
        /// Of each step: the lived step that should have come; -1 for none.
        pub truth: Spill<i64>,
        /// Of each step: overlap with it.
        pub step_overlap: Spill<f32>,
        /// Of each step: the re-instated state.
        pub states: Spill<f32>,
        /// Of each step: CA3.
        pub ca3: Codes,
    }

    /// What was measured, a row each, in the order in which it was.
    pub(super) struct Measured {
        /// When, in nanoseconds of the file.
        pub at: Spill<u64>,
        /// The run's clock.
        pub time: Spill<u64>,
        /// Episodes lived before.
        pub episode: Spill<u64>,
        /// The phase, among the words.
        pub phase: Spill<u32>,
        /// What: its number among the metrics.
        pub metric: Spill<u32>,
        /// How much.
        pub value: Spill<f64>,
    }

    /// Shuffled twins of ripples: what chance would replay. They are no part of the run.
    pub(super) struct Twins {
        /// The ripple, by its number.
        pub ripple: Spill<u64>,
        /// The episode.
        pub episode: Spill<u64>,
        /// Its position in [`Order::ALL`].
        pub order: Spill<u32>,
        /// How many steps.
        pub steps: Spill<u32>,
        /// Spearman's ρ in CA3.
        pub score: Spill<f64>,
        /// Its significance.
        pub p: Spill<f64>,
        /// CA3, step after step.
        pub ca3: Codes,
    }
}
