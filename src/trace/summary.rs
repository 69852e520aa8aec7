//! summary.json, and the final values it holds.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::record::{Event, Measurement, Metric, Sink, SinkError, metric};

/// What became of a run.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Name or title of the scenario.
    pub scenario: String,
    /// Seed.
    pub seed: u64,
    /// `completed`, `stopped` or `failed`.
    pub status: &'static str,
    /// Why it failed.
    pub error: Option<String>,
    /// Wall time over all sittings.
    pub wall_seconds: f64,
    /// Steps done.
    pub steps: u64,
    /// Final values.
    pub last: BTreeMap<Metric, f64>,
    /// A row a rule: what it kept and cost.
    pub ledger: Value,
}

impl Summary {
    /// As JSON; what is not a finite number is null.
    pub fn to_json(&self) -> Value {
        let last: Map<String, Value> = self
            .last
            .iter()
            .map(|(metric, v)| (metric.name(), json!(v)))
            .collect();
        json!({
            "scenario": self.scenario,
            "seed": self.seed,
            "version": env!("CARGO_PKG_VERSION"),
            "status": self.status,
            "error": self.error,
            "wall_seconds": self.wall_seconds,
            "steps": self.steps,
            "final": last,
            "ledger": self.ledger,
        })
    }
}

/// A measured alignment: when, at what load, how much.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Point {
    time: u64,
    load: f64,
    value: f64,
}

/// Gathers final values: the last of each metric; of alignments, the mean over the last tenth of the run and the load at
/// which they fell below 0.9.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Final {
    last: BTreeMap<Metric, f64>,
    alignments: BTreeMap<Metric, Vec<Point>>,
    load: f64,
    time: u64,
}

/// The alignment that counts as still good.
const GOOD: f64 = 0.9;

impl Final {
    /// Takes in a measurement.
    pub fn add(&mut self, row: &Measurement) {
        self.time = self.time.max(row.time);
        let metric = &row.metric;
        if metric.is(&metric::STORE_LOAD) {
            self.load = row.value;
        }
        let aligned = [
            &metric::ALIGNMENT_COSINE,
            &metric::ALIGNMENT_NORM,
            &metric::ALIGNMENT_REMOTE,
        ];
        if aligned.into_iter().any(|a| metric.is(a)) {
            let point = Point {
                time: row.time,
                load: self.load,
                value: row.value,
            };
            match self.alignments.get_mut(metric) {
                Some(points) => points.push(point),
                None => drop(self.alignments.insert(metric.clone(), vec![point])),
            }
        } else {
            self.last.insert(metric.clone(), row.value);
        }
    }

    /// The final values.
    pub fn values(&self) -> BTreeMap<Metric, f64> {
        let mut values = self.last.clone();
        for (metric, points) in &self.alignments {
            // The last tenth of the run, by the clock; at least the last point.
            let from = self.time as f64 * 0.9;
            let late: Vec<f64> = points
                .iter()
                .filter(|p| p.time as f64 > from)
                .map(|p| p.value)
                .collect();
            let late = if late.is_empty() {
                points.last().map(|p| p.value).into_iter().collect()
            } else {
                late
            };
            values.insert(
                metric.clone(),
                late.iter().sum::<f64>() / late.len().max(1) as f64,
            );
            for (of, broken) in [
                (&metric::ALIGNMENT_COSINE, &metric::COSINE_BROKEN),
                (&metric::ALIGNMENT_REMOTE, &metric::REMOTE_BROKEN),
            ] {
                if let (Some(rule), Some(load)) = (metric.subject_of(of), crossing(points)) {
                    values.insert(Metric::of(broken, rule.to_string()), load);
                }
            }
        }
        values
    }
}

/// The load at which a measure first fell below 0.9 while the load grew, on the line between the two points around it.
fn crossing(points: &[Point]) -> Option<f64> {
    let measured = points
        .iter()
        .filter(|p| p.value.is_finite() && p.load.is_finite());
    measured
        .clone()
        .zip(measured.skip(1))
        .find_map(|(before, after)| {
            let falls = before.value >= GOOD && after.value < GOOD && after.load > before.load;
            falls.then(|| {
                before.load
                    + (after.load - before.load) * (before.value - GOOD)
                        / (before.value - after.value)
            })
        })
}

impl Sink for Final {
    fn event(&mut self, event: &Event) -> Result<(), SinkError> {
        if let Some(row) = event.measurement() {
            self.add(row);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(last: &mut Final, time: u64, name: &str, value: f64) {
        last.add(&Measurement {
            time,
            episode: 0,
            phase: "Wake".into(),
            metric: Metric::named(name),
            value,
        });
    }

    #[test]
    fn alignments_are_means_of_the_last_tenth_and_others_the_last_value() {
        let mut last = Final::default();
        for t in 1..=100 {
            add(&mut last, t, "loss", t as f64);
            let late = if t > 90 { 2.0 } else { 1.0 };
            add(&mut last, t, "alignment.X.norm_ratio", late);
        }
        let values = last.values();
        assert_eq!(values[&Metric::new(&metric::LOSS)], 100.0);
        assert_eq!(values[&Metric::of(&metric::ALIGNMENT_NORM, "X")], 2.0);
    }

    #[test]
    fn the_crossing_lies_between_the_loads_around_it() {
        let mut last = Final::default();
        for (load, value) in [(100.0, 1.0), (200.0, 0.95), (300.0, 0.85), (400.0, 0.2)] {
            add(&mut last, load as u64, "store.load", load);
            add(&mut last, load as u64, "alignment.X.remote", value);
        }
        let broken = Metric::of(&metric::REMOTE_BROKEN, "X");
        assert!((last.values()[&broken] - 250.0).abs() < 1e-9);
    }
}
