//! A run folder has one writer: who holds its `.lock` may write into it. The system lets go of it when a process ends,
//! however it ends, so that a lock file that was left behind holds nobody back.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::error::FolderError;

/// The name of the lock in a folder.
pub(super) const LOCK: &str = ".lock";
/// Characters read of who holds a lock.
const TOLD: u64 = 400;

/// The right to write into a folder, until it is dropped.
#[derive(Debug)]
pub struct FolderLock {
    path: PathBuf,
    /// None where the file system knows no locks.
    file: Option<File>,
}

impl FolderLock {
    /// Takes it, or tells who has it.
    pub fn take(folder: &Path) -> Result<Self, FolderError> {
        let path = folder.join(LOCK);
        let file = match claim(&path, File::try_lock) {
            Ok(mut file) => {
                // Who holds it is a courtesy; the lock counts without it.
                drop(file.set_len(0));
                drop(writeln!(file, "{}", me()));
                Some(file)
            }
            Err(TryLockError::WouldBlock) => {
                return Err(FolderError::Busy {
                    path: folder.to_path_buf(),
                    holder: holder(&path),
                });
            }
            Err(TryLockError::Error(e)) if e.kind() == ErrorKind::Unsupported => None,
            Err(TryLockError::Error(e)) => return Err(FolderError::write(&path)(e)),
        };
        Ok(Self { path, file })
    }

    /// Which folder.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        if self.file.is_some() {
            // Removed while it is held: whoever opened it before notices that it is gone.
            drop(fs::remove_file(&self.path));
        }
    }
}

/// Opens a file, making it where it is not there, and locks it as `lock` does. The file is the one at the path at that
/// moment, not one that another process has put away meanwhile.
pub(super) fn claim(
    path: &Path,
    lock: impl Fn(&File) -> Result<(), TryLockError>,
) -> Result<File, TryLockError> {
    loop {
        let mut open = OpenOptions::new();
        let open = open.read(true).write(true).create(true).truncate(false);
        let file = open.open(path).map_err(TryLockError::Error)?;
        lock(&file)?;
        if is_at(&file, path) {
            return Ok(file);
        }
    }
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let of = |m: fs::Metadata| (m.dev(), m.ino());
    match (file.metadata(), fs::metadata(path)) {
        (Ok(file), Ok(there)) => of(file) == of(there),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

/// This process, in words.
fn me() -> String {
    let command: Vec<_> = std::env::args_os()
        .map(|arg| arg.to_string_lossy().into_owned())
        .collect();
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let on = match host.trim() {
        "" => String::new(),
        host => format!(" on {host}"),
    };
    format!("process {}{on}: {}", std::process::id(), command.join(" "))
}

/// What the holder of a lock wrote into it.
fn holder(path: &Path) -> String {
    let mut text = Vec::new();
    if let Ok(mut file) = File::open(path) {
        // The offset of the lock's own handle is of no concern here.
        drop(file.seek(SeekFrom::Start(0)));
        drop(file.take(TOLD).read_to_end(&mut text));
    }
    match String::from_utf8_lossy(&text).trim() {
        "" => "another process".into(),
        who => who.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_is_first_and_a_lock_left_behind_holds_nobody_back() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(LOCK), "process 1: long gone\n").unwrap();
        let first = FolderLock::take(dir.path()).unwrap();
        let Err(FolderError::Busy { holder, .. }) = FolderLock::take(dir.path()) else {
            panic!("two writers")
        };
        let me = format!("process {}", std::process::id());
        assert!(holder.starts_with(&me), "{holder}");
        drop(first);
        assert!(!dir.path().join(LOCK).exists());
        FolderLock::take(dir.path()).unwrap();
    }
}
