//! Tables for the terminal: names to the left, numbers to the right, plain.

use std::fmt;

/// A table with a header.
#[derive(Clone, Debug)]
pub(super) struct Table {
    rows: Vec<Vec<String>>,
    /// Whether all columns are words, and stand to the left.
    words: bool,
}

impl Table {
    /// The first column holds names, the others numbers.
    pub fn new(header: &[&str]) -> Self {
        Self {
            rows: vec![header.iter().map(ToString::to_string).collect()],
            words: false,
        }
    }

    /// All columns hold words; no header.
    pub fn of_words() -> Self {
        Self {
            rows: Vec::new(),
            words: true,
        }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Whether there is nothing but the header.
    pub fn is_empty(&self) -> bool {
        self.rows.len() <= usize::from(!self.words)
    }

    fn widths(&self) -> Vec<usize> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |row: &Vec<String>, column| {
            row.get(column)
                .map_or(0, |cell: &String| cell.chars().count())
        };
        (0..columns)
            .map(|column| {
                self.rows
                    .iter()
                    .map(|row| width(row, column))
                    .max()
                    .unwrap_or(0)
            })
            .collect()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        for row in &self.rows {
            let mut line = String::new();
            for (i, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let gap = if i == 0 { "" } else { "  " };
                let space = " ".repeat(width - cell.chars().count());
                let (before, after) = if i == 0 || self.words {
                    ("", space.as_str())
                } else {
                    (space.as_str(), "")
                };
                line.extend([gap, before, cell, after]);
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// A value, where it is defined.
pub(super) fn known(value: f64) -> String {
    if value.is_finite() {
        brief(value)
    } else {
        "-".into()
    }
}

/// A number with four digits that count.
pub(super) fn brief(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 || !value.is_finite() || (value.fract() == 0.0 && size < 1e15) {
        return format!("{value}");
    }
    if !(1e-4..1e15).contains(&size) {
        return format!("{value:.3e}");
    }
    let decimals = (3 - size.log10().floor() as i32).clamp(0, 7) as usize;
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_below_each_other() {
        let mut table = Table::new(&["metric", "final"]);
        table.row(["loss".into(), "0.5".into()]);
        table.row(["accuracy".into(), "100".into()]);
        assert_eq!(
            table.to_string(),
            "metric    final\nloss        0.5\naccuracy    100\n"
        );
    }

    #[test]
    fn four_digits_count() {
        let cases = [
            (0.98765, "0.9877"),
            (12345.678, "12346"),
            (1.0, "1"),
            (1.5e-7, "1.500e-7"),
            (f64::NAN, "NaN"),
            (0.25, "0.2500"),
        ];
        for (value, text) in cases {
            assert_eq!(brief(value), text);
        }
    }
}
