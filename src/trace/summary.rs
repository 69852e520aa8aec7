//! summary.json, and the final values it holds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::event::{Event, Sink, SinkError};

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
    pub last: BTreeMap<String, f64>,
    /// A row a rule: what it kept and cost.
    pub ledger: Value,
}

impl Summary {
    /// As JSON; what is not a finite number is null.
    pub fn to_json(&self) -> Value {
        let last: Map<String, Value> = self
            .last
            .iter()
            .map(|(k, v)| (k.clone(), json!(v)))
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
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Point {
    time: u64,
    load: f64,
    value: f64,
}

/// Gathers final values: the last of each metric; of alignments, the mean over the last tenth of the run and the load at
/// which they fell below 0.9.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Final {
    last: BTreeMap<String, f64>,
    alignments: BTreeMap<String, Vec<Point>>,
    load: f64,
    time: u64,
}

/// The alignment that counts as still good.
const GOOD: f64 = 0.9;

impl Final {
    /// Takes in a metric.
    pub fn add(&mut self, time: u64, name: &str, value: f64) {
        self.time = self.time.max(time);
        if name == "store.load" {
            self.load = value;
        }
        if name.starts_with("alignment.") {
            let points = self.alignments.entry(name.to_string()).or_default();
            points.push(Point {
                time,
                load: self.load,
                value,
            });
        } else {
            self.last.insert(name.to_string(), value);
        }
    }

    /// The final values by name.
    pub fn values(&self) -> BTreeMap<String, f64> {
        let mut values = self.last.clone();
        for (name, points) in &self.alignments {
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
                name.clone(),
                late.iter().sum::<f64>() / late.len().max(1) as f64,
            );
            if (name.ends_with(".cosine") || name.ends_with(".remote"))
                && let Some(load) = crossing(points)
            {
                values.insert(format!("{name}.load_at_0.9"), load);
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
        if let Event::Metric {
            time, name, value, ..
        } = event
        {
            self.add(*time, name, *value);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alignments_are_means_of_the_last_tenth_and_others_the_last_value() {
        let mut last = Final::default();
        for t in 1..=100 {
            last.add(t, "loss", t as f64);
            last.add(t, "alignment.X.norm_ratio", if t > 90 { 2.0 } else { 1.0 });
        }
        let values = last.values();
        assert_eq!(values["loss"], 100.0);
        assert_eq!(values["alignment.X.norm_ratio"], 2.0);
    }

    #[test]
    fn the_crossing_lies_between_the_loads_around_it() {
        let mut last = Final::default();
        for (load, value) in [(100.0, 1.0), (200.0, 0.95), (300.0, 0.85), (400.0, 0.2)] {
            last.add(load as u64, "store.load", load);
            last.add(load as u64, "alignment.X.remote", value);
        }
        assert!((last.values()["alignment.X.remote.load_at_0.9"] - 250.0).abs() < 1e-9);
    }
}
