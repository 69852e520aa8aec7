//! Tables and time series as NWB has them.

use std::path::Path;

use rust_hdf5::H5Type;

use super::super::clock::seconds;
use super::super::spill::{Number, Spill};
use super::h5::{Column, Filling, H5};
use crate::trace::FolderError;

type Done<T> = Result<T, FolderError>;

/// A table being written, column by column.
pub(super) struct Table<'a> {
    h5: &'a H5,
    path: String,
    rows: u64,
    columns: Vec<String>,
}

impl<'a> Table<'a> {
    /// A table of a type with so many rows.
    pub fn begin(h5: &'a mut H5, path: &str, of: &str, says: &str, rows: u64) -> Done<Self> {
        Self::in_space(h5, path, ("core", of), says, rows)
    }

    /// A table that is of no type of its own.
    pub fn of_common(h5: &'a mut H5, path: &str, says: &str, rows: u64) -> Done<Self> {
        Self::in_space(h5, path, ("hdmf-common", "DynamicTable"), says, rows)
    }

    /// A table of intervals, from and to when.
    pub fn intervals(
        h5: &'a mut H5,
        path: &str,
        says: &str,
        begun: &Spill<u64>,
        ended: &Spill<u64>,
    ) -> Done<Self> {
        let mut table = Self::begin(h5, path, "TimeIntervals", says, begun.len())?;
        table.seconds("start_time", "Start, in seconds", begun)?;
        table.seconds("stop_time", "End, in seconds", ended)?;
        Ok(table)
    }

    fn in_space(
        h5: &'a mut H5,
        path: &str,
        (space, of): (&str, &str),
        says: &str,
        rows: u64,
    ) -> Done<Self> {
        h5.object(path, space, of)?;
        h5.attribute(path, "description", says)?;
        let h5: &H5 = h5;
        let id = format!("{path}/id");
        let numbers = |to: &mut Filling<'_, i64>| (0..rows).try_for_each(|i| to.put(&[i as i64]));
        h5.filled(&id, None, rows, numbers)?
            .typed(&id, "ElementIdentifiers")?;
        Ok(Self {
            h5,
            path: path.into(),
            rows,
            columns: Vec::new(),
        })
    }

    fn named(&mut self, name: &str) -> String {
        self.columns.push(name.into());
        format!("{}/{name}", self.path)
    }

    fn says(column: Column<'_>, path: &str, says: &str) -> Done<()> {
        column
            .typed(path, "VectorData")?
            .says("description", says)
            .map(drop)
    }

    /// Numbers.
    pub fn numbers<T: Number + H5Type>(
        &mut self,
        name: &str,
        says: &str,
        values: &Spill<T>,
    ) -> Done<()> {
        let path = self.named(name);
        Self::says(self.h5.numbers(&path, None, values)?, &path, says)
    }

