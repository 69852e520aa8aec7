//! JSON lines: one object a row of metrics.csv.

use std::path::Path;

use super::Export;
use crate::params;
use crate::trace::{FolderError, Row, Tables};

params! {
    /// Every metric as a JSON object on a line of its own; what is not a finite number is null.
    pub struct Json {}
}

impl Export for Json {
    fn file_name(&self) -> &'static str {
        "metrics.jsonl"
    }

    fn convert(&self, run: &Path) -> Result<Vec<u8>, FolderError> {
        let mut out = String::new();
        Tables::read_rows(run, |row| {
            let Row {
                time,
                episode,
                phase,
                metric,
                value,
            } = row;
            let line = serde_json::json!({
                "time": time, "episode": episode, "phase": phase, "metric": metric, "value": value
            });
            out.push_str(&line.to_string());
            out.push('\n');
        })?;
        Ok(out.into_bytes())
    }
}
