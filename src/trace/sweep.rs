//! Several runs of one scenario in one folder: what was planned, written before the first of them begins.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::FolderError;
use super::lock::FolderLock;
use super::place::{
    self, Content, PLAN, SUMMARY, is_occupied, is_run, is_sweep, let_go, run_files, seed_name,
    seeds_in,
};
use super::together::Together;

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
        check(path, force, &plan.seeds)?;
        std::fs::create_dir_all(path).map_err(FolderError::write(path))?;
        let lock = place::lock(path)?;
        check(path, force, &plan.seeds)?;
        let mut earlier = if is_run(path) || is_sweep(path) {
            run_files()
        } else {
            Vec::new()
        };
        let mut within = Vec::new();
        let mut again = Vec::new();
        for seed in seeds_in(path)? {
            within.push(FolderLock::take(&path.join(&seed))?);
            let names = run_files();
            earlier.extend(names.iter().map(|name| format!("{seed}/{name}")));
            if plan.seeds.iter().any(|planned| seed_name(*planned) == seed) {
                again.push(seed);
            } else {
                earlier.push(seed);
            }
        }
        let new = Together::begin(path, &earlier)?;
        for seed in again {
            // It is a run of Ammon's that never began, whatever else lies beside it.
            new.write(
                &format!("{seed}/{SUMMARY}"),
                b"{\"status\": \"running\", \"steps\": 0}\n",
            )?;
        }
        let text = serde_json::to_string_pretty(plan).unwrap_or_default() + "\n";
        new.write(PLAN, text.as_bytes())?;
        new.write("scenario.ron", scenario.as_bytes())?;
        new.commit()?;
        let_go(within);
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

/// Refuses before the first seed runs what would be refused for the last.
fn check(path: &Path, force: bool, seeds: &[u64]) -> Result<(), FolderError> {
    if is_occupied(path)? {
        if !force {
            return Err(FolderError::Occupied(path.to_path_buf()));
        }
        // Folders of seeds tell a sweep of an earlier version, which wrote no plan.
        let seeds = || Ok(!seeds_in(path)?.is_empty() && !path.join("scenario.ron").exists());
        if !is_run(path) && !is_sweep(path) && !seeds()? {
            return Err(FolderError::NotOurs(path.to_path_buf()));
        }
    }
    seeds.iter().try_for_each(|seed| {
        let folder = path.join(seed_name(*seed));
        place::check(&folder, force, Content::Run)
    })
}
