//! Several runs of one scenario in one folder: what was planned, written before the first of them begins.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::FolderError;
use super::lock::FolderLock;
use super::place::{self, Content, PLAN, Place, SUMMARY, is_sweep, seed_name};

/// What was planned: sweep.json.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SweepPlan {
    /// The scenario's title.
    pub scenario: String,
    /// The program that planned it.
    pub version: String,
    /// The seeds, in the order in which they are begun; the run of seed 3 goes to `seed-3`.
    pub seeds: Vec<u64>,
    /// Formats that each finished run is converted to.
    pub exports: Vec<String>,
}

/// The folder of a sweep being written; the right to write is held until it is dropped.
#[derive(Debug)]
pub struct SweepFolder {
    path: PathBuf,
    _lock: FolderLock,
}

impl SweepFolder {
    /// Makes the folder of a sweep. With `force` a run or sweep that lies there is replaced: runs of seeds that are planned
    /// again are there until they begin.
    pub fn create(
        path: &Path,
        force: bool,
        plan: &SweepPlan,
        scenario: &str,
    ) -> Result<Self, FolderError> {
        let place = Place::take(path, force, Content::Sweep(&plan.seeds))?;
        let written = place.replace(|new| {
            for seed in &place.again {
                // It is a run of Ammon's that never began, whatever else lies beside it.
                let never = b"{\"status\": \"running\", \"steps\": 0}\n";
                new.write(&format!("{seed}/{SUMMARY}"), never)?;
            }
            let text = serde_json::to_string_pretty(plan).unwrap_or_default() + "\n";
            new.write(PLAN, text.as_bytes())?;
            new.write("scenario.ron", scenario.as_bytes())
        });
        let (lock, ()) = place.end(written)?;
        Ok(Self {
            path: path.to_path_buf(),
            _lock: lock,
        })
    }

    /// Goes on with a sweep.
    pub fn open(path: &Path) -> Result<(Self, SweepPlan), FolderError> {
        let lock = place::lock(path)?;
        let file = path.join(PLAN);
        let text = std::fs::read(&file).map_err(FolderError::read(&file))?;
        let plan = serde_json::from_slice(&text)
            .map_err(|e| FolderError::broken(&file, format!("is not the plan of a sweep: {e}")))?;
        let path = path.to_path_buf();
        Ok((Self { path, _lock: lock }, plan))
    }

    /// Whether a sweep lies there.
    pub fn is_sweep(path: &Path) -> bool {
        is_sweep(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the run of a seed goes.
    pub fn run(&self, seed: u64) -> PathBuf {
        self.path.join(seed_name(seed))
    }
}
