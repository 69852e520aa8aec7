//! Sleep: ripples replay stored episodes, and offline rules learn from what they re-instate.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::experiment::{Experiment, RunError, Work};
use super::living::live;
use super::runner::Runner;
use crate::episode::Batch;
use crate::event::{Direction, Event, Outcome, RippleRecord, Sink};
use crate::hippocampus::{Code, Cue, CueSpec, End, HippocampusState, Walk, common, similarity};
use crate::learning::{Context, Reinstated};
use crate::numeric::{DMatrix, Real};

/// Ripples whose walks through CA3 are computed side by side: they do not depend on the weights.
const AT_ONCE: usize = 16;

/// A ripple that is drawn and cued.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Planned {
    pub engram: u64,
    pub episode: u64,
    pub cue: Code,
    /// The codes that should come, in replayed order.
    pub expected: Vec<Code>,
    pub walk: Walk,
}

/// A ripple under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) struct Running<R: Real> {
    pub number: u64,
    pub planned: Planned,
    /// Steps done.
    pub step: usize,
    pub overlaps: Vec<f64>,
    /// Decoded states, N × steps, and the lived ones that should have come.
    pub decoded: Vec<R>,
    pub lived: Vec<R>,
}

/// A sleep under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) struct Sleeping<R: Real> {
    /// Ripples not yet begun.
    pub left: usize,
    pub queue: VecDeque<Planned>,
    pub running: Option<Running<R>>,
    /// Episodes replayed since the yardstick was last taken.
    replayed: Vec<u64>,
    overlap: f64,
    cosine: (f64, f64),
    completed: f64,
    ripples: f64,
}

impl<R: Real> Experiment<R> {
    pub(super) fn begin_sleep(&mut self, ripples: usize) {
        if let Some(hippocampus) = &mut self.hippocampus {
            hippocampus.fall_asleep();
        }
        self.exact.gradient.clear();
        self.work = Work::Sleep(Box::new(Sleeping {
            left: ripples,
            queue: VecDeque::new(),
            running: None,
            replayed: Vec::new(),
            overlap: 0.0,
            cosine: (0.0, 0.0),
            completed: 0.0,
            ripples: 0.0,
        }));
    }

    /// One step of a ripple; true when the phase is over.
    pub(super) fn step_sleep(
        &mut self,
        mut s: Box<Sleeping<R>>,
        sink: &mut dyn Sink,
    ) -> Result<bool, RunError> {
        self.clock.time += 1;
        if s.running.is_none() && !self.begin_ripple(&mut s) {
            let text = "nothing is stored, so no ripple came".to_string();
            sink.event(&Event::Note {
                time: self.clock.time,
                text,
            })?;
            return Ok(true);
        }
        if let Some(running) = &mut s.running {
            self.replay_step(running, sink)?;
            if running.step >= running.planned.walk.states.len() {
                self.end_ripple(&mut s, sink)?;
            }
        }
        if s.running.is_some() || s.left > 0 {
            self.work = Work::Sleep(s);
            return Ok(false);
        }
        self.take_yardstick(&mut s.replayed);
        self.update_asleep(sink)?;
        self.end_sleep(&s, sink)?;
        Ok(true)
    }

