//! Sweeps as data: many runs of one scenario in one folder, planned before, run by whoever comes, and collected into tables and maps
//! while they run.

mod collect;
mod maps;
mod parquet;
mod plan;
mod scatter;
mod slurm;
mod tables;

use std::path::PathBuf;

pub use collect::{Cells, Group, Standing};
pub use maps::maps;
pub use plan::{Folder, PLAN, Plan, Planned, Wanted};
pub use scatter::{Place, Run, Scatter, Telling};
pub use slurm::script;
pub use tables::collect;

use crate::trace::FolderError;

/// What can go wrong with a sweep.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// A file or folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// What was to be planned cannot be; why.
    #[error("{0}")]
    Grid(String),
    /// A plan of another scenario.
    #[error("{0} holds the plan of another scenario: plan this one in another folder")]
    Another(PathBuf),
}
