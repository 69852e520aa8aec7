//! Living a batch of episodes, step by step: the one way to do it, for wake, streams, probes, measurements and gradients.

use serde::{Deserialize, Serialize};

use super::answers::{Answers, Share};
use super::learners::Learners;
use super::notebook::Lived;
use crate::episode::{Batch, ContentShape};
use crate::hippocampus::{Code, HippocampusState, Outcome, StoredEpisode};
use crate::learning::{Context, Moment};
use crate::neocortex::{Cortex, Score, Step};
use crate::numeric::statistics::argmax;
use crate::numeric::{Block, DMatrix, Real, Rng};

/// Loss of an episode, and the answers that it is summed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Loss {
    /// Sum.
    pub sum: f64,
    /// Number of answers.
    pub weight: f64,
}

/// Episodes of a batch whose answers are shown.
const SHOWN: usize = 16;

/// What an episode was asked for, and what it said: the largest target and the largest output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// The step.
    pub t: usize,
    /// Which of the episodes side by side.
    pub b: usize,
    /// The class that was asked for.
    pub asked: usize,
    /// The class that was said.
    pub said: usize,
}

/// The codes that a lived step was bound to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bound {
    /// Of CA3; empty in a store without codes.
    pub ca3: Code,
    /// Of the entorhinal cortex.
    pub entorhinal: Code,
}

/// The hippocampus that stores what is lived, with the stream its codes are drawn from.
pub type Storing<'a, R> = Option<(&'a mut HippocampusState<R>, &'a mut Rng)>;

/// A batch of episodes, or a stretch of a stream, being lived.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Living<R: Real> {
    /// The episodes.
    pub batch: Batch<R>,
    /// Steps done.
    pub t: usize,
    /// Steps of the stream that were done before this stretch of it; 0 for episodes.
    pub before: u64,
    /// s_{t−1}, S×B.
    pub h: Vec<R>,
    next: Vec<R>,
    aux: Vec<R>,
    /// z for all steps, or of the present step where the weights change at every step.
    drive: DMatrix<R>,
    ahead: bool,
    /// How many of the episodes have room in the hippocampus.
    pub fit: usize,
    /// Contents of all steps, step by step (shape.len() × B each), where they are stored.
    contents: Vec<R>,
    /// An episode each.
    pub losses: Vec<Loss>,
    /// Wrong answers, an episode each.
    pub wrong: Vec<u32>,
    /// Loss and answers so far.
    pub sums: Answers,
    /// Outputs of the first episode's scored steps, for the app.
    pub outputs: Vec<(usize, Vec<f32>)>,
    /// States of the first episode after each step, for the app.
    pub seen: Vec<f32>,
    /// Answers of the first episodes, in the order they came, for the app; none of before a checkpoint.
    #[serde(skip)]
    pub said: Vec<Said>,
    /// What the steps of the episodes that have room were bound to, `fit` a step, where that is watched; none of before a
    /// checkpoint.
    #[serde(skip)]
    pub bound: Vec<Option<Bound>>,
}

impl<R: Real> Living<R> {
    /// A batch before its first step, from silence; with `ahead` all steps are driven at once.
    pub fn new(batch: Batch<R>, cortex: &Cortex<R>, ahead: bool) -> Self {
        let size = cortex.state() * batch.width;
        let columns = batch.width * if ahead { batch.steps } else { 1 };
        let mut living = Self {
            t: 0,
            before: 0,
            h: vec![R::zero(); size],
            next: vec![R::zero(); size],
            aux: vec![R::zero(); cortex.aux_rows() * batch.width],
            drive: DMatrix::zeros(cortex.drive_rows(), columns),
            ahead,
            fit: 0,
            contents: Vec::new(),
            losses: vec![Loss::default(); batch.width],
            wrong: vec![0; batch.width],
            sums: Answers::default(),
            outputs: Vec::new(),
            seen: Vec::new(),
            said: Vec::new(),
            bound: Vec::new(),
            batch,
        };
        living.refresh(cortex);
        living
    }

    /// The batch begins: the hippocampus makes room, and learners hear of it. Returns what was evicted.
    pub fn begin(
        &mut self,
        cortex: &Cortex<R>,
        memory: Option<&mut HippocampusState<R>>,
        learners: &mut dyn Learners<R>,
    ) -> Vec<StoredEpisode> {
        let mut gone = Vec::new();
        if let Some(memory) = memory {
            (gone, self.fit) = memory.open(&self.batch.episodes, self.batch.steps);
        }
        let batch = &self.batch;
        learners.begin(&Context { cortex, batch });
        gone
    }

    /// Drives all steps with the weights as they are.
    pub fn refresh(&mut self, cortex: &Cortex<R>) {
        if self.ahead {
            cortex.drive_into(Block::of(&self.batch.inputs), self.drive.as_mut_slice());
        }
    }

