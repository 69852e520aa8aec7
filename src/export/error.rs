//! What can go wrong with an export.

use crate::engine::RerunError;
use crate::trace::FolderError;

/// What can go wrong with an export.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The run folder, or the file that is made.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The run could not be lived again as it was recorded.
    #[error(transparent)]
    Rerun(#[from] RerunError),
    /// What was asked for is not in this run; what there is.
    #[error("{0}")]
    Missing(String),
}

impl ExportError {
    /// Whether it was given up by who asked for it.
    pub fn is_given_up(&self) -> bool {
        matches!(self, Self::Rerun(RerunError::GivenUp))
    }

    /// Whether the tables alone can be exported where this is in the way.
    pub fn spares_tables(&self) -> bool {
        matches!(self, Self::Rerun(error) if !matches!(error, RerunError::GivenUp))
    }
}
