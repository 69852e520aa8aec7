//! History: keyframes, and re-execution from them. Any earlier step can be looked at, and gone on from.

use super::super::command::Journalled;
use super::super::experiment::{Experiment, Status};
use super::super::lab::{Clock, RunError};
use super::super::show::{Observer, ripple_view};
use crate::record::{Event, Sink, SinkError};
use crate::trace::Offsets;

/// Keyframes kept; when there are more, every other one goes and the distance doubles.
const MOST_KEYFRAMES: usize = 16;
/// Bytes that all keyframes together may take; the first one is always kept.
const MOST_BYTES: u64 = 512 << 20;
/// Steps between keyframes at first.
const DISTANCE: u64 = 16_000;

/// An experiment with what was observed of it.
#[derive(Clone)]
pub struct Frame {
    pub experiment: Experiment<f32>,
    pub observer: Observer,
}

/// Tells the observer, and the tables where there are any.
struct Listeners<'a, 'b> {
    observer: &'a mut Observer,
    tables: Option<&'b mut (dyn Sink + 'b)>,
}

impl Sink for Listeners<'_, '_> {
    fn event(&mut self, event: &Event) -> Result<(), SinkError> {
        if let Some(tables) = &mut self.tables {
            tables.event(event)?;
        }
        self.observer.event(event)
    }
}

impl Frame {
    /// Before the first step.
    pub fn new(experiment: Experiment<f32>) -> Self {
        let mut observer = Observer::default();
        observer.say(0, "ready");
        Self {
            experiment,
            observer,
        }
    }

    pub fn clock(&self) -> Clock {
        self.experiment.clock()
    }

    /// One step.
    pub fn step(&mut self, tables: Option<&mut dyn Sink>) -> Result<Status, RunError> {
        let ripples = self.observer.ripples_heard();
        let mut listeners = Listeners {
            observer: &mut self.observer,
            tables,
        };
        let status = self.experiment.step(&mut listeners)?;
        if self.observer.ripples_heard() != ripples
            && let Some(view) = ripple_view(&self.experiment)
        {
            self.observer.detail(view);
        }
        Ok(status)
    }

    /// Applies a command.
    pub fn apply(
        &mut self,
        command: &Journalled,
        tables: Option<&mut dyn Sink>,
    ) -> Result<(), RunError> {
        let mut listeners = Listeners {
            observer: &mut self.observer,
            tables,
        };
        self.experiment.apply(&command.command, &mut listeners)
    }

    /// Steps on to `step`, applying the journal's commands where they fall.
    pub fn advance(
        &mut self,
        step: u64,
        journal: &[Journalled],
        mut tables: Option<&mut dyn Sink>,
    ) -> Result<(), RunError> {
        loop {
            while let Some(next) = journal.get(self.experiment.journal().len())
                && next.step <= self.clock().step
            {
                self.apply(next, tables.as_mut().map(|t| &mut **t as &mut dyn Sink))?;
            }
            if self.clock().step >= step || self.experiment.is_done() {
                return Ok(());
            }
            self.step(tables.as_mut().map(|t| &mut **t as &mut dyn Sink))?;
        }
    }
}

/// A frame to go back to, with the length that the tables had then.
struct Keyframe {
    frame: Frame,
    offsets: Offsets,
}

/// The keyframes of a run, oldest first.
pub struct History {
    keyframes: Vec<Keyframe>,
    distance: u64,
}

impl History {
    /// A history that begins with this frame.
    pub fn new(frame: Frame, offsets: Offsets) -> Self {
        Self {
            keyframes: vec![Keyframe { frame, offsets }],
            distance: DISTANCE,
        }
    }

    /// Whether a keyframe is due at this step.
    pub fn due(&self, step: u64) -> bool {
        self.keyframes
            .last()
            .is_none_or(|k| step >= k.frame.clock().step + self.distance)
    }

    /// Keeps a keyframe.
    pub fn keep(&mut self, frame: &Frame, offsets: Offsets) {
        self.keyframes.push(Keyframe {
            frame: frame.clone(),
            offsets,
        });
        // An experiment that takes much memory has fewer: going back then takes longer.
        let room = MOST_BYTES / frame.experiment.bytes().max(1);
        let most = (room as usize).clamp(1, MOST_KEYFRAMES);
        if self.keyframes.len() > most {
            let mut position = 0;
            self.keyframes.retain(|_| {
                position += 1;
                position % 2 == 1
            });
            self.distance *= 2;
        }
    }

    /// The latest keyframe at or before `step`, and the tables' length then.
    pub fn before(&self, step: u64) -> (Frame, Offsets) {
        let found = self
            .keyframes
            .iter()
            .rev()
            .find(|k| k.frame.clock().step <= step);
        let keyframe = found.unwrap_or(&self.keyframes[0]);
        (keyframe.frame.clone(), keyframe.offsets)
    }

    /// Forgets what came after `step`.
    pub fn truncate(&mut self, step: u64) {
        let first = self.keyframes[0].frame.clock().step;
        self.keyframes
            .retain(|k| k.frame.clock().step <= step.max(first));
    }
}
