//! What is gathered of a run for an export: columns by step, by episode and by ripple, in the order in which they came.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::choice::Chosen;
use super::clock::Clock;
use super::columns::{Measured, Ripples, Steps, Trials, Twins};
use super::job::{What, Wish};
use super::spill::Spill;
use crate::engine::{LivedTrace, RippleTrace, Scene, Source, Witness};
use crate::record::{
    AnyRow, LogRecord, Measurement, Metric, Order, Outcome, PhaseName, PhaseRecord, RippleRecord,
    ScoreRecord, Sequence,
};
use crate::trace::FolderError;

/// No number.
pub(super) const NONE: i64 = -1;

/// Words that come again and again, by their number.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// Each once.
    pub all: Vec<String>,
}

impl Words {
    /// All of them.
    pub fn told(&self) -> Vec<&str> {
        self.all.iter().map(String::as_str).collect()
    }

    fn number(&mut self, word: &str) -> u32 {
        let found = self.all.iter().position(|own| own == word);
        let at = found.unwrap_or_else(|| {
            self.all.push(word.into());
            self.all.len() - 1
        });
        at as u32
    }
}

/// A stretch of a phase.
#[derive(Clone, Debug)]
pub(super) struct Epoch {
    /// From when, in nanoseconds.
    pub begun: u64,
    /// To when.
    pub ended: u64,
    /// The run's clock before it.
    pub time: u64,
    /// Which phase.
    pub phase: PhaseName,
    /// Whether units of CA3, and of the entorhinal cortex, were seen in it.
    pub codes: [bool; 2],
}

/// What was measured of one metric.
pub(super) struct OneMetric {
    /// When, in nanoseconds of the file.
    pub at: Spill<u64>,
    /// The run's clock.
    pub time: Spill<u64>,
    /// How much.
    pub value: Spill<f64>,
}

/// All that is gathered.
pub(super) struct Gathered {
    /// What there is to be seen.
    pub scene: Scene,
    /// Where files may be made.
    pub folder: PathBuf,
    /// What is wanted of it.
    pub wish: Wish,
    /// Values of the cortical state that are seen.
    pub cortex: Chosen,
    /// Units of CA3 that are seen.
    pub ca3: Chosen,
    /// Units of the entorhinal cortex that are seen.
    pub entorhinal: Chosen,
    /// The file's clock.
    pub clock: Clock,
    /// Words.
    pub words: Words,
    /// What was lived.
    pub steps: Steps,
    /// In which episodes.
    pub trials: Trials,
    /// What was replayed.
    pub ripples: Ripples,
    /// What chance would replay.
    pub twins: Twins,
    /// When what phase was.
    pub epochs: Vec<Epoch>,
    /// What was measured.
    pub measured: Measured,
    /// The metrics, each with its number.
    pub metrics: BTreeMap<Metric, u32>,
    /// What was done on the way, and when in the file.
    pub events: Vec<(u64, LogRecord)>,
    /// When the last step ended, in nanoseconds.
    pub last: u64,
    /// Whether the episodes have paths of their own.
    pub paths: bool,
}

impl Gathered {
    /// Nothing yet; what takes much room goes into files in `folder`.
    pub fn new(scene: &Scene, wish: &Wish, folder: &Path) -> Self {
        let seed = scene.scenario.setup.seed;
        let draw = |region: &str, all: usize| Chosen::draw(wish, region, all, seed);
        Self {
            folder: folder.to_path_buf(),
            wish: wish.clone(),
            cortex: draw("cortex", scene.state),
            ca3: draw("CA3", scene.ca3.unwrap_or_default()),
            entorhinal: draw("entorhinal", scene.entorhinal.unwrap_or_default()),
            clock: Clock::new(scene),
            scene: scene.clone(),
            words: Words::default(),
            steps: Steps::new(folder),
            trials: Trials::new(folder),
            ripples: Ripples::new(folder),
            twins: Twins::new(folder),
            epochs: Vec::new(),
            measured: Measured::new(folder),
            metrics: BTreeMap::new(),
            events: Vec::new(),
            last: 0,
            paths: false,
        }
    }

    /// Something of a phase goes on from and to when; the run's clock before it.
    fn span(&mut self, phase: &PhaseName, (begun, ended): (u64, u64), time: u64, codes: [bool; 2]) {
        self.last = ended;
        match self.epochs.last_mut() {
            Some(epoch) if epoch.phase == *phase && epoch.ended == Epoch::OPEN => {
                epoch.begun = epoch.begun.min(begun);
                epoch.ended = ended;
                epoch.codes = codes;
            }
            Some(epoch) if epoch.phase == *phase => {
                epoch.ended = ended;
                epoch.codes = [0, 1].map(|i| epoch.codes[i] || codes[i]);
            }
            _ => self.epochs.push(Epoch {
                begun,
                ended,
                time,
                phase: phase.clone(),
                codes,
            }),
        }
    }

