//! The engine: the experiment as data, the lab that its phases work in, what is shown of it, and the desk that drives it.

mod command;
mod cursor;
mod desk;
mod experiment;
mod gradients;
mod guard;
mod lab;
mod phases;
mod scenario;
mod setting;
mod show;

pub use command::{Command, Journalled};
pub use desk::{
    Asking, Axis, BUDGET, Branch, BranchView, Branches, COMPARED, Cell, Due, Ending, Fork, Grid,
    Inquiry, LivedTrace, Opening, Request, Rerun, RerunError, RippleTrace, Scene, Seeding, Session,
    SessionError, Standing, Sweeping, Witness, Worker, forget, left_behind, with_changes,
};
pub use experiment::{Experiment, Status};
pub use gradients::{GradientReport, Influence, RuleGradient, gradients};
pub use lab::{Alone, Bound, Clock, Learners, LedgerRow, Living, RunError, Said, live};
pub use phases::{
    Lesion, MeasureCapacity, MeasureSeparation, MeasureStore, Phase, Probe, Repeat, Rest, Restore,
    Sleep, Source, StatesSpec, Stream, Wake,
};
pub use scenario::{Scenario, is_text, load, resolved};
pub use setting::{given, sound};
pub use show::{
    Activity, AttentionView, Base, Compared, CortexView, Counts, Course, Difference, Findings,
    Frames, Growing, Kept, Link, LivedView, LogLine, Matrix, OutputView, PathwayView, Raster,
    RegionView, RippleMark, RippleStep, RippleView, Series, Snapshot, Subject, SweepView, compared,
    differing, draw, inspect,
};
