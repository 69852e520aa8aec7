//! What the runs of a sweep ended with, by place, and as a table.

use std::collections::BTreeSet;

use crate::engine::{Standing, Sweeping};
use crate::numeric::statistics::quantile;
use crate::record::Metric;

/// All that some run ended with.
pub(super) fn metrics(standing: &[Standing]) -> Vec<Metric> {
    let done = standing.iter().filter_map(|s| match s {
        Standing::Done(values) => Some(values),
        _ => None,
    });
    let all: BTreeSet<&Metric> = done.flat_map(|values| values.keys()).collect();
    all.into_iter().cloned().collect()
}

/// A place of the grid: values over the seeds, sorted, and how many runs failed or are still to come.
pub(super) struct Place {
    pub at: Vec<usize>,
    pub values: Vec<f64>,
    pub failed: usize,
    pub ahead: usize,
}

impl Place {
    /// First quartile, median and third quartile; none where nothing has ended.
    pub fn quartiles(&self) -> Option<[f64; 3]> {
        let some = !self.values.is_empty();
        some.then(|| [0.25, 0.5, 0.75].map(|part| quantile(&self.values, part)))
    }

    /// What there is to tell of it.
    pub fn told(&self) -> String {
        let known = match self.quartiles() {
            Some([low, middle, high]) => format!(
                "median {middle:.4}, quartiles {low:.4} to {high:.4}, of {} runs",
                self.values.len()
            ),
            None => "nothing yet".into(),
        };
        let rest = [(self.failed, "failed"), (self.ahead, "to come")];
        let rest = rest.into_iter().filter(|(count, _)| *count > 0);
        let rest: Vec<String> = rest
            .map(|(count, what)| format!(", {count} {what}"))
            .collect();
        known + &rest.concat()
    }
}

/// The places of a sweep with what a metric ended with there.
pub(super) fn places(sweeping: &Sweeping, standing: &[Standing], metric: &Metric) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    let cells = sweeping.cells();
    let count = cells.len() / sweeping.grid().seeds.len().max(1);
    for (i, (cell, standing)) in cells.iter().zip(standing).enumerate() {
        if i < count {
            places.push(Place {
                at: cell.at.clone(),
                values: Vec::new(),
                failed: 0,
                ahead: 0,
            });
        }
        // Every seed goes through the places in the same order.
        let place = &mut places[i % count.max(1)];
        match standing {
            Standing::Done(values) => {
                let value = values.get(metric).copied();
                place.values.extend(value.filter(|v| v.is_finite()));
            }
            Standing::Failed(_) => place.failed += 1,
            Standing::Waiting | Standing::Running(_) => place.ahead += 1,
        }
    }
    for place in &mut places {
        place.values.sort_by(f64::total_cmp);
    }
    places
}

/// A tidy table: a row a run, its parameters, its seed, how it stands, and all that it ended with.
pub(super) fn csv(sweeping: &Sweeping, standing: &[Standing]) -> String {
    let metrics = metrics(standing);
    let quoted = |text: &str| {
        if text.contains([',', '"', '\n']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_string()
        }
    };
    let axes = sweeping.grid().axes.iter().map(|axis| axis.path.clone());
    let mut heads: Vec<String> = axes.collect();
    heads.extend(["seed".into(), "status".into()]);
    heads.extend(metrics.iter().map(Metric::name));
    let mut rows = vec![heads];
    for (cell, standing) in sweeping.cells().iter().zip(standing) {
        let changes = sweeping.grid().changes(cell).into_iter();
        let mut row: Vec<String> = changes.map(|(_, value)| value.to_string()).collect();
        row.push(cell.seed.to_string());
        let (status, values) = match standing {
            Standing::Waiting => ("waiting".to_string(), None),
            Standing::Running(_) => ("running".into(), None),
            Standing::Failed(why) => (format!("failed: {why}"), None),
            Standing::Done(values) => ("completed".into(), Some(values)),
        };
        row.push(status);
        row.extend(metrics.iter().map(|metric| {
            let value = values.and_then(|values| values.get(metric));
            value
                .filter(|v| v.is_finite())
                .map_or(String::new(), ToString::to_string)
        }));
        rows.push(row);
    }
    let lines = rows.iter().map(|row| {
        let cells: Vec<String> = row.iter().map(|cell| quoted(cell)).collect();
        cells.join(",") + "\n"
    });
    lines.collect()
}
