//! What a checkpoint holds, and whether it can be gone on from.

use std::path::Path;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::super::command::Command;
use super::super::experiment::Experiment;
use super::super::guard::guarded;
use super::super::lab::RunError;
use super::super::scenario::{Scenario, findings};
use super::edited::take_over;
use super::ending::SessionError;
use crate::trace::{CHECKPOINT, FolderError, Offsets, RunFolder, read_checkpoint};

/// What a checkpoint holds, as it is read.
#[derive(Deserialize)]
#[serde(bound = "")]
pub struct Saved {
    pub experiment: Experiment<f32>,
    /// What scenario.ron was when it was last written, or read and taken over.
    pub document: Scenario,
    pub offsets: Offsets,
    pub wall_seconds: f64,
}

impl Saved {
    /// What was edited in the scenario.ron of its folder since, as commands.
    pub fn edits(&mut self, path: &Path) -> Result<Vec<Command>, SessionError> {
        let (document, commands) =
            take_over(&path.join("scenario.ron"), &self.document, &self.experiment)?;
        self.document = document;
        Ok(commands)
    }
}

/// The same, as it is written.
#[derive(Serialize)]
#[serde(bound = "")]
pub struct Saving<'a> {
    pub experiment: &'a Experiment<f32>,
    pub document: &'a Scenario,
    pub offsets: Offsets,
    pub wall_seconds: f64,
}

/// What is saved in a folder.
pub fn read(path: &Path) -> Result<Saved, SessionError> {
    let checkpoint = path.join(CHECKPOINT);
    if !checkpoint.is_file() && RunFolder::is_run(path) {
        return Err(FolderError::NeverBegan(path.to_path_buf()).into());
    }
    let mut saved: Saved = read_checkpoint(&checkpoint)?;
    saved.experiment.distrust();
    Ok(saved)
}

/// The same, where somebody else may have written it.
pub fn read_sound(path: &Path) -> Result<Saved, SessionError> {
    let saved = read(path)?;
    if is_sound(&saved.experiment) {
        return Ok(saved);
    }
    let checkpoint = path.join(CHECKPOINT);
    let problem = "holds a state whose parts do not fit together, so that nobody can go on from it: it was changed after it \
                   was written; run the folder's scenario.ron again";
    Err(FolderError::broken(&checkpoint, problem).into())
}

/// Time for which a copy of what a checkpoint holds is tried.
const TRIAL: Duration = Duration::from_millis(30);

/// Whether a state that was read can be gone on from: its scenario is one that would be accepted, and a copy of it takes its
/// first steps. What was forged with a right checksum mostly fails here; what shows later fails the run.
fn is_sound(experiment: &Experiment<f32>) -> bool {
    let sound = guarded(|| {
        let scenarios = [experiment.scenario().clone(), experiment.now()];
        let accepted = scenarios.iter().all(|s| findings(s).is_empty());
        // A measurement may take long for a step, and makes its stores anew.
        let goes_on = |trial: &Experiment<f32>| !trial.is_done() && !trial.measures();
        let (begun, mut trial) = (Instant::now(), experiment.clone());
        while accepted && begun.elapsed() < TRIAL && goes_on(&trial) {
            match trial.step(&mut ()) {
                Ok(_) => {}
                Err(RunError::Broken(_)) => return false,
                Err(_) => break,
            }
        }
        accepted
    });
    sound.unwrap_or(false)
}
