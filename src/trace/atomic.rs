//! Files that are there whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use super::error::FolderError;

const PREFIX: &str = ".ammon-";
const SUFFIX: &str = ".tmp";

/// Whether a file is what a crash in the middle of [`write_atomic`] left.
pub(super) fn is_leftover(file: &Path) -> bool {
    let name = file.file_name().and_then(|n| n.to_str());
    name.is_some_and(|n| n.starts_with(PREFIX) && n.ends_with(SUFFIX))
}

/// Writes a file beside its final name, then renames it: it is there whole or not at all. What is no file, like a pipe,
/// is written to; a link keeps pointing where it did.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), FolderError> {
    if fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir()) {
        let open = File::options().write(true).open(path);
        return open
            .and_then(|mut file| file.write_all(bytes))
            .map_err(FolderError::write(path));
    }
    let target = if path.is_symlink() {
        fs::canonicalize(path)
    } else {
        Ok(path.to_path_buf())
    };
    let target = target.map_err(FolderError::write(path))?;
    let folder = target
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(PREFIX)
        .suffix(SUFFIX)
        .tempfile_in(folder)
        .map_err(|e| FolderError::write(path)(plain(e)))?;
    file.write_all(bytes)
        .and_then(|()| file.as_file().sync_all())
        .map_err(|e| FolderError::write(path)(plain(e)))?;
    readable(file.as_file());
    file.persist(&target)
        .map_err(|e| FolderError::write(path)(e.error))?;
    Ok(())
}

/// The error without the name of the temporary file, which means nothing to anyone.
fn plain(error: io::Error) -> io::Error {
    match error
        .get_ref()
        .and_then(|e| e.source())
        .and_then(|e| e.downcast_ref::<io::Error>())
    {
        Some(inner) => inner
            .raw_os_error()
            .map_or_else(|| inner.kind().into(), io::Error::from_raw_os_error),
        None => error,
    }
}

/// Temporary files are private; results are for everyone the folder is for.
#[cfg(unix)]
fn readable(file: &File) {
    use std::os::unix::fs::PermissionsExt;
    // If this fails the file is still there, for its owner.
    drop(file.set_permissions(fs::Permissions::from_mode(0o644)));
}

#[cfg(not(unix))]
fn readable(_: &File) {}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

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
}
