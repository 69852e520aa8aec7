//! MeasureLesions: copies of the circuit are damaged by degrees; what is left of replay, and of what the cortex can do.

use serde::{Deserialize, Serialize};

use super::super::lab::{Damage, Lab, RunError, live};
use super::happening::{Flow, Happening, PhaseKind};
use super::lesion::target_is_there;
use super::measure_capacity::Memory;
use super::{labelled, living_bytes};
use crate::circuit::{Circuit, Place};
use crate::episode::Batch;
use crate::hippocampus::Hippocampus;
use crate::numeric::{Real, Rng};
use crate::params;
use crate::record::{Declared, Metric, Sink, metric};
use crate::registry::{Node, Problems, Span, Value, set};
use crate::scenario::{OneOrMore, Report, Setup};

params! {
    /// Damages copies of the circuit by degrees, at the present weights, and tells what is left. Nothing else in the run
    /// changes.
    pub struct MeasureLesions {
        /// What the results are called, to tell several such phases apart.
        pub label: String = String::new(), [0 ..= 40], restart;
        /// Names of regions and pathways.
        pub targets: Vec<Place>, [1 ..= 18], restart;
        /// Which fractions of each.
        pub fractions: OneOrMore<f64> = OneOrMore(vec![0.25, 0.5, 0.75]), [0 ..= 1], restart;
        /// How many episodes are stored and replayed.
        pub episodes: usize = 16, [1 ..= 1000], "episodes", restart;
        /// How many episodes are tested, where a target is of the neocortex.
        pub tests: usize = 64, [1 ..= 10000], "episodes", restart;
    }
}

impl PhaseKind for MeasureLesions {
    fn called(&self) -> &'static str {
        "Measure"
    }

    fn measures(&self) -> bool {
        true
    }

    fn bytes(&self, setup: &Setup) -> u64 {
        let kept = (4 * setup.content_values()).saturating_mul(self.episodes as u64);
        let tested = living_bytes(setup, self.tests as u64, setup.episode_steps());
        kept.saturating_mul(setup.episode_steps())
            .saturating_add(tested)
    }

    fn problems(&self, setup: &Setup, report: &mut Report<'_>) {
        for (i, target) in self.targets.iter().enumerate() {
            target_is_there(*target, setup, &mut report.within(&format!("targets.{i}")));
            if self.targets[..i].contains(target) {
                let message = format!("{target} is here twice");
                report.at(&format!("targets.{i}"), message, "remove one");
            }
        }
        let room = |h: &Hippocampus| h.capacity.kind().room() as u64;
        let needed = setup.episode_steps().saturating_mul(self.episodes as u64);
        if let Some(h) = setup.hippocampus.as_ref().filter(|h| room(h) < needed) {
            report.at(
                "episodes",
                format!(
                    "{} episodes are {needed} steps, but the hippocampus has room for {}",
                    self.episodes,
                    room(h)
                ),
                "measure fewer, or give the hippocampus more room",
            );
        }
    }
}

/// When a lesion comes, or what comes in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Stage {
    /// After all is stored.
    After,
    /// Before anything is stored.
    Before,
    /// No lesion, but a store that has as many units fewer.
    Reduced,
    /// Of the neocortex, which is tested.
    Tested,
}

impl Stage {
    fn name(self) -> &'static str {
        match self {
            Self::After => "after",
            Self::Before => "before",
            Self::Reduced => "reduced",
            Self::Tested => "tested",
        }
    }
}

/// One lesion to be measured.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Task {
    target: Place,
    stage: Stage,
    fraction: f64,
}

/// A measurement under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MeasuringLesions {
    phase: MeasureLesions,
    tasks: Vec<Task>,
    done: usize,
}

impl MeasuringLesions {
    /// Before the first lesion.
    pub fn new<R: Real>(phase: &MeasureLesions, _: &mut Lab<R>) -> Self {
        let mut tasks = Vec::new();
        for &target in &phase.targets {
            let stages: &[Stage] = match target {
                Place::Ca3 => &[Stage::After, Stage::Before, Stage::Reduced],
                target if target.hippocampal() => &[Stage::After, Stage::Before],
                _ => &[Stage::Tested],
            };
            for &stage in stages {
                tasks.extend(phase.fractions.0.iter().map(|&fraction| Task {
                    target,
                    stage,
                    fraction,
                }));
            }
        }
        Self {
            phase: phase.clone(),
            tasks,
            done: 0,
        }
    }

