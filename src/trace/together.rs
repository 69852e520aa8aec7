//! Several files of a folder that change together: a reader that takes the folder's lock finds all of them as they were, or
//! all of them new.
//!
//! They are written into a folder within, `.ammon-new`, which is renamed to `.ammon-swap` when it is complete: from then on
//! the new files count, and whoever has the lock next moves those that are not in their places yet.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::atomic::{fill, is_leftover, pointed_at, sync_folder, write_atomic};
use super::checkpoint::checkpoint_bytes;
use super::error::FolderError;
use super::tensors::{Tensor, tensor_bytes};
use crate::numeric::Real;

const NEW: &str = ".ammon-new";
const SWAP: &str = ".ammon-swap";
/// Within the swap: names of files that go before the new ones come, a line each.
const REMOVE: &str = ".remove";

/// New files of a folder, not in their places yet; without a commit they are given up.
#[derive(Debug)]
pub struct Together {
    folder: PathBuf,
    committed: bool,
}

impl Together {
    /// Begins to write files of a folder; those named in `remove` go when the new ones come.
    pub(super) fn begin(folder: &Path, remove: &[String]) -> Result<Self, FolderError> {
        // What an earlier change could not end, on a full disk for example, is ended first.
        settle(folder)?;
        let together = Self {
            folder: folder.to_path_buf(),
            committed: false,
        };
        fs::create_dir(together.staging()).map_err(FolderError::write(folder))?;
        if !remove.is_empty() {
            together.write(REMOVE, remove.join("\n").as_bytes())?;
        }
        Ok(together)
    }

    /// Where the new files are before they count.
    pub(super) fn staging(&self) -> PathBuf {
        self.folder.join(NEW)
    }

    /// The name that a file will have.
    pub fn target(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A new file; `name` may lie in a folder within.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), FolderError> {
        let (staged, target) = (self.staging().join(name), self.target(name));
        let write = || {
            if let Some(within) = staged.parent() {
                fs::create_dir_all(within)?;
            }
            fill(&mut File::create(&staged)?, &target, bytes)
        };
        write().map_err(FolderError::write(&target))
    }

    /// A new safetensors file, in the precision of `R`.
    pub fn tensors<R: Real>(&self, name: &str, tensors: &[Tensor<R>]) -> Result<(), FolderError> {
        self.write(name, &tensor_bytes(&self.target(name), tensors)?)
    }

    /// A new checkpoint.
    pub fn checkpoint<T: Serialize>(&self, name: &str, state: &T) -> Result<(), FolderError> {
        self.write(name, &checkpoint_bytes(&self.target(name), state)?)
    }

    /// From here on the new files count.
    pub(super) fn commit(mut self) -> Result<(), FolderError> {
        let (staging, swap) = (self.staging(), self.folder.join(SWAP));
        sync_folder(&staging);
        fs::rename(&staging, &swap).map_err(FolderError::write(&self.folder))?;
        self.committed = true;
        sync_folder(&self.folder);
        finish(&self.folder)
    }
}

impl Drop for Together {
    fn drop(&mut self) {
        if !self.committed {
            // What cannot be removed now is so by the next writer.
            drop(fs::remove_dir_all(self.staging()));
        }
    }
}

/// Whether a change was interrupted after it counted and before all its files were in their places.
pub(super) fn is_half_done(folder: &Path) -> bool {
    folder.join(SWAP).is_dir()
}

/// Names that are Ammon's own on the way to a folder's files.
pub(super) fn is_underway(name: &Path) -> bool {
    [NEW, SWAP].iter().any(|own| name == Path::new(own))
}

/// Ends what an earlier writer of the folder that was killed left half done. Only for who has the folder's lock.
pub(super) fn settle(folder: &Path) -> Result<(), FolderError> {
    finish(folder)?;
    let staging = folder.join(NEW);
    if staging.is_dir() {
        fs::remove_dir_all(&staging).map_err(FolderError::write(folder))?;
    }
    for file in files(folder)?.into_iter().filter(|file| is_leftover(file)) {
        remove(&file)?;
    }
    Ok(())
}

