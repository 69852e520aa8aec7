//! Records: what a run tells. Each table and each metric is declared once; files, readers, lists and pictures follow from it.
//!
//! A new table is one file with its `table!`, `mod` and `pub use`, and one line in `tables!`; a new metric is one line in `metric.rs`.

mod capacity;
pub mod cell;
mod event;
mod log;
mod measurement;
pub mod metric;
mod names;
mod phase;
mod ripple;
mod score;
mod table;

pub use capacity::CapacityRecord;
pub use event::{Event, Gone, Sink, SinkError, damage_in, gone_in};
pub use log::LogRecord;
pub use measurement::Measurement;
pub use metric::{Better, Declared, METRICS, Metric};
pub use names::{Direction, Order, Outcome, PhaseName};
pub use phase::PhaseRecord;
pub use ripple::RippleRecord;
pub use score::{ScoreRecord, Sequence};
pub use table::{Column, Row, Table};

table::tables! {
    Metric(Measurement),
    Ripple(RippleRecord),
    Capacity(CapacityRecord),
    Score(ScoreRecord),
    Log(LogRecord),
    Phase(PhaseRecord),
}
