//! Where files go: what may lie in a folder already, what of it is Ammon's own, and bringing new files to their place.

use std::fs;
use std::path::{Path, PathBuf};

use crate::record::TABLES;

use super::atomic::{is_leftover, write_atomic};
use super::error::FolderError;
use super::lock::{FolderLock, LOCK};
use super::together::{self, Together, files};

/// The file that marks the folder of a sweep.
pub const PLAN: &str = "sweep.json";
/// The file that marks a run folder.
pub const SUMMARY: &str = "summary.json";

/// The folder within a run folder for states that a long run leaves on its way.
pub const WAYPOINTS: &str = "waypoints";

/// The files that a run folder may hold beside its tables and exports, with what each holds; summary.json, which marks it,
/// goes last.
pub const FILES: [(&str, &str); 6] = [
    (
        "scenario.ron",
        "The scenario as the run began, every default written out; running it again gives the same run. What is edited there while the \
         run is stopped is taken over when it goes on, and told in journal.csv, or refused.",
    ),
    (
        "journal.csv",
        "What was changed on the way (lesions, restorations, parameters), with the step before which it was: `step,command`, \
         the command in words.",
    ),
    (
        "weights.safetensors",
        "The weights as the run ended or stopped: the cell's tensors, then V and c; `ammon list cells` names them with their shapes.",
    ),
    (
        "checkpoint.bin",
        "The whole experiment, to go on from (`ammon resume`); its format belongs to the version that wrote it.",
    ),
    (
        WAYPOINTS,
        "Of a run of more than 250,000 steps: up to eight earlier states in the format of checkpoint.bin, so that what units did in a window is found without running all of it again (`ammon export`).",
    ),
    (
        "summary.json",
        "What became of the run: `scenario`, `seed`, `version`, `status` (`running`, `completed`, `stopped`, `failed`), `error`, \
         `wall_seconds`, `steps`, `final` (the last value of each metric; of alignments the mean over the last tenth of the \
         run), `ledger` (a row a rule: what it kept and cost).",
    ),
];

/// The files that exporters make in a run folder, with what each holds.
pub const EXPORTS: [(&str, &str); 5] = [
    (
        "metrics-wide.csv",
        "Measurements, a row a moment, a column a metric.",
    ),
    ("metrics.jsonl", "Measurements, an object a line."),
    (
        "activity.csv",
        "What units did, a row a value: first what was lived, then what was replayed; of codes only the active units.",
    ),
    (
        "activity.npz",
        "What units did, as arrays for numpy; the array `README` says what each is.",
    ),
    (
        "run.nwb",
        "The run as a recorded session (NWB 2, core types only): epochs, trials, units with spike times, position, ripples with what \
         they should replay, cortical states, measurements.",
    ),
];

/// The files of a folder of gradients; all of them together mark it.
pub(super) const GRADIENTS: [&str; 3] =
    ["params.safetensors", "episode.safetensors", "alignment.csv"];
/// Written beside them for some tasks.
const INFLUENCE: &str = "influence.csv";

/// What a folder is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content<'a> {
    Run,
    Gradients,
    /// Runs with these seeds, each in a folder within.
    Sweep(&'a [u64]),
}

/// A folder that may be written to.
pub(super) struct Place {
    path: PathBuf,
    lock: FolderLock,
    /// What goes when the new files come.
    earlier: Vec<String>,
    /// Folders within that nobody may write to meanwhile.
    within: Vec<FolderLock>,
    /// Those of them that are planned again.
    pub again: Vec<String>,
    /// Whether it was not there.
    made: bool,
    /// Whether it was empty.
    empty: bool,
}

impl Place {
    /// Makes it where it is not there; refused where it is not empty, unless forced and what lies there is Ammon's own.
    pub fn take(path: &Path, force: bool, content: Content<'_>) -> Result<Self, FolderError> {
        // First without a trace, then again as the only writer.
        check(path, force, content)?;
        let made = !path.exists();
        fs::create_dir_all(path).map_err(FolderError::write(path))?;
        let lock = self::lock(path)?;
        check(path, force, content)?;
        let empty = !is_occupied(path)?;
        let (mut earlier, mut within, mut again) = (Vec::new(), Vec::new(), Vec::new());
        let planned = match content {
            Content::Gradients => {
                earlier = gradients_in(path)?;
                None
            }
            Content::Run => Some(&[][..]),
            Content::Sweep(seeds) => Some(seeds),
        };
        if let Some(planned) = planned {
            if is_run(path) || is_sweep(path) {
                earlier = run_files(path)?;
                earlier.push(PLAN.into());
            }
            for seed in seeds_in(path)? {
                within.push(FolderLock::take(&path.join(&seed))?);
                let files = run_files(&path.join(&seed))?.into_iter();
                earlier.extend(files.map(|name| format!("{seed}/{name}")));
                if planned.iter().any(|planned| seed_name(*planned) == seed) {
                    again.push(seed);
                } else {
                    earlier.push(seed);
                }
            }
        }
        Ok(Self {
            path: path.to_path_buf(),
            lock,
            earlier,
            within,
            again,
            made,
            empty,
        })
    }

    /// Brings all files to their place at once; in an empty folder the summary comes first.
    pub fn fill<T, E: From<FolderError>>(
        &self,
        begun: &[u8],
        write: impl FnOnce(&Together) -> Result<T, E>,
    ) -> Result<T, E> {
        if self.empty {
            write_atomic(&self.path.join(SUMMARY), begun)?;
        }
        self.replace(write)
    }

