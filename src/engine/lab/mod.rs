//! The lab: all that phases work in, and what they do with it. It knows no phase.
//!
//! There is one way to live a batch of episodes ([`Living`]) and one to replay a walk through CA3 ([`Replaying`]): runs,
//! measurements and the gradients of `ammon gradients` all go through them.

mod answers;
mod damage;
mod errors;
mod learners;
mod living;
mod notebook;
mod planning;
mod recall;
mod reliving;
mod replaying;
mod rules;
mod scoring;
mod stream;

pub use answers::{AWAKE, Answers, PROBED, tell_lone_weights};
pub use damage::Damage;
pub use errors::{errors, errors_of};
pub use learners::{Alone, Learners, Reminding};
pub use living::{Bound, Living, Said, live};
pub use notebook::{Clock, Lived, Notebook, RunError};
pub use planning::{AT_ONCE, Draft, Planned, forward, plan, walked};
pub use recall::probe_recall;
pub use reliving::Reliving;
pub use replaying::{Replaying, replay};
pub use rules::{LedgerRow, Rules, fresh, relive};
pub use scoring::Scoring;
pub use stream::Stream;

use serde::{Deserialize, Serialize};

use crate::circuit::Place;
use crate::episode::{Batch, ContentShape};
use crate::hippocampus::HippocampusState;
use crate::neocortex::{Cortex, LossSpec, Optimizer};
use crate::numeric::{DMatrix, Real, Rng, Streams};
use crate::record::{Event, Metric, Sink};
use crate::scenario::{self, Setup, Stretch};
use crate::task::{Dims, Task};

/// Everything that phases work in.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Lab<R: Real> {
    /// What it was made from.
    pub setup: Setup,
    /// Random streams.
    pub streams: Streams,
    /// The network.
    pub cortex: Cortex<R>,
    /// How gradients change its weights.
    pub optimizer: Optimizer<R>,
    /// The hippocampus, where there is one.
    pub memory: Option<HippocampusState<R>>,
    /// What is lesioned.
    pub damage: Damage<R>,
    /// Who learns.
    pub rules: Rules<R>,
    /// Clock, phase and records.
    pub notebook: Notebook<R>,
    /// The stream that goes on, unless episodes were lived in between.
    pub stream: Option<Stream<R>>,
    /// Whether someone watches what lived steps are bound to.
    #[serde(skip)]
    pub watched: bool,
}

impl<R: Real> Lab<R> {
    /// A lab before anything happened. The setup must have been checked.
    pub fn new(setup: &Setup) -> Self {
        let seed = setup.seed;
        let mut streams = Streams::new(seed);
        let task = setup.task.kind::<R>();
        let Dims {
            inputs, outputs, ..
        } = task.dims();
        let cell = &setup.cortex.cell;
        let loss = setup.cortex.loss.clone();
        let loss = loss.unwrap_or_else(|| LossSpec::suiting(task.targets()));
        let rng = &mut streams.weights;
        let mut cortex = Cortex::new(cell, inputs, outputs, loss, task.tolerance(), rng)
            .with_readout(&setup.cortex.readout);
        let (tensors, rows) = setup.learning.rule.kind().tensors();
        if !tensors.is_empty() {
            cortex = cortex.with_attention(tensors, rows, &mut streams.weights);
        }
        let optimizer = Optimizer::new(
            &setup.cortex.optimizer,
            setup.cortex.clip,
            setup.cortex.decay,
            &cortex.weights,
        );
        let shape = shape_of(setup, &cortex);
        let spec = setup.hippocampus.as_ref();
        let memory = spec.map(|h| HippocampusState::new(h, shape, seed));
        Self {
            streams,
            optimizer,
            damage: Damage::none(memory.is_some(), seed),
            rules: Rules::new(&setup.learning, &cortex, seed),
            notebook: Notebook::default(),
            stream: None,
            watched: false,
            setup: setup.clone(),
            cortex,
            memory,
        }
    }

    /// What runs takes over the values of parameters that may change in a run; the others are the same.
    pub fn adopt(&mut self, setup: &Setup) {
        let scenario::Cortex {
            optimizer,
            clip,
            decay,
            ..
        } = &setup.cortex;
        self.optimizer.adopt(optimizer, *clip, *decay);
        if let (Some(memory), Some(spec)) = (&mut self.memory, &setup.hippocampus) {
            memory.adopt(spec);
        }
        self.setup = setup.clone();
    }

    /// The task.
    pub fn task(&self) -> &dyn Task<R> {
        self.setup.task.kind()
    }

    /// What is where in a content.
    pub fn shape(&self) -> ContentShape {
        shape_of(&self.setup, &self.cortex)
    }

    /// Whether the weights change after every step.
    pub fn every_step(&self) -> bool {
        self.setup.learning.every() == Stretch::Step
    }

