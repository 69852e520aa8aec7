//! Cells of tables: how each type stands in one, and how it is read back.

use std::fmt::Write as _;

use serde::{Deserialize, Deserializer, Serializer, de};

/// A value that can stand in a cell.
pub trait Cell: Sized {
    /// One word for the type, as `ammon list tables` tells it.
    const TYPE: &'static str;
    /// Its text.
    fn text(&self) -> String;
    /// The value of a text, where it is one.
    fn read(text: &str) -> Option<Self>;
}

/// Writes a field as its cell.
pub fn serialize<T: Cell, S: Serializer>(value: &T, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str(&value.text())
}

/// Reads a field from its cell.
pub fn deserialize<'de, T: Cell, D: Deserializer<'de>>(input: D) -> Result<T, D::Error> {
    let text = String::deserialize(input)?;
    T::read(&text).ok_or_else(|| de::Error::custom(format!("`{text}` is no {}", T::TYPE)))
}

macro_rules! whole {
    ($($ty:ty),*) => {$(
        impl Cell for $ty {
            const TYPE: &'static str = "int";

            fn text(&self) -> String {
                self.to_string()
            }

            fn read(text: &str) -> Option<Self> {
                text.parse().ok()
            }
        }
    )*};
}
whole!(u64, usize);

impl Cell for bool {
    const TYPE: &'static str = "bool";

    fn text(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Cell for String {
    const TYPE: &'static str = "text";

    fn text(&self) -> String {
        self.clone()
    }

    fn read(text: &str) -> Option<Self> {
        Some(text.into())
    }
}

impl Cell for f64 {
    const TYPE: &'static str = "float";

    /// The shortest text that reads back as the same number; an empty cell where it is undefined.
    fn text(&self) -> String {
        if self.is_nan() {
            // Undefined.
            return String::new();
        }
        if *self == 0.0 {
            // Without the sign that a sum of nothing leaves.
            return "0".into();
        }
        let size = self.abs();
        let mut text = String::new();
        // Writing to a text cannot fail.
        let _ = if (1e-5..1e16).contains(&size) || !size.is_finite() {
            write!(text, "{self}")
        } else {
            write!(text, "{self:e}")
        };
        text
    }

    fn read(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::NAN);
        }
        text.parse().ok()
    }
}

/// A value that may be undefined: an empty cell.
impl<T: Cell> Cell for Option<T> {
    const TYPE: &'static str = T::TYPE;

    fn text(&self) -> String {
        self.as_ref().map_or(String::new(), Cell::text)
    }

    fn read(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(None);
        }
        T::read(text).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_read_back_the_same() {
        for (value, text) in [
            (0.1, "0.1"),
            (1.0, "1"),
            (1e-7, "1e-7"),
            (-1e300, "-1e300"),
            (f64::NAN, ""),
            (f64::INFINITY, "inf"),
            (-0.0, "0"),
        ] {
            assert_eq!(value.text(), text);
            let back = f64::read(text).unwrap();
            assert!(back == value || value.is_nan() && back.is_nan());
        }
        // As earlier versions wrote it.
        assert!(f64::read("NaN").unwrap().is_nan());
    }

    #[test]
    fn what_is_undefined_is_an_empty_cell() {
        assert_eq!(None::<u64>.text(), "");
        assert_eq!(Option::<u64>::read(""), Some(None));
        assert_eq!(Option::<u64>::read("7"), Some(Some(7)));
        assert_eq!(Option::<u64>::read("x"), None);
    }
}
