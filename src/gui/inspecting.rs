//! What is looked into: a subject, what was asked of the run about it, and what came back.

use std::time::{Duration, Instant};

use super::simulation::Simulation;
use crate::engine::{Asking, Findings, Inquiry, Snapshot, Subject};

/// Something that can be looked into.
#[derive(Clone, Debug, PartialEq)]
pub enum Topic {
    /// What the run is asked about.
    Subject(Subject),
    /// A ripple, by its number.
    Ripple(u64),
    /// A point of a curve.
    Point {
        /// What the curve is called.
        name: String,
        /// The clock at the point.
        time: f64,
        /// Its value.
        value: f64,
    },
}

impl std::fmt::Display for Topic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Subject(subject) => subject.fmt(f),
            Self::Ripple(ripple) => write!(f, "ripple {ripple}"),
            Self::Point { name, .. } => write!(f, "a point of {name}"),
        }
    }
}

/// How long a moment must be looked at before it is run to.
const REST: Duration = Duration::from_millis(250);
/// Time between two questions about a run that goes on.
const OFTEN: Duration = Duration::from_millis(500);
/// Topics that one can go back to.
const MOST: usize = 100;

/// What a question was about: the run, the moment, the steps of the live end, how many changes there were, the subject.
#[derive(Clone, Debug, PartialEq)]
struct Key {
    run: u64,
    step: Option<u64>,
    live: u64,
    changes: usize,
    subject: Subject,
}

/// What is looked into.
#[derive(Default)]
pub struct Inspecting {
    trail: Vec<Topic>,
    /// The question that is being answered, and what it is about.
    asked: Option<(Key, Inquiry)>,
    found: Option<(Key, Result<Findings, String>)>,
    /// The moment that was looked at last, and since when.
    looked: Option<(Option<u64>, Instant)>,
    answered: Option<Instant>,
    /// What shall not be run to, because that was given up.
    refused: Option<Key>,
    /// Whether somebody looks.
    seen: bool,
}

impl Inspecting {
    /// Looks into something.
    pub fn look_into(&mut self, topic: Topic) {
        if self.trail.last() == Some(&topic) {
            return;
        }
        if self.trail.len() >= MOST {
            self.trail.remove(0);
        }
        self.trail.push(topic);
        self.refused = None;
    }

    /// Back to what was looked into before.
    pub fn back(&mut self) {
        self.trail.pop();
    }

    /// What was looked into before.
    pub fn before(&self) -> Option<&Topic> {
        self.trail.iter().rev().nth(1)
    }

    /// What is looked into.
    pub fn topic(&self) -> Option<&Topic> {
        self.trail.last()
    }

    /// Somebody looks: what is found out is to be kept up.
    pub fn see(&mut self) {
        self.seen = true;
    }

    /// What was found out, and the step that it is of; none for the live end.
    pub fn found(&self) -> Option<(Option<u64>, &Result<Findings, String>)> {
        let (key, found) = self.found.as_ref()?;
        let Some(Topic::Subject(subject)) = self.topic() else {
            return None;
        };
        (key.subject == *subject).then_some((key.step, found))
    }

    /// How far the way to the moment is done, where one is run to.
    pub fn progress(&self) -> Option<f64> {
        let (key, inquiry) = self.asked.as_ref()?;
        key.step.map(|_| inquiry.progress())
    }

    /// Whether running to the moment was given up.
    pub fn given_up(&self) -> bool {
        self.refused.is_some()
    }

    /// Gives up running to the moment.
    pub fn cancel(&mut self) {
        self.refused = self.asked.take().map(|(key, _)| key);
    }

    /// Runs to the moment after all.
    pub fn again(&mut self) {
        self.refused = None;
    }

    /// Hears answers, and asks what is to be known now.
    pub fn renew(&mut self, simulation: &dyn Simulation, live: &Snapshot, at: Option<u64>) {
        if let Some((key, inquiry)) = &self.asked {
            while let Some(answer) = inquiry.answer() {
                self.found = Some((key.clone(), answer));
                self.answered = Some(Instant::now());
            }
            if inquiry.is_over() {
                self.asked = None;
            }
        }
        let seen = std::mem::take(&mut self.seen);
        let Some(Topic::Subject(subject)) = self.trail.last().filter(|_| seen) else {
            return;
        };
        let (step, since) = *self.looked.get_or_insert((at, Instant::now()));
        if step != at {
            self.looked = Some((at, Instant::now()));
            return;
        }
        let key = Key {
            run: live.run,
            step: at,
            live: if at.is_some() { 0 } else { live.live_step },
            changes: live.journal.len(),
            subject: subject.clone(),
        };
        let is = |other: &Key| *other == key;
        let known = self.found.as_ref().is_some_and(|(found, _)| is(found));
        let on_the_way = self.asked.as_ref().is_some_and(|(asked, _)| {
            // Of the live end one question at a time.
            is(asked) || (asked.step.is_none() && at.is_none() && asked.subject == key.subject)
        });
        let refused = self.refused.as_ref().is_some_and(is);
        let same = self.found.as_ref().is_some_and(|(found, _)| {
            (found.run, found.step, &found.subject) == (key.run, key.step, &key.subject)
        });
        let lately = self.answered.is_some_and(|then| then.elapsed() < OFTEN);
        let waits = (at.is_some() && since.elapsed() < REST) || (same && lately);
        if known || on_the_way || refused || waits {
            return;
        }
        self.refused = None;
        let asking = Asking {
            subject: key.subject.clone(),
            step: at,
        };
        // The question before is given up: the latest counts.
        match simulation.inquire(asking) {
            Ok(inquiry) => self.asked = Some((key, inquiry)),
            Err(why) => self.found = Some((key, Err(why))),
        }
    }

    /// Whether something is still to come, so that the window looks again.
    pub fn waits(&self) -> bool {
        self.asked.is_some()
            || self
                .looked
                .is_some_and(|(at, since)| at.is_some() && since.elapsed() < 2 * REST)
    }
}
