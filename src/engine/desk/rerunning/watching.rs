//! Watches an experiment step by step and gathers episodes and ripples.

use std::ops::Range;

use super::super::super::experiment::{Did, Experiment};
use super::super::super::lab::Living;
use super::super::super::phases::Source;
use super::activity::{Eye, LivedTrace, RippleTrace, Witness};
use crate::episode::NO_ORIGIN;
use crate::numeric::statistics::argmax;
use crate::record::{AnyRow, Event, PhaseRecord, RippleRecord, ScoreRecord, Sink, SinkError};
use crate::trace::FolderError;

/// What is gathered of a run that goes on.
pub(super) struct Watching<'a> {
    witness: &'a mut (dyn Witness + Send),
    window: Range<u64>,
    /// States after each step of the batch, S×B a step.
    states: Vec<f32>,
    /// The run's clock before the first of them.
    begun: u64,
    /// What was told since the last look.
    told: Told,
}

#[derive(Default)]
struct Told {
    phases: Vec<PhaseRecord>,
    ripples: Vec<RippleRecord>,
    scores: Vec<ScoreRecord>,
    rows: Vec<AnyRow>,
}

impl<'w> Watching<'w> {
    pub fn new(window: Range<u64>, witness: &'w mut (dyn Witness + Send)) -> Self {
        Self {
            witness,
            window,
            states: Vec::new(),
            begun: 0,
            told: Told::default(),
        }
    }

    /// Whether a moment lies in the window.
    fn within(&self, time: u64) -> bool {
        self.window.contains(&time)
    }

    /// Whether some of what went on between two moments lies in the window.
    fn overlaps(&self, begun: u64, ended: u64) -> bool {
        begun < self.window.end && ended > self.window.start || self.within(begun)
    }

    fn live(&mut self, run: &Experiment<f32>) -> Result<(), FolderError> {
        let Some((living, source)) = run.shown().0.living else {
            return Ok(());
        };
        let time = run.clock().time;
        if living.t == 1 {
            self.states.clear();
            // A test takes none of the run's time.
            self.begun = time.saturating_sub(u64::from(source == Source::Lived));
        }
        self.states.extend_from_slice(&living.h);
        let whole = self.states.len() == living.t * living.h.len();
        if !living.over() || !whole || !self.overlaps(self.begun, time) {
            return Ok(());
        }
        for b in 0..living.batch.width {
            let trace = trace(&self.states, self.begun, run, living, source, b);
            self.witness.lived(&trace)?;
        }
        Ok(())
    }

    fn replay(
        &mut self,
        run: &Experiment<f32>,
        record: &RippleRecord,
        scores: &[ScoreRecord],
    ) -> Result<(), FolderError> {
        let Some(running) = run.shown().0.ripple else {
            return Ok(());
        };
        let begun = record.time.saturating_sub(record.steps as u64);
        if !self.overlaps(begun, record.time) {
            return Ok(());
        }
        let (from, to) = (running.begun.step, running.step);
        let state = run.lab().cortex.state();
        let codes = |walk: &'_ crate::hippocampus::Walk| -> Vec<Vec<u32>> {
            walk.states.iter().map(|s| s.active.clone()).collect()
        };
        let walk = &running.planned.walk.states;
        let expected = &running.planned.expected;
        let twin = running.planned.null.as_ref();
        let twin = twin.filter(|_| running.over()).map(codes);
        self.witness.ripple(&RippleTrace {
            phase: run.phase(),
            record,
            scores,
            begun,
            length: running.planned.length,
            codes: walk[from..to].iter().map(|s| s.active.as_slice()).collect(),
            states: &running.decoded[from * state..to * state],
            truth: (from..to)
                .map(|i| expected.get(i).map(|e| e.step))
                .collect(),
            overlaps: &running.overlaps[from..to],
            twin: twin.as_ref().map(|t| t.iter().map(Vec::as_slice).collect()),
        })
    }
}

/// One episode of a batch that is over.
fn trace<'a>(
    all: &'a [f32],
    begun: u64,
    run: &'a Experiment<f32>,
    living: &'a Living<f32>,
    source: Source,
    b: usize,
) -> LivedTrace<'a> {
    let (batch, task) = (&living.batch, run.lab().task());
    let (steps, width) = (batch.lengths[b], batch.width);
    let state = living.h.len() / width.max(1);
    let columns = |matrix: &'a crate::numeric::DMatrix<f32>| {
        let each = (0..steps).map(move |t| matrix.column(t * width + b));
        each.flat_map(|column| column.iter().copied().collect::<Vec<_>>())
            .collect()
    };
    let states = (0..steps).flat_map(|t| {
        let at = (t * width + b) * state;
        all[at..at + state].iter().copied()
    });
    let mask = (0..steps).map(|t| batch.mask[t * width + b]);
    let bound = (0..steps).map(|t| {
        let fit = b < living.fit;
        let bound = fit.then(|| living.bound.get(t * living.fit + b));
        bound.flatten().and_then(Option::as_ref)
    });
    let loss = living.losses[b];
    let origins = (0..steps).map(|t| batch.origins[t * width + b]);
    let origin = origins.filter(|o| *o != NO_ORIGIN).min();
    LivedTrace {
        source,
        phase: run.phase(),
        episode: batch.episodes[b],
        beside: b,
        begun,
        ended: run.clock().time,
        steps,
        states: states.collect(),
        inputs: columns(&batch.inputs),
        targets: columns(&batch.targets),
        mask: mask.collect(),
        bound: bound.collect(),
        positions: &batch.positions[b],
        reward: batch.rewards[b],
        loss: loss.sum / loss.weight,
        correct: (loss.weight > 0.0)
            .then(|| living.wrong[b] as usize <= task.mistakes().unwrap_or_default()),
        asked: origin.map(|o| {
            let column = batch.inputs.column(o as usize * width + b);
            argmax(&column.iter().copied().collect::<Vec<_>>())
        }),
    }
}

impl Eye for Watching<'_> {
    fn look(&mut self, run: &Experiment<f32>) -> Result<(), FolderError> {
        let told = std::mem::take(&mut self.told);
        for row in &told.phases {
            if self.within(row.time) {
                self.witness.phase(row)?;
            }
        }
        if run.did() == Did::Lived {
            self.live(run)?;
        }
        for record in &told.ripples {
            self.replay(run, record, &told.scores)?;
        }
        for row in &told.rows {
            if self.within(row.time()) {
                self.witness.row(row)?;
            }
        }
        Ok(())
    }

    fn over(&mut self, time: u64) -> Result<(), FolderError> {
        self.witness.over(time)
    }
}

impl Sink for Watching<'_> {
    fn event(&mut self, event: &Event) -> Result<(), SinkError> {
        if let Event::Row(row) = event {
            match row {
                AnyRow::Phase(row) => self.told.phases.push(row.clone()),
                AnyRow::Ripple(row) => self.told.ripples.push(row.clone()),
                AnyRow::Score(row) => self.told.scores.push(row.clone()),
                other => self.told.rows.push(other.clone()),
            }
        }
        Ok(())
    }
}
