//! Long columns of numbers that take no more memory than a block: what does not fit goes to a file without a name.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::trace::FolderError;

/// Numbers of a block.
const BLOCK: usize = 1 << 15;

/// A number as it is spilled, little-endian.
pub(super) trait Number: Copy + Default {
    /// Bytes.
    const BYTES: usize;
    /// As numpy calls it.
    const NUMPY: &'static str;
    /// Appends it.
    fn put(self, to: &mut Vec<u8>);
    /// Reads it back.
    fn get(from: &[u8]) -> Self;
}

macro_rules! numbers {
    ($( $type:ty : $numpy:literal ),+) => {
        $(impl Number for $type {
            const BYTES: usize = size_of::<$type>();
            const NUMPY: &'static str = $numpy;
            fn put(self, to: &mut Vec<u8>) {
                to.extend_from_slice(&self.to_le_bytes());
            }
            fn get(from: &[u8]) -> Self {
                let mut bytes = [0; size_of::<$type>()];
                bytes.copy_from_slice(from);
                Self::from_le_bytes(bytes)
            }
        })+
    };
}
numbers!(u8: "|u1", u32: "<u4", u64: "<u8", i64: "<i8", f32: "<f4", f64: "<f8");

/// A column of numbers that grows.
#[derive(Debug)]
pub(super) struct Spill<T> {
    /// Where files may be made.
    folder: PathBuf,
    held: Vec<T>,
    file: Option<File>,
    len: u64,
}

impl<T: Number> Spill<T> {
    /// Nothing yet.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_path_buf(),
            held: Vec::new(),
            file: None,
            len: 0,
        }
    }

    /// Numbers so far.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// One more.
    pub fn push(&mut self, value: T) -> Result<(), FolderError> {
        self.held.push(value);
        self.len += 1;
        if self.held.len() >= BLOCK {
            self.spill()?;
        }
        Ok(())
    }

    /// Some more.
    pub fn extend(&mut self, values: impl IntoIterator<Item = T>) -> Result<(), FolderError> {
        values.into_iter().try_for_each(|value| self.push(value))
    }

    fn spill(&mut self) -> Result<(), FolderError> {
        let failed = FolderError::write(&self.folder);
        let mut write = || {
            let mut file = match self.file.take() {
                Some(file) => file,
                None => tempfile::tempfile_in(&self.folder)?,
            };
            file.write_all(&bytes(&self.held))?;
            Ok(file)
        };
        self.file = Some(write().map_err(failed)?);
        self.held.clear();
        Ok(())
    }

    /// Reads all of it from the beginning; afterwards it is as it was.
    pub fn read(&self) -> Result<Reading<'_, T>, FolderError> {
        let file = match &self.file {
            Some(file) => {
                let mut file = file.try_clone().map_err(FolderError::read(&self.folder))?;
                let sought = file.seek(SeekFrom::Start(0));
                sought.map_err(FolderError::read(&self.folder))?;
                Some(file)
            }
            None => None,
        };
        Ok(Reading {
            spill: self,
            file,
            left: self.len - self.held.len() as u64,
            block: Vec::new(),
            at: 0,
            held: false,
        })
    }

    /// All of it, block by block.
    pub fn blocks<E: From<FolderError>>(
        &self,
        mut each: impl FnMut(&[T]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut reading = self.read()?;
        while reading.fill()? {
            each(&reading.block)?;
        }
        Ok(())
    }
}

/// Numbers as bytes.
pub(super) fn bytes<T: Number>(values: &[T]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(values.len() * T::BYTES);
    values.iter().for_each(|value| value.put(&mut bytes));
    bytes
}

/// A column being read. Only one at a time may read a column.
pub(super) struct Reading<'a, T> {
    spill: &'a Spill<T>,
    file: Option<File>,
    /// Numbers in the file that are not read yet.
    left: u64,
    block: Vec<T>,
    at: usize,
    /// Whether those that never were in the file are read.
    held: bool,
}

impl<T: Number> Reading<'_, T> {
    /// Reads the next block; whether there was one.
    fn fill(&mut self) -> Result<bool, FolderError> {
        self.block.clear();
        self.at = 0;
        if let (Some(file), true) = (&mut self.file, self.left > 0) {
            let count = self.left.min(BLOCK as u64) as usize;
            let mut raw = vec![0; count * T::BYTES];
            let read: io::Result<()> = file.read_exact(&mut raw);
            read.map_err(FolderError::read(&self.spill.folder))?;
            self.block.extend(raw.chunks_exact(T::BYTES).map(T::get));
            self.left -= count as u64;
            return Ok(true);
        }
        if self.held || self.spill.held.is_empty() {
            return Ok(false);
        }
        self.held = true;
        self.block.extend_from_slice(&self.spill.held);
        Ok(true)
    }

    /// The next number; none after the last.
    pub fn next(&mut self) -> Result<Option<T>, FolderError> {
        if self.at >= self.block.len() && !self.fill()? {
            return Ok(None);
        }
        self.at += 1;
        Ok(Some(self.block[self.at - 1]))
    }

    /// The next numbers, as many as `into` has room for; fewer only at the end.
    pub fn take(&mut self, count: usize, into: &mut Vec<T>) -> Result<(), FolderError> {
        into.clear();
        while into.len() < count {
            if self.at >= self.block.len() && !self.fill()? {
                return Ok(());
            }
            let some = (count - into.len()).min(self.block.len() - self.at);
            into.extend_from_slice(&self.block[self.at..self.at + some]);
            self.at += some;
        }
        Ok(())
    }
}

/// Active units, step after step.
#[derive(Debug)]
pub(super) struct Codes {
    /// Their numbers, those of a step in order.
    pub units: Spill<u32>,
    /// Where each step's end, T long.
    pub ends: Spill<u64>,
}

impl Codes {
    /// Nothing yet.
    pub fn new(folder: &Path) -> Self {
        Self {
            units: Spill::new(folder),
            ends: Spill::new(folder),
        }
    }

    /// One more step.
    pub fn push(&mut self, active: impl IntoIterator<Item = u32>) -> Result<(), FolderError> {
        self.units.extend(active)?;
        self.ends.push(self.units.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spilled_comes_back_also_twice() {
        let dir = tempfile::tempdir().unwrap();
        for count in [0, 1, BLOCK, 3 * BLOCK + 7] {
            let mut spill = Spill::new(dir.path());
            spill.extend((0..count).map(|i| i as f64 * 0.5)).unwrap();
            assert_eq!(spill.len(), count as u64);
            for _ in 0..2 {
                let mut read = spill.read().unwrap();
                for i in 0..count {
                    assert_eq!(read.next().unwrap(), Some(i as f64 * 0.5));
                }
                assert_eq!(read.next().unwrap(), None);
            }
            let (mut some, mut read) = (Vec::new(), spill.read().unwrap());
            read.take(BLOCK + 3, &mut some).unwrap();
            assert_eq!(some.len(), count.min(BLOCK + 3));
            let mut all = 0;
            let each = |block: &[f64]| {
                all += block.len();
                Ok::<_, FolderError>(())
            };
            spill.blocks(each).unwrap();
            assert_eq!(all, count);
        }
    }
}
