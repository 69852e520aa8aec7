//! The few things of HDF5 that an NWB file is made of. Paths are absolute, and a group is made after the one that it lies in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rust_hdf5::{DatatypeMessage, H5Dataset, H5File, H5Group, H5Type, HBool, VarLenUnicode};
use uuid::Uuid;

use super::super::spill::{Number, Spill};
use crate::trace::FolderError;

/// Values of a chunk, in which long columns are stored and compressed.
const CHUNK: usize = 1 << 14;
/// How hard is compressed: harder takes long and gains little on spike times.
const LEVEL: u32 = 1;

type Done<T> = Result<T, FolderError>;

/// An NWB file being written.
pub(super) struct H5 {
    path: PathBuf,
    file: H5File,
    groups: BTreeMap<String, H5Group>,
    /// Objects are named by the file's name space and their path: the same run writes the same bytes.
    space: Uuid,
}

/// Splits a path into the group and the name in it.
fn split(path: &str) -> (&str, &str) {
    match path.rsplit_once('/') {
        Some(("", name)) => ("/", name),
        Some((group, name)) => (group, name),
        None => ("/", path),
    }
}

impl H5 {
    /// An empty file; `identifier` names what it holds.
    pub fn create(path: &Path, identifier: &str) -> Done<Self> {
        let file = H5File::create(path).map_err(|e| failed(path, &e))?;
        let space = Uuid::new_v5(
            &Uuid::NAMESPACE_URL,
            format!("urn:ammon:{identifier}").as_bytes(),
        );
        let groups = BTreeMap::from([("/".to_string(), file.root_group())]);
        Ok(Self {
            path: path.to_path_buf(),
            file,
            groups,
            space,
        })
    }

    fn done<T>(&self, result: rust_hdf5::Result<T>) -> Done<T> {
        result.map_err(|e| failed(&self.path, &e))
    }

    fn at<'a>(&self, path: &'a str) -> Done<(&H5Group, &'a str)> {
        let (group, name) = split(path);
        let found = self.groups.get(group);
        let found = found
            .ok_or_else(|| FolderError::broken(&self.path, format!("there is no group {group}")))?;
        Ok((found, name))
    }

    /// Whether a group is there.
    pub fn has(&self, path: &str) -> bool {
        self.groups.contains_key(path)
    }

    /// A group.
    pub fn group(&mut self, path: &str) -> Done<()> {
        let (parent, name) = self.at(path)?;
        let group = self.done(parent.create_group(name))?;
        self.groups.insert(path.into(), group);
        Ok(())
    }

    /// A group of a type.
    pub fn object(&mut self, path: &str, space: &str, of: &str) -> Done<()> {
        if path != "/" {
            self.group(path)?;
        }
        let id = self.id(path);
        for (name, value) in [
            ("namespace", space),
            ("neurodata_type", of),
            ("object_id", &id),
        ] {
            self.attribute(path, name, value)?;
        }
        Ok(())
    }

    fn id(&self, path: &str) -> String {
        Uuid::new_v5(&self.space, path.as_bytes()).to_string()
    }

    /// A text of a group.
    pub fn attribute(&self, path: &str, name: &str, value: &str) -> Done<()> {
        self.done(self.groups[path].set_attr_string(name, value))
    }

    /// Texts of a group.
    pub fn attributes(&self, path: &str, name: &str, values: &[&str]) -> Done<()> {
        self.done(self.groups[path].set_attr_string_array(name, values))
    }

    /// One text.
    pub fn text(&self, path: &str, value: &str) -> Done<Column<'_>> {
        let (group, name) = self.at(path)?;
        // What is empty is a single zero.
        let bytes = if value.is_empty() {
            b"\0"
        } else {
            value.as_bytes()
        };
        let of = DatatypeMessage::fixed_string_utf8(bytes.len() as u32);
        let made = group.new_dataset::<u8>().datatype(of).scalar().create(name);
        let data = self.done(made)?;
        self.done(data.write_raw_bytes(bytes))?;
        Ok(self.column(data))
    }

    /// A column of texts.
    pub fn texts(&self, path: &str, values: &[&str]) -> Done<Column<'_>> {
        let (group, name) = self.at(path)?;
        let data = self.done(group.write_vlen_strings(name, values))?;
        Ok(self.column(data))
    }

    /// A column of so many texts, which come block by block.
    pub fn words(
        &self,
        path: &str,
        rows: u64,
        fill: impl FnOnce(&mut dyn FnMut(&[&str]) -> Done<()>) -> Done<()>,
    ) -> Done<Column<'_>> {
        let (group, name) = self.at(path)?;
        let tall = CHUNK.min(rows.max(1) as usize);
        let data = self.done(group.create_appendable_vlen_dataset(name, tall, None))?;
        fill(&mut |block| self.done(group.append_vlen_strings(name, block)))?;
        Ok(self.column(data))
    }

    /// One number.
    pub fn number(&self, path: &str, value: f64) -> Done<Column<'_>> {
        let (group, name) = self.at(path)?;
        let data = self.done(group.new_dataset::<f64>().scalar().create(name))?;
        self.done(data.write_raw(&[value]))?;
        Ok(self.column(data))
    }

    /// A column of yes and no.
    pub fn bools(&self, path: &str, values: &Spill<u8>) -> Done<Column<'_>> {
        self.filled(path, None, values.len(), |to| {
            values.blocks(|block| {
                let block: Vec<HBool> = block.iter().map(|v| HBool::from(*v != 0)).collect();
                to.put(&block)
            })
        })
    }

    /// A column, or a table with so many columns, of numbers as they are.
    pub fn numbers<T: Number + H5Type>(
        &self,
        path: &str,
        wide: Option<usize>,
        values: &Spill<T>,
    ) -> Done<Column<'_>> {
        let rows = values.len() / wide.unwrap_or(1).max(1) as u64;
        self.filled(path, wide, rows, |to| values.blocks(|block| to.put(block)))
    }

    /// A column, or a table with so many columns, that `fill` fills.
    pub fn filled<T: H5Type>(
        &self,
        path: &str,
        wide: Option<usize>,
        rows: u64,
        fill: impl FnOnce(&mut Filling<'_, T>) -> Done<()>,
    ) -> Done<Column<'_>> {
        let (group, name) = self.at(path)?;
        let width = wide.unwrap_or(1).max(1);
        let tall = (CHUNK / width).max(1).min(rows.max(1) as usize);
        let made = group.new_dataset::<T>();
        let made = match wide {
            Some(wide) => made
                .shape([0, wide])
                .chunk(&[tall, wide])
                .max_shape(&[None, Some(wide)]),
            None => made.shape([0]).chunk(&[tall]).max_shape(&[None]),
        };
        let data = self.done(made.shuffle_deflate(LEVEL).create(name))?;
        let mut filling = Filling {
            h5: self,
            data: &data,
            held: Vec::with_capacity(tall * width),
            chunk: tall * width,
        };
        fill(&mut filling)?;
        filling.end()?;
        Ok(self.column(data))
    }

    fn column(&self, data: H5Dataset) -> Column<'_> {
        Column { h5: self, data }
    }

    /// The file is whole.
    pub fn close(self) -> Done<()> {
        let Self {
            path, file, groups, ..
        } = self;
        drop(groups);
        file.close().map_err(|e| failed(&path, &e))
    }
}

