//! What the app remembers of a run: series, ripples and a log, all bounded.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::snapshot::{LogLine, RippleEntry, RippleView, Series, Snapshot};
use crate::event::{CapacityRecord, Event, Sink, SinkError};

/// A series longer than this loses every other point.
const MOST_POINTS: usize = 2000;
/// Ripples listed, and those kept in full.
const MOST_RIPPLES: usize = 1000;
const MOST_DETAILS: usize = 96;
/// Measurements of stores.
const MOST_ROWS: usize = 20_000;
/// Lines of the log.
const MOST_LINES: usize = 500;

/// Listens to a run for the app.
#[derive(Clone, Debug, Default)]
pub struct Observer {
    series: Arc<BTreeMap<String, Arc<Series>>>,
    /// Each metric keeps every n-th point.
    strides: BTreeMap<String, (u64, u64)>,
    ripples: Arc<Vec<RippleEntry>>,
    /// Ripples heard of in all.
    heard: u64,
    capacity: Arc<Vec<CapacityRecord>>,
    log: Arc<Vec<LogLine>>,
}

impl Observer {
    /// Fills in what was observed.
    pub fn draw(&self, snapshot: &mut Snapshot) {
        snapshot.series = self.series.clone();
        snapshot.ripples = self.ripples.clone();
        snapshot.capacity = self.capacity.clone();
        snapshot.log = self.log.clone();
    }

    /// How many ripples have ended.
    pub fn ripples_heard(&self) -> u64 {
        self.heard
    }

    /// The steps of the ripple that ended last.
    pub fn detail(&mut self, view: RippleView) {
        let ripples = Arc::make_mut(&mut self.ripples);
        let count = ripples.len();
        if let Some(last) = ripples.last_mut()
            && last.record.ripple == view.ripple
        {
            last.detail = Some(Arc::new(view));
        }
        if let Some(old) = count.checked_sub(MOST_DETAILS + 1) {
            ripples[old].detail = None;
        }
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
    pub fn measured(&mut self, record: &CapacityRecord) {
        let capacity = Arc::make_mut(&mut self.capacity);
        capacity.push(record.clone());
        if capacity.len() > MOST_ROWS {
            capacity.drain(..MOST_ROWS / 4);
        }
    }

    /// A point of a series.
    pub fn point(&mut self, name: &str, time: u64, value: f64) {
        let (stride, seen) = self.strides.entry(name.to_string()).or_insert((1, 0));
        *seen += 1;
        if !(*seen - 1).is_multiple_of(*stride) {
            return;
        }
        let series = Arc::make_mut(&mut self.series)
            .entry(name.to_string())
            .or_default();
        let series = Arc::make_mut(series);
        series.push([time as f64, value]);
        if series.len() > MOST_POINTS {
            let mut keep = false;
            series.retain(|_| {
                keep = !keep;
                keep
            });
            *stride *= 2;
        }
    }
}

impl Sink for Observer {
    fn event(&mut self, event: &Event) -> Result<(), SinkError> {
        match event {
            Event::Began { .. } | Event::Updated { .. } | Event::Scored(_) => {}
            Event::Measured(record) => self.measured(record),
            Event::Metric {
                time, name, value, ..
            } => {
                self.point(name, *time, *value);
                if name == "probe.accuracy" {
                    self.say(*time, format!("probe: {:.1} % right", value * 100.0));
                }
                if name == "replay.completed" {
                    self.say(
                        *time,
                        format!(
                            "sleep: {:.0} % of ripples replayed a whole episode",
                            value * 100.0
                        ),
                    );
                }
                if name == "accuracy" {
                    self.say(*time, format!("awake: {:.1} % right", value * 100.0));
                }
            }
            Event::Ripple(record) => {
                self.heard += 1;
                let ripples = Arc::make_mut(&mut self.ripples);
                ripples.push(RippleEntry {
                    record: record.clone(),
                    detail: None,
                });
                if ripples.len() > MOST_RIPPLES {
                    ripples.drain(..MOST_RIPPLES / 4);
                }
                if !record.completed {
                    let (n, outcome) = (record.ripple, record.outcome.as_str());
                    self.say(
                        record.time,
                        format!("ripple {n} of episode {}: {outcome}", record.episode),
                    );
                }
            }
            Event::Evicted {
                time,
                episode,
                steps,
            } => {
                self.say(
                    *time,
                    format!("episode {episode} ({steps} steps) was unlearned to make room"),
                );
            }
            Event::Joined {
                time,
                episode,
                prototype,
            } => self.say(
                *time,
                format!("episode {episode} joined {prototype}, which is like it"),
            ),
            Event::Damaged {
                time,
                target,
                fraction,
            } if *fraction > 0.0 => {
                self.say(
                    *time,
                    format!("lesion: {:.0} % of {target}", fraction * 100.0),
                );
            }
            Event::Damaged { time, target, .. } => {
                self.say(*time, format!("{target} is whole again"));
            }
            Event::Note { time, text } => self.say(*time, text.clone()),
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
        for time in 0..100_000 {
            let (name, value) = ("loss".to_string(), time as f64);
            let metric = Event::Metric {
                time,
                episode: 0,
                phase: "Wake".into(),
                name,
                value,
            };
            observer.event(&metric).unwrap();
            observer.say(time, "line");
        }
        let series = &observer.series["loss"];
        assert!(series.len() <= MOST_POINTS && series.len() > MOST_POINTS / 3);
        assert!(series.windows(2).all(|w| w[0][0] < w[1][0]));
        assert!(observer.log.len() <= MOST_LINES);
    }
}