    /// What is left where a lesion takes part of the hippocampus; nothing where no units would be left.
    fn replayed<R: Real>(
        &self,
        task: Task,
        spec: &Hippocampus,
        lab: &Lab<R>,
        rng: &mut Rng,
    ) -> Option<Vec<(&'static Declared, f64)>> {
        let mut circuit = Circuit::new(true);
        circuit.set_lesion(task.target, task.fraction);
        let seed = lab.setup.seed;
        let spec = match task.stage {
            Stage::Reduced => reduced(spec, task.fraction)?,
            _ => spec.clone(),
        };
        let before = (task.stage == Stage::Before).then_some(&circuit);
        let mut memory = Memory::lived(&spec, self.phase.episodes, before, lab, rng);
        if task.stage == Stage::After {
            memory.damage(&circuit, seed);
        }
        let [overlap, completed, cosine] = memory.replayed(&lab.cortex, seed, rng);
        Some(vec![
            (&metric::LESION_OVERLAP, overlap),
            (&metric::LESION_COMPLETED, completed),
            (&metric::LESION_COSINE, cosine),
        ])
    }

    /// What is left where a lesion takes part of the neocortex.
    fn tested<R: Real>(
        &self,
        lesion: Task,
        lab: &Lab<R>,
        rng: &mut Rng,
    ) -> Vec<(&'static Declared, f64)> {
        let mut cortex = lab.cortex.clone();
        let mut damage = Damage::none(false, lab.setup.seed);
        damage.set(lesion.target, lesion.fraction, &mut cortex, None);
        let task = lab.task();
        let episodes: Vec<_> = (0..self.phase.tests).map(|_| task.episode(rng)).collect();
        let (living, _) = live(Batch::of(&episodes, 0), &cortex, None, &mut ());
        let answers = living.answers(task.mistakes().unwrap_or_default());
        vec![
            (&metric::LESION_ACCURACY, answers.scored.value()),
            (&metric::LESION_LOSS, answers.loss / answers.scored.all),
        ]
    }
}

/// The same hippocampus with a store that has this fraction of its units less.
fn reduced(spec: &Hippocampus, fraction: f64) -> Option<Hippocampus> {
    let units = spec.store.kind().units() as f64 * (1.0 - fraction);
    let node = Node {
        span: Span::default(),
        value: Value::Int(units.round() as i128),
    };
    let (mut reduced, mut problems) = (spec.clone(), Problems::default());
    set(&mut reduced, "store.units", &node, &mut problems).ok()?;
    problems.is_empty().then_some(reduced)
}

impl<R: Real> Happening<R> for MeasuringLesions {
    /// Measures one lesion.
    fn step(&mut self, lab: &mut Lab<R>, sink: &mut dyn Sink) -> Result<Flow, RunError> {
        let task = self.tasks[self.done];
        // Every lesion meets the same episodes and cues.
        let mut rng = lab.streams.measure.clone();
        let told = match (&lab.setup.hippocampus, task.stage) {
            (_, Stage::Tested) => Some(self.tested(task, lab, &mut rng)),
            (Some(spec), _) => self.replayed(task, &spec.clone(), lab, &mut rng),
            (None, _) => None,
        };
        let lesion = format!("{}-{}", task.target, task.stage.name());
        let subject = labelled(&self.phase.label, &lesion);
        for (declared, value) in told.unwrap_or_default() {
            let metric = Metric::of_both(declared, subject.clone(), task.fraction.to_string());
            lab.notebook.tell(metric, value, sink)?;
        }
        self.done += 1;
        if self.done < self.tasks.len() {
            return Ok(Flow::On);
        }
        lab.streams.measure.branch();
        Ok(Flow::Over)
    }

    fn progress(&self) -> f64 {
        self.done as f64 / self.tasks.len() as f64
    }
}