/// Moves the new files to their places.
fn finish(folder: &Path) -> Result<(), FolderError> {
    let swap = folder.join(SWAP);
    if !swap.is_dir() {
        return Ok(());
    }
    let list = swap.join(REMOVE);
    if let Ok(names) = fs::read_to_string(&list) {
        names
            .lines()
            .try_for_each(|name| remove(&folder.join(name)))?;
        sync_folder(folder);
        remove(&list)?;
    }
    put(&swap, folder)?;
    sync_folder(folder);
    Ok(())
}

/// Moves what is in one folder into another, also what is in folders within.
fn put(from: &Path, to: &Path) -> Result<(), FolderError> {
    for staged in files(from)? {
        let target = to.join(staged.file_name().unwrap_or_default());
        if staged.is_dir() {
            fs::create_dir_all(&target).map_err(FolderError::write(&target))?;
            put(&staged, &target)?;
        } else if target.is_symlink() {
            let bytes = fs::read(&staged).map_err(FolderError::read(&target))?;
            let pointed = pointed_at(&target).map_err(FolderError::write(&target))?;
            write_atomic(&pointed, &bytes)?;
            remove(&staged)?;
        } else {
            fs::rename(&staged, &target).map_err(FolderError::write(&target))?;
        }
    }
    fs::remove_dir(from).map_err(FolderError::write(to))
}

/// Removes a file, or a folder with nothing in it; one with something in it stays.
pub(super) fn remove(file: &Path) -> Result<(), FolderError> {
    if file.is_dir() && !file.is_symlink() {
        drop(fs::remove_dir(file));
        return Ok(());
    }
    match fs::remove_file(file) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(FolderError::write(file)(e)),
        _ => Ok(()),
    }
}

/// The paths in a folder, in the order of their names; none where there is no folder.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>, FolderError> {
    let listed = match fs::read_dir(folder) {
        Ok(entries) => entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<io::Result<Vec<_>>>(),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(e) => Err(e),
    };
    let mut files = listed.map_err(FolderError::read(folder))?;
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(path: &Path) -> String {
        fs::read_to_string(path).unwrap()
    }

    #[test]
    fn files_change_all_together_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let (a, b) = (dir.path().join("a"), dir.path().join("within/b"));
        fs::write(&a, "old").unwrap();
        fs::write(dir.path().join("c"), "goes").unwrap();
        let new = Together::begin(dir.path(), &["c".into()]).unwrap();
        new.write("a", b"new").unwrap();
        new.write("within/b", b"new").unwrap();
        assert_eq!(text(&a), "old");
        drop(new);
        assert_eq!(files(dir.path()).unwrap().len(), 2);
        let new = Together::begin(dir.path(), &["c".into()]).unwrap();
        new.write("a", b"new").unwrap();
        new.write("within/b", b"new").unwrap();
        new.commit().unwrap();
        assert_eq!((text(&a), text(&b)), ("new".into(), "new".into()));
        assert!(!dir.path().join("c").exists() && !dir.path().join(SWAP).exists());
    }

    #[test]
    fn a_change_begins_also_where_the_one_before_could_not_be_ended() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join(SWAP)).unwrap();
        fs::write(dir.path().join(SWAP).join("a"), "first").unwrap();
        fs::create_dir(dir.path().join(NEW)).unwrap();
        let new = Together::begin(dir.path(), &[]).unwrap();
        new.write("b", b"second").unwrap();
        new.commit().unwrap();
        let names = [dir.path().join("a"), dir.path().join("b")];
        assert_eq!(files(dir.path()).unwrap(), names);
    }

    #[test]
    fn what_counted_when_its_writer_was_killed_is_brought_to_its_place_and_what_did_not_is_removed()
    {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join(NEW)).unwrap();
        fs::write(dir.path().join(NEW).join("a"), "half").unwrap();
        fs::write(dir.path().join(".ammon-a.tmp"), "half").unwrap();
        settle(dir.path()).unwrap();
        assert_eq!(files(dir.path()).unwrap().len(), 0);
        fs::write(dir.path().join("a"), "old").unwrap();
        fs::write(dir.path().join("b"), "goes").unwrap();
        fs::create_dir(dir.path().join(SWAP)).unwrap();
        fs::write(dir.path().join(SWAP).join("a"), "new").unwrap();
        fs::write(dir.path().join(SWAP).join(REMOVE), "a\nb").unwrap();
        settle(dir.path()).unwrap();
        assert_eq!(files(dir.path()).unwrap(), [dir.path().join("a")]);
        assert_eq!(text(&dir.path().join("a")), "new");
    }
}
