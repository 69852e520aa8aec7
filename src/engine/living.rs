//! A batch of episodes being lived, step by step: what wake, stream and probe share.

use serde::{Deserialize, Serialize};

use super::experiment::ProbeSums;
use crate::episode::Batch;
use crate::hippocampus::HippocampusState;
use crate::learning::{Context, Moment, RuleState};
use crate::neocortex::{Cortex, Score, Step};
use crate::numeric::{Block, DMatrix, Real, Rng};

/// A batch of episodes, or a stretch of a stream, being lived.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) struct Living<R: Real> {
    pub batch: Batch<R>,
    pub t: usize,
    /// s_{t−1}, S×B.
    pub h: Vec<R>,
    next: Vec<R>,
    aux: Vec<R>,
    /// z for all steps, or of the present step where the weights change at every step.
    drive: DMatrix<R>,
    ahead: bool,
    /// How many of the episodes have room in the hippocampus.
    pub fit: usize,
    /// Contents of all steps, step by step (shape.len() × B each).
    pub contents: Vec<R>,
    /// Losses and mask sums, an episode each.
    pub losses: Vec<(f64, f64)>,
    /// Wrong answers, an episode each.
    pub wrong: Vec<u32>,
    pub sums: ProbeSums,
    /// Outputs of the first episode's scored steps, for the app.
    pub outputs: Vec<(usize, Vec<f32>)>,
    /// States of the first episode after each step, for the app.
    pub seen: Vec<f32>,
}

