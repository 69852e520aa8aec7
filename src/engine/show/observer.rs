//! What the app remembers of a run: series, ripples and a log, all bounded.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::course::Course;
use super::snapshot::{LogLine, Series, Snapshot};
use crate::record::{
    AnyRow, CapacityRecord, Event, Gone, Measurement, Metric, RippleRecord, Sink, SinkError,
    damage_in, gone_in, metric,
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
    /// The episodes that the last line is of, where it tells of many that are gone.
    gone: Option<(Gone, [u64; 2], usize)>,
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
        let mut text = text.into();
        let log = Arc::make_mut(&mut self.log);
        // Episodes that go one after the other are one line.
        self.gone = gone_in(&text).map(|(episode, how)| match self.gone {
            Some((before, [first, last], count)) if before == how => {
                log.pop();
                (how, [first.min(episode), last.max(episode)], count + 1)
            }
            _ => (how, [episode; 2], 1),
        });
        if let Some((how, [first, last], count @ 2..)) = self.gone {
            let what = match how {
                Gone::Unlearned => "were unlearned to make room",
                Gone::Joined => "joined ones that are like them",
            };
            text = format!("{count} episodes from {first} to {last} {what}");
        }
        log.push(LogLine { time, text });
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
    fn episodes_that_go_one_after_the_other_are_one_line() {
        let mut observer = Observer::default();
        let evicted = |episode| Event::Evicted {
            time: episode,
            episode,
            steps: 22,
        };
        for episode in 7..23 {
            observer.event(&evicted(episode)).unwrap();
        }
        observer.say(30, "probe: 50.0 % right");
        observer.event(&evicted(40)).unwrap();
        for episode in 50..53 {
            let (time, prototype) = (episode, 1);
            let joined = Event::Joined {
                time,
                episode,
                prototype,
            };
            observer.event(&joined).unwrap();
        }
        let lines: Vec<(u64, &str)> = (observer.log.iter())
            .map(|line| (line.time, line.text.as_str()))
            .collect();
        let told = [
            (22, "16 episodes from 7 to 22 were unlearned to make room"),
            (30, "probe: 50.0 % right"),
            (40, "episode 40 (22 steps) was unlearned to make room"),
            (
                52,
                "3 episodes from 50 to 52 joined ones that are like them",
            ),
        ];
        assert_eq!(lines, told);
    }

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
