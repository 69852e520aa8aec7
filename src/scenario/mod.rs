//! Scenarios: the RON document, its schema, its diagnostics, and the bundled ones.

mod bundled;
pub mod diagnostics;
pub mod document;
mod lists;
pub mod parse;
mod schema;
mod semantics;
pub mod set;

pub use bundled::{Bundled, FLAGSHIP, bundled};
pub use diagnostics::Diagnostics;
pub use document::{Text, read_file};
pub use lists::OneOrMore;
pub use schema::{
    Cortex, EveryEpisode, EveryPhase, EveryStep, Learning, Lesion, MeasureCapacity,
    MeasureSeparation, MeasureStore, Phase, Probe, Repeat, Rest, Restore, Scenario, Sleep,
    StatesSpec, Target, UpdateSpec, Wake,
};

use crate::registry::{Problems, Writer};

/// Reads a scenario: defaults, then the file, then `sets` in order, then `seed`. All problems are reported at once.
pub fn load(text: Text, sets: &[String], seed: Option<u64>) -> Result<Scenario, Diagnostics> {
    let (mut scenario, node, texts) = document::read::<Scenario>(text, sets)?;
    if let Some(seed) = seed {
        scenario.seed = seed;
    }
    let mut problems = Problems::default();
    semantics::check(&scenario, &node, &mut problems);
    if problems.is_empty() {
        Ok(scenario)
    } else {
        Err(Diagnostics::new(&texts, &problems))
    }
}

/// The scenario as RON with every default written out; reading it again gives the same run.
pub fn resolved(scenario: &Scenario) -> String {
    format!("Scenario{}\n", Writer::document(scenario))
}
