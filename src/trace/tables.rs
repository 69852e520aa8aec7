//! metrics.csv, replay.csv, capacity.csv, scores.csv: appended row by row, so that a crash leaves whole rows.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::cell::{quoted, shortest};
use super::error::FolderError;
use crate::event::{CapacityRecord, Event, RippleRecord, ScoreRecord, Sink, SinkError};

/// Lengths of the tables in bytes, in the order of `KINDS`; 0 for one that is not there yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offsets([u64; KINDS.len()]);

/// A kind of table.
struct Kind {
    name: &'static str,
    header: &'static str,
    /// Whether it is there even without rows.
    always: bool,
}

const METRICS: usize = 0;
const REPLAY: usize = 1;
const CAPACITY: usize = 2;
const SCORES: usize = 3;

const KINDS: [Kind; 4] = [
    Kind {
        name: "metrics.csv",
        header: "time,episode,phase,metric,value\n",
        always: true,
    },
    Kind {
        name: "replay.csv",
        header: "ripple,time,engram,episode,order,cue_fraction,steps,overlap_mean,overlap_min,completed,cosine\n",
        always: true,
    },
    Kind {
        name: "capacity.csv",
        header: "store,units,sparsity,patterns,cue,cue_fraction,noise,trials,overlap_mean,overlap_se,exact_rate\n",
        always: false,
    },
    Kind {
        name: "scores.csv",
        header: "ripple,time,episode,order,sequence,area,steps,rank,p\n",
        always: false,
    },
];

/// Bytes of rows held back before they are written.
const HELD: usize = 1 << 16;

/// One table. Rows are held back whole and written whole.
#[derive(Debug)]
struct Table {
    path: PathBuf,
    /// None before the first row of a table that is not always there.
    file: Option<File>,
    header: &'static str,
    held: String,
    written: u64,
}

impl Table {
    fn create(folder: &Path, kind: &Kind) -> Result<Self, FolderError> {
        let path = folder.join(kind.name);
        let mut table = Self {
            file: None,
            header: kind.header,
            held: String::new(),
            written: 0,
            path,
        };
        if kind.always {
            table
                .open()
                .and_then(|()| table.flush())
                .map_err(FolderError::write(&table.path.clone()))?;
        }
        Ok(table)
    }

    fn reopen(folder: &Path, kind: &Kind, length: u64) -> Result<Self, FolderError> {
        let path = folder.join(kind.name);
        if length == 0 && !kind.always {
            // It was not there yet: what came later goes.
            match std::fs::remove_file(&path) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                    return Err(FolderError::write(&path)(e));
                }
                _ => return Self::create(folder, kind),
            }
        }
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
            file: Some(file),
            header: kind.header,
            held: String::new(),
            written: length,
        })
    }

    /// Makes the file, if there is none yet.
    fn open(&mut self) -> std::io::Result<()> {
        if self.file.is_none() {
            self.file = Some(File::create(&self.path)?);
            self.held.insert_str(0, self.header);
        }
        Ok(())
    }

    fn append(&mut self, row: &str) -> std::io::Result<()> {
        self.open()?;
        self.held.push_str(row);
        if self.held.len() < HELD {
            Ok(())
        } else {
            self.flush()
        }
    }

    /// Writes what is held back; where the disk is full, the rows that still fit.
    fn flush(&mut self) -> std::io::Result<()> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        let result = file.write_all(self.held.as_bytes());
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
        let Some(file) = &mut self.file else {
            return 0;
        };
        let end = file.stream_position().unwrap_or(self.written);
        let arrived = (end.saturating_sub(self.written) as usize).min(self.held.len());
        let whole = self.held.as_bytes()[..arrived]
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |at| at + 1);
        let end = self.written + whole as u64;
        // Both are a last effort: the error that led here is reported.
        drop(file.set_len(end));
        drop(file.seek(SeekFrom::Start(end)));
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

/// The tables of a run folder, in the order of `KINDS`.
#[derive(Debug)]
pub struct Tables {
    tables: Vec<Table>,
}

impl Tables {
    /// Empty tables.
    pub fn create(folder: &Path) -> Result<Self, FolderError> {
        let tables = KINDS.iter().map(|kind| Table::create(folder, kind));
        Ok(Self {
            tables: tables.collect::<Result<_, _>>()?,
        })
    }

    /// Tables cut back to these lengths.
    pub fn reopen(folder: &Path, offsets: Offsets) -> Result<Self, FolderError> {
        let tables = KINDS.iter().zip(offsets.0);
        let tables = tables.map(|(kind, length)| Table::reopen(folder, kind, length));
        Ok(Self {
            tables: tables.collect::<Result<_, _>>()?,
        })
    }

    /// Writes out what is buffered.
    pub fn flush(&mut self) -> Result<Offsets, FolderError> {
        let mut offsets = Offsets::default();
        for (table, offset) in self.tables.iter_mut().zip(&mut offsets.0) {
            table.flush().map_err(FolderError::write(&table.path))?;
            *offset = table.written;
        }
        Ok(offsets)
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
        let path = folder.join(KINDS[METRICS].name);
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

    /// Reads the rows of a folder's capacity.csv, where there is one.
    pub fn read_capacity(
        folder: &Path,
        mut row: impl FnMut(CapacityRecord),
    ) -> Result<(), FolderError> {
        let path = folder.join(KINDS[CAPACITY].name);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(e) => return Err(FolderError::read(&path)(e)),
        };
        for record in csv::Reader::from_reader(file).deserialize() {
            row(record.map_err(|e| FolderError::broken(&path, e.to_string()))?);
        }
        Ok(())
    }

    /// Copies the first bytes of the tables of one folder into another.
    pub fn copy(from: &Path, to: &Path, offsets: Offsets) -> Result<(), FolderError> {
        for (kind, length) in KINDS.iter().zip(offsets.0) {
            if length == 0 && !kind.always {
                continue;
            }
            let (source, target) = (from.join(kind.name), to.join(kind.name));
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
                METRICS,
                format!(
                    "{time},{episode},{phase},{},{}\n",
                    quoted(name),
                    shortest(*value)
                ),
            ),
            Event::Ripple(record) => (REPLAY, ripple_row(record)),
            Event::Measured(record) => (CAPACITY, capacity_row(record)),
            Event::Scored(record) => (SCORES, score_row(record)),
            _ => return Ok(()),
        };
        let table = &mut self.tables[table];
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

fn capacity_row(r: &CapacityRecord) -> String {
    format!(
        "{},{},{},{},{},{},{},{},{},{},{}\n",
        quoted(&r.store),
        r.units,
        shortest(r.sparsity),
        r.patterns,
        r.cue,
        shortest(r.cue_fraction),
        shortest(r.noise),
        r.trials,
        shortest(r.overlap_mean),
        shortest(r.overlap_se),
        shortest(r.exact_rate)
    )
}

fn score_row(r: &ScoreRecord) -> String {
    format!(
        "{},{},{},{},{},{},{},{},{}\n",
        r.ripple,
        r.time,
        r.episode,
        r.order.as_str(),
        if r.shuffled { "shuffled" } else { "stored" },
        r.area,
        r.steps,
        shortest(r.rank),
        shortest(r.p)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_cut_back_and_gone_on_with_are_the_same_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let metric = |i: u64| Event::Metric {
            time: i,
            episode: 1,
            phase: "Wake".into(),
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
            phase: "Rest".into(),
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
            file: Some(file),
            header: "",
            held: String::new(),
            written: 0,
        };
        assert!(table.append(&"row\n".repeat(HELD)).is_err());
    }
}
