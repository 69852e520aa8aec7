//! Wake and probe: episodes lived side by side, step by step.

use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::experiment::{Experiment, Lived, ProbeSums, RunError, Runner, Work};
use super::snapshot::Source;
use crate::episode::Batch;
use crate::event::{Event, Sink};
use crate::learning::{Context, Moment};
use crate::neocortex::{Cortex, Score};
use crate::numeric::{Block, DMatrix, Real};

/// Most episodes side by side while awake, and in a probe.
const WIDEST: usize = 64;
const WIDEST_PROBE: usize = 256;

/// A batch of episodes being lived.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) struct Living<R: Real> {
    pub batch: Batch<R>,
    pub t: usize,
    /// h_{t−1}, N×B.
    pub h: Vec<R>,
    next: Vec<R>,
    aux: Vec<R>,
    /// z for all steps.
    drive: DMatrix<R>,
    /// How many of the episodes have room in the hippocampus.
    fit: usize,
    /// Contents of all steps, step by step (shape.len() × B each).
    contents: Vec<R>,
    /// Losses and mask sums, an episode each.
    losses: Vec<(f64, f64)>,
    sums: ProbeSums,
    /// Outputs of the first episode's scored steps, for the app.
    pub outputs: Vec<(usize, Vec<f32>)>,
    /// States of the first episode after each step, for the app.
    pub seen: Vec<f32>,
}

impl<R: Real> Living<R> {
    fn new(batch: Batch<R>, cortex: &Cortex<R>) -> Self {
        let size = cortex.units() * batch.width;
        let mut living = Self {
            t: 0,
            h: vec![R::zero(); size],
            next: vec![R::zero(); size],
            aux: vec![R::zero(); cortex.aux_rows() * batch.width],
            drive: DMatrix::zeros(0, 0),
            fit: 0,
            contents: Vec::new(),
            losses: vec![(0.0, 0.0); batch.width],
            sums: ProbeSums::default(),
            outputs: Vec::new(),
            seen: Vec::new(),
            batch,
        };
        living.refresh(cortex);
        living
    }

    /// Drives all steps with the weights as they are.
    pub fn refresh(&mut self, cortex: &Cortex<R>) {
        self.drive = cortex.drive(Block::of(&self.batch.inputs), self.batch.inputs.ncols());
    }

    fn over(&self) -> bool {
        self.t >= self.batch.steps
    }

    /// The network takes the step; outputs are scored where any counts.
    fn advance(&mut self, cortex: &Cortex<R>) -> Option<Score<R>> {
        let (rows, width) = (self.drive.nrows(), self.batch.width);
        let z = &self.drive.as_slice()[self.t * rows * width..(self.t + 1) * rows * width];
        cortex.step(&self.h, z, &mut self.next, &mut self.aux);
        self.seen
            .extend(self.next[..cortex.units()].iter().map(|h| h.f64() as f32));
        let mask = self.batch.mask_at(self.t);
        if mask.iter().all(|m| *m == R::zero()) {
            return None;
        }
        let y = self.batch.targets.nrows();
        let targets = &self.batch.targets.as_slice()[self.t * y * width..(self.t + 1) * y * width];
        let score = cortex.score(&self.next, targets, mask);
        self.sums.loss += score.loss;
        self.sums.right += score.right;
        self.sums.weight += score.weight;
        if mask[0] != R::zero() {
            let first = score.outputs.as_slice()[..y]
                .iter()
                .map(|v| v.f64() as f32)
                .collect();
            self.outputs.push((self.t, first));
        }
        Some(score)
    }
}

impl<R: Real> Experiment<R> {
    fn new_batch(&mut self, count: usize, probe: bool) -> Batch<R> {
        let task = self.scenario.task.as_task::<R>();
        let rng = if probe {
            &mut self.streams.probe
        } else {
            &mut self.streams.task
        };
        let episodes: Vec<_> = (0..count).map(|_| task.episode(rng)).collect();
        Batch::of(&episodes, self.clock.episodes)
    }

