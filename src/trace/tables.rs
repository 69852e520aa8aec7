//! metrics.csv and replay.csv: appended row by row, so that a crash leaves whole rows.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::cell::{quoted, shortest};
use super::folder::FolderError;
use crate::event::{Event, RippleRecord, Sink, SinkError};

/// Lengths of the tables in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offsets {
    /// Of metrics.csv.
    pub metrics: u64,
    /// Of replay.csv.
    pub replay: u64,
}

const METRICS: (&str, &str) = ("metrics.csv", "time,episode,phase,metric,value\n");
const REPLAY: (&str, &str) = (
    "replay.csv",
    "ripple,time,engram,episode,order,cue_fraction,steps,overlap_mean,overlap_min,completed,cosine\n",
);

/// Bytes of rows held back before they are written.
const HELD: usize = 1 << 16;

/// One table. Rows are held back whole and written whole.
#[derive(Debug)]
struct Table {
    path: PathBuf,
    file: File,
    held: String,
    written: u64,
}

impl Table {
    fn create(folder: &Path, (name, header): (&str, &str)) -> Result<Self, FolderError> {
        let path = folder.join(name);
        let file = File::create(&path).map_err(FolderError::write(&path))?;
        let mut table = Self {
            path,
            file,
            held: header.into(),
            written: 0,
        };
        table
            .flush()
            .map_err(FolderError::write(&table.path.clone()))?;
        Ok(table)
    }

    fn reopen(folder: &Path, (name, _): (&str, &str), length: u64) -> Result<Self, FolderError> {
        let path = folder.join(name);
        let open = OpenOptions::new().write(true).open(&path);
        let mut file = open.map_err(FolderError::write(&path))?;
        let present = file.metadata().map_err(FolderError::read(&path))?.len();
        if present < length {
            let problem = format!(
                "is shorter ({present} bytes) than the checkpoint says ({length}): rows are missing"
            );
            return Err(FolderError::broken(&path, problem));
        }
        file.set_len(length).map_err(FolderError::write(&path))?;
        file.seek(SeekFrom::Start(length))
            .map_err(FolderError::write(&path))?;
        Ok(Self {
            path,
            file,
            held: String::new(),
            written: length,
        })
    }

    fn append(&mut self, row: &str) -> std::io::Result<()> {
        self.held.push_str(row);
        if self.held.len() < HELD {
            Ok(())
        } else {
            self.flush()
        }
    }

    /// Writes what is held back; where the disk is full, the rows that still fit.
    fn flush(&mut self) -> std::io::Result<()> {
        let result = self.file.write_all(self.held.as_bytes());
        let whole = match &result {
            Ok(()) => self.held.len(),
            Err(_) => self.keep_whole_rows(),
        };
        self.written += whole as u64;
        self.held.drain(..whole);
        result
    }

    /// Cuts off a row that was written in part; returns how many bytes of those held back are in the file.
    fn keep_whole_rows(&mut self) -> usize {
        let end = self.file.stream_position().unwrap_or(self.written);
        let arrived = (end.saturating_sub(self.written) as usize).min(self.held.len());
        let whole = self.held.as_bytes()[..arrived]
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |at| at + 1);
        let end = self.written + whole as u64;
        // Both are a last effort: the error that led here is reported.
        drop(self.file.set_len(end));
        drop(self.file.seek(SeekFrom::Start(end)));
        whole
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        // Whoever wants to hear of an error flushes before.
        drop(self.flush());
    }
}

/// A row of metrics.csv.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row<'a> {
    /// Clock.
    pub time: u64,
    /// Episodes lived so far.
    pub episode: u64,
    /// Phase it was measured in.
    pub phase: &'a str,
    /// What was measured.
    pub metric: &'a str,
    /// Its value.
    pub value: f64,
}

impl<'a> Row<'a> {
    fn of(record: &'a csv::StringRecord) -> Option<Self> {
        Some(Self {
            time: record.get(0)?.parse().ok()?,
            episode: record.get(1)?.parse().ok()?,
            phase: record.get(2)?,
            metric: record.get(3)?,
            value: record.get(4)?.parse().ok()?,
        })
    }
}

/// The two tables of a run folder.
#[derive(Debug)]
pub struct Tables {
    metrics: Table,
    replay: Table,
}

impl Tables {
    /// Empty tables.
    pub fn create(folder: &Path) -> Result<Self, FolderError> {
        Ok(Self {
            metrics: Table::create(folder, METRICS)?,
            replay: Table::create(folder, REPLAY)?,
        })
    }

    /// Tables cut back to these lengths.
    pub fn reopen(folder: &Path, offsets: Offsets) -> Result<Self, FolderError> {
        Ok(Self {
            metrics: Table::reopen(folder, METRICS, offsets.metrics)?,
            replay: Table::reopen(folder, REPLAY, offsets.replay)?,
        })
    }

