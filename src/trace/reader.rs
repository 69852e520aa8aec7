//! Reads a run folder: the typed rows of its tables, for exporters, closing tables, resumed and reopened runs.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::error::FolderError;
use crate::record::{Measurement, Row};

/// A run folder, read.
#[derive(Clone, Debug)]
pub struct RunReader {
    path: PathBuf,
}

impl RunReader {
    /// The run in this folder.
    pub fn new(folder: &Path) -> Self {
        Self {
            path: folder.to_path_buf(),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The rows of a table, one by one; none where the table is not there and need not be.
    pub fn rows<T: Row>(
        &self,
    ) -> Result<impl Iterator<Item = Result<T, FolderError>>, FolderError> {
        let path = self.path.join(T::TABLE.file);
        let file = match File::open(&path) {
            Ok(file) => Some(file),
            Err(e) if e.kind() == ErrorKind::NotFound && !T::TABLE.always => None,
            Err(e) => return Err(FolderError::read(&path)(e)),
        };
        let rows = file.map(|file| csv::Reader::from_reader(file).into_deserialize());
        Ok(rows.into_iter().flatten().map(move |row| {
            row.map_err(|error: csv::Error| FolderError::broken(&path, problem(&error)))
        }))
    }

    /// All rows of a table.
    pub fn all<T: Row>(&self) -> Result<Vec<T>, FolderError> {
        self.rows()?.collect()
    }

    /// One column of a table.
    pub fn column<T: Row, V>(&self, of: impl Fn(T) -> V) -> Result<Vec<V>, FolderError> {
        self.rows()?.map(|row| row.map(&of)).collect()
    }

    /// What was measured, row by row.
    pub fn measurements(
        &self,
    ) -> Result<impl Iterator<Item = Result<Measurement, FolderError>>, FolderError> {
        self.rows()
    }
}

/// What is wrong with a row, and on which line.
fn problem(error: &csv::Error) -> String {
    let line = error.position().map_or(0, csv::Position::line);
    match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => match err.field() {
            Some(field) => format!("line {line}, column {}: {}", field + 1, err.kind()),
            None => format!("line {line}: {}", err.kind()),
        },
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Event, RippleRecord, Sink};
    use crate::trace::Tables;

    #[test]
    fn rows_come_back_as_they_were_told_also_names_with_commas() {
        let dir = tempfile::tempdir().unwrap();
        let row = Measurement {
            time: 1,
            episode: 2,
            phase: "Rest".into(),
            metric: crate::record::Metric::named("a,\"b\""),
            value: 3.0,
        };
        let mut tables = Tables::create(dir.path()).unwrap();
        tables.event(&Event::from(row.clone())).unwrap();
        tables.flush().unwrap();
        let reader = RunReader::new(dir.path());
        assert_eq!(reader.all::<Measurement>().unwrap(), [row]);
        assert_eq!(reader.column(|m: Measurement| m.value).unwrap(), [3.0]);
        assert!(reader.all::<RippleRecord>().unwrap().is_empty());
        assert!(reader.all::<crate::record::LogRecord>().unwrap().is_empty());
    }

    #[test]
    fn a_row_that_is_none_names_its_line_and_column() {
        let dir = tempfile::tempdir().unwrap();
        let text = "time,episode,phase,metric,value\n1,1,Wake,loss,0.5\n2,1,Wake,loss,much\n";
        std::fs::write(dir.path().join("metrics.csv"), text).unwrap();
        let error = RunReader::new(dir.path()).all::<Measurement>().unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains("line 3") && error.contains("much"),
            "{error}"
        );
    }
}
