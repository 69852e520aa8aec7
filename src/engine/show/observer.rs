//! What the app remembers of a run: series, ripples and a log, all bounded.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::course::Course;
use super::snapshot::{LogLine, Series, Snapshot};
use crate::record::{
    AnyRow, CapacityRecord, Event, Measurement, Metric, RippleRecord, Sink, SinkError, damage_in,
    metric,
};

/// A series longer than this loses every other point.
const MOST_POINTS: usize = 2000;
/// Ripples listed.
const MOST_RIPPLES: usize = 1000;
/// Measurements of stores.
const MOST_ROWS: usize = 20_000;
/// Lines of the log.
const MOST_LINES: usize = 500;

/// How a series is kept within bounds.
#[derive(Clone, Copy, Debug)]
struct Thinning {
    /// Of so many points one is kept.
    stride: u64,
    /// Points that came.
    seen: u64,
}

/// Listens to a run for the app.
#[derive(Clone, Debug, Default)]
pub struct Observer {
    series: Arc<BTreeMap<Metric, Arc<Series>>>,
    /// Each metric keeps every n-th point.
    thinning: HashMap<Metric, Thinning>,
    ripples: Arc<Vec<RippleRecord>>,
    capacity: Arc<Vec<CapacityRecord>>,
    log: Arc<Vec<LogLine>>,
    course: Course,
}

impl Observer {
    /// Fills in what was observed.
    pub fn draw(&self, snapshot: &mut Snapshot) {
        snapshot.series = self.series.clone();
        snapshot.ripples = self.ripples.clone();
        snapshot.capacity = self.capacity.clone();
        snapshot.log = self.log.clone();
        snapshot.course = self.course.clone();
    }

    /// A line for the log.
    pub fn say(&mut self, time: u64, text: impl Into<String>) {
        let log = Arc::make_mut(&mut self.log);
        log.push(LogLine {
            time,
            text: text.into(),
        });
        if log.len() > MOST_LINES {
            log.drain(..MOST_LINES / 4);
        }
    }

    /// A measurement of a store.
    fn measured(&mut self, record: &CapacityRecord) {
        let capacity = Arc::make_mut(&mut self.capacity);
        capacity.push(record.clone());
        if capacity.len() > MOST_ROWS {
            capacity.drain(..MOST_ROWS / 4);
        }
    }

    /// A point of a series.
    fn point(&mut self, row: &Measurement) {
        let thinning = self
            .thinning
            .entry(row.metric.clone())
            .or_insert(Thinning { stride: 1, seen: 0 });
        thinning.seen += 1;
        if !(thinning.seen - 1).is_multiple_of(thinning.stride) {
            return;
        }
        let all = Arc::make_mut(&mut self.series);
        let series = Arc::make_mut(all.entry(row.metric.clone()).or_default());
        series.push([row.time as f64, row.value]);
        if series.len() > MOST_POINTS {
            let mut keep = false;
            series.retain(|_| {
                keep = !keep;
                keep
            });
            thinning.stride *= 2;
        }
    }

    /// A point of a series, and for some a line of the log.
    fn measurement(&mut self, row: &Measurement) {
        self.point(row);
        let percent = row.value * 100.0;
        let text = if row.metric.is(&metric::PROBE_ACCURACY) {
            format!("probe: {percent:.1} % right")
        } else if row.metric.is(&metric::REPLAY_COMPLETED) {
            format!("sleep: {percent:.0} % of ripples replayed a whole episode")
        } else if row.metric.is(&metric::ACCURACY) {
            format!("awake: {percent:.1} % right")
        } else {
            return;
        };
        self.say(row.time, text);
    }

    /// A ripple of the list; one that failed also gets a line of the log.
    fn ripple(&mut self, record: &RippleRecord) {
        self.course.ripple(record);
        let ripples = Arc::make_mut(&mut self.ripples);
        ripples.push(record.clone());
        if ripples.len() > MOST_RIPPLES {
            ripples.drain(..MOST_RIPPLES / 4);
        }
        if !record.completed {
            let (n, outcome) = (record.ripple, record.outcome.as_str());
            let text = format!("ripple {n} of episode {}: {outcome}", record.episode);
            self.say(record.time, text);
        }
    }
}

impl Sink for Observer {
    fn event(&mut self, event: &Event) -> Result<(), SinkError> {
        match event {
            Event::Row(AnyRow::Metric(row)) => self.measurement(row),
            Event::Row(AnyRow::Ripple(row)) => self.ripple(row),
            Event::Row(AnyRow::Capacity(row)) => self.measured(row),
            Event::Row(AnyRow::Phase(row)) => self.course.phase(row),
            Event::Row(AnyRow::Log(row)) => {
                if let Some((target, fraction)) = damage_in(&row.text) {
                    self.course.damaged(row.time, target, fraction);
                }
                self.say(row.time, row.text.clone());
            }
            // Other tables are read where they are looked at.
            Event::Row(_) => {}
            other => {
                if let Event::Damaged {
                    time,
                    target,
                    fraction,
                } = other
                {
                    self.course.damaged(*time, *target, *fraction);
                }
                if let Some(line) = other.log() {
                    self.say(line.time, line.text);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_stays_bounded_and_keeps_its_shape() {
        let mut observer = Observer::default();
        let loss = Metric::new(&metric::LOSS);
        for time in 0..100_000 {
            let row = Measurement {
                time,
                episode: 0,
                phase: "Wake".into(),
                metric: loss.clone(),
                value: time as f64,
            };
            observer.event(&row.into()).unwrap();
            observer.say(time, "line");
        }
        let series = &observer.series[&loss];
        assert!(series.len() <= MOST_POINTS && series.len() > MOST_POINTS / 3);
        assert!(series.windows(2).all(|w| w[0][0] < w[1][0]));
        assert!(observer.log.len() <= MOST_LINES);
    }
}
