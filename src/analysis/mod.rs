//! What is measured of a run: agreement of gradients with exact BPTT, and the order that replay keeps.

mod alignment;
mod attention;
mod capacity;
mod pivot;
mod sequence;
mod spectrum;

pub use alignment::Alignment;
pub use attention::{AttentionTally, softmax_attention};
pub use capacity::{load_constant, longest, patterns_at};
pub use pivot::Pivot;
pub use sequence::{FEWEST, Matched, SequenceScore, matched, score, slope};
pub use spectrum::{singular_values, spectrum};
