//! JSON lines: one object a row of metrics.csv.

use std::fmt::Write as _;
use std::path::Path;

use super::{Export, ExportError, Job, What, Wish};
use crate::params;
use crate::trace::FolderError;

params! {
    /// Every metric as a JSON object on a line of its own; what is not a finite number is null.
    pub struct Json {}
}

impl Export for Json {
    fn file_name(&self, _: &Wish) -> &'static str {
        "metrics.jsonl"
    }

    fn holds(&self) -> &'static [What] {
        &[]
    }

    fn write(&self, job: &Job<'_>, file: &Path) -> Result<(), ExportError> {
        if job.wish.asks_for_activity() {
            return Err(ExportError::Missing(
                "json holds all measurements and no activity: leave --window, --what and --unit-fraction out, or use another format"
                    .into(),
            ));
        }
        let mut out = String::new();
        for row in job.reader().measurements()? {
            let row = row?;
            let line = serde_json::json!({
                "time": row.time,
                "episode": row.episode,
                "phase": row.phase.to_string(),
                "metric": row.metric.name(),
                "value": row.value,
            });
            let _ = writeln!(out, "{line}");
        }
        Ok(std::fs::write(file, out).map_err(FolderError::write(file))?)
    }
}
