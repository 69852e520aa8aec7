//! A wide table: a row a moment, a column a metric, empty where nothing was measured.

use std::collections::HashMap;

use crate::record::cell::Cell;
use crate::record::{Measurement, Metric, PhaseName};
use crate::trace::{FolderError, RunReader};

/// What was measured at one time in one phase.
struct Moment {
    time: u64,
    episode: u64,
    phase: PhaseName,
    values: Vec<(usize, f64)>,
}

impl Moment {
    fn takes(&self, row: &Measurement, column: usize) -> bool {
        // The same metric twice at one moment needs another row, or a value would be lost.
        let has = self.values.iter().any(|(c, _)| *c == column);
        self.time == row.time && self.phase == row.phase && !has
    }

    fn cells(&self, columns: usize) -> Vec<String> {
        let mut cells = vec![self.time.text(), self.episode.text(), self.phase.text()];
        cells.resize(3 + columns, String::new());
        for (column, value) in &self.values {
            cells[3 + column] = value.text();
        }
        cells
    }
}

/// The wide table.
pub(super) fn wide(run: &RunReader) -> Result<Vec<u8>, FolderError> {
    let mut columns: Vec<String> = Vec::new();
    let mut position: HashMap<Metric, usize> = HashMap::new();
    let mut moments: Vec<Moment> = Vec::new();
    for row in run.measurements()? {
        let row = row?;
        let column = *position.entry(row.metric.clone()).or_insert_with(|| {
            columns.push(row.metric.name());
            columns.len() - 1
        });
        match moments.last_mut() {
            Some(last) if last.takes(&row, column) => last.values.push((column, row.value)),
            _ => moments.push(Moment {
                time: row.time,
                episode: row.episode,
                phase: row.phase,
                values: vec![(column, row.value)],
            }),
        }
    }
    let broken = |error: &dyn std::fmt::Display| FolderError::broken(run.path(), error.to_string());
    let mut out = csv::Writer::from_writer(Vec::new());
    let head = ["time", "episode", "phase"].into_iter();
    let head = head.chain(columns.iter().map(String::as_str));
    out.write_record(head).map_err(|e| broken(&e))?;
    for moment in &moments {
        out.write_record(moment.cells(columns.len()))
            .map_err(|e| broken(&e))?;
    }
    out.into_inner().map_err(|e| broken(&e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_moment_is_a_row_and_what_is_undefined_or_not_measured_is_empty() {
        let dir = tempfile::tempdir().unwrap();
        let rows = "time,episode,phase,metric,value\n3,1,Wake,loss,0.5\n3,1,Wake,accuracy,1\n3,1,Sleep,loss,NaN\n";
        std::fs::write(dir.path().join("metrics.csv"), rows).unwrap();
        let text = wide(&RunReader::new(dir.path())).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "time,episode,phase,loss,accuracy\n3,1,Wake,0.5,1\n3,1,Sleep,,\n"
        );
    }
}
