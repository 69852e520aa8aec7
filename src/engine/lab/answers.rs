//! How well was answered: sums over scored steps, and the metrics that they come to.

use serde::{Deserialize, Serialize};

use super::notebook::{Notebook, RunError};
use crate::neocortex::Weights;
use crate::numeric::Real;
use crate::record::{Declared, Metric, Sink, metric};
use crate::task::Task;

/// Right answers, of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Right ones.
    pub right: f64,
    /// All of them.
    pub all: f64,
}

impl Share {
    /// Adds others.
    pub fn add(&mut self, other: Self) {
        self.right += other.right;
        self.all += other.all;
    }

    /// The fraction; NaN of nothing.
    pub fn value(self) -> f64 {
        self.right / self.all
    }
}

/// Sums over the scored steps of one or more batches.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Answers {
    /// Losses.
    pub loss: f64,
    /// Scored steps answered right.
    pub scored: Share,
    /// Episodes answered correctly; none were counted in a stream.
    pub episodes: Share,
    /// Answers in episodes with a reward.
    pub rewarded: Share,
    /// Answers in the others.
    pub unrewarded: Share,
}

impl Answers {
    /// Adds another batch's.
    pub fn add(&mut self, other: &Self) {
        self.loss += other.loss;
        self.scored.add(other.scored);
        self.episodes.add(other.episodes);
        self.rewarded.add(other.rewarded);
        self.unrewarded.add(other.unrewarded);
    }

    /// Tells loss, accuracy and what the task adds to them.
    pub fn tell<R: Real>(
        &self,
        metrics: &AnswerMetrics,
        task: &dyn Task<R>,
        notebook: &Notebook<R>,
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        let mut tell = |declared, value: f64| notebook.tell(Metric::new(declared), value, sink);
        let loss = self.loss / self.scored.all;
        tell(metrics.loss, loss)?;
        if task.in_bits() {
            tell(metrics.bits, loss / std::f64::consts::LN_2)?;
        }
        tell(metrics.accuracy, self.scored.value())?;
        if task.mistakes().is_some() && self.episodes.all > 0.0 {
            tell(metrics.correct, self.episodes.value())?;
        }
        if task.rewards() {
            tell(metrics.rewarded, self.rewarded.value())?;
            tell(metrics.unrewarded, self.unrewarded.value())?;
        }
        Ok(())
    }
}

/// What answers are told as.
#[derive(Debug)]
pub struct AnswerMetrics {
    loss: &'static Declared,
    bits: &'static Declared,
    accuracy: &'static Declared,
    correct: &'static Declared,
    rewarded: &'static Declared,
    unrewarded: &'static Declared,
}

/// While episodes, or a stream, are lived.
pub static AWAKE: AnswerMetrics = AnswerMetrics {
    loss: &metric::LOSS,
    bits: &metric::BITS,
    accuracy: &metric::ACCURACY,
    correct: &metric::CORRECT,
    rewarded: &metric::REWARDED,
    unrewarded: &metric::UNREWARDED,
};

/// In a test.
pub static PROBED: AnswerMetrics = AnswerMetrics {
    loss: &metric::PROBE_LOSS,
    bits: &metric::PROBE_BITS,
    accuracy: &metric::PROBE_ACCURACY,
    correct: &metric::PROBE_CORRECT,
    rewarded: &metric::PROBE_REWARDED,
    unrewarded: &metric::PROBE_UNREWARDED,
};

/// Tells weights that stand alone: each is a quantity of its own.
pub fn tell_lone_weights<R: Real>(
    weights: &Weights<R>,
    notebook: &Notebook<R>,
    sink: &mut dyn Sink,
) -> Result<(), RunError> {
    for (shape, tensor) in weights.cell() {
        if shape.vector && tensor.len() == 1 {
            let weight = Metric::of(&metric::WEIGHT, shape.name.clone());
            notebook.tell(weight, tensor[0].f64(), sink)?;
        }
    }
    Ok(())
}
