//! The experiment: all of a run's state, as data. It can be cloned, saved at any step, and goes on to the same bytes.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::command::{Command, Journalled};
use super::living::Living;
use super::measure::Measuring;
use super::protocol::{self, Cursor};
use super::runner::Runner;
use super::sleep::Sleeping;
use super::stream::Stream;
use crate::analysis::Alignment;
use crate::circuit::Circuit;
use crate::episode::ContentShape;
use crate::event::{Event, PhaseName, Sink, SinkError};
use crate::hippocampus::HippocampusState;
use crate::learning::{RuleSpec, RuleState};
use crate::neocortex::{Cortex, Optimizer, Weights};
use crate::numeric::{DMatrix, Real, Streams};
use crate::scenario::{MeasureCapacity, MeasureSeparation, Phase, Scenario, UpdateSpec};
use crate::task::{Baselines, Dims};

/// Counters of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// Engine steps: wake, replay and probe steps, and one for every other phase.
    pub step: u64,
    /// Wake and replay steps, and the steps rested.
    pub time: u64,
    /// Episodes lived.
    pub episodes: u64,
    /// Updates of the weights.
    pub updates: u64,
    /// Ripples begun.
    pub ripples: u64,
}

/// Whether there is more to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// There is.
    Running,
    /// The protocol is over.
    Done,
}

/// Why a run failed.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A quantity became NaN or infinite.
    #[error(
        "{quantity} is no longer a finite number at step {step} in phase {phase}: \
         lower the optimizer's rate, set `cortex.clip`, or lower the gain of `cortex.cell.init`"
    )]
    NotFinite {
        /// When.
        step: u64,
        /// Where.
        phase: PhaseName,
        /// What.
        quantity: String,
    },
    /// A listener failed.
    #[error(transparent)]
    Sink(#[from] SinkError),
}

/// What is kept of a lived episode to measure replay by: the experimenter's record, which no rule and no store reads.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) struct Lived<R: Real> {
    pub episode: u64,
    /// Contents h_{t−1}, x_t, target, mask; a column a step.
    pub contents: DMatrix<R>,
    /// Where each step was along a path, where there is one.
    pub positions: Vec<f32>,
}

/// What is being done right now.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) enum Work<R: Real> {
    /// Between phases.
    #[default]
    Between,
    Wake {
        left: usize,
        living: Option<Box<Living<R>>>,
    },
    Stream {
        left: u64,
        report: usize,
        living: Option<Box<Living<R>>>,
    },
    Probe {
        left: usize,
        living: Option<Box<Living<R>>>,
        reminder: Option<Box<RuleState<R>>>,
        sums: ProbeSums,
    },
    Sleep(Box<Sleeping<R>>),
    Measure(Box<Measuring>),
    Separate {
        phase: MeasureSeparation,
        done: usize,
    },
    Compare {
        phase: MeasureCapacity,
        done: usize,
    },
}

/// Sums over a probe's batches.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct ProbeSums {
    pub loss: f64,
    pub right: f64,
    pub weight: f64,
    /// Episodes answered correctly, of how many.
    pub correct: usize,
    pub episodes: usize,
    /// Right answers and answers in all, of episodes with a reward and of the others.
    pub by_reward: [(f64, f64); 2],
}

/// A run: everything it consists of.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Experiment<R: Real> {
    pub(super) scenario: Scenario,
    pub(super) streams: Streams,
    pub(super) dims: Dims,
    pub(super) cortex: Cortex<R>,
    pub(super) optimizer: Optimizer<R>,
    pub(super) hippocampus: Option<HippocampusState<R>>,
    pub(super) circuit: Circuit,
    /// Tensor columns that a lesion cut, with their values for restoration.
    pub(super) cut: Vec<super::damage::CutColumn<R>>,
    pub(super) rule: Runner<R>,
    pub(super) shadows: Vec<Runner<R>>,
    /// Exact BPTT, or the whole gradient of a rule that changes the forward pass: the yardstick.
    pub(super) exact: Runner<R>,
    /// Whether it must run while awake: some rule learns there, and none of them is BPTT itself.
    pub(super) yardstick_awake: bool,
    /// Whether the rule that learns changes the forward pass.
    pub(super) reminds: bool,
    pub(super) stream: Option<Stream<R>>,
    pub(super) baselines: Baselines,
    pub(super) lived: VecDeque<Lived<R>>,
    pub(super) cursor: Cursor,
    pub(super) phases: u64,
    pub(super) work: Work<R>,
    pub(super) phase: PhaseName,
    pub(super) clock: Clock,
    pub(super) journal: Vec<Journalled>,
    /// For drawing alone.
    #[serde(skip)]
    pub(super) after: super::view::Afterimage<R>,
}

