//! Wake and probe: episodes lived side by side, step by step.

use super::experiment::{Experiment, Lived, ProbeSums, RunError, Work};
use super::living::Living;
use super::runner::fresh;
use super::snapshot::Source;
use crate::episode::Batch;
use crate::event::{Event, Sink};
use crate::hippocampus::CapacitySpec;
use crate::learning::{Context, RuleState};
use crate::neocortex::Score;
use crate::numeric::{DMatrix, Real};

/// Most episodes side by side while awake, and in a probe.
const WIDEST: usize = 64;
const WIDEST_PROBE: usize = 256;

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
        let score = self.advance(&mut living);
        self.remember(&mut living);
        let aligned = self.scenario.learning.align;
        self.learn_online(&mut living, score.as_ref(), aligned, sink)?;
        living.proceed();
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
        self.align(false, "", sink)?;
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
        let mut living = Box::new(Living::new(batch, &self.cortex, !self.every_step()));
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
        self.stream = None;
        self.begin_rules(&living.batch);
        Ok(living)
    }

    /// Episodes, or a stream, begin for every rule.
    pub(super) fn begin_rules(&mut self, batch: &Batch<R>) {
        let cx = Context {
            cortex: &self.cortex,
            batch,
        };
        let exact = self.yardstick_awake.then_some(&mut self.exact);
        for runner in std::iter::once(&mut self.rule)
            .chain(&mut self.shadows)
            .chain(exact)
        {
            runner.state.as_dyn_mut().begin(&cx);
        }
    }

    /// The network takes a step, with the reminders of a rule that has some.
    pub(super) fn advance(&mut self, living: &mut Living<R>) -> Option<Score<R>> {
        let (rule, exact) = (&mut self.rule, &mut self.exact);
        let (reminds, twin) = (self.reminds, self.reminds && self.yardstick_awake);
        living.advance(&self.cortex, |cx, t, h, aux| {
            if twin {
                let mut bare = h.to_vec();
                exact.state.as_dyn_mut().remind(cx, t, &mut bare, aux);
            }
            if reminds {
                rule.timed(false, |r| r.state.as_dyn_mut().remind(cx, t, h, aux));
            }
        })
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

    /// Rules learn from the step just taken; `aligned` says whether what the first quarter contributes is booked apart.
    pub(super) fn learn_online(
        &mut self,
        living: &mut Living<R>,
        score: Option<&Score<R>>,
        aligned: bool,
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        let cx = Context {
            cortex: &self.cortex,
            batch: &living.batch,
        };
        let moment = living.moment(score);
        for runner in std::iter::once(&mut self.rule).chain(&mut self.shadows) {
            runner.observe(&cx, &moment, aligned);
        }
        if self.yardstick_awake && aligned {
            let exact = &mut self.exact;
            exact
                .state
                .as_dyn_mut()
                .observe(&cx, &moment, &mut exact.gradient);
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
            runner.timed(false, |r| {
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
                shadow.bank(&self.cortex);
            }
        }
        self.exact.bank(&self.cortex);
        self.clock.episodes += living.batch.width as u64;
        self.keep_records(living, sink)?;
        let mut sums = living.sums;
        sums.by_reward = living.by_reward();
        if !sums.loss.is_finite() {
            return Err(self.not_finite("the loss"));
        }
        if living.h.iter().any(|h| !num_traits::Float::is_finite(*h)) {
            return Err(self.not_finite("the cortical state"));
        }
        self.tell_rules(sink)?;
        self.measure_answers(
            "",
            sums,
            Some((living.correct(self.mistakes()), living.batch.width)),
            sink,
        )?;
        if self.hippocampus.is_some() {
            self.measure("store.load", self.load() as f64, sink)?;
            self.measure_compression(sink)?;
        }
        if self.every_episode() {
            self.update_awake(sink)?;
        }
        Ok(())
    }

    /// Tells loss, accuracy and what the task adds to them; `correct` episodes of how many, where there are episodes.
    pub(super) fn measure_answers(
        &self,
        prefix: &str,
        sums: ProbeSums,
        correct: Option<(usize, usize)>,
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        let task = self.scenario.task.as_task::<R>();
        let loss = sums.loss / sums.weight;
        self.measure(format!("{prefix}loss"), loss, sink)?;
        if task.in_bits() {
            let bits = loss / std::f64::consts::LN_2;
            self.measure(format!("{prefix}bits"), bits, sink)?;
        }
        self.measure(format!("{prefix}accuracy"), sums.right / sums.weight, sink)?;
        if let (Some(_), Some((correct, all))) = (task.mistakes(), correct) {
            let share = correct as f64 / all.max(1) as f64;
            self.measure(format!("{prefix}correct"), share, sink)?;
        }
        let [with, without] = sums.by_reward;
        if with.1 > 0.0 && without.1 > 0.0 {
            for (name, (right, all)) in [("rewarded", with), ("unrewarded", without)] {
                self.measure(format!("{prefix}{name}.accuracy"), right / all, sink)?;
            }
        }
        // A weight that stands alone is a quantity of its own.
        for (shape, tensor) in self.weights().shapes.iter().zip(&self.weights().tensors) {
            if prefix.is_empty() && shape.vector && tensor.len() == 1 && shape.name != "c" {
                let value = tensor[0].f64();
                self.measure(format!("weight.{}", shape.name), value, sink)?;
            }
        }
        Ok(())
    }

    pub(super) fn mistakes(&self) -> usize {
        let task = self.scenario.task.as_task::<R>();
        task.mistakes().unwrap_or_default()
    }

    /// Tells what rules measure of themselves.
    fn tell_rules(&self, sink: &mut dyn Sink) -> Result<(), RunError> {
        for runner in std::iter::once(&self.rule).chain(&self.shadows) {
            for (name, value) in runner.state.as_dyn().told() {
                self.measure(format!("{}.{name}", runner.label), value, sink)?;
            }
            if let Some(warning) = runner.state.as_dyn().warning() {
                let text = format!("{}: {warning}", runner.label);
                let time = self.clock.time;
                sink.event(&Event::Note { time, text })?;
            }
        }
        Ok(())
    }

    /// Episodes that stored ones stand for, per stored one, in a memory that compresses.
    fn measure_compression(&mut self, sink: &mut dyn Sink) -> Result<(), RunError> {
        let Some(hippocampus) = &self.hippocampus else {
            return Ok(());
        };
        if let CapacitySpec::Compress(_) = hippocampus.spec().capacity {
            let stored = hippocampus.stored();
            let lived: u64 = stored.iter().map(|e| e.count).sum();
            let ratio = lived as f64 / stored.len().max(1) as f64;
            self.measure("store.ratio", ratio, sink)?;
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
    fn keep_records(&mut self, living: &Living<R>, sink: &mut dyn Sink) -> Result<(), RunError> {
        let Some(hippocampus) = &mut self.hippocampus else {
            return Ok(());
        };
        let outcomes: Vec<(f64, f64)> = living
            .losses
            .iter()
            .zip(&living.batch.rewards)
            .map(|((loss, mask), reward)| (loss / mask.max(1.0), *reward))
            .collect();
        let joined = hippocampus.close(living.fit, &outcomes);
        let (len, width) = (hippocampus.shape().len(), living.batch.width);
        for b in 0..living.fit {
            let steps = living.batch.lengths[b];
            let contents = DMatrix::from_fn(len, steps, |i, t| {
                living.contents[(t * width + b) * len + i]
            });
            self.lived.push_back(Lived {
                episode: living.batch.episodes[b],
                contents,
                positions: living.batch.positions[b].clone(),
            });
        }
        for (episode, prototype) in joined {
            let time = self.clock.time;
            sink.event(&Event::Joined {
                time,
                episode,
                prototype,
            })?;
        }
        self.forget_records();
        Ok(())
    }

    /// Episodes to be tested; a rule that reminds does so in tests too, from a memory of its own.
    #[allow(clippy::type_complexity)]
    fn begin_probe(&mut self, left: usize) -> (Box<Living<R>>, Option<Box<RuleState<R>>>) {
        let batch = self.new_batch(left.min(WIDEST_PROBE), true);
        let living = Box::new(Living::new(batch, &self.cortex, true));
        let reminder = self.reminds.then(|| {
            let spec = &self.scenario.learning.rule;
            let mut rule = fresh(spec, "probe", &self.cortex, self.scenario.seed);
            rule.as_dyn_mut().begin(&Context {
                cortex: &self.cortex,
                batch: &living.batch,
            });
            Box::new(rule)
        });
        (living, reminder)
    }

    /// One step of a test; true when the phase is over.
    pub(super) fn step_probe(
        &mut self,
        left: usize,
        living: Option<Box<Living<R>>>,
        reminder: Option<Box<RuleState<R>>>,
        mut sums: ProbeSums,
        sink: &mut dyn Sink,
    ) -> Result<bool, RunError> {
        let (mut living, mut reminder) = match living {
            Some(living) => (living, reminder),
            None => self.begin_probe(left),
        };
        let cortex = &self.cortex;
        living.advance(cortex, |cx, t, h, aux| {
            if let Some(rule) = &mut reminder {
                rule.as_dyn_mut().remind(cx, t, h, aux);
            }
        });
        living.proceed();
        if !living.over() {
            self.work = Work::Probe {
                left,
                living: Some(living),
                reminder,
                sums,
            };
            return Ok(false);
        }
        sums.loss += living.sums.loss;
        sums.right += living.sums.right;
        sums.weight += living.sums.weight;
        sums.correct += living.correct(self.mistakes());
        sums.episodes += living.batch.width;
        for (sum, more) in sums.by_reward.iter_mut().zip(living.by_reward()) {
            *sum = (sum.0 + more.0, sum.1 + more.1);
        }
        let left = left - living.batch.width;
        self.after.living = Some((living, Source::Probed));
        self.after.ripple_last = false;
        if left > 0 {
            self.work = Work::Probe {
                left,
                living: None,
                reminder: None,
                sums,
            };
            return Ok(false);
        }
        if !sums.loss.is_finite() {
            return Err(self.not_finite("the probe's loss"));
        }
        self.measure_answers("probe.", sums, Some((sums.correct, sums.episodes)), sink)?;
        self.measure("probe.updates", self.clock.updates as f64, sink)?;
        self.probe_recall(sink)?;
        Ok(true)
    }
}
