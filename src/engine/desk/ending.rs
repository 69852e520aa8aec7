//! How a run ends, and what can go wrong around it.

use std::path::PathBuf;

use super::super::lab::RunError;
use crate::record::SinkError;
use crate::scenario::Diagnostics;
use crate::trace::{FolderError, shell};

/// What can go wrong around a run.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The run folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A listener.
    #[error(transparent)]
    Sink(#[from] SinkError),
    /// A command that cannot be done.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The resolved scenario.
    #[error("cannot write the scenario out: {0}")]
    Scenario(#[from] ron::Error),
    /// No room for temporary files.
    #[error(
        "there is no folder for the tables of an unsaved run: tried {tried}; set TMPDIR to a folder that can be written"
    )]
    Temporary {
        /// Where, and why not.
        tried: String,
    },
    /// A scenario.ron that was edited and cannot be read.
    #[error("{0}")]
    Unreadable(Box<Diagnostics>),
    /// A scenario.ron that was edited in a way that the run cannot follow.
    #[error(
        "{path} is not what the run was begun with, and cannot be taken over:{differences}\n\
             put it back as it was to go on, or run it anew: ammon run {} --out DIR",
        shell(path)
    )]
    Differs {
        /// Which.
        path: PathBuf,
        /// What differs, a line each.
        differences: String,
    },
    /// The worker's thread.
    #[error("cannot start the worker's thread: {0}")]
    Thread(std::io::Error),
}

/// What became of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It goes on.
    Running,
    /// The protocol is over.
    Completed,
    /// Someone stopped it; it can be resumed.
    Stopped,
    /// It failed; why.
    Failed(String),
}
