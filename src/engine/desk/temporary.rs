//! Folders for the tables of runs that are not saved.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::ending::SessionError;
use crate::trace::{CHECKPOINT, RunFolder, SUMMARY};

const PREFIX: &str = "ammon-run-";

/// A folder that goes when it is dropped, in the first place that takes one.
pub(super) fn folder() -> Result<TempDir, SessionError> {
    let mut tried = Vec::new();
    for place in places() {
        // A folder of one's own in a place that all write to; of one's own place the last folder may be missing.
        drop(std::fs::create_dir_all(&place));
        match tempfile::Builder::new().prefix(PREFIX).tempdir_in(&place) {
            Ok(dir) => return Ok(dir),
            Err(error) => {
                let why = error.kind();
                tried.push(format!("{} ({why})", place.display()));
            }
        }
    }
    Err(SessionError::Temporary {
        tried: tried.join(", "),
    })
}

/// Where temporary folders may lie, the best first.
fn places() -> Vec<PathBuf> {
    let named = |name: &str| {
        let value = std::env::var_os(name).filter(|value| !value.is_empty());
        value.map(PathBuf::from)
    };
    let cache = named("XDG_CACHE_HOME").or_else(|| Some(named("HOME")?.join(".cache")));
    let system = std::env::temp_dir();
    let mut places: Vec<PathBuf> = system.is_dir().then_some(system).into_iter().collect();
    for place in [
        Some(PathBuf::from("/tmp")).filter(|place| place.is_dir()),
        cache.map(|cache| cache.join("ammon")),
    ] {
        places.extend(place.filter(|place| !places.contains(place)));
    }
    places
}

/// Runs of windows that were killed: folders that nobody writes to any more and that can be gone on with.
pub fn left_behind() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for place in places() {
        let entries = std::fs::read_dir(place).into_iter().flatten().flatten();
        let ours = entries.filter(|entry| {
            let name = entry.file_name();
            name.to_str().is_some_and(|name| name.starts_with(PREFIX))
        });
        found.extend(ours.map(|entry| entry.path()).filter(|path| is_free(path)));
    }
    // One that was not begun, or not long enough to be kept, is nothing to ask about.
    let (begun, empty): (Vec<PathBuf>, Vec<PathBuf>) =
        found.into_iter().partition(|path| steps(path) > 0);
    empty.iter().for_each(|path| forget(path));
    begun
}

/// Steps of the run that lies there.
fn steps(path: &Path) -> u64 {
    let summary = std::fs::read(path.join(SUMMARY)).unwrap_or_default();
    let summary: serde_json::Value = serde_json::from_slice(&summary).unwrap_or_default();
    summary["steps"].as_u64().unwrap_or_default()
}

/// Removes such a run.
pub fn forget(path: &Path) {
    // Only what this module has made; if it cannot go it is offered again.
    let ours = path.file_name().and_then(|name| name.to_str());
    if ours.is_some_and(|name| name.starts_with(PREFIX)) {
        drop(std::fs::remove_dir_all(path));
    }
}

/// Whether a run lies there that nobody writes to.
fn is_free(path: &Path) -> bool {
    path.join(CHECKPOINT).is_file() && RunFolder::lock(path).is_ok()
}
