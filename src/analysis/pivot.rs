//! Metrics whose names are `prefix.row.column`, as a table.

/// A table of values; NaN where there is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pivot {
    /// Headings.
    pub columns: Vec<String>,
    /// Rows: what they are of, and a value for each column.
    pub rows: Vec<(String, Vec<f64>)>,
}

impl Pivot {
    /// The table of the metrics that begin with `prefix.`, in the order in which rows and columns first come. The last part
    /// of a name is its column; rows may have points in them.
    pub fn of<'a>(metrics: impl Iterator<Item = (&'a str, f64)>, prefix: &str) -> Self {
        let mut table = Self::default();
        for (name, value) in metrics {
            let Some((row, column)) = name
                .strip_prefix(prefix)
                .and_then(|rest| rest.strip_prefix('.'))
                .and_then(|rest| rest.rsplit_once('.'))
                .map(|(row, column)| whole_number_joined(row, column))
            else {
                continue;
            };
            table.put(&row, &column, value);
        }
        let width = table.columns.len();
        table
            .rows
            .iter_mut()
            .for_each(|r| r.1.resize(width, f64::NAN));
        table
    }

    fn put(&mut self, row: &str, column: &str, value: f64) {
        let at = self
            .columns
            .iter()
            .position(|c| c == column)
            .unwrap_or_else(|| {
                self.columns.push(column.into());
                self.columns.len() - 1
            });
        let row = self
            .rows
            .iter()
            .position(|r| r.0 == row)
            .unwrap_or_else(|| {
                self.rows.push((row.into(), Vec::new()));
                self.rows.len() - 1
            });
        let values = &mut self.rows[row].1;
        if values.len() <= at {
            values.resize(at + 1, f64::NAN);
        }
        values[at] = value;
    }
}

/// `….patterns_at_0` and `9` belong together: the point is that of a number.
fn whole_number_joined(row: &str, column: &str) -> (String, String) {
    let number = column.bytes().all(|b| b.is_ascii_digit());
    if let (true, Some((front, back))) = (number, row.rsplit_once('.')) {
        return (front.into(), format!("{back}.{column}"));
    }
    (row.into(), column.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_rows_and_columns() {
        let metrics = [
            ("memory.early.Fixed-0.5.steps", 1.0),
            ("memory.early.Fixed-0.5.path", 2.0),
            ("other.x.y", 9.0),
            ("memory.late.Fixed-0.5.path", 3.0),
            ("memory.late.Fixed-0.5.patterns_at_0.9", 4.0),
        ];
        let table = Pivot::of(metrics.into_iter(), "memory");
        assert_eq!(table.columns, ["steps", "path", "patterns_at_0.9"]);
        assert_eq!(table.rows[0].0, "early.Fixed-0.5");
        assert_eq!(table.rows[0].1[..2], [1.0, 2.0]);
        assert!(table.rows[1].1[0].is_nan());
        assert_eq!(table.rows[1].1[1..], [3.0, 4.0]);
    }
}
