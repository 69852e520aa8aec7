//! Sleep: ripples replay stored episodes, and offline rules learn from what they re-instate.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::experiment::{Experiment, RunError, Work};
use super::living::live;
use super::plan::{AT_ONCE, Planned};
use super::runner::Runner;
use super::scoring::Scoring;
use crate::episode::Batch;
use crate::event::{Event, Outcome, RippleRecord, Sink};
use crate::hippocampus::{CueSpec, End, OrderSpec, similarity};
use crate::learning::{Context, Reinstated, RuleState};
use crate::neocortex::{Cortex, Gradient};
use crate::numeric::{DMatrix, Real};
use crate::scenario::Sleep;

/// A chain of ripples under way; mostly it is one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) struct Running<R: Real> {
    pub number: u64,
    pub planned: Planned,
    /// Steps done.
    pub step: usize,
    /// Where the present ripple of the chain began: steps, decoded and lived values.
    begun: [usize; 3],
    pub overlaps: Vec<f64>,
    /// Decoded states, N × steps, and the lived ones that should have come.
    pub decoded: Vec<R>,
    pub lived: Vec<R>,
}

/// A sleep under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) struct Sleeping<R: Real> {
    /// Ripples, or chains of them, not yet begun.
    pub left: usize,
    /// Another order than the scenario's.
    pub order: Option<OrderSpec>,
    /// Whether rules learn.
    learn: bool,
    /// Scores, where they are wanted.
    pub scoring: Option<Scoring>,
    pub queue: VecDeque<Planned>,
    pub running: Option<Running<R>>,
    /// Episodes replayed since the yardstick was last taken.
    replayed: Vec<u64>,
    overlap: f64,
    cosine: (f64, f64),
    completed: f64,
    ripples: f64,
    chains: f64,
}

impl<R: Real> Experiment<R> {
    pub(super) fn begin_sleep(&mut self, phase: &Sleep) {
        if let Some(hippocampus) = &mut self.hippocampus {
            hippocampus.fall_asleep();
        }
        self.exact.gradient.clear();
        self.work = Work::Sleep(Box::new(Sleeping {
            left: phase.ripples,
            order: phase.order.clone(),
            learn: phase.learn,
            scoring: phase.score.then(Scoring::default),
            queue: VecDeque::new(),
            running: None,
            replayed: Vec::new(),
            overlap: 0.0,
            cosine: (0.0, 0.0),
            completed: 0.0,
            ripples: 0.0,
            chains: 0.0,
        }));
    }

    /// One step of a ripple; true when the phase is over.
    pub(super) fn step_sleep(
        &mut self,
        mut s: Box<Sleeping<R>>,
        sink: &mut dyn Sink,
    ) -> Result<bool, RunError> {
        self.clock.time += 1;
        if s.running.is_none() && s.left > 0 && !self.begin_ripple(&mut s) {
            let text = "nothing is stored, so no ripple came".to_string();
            sink.event(&Event::Note {
                time: self.clock.time,
                text,
            })?;
            return Ok(true);
        }
        if let Some(running) = &mut s.running {
            self.next_of_chain(running);
            self.replay_step(running, s.learn, sink)?;
            let over = running.step >= running.planned.walk.states.len();
            if over || self.chunk_over(running) {
                self.end_ripple(&mut s, over, sink)?;
            }
        }
        if s.running.is_some() || s.left > 0 {
            self.work = Work::Sleep(s);
            return Ok(false);
        }
        self.take_yardstick(&mut s.replayed);
        self.update_asleep(s.learn, sink)?;
        self.end_sleep(&mut s, sink)?;
        Ok(true)
    }

    /// Whether a ripple of a chain has its full length.
    fn chunk_over(&self, running: &Running<R>) -> bool {
        let hippocampus = self.hippocampus.as_ref();
        let length = hippocampus.map_or(usize::MAX, |h| h.spec().ripple.length);
        running.step - running.begun[0] >= length
    }

    /// The next ripple of a chain begins, if the one before is over.
    fn next_of_chain(&mut self, running: &mut Running<R>) {
        if self.chunk_over(running) {
            running.begun = [running.step, running.decoded.len(), running.lived.len()];
            running.number = self.clock.ripples;
            self.clock.ripples += 1;
        }
    }

    /// Begins the next ripple; false when nothing is stored.
    fn begin_ripple(&mut self, s: &mut Sleeping<R>) -> bool {
        if s.queue.is_empty() {
            let scores = s.scoring.is_some();
            self.plan(s.left.min(AT_ONCE), s.order.as_ref(), scores, &mut s.queue);
        }
        let Some(planned) = s.queue.pop_front() else {
            return false;
        };
        s.left -= 1;
        for runner in std::iter::once(&mut self.rule).chain(&mut self.shadows) {
            runner.state.as_dyn_mut().begin_ripple(&self.cortex);
        }
        s.running = Some(Running {
            number: self.clock.ripples,
            planned,
            step: 0,
            begun: [0; 3],
            overlaps: Vec::new(),
            decoded: Vec::new(),
            lived: Vec::new(),
        });
        self.clock.ripples += 1;
        true
    }

