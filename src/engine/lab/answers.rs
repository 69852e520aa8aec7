//! How well was answered: sums over scored steps, and the metrics that they come to.

use serde::{Deserialize, Serialize};

use super::living::Living;
use super::notebook::{Notebook, RunError};
use crate::event::Sink;
use crate::neocortex::Weights;
use crate::numeric::Real;
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
    fn add(&mut self, other: Self) {
        self.right += other.right;
        self.all += other.all;
    }

    fn value(self) -> f64 {
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
    /// Those of a batch that is over. With at most `mistakes` wrong answers an episode counts as correct.
    pub fn of<R: Real>(living: &Living<R>, mistakes: usize) -> Self {
        let mut sums = Self {
            loss: living.sums.loss,
            scored: living.sums.scored,
            ..Self::default()
        };
        for (b, reward) in living.batch.rewards.iter().enumerate() {
            let all = living.losses[b].weight;
            let wrong = living.wrong[b];
            let share = if *reward == 0.0 {
                &mut sums.unrewarded
            } else {
                &mut sums.rewarded
            };
            share.add(Share {
                right: all - f64::from(wrong),
                all,
            });
            sums.episodes.add(Share {
                right: f64::from(u8::from(wrong as usize <= mistakes)),
                all: 1.0,
            });
        }
        sums
    }

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
        prefix: &str,
        task: &dyn Task<R>,
        notebook: &Notebook<R>,
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        let mut tell =
            |name: &str, value: f64| notebook.tell(format!("{prefix}{name}"), value, sink);
        let loss = self.loss / self.scored.all;
        tell("loss", loss)?;
        if task.in_bits() {
            tell("bits", loss / std::f64::consts::LN_2)?;
        }
        tell("accuracy", self.scored.value())?;
        if task.mistakes().is_some() && self.episodes.all > 0.0 {
            tell("correct", self.episodes.value())?;
        }
        if self.rewarded.all > 0.0 && self.unrewarded.all > 0.0 {
            tell("rewarded.accuracy", self.rewarded.value())?;
            tell("unrewarded.accuracy", self.unrewarded.value())?;
        }
        Ok(())
    }
}

/// Tells weights that stand alone: each is a quantity of its own.
pub fn tell_lone_weights<R: Real>(
    weights: &Weights<R>,
    notebook: &Notebook<R>,
    sink: &mut dyn Sink,
) -> Result<(), RunError> {
    for (shape, tensor) in weights.cell() {
        if shape.vector && tensor.len() == 1 {
            notebook.tell(format!("weight.{}", shape.name), tensor[0].f64(), sink)?;
        }
    }
    Ok(())
}
