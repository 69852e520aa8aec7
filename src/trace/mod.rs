//! Traces: the run folder, its tables, and the exporters.

mod atomic;
mod checkpoint;
mod error;
mod export;
mod folder;
mod glossary;
mod reader;
mod summary;
mod tables;
mod tensors;

pub use atomic::write_atomic;
pub use checkpoint::{read_checkpoint, write_checkpoint};
pub use error::FolderError;
pub use export::{Export, ExportSpec};
pub use folder::{FILES, RunFolder};
pub use glossary::glossary;
pub use reader::RunReader;
pub use summary::{Final, Summary};
pub use tables::{Offsets, Tables};
pub use tensors::{Tensor, write_tensors};
