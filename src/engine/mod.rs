//! The engine: the experiment as data, its protocol, its snapshots and the thread that runs it.

mod command;
mod damage;
mod experiment;
mod gradients;
mod observer;
mod protocol;
mod sleep;
mod snapshot;
mod view;
mod wake;

pub use command::{Command, Journalled};
pub use experiment::{Clock, Experiment, LedgerRow, RunError, Status};
pub use gradients::{GradientReport, RuleGradient, gradients};
pub use snapshot::{
    Activity, CortexView, LogLine, PathwayView, Raster, RegionView, RippleEntry, RippleStep, RippleView, Series,
    Snapshot, Source,
};
