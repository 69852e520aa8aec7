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
    /// The run's clock at the last look.
    before: u64,
}

#[derive(Default)]
struct Told {
    phases: Vec<PhaseRecord>,
    ripples: Vec<RippleRecord>,
    scores: Vec<ScoreRecord>,
    rows: Vec<AnyRow>,
}

impl<'w> Watching<'w> {
    /// Watches from this time of the run's clock on.
    pub fn new(window: Range<u64>, from: u64, witness: &'w mut (dyn Witness + Send)) -> Self {
        Self {
            witness,
            window,
            states: Vec::new(),
            begun: 0,
            told: Told::default(),
            before: from,
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
        if living.t == 1 {
            self.states.clear();
            // A test takes none of the run's time.
            let awake = u64::from(source == Source::Lived);
            self.begun = run.clock().time.saturating_sub(awake);
        }
        self.states.extend_from_slice(&living.h);
        if living.over() {
            self.hand_on(run)?;
        }
        Ok(())
    }

    /// Hands on the batch that is lived, as far as it is; of a stream, which has no episodes, only what lies in the window.
    fn hand_on(&mut self, run: &Experiment<f32>) -> Result<(), FolderError> {
        let Some((living, source)) = run.shown().0.living else {
            return Ok(());
        };
        let whole = self.states.len() == living.t * living.h.len();
        if !whole || !self.overlaps(self.begun, run.clock().time) {
            return Ok(());
        }
        let streams = streams(run);
        let within = |time: u64| time.saturating_sub(self.begun).min(living.t as u64) as usize;
        let window = within(self.window.start)..within(self.window.end);
        for b in 0..living.batch.width {
            let steps = if streams {
                window.clone()
            } else {
                0..living.batch.lengths[b]
            };
            let batch = Batch {
                run,
                living,
                source,
                states: &self.states,
                begun: self.begun,
            };
            self.witness.lived(&batch.trace(b, steps))?;
        }
        self.states.clear();
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

/// Whether experience has no episodes.
fn streams(run: &Experiment<f32>) -> bool {
    run.lab().stream.is_some()
}

/// A batch, or a stretch of a stream, as far as it was lived.
struct Batch<'a> {
    run: &'a Experiment<f32>,
    living: &'a Living<f32>,
    source: Source,
    /// States after each step, S×B a step.
    states: &'a [f32],
    /// The run's clock before the first of them.
    begun: u64,
}

impl<'a> Batch<'a> {
    /// Some steps of one of its episodes.
    fn trace(&self, b: usize, steps: Range<usize>) -> LivedTrace<'a> {
        let (living, run) = (self.living, self.run);
        let (batch, task) = (&living.batch, run.lab().task());
        let (width, streams) = (batch.width, streams(run));
        let state = living.h.len() / width.max(1);
        let columns = |matrix: &'a crate::numeric::DMatrix<f32>| {
            let each = steps.clone().map(move |t| matrix.column(t * width + b));
            each.flat_map(|column| column.iter().copied().collect::<Vec<_>>())
                .collect()
        };
        let states = steps.clone().flat_map(|t| {
            let at = (t * width + b) * state;
            self.states[at..at + state].iter().copied()
        });
        let mask = steps.clone().map(|t| batch.mask[t * width + b]);
        let bound = steps.clone().map(|t| {
            let fit = b < living.fit;
            let bound = fit.then(|| living.bound.get(t * living.fit + b));
            bound.flatten().and_then(Option::as_ref)
        });
        let loss = living.losses[b];
        let origins = steps.clone().map(|t| batch.origins[t * width + b]);
        let origin = origins.filter(|o| *o != NO_ORIGIN && !streams).min();
        let asked = origin.map(|o| o as usize * width + b);
        let asked = asked.filter(|column| *column < batch.inputs.ncols());
        // A stretch of a stream is no trial that could be answered.
        let answered = loss.weight > 0.0 && !streams;
        LivedTrace {
            source: self.source,
            phase: run.phase(),
            episode: batch.episodes[b],
            begun: self.begun + if streams { steps.start as u64 } else { 0 },
            steps: steps.len(),
            states: states.collect(),
            inputs: columns(&batch.inputs),
            targets: columns(&batch.targets),
            mask: mask.collect(),
            bound: bound.collect(),
            positions: batch.positions[b].get(steps.clone()).unwrap_or_default(),
            reward: batch.rewards[b],
            loss: loss.sum / loss.weight,
            correct: answered
                .then(|| living.wrong[b] as usize <= task.mistakes().unwrap_or_default()),
            asked: asked.map(|at| {
                let column = batch.inputs.column(at);
                argmax(&column.iter().copied().collect::<Vec<_>>())
            }),
        }
    }
}

impl Eye for Watching<'_> {
    fn look(&mut self, run: &Experiment<f32>) -> Result<(), FolderError> {
        let told = std::mem::take(&mut self.told);
        let (before, now) = (self.before, run.clock().time);
        self.before = now;
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
        // What is told belongs to the step that told it.
        let seen = if now > before {
            before < self.window.end && now > self.window.start
        } else {
            self.within(now)
        };
        if seen {
            told.rows.iter().try_for_each(|row| self.witness.row(row))?;
        }
        Ok(())
    }

    fn over(&mut self, run: &Experiment<f32>) -> Result<(), FolderError> {
        if streams(run) && !self.states.is_empty() {
            self.hand_on(run)?;
        }
        self.witness.over(run.clock().time)
    }
}

impl Sink for Watching<'_> {
    fn event(&mut self, event: &Event) -> Result<(), SinkError> {
        if let Event::Damaged { .. } | Event::Note { .. } = event {
            self.told.rows.extend(event.log().map(AnyRow::Log));
        }
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
