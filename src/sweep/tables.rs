//! What became of a sweep so far, in its folder.

use super::collect::Cells;
use super::parquet;
use super::plan::Folder;
use crate::trace::{FolderError, made_atomic, write_atomic};

/// Writes what became of a sweep so far: cells.csv, the same as cells.parquet, and summary.csv.
pub fn collect(folder: &Folder) -> Result<Cells, FolderError> {
    let cells = Cells::read(folder)?;
    for (name, table) in [
        ("cells.csv", cells.tidy()),
        ("summary.csv", cells.summary()),
    ] {
        let path = folder.path().join(name);
        let table = table.map_err(|e| FolderError::write(&path)(e.into()))?;
        write_atomic(&path, &table)?;
    }
    made_atomic(&folder.path().join("cells.parquet"), |path| {
        parquet::write(&cells, path).map_err(|e| FolderError::write(path)(std::io::Error::other(e)))
    })?;
    Ok(cells)
}