    /// Whether the weights change after every episode.
    pub fn every_episode(&self) -> bool {
        self.setup.learning.every() == Stretch::Episode
    }

    /// New episodes side by side, numbered from those lived so far.
    pub fn batch(&mut self, count: usize, from: impl FnOnce(&mut Streams) -> &mut Rng) -> Batch<R> {
        let task = self.setup.task.kind::<R>();
        let rng = from(&mut self.streams);
        let episodes: Vec<_> = (0..count).map(|_| task.episode(rng)).collect();
        Batch::of(&episodes, self.notebook.clock.episodes)
    }

    /// A batch before its first step: driven ahead unless the weights change in between.
    pub fn living(&self, batch: Batch<R>) -> Living<R> {
        Living::new(batch, &self.cortex, !self.every_step())
    }

    /// The batch begins for the hippocampus and for all rules.
    pub fn begin(&mut self, living: &mut Living<R>, out: &mut dyn Sink) -> Result<(), RunError> {
        let memory = self.memory.as_mut();
        let gone = living.begin(&self.cortex, memory, &mut self.rules.awake(true));
        let time = self.notebook.clock.time;
        for episode in gone {
            let (episode, steps) = (episode.episode, episode.engrams.len());
            out.event(&Event::Evicted {
                time,
                episode,
                steps,
            })?;
        }
        let (fit, width) = (living.fit, living.batch.width);
        if self.memory.is_some() && fit < width {
            let text = format!("the hippocampus has room for {fit} of {width} episodes");
            self.notebook.note(text, out)?;
        }
        Ok(())
    }

    /// One step awake: lived, stored and learned from; in a `stream` no gradient is held against another's.
    pub fn live_step(
        &mut self,
        living: &mut Living<R>,
        stream: bool,
        out: &mut dyn Sink,
    ) -> Result<(), RunError> {
        let memory = self.memory.as_mut();
        let written = memory.as_ref().map_or(0, |memory| memory.written());
        let storing = memory.map(|m| (m, &mut self.streams.encoding));
        living.step(&self.cortex, storing, &mut self.rules.awake(!stream));
        if let (true, Some(memory)) = (self.watched, &self.memory) {
            living.note_bound(memory, written);
        }
        let learner = &self.rules.learner;
        if self.every_step() && !learner.offline() && learner.gradient.weight > 0.0 {
            self.update(stream, out)?;
        }
        self.notebook.clock.time += 1;
        Ok(())
    }

    /// The batch is over: rules finish, the hippocampus closes its episodes, of which the experimenter keeps a record.
    pub fn end(&mut self, living: &mut Living<R>, out: &mut dyn Sink) -> Result<(), RunError> {
        let memory = self.memory.as_mut();
        let joined = living.end(&self.cortex, memory, &mut self.rules.awake(true));
        self.rules.bank_awake(&self.cortex);
        self.notebook.clock.episodes += living.batch.width as u64;
        if let Some(memory) = &self.memory {
            let records = living.take_records(memory.shape());
            self.notebook.lived.extend(records);
            let time = self.notebook.clock.time;
            for (episode, prototype) in joined {
                out.event(&Event::Joined {
                    time,
                    episode,
                    prototype,
                })?;
            }
            self.notebook.forget(self.memory.as_ref());
        }
        Ok(())
    }

    /// Fails where the loss or a state of the batch is NaN or infinite.
    pub fn check(&self, living: &Living<R>) -> Result<(), RunError> {
        if !living.sums.loss.is_finite() {
            return Err(self.notebook.not_finite("the loss"));
        }
        if living.h.iter().any(|h| !num_traits::Float::is_finite(*h)) {
            return Err(self.notebook.not_finite("the cortical state"));
        }
        Ok(())
    }

    /// Changes the weights by what the rule has gathered since the last update; in a `stream` there is nothing to align.
    pub fn update(&mut self, stream: bool, out: &mut dyn Sink) -> Result<(), RunError> {
        let gradient = &mut self.rules.learner.gradient;
        if gradient.weight > 0.0 {
            self.cortex.prune(gradient);
            if !gradient.is_finite() {
                return Err(self.notebook.not_finite("the gradient"));
            }
            self.optimizer.update(&mut self.cortex.weights, gradient);
            self.damage.keep(&mut self.cortex);
            let clock = &mut self.notebook.clock;
            clock.updates += 1;
            out.event(&Event::Updated {
                time: clock.time,
                updates: clock.updates,
            })?;
        }
        if stream {
            self.rules.learner.gradient.clear();
        } else {
            self.rules.bank_learner(&self.cortex);
        }
        Ok(())
    }