impl<R: Real> Experiment<R> {
    /// A run before its first step. The scenario must have been checked.
    pub fn new(scenario: &Scenario) -> Self {
        let mut streams = Streams::new(scenario.seed);
        let task = scenario.task.as_task::<R>();
        let dims = task.dims();
        let cell = &scenario.cortex.cell;
        let mut cortex = Cortex::new(
            cell,
            dims.inputs,
            dims.outputs,
            task.loss(),
            task.tolerance(),
            &mut streams.weights,
        )
        .with_readout(&scenario.cortex.readout);
        let (tensors, rows) = scenario.learning.rule.kind().tensors();
        if !tensors.is_empty() {
            cortex = cortex.with_attention(tensors, rows, &mut streams.weights);
        }
        let shape = ContentShape {
            state: cortex.state(),
            input: dims.inputs,
            target: dims.outputs,
        };
        let hippocampus = scenario
            .hippocampus
            .as_ref()
            .map(|h| HippocampusState::new(h, shape, scenario.seed));
        let learning = &scenario.learning;
        let specs: Vec<&RuleSpec> = std::iter::once(&learning.rule)
            .chain(&learning.shadows)
            .collect();
        let mut runners: VecDeque<Runner<R>> = RuleSpec::labels(&specs)
            .into_iter()
            .zip(&specs)
            .map(|(label, spec)| Runner::new(label, spec, &cortex, scenario.seed))
            .collect();
        let yardstick = learning.rule.yardstick();
        let exact = Runner::new("Bptt".into(), &yardstick, &cortex, scenario.seed);
        let rule = runners.pop_front().unwrap_or_else(|| exact.clone());
        Self {
            optimizer: Optimizer::new(
                &scenario.cortex.optimizer,
                scenario.cortex.clip,
                scenario.cortex.decay,
                &cortex.weights,
            ),
            circuit: Circuit::new(hippocampus.is_some()),
            cut: Vec::new(),
            rule,
            yardstick_awake: learning.align
                && specs.iter().any(|s| !s.offline())
                && !specs.iter().any(|s| **s == yardstick),
            reminds: learning.rule.kind().reminds(),
            stream: None,
            baselines: task.baselines(),
            shadows: runners.into(),
            exact,
            lived: VecDeque::new(),
            cursor: Cursor::start(&scenario.protocol),
            phases: protocol::count(&scenario.protocol),
            work: Work::Between,
            phase: PhaseName::Wake,
            clock: Clock::default(),
            journal: Vec::new(),
            after: super::view::Afterimage::default(),
            scenario: scenario.clone(),
            streams,
            dims,
            cortex,
            hippocampus,
        }
    }

    /// Does one step: one of an awake or probed batch, one of a ripple, or a whole phase of any other kind.
    pub fn step(&mut self, sink: &mut dyn Sink) -> Result<Status, RunError> {
        if matches!(self.work, Work::Between) && !self.begin_phase(sink)? {
            return Ok(Status::Done);
        }
        self.clock.step += 1;
        let over = match std::mem::take(&mut self.work) {
            Work::Between => true,
            Work::Wake { left, living } => self.step_wake(left, living, sink)?,
            Work::Stream {
                left,
                report,
                living,
            } => self.step_stream(left, report, living, sink)?,
            Work::Probe {
                left,
                living,
                reminder,
                sums,
            } => self.step_probe(left, living, reminder, sums, sink)?,
            Work::Sleep(sleeping) => self.step_sleep(sleeping, sink)?,
            Work::Measure(measuring) => self.step_measure(measuring, sink)?,
            Work::Separate { phase, done } => self.step_separation(phase, done, sink)?,
            Work::Compare { phase, done } => self.step_compare(phase, done, sink)?,
        };
        if over {
            self.work = Work::Between;
            self.cursor.advance(&self.scenario.protocol);
        }
        Ok(if self.is_done() {
            Status::Done
        } else {
            Status::Running
        })
    }

