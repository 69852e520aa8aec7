//! Exporters: a finished run in other formats. One format, one file, one line in the registry.

mod csv;
mod json;

pub use csv::Csv;
pub use json::Json;

use std::path::{Path, PathBuf};

use super::error::FolderError;
use super::reader::RunReader;

/// Converts a run folder.
pub trait Export {
    /// The file it makes within the folder, unless told otherwise.
    fn file_name(&self) -> &'static str;
    /// The file's bytes.
    fn convert(&self, run: &RunReader) -> Result<Vec<u8>, FolderError>;
}

crate::registry! {
    /// Formats a finished run can be converted to.
    pub enum ExportSpec "export": Export {
        Csv(Csv),
        Json(Json),
    }
}

impl ExportSpec {
    /// The files that the formats make.
    pub fn file_names() -> Vec<&'static str> {
        Self::all().iter().map(|f| f.kind().file_name()).collect()
    }

    /// The converted run.
    pub fn convert(&self, run: &RunReader) -> Result<Vec<u8>, FolderError> {
        self.kind().convert(run)
    }

    /// Converts `run`; the result goes to the file or into the folder `out`, or into the run's own.
    pub fn export(&self, run: &Path, out: Option<&Path>) -> Result<PathBuf, FolderError> {
        let path = match out {
            Some(file) if !file.is_dir() => file.to_path_buf(),
            folder => folder.unwrap_or(run).join(self.kind().file_name()),
        };
        super::atomic::write_atomic(&path, &self.convert(&RunReader::new(run))?)?;
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_declared_format_can_be_named() {
        for variant in ExportSpec::variants() {
            assert_eq!(
                ExportSpec::named(&variant.name.to_lowercase())
                    .unwrap()
                    .name(),
                variant.name
            );
        }
    }
}