    /// One step awake; true when the phase is over.
    pub(super) fn step_wake(
        &mut self,
        left: usize,
        living: Option<Box<Living<R>>>,
        sink: &mut dyn Sink,
    ) -> Result<bool, RunError> {
        let mut living = match living {
            Some(living) => living,
            None => self.begin_batch(left, sink)?,
        };
        let score = living.advance(&self.cortex);
        let moment = (living.t, score);
        self.remember(&mut living);
        self.learn_online(&mut living, &moment, sink)?;
        std::mem::swap(&mut living.h, &mut living.next);
        living.t += 1;
        self.clock.time += 1;
        if !living.over() {
            self.work = Work::Wake {
                left,
                living: Some(living),
            };
            return Ok(false);
        }
        let left = left - living.batch.width;
        self.end_batch(&living, sink)?;
        self.after.living = Some((living, Source::Lived));
        self.after.ripple_last = false;
        if left > 0 {
            self.work = Work::Wake { left, living: None };
            return Ok(false);
        }
        self.update_awake(sink)?;
        self.align(false, sink)?;
        Ok(true)
    }

    fn begin_batch(
        &mut self,
        left: usize,
        sink: &mut dyn Sink,
    ) -> Result<Box<Living<R>>, RunError> {
        let width = if self.every_episode() {
            1
        } else {
            left.min(WIDEST)
        };
        let batch = self.new_batch(width, false);
        let mut living = Box::new(Living::new(batch, &self.cortex));
        if let Some(hippocampus) = &mut self.hippocampus {
            let (gone, fit) = hippocampus.open(&living.batch.episodes, living.batch.steps);
            living.fit = fit;
            for episode in gone {
                let (time, steps) = (self.clock.time, episode.engrams.len());
                sink.event(&Event::Evicted {
                    time,
                    episode: episode.episode,
                    steps,
                })?;
            }
            if fit < width {
                let text = format!("the hippocampus has room for {fit} of {width} episodes");
                sink.event(&Event::Note {
                    time: self.clock.time,
                    text,
                })?;
            }
        }
        let cx = Context {
            cortex: &self.cortex,
            batch: &living.batch,
        };
        let exact = self.yardstick_awake.then_some(&mut self.exact);
        for runner in std::iter::once(&mut self.rule)
            .chain(&mut self.shadows)
            .chain(exact)
        {
            runner.state.as_dyn_mut().begin(&cx);
        }
        Ok(living)
    }

    /// The hippocampus stores the step in one shot.
    fn remember(&mut self, living: &mut Living<R>) {
        let Some(hippocampus) = &mut self.hippocampus else {
            return;
        };
        let from = living.contents.len();
        living.batch.note(living.t, &living.h, &mut living.contents);
        let lived: Vec<bool> = living
            .batch
            .lengths
            .iter()
            .map(|&length| living.t < length)
            .collect();
        hippocampus.encode(
            &living.contents[from..],
            &lived,
            living.fit,
            &mut self.streams.encoding,
        );
    }

    fn learn_online(
        &mut self,
        living: &mut Living<R>,
        (t, score): &(usize, Option<Score<R>>),
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        if let Some(score) = score {
            let masks = living.batch.mask_at(*t).iter().zip(&score.losses);
            for ((loss, weight), (m, l)) in living.losses.iter_mut().zip(masks) {
                *weight += m.f64();
                *loss += l;
            }
        }
        let cx = Context {
            cortex: &self.cortex,
            batch: &living.batch,
        };
        let moment = Moment {
            t: *t,
            h_prev: &living.h,
            h: &living.next,
            aux: &living.aux,
            score: score.as_ref(),
        };
        for runner in std::iter::once(&mut self.rule).chain(&mut self.shadows) {
            timed(runner, true, |r| {
                r.state.as_dyn_mut().observe(&cx, &moment, &mut r.gradient);
            });
        }
        if self.yardstick_awake {
            self.exact
                .state
                .as_dyn_mut()
                .observe(&cx, &moment, &mut self.exact.gradient);
        }
        if self.every_step() && !self.rule.offline() && self.rule.gradient.weight > 0.0 {
            self.update(sink)?;
            living.refresh(&self.cortex);
        }
        Ok(())
    }

