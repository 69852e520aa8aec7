//! Tasks: what is experienced. One file a task.

mod add_delayed;
mod adding;
mod anbn;
mod copy;
mod delayed_alternation;
mod influence_balancing;
mod mimic;
mod recall;

pub use add_delayed::AddDelayed;
pub use adding::Adding;
pub use anbn::Anbn;
pub use copy::Copy;
pub use delayed_alternation::DelayedAlternation;
pub use influence_balancing::InfluenceBalancing;
pub use mimic::Mimic;
pub use recall::Recall;

use crate::episode::{Episode, Targets};
use crate::numeric::{Real, Rng};
use crate::registry;

/// Sizes of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Dims {
    /// X: input units.
    pub inputs: usize,
    /// Y: output units.
    pub outputs: usize,
    /// T: steps of the longest episode.
    pub steps: usize,
}

/// What is known of a task in closed form; NaN where nothing is.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Baselines {
    /// Fraction right by guessing; for squared error, the fraction within the tolerance.
    pub chance_accuracy: f64,
    /// Best mean loss without any knowledge of the input.
    pub chance_loss: f64,
    /// Best mean loss of a network that sees only the present input.
    pub memoryless_loss: f64,
}

impl Baselines {
    /// Nothing is known.
    pub const UNKNOWN: Self = Self {
        chance_accuracy: f64::NAN,
        chance_loss: f64::NAN,
        memoryless_loss: f64::NAN,
    };
}

/// A loss with a meaning: what a network reaches that has learned part of the task.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// What it has learned.
    pub name: &'static str,
    /// Mean loss.
    pub loss: f64,
}

/// What is experienced.
pub trait Task<R: Real> {
    /// Sizes.
    fn dims(&self) -> Dims;
    /// What its targets are.
    fn targets(&self) -> Targets;
    /// Chance and memoryless levels, in closed form.
    fn baselines(&self) -> Baselines;
    /// Whether an output counts as right; for squared error, within this distance of the target.
    fn tolerance(&self) -> f64 {
        0.0
    }
    /// A parameter that cannot be as it is, with what is wrong and what helps.
    fn problem(&self) -> Option<(&'static str, String, &'static str)> {
        None
    }
    /// Losses on the way from knowing nothing to knowing all.
    fn levels(&self) -> Vec<Level> {
        Vec::new()
    }
    /// Whether `ammon gradients` tells what its one parameter does to the output, by horizon.
    fn tells_influence(&self) -> bool {
        false
    }
    /// Whether the loss is told in bits too.
    fn in_bits(&self) -> bool {
        false
    }
    /// With how many wrong answers an episode still counts as correct; `None` where that is not told.
    fn mistakes(&self) -> Option<usize> {
        None
    }
    /// Whether some episodes bring a reward and others do not.
    fn rewards(&self) -> bool {
        false
    }
    /// Names of the inputs, X long: "symbol 1", "go", …
    fn input_names(&self) -> Vec<String>;
    /// A new episode.
    fn episode(&self, rng: &mut Rng) -> Episode<R>;
    /// The next stretch of a stream that never ends; `memory` is the task's to keep what it needs of the past. Unless the
    /// task says otherwise, episodes follow each other.
    fn more(&self, _memory: &mut Vec<f64>, rng: &mut Rng) -> Episode<R> {
        self.episode(rng)
    }
}

registry! {
    /// What is experienced.
    pub enum TaskSpec "task": Task<R> {
        Recall(Recall): "Hochreiter & Schmidhuber 1997, experiment 2: the long delay with distractors",
        Copy(Copy): "Graves, Wayne & Danihelka 2014; Arjovsky, Shah & Bengio 2016, §4.1",
        Adding(Adding): "Hochreiter & Schmidhuber 1997, experiment 4; Arjovsky, Shah & Bengio 2016, §4.2",
        AddDelayed(AddDelayed): "Pitis 2016; Marschall, Cho & Savin 2020, JMLR 21(135)",
        Anbn(Anbn): "Gers & Schmidhuber 2001; Tallec & Ollivier 2017, §4.3",
        DelayedAlternation(DelayedAlternation): "Cheng & Brown 2025, Neural Computation 37(3):403",
        InfluenceBalancing(InfluenceBalancing): "Tallec & Ollivier 2017, §4.1",
        Mimic(Mimic): "Marschall, Cho & Savin 2020, JMLR 21(135)",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_task_keeps_to_its_declared_sizes() {
        assert_eq!(TaskSpec::all().len(), TaskSpec::variants().len());
        for spec in TaskSpec::all() {
            let task = spec.kind::<f64>();
            let dims = task.dims();
            let mut rng = Rng::named(1, "task");
            for _ in 0..20 {
                let episode = task.episode(&mut rng);
                assert_eq!(episode.inputs.nrows(), dims.inputs, "{}", spec.name());
                assert_eq!(episode.targets.nrows(), dims.outputs);
                assert!(episode.steps() <= dims.steps && episode.steps() > 0);
                assert!(episode.mask.contains(&1.0));
            }
            assert_eq!(task.input_names().len(), dims.inputs);
        }
    }
}
