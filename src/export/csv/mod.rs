//! Comma-separated tables: measurements, or what units did.

mod activity;
mod wide;

use std::path::Path;

use super::gathered::Gathered;
use super::{Export, ExportError, Job, What, Wish};
use crate::params;
use crate::trace::FolderError;

params! {
    /// One row for every time and phase, one column for every metric, as spreadsheets and data frames like it; with --window, --what
    /// or --unit-fraction instead what units did, a row a value, found by running again.
    pub struct Csv {}
}

impl Export for Csv {
    fn file_name(&self, wish: &Wish) -> &'static str {
        if wish.asks_for_activity() {
            "activity.csv"
        } else {
            "metrics-wide.csv"
        }
    }

    fn holds(&self) -> &'static [What] {
        use What::{Ca3, Cortex, Entorhinal, Inputs, Targets};
        &[Cortex, Inputs, Targets, Ca3, Entorhinal]
    }

    fn write(&self, job: &Job<'_>, file: &Path) -> Result<(), ExportError> {
        if !job.wish.asks_for_activity() {
            let bytes = wide::wide(&job.reader())?;
            return Ok(std::fs::write(file, bytes).map_err(FolderError::write(file))?);
        }
        if job.wish.trust_recording {
            return Err(ExportError::Missing(
                "what units did is only told by running again: leave --trust-recording out, or ask for no activity".into(),
            ));
        }
        let folder = file.parent().unwrap_or(Path::new("."));
        let gathered = job.live(|scene| Ok(Gathered::new(scene, &job.wish, folder)))?;
        Ok(activity::write(&gathered, file)?)
    }
}