fn failed(path: &Path, error: &rust_hdf5::Hdf5Error) -> FolderError {
    FolderError::write(path)(std::io::Error::other(error.to_string()))
}

/// A column while it is filled, chunk by chunk.
pub(super) struct Filling<'a, T> {
    h5: &'a H5,
    data: &'a H5Dataset,
    held: Vec<T>,
    chunk: usize,
}

impl<T: H5Type> Filling<'_, T> {
    /// Some more values.
    pub fn put(&mut self, mut values: &[T]) -> Done<()> {
        while !values.is_empty() {
            let room = self.chunk - self.held.len();
            let (now, later) = values.split_at(room.min(values.len()));
            self.held.extend_from_slice(now);
            values = later;
            if self.held.len() == self.chunk {
                self.end()?;
            }
        }
        Ok(())
    }

    fn end(&mut self) -> Done<()> {
        if !self.held.is_empty() {
            self.h5.done(self.data.append(&self.held))?;
            self.held.clear();
        }
        Ok(())
    }
}

/// A dataset whose values are written, to be described.
pub(super) struct Column<'a> {
    h5: &'a H5,
    data: H5Dataset,
}

impl Column<'_> {
    /// A text of it.
    pub fn says(self, name: &str, value: &str) -> Done<Self> {
        let made = self.data.new_attr::<VarLenUnicode>().shape(());
        let made = self.h5.done(made.create(name))?;
        self.h5.done(made.write_string(value))?;
        Ok(self)
    }

    /// A number of it.
    pub fn has(self, name: &str, value: f64) -> Done<Self> {
        let made = self
            .h5
            .done(self.data.new_attr::<f64>().shape(()).create(name))?;
        self.h5.done(made.write_numeric(&value))?;
        Ok(self)
    }

    /// A whole number of it.
    pub fn counts(self, name: &str, value: i32) -> Done<Self> {
        let made = self
            .h5
            .done(self.data.new_attr::<i32>().shape(()).create(name))?;
        self.h5.done(made.write_numeric(&value))?;
        Ok(self)
    }

    /// It belongs to another object.
    pub fn points(self, name: &str, to: &str) -> Done<Self> {
        let made = self
            .h5
            .done(self.data.new_attr::<u64>().shape(()).create(name))?;
        self.h5.done(made.write_object_references(&[to]))?;
        Ok(self)
    }

    /// It is of a type of the common tables.
    pub fn typed(self, path: &str, of: &str) -> Done<Self> {
        let id = self.h5.id(path);
        self.says("namespace", "hdmf-common")?
            .says("neurodata_type", of)?
            .says("object_id", &id)
    }
}
