//! What a run is made of. What happens in it, the protocol, is a list of phases, each of which brings its own parameters:
//! the whole document is the engine's.

use crate::hippocampus::Hippocampus;
use crate::learning::{Bptt, RuleSpec};
use crate::neocortex::{
    Adam, CellSpec, CellState, Learned, LossSpec, OptimizerSpec, ReadoutSpec, Tanh,
};
use crate::task::{Recall, TaskSpec};
use crate::{params, registry};

params! {
    /// What a run is made of, without what happens in it.
    pub struct Setup {
        /// Seed of all random streams.
        pub seed: u64 = 1, restart;
        /// What is experienced.
        pub task: TaskSpec = TaskSpec::Recall(Recall::default()), restart;
        /// The network that learns.
        pub cortex: Cortex = Cortex::default(), restart;
        /// The store that replays; None for a cortex alone.
        pub hippocampus: Option<Hippocampus> = None, restart;
        /// How credit is assigned.
        pub learning: Learning = Learning::default(), restart;
    }
}

params! {
    /// The network that learns.
    pub struct Cortex {
        /// Its cells.
        pub cell: CellSpec = CellSpec::Tanh(Tanh::default()), restart;
        /// What its outputs are made from.
        pub readout: ReadoutSpec = ReadoutSpec::Learned(Learned {}), restart;
        /// How its outputs are scored; None takes the loss that suits the task's targets.
        pub loss: Option<LossSpec> = None, restart;
        /// How gradients change its weights.
        pub optimizer: OptimizerSpec = OptimizerSpec::Adam(Adam::default()), restart;
        /// Largest norm of the mean gradient; None does not clip.
        pub clip: Option<f64> = Some(1.0), [1e-12 ..= 1e12], live;
        /// How fast the rate falls: that of the k-th update is rate / (1 + decay·√k).
        pub decay: f64 = 0.0, [0 ..= 1000], live;
    }
}

params! {
    /// How credit is assigned.
    pub struct Learning {
        /// The rule that learns.
        pub rule: RuleSpec = RuleSpec::Bptt(Bptt {}), restart;
        /// Rules that run beside it and change nothing.
        pub shadows: Vec<RuleSpec> = Vec::new(), [0 ..= 16], restart;
        /// Whether each rule's gradient is held against exact BPTT, which then runs beside it.
        pub align: bool = true, restart;
        /// When the weights change.
        pub update: UpdateSpec = UpdateSpec::EveryPhase(EveryPhase {}), restart;
    }
}

/// A stretch of a run at whose end the weights may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stretch {
    /// A step.
    Step,
    /// An episode.
    Episode,
    /// A phase.
    Phase,
}

/// When the weights change.
pub trait UpdateKind {
    /// After every what.
    fn every(&self) -> Stretch;
}

params! {
    /// After every step, lived or replayed.
    pub struct EveryStep {}
}

impl UpdateKind for EveryStep {
    fn every(&self) -> Stretch {
        Stretch::Step
    }
}

params! {
    /// After every episode, lived or replayed.
    pub struct EveryEpisode {}
}

impl UpdateKind for EveryEpisode {
    fn every(&self) -> Stretch {
        Stretch::Episode
    }
}

params! {
    /// At the end of every phase, from the mean over its episodes.
    pub struct EveryPhase {}
}

impl UpdateKind for EveryPhase {
    fn every(&self) -> Stretch {
        Stretch::Phase
    }
}

registry! {
    /// When the weights change.
    pub enum UpdateSpec "update": UpdateKind {
        EveryStep(EveryStep),
        EveryEpisode(EveryEpisode),
        EveryPhase(EveryPhase),
    }
}

impl Learning {
    /// After every what the weights change.
    pub fn every(&self) -> Stretch {
        self.update.kind().every()
    }

    /// The rule that learns, then its shadows.
    pub fn rules(&self) -> impl Iterator<Item = &RuleSpec> {
        std::iter::once(&self.rule).chain(&self.shadows)
    }
}

impl Setup {
    /// Most steps of an episode.
    pub fn episode_steps(&self) -> u64 {
        self.task.kind::<f32>().dims().steps as u64
    }

    /// Values of a content: state, input, target, mask.
    pub fn content_values(&self) -> u64 {
        let dims = self.task.kind::<f32>().dims();
        let cell = CellState::<f32>::new(&self.cortex.cell, dims.inputs);
        let state = cell.as_dyn().units() * cell.as_dyn().slots();
        (state + dims.inputs + dims.outputs + 1) as u64
    }

    /// Values of a cortical state.
    pub fn state_values(&self) -> u64 {
        let dims = self.task.kind::<f32>().dims();
        let cell = CellState::<f32>::new(&self.cortex.cell, dims.inputs);
        (cell.as_dyn().units() * cell.as_dyn().slots()) as u64
    }
}
