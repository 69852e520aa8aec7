//! The scenario document: what a run is made of.

use super::lists::OneOrMore;
use crate::hippocampus::{CapacitySpec, CueSpec, Fraction, Hippocampus, OrderSpec, StoreSpec};
use crate::learning::{Bptt, RuleSpec};
use crate::neocortex::{Adam, CellSpec, Learned, OptimizerSpec, ReadoutSpec, Tanh};
use crate::task::{Recall, TaskSpec};
use crate::{params, registry};

params! {
    /// What a run is made of.
    pub struct Scenario {
        /// A line that says what is shown.
        pub title: String = String::new(), [0 ..= 200], restart;
        /// What to watch, what to try.
        pub about: String = String::new(), [0 ..= 20000], restart;
        /// Papers it rests on.
        pub references: Vec<String> = Vec::new(), [0 ..= 100], restart;
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
        /// What happens, in order.
        pub protocol: Vec<Phase>, [1 ..= 1000], restart;
    }
}

params! {
    /// The network that learns.
    pub struct Cortex {
        /// Its cells.
        pub cell: CellSpec = CellSpec::Tanh(Tanh::default()), restart;
        /// What its outputs are made from.
        pub readout: ReadoutSpec = ReadoutSpec::Learned(Learned {}), restart;
        /// How gradients change its weights.
        pub optimizer: OptimizerSpec = OptimizerSpec::Adam(Adam::default()), restart;
        /// Largest norm of the mean gradient; None does not clip.
        pub clip: Option<f64> = Some(1.0), [1e-12 ..= 1e12], restart;
        /// How fast the rate falls: that of the k-th update is rate / (1 + decay·√k).
        pub decay: f64 = 0.0, [0 ..= 1000], restart;
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

params! {
    /// After every step, lived or replayed.
    pub struct EveryStep {}
}

params! {
    /// After every episode, lived or replayed.
    pub struct EveryEpisode {}
}

params! {
    /// At the end of every phase, from the mean over its episodes.
    pub struct EveryPhase {}
}

registry! {
    /// When the weights change.
    pub enum UpdateSpec "update" {
        EveryStep(EveryStep),
        EveryEpisode(EveryEpisode),
        EveryPhase(EveryPhase),
    }
}

params! {
    /// Episodes are lived and stored; online rules learn.
    pub struct Wake {
        /// How many, side by side.
        pub episodes: usize = 16, [1 ..= 100000], "episodes", restart;
    }
}

params! {
    /// Experience without episodes: the state is never reset, and online rules learn. Goes on where the last one stopped,
    /// unless episodes were lived in between.
    pub struct Stream {
        /// How many steps.
        pub steps: u64 = 1000, [1 ..= 1000000000], "steps", restart;
        /// After how many steps loss and accuracy are told.
        pub report: usize = 100, [1 ..= 100000], "steps", restart;
    }
}

params! {
    /// Ripples replay stored episodes; offline rules learn.
    pub struct Sleep {
        /// How many; a chain of ripples through a long episode counts as one.
        pub ripples: usize = 16, [1 ..= 100000], "ripples", restart;
        /// Another order than the hippocampus's, for this sleep.
        pub order: Option<OrderSpec> = None, restart;
        /// Whether rules learn from it; without, their gradients are only measured.
        pub learn: bool = true, restart;
        /// Whether each ripple is scored against its episode, and beside it one whose sequence synapses are shuffled.
        pub score: bool = false, restart;
    }
}

params! {
    /// A test: nothing is stored and nothing learns.
    pub struct Probe {
        /// How many episodes are tested.
        pub episodes: usize = 256, [1 ..= 100000], "episodes", restart;
    }
}

params! {
    /// Time passes; traces of a palimpsest fade.
    pub struct Rest {
        /// How long.
        pub steps: u64 = 100, [1 ..= 1000000000], "steps", restart;
    }
}

params! {
    /// Silences a fraction of a region's units, or cuts a fraction of a pathway's axons.
    pub struct Lesion {
        /// Name of a region or pathway of the circuit.
        pub target: Target, restart;
        /// Which fraction.
        pub fraction: f64 = 1.0, [0 ..= 1], restart;
    }
}

params! {
    /// Makes a region or pathway whole again.
    pub struct Restore {
        /// Name of a region or pathway of the circuit.
        pub target: Target, restart;
    }
}

params! {
    /// Random states of as many values as cortex and input have.
    pub struct RandomStates {}
}

params! {
    /// States that the cortex goes through, at its present weights, in new episodes.
    pub struct LivedStates {}
}

registry! {
    /// What cortical cues, and codes without separation, are made of.
    pub enum StatesSpec "source" {
        Random(RandomStates),
        Lived(LivedStates),
    }
}

params! {
    /// Measures how a store recalls: fresh ones are filled with random patterns, one episode long, and cued. Nothing else
    /// in the run changes.
    pub struct MeasureStore {
        /// How many patterns are stored: one measurement each.
        pub patterns: OneOrMore<usize> = OneOrMore(vec![100]), [1 ..= 200000], restart;
        /// What recall starts from; a number is a fraction of the pattern's units.
        pub cues: OneOrMore<CueSpec> = OneOrMore(vec![CueSpec::Fraction(Fraction::default())]), restart;
        /// How many fresh stores are measured.
        pub trials: usize = 10, [1 ..= 10000], "trials", restart;
        /// Recalls from each cue in each trial.
        pub recalls: usize = 32, [1 ..= 100000], "recalls", restart;
        /// Whether the patterns are also replayed as one sequence, forward and in reverse.
        pub sequence: bool = false, restart;
        /// Another store than the hippocampus's.
        pub store: Option<StoreSpec> = None, restart;
        /// What cortical cues are made of.
        pub states: StatesSpec = StatesSpec::Random(RandomStates {}), restart;
    }
}

params! {
    /// Measures pattern separation: pairs of like random states, the overlap of their entorhinal codes against that of their
    /// CA3 codes, for every kind of separation.
    pub struct MeasureSeparation {
        /// Correlations of the two states: one measurement each.
        pub similarities: OneOrMore<f64> = OneOrMore(vec![0.0, 0.25, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0]), [0 ..= 1], restart;
        /// Pairs for each.
        pub pairs: usize = 50, [2 ..= 10000], "pairs", restart;
    }
}

params! {
    /// Lets several capacities live through the same new episodes, at the present weights, and tells what each remembers and
    /// costs. Nothing else in the run changes.
    pub struct MeasureCapacity {
        /// What the results are called, to tell several such phases apart.
        pub label: String = String::new(), [0 ..= 40], restart;
        /// The capacities.
        pub capacities: Vec<CapacitySpec>, [1 ..= 16], restart;
        /// How many episodes are lived.
        pub episodes: usize = 64, [4 ..= 5000], "episodes", restart;
        /// How many cortical cues are tried.
        pub recalls: usize = 256, [4 ..= 100000], "recalls", restart;
    }
}

params! {
    /// The same phases several times.
    pub struct Repeat {
        /// How many times.
        pub times: usize = 10, [1 ..= 10000000], "times", restart;
        /// What is repeated.
        pub phases: Vec<Phase>, [1 ..= 1000], restart;
    }
}

registry! {
    /// What can happen.
    pub enum Phase "phase" {
        Wake(Wake),
        Stream(Stream),
        Sleep(Sleep),
        Probe(Probe),
        Rest(Rest),
        Lesion(Lesion),
        Restore(Restore),
        MeasureStore(MeasureStore),
        MeasureSeparation(MeasureSeparation),
        MeasureCapacity(MeasureCapacity),
        Repeat(Repeat),
    }
}

impl Scenario {
    /// Whether its protocol measures stores.
    pub fn measures(&self) -> bool {
        leaves(&self.protocol).iter().any(|p| p.measures())
    }

    /// Whether it does nothing else.
    pub fn only_measures(&self) -> bool {
        leaves(&self.protocol).iter().all(|p| p.measures())
    }
}

impl Phase {
    fn measures(&self) -> bool {
        matches!(
            self,
            Self::MeasureStore(_) | Self::MeasureSeparation(_) | Self::MeasureCapacity(_)
        )
    }
}

/// The phases of a protocol, those of `Repeat`s once each.
fn leaves(phases: &[Phase]) -> Vec<&Phase> {
    let each = phases.iter().flat_map(|phase| match phase {
        Phase::Repeat(p) => leaves(&p.phases),
        other => vec![other],
    });
    each.collect()
}

/// The name of a region or pathway, written `CA3` or `"CA3"`.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Target(pub String);

impl crate::registry::Parameter for Target {
    fn kind(_: crate::registry::Bounds) -> crate::registry::Kind {
        crate::registry::Kind::Text(crate::registry::Bounds {
            min: 1.0,
            max: 64.0,
        })
    }

    fn read(
        node: &crate::registry::Node,
        _: crate::registry::Bounds,
        problems: &mut crate::registry::Problems,
    ) -> Option<Self> {
        use crate::circuit::Circuit;
        use crate::registry::{Body, Value, nearest};
        let name = match &node.value {
            Value::Text(name) => name.as_str(),
            Value::Tagged {
                name: Some(name),
                body: Body::Empty,
            } => name.name.as_str(),
            _ => {
                problems.push(
                    node.span,
                    format!(
                        "expected the name of a region or pathway, found {}",
                        node.describe()
                    ),
                    None,
                );
                return None;
            }
        };
        if let Some(known) = Circuit::names().find(|n| *n == name) {
            return Some(Self(known.into()));
        }
        let all: Vec<_> = Circuit::names().collect();
        let guess = nearest(name, Circuit::names())
            .map_or(String::new(), |n| format!("did you mean `{n}`? "));
        let shown: String = name.chars().take(64).collect();
        problems.push(
            node.span,
            format!("there is no region or pathway `{shown}`"),
            Some(format!("{guess}names: {}", all.join(", "))),
        );
        None
    }

    fn write(&self, out: &mut crate::registry::Writer) {
        self.0.write(out);
    }
}
