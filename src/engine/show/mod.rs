//! What the app draws of a run: an immutable picture of the present, and what was observed on the way to it.

mod course;
mod differing;
mod frames;
mod growing;
mod inside;
mod inspect;
mod lived;
mod observer;
mod snapshot;
mod view;

pub use course::{Base, Course, RippleMark};
pub use differing::{Compared, Difference, compared, differing};
pub use frames::{Counts, Frames, Kept};
pub use growing::Growing;
pub use inspect::{Findings, Link, Matrix, Subject, inspect};
pub use observer::Observer;
pub use snapshot::{
    Activity, AttentionView, CortexView, LivedView, LogLine, OutputView, PathwayView, Raster,
    RegionView, RippleStep, RippleView, Series, Snapshot, SweepView,
};
pub use view::draw;
