//! Texts that scenarios are read from: a file, standard input, or a `--set`.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::parse::{MOST_BYTES, is_json};

/// A text with the name that problems give it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Path of the file, or `--set`.
    pub name: String,
    /// What it holds.
    pub text: String,
}

impl Text {
    /// The name of the text of a `--set`.
    const SET: &str = "--set";

    /// The text of a `--set`.
    pub fn of_set(text: &str) -> Self {
        Self {
            name: Self::SET.into(),
            text: text.into(),
        }
    }

    /// Whether it is written in JSON: the whole of it, or the value of a `--set`.
    pub fn is_json(&self) -> bool {
        match self.text.split_once('=') {
            Some((_, value)) if self.name == Self::SET => is_json(value),
            _ => is_json(&self.text),
        }
    }
}

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no such file.
    #[error("there is no file `{}`", .0.display())]
    Missing(PathBuf),
    /// It is a folder.
    #[error("`{}` is a folder; name the scenario file in it", .0.display())]
    Folder(PathBuf),
    /// It is longer than a scenario can be.
    #[error("`{}` is larger than 1 MiB; that is no scenario", .0.display())]
    TooLarge(PathBuf),
    /// It is not a text.
    #[error("`{}` is not UTF-8 text (byte {at}); save it as UTF-8", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// The first byte that is wrong, from 0.
        at: usize,
    },
    /// Anything else.
    #[error("cannot read `{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Reads a file, or standard input for `-`; never more than 1 MiB of it.
pub fn read_file(path: &Path) -> Result<Text, ReadError> {
    if path == Path::new("-") {
        return read_from(io::stdin().lock(), Path::new("standard input"));
    }
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => ReadError::Missing(path.into()),
        io::ErrorKind::IsADirectory => ReadError::Folder(path.into()),
        _ => ReadError::Io {
            path: path.into(),
            source,
        },
    };
    if path.is_dir() {
        return Err(ReadError::Folder(path.into()));
    }
    read_from(File::open(path).map_err(failed)?, path)
}

fn read_from(input: impl Read, path: &Path) -> Result<Text, ReadError> {
    let mut bytes = Vec::new();
    let read = input.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|source| ReadError::Io {
        path: path.into(),
        source,
    })?;
    if bytes.len() > MOST_BYTES {
        return Err(ReadError::TooLarge(path.into()));
    }
    let text = String::from_utf8(bytes).map_err(|error| ReadError::NotText {
        path: path.into(),
        at: error.utf8_error().valid_up_to(),
    })?;
    Ok(Text {
        name: path.display().to_string(),
        text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_or_refused_clearly() {
        let dir = std::env::temp_dir();
        let said = |path: &Path| read_file(path).unwrap_err().to_string();
        assert!(said(&dir).contains("is a folder"));
        assert!(said(Path::new("/no/such.ron")).contains("there is no file `/no/such.ron`"));
        #[cfg(unix)]
        assert!(said(Path::new("/dev/zero")).contains("larger than 1 MiB"));
        let error = read_from(&b"(a\xff)"[..], Path::new("x.ron"))
            .unwrap_err()
            .to_string();
        assert!(error.contains("not UTF-8 text (byte 2)"), "{error}");
        assert_eq!(
            read_from(&b"()"[..], Path::new("x.ron")).unwrap(),
            Text {
                name: "x.ron".into(),
                text: "()".into()
            }
        );
    }
}
