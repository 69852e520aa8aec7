//! JSON lines: one object a row of metrics.csv.

use super::Export;
use crate::params;
use crate::trace::{FolderError, RunReader};

params! {
    /// Every metric as a JSON object on a line of its own; what is not a finite number is null.
    pub struct Json {}
}

impl Export for Json {
    fn file_name(&self) -> &'static str {
        "metrics.jsonl"
    }

    fn convert(&self, run: &RunReader) -> Result<Vec<u8>, FolderError> {
        let mut out = String::new();
        for row in run.measurements()? {
            let row = row?;
            let line = serde_json::json!({
                "time": row.time,
                "episode": row.episode,
                "phase": row.phase.to_string(),
                "metric": row.metric.name(),
                "value": row.value,
            });
            out.push_str(&line.to_string());
            out.push('\n');
        }
        Ok(out.into_bytes())
    }
}
