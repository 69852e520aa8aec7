//! Events: what happens in a run, told to whoever listens (run folder, app, progress bar).

use super::names::PhaseName;
use super::{AnyRow, LogRecord, Measurement, RippleRecord};
use crate::circuit::Place;

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A phase began.
    Began {
        /// Clock.
        time: u64,
        /// Which.
        phase: PhaseName,
    },
    /// A row of a table: something was measured, a ripple ended.
    Row(AnyRow),
    /// An episode was forgotten.
    Evicted {
        /// Clock.
        time: u64,
        /// Which.
        episode: u64,
        /// Steps it had.
        steps: usize,
    },
    /// An episode joined one like it.
    Joined {
        /// Clock.
        time: u64,
        /// Which.
        episode: u64,
        /// Which one it joined.
        prototype: u64,
    },
    /// The weights changed.
    Updated {
        /// Clock.
        time: u64,
        /// Updates so far.
        updates: u64,
    },
    /// A lesion or a restoration.
    Damaged {
        /// Clock.
        time: u64,
        /// Region or pathway.
        target: Place,
        /// Fraction now missing; 0 after a restoration.
        fraction: f64,
    },
    /// Something worth a line in the log.
    Note {
        /// Clock.
        time: u64,
        /// In words.
        text: String,
    },
}

impl Event {
    /// A quantity that was measured, where it is one.
    pub fn measurement(&self) -> Option<&Measurement> {
        match self {
            Self::Row(AnyRow::Metric(row)) => Some(row),
            _ => None,
        }
    }

    /// A ripple that ended, where it is one.
    pub fn ripple(&self) -> Option<&RippleRecord> {
        match self {
            Self::Row(AnyRow::Ripple(row)) => Some(row),
            _ => None,
        }
    }

    /// Its line of log.csv, where it is told there: rows of other tables are not.
    pub fn log(&self) -> Option<LogRecord> {
        let (time, text) = match self {
            Self::Began { .. } | Self::Updated { .. } | Self::Row(_) => return None,
            Self::Evicted {
                time,
                episode,
                steps,
            } => (
                time,
                format!("episode {episode} ({steps} steps) was unlearned to make room"),
            ),
            Self::Joined {
                time,
                episode,
                prototype,
            } => (
                time,
                format!("episode {episode} joined {prototype}, which is like it"),
            ),
            Self::Damaged {
                time,
                target,
                fraction,
            } if *fraction > 0.0 => (
                time,
                format!("lesion: {:.0} % of {target}", fraction * 100.0),
            ),
            Self::Damaged { time, target, .. } => (time, format!("{target} is whole again")),
            Self::Note { time, text } => (time, text.clone()),
        };
        Some(LogRecord { time: *time, text })
    }
}

/// The episode that a line of log.csv says was forgotten, or joined one like it, and which of the two it was.
pub fn gone_in(text: &str) -> Option<(u64, Gone)> {
    let (episode, what) = text.strip_prefix("episode ")?.split_once(' ')?;
    let gone = if what.ends_with("was unlearned to make room") {
        Gone::Unlearned
    } else if what.starts_with("joined ") {
        Gone::Joined
    } else {
        return None;
    };
    Some((episode.parse().ok()?, gone))
}

/// How an episode ceased to be one of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// It was unlearned to make room.
    Unlearned,
    /// It joined one like it.
    Joined,
}

/// The target and the fraction now missing that a line of log.csv tells of; nothing where it tells of something else.
pub fn damage_in(text: &str) -> Option<(Place, f64)> {
    let place = |name: &str| Place::ALL.into_iter().find(|place| place.name() == name);
    if let Some(name) = text.strip_suffix(" is whole again") {
        return Some((place(name)?, 0.0));
    }
    let (percent, name) = text.strip_prefix("lesion: ")?.split_once(" % of ")?;
    Some((place(name)?, percent.parse::<f64>().ok()? / 100.0))
}

impl<T: Into<AnyRow>> From<T> for Event {
    fn from(row: T) -> Self {
        Self::Row(row.into())
    }
}

/// What a listener may fail with.
#[derive(Debug, thiserror::Error)]
pub enum SinkError {
    /// A file could not be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// Which.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file could not be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Which.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A run that is lived again tells something else than was recorded.
    #[error(
        "{path}, line {line}: recorded was `{recorded}`, but when it is run again it is `{again}`"
    )]
    Parted {
        /// The table.
        path: std::path::PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is there; empty where nothing is.
        recorded: String,
        /// What is told now; empty where nothing is.
        again: String,
    },
}

/// Someone who listens to a run. The order of events is part of the contract: it is the same whatever the thread count.
pub trait Sink {
    /// Hears one event.
    fn event(&mut self, event: &Event) -> Result<(), SinkError>;
}

/// Nobody listens.
impl Sink for () {
    fn event(&mut self, _: &Event) -> Result<(), SinkError> {
        Ok(())
    }
}

/// Two listeners.
impl<A: Sink, B: Sink> Sink for (&mut A, &mut B) {
    fn event(&mut self, event: &Event) -> Result<(), SinkError> {
        self.0.event(event)?;
        self.1.event(event)
    }
}

/// All events in memory: for tests.
impl Sink for Vec<Event> {
    fn event(&mut self, event: &Event) -> Result<(), SinkError> {
        self.push(event.clone());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lesions_are_read_back_from_the_log() {
        for target in Place::ALL {
            for fraction in [0.0, 0.25, 1.0] {
                let event = Event::Damaged {
                    time: 3,
                    target,
                    fraction,
                };
                let line = event.log().unwrap();
                assert_eq!(damage_in(&line.text), Some((target, fraction)));
            }
        }
        for text in [
            "lesion: half of CA3",
            "lesion: 3 % of nothing",
            "all is whole again",
            "",
        ] {
            assert_eq!(damage_in(text), None);
        }
    }
}