    /// Begins the phase at the cursor; false when there is none.
    fn begin_phase(&mut self, sink: &mut dyn Sink) -> Result<bool, RunError> {
        let Some(phase) = self.cursor.phase(&self.scenario.protocol).cloned() else {
            return Ok(false);
        };
        self.phase = name_of(&phase);
        sink.event(&Event::Began {
            time: self.clock.time,
            phase: self.phase,
        })?;
        match phase {
            Phase::Wake(p) => {
                self.work = Work::Wake {
                    left: p.episodes,
                    living: None,
                }
            }
            Phase::Stream(p) => {
                self.work = Work::Stream {
                    left: p.steps,
                    report: p.report,
                    living: None,
                }
            }
            Phase::Probe(p) => {
                self.work = Work::Probe {
                    left: p.episodes,
                    living: None,
                    reminder: None,
                    sums: ProbeSums::default(),
                };
            }
            Phase::Sleep(p) => self.begin_sleep(&p),
            Phase::Rest(p) => {
                self.clock.time = self.clock.time.saturating_add(p.steps);
                if let Some(hippocampus) = &mut self.hippocampus {
                    hippocampus.rest(p.steps);
                }
                self.forget_records();
            }
            Phase::Lesion(p) => self.damage(&p.target.0, p.fraction, sink)?,
            Phase::Restore(p) => self.damage(&p.target.0, 0.0, sink)?,
            Phase::MeasureStore(p) => self.work = Work::Measure(Box::new(Measuring::new(&p))),
            Phase::MeasureSeparation(phase) => self.work = Work::Separate { phase, done: 0 },
            Phase::MeasureCapacity(phase) => self.work = Work::Compare { phase, done: 0 },
            Phase::Repeat(_) => {}
        }
        Ok(true)
    }

    /// Applies and journals a command.
    pub fn apply(&mut self, command: &Command, sink: &mut dyn Sink) -> Result<(), RunError> {
        self.journal.push(Journalled {
            step: self.clock.step,
            command: command.clone(),
        });
        match command {
            Command::Lesion { target, fraction } => self.damage(target, *fraction, sink),
            Command::Restore { target } => self.damage(target, 0.0, sink),
        }
    }

    /// Changes the weights by what the rule has gathered since the last update.
    pub(super) fn update(&mut self, sink: &mut dyn Sink) -> Result<(), RunError> {
        if self.rule.gradient.weight > 0.0 {
            self.cortex.prune(&mut self.rule.gradient);
            if !self.rule.gradient.is_finite() {
                return Err(self.not_finite("the gradient"));
            }
            self.optimizer
                .update(&mut self.cortex.weights, &self.rule.gradient);
            self.keep_cut();
            self.clock.updates += 1;
            sink.event(&Event::Updated {
                time: self.clock.time,
                updates: self.clock.updates,
            })?;
        }
        if self.stream.is_some() || !self.scenario.learning.align {
            // A stream has no whole gradient that another's could be held against.
            self.rule.gradient.clear();
        } else {
            self.rule.bank(&self.cortex);
        }
        Ok(())
    }

    pub(super) fn not_finite(&self, quantity: &str) -> RunError {
        RunError::NotFinite {
            step: self.clock.step,
            phase: self.phase,
            quantity: quantity.into(),
        }
    }

    /// Tells a metric.
    pub(super) fn measure(
        &self,
        name: impl Into<String>,
        value: f64,
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        sink.event(&Event::Metric {
            time: self.clock.time,
            episode: self.clock.episodes,
            phase: self.phase,
            name: name.into(),
            value,
        })?;
        Ok(())
    }

    /// Tells how well the rules of one kind agree with exact BPTT over the phase, and starts anew; `tail` is added to their
    /// names.
    pub(super) fn align(
        &mut self,
        offline: bool,
        tail: &str,
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        if !self.scenario.learning.align {
            return Ok(());
        }
        self.exact.bank(&self.cortex);
        let runners = || std::iter::once(&self.rule).chain(&self.shadows);
        let exact = if offline || self.yardstick_awake {
            &self.exact
        } else {
            runners()
                .find(|r| r.label == "Bptt" || self.reminds)
                .unwrap_or(&self.exact)
        };
        let told: Vec<(String, Alignment)> = runners()
            .filter(|r| r.offline() == offline)
            .map(|r| (r.label.clone(), Alignment::of(&r.total, &exact.total)))
            .collect();
        for (label, alignment) in told {
            for (name, value) in alignment.named() {
                self.measure(format!("alignment.{label}{tail}.{name}"), value, sink)?;
            }
        }
        for runner in std::iter::once(&mut self.rule).chain(&mut self.shadows) {
            if runner.offline() == offline {
                runner.total.clear();
            }
        }
        self.exact.total.clear();
        Ok(())
    }