    /// Counts, as whole numbers with a sign.
    pub fn counts<T: Number + Into<u64>>(
        &mut self,
        name: &str,
        says: &str,
        values: &Spill<T>,
    ) -> Done<()> {
        let path = self.named(name);
        let fill = |to: &mut Filling<'_, i64>| {
            values.blocks(|block| {
                let block: Vec<i64> = block.iter().map(|v| (*v).into() as i64).collect();
                to.put(&block)
            })
        };
        let column = self.h5.filled(&path, None, values.len(), fill)?;
        Self::says(column, &path, says)
    }

    /// Numbers, of which some may be undefined; where all are, there is no such column.
    pub fn defined(&mut self, name: &str, says: &str, values: &Spill<f64>) -> Done<()> {
        let mut any = false;
        values.blocks(|block| {
            any |= block.iter().any(|v| v.is_finite());
            Ok::<_, FolderError>(())
        })?;
        if any {
            self.numbers(name, says, values)?;
        }
        Ok(())
    }

    /// Yes and no.
    pub fn bools(&mut self, name: &str, says: &str, values: &Spill<u8>) -> Done<()> {
        let path = self.named(name);
        Self::says(self.h5.bools(&path, values)?, &path, says)
    }

    /// Words, each a number among `words`; what is no number among them is empty.
    pub fn words<T: Number + TryInto<usize>>(
        &mut self,
        name: &str,
        says: &str,
        values: &Spill<T>,
        words: &[&str],
    ) -> Done<()> {
        let path = self.named(name);
        let word = |v: &T| {
            let number: Option<usize> = (*v).try_into().ok();
            number.and_then(|n| words.get(n)).copied().unwrap_or("")
        };
        let column = self.h5.words(&path, values.len(), |put| {
            values.blocks(|block| put(&block.iter().map(word).collect::<Vec<_>>()))
        })?;
        Self::says(column, &path, says)
    }

    /// Texts.
    pub fn texts(&mut self, name: &str, says: &str, values: &[&str]) -> Done<()> {
        let path = self.named(name);
        Self::says(self.h5.texts(&path, values)?, &path, says)
    }

    /// Nanoseconds, as seconds.
    pub fn seconds(&mut self, name: &str, says: &str, values: &Spill<u64>) -> Done<()> {
        let path = self.named(name);
        let column = in_seconds(self.h5, &path, values, 0)?;
        Self::says(column, &path, says)
    }

    /// Several numbers a row: those of row i end at the i-th of `ends`. `wide` of them belong together.
    pub fn ragged(
        &mut self,
        name: &str,
        says: &str,
        wide: Option<usize>,
        ends: &[u64],
        fill: impl FnOnce(&mut Filling<'_, f64>) -> Done<()>,
        describe: impl FnOnce(Column<'_>) -> Done<()>,
    ) -> Done<()> {
        let path = self.named(name);
        let all = ends.last().copied().unwrap_or_default();
        let column = self.h5.filled(&path, wide, all, fill)?;
        describe(
            column
                .typed(&path, "VectorData")?
                .says("description", says)?,
        )?;
        let index = format!("{path}_index");
        let rows = self.rows;
        self.h5
            .filled(&index, None, rows, |to: &mut Filling<'_, u64>| to.put(ends))?
            .typed(&index, "VectorIndex")?
            .says("description", &format!("Index for VectorData '{name}'"))?
            .points("target", &path)
            .map(drop)
    }

    /// All columns are there.
    pub fn end(self) -> Done<()> {
        let names: Vec<&str> = self.columns.iter().map(String::as_str).collect();
        self.h5.attributes(&self.path, "colnames", &names)
    }
}

/// A column of nanoseconds, so much later, as seconds.
fn in_seconds<'a>(h5: &'a H5, path: &str, values: &Spill<u64>, later: u64) -> Done<Column<'a>> {
    h5.filled(path, None, values.len(), |to: &mut Filling<'_, f64>| {
        values.blocks(|block| {
            let block: Vec<f64> = block.iter().map(|v| seconds(v + later)).collect();
            to.put(&block)
        })
    })
}

/// What a time series is of.
pub(super) struct Series<'a> {
    /// Where it goes.
    pub path: &'a str,
    /// TimeSeries or SpatialSeries.
    pub of: &'a str,
    /// What it is.
    pub says: &'a str,
    /// Its unit; n.a. where it has none.
    pub unit: &'a str,
    /// Values a row; none for one value.
    pub wide: Option<usize>,
    /// When each step began, in nanoseconds.
    pub begun: &'a Spill<u64>,
    /// How much later the value is taken, in nanoseconds.
    pub later: u64,
}

impl Series<'_> {
    /// Writes it; nothing where there is nothing.
    pub fn write<T: Number + H5Type>(&self, h5: &mut H5, values: &Spill<T>) -> Done<()> {
        if values.is_empty() {
            return Ok(());
        }
        let path = self.path;
        h5.object(path, "core", self.of)?;
        h5.attribute(path, "description", self.says)?;
        h5.attribute(path, "comments", "made by Ammon, a simulator")?;
        h5.numbers(&format!("{path}/data"), self.wide, values)?
            .says("unit", self.unit)?
            .has("conversion", 1.0)?
            .has("offset", 0.0)?
            .has("resolution", -1.0)?;
        self.times(h5)
    }

    /// A rate where the steps are evenly spaced, which tools ask for; else each time.
    fn times(&self, h5: &H5) -> Done<()> {
        if let Some(apart) = even(self.begun)? {
            let first = self.begun.read()?.next()?.unwrap_or_default();
            let path = format!("{}/starting_time", self.path);
            return h5
                .number(&path, seconds(first + self.later))?
                .has("rate", 1.0 / seconds(apart))?
                .says("unit", "seconds")
                .map(drop);
        }
        let path = format!("{}/timestamps", self.path);
        in_seconds(h5, &path, self.begun, self.later)?
            .counts("interval", 1)?
            .says("unit", "seconds")
            .map(drop)
    }
}

/// Nanoseconds between each and the next, where that is always the same, of more than two.
pub(super) fn even(times: &Spill<u64>) -> Done<Option<u64>> {
    let mut read = times.read()?;
    let mut last = read.next()?.unwrap_or_default();
    let mut apart = None;
    while let Some(next) = read.next()? {
        let now = next.saturating_sub(last);
        if now == 0 || apart.is_some_and(|apart| apart != now) {
            return Ok(None);
        }
        apart = Some(now);
        last = next;
    }
    Ok(apart.filter(|_| times.len() > 2))
}

/// Values that are in memory, as a column.
pub(super) fn spilled<T: Number>(
    folder: &Path,
    values: impl IntoIterator<Item = T>,
) -> Done<Spill<T>> {
    let mut spill = Spill::new(folder);
    spill.extend(values)?;
    Ok(spill)
}