    /// One step of a ripple: CA1 decodes, the cortex is re-instated, offline rules learn.
    fn replay_step(
        &mut self,
        running: &mut Running<R>,
        learn: bool,
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        let Some(hippocampus) = &self.hippocampus else {
            return Ok(());
        };
        let Some(state) = running.planned.walk.states.get(running.step) else {
            return Ok(());
        };
        let shape = hippocampus.shape();
        let mut content = vec![R::zero(); shape.len()];
        let decoded = hippocampus.content(state, &mut content);
        let expected = running.planned.expected.get(running.step);
        let lived_step = expected.map(|e| e.step);
        let overlap = match (expected, state.engram) {
            (Some(e), None) => hippocampus.store().overlap(&state.active, &e.code),
            (Some(e), Some(id)) => f64::from(u8::from(id == e.engram)),
            (None, _) => 0.0,
        };
        running.overlaps.push(overlap);
        let record = self
            .lived
            .iter()
            .find(|l| l.episode == running.planned.episode);
        if let (Some(lived), Some(t)) = (record, lived_step)
            && t < lived.contents.ncols()
        {
            running
                .lived
                .extend(lived.contents.column(t).iter().take(shape.state).copied());
        }
        running.decoded.extend_from_slice(shape.state_of(&content));
        running.step += 1;
        if !decoded {
            return Ok(());
        }
        let mut silenced = content;
        self.cortex.silence(&mut silenced[..shape.state]);
        let remote = lived_step.is_some_and(|t| t < running.planned.length / 4);
        let step = Reinstated {
            cortex: &self.cortex,
            shape,
            content: &silenced,
            remote,
        };
        for runner in std::iter::once(&mut self.rule)
            .chain(&mut self.shadows)
            .filter(|r| r.offline())
        {
            runner.timed(true, |r| {
                r.state.as_dyn_mut().reinstate(&step, &mut r.gradient);
            });
        }
        if learn && self.every_step() && self.rule.offline() && self.rule.gradient.weight > 0.0 {
            self.update(sink)?;
        }
        Ok(())
    }

    /// A ripple is over; with `last` the whole chain is.
    fn end_ripple(
        &mut self,
        s: &mut Sleeping<R>,
        last: bool,
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        let (Some(running), Some(hippocampus)) = (&s.running, &self.hippocampus) else {
            return Ok(());
        };
        let record = record(
            running,
            &hippocampus.spec().ripple.cue,
            last,
            self.clock.time,
        );
        s.overlap += record.overlap_mean;
        s.ripples += 1.0;
        if record.cosine.is_finite() {
            s.cosine.0 += record.cosine;
            s.cosine.1 += 1.0;
        }
        self.after.ripples += 1;
        self.after.ripple_last = true;
        sink.event(&Event::Ripple(record))?;
        if !last {
            return Ok(());
        }
        let Some(running) = s.running.take() else {
            return Ok(());
        };
        s.chains += 1.0;
        s.completed += f64::from(u8::from(whole(&running)));
        s.replayed.push(running.planned.episode);
        if let Some(scoring) = &mut s.scoring {
            self.score(scoring, &running, sink)?;
        }
        self.after.ripple = Some(Box::new(running));
        if self.every_episode() || self.every_step() {
            self.take_yardstick(&mut s.replayed);
            self.update_asleep(s.learn, sink)?;
        }
        for shadow in self.shadows.iter_mut().filter(|r| r.offline()) {
            shadow.bank(&self.cortex);
        }
        Ok(())
    }

    fn update_asleep(&mut self, learn: bool, sink: &mut dyn Sink) -> Result<(), RunError> {
        if !self.rule.offline() {
            return Ok(());
        }
        if learn {
            return self.update(sink);
        }
        self.rule.bank(&self.cortex);
        Ok(())
    }

    fn end_sleep(&mut self, s: &mut Sleeping<R>, sink: &mut dyn Sink) -> Result<(), RunError> {
        // A sleep in an order of its own is told apart from the others.
        let tail = s
            .order
            .as_ref()
            .map_or(String::new(), |o| format!("-{}", o.name()));
        let replay = |name: &str| format!("replay{tail}.{name}");
        self.measure(replay("overlap"), s.overlap / s.ripples, sink)?;
        self.measure(replay("completed"), s.completed / s.chains, sink)?;
        if s.cosine.1 > 0.0 {
            self.measure(replay("cosine"), s.cosine.0 / s.cosine.1, sink)?;
        }
        if let Some(scoring) = s.scoring.take() {
            self.tell_scores(&scoring, sink)?;
        }
        self.align(true, &tail, sink)
    }

    /// Exact BPTT at the current weights over the lived episodes that were replayed, each as often as it was.
    fn take_yardstick(&mut self, replayed: &mut Vec<u64>) {
        let offline = self.scenario.learning.align
            && std::iter::once(&self.rule)
                .chain(&self.shadows)
                .any(Runner::offline);
        let (Some(hippocampus), true) = (&self.hippocampus, offline) else {
            replayed.clear();
            return;
        };
        let shape = hippocampus.shape();
        let records: Vec<&DMatrix<R>> = replayed
            .iter()
            .filter_map(|episode| self.lived.iter().find(|l| l.episode == *episode))
            .map(|l| &l.contents)
            .collect();
        for records in records.chunks(64) {
            let exact = &mut self.exact;
            relive(
                &self.cortex,
                records,
                shape,
                &mut exact.state,
                &mut exact.gradient,
            );
        }
        replayed.clear();
        self.exact.bank(&self.cortex);
    }

