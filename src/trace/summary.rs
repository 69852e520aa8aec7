//! summary.json, and the final values it holds.

use std::collections::{BTreeMap, VecDeque};

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

/// Measured values of one time, or of several that follow each other.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Span {
    /// When the first was measured.
    from: u64,
    sum: f64,
    /// Values that are defined.
    count: u64,
}

/// Spans kept of one alignment; when there are more, neighbours become one, so that what is kept does not grow with the run.
const MOST_SPANS: usize = 8192;
/// The part of the run, at its end, over which alignments are averaged.
const LATE: f64 = 0.1;

/// What is kept of an alignment.
#[derive(Clone, Debug, Default, PartialEq)]
struct Aligned {
    /// The last tenth of the run, and at least the last value.
    late: VecDeque<Span>,
    /// The load and value before, and the load at which it first fell below 0.9.
    before: Option<(f64, f64)>,
    broken: Option<f64>,
}

impl Aligned {
    fn add(&mut self, time: u64, load: f64, value: f64) {
        let defined = value.is_finite();
        self.late.push_back(Span {
            from: time,
            sum: if defined { value } else { 0.0 },
            count: u64::from(defined),
        });
        // What is not in the last tenth now will never be again.
        while self.late.len() > 1 && !is_late(self.late[0].from, time) {
            self.late.pop_front();
        }
        if self.late.len() > MOST_SPANS {
            let spans = std::mem::take(&mut self.late);
            let mut spans = spans.into_iter();
            while let Some(mut span) = spans.next() {
                if let Some(next) = spans.next() {
                    span.sum += next.sum;
                    span.count += next.count;
                }
                self.late.push_back(span);
            }
        }
        if !defined || !load.is_finite() {
            return;
        }
        if let (Some((before, was)), None) = (self.before, self.broken) {
            // On the line between the two points around it, while the load grows.
            if was >= GOOD && value < GOOD && load > before {
                self.broken = Some(before + (load - before) * (was - GOOD) / (was - value));
            }
        }
        self.before = Some((load, value));
    }

    /// The mean of what is defined in the last tenth of a run of this length; of the last value, where none was measured there.
    fn mean(&self, now: u64) -> f64 {
        let late = self.late.iter().filter(|span| is_late(span.from, now));
        let (sum, count) = late.fold((0.0, 0), |(sum, count), span| {
            (sum + span.sum, count + span.count)
        });
        match self.late.back() {
            Some(last) if !is_late(last.from, now) => last.sum / last.count as f64,
            _ => sum / count as f64,
        }
    }
}

fn is_late(time: u64, now: u64) -> bool {
    time as f64 > now as f64 * (1.0 - LATE)
}

/// Gathers final values: the last of each metric, which may be undefined; of alignments, the mean over the last tenth of the
/// run and the load at which they fell below 0.9; and what came before the task was learned. What it holds does not grow with the run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Final {
    last: BTreeMap<Metric, f64>,
    alignments: BTreeMap<Metric, Aligned>,
    load: f64,
    time: u64,
    course: Course,
}

/// How the task was learned, where it is tested how well.
#[derive(Clone, Debug, Default, PartialEq)]
struct Course {
    /// What the last test came to.
    tested: Option<f64>,
    /// Updates at the first test that came to enough.
    learned: Option<f64>,
    /// Of what is told until then: sum and count. No gradient at all agrees with nothing: undefined values count as 0.
    until: BTreeMap<Metric, (f64, u64)>,
}

/// The fraction of right answers that counts as learned.
const LEARNED: f64 = 0.95;

impl Course {
    fn add(&mut self, row: &Measurement) {
        let metric = &row.metric;
        if metric.is(&metric::PROBE_ACCURACY) {
            self.tested = Some(row.value);
        } else if metric.is(&metric::PROBE_UPDATES) {
            let enough = self.tested.is_some_and(|right| right >= LEARNED);
            self.learned = self.learned.or(enough.then_some(row.value));
        }
        if self.learned.is_some() {
            return;
        }
        if let Some(until) = metric.derived(&metric::UNTIL_LEARNED) {
            let (sum, count) = self.until.entry(until).or_default();
            *sum += if row.value.is_finite() {
                row.value
            } else {
                0.0
            };
            *count += 1;
        }
    }