    /// Brings all files to their place at once.
    pub fn replace<T, E: From<FolderError>>(
        &self,
        write: impl FnOnce(&Together) -> Result<T, E>,
    ) -> Result<T, E> {
        let together = Together::begin(&self.path, &self.earlier)?;
        let result = write(&together)?;
        together.commit()?;
        Ok(result)
    }

    /// Where it went wrong, a folder that was empty is so again.
    pub fn end<T, E>(self, result: Result<T, E>) -> Result<(FolderLock, T), E> {
        let_go(self.within);
        match result {
            Ok(result) => Ok((self.lock, result)),
            Err(error) => {
                if self.empty && !together::is_half_done(&self.path) {
                    drop(fs::remove_file(self.path.join(SUMMARY)));
                }
                drop(self.lock);
                if self.made {
                    drop(fs::remove_dir(&self.path));
                }
                Err(error)
            }
        }
    }
}

/// The files that a run writes, whether they are there or not.
fn run_files(path: &Path) -> Result<Vec<String>, FolderError> {
    let mut named = files_in(path, WAYPOINTS, "bin")?;
    let (tables, ours) = (TABLES.map(|table| table.file), FILES.map(|(name, _)| name));
    let all = EXPORTS
        .map(|(name, _)| name)
        .into_iter()
        .chain(tables)
        .chain(ours);
    named.extend(all.map(String::from));
    Ok(named)
}

/// The files with this ending in a folder within.
fn files_in(path: &Path, folder: &str, ending: &str) -> Result<Vec<String>, FolderError> {
    let each = files(&path.join(folder))?.into_iter();
    let each = each.filter(|file| file.extension().is_some_and(|e| e == ending));
    let names = each.filter_map(|file| Some(file.file_name()?.to_str()?.to_string()));
    Ok(names.map(|name| format!("{folder}/{name}")).collect())
}

/// The files of gradients, also of rules that are no more.
fn gradients_in(path: &Path) -> Result<Vec<String>, FolderError> {
    let mut all: Vec<String> = GRADIENTS
        .iter()
        .chain([&INFLUENCE])
        .map(|n| (*n).into())
        .collect();
    for folder in ["gradients", "errors"] {
        all.extend(files_in(path, folder, "safetensors")?);
    }
    Ok(all)
}

/// Whether there is something at `path` beside what a writer that was killed left.
fn is_occupied(path: &Path) -> Result<bool, FolderError> {
    if path.exists() && !path.is_dir() {
        return Err(FolderError::NotAFolder(path.to_path_buf()));
    }
    let ours = |file: &PathBuf| {
        let name = Path::new(file.file_name().unwrap_or_default());
        name == Path::new(LOCK) || together::is_underway(name) || is_leftover(file)
    };
    Ok(files(path)?.iter().any(|file| !ours(file)) || together::is_half_done(path))
}

/// Refuses a folder that is not empty, unless forced and what lies there is Ammon's own; of a sweep also what would be refused
/// for any of its runs.
pub(super) fn check(path: &Path, force: bool, content: Content<'_>) -> Result<(), FolderError> {
    if is_occupied(path)? {
        if !force {
            return Err(FolderError::Occupied(path.to_path_buf()));
        }
        let gradients = || GRADIENTS.iter().all(|name| path.join(name).is_file());
        // Folders of seeds tell a sweep of an earlier version, which wrote no plan.
        let seeds = || {
            Ok::<_, FolderError>(!seeds_in(path)?.is_empty() && !path.join("scenario.ron").exists())
        };
        let ours = is_run(path)
            || match content {
                Content::Run => is_sweep(path),
                Content::Gradients => gradients(),
                Content::Sweep(_) => is_sweep(path) || seeds()?,
            };
        if !ours {
            return Err(FolderError::NotOurs(path.to_path_buf()));
        }
    }
    if let Content::Sweep(seeds) = content {
        for seed in seeds {
            check(&path.join(seed_name(*seed)), force, Content::Run)?;
        }
    }
    Ok(())
}

/// Takes the right to write into a folder, and ends what a writer that was killed left half done.
pub(super) fn lock(path: &Path) -> Result<FolderLock, FolderError> {
    let lock = FolderLock::take(path)?;
    together::settle(path)?;
    Ok(lock)
}

/// Lets go of folders; those with nothing in them go.
fn let_go(locks: Vec<FolderLock>) {
    for lock in locks {
        let folder = lock.folder().to_path_buf();
        drop(lock);
        // It stays where something of the user's is in it.
        drop(fs::remove_dir(folder));
    }
}

/// Whether a run lies there.
pub(super) fn is_run(path: &Path) -> bool {
    path.join(SUMMARY).is_file() || together::is_half_done(path)
}

/// Whether a sweep lies there.
pub(super) fn is_sweep(path: &Path) -> bool {
    path.join(PLAN).is_file()
}

/// The subfolder of a sweep for the run of a seed.
pub(super) fn seed_name(seed: u64) -> String {
    format!("seed-{seed}")
}

/// The subfolders in which runs of an earlier sweep lie.
fn seeds_in(path: &Path) -> Result<Vec<String>, FolderError> {
    let names = files(path)?.into_iter().filter_map(|folder| {
        let name = folder.file_name()?.to_str()?.to_string();
        let seed: u64 = name.strip_prefix("seed-")?.parse().ok()?;
        (seed_name(seed) == name && is_run(&folder)).then_some(name)
    });
    Ok(names.collect())
}
