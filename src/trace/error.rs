//! What can go wrong with a run folder, with the file it concerns.

use std::path::{Path, PathBuf};

/// What can go wrong with a run folder.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Something is there already.
    #[error(
        "{0} exists and is not empty: choose another --out, or replace an earlier run with --force"
    )]
    Occupied(PathBuf),
    /// Someone else writes there.
    #[error("{path} is being written by {holder}: wait until it ends, or stop it first")]
    Busy {
        /// The folder.
        path: PathBuf,
        /// Who.
        holder: String,
    },
    /// A run that was interrupted before there was anything to go on from.
    #[error(
        "{0} never began: its start was interrupted before the first checkpoint; run its scenario again with --force"
    )]
    NeverBegan(PathBuf),
    /// `--force` on something that is no run folder.
    #[error(
        "{0} holds no summary.json, so it is not a run folder of Ammon: --force replaces nothing but its own files"
    )]
    NotOurs(PathBuf),
    /// A file where a folder should be.
    #[error("{0} is a file, not a folder: choose another --out")]
    NotAFolder(PathBuf),
    /// A file could not be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file could not be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{path}: {problem}")]
    Broken {
        /// Which.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        problem: String,
    },
}

impl FolderError {
    /// A file could not be written; why.
    pub fn write(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Write { path, source }
    }

    /// A file could not be read; why.
    pub fn read(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Read { path, source }
    }

    /// A file is not what it should be; what is wrong with it.
    pub fn broken(path: &Path, problem: impl Into<String>) -> Self {
        Self::Broken {
            path: path.to_path_buf(),
            problem: problem.into(),
        }
    }
}
