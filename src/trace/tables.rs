//! The tables of a run folder: appended row by row, so that a crash leaves whole rows.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crc32fast::Hasher;
use serde::{Deserialize, Serialize};

use super::error::FolderError;
use crate::record::{AnyRow, Event, Sink, SinkError, TABLES, Table};

/// How far a table is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Extent {
    /// Bytes; 0 where it is not there yet.
    pub(super) length: u64,
    /// CRC-32 of these bytes: against accidents, not against malice.
    checksum: u32,
}

/// How far the tables are written, in the order of [`TABLES`], and a checksum of what is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offsets(pub(super) [Extent; TABLES.len()]);

/// Bytes of rows held back before they are written.
const HELD: usize = 1 << 16;

/// What is written to it is hashed.
struct Hashing<'a>(&'a mut Hasher);

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// One table's file. Rows are held back whole and written whole.
#[derive(Debug)]
struct Written {
    path: PathBuf,
    /// None before the first row of a table that is not always there.
    file: Option<File>,
    header: String,
    held: Vec<u8>,
    length: u64,
    /// Of what is in the file.
    checksum: Hasher,
}

impl Written {
    fn create(folder: &Path, declared: &Table) -> Result<Self, FolderError> {
        let mut table = Self {
            file: None,
            header: declared.header(),
            held: Vec::new(),
            length: 0,
            checksum: Hasher::new(),
            path: folder.join(declared.file),
        };
        if declared.always {
            table
                .open()
                .and_then(|()| table.flush())
                .map_err(FolderError::write(&table.path.clone()))?;
        }
        Ok(table)
    }

    fn reopen(folder: &Path, declared: &Table, extent: Extent) -> Result<Self, FolderError> {
        let Extent { length, checksum } = extent;
        let path = folder.join(declared.file);
        if length == 0 && !declared.always {
            // It was not there yet.
            return Self::create(folder, declared);
        }
        let open = OpenOptions::new().read(true).write(true).open(&path);
        let mut file = open.map_err(FolderError::write(&path))?;
        let present = file.metadata().map_err(FolderError::read(&path))?.len();
        if present < length {
            let problem = format!(
                "is shorter ({present} bytes) than the checkpoint says ({length}): rows are missing; \
                 run the folder's scenario.ron again"
            );
            return Err(FolderError::broken(&path, problem));
        }
        let mut hasher = Hasher::new();
        let mut rows = std::io::BufReader::with_capacity(HELD, (&mut file).take(length));
        std::io::copy(&mut rows, &mut Hashing(&mut hasher)).map_err(FolderError::read(&path))?;
        if hasher.clone().finalize() != checksum {
            let problem = format!(
                "has been changed: its first {length} bytes are not those that the checkpoint was written with, so that going on \
                 would not give what an uninterrupted run gives; put it back, or run the folder's scenario.ron again"
            );
            return Err(FolderError::broken(&path, problem));
        }
        Ok(Self {
            path,
            file: Some(file),
            header: declared.header(),
            held: Vec::new(),
            length,
            checksum: hasher,
        })
    }

    /// What lies behind its present end goes.
    fn cut(&mut self) -> Result<(), FolderError> {
        let cut = match &mut self.file {
            Some(file) => file
                .set_len(self.length)
                .and_then(|()| file.seek(SeekFrom::Start(self.length)).map(drop)),
            None => match std::fs::remove_file(&self.path) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e),
                _ => Ok(()),
            },
        };
        cut.map_err(FolderError::write(&self.path))
    }

    /// Makes the file, if there is none yet.
    fn open(&mut self) -> std::io::Result<()> {
        if self.file.is_none() {
            self.file = Some(File::create(&self.path)?);
            self.held.splice(0..0, self.header.bytes());
        }
        Ok(())
    }

    fn append(&mut self, line: &[u8]) -> std::io::Result<()> {
        self.open()?;
        self.held.extend_from_slice(line);
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
        let result = file.write_all(&self.held);
        let whole = match &result {
            Ok(()) => self.held.len(),
            Err(_) => self.keep_whole_rows(),
        };
        self.length += whole as u64;
        self.checksum.update(&self.held[..whole]);
        self.held.drain(..whole);
        result
    }

    /// Cuts off a row that was written in part; returns how many bytes of those held back are in the file.
    fn keep_whole_rows(&mut self) -> usize {
        let Some(file) = &mut self.file else {
            return 0;
        };
        let end = file.stream_position().unwrap_or(self.length);
        let arrived = (end.saturating_sub(self.length) as usize).min(self.held.len());
        let whole = self.held[..arrived]
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |at| at + 1);
        let end = self.length + whole as u64;
        // Both are a last effort: the error that led here is reported.
        drop(file.set_len(end));
        drop(file.seek(SeekFrom::Start(end)));
        whole
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        // Whoever wants to hear of an error flushes before.
        drop(self.flush());
    }
}

