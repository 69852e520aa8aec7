//! A wide table: a row a moment, a column a metric, empty where nothing was measured.

use std::collections::HashMap;
use std::path::Path;

use super::Export;
use crate::params;
use crate::trace::{FolderError, Row, Tables, quoted, shortest};

params! {
    /// One row for every time and phase, one column for every metric, as spreadsheets and data frames like it.
    pub struct Csv {}
}

/// What was measured at one time in one phase.
struct Moment {
    head: String,
    key: (u64, String),
    values: Vec<(usize, f64)>,
}

impl Export for Csv {
    fn file_name(&self) -> &'static str {
        "metrics-wide.csv"
    }

    fn convert(&self, run: &Path) -> Result<Vec<u8>, FolderError> {
        let mut columns: Vec<String> = Vec::new();
        let mut position: HashMap<String, usize> = HashMap::new();
        let mut moments: Vec<Moment> = Vec::new();
        Tables::read_rows(run, |row| {
            let column = *position.entry(row.metric.to_string()).or_insert_with(|| {
                columns.push(row.metric.to_string());
                columns.len() - 1
            });
            match moments.last_mut() {
                // The same metric twice at one moment needs another row, or a value would be lost.
                Some(last) if last.is(&row) && !last.has(column) => {
                    last.values.push((column, row.value));
                }
                _ => moments.push(Moment::new(&row, column)),
            }
        })?;
        Ok(table(&columns, &moments).into_bytes())
    }
}

impl Moment {
    fn new(row: &Row<'_>, column: usize) -> Self {
        let head = format!("{},{},{}", row.time, row.episode, row.phase);
        Self {
            head,
            key: (row.time, row.phase.into()),
            values: vec![(column, row.value)],
        }
    }

    fn is(&self, row: &Row<'_>) -> bool {
        self.key.0 == row.time && self.key.1 == row.phase
    }

    fn has(&self, column: usize) -> bool {
        self.values.iter().any(|(c, _)| *c == column)
    }
}

fn table(columns: &[String], moments: &[Moment]) -> String {
    let mut out = "time,episode,phase".to_string();
    for column in columns {
        out.push(',');
        out.push_str(&quoted(column));
    }
    out.push('\n');
    for moment in moments {
        let mut cells = vec![String::new(); columns.len()];
        for (column, value) in &moment.values {
            cells[*column] = shortest(*value);
        }
        out.push_str(&moment.head);
        for cell in cells {
            out.push(',');
            out.push_str(&cell);
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_moment_is_a_row_and_nothing_measured_is_empty() {
        let dir = tempfile::tempdir().unwrap();
        let rows = "time,episode,phase,metric,value\n3,1,Wake,loss,0.5\n3,1,Wake,accuracy,1\n3,1,Sleep,loss,NaN\n";
        std::fs::write(dir.path().join("metrics.csv"), rows).unwrap();
        let text = String::from_utf8(Csv {}.convert(dir.path()).unwrap()).unwrap();
        assert_eq!(
            text,
            "time,episode,phase,loss,accuracy\n3,1,Wake,0.5,1\n3,1,Sleep,NaN,\n"
        );
    }
}
