//! Scenarios: the RON or JSON document, the schema of a setup, diagnostics, and the bundled ones.

mod bundled;
pub mod diagnostics;
pub mod document;
mod json;
mod lessons;
mod lists;
pub mod parse;
mod report;
mod schema;
mod semantics;
pub mod set;
mod suggestions;
mod sweeps;
mod text;

#[cfg(feature = "gui")]
pub(crate) use bundled::each_scenario;
pub use bundled::{Bundled, FLAGSHIP, bundled};
pub use diagnostics::Diagnostics;

pub use lessons::{Lesson, LessonStep, Read, lesson, lesson_texts};
pub use lists::OneOrMore;
pub use report::{Finding, Report};
pub use schema::{
    Cortex, EveryEpisode, EveryPhase, EveryStep, Learning, Setup, Stretch, UpdateKind, UpdateSpec,
};
pub use semantics::{
    Needs, check_setup, counts, fits, kept_steps, mebibytes, room, setup_bytes,
    shuffles_what_is_not_chosen, stores, too_large,
};
pub use suggestions::{
    Attempt, CompareRun, LesionPlace, OtherScenario, Question, SetParameters, TrySpec, Watch,
};
pub use sweeps::{Sweep, Variation, bundled_sweeps, is_sweep, read_sweep};
pub use text::{ReadError, Text, read_file};