/// The tables of a run folder, in the order of [`TABLES`].
#[derive(Debug)]
pub struct Tables {
    tables: Vec<Written>,
}

impl Tables {
    /// Empty tables.
    pub fn create(folder: &Path) -> Result<Self, FolderError> {
        let tables = TABLES.iter().map(|table| Written::create(folder, table));
        Ok(Self {
            tables: tables.collect::<Result<_, _>>()?,
        })
    }

    /// Tables cut back to these lengths; refused where a row has been changed.
    pub fn reopen(folder: &Path, offsets: Offsets) -> Result<Self, FolderError> {
        let tables = TABLES.iter().zip(offsets.0);
        let tables = tables.map(|(table, extent)| Written::reopen(folder, table, extent));
        let mut tables = tables.collect::<Result<Vec<_>, _>>()?;
        // All are right before one is cut.
        tables.iter_mut().try_for_each(Written::cut)?;
        Ok(Self { tables })
    }

    /// Writes out what is buffered.
    pub fn flush(&mut self) -> Result<Offsets, FolderError> {
        let mut offsets = Offsets::default();
        for (table, offset) in self.tables.iter_mut().zip(&mut offsets.0) {
            table.flush().map_err(FolderError::write(&table.path))?;
            offset.length = table.length;
            offset.checksum = table.checksum.clone().finalize();
        }
        Ok(offsets)
    }

    /// Writes out what is buffered, down to the disk.
    pub fn sync(&mut self) -> Result<Offsets, FolderError> {
        let offsets = self.flush()?;
        for table in &self.tables {
            let synced = table.file.as_ref().map_or(Ok(()), File::sync_data);
            synced.map_err(FolderError::write(&table.path))?;
        }
        Ok(offsets)
    }

    /// Copies the first bytes of the tables of one folder into another; down to the disk where they are to last.
    pub fn copy(from: &Path, to: &Path, offsets: Offsets, last: bool) -> Result<(), FolderError> {
        for (table, Extent { length, .. }) in TABLES.iter().zip(offsets.0) {
            if length == 0 && !table.always {
                continue;
            }
            let (source, target) = (from.join(table.file), to.join(table.file));
            let mut input = File::open(&source)
                .map_err(FolderError::read(&source))?
                .take(length);
            let mut output = File::create(&target).map_err(FolderError::write(&target))?;
            std::io::copy(&mut input, &mut output).map_err(FolderError::write(&target))?;
            if last {
                output.sync_data().map_err(FolderError::write(&target))?;
            }
        }
        Ok(())
    }

    fn append(&mut self, row: &AnyRow) -> Result<(), SinkError> {
        let table = &mut self.tables[row.table()];
        let line = row.line().map_err(std::io::Error::from);
        line.and_then(|line| table.append(&line))
            .map_err(|source| SinkError::Write {
                path: table.path.clone(),
                source,
            })
    }
}

impl Sink for Tables {
    fn event(&mut self, event: &Event) -> Result<(), SinkError> {
        match event {
            Event::Row(row) => self.append(row),
            other => other
                .log()
                .map_or(Ok(()), |line| self.append(&AnyRow::Log(line))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Measurement, Metric, metric};

    fn metric(i: u64) -> Event {
        Measurement {
            time: i,
            episode: 1,
            phase: "Wake".into(),
            metric: Metric::new(&metric::LOSS),
            value: 0.1 * i as f64,
        }
        .into()
    }

    #[test]
    fn tables_cut_back_and_gone_on_with_are_the_same_bytes() {
        let dir = tempfile::tempdir().unwrap();
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
        assert_eq!(again.flush().unwrap(), tables.flush().unwrap());
        assert!(whole.starts_with(b"time,episode,phase,metric,value\n0,1,Wake,loss,0\n"));
    }

    #[test]
    fn a_digit_that_was_changed_before_the_checkpoint_is_noticed_and_nothing_is_cut_off() {
        let dir = tempfile::tempdir().unwrap();
        let mut tables = Tables::create(dir.path()).unwrap();
        (0..10).for_each(|i| tables.event(&metric(i)).unwrap());
        let offsets = tables.flush().unwrap();
        tables.event(&metric(10)).unwrap();
        drop(tables);
        let path = dir.path().join("metrics.csv");
        let changed = std::fs::read_to_string(&path)
            .unwrap()
            .replace("0.4", "0.5");
        std::fs::write(&path, &changed).unwrap();
        let error = Tables::reopen(dir.path(), offsets).unwrap_err().to_string();
        assert!(
            error.contains("metrics.csv") && error.contains("changed"),
            "{error}"
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), changed);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error_and_never_a_panic() {
        let file = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut table = Written {
            path: "/dev/full".into(),
            file: Some(file),
            header: String::new(),
            held: Vec::new(),
            length: 0,
            checksum: Hasher::new(),
        };
        assert!(table.append("row\n".repeat(HELD).as_bytes()).is_err());
    }
}
