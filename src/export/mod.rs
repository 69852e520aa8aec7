//! Exporters: a run in the formats that other programs read. One format, one file, one line in the registry.

mod choice;
mod clock;
mod columns;
mod csv;
mod error;
mod gathered;
mod job;
mod json;
mod npz;
mod nwb;
mod recorded;
mod spill;

pub use csv::Csv;
pub use error::ExportError;
pub use job::{Job, What, Wish};
pub use json::Json;
pub use npz::Npz;
pub use nwb::Nwb;

use std::path::{Path, PathBuf};

use crate::trace::made_atomic;

/// Writes a run in another format.
pub trait Export {
    /// The file it makes within the folder, unless told otherwise.
    fn file_name(&self, wish: &Wish) -> &'static str;
    /// What units do that it holds.
    fn holds(&self) -> &'static [What];
    /// Writes the file.
    fn write(&self, job: &Job<'_>, file: &Path) -> Result<(), ExportError>;
}

crate::registry! {
    /// Formats a run can be exported to.
    pub enum ExportSpec "export": Export {
        Csv(Csv),
        Json(Json),
        Nwb(Nwb),
        Npz(Npz),
    }
}

impl ExportSpec {
    /// Exports the run; the result goes to the file or into the folder `out`, or into the run's own.
    pub fn export(&self, job: &Job<'_>, out: Option<&Path>) -> Result<PathBuf, ExportError> {
        let path = match out {
            Some(file) if !file.is_dir() => file.to_path_buf(),
            folder => {
                let name = self.kind().file_name(&job.wish);
                folder.unwrap_or(job.folder).join(name)
            }
        };
        job.wish.within(self.name(), self.kind().holds())?;
        made_atomic(&path, |file| self.kind().write(job, file))?;
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::EXPORTS;

    #[test]
    fn every_declared_format_can_be_named_and_its_file_is_one_of_a_run_folder() {
        for variant in ExportSpec::variants() {
            let format = ExportSpec::named(&variant.name.to_lowercase()).unwrap();
            assert_eq!(format.name(), variant.name);
            let name = format.kind().file_name(&Wish::default());
            assert!(EXPORTS.iter().any(|(own, _)| *own == name), "{name}");
        }
    }
}
