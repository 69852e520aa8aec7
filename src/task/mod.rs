//! Tasks: what is experienced. One file a task.

mod adding;
mod copy;
mod recall;

pub use adding::Adding;
pub use copy::Copy;
pub use recall::Recall;

use crate::episode::Episode;
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

/// What the outputs are compared with the targets by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum LossKind {
    /// Softmax and cross-entropy, in nats.
    CrossEntropy,
    /// ½ |y − target|².
    SquaredError,
}

/// What is known of a task in closed form.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Baselines {
    /// Fraction right by guessing; for squared error, the fraction within the tolerance.
    pub chance_accuracy: f64,
    /// Best mean loss without any knowledge of the input.
    pub chance_loss: f64,
    /// Best mean loss of a network that sees only the present input.
    pub memoryless_loss: f64,
}

/// What is experienced.
pub trait Task<R: Real> {
    /// Sizes.
    fn dims(&self) -> Dims;
    /// How outputs are scored.
    fn loss(&self) -> LossKind;
    /// Chance and memoryless levels, in closed form.
    fn baselines(&self) -> Baselines;
    /// Whether an output counts as right; for squared error, within this distance of the target.
    fn tolerance(&self) -> f64 {
        0.0
    }
    /// Names of the inputs, X long: "symbol 1", "go", …
    fn input_names(&self) -> Vec<String>;
    /// A new episode.
    fn episode(&self, rng: &mut Rng) -> Episode<R>;
}

registry! {
    /// What is experienced.
    pub enum TaskSpec "task" {
        Recall(Recall): "Hochreiter & Schmidhuber 1997, experiment 2: the long delay with distractors",
        Copy(Copy): "Graves, Wayne & Danihelka 2014; Arjovsky, Shah & Bengio 2016, §4.1",
        Adding(Adding): "Hochreiter & Schmidhuber 1997, experiment 4; Arjovsky, Shah & Bengio 2016, §4.2",
    }
}

impl TaskSpec {
    /// The task behind its trait.
    pub fn as_task<R: Real>(&self) -> &dyn Task<R> {
        match self {
            Self::Recall(task) => task,
            Self::Copy(task) => task,
            Self::Adding(task) => task,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<TaskSpec> {
        vec![
            TaskSpec::Recall(Recall::default()),
            TaskSpec::Copy(Copy::default()),
            TaskSpec::Adding(Adding::default()),
        ]
    }

    #[test]
    fn every_task_keeps_to_its_declared_sizes() {
        assert_eq!(all().len(), TaskSpec::variants().len());
        for spec in all() {
            let task = spec.as_task::<f64>();
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