    /// Begins the next ripple; false when nothing is stored.
    fn begin_ripple(&mut self, s: &mut Sleeping<R>) -> bool {
        if s.queue.is_empty() {
            self.plan(s.left.min(AT_ONCE), &mut s.queue);
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
            overlaps: Vec::new(),
            decoded: Vec::new(),
            lived: Vec::new(),
        });
        self.clock.ripples += 1;
        true
    }

    /// Draws and cues ripples, and walks them through CA3 side by side.
    fn plan(&mut self, count: usize, queue: &mut VecDeque<Planned>) {
        let Some(hippocampus) = &mut self.hippocampus else {
            return;
        };
        let spec = hippocampus.spec().ripple.clone();
        let direction = spec.order.direction();
        let mut planned = Vec::new();
        let mut cues = Vec::new();
        for _ in 0..count {
            let Some(position) = hippocampus.draw(&mut self.streams.select) else {
                break;
            };
            let Some(start) = hippocampus.start(position, direction) else {
                continue;
            };
            let cue = hippocampus.cue(start, &spec.cue, None, &mut self.streams.cue);
            let stored = &hippocampus.stored()[position];
            let mut expected: Vec<Code> = stored.engrams.iter().map(|e| e.code.clone()).collect();
            if direction == Direction::Reverse {
                expected.reverse();
            }
            planned.push((start.id, stored.episode, cue.units.clone(), expected));
            cues.push(cue);
        }
        let walks = hippocampus.walks(&cues, direction);
        queue.extend(planned.into_iter().zip(walks).map(
            |((engram, episode, cue, expected), walk)| Planned {
                engram,
                episode,
                cue,
                expected,
                walk,
            },
        ));
    }

    /// One step of a ripple: CA1 decodes, the cortex is re-instated, offline rules learn.
    fn replay_step(
        &mut self,
        running: &mut Running<R>,
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        let Some(hippocampus) = &self.hippocampus else {
            return Ok(());
        };
        let Some(state) = running.planned.walk.states.get(running.step) else {
            return Ok(());
        };
        let shape = hippocampus.shape();
        let direction = hippocampus.spec().ripple.order.direction();
        let mut content = vec![R::zero(); shape.len()];
        let decoded = hippocampus.content(state, &mut content);
        let length = running.planned.expected.len();
        let lived_step = (running.step < length).then(|| match direction {
            Direction::Reverse => length - 1 - running.step,
            Direction::Forward => running.step,
        });
        let overlap = match (running.planned.expected.get(running.step), state.engram) {
            (Some(code), None) => common(&state.active, code) as f64 / code.len().max(1) as f64,
            (Some(_), Some(_)) => 1.0,
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
        let remote = lived_step.is_some_and(|t| t < length / 4);
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
        if self.every_step() && self.rule.offline() && self.rule.gradient.weight > 0.0 {
            self.update(sink)?;
        }
        Ok(())
    }

    fn end_ripple(&mut self, s: &mut Sleeping<R>, sink: &mut dyn Sink) -> Result<(), RunError> {
        let (Some(running), Some(hippocampus)) = (s.running.take(), &self.hippocampus) else {
            return Ok(());
        };
        let spec = &hippocampus.spec().ripple;
        let record = record(&running, &spec.cue, spec.order.direction(), self.clock.time);
        s.overlap += record.overlap_mean;
        s.completed += f64::from(u8::from(record.completed));
        s.ripples += 1.0;
        if record.cosine.is_finite() {
            s.cosine.0 += record.cosine;
            s.cosine.1 += 1.0;
        }
        s.replayed.push(running.planned.episode);
        self.after.ripple = Some(Box::new(running));
        self.after.ripples += 1;
        self.after.ripple_last = true;
        sink.event(&Event::Ripple(record))?;
        if self.every_episode() || self.every_step() {
            self.take_yardstick(&mut s.replayed);
            self.update_asleep(sink)?;
        }
        for shadow in self.shadows.iter_mut().filter(|r| r.offline()) {
            shadow.bank(&self.cortex);
        }
        Ok(())
    }

    fn update_asleep(&mut self, sink: &mut dyn Sink) -> Result<(), RunError> {
        if self.rule.offline() {
            self.update(sink)
        } else {
            Ok(())
        }
    }

    fn end_sleep(&mut self, s: &Sleeping<R>, sink: &mut dyn Sink) -> Result<(), RunError> {
        self.measure("replay.overlap", s.overlap / s.ripples, sink)?;
        self.measure("replay.completed", s.completed / s.ripples, sink)?;
        if s.cosine.1 > 0.0 {
            self.measure("replay.cosine", s.cosine.0 / s.cosine.1, sink)?;
        }
        self.align(true, sink)
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
            let batch = batch_of(records, shape);
            let runner = &mut self.exact;
            live(&self.cortex, &batch, None, |cx, moment, _| match moment {
                None => runner.state.as_dyn_mut().begin(cx),
                Some(moment) => runner
                    .state
                    .as_dyn_mut()
                    .observe(cx, moment, &mut runner.gradient),
            });
            let cx = Context {
                cortex: &self.cortex,
                batch: &batch,
            };
            self.exact
                .state
                .as_dyn_mut()
                .finish(&cx, &mut self.exact.gradient);
        }
        replayed.clear();
        self.exact.bank(&self.cortex);
    }

    /// A lesion or restoration: the running ripple breaks off, planned ones are drawn anew.
    pub(super) fn interrupt_ripples(&mut self, sink: &mut dyn Sink) -> Result<(), RunError> {
        let Work::Sleep(mut s) = std::mem::take(&mut self.work) else {
            return Ok(());
        };
        s.left += s.queue.len();
        s.queue.clear();
        if let Some(running) = &mut s.running {
            running.planned.walk.states.truncate(running.step);
            running.planned.walk.end = End::Lost;
        }
        let result = if s.running.is_some() {
            self.end_ripple(&mut s, sink)
        } else {
            Ok(())
        };
        self.work = Work::Sleep(s);
        result
    }

    /// Tests cued recall: a partial cortical state of lived steps, through the perforant path.
    pub(super) fn probe_recall(&mut self, sink: &mut dyn Sink) -> Result<(), RunError> {
        const CUES: usize = 32;
        let Some(hippocampus) = &mut self.hippocampus else {
            return Ok(());
        };
        if self.lived.is_empty() {
            return Ok(());
        }
        hippocampus.solve();
        let (hippocampus, rng) = (&*hippocampus, &mut self.streams.probe);
        let spec = match &hippocampus.spec().ripple.cue {
            cue @ CueSpec::Cortical(_) => cue.clone(),
            _ => CueSpec::Cortical(crate::hippocampus::Cortical::default()),
        };
        let shape = hippocampus.shape();
        let mut tried: Vec<(Cue, Vec<R>)> = Vec::new();
        for _ in 0..CUES {
            let stored = &hippocampus.stored()[rng.below(hippocampus.stored().len())];
            let t = rng.below(stored.engrams.len());
            let Some(lived) = self.lived.iter().find(|l| l.episode == stored.episode) else {
                continue;
            };
            let content: Vec<R> = lived.contents.column(t).iter().copied().collect();
            let state = &content[..shape.state + shape.input];
            tried.push((
                hippocampus.cue(&stored.engrams[t], &spec, Some(state), rng),
                content,
            ));
        }
        let cues: Vec<Cue> = tried.iter().map(|(cue, _)| cue.clone()).collect();
        let scores: Vec<[f64; 3]> = hippocampus
            .recalls(&cues)
            .iter()
            .zip(&tried)
            .map(|(recall, (cue, content))| score_recall(hippocampus, recall, cue, content))
            .collect();
        for (i, name) in ["overlap", "identity", "cosine"].into_iter().enumerate() {
            let mean = scores.iter().map(|s| s[i]).sum::<f64>() / scores.len().max(1) as f64;
            self.measure(format!("probe.recall.{name}"), mean, sink)?;
        }
        Ok(())
    }
}

