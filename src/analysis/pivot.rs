//! Metrics of one family as a table: a row a subject, a column a quantity.

use crate::record::Metric;

/// A table of values; NaN where there is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pivot {
    /// Headings.
    pub columns: Vec<String>,
    /// Rows: what they are of, and a value for each column.
    pub rows: Vec<(String, Vec<f64>)>,
}

impl Pivot {
    /// The table of the metrics of a family, in the order in which rows and columns first come.
    pub fn of<'a>(metrics: impl Iterator<Item = (&'a Metric, f64)>, family: &str) -> Self {
        let mut table = Self::default();
        for (metric, value) in metrics {
            let Some(declared) = metric.declared().filter(|d| d.family() == family) else {
                continue;
            };
            let mut subjects = metric.subjects();
            let row = subjects.next().unwrap_or_default();
            let more: Vec<&str> = subjects.collect();
            // What a second subject says belongs to the quantity.
            let column = match more.as_slice() {
                [] => declared.quantity().to_string(),
                more => declared
                    .name
                    .replacen("{}", "", 1)
                    .replace("{}", &more.join("-")),
            };
            let prefix = format!("{family}.");
            let column = column
                .trim_start_matches(prefix.as_str())
                .trim_start_matches('.');
            table.put(row, column, value);
        }
        let width = table.columns.len();
        table
            .rows
            .iter_mut()
            .for_each(|r| r.1.resize(width, f64::NAN));
        table
    }

    /// A table for each quantity whose columns say at what: `completed_at_0.1` goes to the table `completed`, in a column `0.1`;
    /// rows without a value there are left out. One table without a name, where columns are few.
    pub fn parts(self, few: usize) -> Vec<(String, Self)> {
        let part = |column: &str| column.split_once("_at_").map(|(what, _)| what.to_string());
        let mut names: Vec<Option<String>> = self.columns.iter().map(|c| part(c)).collect();
        names.dedup();
        if self.columns.len() <= few || names.contains(&None) {
            return vec![(String::new(), self)];
        }
        let table = |name: String| {
            let of = |c: &&String| part(c).as_ref() == Some(&name);
            let columns: Vec<&String> = self.columns.iter().filter(of).collect();
            let at: Vec<usize> = (0..self.columns.len())
                .filter(|i| of(&&self.columns[*i]))
                .collect();
            let rows = self.rows.iter().map(|(row, values)| {
                let values: Vec<f64> = at.iter().map(|i| values[*i]).collect();
                (row.clone(), values)
            });
            let told = |row: &(String, Vec<f64>)| row.1.iter().any(|v| v.is_finite());
            let short = |c: &String| c[name.len() + "_at_".len()..].to_string();
            let table = Self {
                columns: columns.into_iter().map(short).collect(),
                rows: rows.filter(told).collect(),
            };
            (name, table)
        };
        names.into_iter().flatten().map(table).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_become_rows_and_quantities_columns() {
        let metrics = [
            ("memory.early.Fixed-0.5.steps", 1.0),
            ("memory.early.Fixed-0.5.path", 2.0),
            ("loss", 9.0),
            ("memory.late.Fixed-0.5.path", 3.0),
        ]
        .map(|(name, value)| (Metric::named(name), value));
        let all = || metrics.iter().map(|(metric, value)| (metric, *value));
        let table = Pivot::of(all(), "memory");
        assert_eq!(table.columns, ["steps", "path"]);
        assert_eq!(table.rows[0].0, "early.Fixed-0.5");
        assert_eq!(table.rows[0].1, [1.0, 2.0]);
        assert!(table.rows[1].1[0].is_nan());
        assert_eq!(table.rows[1].1[1], 3.0);
    }

    #[test]
    fn many_columns_are_parted_by_quantity() {
        let metrics: Vec<(Metric, f64)> = ["CA3", "Cortex"]
            .iter()
            .flat_map(|target| {
                [("completed", 0.1), ("completed", 0.2), ("loss", 0.1)].map(|(what, at)| {
                    let name = format!("lesion.{target}.{what}_at_{at}");
                    let value = if what == "loss" && *target == "CA3" {
                        f64::NAN
                    } else {
                        at
                    };
                    (Metric::named(&name), value)
                })
            })
            .collect();
        let table = Pivot::of(metrics.iter().map(|(m, v)| (m, *v)), "lesion");
        assert_eq!(table.clone().parts(8).len(), 1);
        let parts = table.parts(2);
        assert_eq!(parts[0].0, "completed");
        assert_eq!(parts[0].1.columns, ["0.1", "0.2"]);
        assert_eq!(parts[0].1.rows.len(), 2);
        assert_eq!(parts[1].1.rows, [("Cortex".to_string(), vec![0.1])]);
    }

    #[test]
    fn a_second_subject_belongs_to_the_column() {
        let metrics = ["Direct", "Separated"].map(|codes| {
            let name = format!("separation.{codes}.overlap_at_0.9");
            (Metric::named(&name), 0.5)
        });
        let table = Pivot::of(metrics.iter().map(|(m, v)| (m, *v)), "separation");
        assert_eq!(table.columns, ["overlap_at_0.9"]);
        assert_eq!(table.rows.len(), 2);
    }
}