    /// Drops the experimenter's records of episodes that are no longer stored.
    pub(super) fn forget_records(&mut self) {
        match &self.hippocampus {
            Some(hippocampus) => {
                let stored: std::collections::HashSet<u64> = hippocampus
                    .stored()
                    .iter()
                    .flat_map(|e| e.members.iter().copied())
                    .collect();
                self.lived.retain(|l| stored.contains(&l.episode));
            }
            None => self.lived.clear(),
        }
    }

    pub(super) fn every_step(&self) -> bool {
        matches!(self.scenario.learning.update, UpdateSpec::EveryStep(_))
    }

    pub(super) fn every_episode(&self) -> bool {
        matches!(self.scenario.learning.update, UpdateSpec::EveryEpisode(_))
    }

    /// What the run was made from.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Counters.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// The present phase, or the last one.
    pub fn phase(&self) -> PhaseName {
        self.phase
    }

    /// Whether the protocol is over.
    pub fn is_done(&self) -> bool {
        matches!(self.work, Work::Between) && self.cursor.phase(&self.scenario.protocol).is_none()
    }

    /// Part of the protocol that is done, 0 to 1.
    pub fn progress(&self) -> f64 {
        let inner = match (&self.work, self.cursor.phase(&self.scenario.protocol)) {
            (Work::Wake { left, .. }, Some(Phase::Wake(p))) => {
                1.0 - *left as f64 / p.episodes as f64
            }
            (Work::Stream { left, .. }, Some(Phase::Stream(p))) => {
                1.0 - *left as f64 / p.steps as f64
            }
            (Work::Probe { left, .. }, Some(Phase::Probe(p))) => {
                1.0 - *left as f64 / p.episodes as f64
            }
            (Work::Sleep(sleeping), Some(Phase::Sleep(p))) => {
                1.0 - sleeping.left as f64 / p.ripples as f64
            }
            (Work::Measure(measuring), _) => measuring.progress(),
            (Work::Separate { phase, done }, _) => *done as f64 / phase.similarities.0.len() as f64,
            (Work::Compare { phase, done }, _) => *done as f64 / phase.capacities.len() as f64,
            _ => 0.0,
        };
        ((self.cursor.done() as f64 + inner) / self.phases.max(1) as f64).min(1.0)
    }

    /// Chance and memoryless levels of the task.
    pub fn baselines(&self) -> Baselines {
        self.baselines
    }

    /// The weights now.
    pub fn weights(&self) -> &Weights<R> {
        &self.cortex.weights
    }

    /// Commands applied so far.
    pub fn journal(&self) -> &[Journalled] {
        &self.journal
    }

    /// Stored steps.
    pub fn load(&self) -> usize {
        self.hippocampus.as_ref().map_or(0, HippocampusState::load)
    }

    /// About how many bytes a copy takes: those of the hippocampus, beside which the rest is small.
    pub(super) fn weight(&self) -> u64 {
        self.hippocampus
            .as_ref()
            .map_or(0, HippocampusState::weight)
    }

    /// What each rule kept and cost.
    pub fn ledger(&self) -> Vec<super::runner::LedgerRow> {
        let synapses = self
            .hippocampus
            .as_ref()
            .map_or(0, HippocampusState::synapses);
        std::iter::once(&self.rule)
            .chain(&self.shadows)
            .map(|runner| runner.ledger(synapses))
            .collect()
    }
}

fn name_of(phase: &Phase) -> PhaseName {
    match phase {
        Phase::Wake(_) | Phase::Repeat(_) => PhaseName::Wake,
        Phase::Stream(_) => PhaseName::Stream,
        Phase::Sleep(_) => PhaseName::Sleep,
        Phase::Probe(_) => PhaseName::Probe,
        Phase::Rest(_) => PhaseName::Rest,
        Phase::Lesion(_) => PhaseName::Lesion,
        Phase::Restore(_) => PhaseName::Restore,
        Phase::MeasureStore(_) | Phase::MeasureSeparation(_) | Phase::MeasureCapacity(_) => {
            PhaseName::Measure
        }
    }
}
