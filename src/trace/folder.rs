//! The run folder while it is written: tables that grow, and the files that are of one moment with them.

use std::path::{Path, PathBuf};

use crate::record::{Event, Sink, SinkError};

use super::error::FolderError;
use super::lock::FolderLock;
use super::place::{self, Content, EXPORTS, Place};
use super::tables::{Offsets, Tables};
use super::together::{self, Together, remove};

/// A run folder being written; the right to write is held until it is dropped.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    tables: Tables,
    /// Whether it holds what exporters made of shorter tables.
    exported: bool,
    _lock: FolderLock,
}

impl RunFolder {
    /// Makes a new folder with empty tables and the files that `write` makes, all at once; `begun` is its summary until
    /// then. With `force` a run that lies there is replaced, when the new one is whole.
    pub fn create<E: From<FolderError>>(
        path: &Path,
        force: bool,
        begun: &[u8],
        write: impl FnOnce(&Together, Offsets) -> Result<(), E>,
    ) -> Result<Self, E> {
        let place = Place::take(path, force, Content::Run)?;
        let result = place.fill(begun, |together| {
            let offsets = Tables::create(&together.staging())?.sync()?;
            write(together, offsets).map(|()| offsets)
        });
        let (lock, offsets) = place.end(result)?;
        Ok(Self::reopen(lock, path, offsets)?)
    }

    /// Makes a new folder with a copy of the tables of another, up to these lengths, and the files that `write` makes.
    pub fn copy<E: From<FolderError>>(
        &self,
        path: &Path,
        force: bool,
        begun: &[u8],
        offsets: Offsets,
        write: impl FnOnce(&Together) -> Result<(), E>,
    ) -> Result<(), E> {
        let place = Place::take(path, force, Content::Run)?;
        let result = place.fill(begun, |together| {
            Tables::copy(&self.path, &together.staging(), offsets, true)?;
            write(together)
        });
        place.end(result).map(drop)
    }

    /// Makes a folder for gradients, by the same rules; what else is in it stays.
    pub fn gradients<E: From<FolderError>>(
        path: &Path,
        force: bool,
        write: impl FnOnce(&Together) -> Result<(), E>,
    ) -> Result<(), E> {
        let place = Place::take(path, force, Content::Gradients)?;
        let result = place.replace(write);
        place.end(result).map(drop)
    }

    /// Goes on with a folder whose tables are cut back to these lengths.
    pub fn reopen(lock: FolderLock, path: &Path, offsets: Offsets) -> Result<Self, FolderError> {
        Ok(Self {
            path: path.to_path_buf(),
            tables: Tables::reopen(path, offsets)?,
            exported: true,
            _lock: lock,
        })
    }

    /// Takes the right to write into a folder that is there, and ends what a writer that was killed left half done.
    pub fn lock(path: &Path) -> Result<FolderLock, FolderError> {
        place::lock(path)
    }