impl<R: Real> Living<R> {
    /// A batch before its first step, from silence; with `ahead` all steps are driven at once.
    pub fn new(batch: Batch<R>, cortex: &Cortex<R>, ahead: bool) -> Self {
        let size = cortex.state() * batch.width;
        let columns = batch.width * if ahead { batch.steps } else { 1 };
        let mut living = Self {
            t: 0,
            h: vec![R::zero(); size],
            next: vec![R::zero(); size],
            aux: vec![R::zero(); cortex.aux_rows() * batch.width],
            drive: DMatrix::zeros(cortex.drive_rows(), columns),
            ahead,
            fit: 0,
            contents: Vec::new(),
            losses: vec![(0.0, 0.0); batch.width],
            wrong: vec![0; batch.width],
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
        if self.ahead {
            cortex.drive_into(Block::of(&self.batch.inputs), self.drive.as_mut_slice());
        }
    }

    pub fn over(&self) -> bool {
        self.t >= self.batch.steps
    }

    /// The network takes the step, `remind` may change the state, and outputs are scored where any counts.
    pub fn advance(
        &mut self,
        cortex: &Cortex<R>,
        remind: impl FnOnce(&Context<'_, R>, usize, &mut [R], &[R]),
    ) -> Option<Score<R>> {
        let (rows, width) = (self.drive.nrows(), self.batch.width);
        let at = if self.ahead { self.t * rows * width } else { 0 };
        if !self.ahead {
            let x = Block::columns(&self.batch.inputs, self.t * width, width);
            cortex.drive_into(x, self.drive.as_mut_slice());
        }
        // Episodes that are over stay as they are.
        let living = self.batch.living(self.t);
        let z = &self.drive.as_slice()[at..at + rows * living];
        let (alive, aux) = (cortex.state() * living, cortex.aux_rows() * living);
        self.next[alive..].copy_from_slice(&self.h[alive..]);
        cortex.step(
            &self.h[..alive],
            z,
            &mut self.next[..alive],
            &mut self.aux[..aux],
        );
        let cx = Context {
            cortex,
            batch: &self.batch,
        };
        remind(&cx, self.t, &mut self.next, &self.aux);
        let first = &self.next[..cortex.state()];
        self.seen.extend(first.iter().map(|h| h.f64() as f32));
        let mask = self.batch.mask_at(self.t);
        if mask.iter().all(|m| *m == R::zero()) {
            return None;
        }
        let y = self.batch.targets.nrows();
        let targets = &self.batch.targets.as_slice()[self.t * y * width..(self.t + 1) * y * width];
        let score = cortex.score(&self.next, &self.aux, targets, mask);
        self.sums.loss += score.loss;
        self.sums.right += score.right;
        self.sums.weight += score.weight;
        for (b, (loss, weight)) in self.losses.iter_mut().enumerate() {
            *weight += mask[b].f64();
            *loss += score.losses[b];
            self.wrong[b] += u32::from(score.wrong[b]);
        }
        if mask[0] != R::zero() {
            let first = score.outputs.as_slice()[..y]
                .iter()
                .map(|v| v.f64() as f32)
                .collect();
            self.outputs.push((self.t, first));
        }
        Some(score)
    }

    /// The step just taken, as rules see it.
    pub fn moment<'a>(&'a self, score: Option<&'a Score<R>>) -> Moment<'a, R> {
        let (x, width) = (self.batch.inputs.nrows(), self.batch.width);
        Moment {
            t: self.t,
            step: Step {
                h_prev: &self.h,
                x: &self.batch.inputs.as_slice()[self.t * x * width..(self.t + 1) * x * width],
                h: &self.next,
                aux: &self.aux,
            },
            score,
            remote: self.t < self.batch.quarter(),
        }
    }

    /// On to the next step.
    pub fn proceed(&mut self) {
        std::mem::swap(&mut self.h, &mut self.next);
        self.t += 1;
    }

    /// Right answers and answers in all, of episodes with a reward and of the others.
    pub fn by_reward(&self) -> [(f64, f64); 2] {
        let mut sums = [(0.0, 0.0); 2];
        for (b, reward) in self.batch.rewards.iter().enumerate() {
            let sum = &mut sums[usize::from(*reward == 0.0)];
            let answers = self.losses[b].1;
            sum.0 += answers - f64::from(self.wrong[b]);
            sum.1 += answers;
        }
        sums
    }

    /// How many of the episodes had at most `mistakes` wrong answers.
    pub fn correct(&self, mistakes: usize) -> usize {
        let within = self.wrong.iter().filter(|w| **w as usize <= mistakes);
        within.count()
    }
}

/// Lives a batch from silence at the weights as they are. `reminder` may change the forward pass; `tell` hears the
/// beginning (`None`) and every step.
pub(super) fn live<R: Real>(
    cortex: &Cortex<R>,
    batch: &Batch<R>,
    mut reminder: Option<&mut RuleState<R>>,
    mut tell: impl FnMut(&Context<'_, R>, Option<&Moment<'_, R>>, Option<&mut RuleState<R>>),
) {
    let mut living = Living::new(batch.clone(), cortex, true);
    let cx = Context { cortex, batch };
    if let Some(reminder) = reminder.as_deref_mut() {
        reminder.as_dyn_mut().begin(&cx);
    }
    tell(&cx, None, reminder.as_deref_mut());
    while !living.over() {
        let score = living.advance(cortex, |cx, t, h, aux| {
            if let Some(reminder) = reminder.as_deref_mut() {
                reminder.as_dyn_mut().remind(cx, t, h, aux);
            }
        });
        let moment = living.moment(score.as_ref());
        tell(&cx, Some(&moment), reminder.as_deref_mut());
        living.proceed();
    }
}

/// Lives a batch and stores it; `tell` hears every step with its contents. Returns which episodes joined which prototypes.
pub(super) fn store<R: Real>(
    cortex: &Cortex<R>,
    batch: &Batch<R>,
    reminder: Option<&mut RuleState<R>>,
    mut hippocampus: Option<(&mut HippocampusState<R>, &mut Rng)>,
    mut tell: impl FnMut(&Moment<'_, R>, &[R]),
) -> Vec<(u64, u64)> {
    let fit = hippocampus
        .as_mut()
        .map_or(0, |(h, _)| h.open(&batch.episodes, batch.steps).1);
    let mut losses = vec![(0.0, 0.0); batch.width];
    let mut contents = Vec::new();
    live(cortex, batch, reminder, |_, moment, _| {
        let Some(moment) = moment else { return };
        contents.clear();
        batch.note(moment.t, moment.step.h_prev, &mut contents);
        if let Some((hippocampus, rng)) = &mut hippocampus {
            let lived: Vec<bool> = batch.lengths.iter().map(|&l| moment.t < l).collect();
            hippocampus.encode(&contents, &lived, fit, rng);
        }
        if let Some(score) = moment.score {
            for (b, (loss, weight)) in losses.iter_mut().enumerate() {
                *loss += score.losses[b];
                *weight += batch.mask_at(moment.t)[b].f64();
            }
        }
        tell(moment, &contents);
    });
    let outcomes: Vec<(f64, f64)> = losses
        .iter()
        .zip(&batch.rewards)
        .map(|((loss, weight), reward)| (loss / weight.max(1.0), *reward))
        .collect();
    hippocampus.map_or_else(Vec::new, |(h, _)| h.close(fit, &outcomes))
}