    /// Time of a phase in which nothing was lived and nothing replayed goes by: rest.
    fn idle(&mut self, time: u64) -> Result<(), FolderError> {
        let Some(epoch) = self.epochs.last() else {
            return Ok(());
        };
        let rests = epoch.phase.as_str() == "Rest";
        if rests && epoch.ended == Epoch::OPEN && time > epoch.time {
            let (phase, begun) = (epoch.phase.clone(), epoch.time);
            let each = self.clock.lived;
            let span = self.clock.pass(time - begun, each)?;
            self.span(&phase, span, begun, [false; 2]);
        }
        Ok(())
    }

    fn ripple_row(
        &mut self,
        record: &RippleRecord,
        (begun, ended): (u64, u64),
        scores: &[ScoreRecord],
        ends: Option<(usize, usize)>,
    ) -> Result<(), FolderError> {
        let (score, p) = score_of(scores, Sequence::Stored);
        let cue = self.words.number(&record.cue);
        let to = &mut self.ripples;
        to.begun.push(begun)?;
        to.ended.push(ended)?;
        to.ripple.push(record.ripple)?;
        to.time.push(record.time)?;
        to.engram.push(record.engram.map_or(NONE, |e| e as i64))?;
        to.episode.push(record.episode)?;
        to.order.push(order_of(record.order))?;
        to.cue.push(cue)?;
        to.cue_fraction.push(record.cue_fraction)?;
        to.steps.push(record.steps as u32)?;
        to.overlap.push(record.overlap_mean)?;
        to.overlap_min.push(record.overlap_min)?;
        to.completed.push(u8::from(record.completed))?;
        to.outcome.push(outcome_of(record.outcome))?;
        to.cosine.push(record.cosine)?;
        to.first.push(ends.map_or(NONE, |e| e.0 as i64))?;
        to.last.push(ends.map_or(NONE, |e| e.1 as i64))?;
        to.score.push(score)?;
        to.p.push(p)
    }

    /// Something was measured, at a time of the file.
    pub fn measure(&mut self, row: &Measurement, at: u64) -> Result<(), FolderError> {
        if !self.wish.has(What::Metrics) || !row.value.is_finite() {
            return Ok(());
        }
        let next = self.metrics.len() as u32;
        let metric = match self.metrics.get(&row.metric) {
            Some(number) => *number,
            None => *self.metrics.entry(row.metric.clone()).or_insert(next),
        };
        let phase = self.words.number(row.phase.as_str());
        let to = &mut self.measured;
        to.at.push(at)?;
        to.time.push(row.time)?;
        to.episode.push(row.episode)?;
        to.phase.push(phase)?;
        to.metric.push(metric)?;
        to.value.push(row.value)
    }

    /// The names of the metrics, by their numbers.
    pub fn metric_names(&self) -> Vec<String> {
        let mut names = vec![String::new(); self.metrics.len()];
        for (metric, number) in &self.metrics {
            names[*number as usize] = metric.name();
        }
        names
    }

    /// What was measured of one metric: when in the file, by the run's clock, and how much.
    pub fn of_metric(&self, number: u32) -> Result<OneMetric, FolderError> {
        let new = || Spill::new(&self.folder);
        let (mut at, mut time, mut value) = (new(), new(), Spill::new(&self.folder));
        let of = &self.measured;
        let (mut ats, mut times) = (of.at.read()?, of.time.read()?);
        let (mut metrics, mut values) = (of.metric.read()?, of.value.read()?);
        while let (Some(a), Some(t), Some(metric), Some(v)) =
            (ats.next()?, times.next()?, metrics.next()?, values.next()?)
        {
            if metric == number {
                at.push(a)?;
                time.push(t)?;
                value.push(v)?;
            }
        }
        Ok(OneMetric { at, time, value })
    }

    /// A ripple of which only the row is known.
    pub fn recorded(
        &mut self,
        record: &RippleRecord,
        scores: &[ScoreRecord],
        span: (u64, u64),
    ) -> Result<(), FolderError> {
        self.ripple_row(record, span, scores, None)
    }
}

impl Epoch {
    /// It has begun, and nothing of it is seen yet.
    const OPEN: u64 = u64::MAX;

    /// Whether something of it was seen.
    pub fn is_seen(&self) -> bool {
        self.ended != Self::OPEN
    }
}

impl Witness for Gathered {
    fn phase(&mut self, row: &PhaseRecord) -> Result<(), FolderError> {
        self.idle(row.time)?;
        self.epochs.retain(Epoch::is_seen);
        self.epochs.push(Epoch {
            begun: self.clock.now,
            ended: Epoch::OPEN,
            time: row.time,
            phase: row.phase.clone(),
            codes: [false; 2],
        });
        Ok(())
    }

    fn row(&mut self, row: &AnyRow) -> Result<(), FolderError> {
        match row {
            AnyRow::Metric(row) => self.measure(row, self.last)?,
            AnyRow::Log(row) => self.events.push((self.last, row.clone())),
            _ => {}
        }
        Ok(())
    }