    /// A lesion or restoration: the running ripple breaks off, planned ones are drawn anew.
    pub(super) fn interrupt_ripples(&mut self, sink: &mut dyn Sink) -> Result<(), RunError> {
        if !matches!(self.work, Work::Sleep(_)) {
            return Ok(());
        }
        let Work::Sleep(mut s) = std::mem::take(&mut self.work) else {
            return Ok(());
        };
        if let Some(hippocampus) = &mut self.hippocampus {
            hippocampus.put_back(s.queue.iter().map(|planned| planned.episode));
        }
        s.queue.clear();
        if let Some(running) = &mut s.running {
            self.next_of_chain(running);
            running.planned.walk.states.truncate(running.step);
            running.planned.walk.end = End::Lost;
        }
        let result = if s.running.is_some() {
            self.end_ripple(&mut s, true, sink)
        } else {
            Ok(())
        };
        self.work = Work::Sleep(s);
        result
    }
}

/// Lives records again at the weights as they are, and gathers what a rule learns of them.
pub(super) fn relive<R: Real>(
    cortex: &Cortex<R>,
    records: &[&DMatrix<R>],
    shape: crate::episode::ContentShape,
    rule: &mut RuleState<R>,
    gradient: &mut Gradient<R>,
) {
    let batch = batch_of(records, shape);
    live(cortex, &batch, None, |cx, moment, _| match moment {
        None => rule.as_dyn_mut().begin(cx),
        Some(moment) => rule.as_dyn_mut().observe(cx, moment, gradient),
    });
    let batch = &batch;
    rule.as_dyn_mut()
        .finish(&Context { cortex, batch }, gradient);
}

/// The experimenter's records as a batch.
fn batch_of<R: Real>(records: &[&DMatrix<R>], shape: crate::episode::ContentShape) -> Batch<R> {
    let episodes: Vec<_> = records
        .iter()
        .map(|contents| crate::episode::Episode {
            inputs: contents.rows(shape.state, shape.input).into_owned(),
            targets: contents
                .rows(shape.state + shape.input, shape.target)
                .into_owned(),
            mask: contents.row(shape.len() - 1).iter().copied().collect(),
            ..crate::episode::Episode::silent(0, 0, contents.ncols())
        })
        .collect();
    Batch::of(&episodes, 0)
}

/// Whether a chain has replayed its whole episode, in order and nothing else.
fn whole<R: Real>(running: &Running<R>) -> bool {
    let planned = &running.planned;
    running.step == planned.expected.len()
        && planned.expected.len() == planned.length
        && running.overlaps.iter().all(|o| *o >= 0.5)
        && planned.walk.end == End::Boundary
}

/// The row of replay.csv of a ripple that is over; with `last` the chain is.
fn record<R: Real>(running: &Running<R>, cue: &CueSpec, last: bool, time: u64) -> RippleRecord {
    let planned = &running.planned;
    let [from, decoded, lived] = running.begun;
    let (steps, length) = (running.step - from, planned.expected.len());
    let overlaps = &running.overlaps[from..];
    let on_path = overlaps.iter().all(|o| *o >= 0.5);
    let arrived = if last {
        running.step == length && planned.walk.end == End::Boundary
    } else {
        running.step <= length
    };
    let completed = on_path && arrived;
    let outcome = match planned.walk.end {
        _ if completed => Outcome::Completed,
        End::Silent => Outcome::Silent,
        _ if overlaps.first().is_none_or(|o| *o < 0.5) => Outcome::CueFailed,
        _ if !on_path || running.step > length => Outcome::WentAstray,
        End::Lost => Outcome::Lost,
        End::Boundary | End::TooLong => Outcome::EndedEarly,
    };
    let count = steps.max(1) as f64;
    let (decoded, lived) = (&running.decoded[decoded..], &running.lived[lived..]);
    let known = lived.len().min(decoded.len());
    // A later ripple of a chain is cued by the last state of the one before.
    let cued = from
        .checked_sub(1)
        .and_then(|before| planned.expected.get(before));
    RippleRecord {
        ripple: running.number,
        time,
        engram: cued.map_or(planned.engram, |e| e.engram),
        episode: planned.episode,
        order: planned.order,
        cue: if from == 0 {
            cue.name().into()
        } else {
            "Chained".into()
        },
        cue_fraction: if from == 0 { cue.fraction() } else { 1.0 },
        steps,
        overlap_mean: overlaps.iter().sum::<f64>() / count,
        overlap_min: overlaps.iter().copied().reduce(f64::min).unwrap_or(0.0),
        completed,
        cosine: if known == 0 {
            f64::NAN
        } else {
            similarity(&decoded[..known], &lived[..known])
        },
        outcome,
    }
}