    /// Whether all steps are done.
    pub fn over(&self) -> bool {
        self.t >= self.batch.steps
    }

    /// One step: the network moves, the hippocampus stores it in one shot, and learners see it.
    pub fn step(
        &mut self,
        cortex: &Cortex<R>,
        memory: Storing<'_, R>,
        learners: &mut dyn Learners<R>,
    ) {
        let score = self.advance(cortex, learners);
        if let Some((memory, rng)) = memory {
            let from = self.contents.len();
            self.batch.note(self.t, &self.h, &mut self.contents);
            let lived: Vec<bool> = self.batch.lengths.iter().map(|&l| self.t < l).collect();
            memory.encode(&self.contents[from..], &lived, self.fit, rng);
        }
        let batch = &self.batch;
        let cx = Context { cortex, batch };
        learners.observe(&cx, &self.moment(score.as_ref()));
        std::mem::swap(&mut self.h, &mut self.next);
        self.t += 1;
    }

    /// Notes what the step just taken was bound to: the engrams from number `written` on.
    pub fn note_bound(&mut self, memory: &HippocampusState<R>, written: u64) {
        let open = memory.stored().iter();
        let open = open.skip(memory.stored().len().saturating_sub(self.fit));
        self.bound.extend(open.map(|episode| {
            let new = episode.engrams.last().filter(|e| e.id >= written);
            new.map(|engram| Bound {
                ca3: engram.code.clone(),
                entorhinal: engram.entorhinal.clone(),
            })
        }));
    }

    /// The network takes the step, learners may change the state, and outputs are scored where any counts.
    fn advance(&mut self, cortex: &Cortex<R>, learners: &mut dyn Learners<R>) -> Option<Score<R>> {
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
        let batch = &self.batch;
        learners.remind(
            &Context { cortex, batch },
            self.t,
            &mut self.next,
            &self.aux,
        );
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
        self.sums.scored.right += score.right;
        self.sums.scored.all += score.weight;
        for (b, loss) in self.losses.iter_mut().enumerate() {
            loss.weight += mask[b].f64();
            loss.sum += score.losses[b];
            self.wrong[b] += u32::from(score.wrong[b]);
        }
        if mask[0] != R::zero() {
            let first = score.outputs.as_slice()[..y].iter();
            let first = first.map(|v| v.f64() as f32).collect();
            self.outputs.push((self.t, first));
        }
        for b in (0..width.min(SHOWN)).filter(|b| mask[*b] != R::zero()) {
            self.said.push(Said {
                t: self.t,
                b,
                asked: argmax(&targets[b * y..(b + 1) * y]),
                said: argmax(&score.outputs.as_slice()[b * y..(b + 1) * y]),
            });
        }
        Some(score)
    }

    /// The step just taken, as rules see it.
    fn moment<'a>(&'a self, score: Option<&'a Score<R>>) -> Moment<'a, R> {
        let (x, width) = (self.batch.inputs.nrows(), self.batch.width);
        Moment {
            t: self.t,
            since_begin: self.before + self.t as u64,
            step: Step {
                h_prev: &self.h,
                x: &self.batch.inputs.as_slice()[self.t * x * width..(self.t + 1) * x * width],
                h: &self.next,
                aux: &self.aux,
            },
            score,
            remote: self.batch.early(self.t),
        }
    }

    /// The batch is over: learners finish, and the hippocampus closes its episodes. Returns which joined which prototypes.
    pub fn end(
        &mut self,
        cortex: &Cortex<R>,
        memory: Option<&mut HippocampusState<R>>,
        learners: &mut dyn Learners<R>,
    ) -> Vec<(u64, u64)> {
        let batch = &self.batch;
        learners.finish(&Context { cortex, batch });
        let Some(memory) = memory else {
            return Vec::new();
        };
        let outcomes: Vec<Outcome> = self
            .losses
            .iter()
            .zip(&self.batch.rewards)
            .map(|(loss, &reward)| Outcome {
                error: loss.sum / loss.weight.max(1.0),
                reward,
            })
            .collect();
        memory.close(self.fit, &outcomes)
    }

    /// Answers of a batch that is over, by episode too. With at most `mistakes` wrong ones an episode counts as correct.
    pub fn answers(&self, mistakes: usize) -> Answers {
        let mut sums = self.sums;
        for (b, reward) in self.batch.rewards.iter().enumerate() {
            let all = self.losses[b].weight;
            let wrong = self.wrong[b];
            let share = if *reward == 0.0 {
                &mut sums.unrewarded
            } else {
                &mut sums.rewarded
            };
            share.add(Share {
                right: all - f64::from(wrong),
                all,
            });
            sums.episodes.add(Share {
                right: f64::from(u8::from(wrong as usize <= mistakes)),
                all: 1.0,
            });
        }
        sums
    }