    fn end_batch(&mut self, living: &Living<R>, sink: &mut dyn Sink) -> Result<(), RunError> {
        let cx = Context {
            cortex: &self.cortex,
            batch: &living.batch,
        };
        for runner in std::iter::once(&mut self.rule).chain(&mut self.shadows) {
            timed(runner, false, |r| {
                r.state.as_dyn_mut().finish(&cx, &mut r.gradient);
            });
        }
        if self.yardstick_awake {
            self.exact
                .state
                .as_dyn_mut()
                .finish(&cx, &mut self.exact.gradient);
        }
        for shadow in &mut self.shadows {
            if !shadow.offline() {
                shadow.bank();
            }
        }
        self.exact.bank();
        self.clock.episodes += living.batch.width as u64;
        self.keep_records(living);
        let sums = living.sums;
        if !sums.loss.is_finite() {
            return Err(self.not_finite("the loss"));
        }
        if living.h.iter().any(|h| !num_traits::Float::is_finite(*h)) {
            return Err(self.not_finite("the cortical state"));
        }
        self.measure("loss", sums.loss / sums.weight, sink)?;
        self.measure("accuracy", sums.right / sums.weight, sink)?;
        if self.hippocampus.is_some() {
            self.measure("store.load", self.load() as f64, sink)?;
        }
        if self.every_episode() {
            self.update_awake(sink)?;
        }
        Ok(())
    }

    fn update_awake(&mut self, sink: &mut dyn Sink) -> Result<(), RunError> {
        if self.rule.offline() {
            Ok(())
        } else {
            self.update(sink)
        }
    }

    /// Closes the episodes in the hippocampus; the experimenter keeps a record of those stored.
    fn keep_records(&mut self, living: &Living<R>) {
        let Some(hippocampus) = &mut self.hippocampus else {
            return;
        };
        let losses: Vec<f64> = living
            .losses
            .iter()
            .map(|(loss, mask)| loss / mask.max(1.0))
            .collect();
        hippocampus.close(living.fit, &losses);
        let (len, width) = (hippocampus.shape().len(), living.batch.width);
        for b in 0..living.fit {
            let steps = living.batch.lengths[b];
            let contents = DMatrix::from_fn(len, steps, |i, t| {
                living.contents[(t * width + b) * len + i]
            });
            self.lived.push_back(Lived {
                episode: living.batch.episodes[b],
                contents,
            });
        }
        self.forget_records();
    }

    /// One step of a test; true when the phase is over.
    pub(super) fn step_probe(
        &mut self,
        left: usize,
        living: Option<Box<Living<R>>>,
        mut sums: ProbeSums,
        sink: &mut dyn Sink,
    ) -> Result<bool, RunError> {
        let mut living = living.unwrap_or_else(|| {
            let batch = self.new_batch(left.min(WIDEST_PROBE), true);
            Box::new(Living::new(batch, &self.cortex))
        });
        living.advance(&self.cortex);
        let living_now = &mut *living;
        std::mem::swap(&mut living_now.h, &mut living_now.next);
        living.t += 1;
        if !living.over() {
            self.work = Work::Probe {
                left,
                living: Some(living),
                sums,
            };
            return Ok(false);
        }
        sums.loss += living.sums.loss;
        sums.right += living.sums.right;
        sums.weight += living.sums.weight;
        let left = left - living.batch.width;
        self.after.living = Some((living, Source::Probed));
        self.after.ripple_last = false;
        if left > 0 {
            self.work = Work::Probe {
                left,
                living: None,
                sums,
            };
            return Ok(false);
        }
        if !sums.loss.is_finite() {
            return Err(self.not_finite("the probe's loss"));
        }
        self.measure("probe.loss", sums.loss / sums.weight, sink)?;
        self.measure("probe.accuracy", sums.right / sums.weight, sink)?;
        self.measure("probe.updates", self.clock.updates as f64, sink)?;
        self.probe_recall(sink)?;
        Ok(true)
    }
}

/// Runs a rule and books the time it took.
pub(super) fn timed<R: Real>(
    runner: &mut Runner<R>,
    step: bool,
    work: impl FnOnce(&mut Runner<R>),
) {
    let begun = Instant::now();
    work(runner);
    runner.spent += begun.elapsed();
    runner.steps += u64::from(step);
}
