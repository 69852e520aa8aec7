//! What ends a command early, and its exit code.

use std::fmt::Display;

use anyhow::anyhow;

use crate::engine::{RunError, SessionError};
use crate::scenario::Diagnostics;
use crate::scenario::ReadError;
use crate::trace::FolderError;

/// Why a command ended early.
#[derive(Debug)]
pub(super) enum Failure {
    /// The command was wrong.
    Wrong(anyhow::Error),
    /// The scenario was wrong.
    Scenario(Box<Diagnostics>),
    /// The command was right, but could not be done.
    Failed(anyhow::Error),
    /// Nobody reads standard output any more.
    Closed,
}

impl Failure {
    /// A wrong command, in words.
    pub fn wrong(message: impl Display) -> Self {
        Self::Wrong(anyhow!("{message}"))
    }

    /// In one line.
    pub fn told(&self) -> String {
        match self {
            Self::Wrong(error) | Self::Failed(error) => told(error),
            Self::Scenario(diagnostics) => diagnostics.to_string(),
            Self::Closed => "nobody reads standard output".into(),
        }
    }

    /// The exit code.
    pub fn code(&self) -> u8 {
        match self {
            Self::Wrong(_) | Self::Scenario(_) => 2,
            Self::Failed(_) => 1,
            Self::Closed => 0,
        }
    }
}

impl From<Diagnostics> for Failure {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::Scenario(Box::new(diagnostics))
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self::Wrong(error.into())
    }
}

impl From<FolderError> for Failure {
    fn from(error: FolderError) -> Self {
        match error {
            FolderError::Occupied(_)
            | FolderError::NotOurs(_)
            | FolderError::NotAFolder(_)
            | FolderError::NeverBegan(_)
            | FolderError::Busy { .. } => Self::Wrong(error.into()),
            FolderError::Write { .. } | FolderError::Read { .. } | FolderError::Broken { .. } => {
                Self::Failed(error.into())
            }
        }
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Folder(error) => error.into(),
            SessionError::Unreadable(diagnostics) => Self::Scenario(diagnostics),
            SessionError::Differs { .. } => Self::Wrong(error.into()),
            other => Self::Failed(other.into()),
        }
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        Self::Failed(error.into())
    }
}

/// The error and its causes in one line; a cause that is already part of what was said is not repeated.
pub(super) fn told(error: &anyhow::Error) -> String {
    error
        .chain()
        .map(ToString::to_string)
        .fold(String::new(), |text, cause| match text {
            text if text.contains(&cause) => text,
            text if text.is_empty() => cause,
            text => format!("{text}: {cause}"),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_told_once() {
        let inner = std::io::Error::other("the disk is full");
        let error = anyhow::Error::new(inner)
            .context("cannot write x: the disk is full")
            .context("no luck");
        assert_eq!(told(&error), "no luck: cannot write x: the disk is full");
    }
}