    /// The episodes that had room, as they were lived; what was kept for them goes.
    pub fn take_records(&mut self, shape: ContentShape) -> Vec<Lived<R>> {
        let (len, width) = (shape.len(), self.batch.width);
        let contents = std::mem::take(&mut self.contents);
        let record = |b: usize| Lived {
            episode: self.batch.episodes[b],
            contents: DMatrix::from_fn(len, self.batch.lengths[b], |i, t| {
                contents[(t * width + b) * len + i]
            }),
            positions: self.batch.positions[b].clone(),
        };
        (0..self.fit).map(record).collect()
    }
}

/// Lives a whole batch at the weights as they are; returns it with what joined which prototypes.
pub fn live<R: Real>(
    batch: Batch<R>,
    cortex: &Cortex<R>,
    mut memory: Storing<'_, R>,
    learners: &mut dyn Learners<R>,
) -> (Living<R>, Vec<(u64, u64)>) {
    let mut living = Living::new(batch, cortex, true);
    living.begin(cortex, memory.as_mut().map(|(m, _)| &mut **m), learners);
    while !living.over() {
        let memory = memory.as_mut().map(|(m, rng)| (&mut **m, &mut **rng));
        living.step(cortex, memory, learners);
    }
    let joined = living.end(cortex, memory.map(|(m, _)| m), learners);
    (living, joined)
}

/// Records as a batch, to be lived again.
pub fn batch_of<R: Real>(records: &[&DMatrix<R>], shape: ContentShape) -> Batch<R> {
    let episode = |contents: &&DMatrix<R>| crate::episode::Episode {
        inputs: contents.rows(shape.state, shape.input).into_owned(),
        targets: contents.rows(shape.seen(), shape.target).into_owned(),
        mask: contents.row(shape.len() - 1).iter().copied().collect(),
        ..crate::episode::Episode::silent(0, 0, contents.ncols())
    };
    let episodes: Vec<_> = records.iter().map(episode).collect();
    Batch::of(&episodes, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neocortex::{CellSpec, LossSpec};
    use crate::task::{Recall, Task};

    fn cortex(task: &Recall) -> Cortex<f64> {
        let task: &dyn Task<f64> = task;
        let dims = task.dims();
        let mut rng = Rng::named(1, "weights");
        let cell = CellSpec::named("Tanh").unwrap();
        let loss = LossSpec::suiting(task.targets());
        Cortex::new(&cell, dims.inputs, dims.outputs, loss, 0.0, &mut rng)
    }

    #[test]
    fn driving_all_steps_at_once_or_one_by_one_is_the_same() {
        let task = Recall::default();
        let cortex = cortex(&task);
        let mut rng = Rng::named(1, "task");
        let episodes: Vec<_> = (0..3)
            .map(|_| Task::<f64>::episode(&task, &mut rng))
            .collect();
        let batch = Batch::of(&episodes, 0);
        let (ahead, _) = live(batch.clone(), &cortex, None, &mut ());
        let mut stepwise = Living::new(batch, &cortex, false);
        while !stepwise.over() {
            stepwise.step(&cortex, None, &mut ());
        }
        for (a, b) in ahead.h.iter().zip(&stepwise.h) {
            assert!((a - b).abs() < 1e-12);
        }
        assert_eq!(ahead.sums.scored, stepwise.sums.scored);
    }

    #[test]
    fn what_was_said_is_right_where_no_answer_is_wrong() {
        let task = Recall::default();
        let cortex = cortex(&task);
        let mut rng = Rng::named(1, "task");
        let episodes: Vec<_> = (0..20)
            .map(|_| Task::<f64>::episode(&task, &mut rng))
            .collect();
        let (living, _) = live(Batch::of(&episodes, 0), &cortex, None, &mut ());
        // One answer each, of the first sixteen.
        assert_eq!(living.said.len(), SHOWN);
        for said in &living.said {
            assert_eq!(said.asked != said.said, living.wrong[said.b] > 0);
        }
    }

    #[test]
    fn learners_hear_the_beginning_every_step_and_the_end() {
        #[derive(Default)]
        struct Heard(Vec<&'static str>);
        impl Learners<f64> for Heard {
            fn begin(&mut self, _: &Context<'_, f64>) {
                self.0.push("begin");
            }
            fn observe(&mut self, _: &Context<'_, f64>, _: &Moment<'_, f64>) {
                self.0.push("observe");
            }
            fn finish(&mut self, _: &Context<'_, f64>) {
                self.0.push("finish");
            }
        }
        let task = Recall::default();
        let cortex = cortex(&task);
        let episode = Task::<f64>::episode(&task, &mut Rng::named(1, "task"));
        let steps = episode.steps();
        let mut heard = Heard::default();
        live(Batch::of(&[episode], 0), &cortex, None, &mut heard);
        assert_eq!(heard.0.len(), steps + 2);
        assert_eq!((heard.0[0], heard.0[steps + 1]), ("begin", "finish"));
    }
}
