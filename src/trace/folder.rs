//! The run folder: where a run's files go, and the rules about replacing an earlier one.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::record::{Event, Sink, SinkError, TABLES};

use super::atomic::is_leftover;
use super::error::FolderError;
use super::tables::{Offsets, Tables};

/// The files that a run folder may hold beside its tables and exports, with what each holds; summary.json, which marks it,
/// goes last.
pub const FILES: [(&str, &str); 5] = [
    (
        "scenario.ron",
        "The scenario as the run began, every default written out; running it again gives the same run.",
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
        "summary.json",
        "What became of the run: `scenario`, `seed`, `version`, `status` (`completed`, `stopped`, `failed`), `error`, \
         `wall_seconds`, `steps`, `final` (the last value of each metric; of alignments the mean over the last tenth of the \
         run), `ledger` (a row a rule: what it kept and cost).",
    ),
];

/// The files of a folder of gradients; all of them together mark it.
const GRADIENTS: [&str; 3] = ["params.safetensors", "episode.safetensors", "alignment.csv"];
/// Written beside them for some tasks.
const INFLUENCE: &str = "influence.csv";

/// A run folder being written.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    tables: Tables,
}

impl RunFolder {
    /// Makes a new folder with empty tables; `exports` names the files that exporters may have left in an earlier one.
    pub fn create(path: &Path, force: bool, exports: &[&str]) -> Result<Self, FolderError> {
        Self::prepare(path, force, exports)?;
        Ok(Self {
            path: path.to_path_buf(),
            tables: Tables::create(path)?,
        })
    }

    /// Whether an earlier run lies at `path`; an error where a new one would be refused.
    pub fn check(path: &Path, force: bool) -> Result<bool, FolderError> {
        let occupied = is_occupied(path, force)?;
        if occupied && !is_run(path) {
            Err(FolderError::NotOurs(path.to_path_buf()))
        } else {
            Ok(occupied)
        }
    }

    /// Makes the folder itself: refused where it is not empty, unless forced and an earlier run lies there, whose files
    /// and `exports` go.
    pub fn prepare(path: &Path, force: bool, exports: &[&str]) -> Result<(), FolderError> {
        if Self::check(path, force)? {
            let (tables, ours) = (TABLES.map(|table| table.file), FILES.map(|(name, _)| name));
            exports
                .iter()
                .chain(&tables)
                .chain(&ours)
                .try_for_each(|name| remove(&path.join(name)))?;
            remove_leftovers(path)?;
        }
        fs::create_dir_all(path).map_err(FolderError::write(path))
    }

    /// Makes a folder for gradients, by the same rules; what else is in it stays.
    pub fn prepare_gradients(path: &Path, force: bool) -> Result<(), FolderError> {
        let each = path.join("gradients");
        if is_occupied(path, force)? {
            if !is_run(path) && !GRADIENTS.iter().all(|name| path.join(name).is_file()) {
                return Err(FolderError::NotOurs(path.to_path_buf()));
            }
            GRADIENTS
                .iter()
                .chain([&INFLUENCE])
                .try_for_each(|name| remove(&path.join(name)))?;
            for file in
                files(&each)?.filter(|file| file.extension().is_some_and(|e| e == "safetensors"))
            {
                remove(&file)?;
            }
            remove_leftovers(path)?;
        }
        fs::create_dir_all(&each).map_err(FolderError::write(&each))
    }

    /// Goes on with a folder whose tables are cut back to these lengths.
    pub fn reopen(path: &Path, offsets: Offsets) -> Result<Self, FolderError> {
        Ok(Self {
            path: path.to_path_buf(),
            tables: Tables::reopen(path, offsets)?,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Everything told so far is in the files; returns how long the tables are.
    pub fn flush(&mut self) -> Result<Offsets, FolderError> {
        self.tables.flush()
    }

    /// Cuts the tables back to these lengths.
    pub fn rewind(&mut self, offsets: Offsets) -> Result<(), FolderError> {
        self.tables = Tables::reopen(&self.path, offsets)?;
        Ok(())
    }
}

impl Sink for RunFolder {
    fn event(&mut self, event: &Event) -> Result<(), SinkError> {
        self.tables.event(event)
    }
}

fn is_run(path: &Path) -> bool {
    path.join("summary.json").is_file()
}

/// Whether there is something at `path`, which only `force` allows.
fn is_occupied(path: &Path, force: bool) -> Result<bool, FolderError> {
    if path.is_file() {
        return Err(FolderError::NotAFolder(path.to_path_buf()));
    }
    let occupied = match fs::read_dir(path) {
        Ok(mut entries) => entries.next().is_some(),
        Err(e) if e.kind() == ErrorKind::NotFound => false,
        Err(e) => return Err(FolderError::write(path)(e)),
    };
    if occupied && !force {
        Err(FolderError::Occupied(path.to_path_buf()))
    } else {
        Ok(occupied)
    }
}

fn remove(path: &Path) -> Result<(), FolderError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(FolderError::write(path)(e)),
        _ => Ok(()),
    }
}

/// The paths in a folder; none where there is no folder.
fn files(folder: &Path) -> Result<impl Iterator<Item = PathBuf>, FolderError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => Some(entries),
        Err(e) if e.kind() == ErrorKind::NotFound => None,
        Err(e) => return Err(FolderError::read(folder)(e)),
    };
    Ok(entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path()))
}

/// Removes what a crash in the middle of writing a file left.
fn remove_leftovers(folder: &Path) -> Result<(), FolderError> {
    files(folder)?
        .filter(|file| is_leftover(file))
        .try_for_each(|file| remove(&file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_replaced_only_when_forced_and_only_where_a_run_lies() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run");
        RunFolder::create(&path, false, &[]).unwrap();
        assert!(matches!(
            RunFolder::create(&path, false, &[]),
            Err(FolderError::Occupied(_))
        ));
        assert!(matches!(
            RunFolder::create(&path, true, &[]),
            Err(FolderError::NotOurs(_))
        ));
        fs::write(path.join("summary.json"), "{}").unwrap();
        fs::write(path.join("notes.txt"), "mine").unwrap();
        RunFolder::create(&path, true, &[]).unwrap();
        assert_eq!(fs::read_to_string(path.join("notes.txt")).unwrap(), "mine");
        assert!(!path.join("summary.json").exists());
    }

    #[test]
    fn gradients_are_replaced_only_where_gradients_or_a_run_lie() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out");
        RunFolder::prepare_gradients(&path, false).unwrap();
        fs::write(path.join("gradients/Bptt.safetensors"), "old").unwrap();
        assert!(matches!(
            RunFolder::prepare_gradients(&path, false),
            Err(FolderError::Occupied(_))
        ));
        assert!(matches!(
            RunFolder::prepare_gradients(&path, true),
            Err(FolderError::NotOurs(_))
        ));
        for name in GRADIENTS {
            fs::write(path.join(name), "old").unwrap();
        }
        fs::write(path.join("gradients/notes.txt"), "mine").unwrap();
        RunFolder::prepare_gradients(&path, true).unwrap();
        assert!(
            !path.join("gradients/Bptt.safetensors").exists()
                && !path.join("alignment.csv").exists()
        );
        assert!(path.join("gradients/notes.txt").exists());
    }

    #[test]
    fn a_file_where_the_folder_should_be_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run");
        fs::write(&path, "mine").unwrap();
        assert!(matches!(
            RunFolder::create(&path, true, &[]),
            Err(FolderError::NotAFolder(_))
        ));
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    }
}
