//! Traces: the run folder, its tables, and the exporters.

mod atomic;
mod checkpoint;
mod error;
mod export;
mod folder;
mod glossary;
mod lock;
mod place;
mod reader;
mod summary;
mod sweep;
mod tables;
mod tensors;
mod together;
mod words;

pub use atomic::{is_free, numbered, write_atomic};
pub use checkpoint::{CHECKPOINT, read_checkpoint};
pub use error::FolderError;
pub use export::{Export, ExportSpec};
pub use folder::RunFolder;
pub use glossary::glossary;
pub use lock::FolderLock;
pub use place::{FILES, SUMMARY};
pub use reader::RunReader;
pub use summary::{Final, Summary};
pub use sweep::{SweepFolder, SweepPlan};
pub use tables::{Offsets, Tables};
pub use tensors::Tensor;
pub use together::Together;
pub use words::{shell, typed};
