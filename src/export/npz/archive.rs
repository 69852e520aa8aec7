//! An archive of arrays as numpy writes and reads it: a zip of .npy files (NEP 1).

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::super::spill::{Number, Spill, bytes};
use crate::trace::FolderError;

type Done<T> = Result<T, FolderError>;

/// What an array begins with.
const MAGIC: &[u8] = b"\x93NUMPY\x01\x00";
/// Its head is padded to a multiple of so many bytes.
const ALIGNED: usize = 64;
/// Bytes above which a file of the archive needs the longer sizes.
const LARGE: u64 = 1 << 31;
/// How hard is compressed.
const LEVEL: i64 = 1;

/// An archive being written.
pub(super) struct Archive {
    path: PathBuf,
    zip: ZipWriter<BufWriter<File>>,
}

/// The head of an array.
fn head(kind: &str, shape: &[usize]) -> Vec<u8> {
    let shape: Vec<String> = shape.iter().map(usize::to_string).collect();
    let comma = if shape.len() == 1 { "," } else { "" };
    let shape = shape.join(", ");
    let mut text =
        format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({shape}{comma}), }}");
    let all = MAGIC.len() + 2 + text.len() + 1;
    text.push_str(&" ".repeat(all.next_multiple_of(ALIGNED) - all));
    text.push('\n');
    let length = (text.len() as u16).to_le_bytes();
    [MAGIC, &length, text.as_bytes()].concat()
}

impl Archive {
    /// An empty one.
    pub fn create(path: &Path) -> Done<Self> {
        let file = File::create(path).map_err(FolderError::write(path))?;
        Ok(Self {
            path: path.to_path_buf(),
            zip: ZipWriter::new(BufWriter::new(file)),
        })
    }

    fn failed(&self) -> impl Fn(std::io::Error) -> FolderError + use<> {
        let path = self.path.clone();
        move |error| FolderError::write(&path)(error)
    }

    fn begin(&mut self, name: &str, kind: &str, shape: &[usize], size: u64) -> Done<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(LEVEL))
            .large_file(size > LARGE);
        let failed = self.failed();
        let begun = self.zip.start_file(format!("{name}.npy"), options);
        begun.map_err(|e| failed(std::io::Error::other(e)))?;
        self.put(&head(kind, shape))
    }

    fn put(&mut self, bytes: &[u8]) -> Done<()> {
        let failed = self.failed();
        self.zip.write_all(bytes).map_err(failed)
    }

    /// A column, or a table with so many columns.
    pub fn array<T: Number>(
        &mut self,
        name: &str,
        wide: Option<usize>,
        values: &Spill<T>,
    ) -> Done<()> {
        let rows = values.len() as usize / wide.unwrap_or(1).max(1);
        let shape: Vec<usize> = [Some(rows), wide].into_iter().flatten().collect();
        self.begin(name, T::NUMPY, &shape, values.len() * T::BYTES as u64)?;
        values.blocks(|block| self.put(&bytes(block)))
    }

    /// Ends, with a 0 before them.
    pub fn offsets(&mut self, name: &str, ends: &Spill<u64>) -> Done<()> {
        let all = ends.len() + 1;
        self.begin(name, u64::NUMPY, &[all as usize], all * 8)?;
        self.put(&bytes(&[0_u64]))?;
        ends.blocks(|block| self.put(&bytes(block)))
    }

    /// An array that is in memory, the last index fastest.
    pub fn numbers<T: Number>(&mut self, name: &str, shape: &[usize], values: &[T]) -> Done<()> {
        self.begin(name, T::NUMPY, shape, (values.len() * T::BYTES) as u64)?;
        self.put(&bytes(values))
    }

    /// Texts.
    pub fn texts(&mut self, name: &str, values: &[&str]) -> Done<()> {
        self.unicode(name, &[values.len()], values)
    }

    /// One text.
    pub fn text(&mut self, name: &str, value: &str) -> Done<()> {
        self.unicode(name, &[], &[value])
    }

    /// Each text padded with zeros to the longest, four bytes a character.
    fn unicode(&mut self, name: &str, shape: &[usize], values: &[&str]) -> Done<()> {
        let longest = values.iter().map(|text| text.chars().count()).max();
        let longest = longest.unwrap_or_default().max(1);
        let size = (values.len() * longest * 4) as u64;
        self.begin(name, &format!("<U{longest}"), shape, size)?;
        for text in values {
            let padding = std::iter::repeat_n(0, longest - text.chars().count());
            let characters = text.chars().map(u32::from).chain(padding);
            let characters: Vec<u32> = characters.collect();
            self.put(&bytes(&characters))?;
        }
        Ok(())
    }

    /// The archive is whole.
    pub fn close(self) -> Done<()> {
        let failed = self.failed();
        let file = self.zip.finish().map_err(std::io::Error::other);
        file.and_then(|mut file| file.flush()).map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_as_numpy_writes_them() {
        for (shape, told) in [(&[][..], "()"), (&[3][..], "(3,)"), (&[3, 4][..], "(3, 4)")] {
            let head = head("<f4", shape);
            assert!(head.len().is_multiple_of(ALIGNED) && head.ends_with(b"\n"));
            let length = u16::from_le_bytes([head[8], head[9]]);
            assert_eq!(head.len(), 10 + length as usize);
            let text = String::from_utf8_lossy(&head[10..]).into_owned();
            let start = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {told}, }}");
            assert!(text.starts_with(&start), "{text}");
        }
    }
}
