//! Tables: each is declared once, as the struct of its rows. Header, writer, reader, units and help follow from it.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// As the header names it.
    pub name: &'static str,
    /// One word for the type.
    pub kind: &'static str,
    /// Unit of measure, empty where there is none.
    pub unit: &'static str,
    /// What it says.
    pub doc: &'static str,
}

/// A table of a run folder.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// File name.
    pub file: &'static str,
    /// What a row is.
    pub doc: &'static str,
    /// Whether the file is there even without rows.
    pub always: bool,
    /// Its columns, in order.
    pub columns: fn() -> Vec<Column>,
}

impl Table {
    /// The first line of the file.
    pub fn header(&self) -> String {
        let names: Vec<_> = (self.columns)().iter().map(|c| c.name).collect();
        names.join(",") + "\n"
    }
}

/// A row of a table.
pub trait Row: Serialize + DeserializeOwned {
    /// The table that it is a row of.
    const TABLE: Table;

    /// When it came about, by the run's clock.
    fn time(&self) -> u64;
}

/// A row as a line of its table's file.
pub fn line(row: &impl Serialize) -> Result<Vec<u8>, csv::Error> {
    let mut out = Vec::new();
    let mut writer = csv::WriterBuilder::new()
        .has_headers(false)
        .buffer_capacity(256)
        .from_writer(&mut out);
    writer.serialize(row)?;
    writer.flush()?;
    drop(writer);
    Ok(out)
}

/// Declares a table by the struct of its rows: the file's name, `always` for one that is there even without rows, and for each
/// column its help, type and unit.
#[macro_export]
macro_rules! table {
    (
        $(#[doc = $doc:expr])*
        pub struct $name:ident $file:literal $($always:ident)? {
            $(
                $(#[doc = $fdoc:expr])*
                pub $field:ident : $ty:ty $(, $unit:literal)? ;
            )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct $name {
            $(
                $(#[doc = $fdoc])*
                #[serde(with = "crate::record::cell")]
                pub $field: $ty,
            )*
        }

        impl $name {
            /// Its columns, in order.
            pub fn columns() -> Vec<$crate::record::Column> {
                vec![$(
                    $crate::record::Column {
                        name: stringify!($field),
                        kind: <$ty as $crate::record::cell::Cell>::TYPE,
                        unit: $crate::table!(@unit $($unit)?),
                        doc: concat!($($fdoc, "\n",)* ""),
                    },
                )*]
            }
        }

        impl $crate::record::Row for $name {
            const TABLE: $crate::record::Table = $crate::record::Table {
                file: $file,
                doc: concat!($($doc, "\n",)* ""),
                always: $crate::table!(@always $($always)?),
                columns: Self::columns,
            };

            fn time(&self) -> u64 {
                self.time
            }
        }
    };
    (@unit) => { "" };
    (@unit $unit:literal) => { $unit };
    (@always) => { false };
    (@always always) => { true };
}

/// Declares all tables: the enum of their rows, one variant each.
macro_rules! tables {
    ($( $name:ident ( $row:ty ) ),+ $(,)?) => {
        /// A row of any table.
        #[derive(Clone, Debug, PartialEq)]
        pub enum AnyRow {
            $( #[allow(missing_docs)] $name($row), )+
        }

        /// All tables, in the order in which their lengths are kept.
        pub const TABLES: [Table; [$( stringify!($name) ),+].len()] = [$( <$row as Row>::TABLE ),+];

        impl AnyRow {
            /// The position of its table among all.
            pub fn table(&self) -> usize {
                enum Position { $( $name ),+ }
                match self { $( Self::$name(_) => Position::$name as usize, )+ }
            }

            /// When it came about, by the run's clock.
            pub fn time(&self) -> u64 {
                match self { $( Self::$name(row) => row.time(), )+ }
            }

            /// As a line of its table's file.
            pub fn line(&self) -> Result<Vec<u8>, csv::Error> {
                match self { $( Self::$name(row) => table::line(row), )+ }
            }
        }

        $(
            impl From<$row> for AnyRow {
                fn from(row: $row) -> Self {
                    Self::$name(row)
                }
            }
        )+
    };
}
pub(crate) use tables;
