//! Files that are there whole or not at all.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::FolderError;
use super::lock::claim;

const PREFIX: &str = ".ammon-";
const SUFFIX: &str = ".tmp";
/// Bytes of a name that are kept in that of its temporary.
const LONGEST: usize = 200;

/// Whether a file is what a crash in the middle of [`write_atomic`] left.
pub(super) fn is_leftover(file: &Path) -> bool {
    let name = file.file_name().and_then(|n| n.to_str());
    name.is_some_and(|n| n.starts_with(PREFIX) && n.ends_with(SUFFIX))
}

/// Refuses a name for a file where a folder lies, or, unless it may be replaced, another file; why, in words, and `remedy`, how
/// it can be replaced.
pub fn is_free(path: &Path, replace: bool, remedy: &str) -> Result<(), String> {
    if path.is_dir() {
        return Err(format!("{} is a folder: name a file in it", path.display()));
    }
    if path.exists() && !replace {
        return Err(format!("{} is there already: {remedy}", path.display()));
    }
    Ok(())
}

/// The i-th of several files that are saved under one name: talk-003.png for talk.png.
pub fn numbered(path: &Path, i: usize) -> PathBuf {
    let part = |part: Option<&OsStr>| part.map_or(String::new(), |p| p.to_string_lossy().into());
    let (stem, ending) = (part(path.file_stem()), part(path.extension()));
    path.with_file_name(format!("{stem}-{i:03}.{ending}"))
}

/// Writes a file beside its final name, then renames it: it is there whole or not at all. What is no file, like a pipe,
/// is written to; a link keeps pointing where it did; a file that was there keeps its mode. What an earlier writer that was
/// killed left beside it is used up.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), FolderError> {
    let write = || {
        if fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir()) {
            return File::options().write(true).open(path)?.write_all(bytes);
        }
        let target = pointed_at(path)?;
        let beside = beside(&target);
        // Another process that writes the same file at this moment is waited for.
        let lock = |file: &File| file.lock().map_err(TryLockError::Error);
        let mut file = match claim(&beside, lock) {
            Err(TryLockError::Error(e)) if e.kind() == io::ErrorKind::Unsupported => {
                File::create(&beside)?
            }
            file => file.map_err(io::Error::from)?,
        };
        let written = file
            .set_len(0)
            .and_then(|()| fill(&mut file, &target, bytes))
            .and_then(|()| fs::rename(&beside, &target));
        if written.is_err() {
            // The error that led here is reported.
            drop(fs::remove_file(&beside));
        }
        written?;
        sync_folder(parent(&target));
        Ok(())
    };
    write().map_err(FolderError::write(path))
}

/// Lets `make` write a file at a path beside its final name, then renames it: it is there whole or not at all. For what is too
/// large to be held in memory, or written by a library that wants a path. Otherwise like [`write_atomic`].
pub fn made_atomic<E: From<FolderError>>(
    path: &Path,
    make: impl FnOnce(&Path) -> Result<(), E>,
) -> Result<(), E> {
    let failed = |error: io::Error| FolderError::write(path)(error);
    if fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir()) {
        let made = tempfile::NamedTempFile::new().map_err(failed)?;
        make(made.path())?;
        let copied = File::open(made.path()).and_then(|mut from| {
            let mut to = File::options().write(true).open(path)?;
            io::copy(&mut from, &mut to)
        });
        copied.map_err(failed)?;
        return Ok(());
    }
    let target = pointed_at(path).map_err(failed)?;
    let made = new_file(parent(&target)).map_err(failed)?;
    make(made.path())?;
    let put = || {
        if let Ok(there) = fs::metadata(&target) {
            fs::set_permissions(made.path(), there.permissions())?;
        }
        File::open(made.path())?.sync_all()?;
        made.persist(&target).map_err(|e| e.error)?;
        sync_folder(parent(&target));
        Ok(())
    };
    Ok(put().map_err(failed)?)
}

/// A new file in a folder, of a name that tells what it is where its writer was killed. Its mode follows the umask.
fn new_file(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// Gives a new file its bytes and, where it shall take the place of another, the mode of that one.
pub(super) fn fill(file: &mut File, target: &Path, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    if let Ok(there) = fs::metadata(target) {
        file.set_permissions(there.permissions())?;
    }
    file.sync_all()
}

/// The file that a path stands for: links are followed.
pub(super) fn pointed_at(path: &Path) -> io::Result<PathBuf> {
    if path.is_symlink() {
        fs::canonicalize(path)
    } else {
        Ok(path.to_path_buf())
    }
}

/// What is renamed and removed in a folder is so after a power cut too, where the system can promise that.
pub(super) fn sync_folder(folder: &Path) {
    // Not every system opens folders, and the files themselves are written.
    drop(File::open(folder).and_then(|folder| folder.sync_all()));
}

fn parent(path: &Path) -> &Path {
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

/// The temporary of a file.
fn beside(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or(OsStr::new("file"));
    let mut temporary = OsString::from(PREFIX);
    if name.len() <= LONGEST {
        temporary.push(name);
    } else {
        temporary.push(format!("{:x}", crc32fast::hash(name.as_encoded_bytes())));
    }
    temporary.push(SUFFIX);
    parent(target).join(temporary)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn links_and_devices_are_written_through() {
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("file"), dir.path().join("link"));
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write_atomic(&link, b"new").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        write_atomic(Path::new("/dev/null"), b"new").unwrap();
        assert!(!Path::new("/dev/null").is_file());
    }

    #[test]
    fn a_file_keeps_its_mode_and_nothing_stays_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        fs::write(beside(&file), "of a writer that was killed, and longer").unwrap();
        write_atomic(&file, b"new").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o640
        );
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        let long = dir.path().join("x".repeat(255));
        write_atomic(&long, b"new").unwrap();
        let missing = dir.path().join("missing/file");
        let error = write_atomic(&missing, b"new").unwrap_err().to_string();
        assert!(
            error.contains("missing/file: ") && !error.contains(".ammon-"),
            "{error}"
        );
    }
}
