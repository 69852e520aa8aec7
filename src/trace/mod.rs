//! Traces: the run folder and its tables.

mod atomic;
mod checkpoint;
mod error;
mod folder;
mod glossary;
mod lock;
mod place;
mod reader;
mod recorded;
mod summary;
mod sweep;
mod tables;
mod tensors;
mod together;
mod words;

pub use atomic::{is_free, made_atomic, numbered, write_atomic};
pub use checkpoint::{CHECKPOINT, read_checkpoint};
pub use error::FolderError;
pub use folder::RunFolder;
pub use glossary::glossary;
pub use lock::FolderLock;
pub use place::{EXPORTS, FILES, SUMMARY, WAYPOINTS};
pub use reader::RunReader;
pub use recorded::Recorded;
pub use summary::{Final, Summary};
pub use sweep::{SweepFolder, SweepPlan};
pub use tables::{Offsets, Tables};
pub use tensors::{Tensor, read_tensors};
pub use together::Together;
pub use words::{shell, typed};
