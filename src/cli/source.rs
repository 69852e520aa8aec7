//! From the SCENARIO argument to a scenario: a file, the name of a bundled one, or standard input.

use std::path::{Path, PathBuf};

use super::failure::Failure;
use crate::engine::{Scenario, load};
use crate::registry::nearest;
use crate::scenario::ReadError;
use crate::scenario::{Bundled, Text, bundled, bundled_sweeps, read_file};

/// Which scenario, with what changed.
#[derive(clap::Args, Debug)]
pub(super) struct Source {
    /// A scenario file, the name of a bundled scenario (see `ammon list scenarios`), or - for standard input.
    pub scenario: PathBuf,
    /// Seed of all random streams, in place of the scenario's.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    #[command(flatten)]
    pub changes: Changes,
}

/// Changes to a scenario.
#[derive(clap::Args, Debug)]
pub(super) struct Changes {
    /// Changes a value of the scenario: cortex.cell.units=64, "learning.rule=Tbptt(horizon: 8)". Repeatable, in order.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub sets: Vec<String>,
}

impl Source {
    /// Reads and checks it.
    pub fn load(&self) -> Result<Scenario, Failure> {
        Ok(load(find(&self.scenario)?, &self.changes.sets, self.seed)?)
    }
}

/// The text of a scenario. A file goes before a bundled scenario of the same name, a folder does not.
pub(super) fn find(path: &Path) -> Result<Text, Failure> {
    among(path, bundled().iter())
}

/// The text of a scenario or of a sweep.
pub(super) fn find_either(path: &Path) -> Result<Text, Failure> {
    among(path, bundled().iter().chain(bundled_sweeps()))
}

fn among(
    path: &Path,
    mut bundled: impl Iterator<Item = &'static Bundled>,
) -> Result<Text, Failure> {
    let named = bundled.find(|b| Path::new(b.name) == path);
    match named {
        Some(scenario) if !path.is_file() => Ok(scenario.document()),
        _ => read_file(path).map_err(|error| with_suggestion(error, path)),
    }
}

fn with_suggestion(error: ReadError, path: &Path) -> Failure {
    let ReadError::Missing(_) = error else {
        return error.into();
    };
    if bundled_sweeps().iter().any(|b| Path::new(b.name) == path) {
        let name = path.display();
        return Failure::wrong(format_args!(
            "`{name}` is a sweep, not a scenario: `ammon sweep make {name} --out DIR` runs it"
        ));
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    match nearest(&stem, bundled().iter().map(|b| b.name)) {
        Some(name) => Failure::wrong(format_args!(
            "{error}; did you mean the bundled scenario `{name}`?"
        )),
        None => Failure::wrong(format_args!(
            "{error}, nor a bundled scenario of that name: see `ammon list scenarios`"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bundled_scenarios_are_found_by_name_and_near_misses_suggested() {
        assert!(find(Path::new("recall-by-replay")).is_ok());
        let Err(Failure::Wrong(error)) = find(Path::new("recal-by-replay")) else {
            panic!("found")
        };
        assert!(error.to_string().contains("`recall-by-replay`"), "{error}");
        let Err(Failure::Wrong(error)) = find(Path::new("zzz.ron")) else {
            panic!("found")
        };
        assert!(
            error.to_string().contains("ammon list scenarios"),
            "{error}"
        );
    }
}
