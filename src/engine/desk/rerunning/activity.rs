//! What units did, episode by episode and ripple by ripple, for who records it.

use super::super::super::command::Journalled;
use super::super::super::experiment::Experiment;
use super::super::super::lab::Bound;
use super::super::super::phases::{Source, tasks};
use super::super::super::scenario::Scenario;
use crate::hippocampus::Ripple;
use crate::record::{AnyRow, PhaseName, PhaseRecord, RippleRecord, ScoreRecord, Sink};
use crate::trace::FolderError;

/// What there is to be seen in a run.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The resolved scenario, as the run began.
    pub scenario: Scenario,
    /// S: values of a cortical state.
    pub state: usize,
    /// Names of the weights that feed back.
    pub recurrent: Vec<String>,
    /// Names of the inputs, X long; of one that is called otherwise in a later task both names.
    pub inputs: Vec<String>,
    /// Y: values of a target.
    pub outputs: usize,
    /// Units of CA3, where it stores codes.
    pub ca3: Option<usize>,
    /// Units of the entorhinal cortex, where there is a hippocampus.
    pub entorhinal: Option<usize>,
    /// Milliseconds that a lived step lasts.
    pub lived_ms: f64,
    /// Milliseconds that a replayed step lasts.
    pub ripple_ms: f64,
    /// What was changed on the way.
    pub journal: Vec<Journalled>,
}

impl Scene {
    /// What there would be to be seen in a run of this scenario.
    pub fn of(scenario: &Scenario) -> Self {
        Self::seen(&Experiment::new(scenario))
    }

    /// What there is to be seen in a run.
    pub(super) fn seen(run: &Experiment<f32>) -> Self {
        let lab = run.lab();
        let (task, memory) = (lab.task(), lab.memory.as_ref());
        let ripple = memory.map(|memory| memory.spec().ripple.clone());
        let ripple = ripple.unwrap_or_else(Ripple::default);
        Self {
            scenario: run.scenario().clone(),
            state: lab.cortex.state(),
            recurrent: (lab.cortex.cell.as_dyn().recurrent_tensors().iter())
                .map(ToString::to_string)
                .collect(),
            inputs: input_names(run.scenario(), task.input_names()),
            outputs: task.dims().outputs,
            ca3: memory.and_then(|m| m.store().codes().map(|_| m.store().units())),
            entorhinal: memory.map(|memory| memory.entorhinal_code().1),
            lived_ms: ripple.lived_step,
            ripple_ms: ripple.step,
            journal: Vec::new(),
        }
    }
}

/// Names of inputs with those that they have in the tasks that are switched to.
fn input_names(scenario: &Scenario, mut names: Vec<String>) -> Vec<String> {
    for task in tasks(&scenario.protocol) {
        let others = task.kind::<f32>().input_names();
        for (name, other) in names.iter_mut().zip(others) {
            if name.split(" / ").all(|own| own != other) {
                name.extend([" / ", &other]);
            }
        }
    }
    names
}

/// An episode as it was lived or tested, or a stretch of a stream.
#[derive(Debug)]
pub struct LivedTrace<'a> {
    /// Lived or tested.
    pub source: Source,
    /// The phase.
    pub phase: &'a PhaseName,
    /// Its number in the run; tested ones have that of the next to be lived.
    pub episode: u64,
    /// The run's clock before its first step.
    pub begun: u64,
    /// T.
    pub steps: usize,
    /// h_t, S×T, a column a step.
    pub states: Vec<f32>,
    /// x_t, X×T.
    pub inputs: Vec<f32>,
    /// Targets, Y×T.
    pub targets: Vec<f32>,
    /// 1 where the step's output was scored, T long.
    pub mask: Vec<f32>,
    /// The codes that its steps were bound to, T long; none where nothing was stored.
    pub bound: Vec<Option<&'a Bound>>,
    /// Where each step was along a path, T long; empty where there is none.
    pub positions: &'a [f32],
    /// What it brought.
    pub reward: f64,
    /// Its mean loss over what was scored; NaN where nothing was.
    pub loss: f64,
    /// Whether no more answers were wrong than the task allows; none where nothing was asked.
    pub correct: Option<bool>,
    /// The input whose value was asked for first, where there is one.
    pub asked: Option<usize>,
}

/// A ripple.
#[derive(Debug)]
pub struct RippleTrace<'a> {
    /// The phase.
    pub phase: &'a PhaseName,
    /// Its row of replay.csv.
    pub record: &'a RippleRecord,
    /// Its rows of scores.csv; of a chain they are its last ripple's.
    pub scores: &'a [ScoreRecord],
    /// The run's clock before its first step.
    pub begun: u64,
    /// Active units of CA3 at each step.
    pub codes: Vec<&'a [u32]>,
    /// Re-instated cortical states, S × steps.
    pub states: &'a [f32],
    /// The lived step that should have come at each step; none behind the end of the episode.
    pub truth: Vec<Option<usize>>,
    /// Overlap with it.
    pub overlaps: &'a [f64],
    /// Active units of CA3 at each step of the shuffled twin of the chain that ends with this ripple.
    pub twin: Option<Vec<&'a [u32]>>,
}

/// Someone who sees each step of a run that is lived again, and hears what it tells.
pub(super) trait Eye: Sink {
    /// Looks at a run after a step or a command.
    fn look(&mut self, run: &Experiment<f32>) -> Result<(), FolderError>;
    /// The window is over.
    fn over(&mut self, _run: &Experiment<f32>) -> Result<(), FolderError> {
        Ok(())
    }
    /// Whether it need see no more.
    fn has_seen_all(&self) -> bool {
        false
    }
}

/// Someone who records what happens in a run.
pub trait Witness {
    /// A phase began.
    fn phase(&mut self, _row: &PhaseRecord) -> Result<(), FolderError> {
        Ok(())
    }
    /// A row of another table.
    fn row(&mut self, _row: &AnyRow) -> Result<(), FolderError> {
        Ok(())
    }
    /// An episode is over.
    fn lived(&mut self, _trace: &LivedTrace<'_>) -> Result<(), FolderError> {
        Ok(())
    }
    /// A ripple is over.
    fn ripple(&mut self, _trace: &RippleTrace<'_>) -> Result<(), FolderError> {
        Ok(())
    }
    /// The window is over; what the clock says.
    fn over(&mut self, _time: u64) -> Result<(), FolderError> {
        Ok(())
    }
}