    fn lived(&mut self, trace: &LivedTrace<'_>) -> Result<(), FolderError> {
        let each = self.clock.lived;
        let span = self.clock.pass(trace.steps as u64, each)?;
        let stored = trace.bound.iter().any(Option::is_some);
        self.span(trace.phase, span, trace.begun, [stored; 2]);
        let phase = self.words.number(trace.phase.as_str());
        let trial = self.trials.begun.len() as u32;
        let to = &mut self.trials;
        to.begun.push(span.0)?;
        to.ended.push(span.1)?;
        to.time.push(trace.begun)?;
        to.phase.push(phase)?;
        let tested = trace.source == Source::Probed;
        to.episode
            .push(if tested { NONE } else { trace.episode as i64 })?;
        to.steps.push(trace.steps as u32)?;
        to.reward.push(trace.reward)?;
        to.loss.push(trace.loss)?;
        to.correct.push(trace.correct.map_or(NONE, i64::from))?;
        to.asked.push(trace.asked.map_or(NONE, |a| a as i64))?;
        self.paths |= !trace.positions.is_empty();
        let to = &mut self.steps;
        let wish = &self.wish;
        for t in 0..trace.steps {
            to.begun.push(span.0 + t as u64 * each)?;
            to.trial.push(trial)?;
            to.within.push(t as u32)?;
            let position = trace.positions.get(t).copied();
            to.position.push(position.unwrap_or(t as f32))?;
            if wish.has(What::Cortex) {
                let state = row(&trace.states, self.scene.state, t);
                to.states.extend(self.cortex.values(state))?;
            }
            if wish.has(What::Inputs) {
                let inputs = row(&trace.inputs, self.scene.inputs.len(), t);
                to.inputs.extend(inputs.iter().copied())?;
            }
            if wish.has(What::Targets) {
                let targets = row(&trace.targets, self.scene.outputs, t);
                to.targets.extend(targets.iter().copied())?;
                to.mask.push(trace.mask[t])?;
            }
            let bound = trace.bound.get(t).copied().flatten();
            if wish.has(What::Ca3) {
                let active = bound.map_or(&[][..], |bound| &bound.ca3);
                to.ca3.push(self.ca3.seen(active))?;
            }
            if wish.has(What::Entorhinal) {
                let active = bound.map_or(&[][..], |bound| &bound.entorhinal);
                to.entorhinal.push(self.entorhinal.seen(active))?;
            }
        }
        Ok(())
    }

    fn ripple(&mut self, trace: &RippleTrace<'_>) -> Result<(), FolderError> {
        let each = self.clock.replayed;
        let span = self.clock.pass(trace.record.steps as u64, each)?;
        self.span(trace.phase, span, trace.begun, [true, false]);
        let truth: Vec<usize> = trace.truth.iter().copied().flatten().collect();
        let ends = truth.first().copied().zip(truth.last().copied());
        let ripple = self.ripples.begun.len() as u32;
        self.ripple_row(trace.record, span, trace.scores, ends)?;
        let to = &mut self.ripples;
        let wish = &self.wish;
        for t in 0..trace.record.steps {
            to.step_begun.push(span.0 + t as u64 * each)?;
            to.step_ripple.push(ripple)?;
            let truth = trace.truth.get(t).copied().flatten();
            to.truth.push(truth.map_or(NONE, |step| step as i64))?;
            let overlap = trace.overlaps.get(t).copied().unwrap_or(f64::NAN);
            to.step_overlap.push(overlap as f32)?;
            if wish.has(What::Cortex) {
                let state = row(trace.states, self.scene.state, t);
                to.states.extend(self.cortex.values(state))?;
            }
            if wish.has(What::Ca3) {
                let active = trace.codes.get(t).copied().unwrap_or_default();
                to.ca3.push(self.ca3.seen(active))?;
            }
        }
        if let (Some(twin), true) = (&trace.twin, wish.has(What::Ripples)) {
            let (score, p) = score_of(trace.scores, Sequence::Shuffled);
            let to = &mut self.twins;
            to.ripple.push(trace.record.ripple)?;
            to.episode.push(trace.record.episode)?;
            to.order.push(order_of(trace.record.order))?;
            to.steps.push(twin.len() as u32)?;
            to.score.push(score)?;
            to.p.push(p)?;
            for active in twin {
                to.ca3.push(self.ca3.seen(active))?;
            }
        }
        Ok(())
    }

    fn over(&mut self, time: u64) -> Result<(), FolderError> {
        self.idle(time)?;
        self.epochs.retain(Epoch::is_seen);
        Ok(())
    }
}

/// The values of a step, of a table with a row a step.
fn row(values: &[f32], width: usize, t: usize) -> &[f32] {
    &values[t * width..(t + 1) * width]
}

/// Score and significance of a ripple in CA3, NaN where it was not scored.
fn score_of(scores: &[ScoreRecord], sequence: Sequence) -> (f64, f64) {
    let mut found = scores.iter();
    let found = found.find(|s| s.sequence == sequence && s.area == "CA3");
    found.map_or((f64::NAN, f64::NAN), |score| (score.rank, score.p))
}

fn order_of(order: Order) -> u32 {
    let at = Order::ALL.iter().position(|own| *own == order);
    at.unwrap_or_default() as u32
}

fn outcome_of(outcome: Outcome) -> u32 {
    let at = Outcome::ALL.iter().position(|own| *own == outcome);
    at.unwrap_or_default() as u32
}
