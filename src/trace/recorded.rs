//! What a run folder's tables hold, against which a run is held that is lived again.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::error::FolderError;
use super::tables::Offsets;
use crate::record::{AnyRow, Event, Sink, SinkError, TABLES, Table};

/// Bytes of a row that an error shows.
const SHOWN: usize = 160;

/// The tables of a run folder, read row by row: each event must be the next one that was recorded.
#[derive(Debug)]
pub struct Recorded {
    tables: Vec<Reading>,
}

/// One table.
#[derive(Debug)]
struct Reading {
    path: PathBuf,
    /// None where no row was recorded.
    file: Option<BufReader<File>>,
    /// Bytes before the next row.
    at: u64,
}

impl Recorded {
    /// The tables of a folder from these lengths on; from the beginning with the default ones.
    pub fn open(folder: &Path, from: &Offsets) -> Result<Self, FolderError> {
        let tables = TABLES.iter().zip(from.0);
        let tables = tables.map(|(table, extent)| Reading::open(folder, table, extent.length));
        Ok(Self {
            tables: tables.collect::<Result<_, _>>()?,
        })
    }

    /// Nothing more may have been recorded, where the run is over.
    pub fn end(&mut self) -> Result<(), SinkError> {
        self.tables.iter_mut().try_for_each(|table| {
            let rest = table.file.as_mut().map(BufRead::fill_buf).transpose();
            match rest.map(|rest| rest.is_some_and(|rest| !rest.is_empty())) {
                Ok(false) => Ok(()),
                Ok(true) => Err(table.parted(&[], &[])),
                Err(source) => Err(table.unread(source)),
            }
        })
    }
}

impl Reading {
    fn open(folder: &Path, table: &Table, from: u64) -> Result<Self, FolderError> {
        let path = folder.join(table.file);
        let mut reading = Self {
            at: from,
            file: None,
            path,
        };
        let mut file = match File::open(&reading.path) {
            Ok(file) => BufReader::new(file),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(reading),
            Err(e) => return Err(FolderError::read(&reading.path)(e)),
        };
        if from == 0 {
            let (mut header, declared) = (String::new(), table.header());
            let read = file.read_line(&mut header);
            read.map_err(FolderError::read(&reading.path))?;
            if header != declared {
                let problem = format!(
                    "its columns are `{}`, those of this version of Ammon are `{}`",
                    header.trim_end(),
                    declared.trim_end()
                );
                return Err(FolderError::broken(&reading.path, problem));
            }
            reading.at = declared.len() as u64;
        } else {
            let sought = file.seek(SeekFrom::Start(from));
            sought.map_err(FolderError::read(&reading.path))?;
        }
        reading.file = Some(file);
        Ok(reading)
    }

    /// The next row must be this one.
    fn compare(&mut self, again: &[u8]) -> Result<(), SinkError> {
        let mut recorded = Vec::with_capacity(again.len());
        if let Some(file) = &mut self.file {
            let read = file.take(again.len() as u64).read_to_end(&mut recorded);
            read.map_err(|source| self.unread(source))?;
        }
        if recorded != again {
            return Err(self.parted(&recorded, again));
        }
        self.at += again.len() as u64;
        Ok(())
    }

    fn unread(&self, source: std::io::Error) -> SinkError {
        SinkError::Read {
            path: self.path.clone(),
            source,
        }
    }

    /// Where the recorded row, which began with `recorded`, is another one than that told again.
    fn parted(&mut self, recorded: &[u8], again: &[u8]) -> SinkError {
        let mut row = recorded.to_vec();
        if let (Some(file), false) = (&mut self.file, row.contains(&b'\n')) {
            // The row is shown as far as it can be read.
            drop(file.take(SHOWN as u64).read_until(b'\n', &mut row));
        }
        let text = |bytes: &[u8]| {
            let line = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
            String::from_utf8_lossy(&line[..line.len().min(SHOWN)]).into_owned()
        };
        SinkError::Parted {
            path: self.path.clone(),
            line: 1 + self.lines(),
            recorded: text(&row),
            again: text(again),
        }
    }

    /// Lines before the next row.
    fn lines(&self) -> u64 {
        let Ok(file) = File::open(&self.path) else {
            return 0;
        };
        let mut before = BufReader::new(file.take(self.at));
        let (mut lines, mut line) = (0, Vec::new());
        while before.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
            lines += 1;
            line.clear();
        }
        lines
    }
}

impl Sink for Recorded {
    fn event(&mut self, event: &Event) -> Result<(), SinkError> {
        let log;
        let row = match event {
            Event::Row(row) => row,
            other => match other.log() {
                Some(line) => {
                    log = AnyRow::Log(line);
                    &log
                }
                None => return Ok(()),
            },
        };
        let table = &mut self.tables[row.table()];
        let line = row.line().map_err(std::io::Error::from);
        let line = line.map_err(|source| table.unread(source))?;
        table.compare(&line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Measurement, Metric, metric};
    use crate::trace::Tables;

    fn metric(time: u64, value: f64) -> Event {
        Measurement {
            time,
            episode: 1,
            phase: "Wake".into(),
            metric: Metric::new(&metric::LOSS),
            value,
        }
        .into()
    }

    #[test]
    fn what_is_told_again_is_what_was_recorded_or_it_is_said_where_they_part() {
        let dir = tempfile::tempdir().unwrap();
        let mut tables = Tables::create(dir.path()).unwrap();
        tables.event(&metric(1, 0.5)).unwrap();
        let half = tables.flush().unwrap();
        tables.event(&metric(2, 0.25)).unwrap();
        tables.flush().unwrap();
        let mut whole = Recorded::open(dir.path(), &Offsets::default()).unwrap();
        whole.event(&metric(1, 0.5)).unwrap();
        let missing = whole.end().unwrap_err().to_string();
        assert!(
            missing.contains("line 3") && missing.contains("`2,1,Wake,loss,0.25`"),
            "{missing}"
        );
        let mut later = Recorded::open(dir.path(), &half).unwrap();
        let parted = later.event(&metric(2, 0.26)).unwrap_err().to_string();
        for part in ["metrics.csv, line 3", "loss,0.25`", "loss,0.26`"] {
            assert!(parted.contains(part), "{parted}");
        }
        let mut later = Recorded::open(dir.path(), &half).unwrap();
        later.event(&metric(2, 0.25)).unwrap();
        later.end().unwrap();
        let more = later.event(&metric(3, 1.0)).unwrap_err().to_string();
        assert!(
            more.contains("recorded was ``") && more.contains("line 4"),
            "{more}"
        );
    }

    #[test]
    fn tables_of_another_version_are_told_apart_by_their_columns() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("metrics.csv"), "time,metric,value\n").unwrap();
        let error = Recorded::open(dir.path(), &Offsets::default()).unwrap_err();
        let error = error.to_string();
        assert!(error.contains("metrics.csv") && error.contains("its columns are"));
    }
}