    /// A folder that is only read: what a writer that was killed left half done is ended, where nobody writes there now.
    pub fn ready(path: &Path) -> Result<(), FolderError> {
        if !together::is_half_done(path) {
            return Ok(());
        }
        match Self::lock(path) {
            Ok(_) | Err(FolderError::Busy { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Refuses what [`Self::gradients`] would refuse, as far as that can be told without writing.
    pub fn check_gradients(path: &Path, force: bool) -> Result<(), FolderError> {
        place::check(path, force, Content::Gradients)
    }

    /// Whether a run lies there.
    pub fn is_run(path: &Path) -> bool {
        place::is_run(path)
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

    /// Files that are of one moment with the tables, which are on the disk before.
    pub fn write<E: From<FolderError>>(
        &mut self,
        write: impl FnOnce(&Together, Offsets) -> Result<(), E>,
    ) -> Result<(), E> {
        let offsets = self.tables.sync()?;
        let together = Together::begin(&self.path, &[])?;
        write(&together, offsets)?;
        Ok(together.commit()?)
    }

    /// What exporters made of shorter tables goes.
    fn forget_exports(&mut self) -> Result<(), FolderError> {
        self.exported = false;
        EXPORTS
            .iter()
            .try_for_each(|(name, _)| remove(&self.path.join(name)))
    }
}

impl Sink for RunFolder {
    fn event(&mut self, event: &Event) -> Result<(), SinkError> {
        if self.exported {
            self.forget_exports().map_err(|error| SinkError::Write {
                path: self.path.clone(),
                source: std::io::Error::other(error),
            })?;
        }
        self.tables.event(event)
    }
}

#[cfg(test)]
mod tests {
    use super::super::place::{GRADIENTS, SUMMARY};
    use super::*;
    use std::fs;

    fn create(path: &Path, force: bool) -> Result<RunFolder, FolderError> {
        RunFolder::create(path, force, b"{}", |files, _| files.write(SUMMARY, b"{}"))
    }

    #[test]
    fn a_folder_is_replaced_only_when_forced_and_only_where_a_run_lies() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run");
        drop(create(&path, false).unwrap());
        let refused = create(&path, false);
        assert!(matches!(refused, Err(FolderError::Occupied(_))));
        fs::write(path.join("notes.txt"), "mine").unwrap();
        fs::write(path.join("metrics-wide.csv"), "of the old run").unwrap();
        drop(create(&path, true).unwrap());
        assert_eq!(fs::read_to_string(path.join("notes.txt")).unwrap(), "mine");
        assert!(!path.join("metrics-wide.csv").exists());
        fs::remove_file(path.join(SUMMARY)).unwrap();
        let refused = create(&path, true);
        assert!(matches!(refused, Err(FolderError::NotOurs(_))));
    }

    #[test]
    fn a_start_that_fails_leaves_nothing_or_the_old_run() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run");
        let fails = |force| {
            RunFolder::create(&path, force, b"{}", |_, _| {
                assert!(path.join(SUMMARY).is_file());
                Err(FolderError::NeverBegan(path.clone()))
            })
        };
        assert!(fails(false).is_err() && !path.exists());
        drop(create(&path, false).unwrap());
        fs::write(path.join("metrics.csv"), "old").unwrap();
        assert!(fails(true).is_err());
        assert_eq!(fs::read_to_string(path.join("metrics.csv")).unwrap(), "old");
        assert!(!together::is_half_done(&path) && !path.join(".lock").exists());
    }

    #[test]
    fn a_folder_that_is_being_written_is_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run");
        let first = create(&path, false).unwrap();
        let refused = create(&path, true);
        assert!(matches!(refused, Err(FolderError::Busy { .. })));
        assert!(matches!(
            RunFolder::lock(&path),
            Err(FolderError::Busy { .. })
        ));
        drop(first);
        create(&path, true).unwrap();
    }

    #[test]
    fn gradients_are_replaced_only_where_gradients_or_a_run_lie() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out");
        let write = |names: &'static [&str], force| {
            RunFolder::gradients(&path, force, |files| {
                names.iter().try_for_each(|name| files.write(name, b"new"))
            })
        };
        let mine = ["gradients/Bptt.safetensors", "errors/Bptt.safetensors"];
        RunFolder::gradients(&path, false, |files| {
            mine.iter().try_for_each(|name| files.write(name, b"new"))
        })
        .unwrap();
        assert!(matches!(
            write(&GRADIENTS, false),
            Err(FolderError::Occupied(_))
        ));
        assert!(matches!(
            write(&GRADIENTS, true),
            Err(FolderError::NotOurs(_))
        ));
        for name in GRADIENTS {
            fs::write(path.join(name), "old").unwrap();
        }
        fs::write(path.join("gradients/notes.txt"), "mine").unwrap();
        write(&["params.safetensors"], true).unwrap();
        assert!(
            !mine.iter().any(|name| path.join(name).exists())
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
            create(&path, true),
            Err(FolderError::NotAFolder(_))
        ));
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    }
}
