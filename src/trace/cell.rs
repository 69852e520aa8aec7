//! Cells of tables as text.

use std::borrow::Cow;

/// The shortest text that reads back as the same number.
pub(super) fn shortest(value: f64) -> String {
    if value == 0.0 {
        // Without the sign that a sum of nothing leaves.
        return "0".into();
    }
    let size = value.abs();
    let plain = (1e-5..1e16).contains(&size) || !size.is_finite();
    if plain {
        format!("{value}")
    } else {
        format!("{value:e}")
    }
}

/// A name as a cell of a table.
pub(super) fn quoted(name: &str) -> Cow<'_, str> {
    if name.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", name.replace('"', "\"\"")).into()
    } else {
        name.into()
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
            (f64::NAN, "NaN"),
            (-0.0, "0"),
        ] {
            assert_eq!(shortest(value), text);
            let back: f64 = text.parse().unwrap();
            assert!(back == value || value.is_nan());
        }
    }
}