    /// Tells how well the online, or offline, rules agree with the yardstick over the phase; `tail` is added to their names.
    pub fn align(&mut self, offline: bool, tail: &str, out: &mut dyn Sink) -> Result<(), RunError> {
        for (label, alignment) in self.rules.align(offline, &self.cortex) {
            for (declared, value) in alignment.measured() {
                let metric = Metric::of(declared, format!("{label}{tail}"));
                self.notebook.tell(metric, value, out)?;
            }
        }
        Ok(())
    }

    /// Tells what rules measure of themselves.
    pub fn tell_rules(&self, out: &mut dyn Sink) -> Result<(), RunError> {
        for runner in self.rules.all() {
            let rule = runner.state.as_dyn();
            for (declared, value) in rule.told() {
                let metric = Metric::of(declared, runner.label.clone());
                self.notebook.tell(metric, value, out)?;
            }
            if let Some(warning) = rule.warning() {
                let text = format!("{}: {warning}", runner.label);
                self.notebook.note(text, out)?;
            }
        }
        Ok(())
    }

    /// Takes the yardstick over the lived episodes that were replayed, each as often as it was.
    pub fn measure_yardstick(&mut self, replayed: &[u64]) {
        if let Some(memory) = &self.memory {
            let lived = replayed.iter().filter_map(|e| self.notebook.record(*e));
            let records: Vec<&DMatrix<R>> = lived.map(|l| &l.contents).collect();
            let shape = memory.shape();
            self.rules.measure_yardstick(&self.cortex, &records, shape);
        }
    }

    /// Sets the missing fraction of a place; whether the circuit has it.
    pub fn damage(&mut self, place: Place, fraction: f64) -> bool {
        let (cortex, memory) = (&mut self.cortex, self.memory.as_mut());
        self.damage.set(place, fraction, cortex, memory)
    }

    /// Tells of a lesion or restoration that was done, or that could not be.
    pub fn tell_damage(
        &self,
        place: Place,
        fraction: f64,
        done: bool,
        out: &mut dyn Sink,
    ) -> Result<(), RunError> {
        if !done {
            let text = format!("there is no {place} in this circuit");
            return self.notebook.note(text, out);
        }
        out.event(&Event::Damaged {
            time: self.notebook.clock.time,
            target: place,
            fraction,
        })?;
        Ok(())
    }

    /// Stored steps.
    pub fn load(&self) -> usize {
        self.memory.as_ref().map_or(0, HippocampusState::load)
    }

    /// What each rule kept and cost.
    pub fn ledger(&self) -> Vec<LedgerRow> {
        let memory = self.memory.as_ref();
        let synapses = memory.map_or(0, HippocampusState::synapses);
        self.rules.ledger(synapses)
    }
}

fn shape_of<R: Real>(setup: &Setup, cortex: &Cortex<R>) -> ContentShape {
    let dims = setup.task.kind::<R>().dims();
    ContentShape {
        state: cortex.state(),
        input: dims.inputs,
        target: dims.outputs,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hippocampus::Hippocampus;
    use crate::learning::RuleSpec;
    use crate::scenario::Learning;

    fn setup() -> Setup {
        Setup {
            hippocampus: Some(Hippocampus::default()),
            learning: Learning {
                rule: RuleSpec::named("ReplayBptt").unwrap(),
                ..Learning::default()
            },
            ..Setup::default()
        }
    }

    #[test]
    fn a_batch_lived_is_stored_and_can_be_replayed_to_the_gradient_of_bptt() {
        let mut lab = Lab::<f64>::new(&setup());
        let mut living = lab.living(lab.clone().batch(4, |s| &mut s.task));
        lab.begin(&mut living, &mut ()).unwrap();
        while !living.over() {
            lab.live_step(&mut living, false, &mut ()).unwrap();
        }
        lab.end(&mut living, &mut ()).unwrap();
        lab.check(&living).unwrap();
        assert_eq!(lab.notebook.clock.episodes, 4);
        assert_eq!(lab.notebook.lived.len(), 4);
        let memory = lab.memory.as_mut().unwrap();
        memory.fall_asleep();
        let drafts: Vec<Draft> = (0..4)
            .map(|i| {
                let (select, cue) = (&mut lab.streams.select, &mut lab.streams.cue);
                Draft::through(memory, i, crate::record::Order::REVERSE, select, cue)
            })
            .collect();
        let mut replayed = Vec::new();
        for planned in walked(memory, &drafts) {
            replayed.push(planned.episode);
            replay(planned, &lab.cortex, memory, &mut lab.rules);
        }
        lab.measure_yardstick(&replayed);
        lab.update(false, &mut ()).unwrap();
        assert_eq!(lab.notebook.clock.updates, 1);
        let told = lab.rules.align(true, &lab.cortex);
        assert!(told[0].1.cosine > 0.99, "{told:?}");
    }
}
