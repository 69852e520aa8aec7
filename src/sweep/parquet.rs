//! The tidy table of a sweep as Parquet, for long ones.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use super::collect::Cells;

/// Rows that are written at a time.
const ROWS: usize = 1 << 16;

/// A column: what it is called, and its values.
enum Column {
    Counts(String, Vec<i64>),
    Numbers(String, Vec<f64>),
    Texts(String, Vec<ByteArray>),
}

impl Column {
    fn declared(&self) -> Result<Arc<Type>> {
        let (name, physical, logical) = match self {
            Self::Counts(name, _) => (name, Physical::INT64, None),
            Self::Numbers(name, _) => (name, Physical::DOUBLE, None),
            Self::Texts(name, _) => (name, Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        let declared = Type::primitive_type_builder(name, physical)
            .with_repetition(Repetition::REQUIRED)
            .with_logical_type(logical);
        Ok(Arc::new(declared.build()?))
    }

    fn len(&self) -> usize {
        match self {
            Self::Counts(_, values) => values.len(),
            Self::Numbers(_, values) => values.len(),
            Self::Texts(_, values) => values.len(),
        }
    }

    fn write(&self, from: usize, to: usize, writer: &mut ColumnWriter<'_>) -> Result<()> {
        let written = match (self, writer) {
            (Self::Counts(_, values), ColumnWriter::Int64ColumnWriter(to_file)) => {
                to_file.write_batch(&values[from..to], None, None)
            }
            (Self::Numbers(_, values), ColumnWriter::DoubleColumnWriter(to_file)) => {
                to_file.write_batch(&values[from..to], None, None)
            }
            (Self::Texts(_, values), ColumnWriter::ByteArrayColumnWriter(to_file)) => {
                to_file.write_batch(&values[from..to], None, None)
            }
            _ => Err(ParquetError::General("a column is of another type".into())),
        };
        written.map(drop)
    }
}

/// The columns of the tidy table: a row for each cell and metric, those of cells without any left out. A parameter whose values are
/// all numbers is a column of numbers.
fn columns(cells: &Cells) -> Vec<Column> {
    let rows: Vec<(usize, &String, f64)> = (cells.last.iter().enumerate())
        .flat_map(|(i, last)| last.iter().map(move |(metric, value)| (i, metric, *value)))
        .collect();
    let cell = |i: usize| &cells.plan.cells[i];
    let texts = |of: &dyn Fn(usize) -> String| -> Vec<ByteArray> {
        // Neighbours share their text.
        let mut last: Option<(usize, ByteArray)> = None;
        let each = rows.iter().map(|(i, _, _)| match &last {
            Some((own, text)) if own == i => text.clone(),
            _ => {
                let text = ByteArray::from(of(*i).as_str());
                last = Some((*i, text.clone()));
                text
            }
        });
        each.collect()
    };
    let mut columns = vec![
        Column::Counts("cell".into(), rows.iter().map(|row| row.0 as i64).collect()),
        Column::Counts(
            "seed".into(),
            rows.iter().map(|row| cell(row.0).seed as i64).collect(),
        ),
    ];
    if cells.named() {
        columns.push(Column::Texts(
            "kind".into(),
            texts(&|i| cell(i).kind.clone()),
        ));
        let names = texts(&|i| cell(i).name.clone());
        columns.push(Column::Texts("variation".into(), names));
    }
    for path in &cells.paths {
        let value = |i: usize| cell(i).value(path).unwrap_or_default();
        let number = |i: usize| value(i).parse::<f64>().ok();
        let numbers: Option<Vec<f64>> = rows.iter().map(|row| number(row.0)).collect();
        columns.push(match numbers {
            Some(numbers) => Column::Numbers(path.clone(), numbers),
            None => Column::Texts(path.clone(), texts(&|i| value(i).into())),
        });
    }
    let metrics = rows.iter().map(|row| ByteArray::from(row.1.as_str()));
    columns.push(Column::Texts("metric".into(), metrics.collect()));
    columns.push(Column::Numbers(
        "value".into(),
        rows.iter().map(|row| row.2).collect(),
    ));
    columns
}

/// Writes the tidy table of what is finished.
pub(super) fn write(cells: &Cells, path: &Path) -> Result<()> {
    let columns = columns(cells);
    let declared: Result<Vec<_>> = columns.iter().map(Column::declared).collect();
    let schema = Type::group_type_builder("cells").with_fields(declared?);
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(format!("Ammon {}", env!("CARGO_PKG_VERSION")));
    let file = File::create(path)?;
    let schema = Arc::new(schema.build()?);
    let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties.build()))?;
    let all = columns.first().map_or(0, Column::len);
    for from in (0..all).step_by(ROWS) {
        let to = (from + ROWS).min(all);
        let mut group = writer.next_row_group()?;
        let mut each = columns.iter();
        while let (Some(column), Some(mut to_file)) = (each.next(), group.next_column()?) {
            column.write(from, to, to_file.untyped())?;
            to_file.close()?;
        }
        group.close()?;
    }
    writer.close().map(drop)
}