    fn values(&self) -> impl Iterator<Item = (Metric, f64)> {
        let updates = Metric::new(&metric::UPDATES_TO_LEARN);
        let learned = self.learned.map(|n| (updates, n));
        let mean =
            |(metric, (sum, count)): (&Metric, &(f64, u64))| (metric.clone(), *sum / *count as f64);
        // Where nothing is tested, there is nothing that these were until.
        let until = self.until.iter().filter(|_| self.tested.is_some());
        learned.into_iter().chain(until.map(mean))
    }
}

/// The alignment that counts as still good.
const GOOD: f64 = 0.9;

impl Final {
    /// Takes in a measurement.
    pub fn add(&mut self, row: &Measurement) {
        self.time = self.time.max(row.time);
        self.course.add(row);
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
            let load = self.load;
            if !self.alignments.contains_key(metric) {
                self.alignments.insert(metric.clone(), Aligned::default());
            }
            if let Some(aligned) = self.alignments.get_mut(metric) {
                aligned.add(row.time, load, row.value);
            }
        } else {
            self.last.insert(metric.clone(), row.value);
        }
    }

    /// The final values.
    pub fn values(&self) -> BTreeMap<Metric, f64> {
        let mut values = self.last.clone();
        values.extend(self.course.values());
        for (metric, aligned) in &self.alignments {
            values.insert(metric.clone(), aligned.mean(self.time));
            if let (Some(broken), Some(load)) = (metric.derived(&metric::BROKEN_AT), aligned.broken)
            {
                values.insert(broken, load);
            }
        }
        values
    }
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
    fn a_value_that_is_undefined_now_is_not_what_it_was_before() {
        let mut last = Final::default();
        add(&mut last, 1, "replay.cosine", 0.9);
        add(&mut last, 2, "replay.cosine", f64::NAN);
        add(&mut last, 1, "alignment.X.remote", 0.5);
        add(&mut last, 2, "alignment.X.remote", f64::NAN);
        assert!(last.values()[&Metric::new(&metric::REPLAY_COSINE)].is_nan());
        assert!(last.values()[&Metric::of(&metric::ALIGNMENT_REMOTE, "X")].is_nan());
        add(&mut last, 2, "alignment.X.remote", 0.25);
        let values = last.values();
        assert_eq!(values[&Metric::of(&metric::ALIGNMENT_REMOTE, "X")], 0.25);
        let summary = Summary {
            scenario: String::new(),
            seed: 1,
            status: "completed",
            error: None,
            wall_seconds: 0.0,
            steps: 2,
            last: values,
            ledger: Value::Null,
        };
        assert!(summary.to_json()["final"]["replay.cosine"].is_null());
    }

    #[test]
    fn what_was_told_until_the_task_was_learned_is_told_as_a_mean() {
        let mut last = Final::default();
        let row = |last: &mut Final, time, remote, right| {
            add(last, time, "alignment.X.remote", remote);
            add(last, time, "replay.completed", remote);
            add(last, time, "probe.accuracy", right);
            add(last, time, "probe.updates", time as f64 * 10.0);
        };
        row(&mut last, 1, 0.5, 0.25);
        row(&mut last, 2, f64::NAN, 0.94);
        let remote = Metric::of(&metric::REMOTE_LEARNING, "X");
        let updates = Metric::new(&metric::UPDATES_TO_LEARN);
        assert_eq!(last.values()[&remote], 0.25);
        assert!(!last.values().contains_key(&updates));
        row(&mut last, 3, 1.0, 0.95);
        row(&mut last, 4, 0.0, 0.9);
        row(&mut last, 5, 0.0, 1.0);
        let values = last.values();
        assert_eq!((values[&remote], values[&updates]), (0.5, 30.0));
        let completed = Metric::new(&metric::COMPLETED_LEARNING);
        assert_eq!(values[&completed], 0.5);
        // Without a test there is no such mean.
        let mut last = Final::default();
        add(&mut last, 1, "alignment.X.remote", 1.0);
        assert!(!last.values().contains_key(&remote));
    }

    #[test]
    fn what_is_kept_does_not_grow_with_the_run() {
        let mut last = Final::default();
        let n = 300_000;
        for t in 1..=n {
            add(&mut last, t, "alignment.X.cosine", t as f64 / n as f64);
        }
        let cosine = Metric::of(&metric::ALIGNMENT_COSINE, "X");
        assert!(last.alignments[&cosine].late.len() <= MOST_SPANS);
        assert!((last.values()[&cosine] - 0.95).abs() < 1e-3);
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
