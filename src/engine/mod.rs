//! The engine: the experiment as data, its protocol, its snapshots and the thread that runs it.

mod command;
mod compare;
mod damage;
mod experiment;
mod gradients;
mod history;
mod living;
mod measure;
mod observer;
mod plan;
mod protocol;
mod recall;
mod runner;
mod scoring;
mod session;
mod sleep;
mod snapshot;
mod stream;
mod view;
mod wake;
mod worker;

pub use command::{Command, Journalled};
pub use experiment::{Clock, Experiment, RunError, Status};
pub use gradients::{GradientReport, Influence, RuleGradient, gradients};
pub use runner::LedgerRow;
pub use session::{Ending, Session, SessionError};
pub use snapshot::{
    Activity, AttentionView, CortexView, LogLine, PathwayView, Raster, RegionView, RippleEntry,
    RippleStep, RippleView, Series, Snapshot, Source,
};
pub use worker::{Request, Worker};