/// Overlap with the right engram, whether it is the nearest one, and the cosine of the decoded with the lived state.
fn score_recall<R: Real>(
    hippocampus: &HippocampusState<R>,
    recall: &crate::hippocampus::Recall,
    cue: &Cue,
    content: &[R],
) -> [f64; 3] {
    let shape = hippocampus.shape();
    let engram = hippocampus
        .stored()
        .iter()
        .flat_map(|e| &e.engrams)
        .find(|e| e.id == cue.engram);
    let overlap = match (engram, recall.engram) {
        (_, Some(id)) => f64::from(u8::from(id == cue.engram)),
        (Some(engram), None) => {
            common(&recall.active, &engram.code) as f64 / engram.code.len().max(1) as f64
        }
        (None, None) => 0.0,
    };
    let nearest = hippocampus
        .identify(recall)
        .is_some_and(|(id, share)| id == cue.engram && share > 0.0);
    let mut decoded = vec![R::zero(); shape.len()];
    hippocampus.content(recall, &mut decoded);
    let seen = shape.state + shape.input;
    [
        overlap,
        f64::from(u8::from(nearest)),
        similarity(&decoded[..seen], &content[..seen]),
    ]
}

/// The experimenter's records as a batch.
fn batch_of<R: Real>(records: &[&DMatrix<R>], shape: crate::episode::ContentShape) -> Batch<R> {
    let episodes: Vec<_> = records
        .iter()
        .map(|contents| crate::episode::Episode {
            origins: vec![crate::episode::NO_ORIGIN; contents.ncols()],
            inputs: contents.rows(shape.state, shape.input).into_owned(),
            targets: contents
                .rows(shape.state + shape.input, shape.target)
                .into_owned(),
            mask: contents.row(shape.len() - 1).iter().copied().collect(),
        })
        .collect();
    Batch::of(&episodes, 0)
}

/// The row of replay.csv of a ripple that is over.
fn record<R: Real>(
    running: &Running<R>,
    cue: &CueSpec,
    order: Direction,
    time: u64,
) -> RippleRecord {
    let planned = &running.planned;
    let (steps, length) = (running.step, planned.expected.len());
    let on_path = running.overlaps.iter().all(|o| *o >= 0.5);
    let completed = steps == length && on_path && planned.walk.end == End::Boundary;
    let outcome = match planned.walk.end {
        _ if completed => Outcome::Completed,
        End::Silent => Outcome::Silent,
        _ if running.overlaps.first().is_none_or(|o| *o < 0.5) => Outcome::CueFailed,
        _ if !on_path || steps > length => Outcome::WentAstray,
        End::Lost => Outcome::Lost,
        End::Boundary | End::TooLong => Outcome::EndedEarly,
    };
    let count = steps.max(1) as f64;
    let known = running.lived.len().min(running.decoded.len());
    RippleRecord {
        ripple: running.number,
        time,
        engram: planned.engram,
        episode: planned.episode,
        order,
        cue: cue.name().into(),
        cue_fraction: cue.fraction(),
        steps,
        overlap_mean: running.overlaps.iter().sum::<f64>() / count,
        overlap_min: running
            .overlaps
            .iter()
            .copied()
            .reduce(f64::min)
            .unwrap_or(0.0),
        completed,
        cosine: if known == 0 {
            f64::NAN
        } else {
            similarity(&running.decoded[..known], &running.lived[..known])
        },
        outcome,
    }
}