    /// Writes out what is buffered.
    pub fn flush(&mut self) -> Result<Offsets, FolderError> {
        for table in [&mut self.metrics, &mut self.replay] {
            table.flush().map_err(FolderError::write(&table.path))?;
        }
        Ok(Offsets {
            metrics: self.metrics.written,
            replay: self.replay.written,
        })
    }

    /// Reads the rows of a folder's metrics.csv: time, name and value.
    pub fn read_metrics(
        folder: &Path,
        mut row: impl FnMut(u64, &str, f64),
    ) -> Result<(), FolderError> {
        Self::read_rows(folder, |r| row(r.time, r.metric, r.value))
    }

    /// Reads the rows of a folder's metrics.csv.
    pub fn read_rows(folder: &Path, mut row: impl FnMut(Row<'_>)) -> Result<(), FolderError> {
        let path = folder.join(METRICS.0);
        let file = File::open(&path).map_err(FolderError::read(&path))?;
        let mut reader = csv::Reader::from_reader(file);
        let mut record = csv::StringRecord::new();
        loop {
            match reader.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(e) => return Err(FolderError::broken(&path, e.to_string())),
            }
            let Some(read) = Row::of(&record) else {
                let line = record.position().map_or(0, csv::Position::line);
                return Err(FolderError::broken(
                    &path,
                    format!("line {line} is not a row of metrics"),
                ));
            };
            row(read);
        }
    }

    /// Copies the first bytes of both tables of one folder into another.
    pub fn copy(from: &Path, to: &Path, offsets: Offsets) -> Result<(), FolderError> {
        for ((name, _), length) in [(METRICS, offsets.metrics), (REPLAY, offsets.replay)] {
            let (source, target) = (from.join(name), to.join(name));
            let mut input = File::open(&source)
                .map_err(FolderError::read(&source))?
                .take(length);
            let mut output = File::create(&target).map_err(FolderError::write(&target))?;
            std::io::copy(&mut input, &mut output).map_err(FolderError::write(&target))?;
        }
        Ok(())
    }
}

impl Sink for Tables {
    fn event(&mut self, event: &Event) -> Result<(), SinkError> {
        let (table, row) = match event {
            Event::Metric {
                time,
                episode,
                phase,
                name,
                value,
            } => (
                &mut self.metrics,
                format!(
                    "{time},{episode},{phase},{},{}\n",
                    quoted(name),
                    shortest(*value)
                ),
            ),
            Event::Ripple(record) => (&mut self.replay, ripple_row(record)),
            _ => return Ok(()),
        };
        table.append(&row).map_err(|source| SinkError::Write {
            path: table.path.clone(),
            source,
        })
    }
}

fn ripple_row(r: &RippleRecord) -> String {
    format!(
        "{},{},{},{},{},{},{},{},{},{},{}\n",
        r.ripple,
        r.time,
        r.engram,
        r.episode,
        r.order.as_str(),
        shortest(r.cue_fraction),
        r.steps,
        shortest(r.overlap_mean),
        shortest(r.overlap_min),
        r.completed,
        shortest(r.cosine)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::PhaseName;

    #[test]
    fn tables_cut_back_and_gone_on_with_are_the_same_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let metric = |i: u64| Event::Metric {
            time: i,
            episode: 1,
            phase: PhaseName::Wake,
            name: "loss".into(),
            value: 0.1 * i as f64,
        };
        let mut tables = Tables::create(dir.path()).unwrap();
        (0..10).for_each(|i| tables.event(&metric(i)).unwrap());
        let offsets = tables.flush().unwrap();
        (10..20).for_each(|i| tables.event(&metric(i)).unwrap());
        tables.flush().unwrap();
        let whole = std::fs::read(dir.path().join("metrics.csv")).unwrap();
        let mut again = Tables::reopen(dir.path(), offsets).unwrap();
        (10..20).for_each(|i| again.event(&metric(i)).unwrap());
        again.flush().unwrap();
        assert_eq!(
            whole,
            std::fs::read(dir.path().join("metrics.csv")).unwrap()
        );
        let mut rows = 0;
        Tables::read_metrics(dir.path(), |_, name, _| rows += usize::from(name == "loss")).unwrap();
        assert_eq!(rows, 20);
    }

    #[test]
    fn names_with_commas_stay_one_cell() {
        let dir = tempfile::tempdir().unwrap();
        let mut tables = Tables::create(dir.path()).unwrap();
        let name = "a,\"b\"".to_string();
        let event = Event::Metric {
            time: 1,
            episode: 2,
            phase: PhaseName::Rest,
            name: name.clone(),
            value: 3.0,
        };
        tables.event(&event).unwrap();
        tables.flush().unwrap();
        let mut seen = Vec::new();
        Tables::read_rows(dir.path(), |row| {
            seen.push((row.metric.to_string(), row.phase.to_string(), row.value));
        })
        .unwrap();
        assert_eq!(seen, [(name, "Rest".into(), 3.0)]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error_and_never_a_panic() {
        let file = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut table = Table {
            path: "/dev/full".into(),
            file,
            held: String::new(),
            written: 0,
        };
        assert!(table.append(&"row\n".repeat(HELD)).is_err());
    }
}
