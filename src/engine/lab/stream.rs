//! Experience without episodes: what is left of a stream between two of its stretches.

use serde::{Deserialize, Serialize};

use crate::episode::Episode;
use crate::numeric::{DMatrix, Real, Rng};
use crate::task::Task;

/// A stream between two of its stretches.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Stream<R: Real> {
    /// The state after the last step, S long.
    pub h: Vec<R>,
    /// Steps lived since it began.
    pub lived: u64,
    /// What the task keeps of the past.
    memory: Vec<f64>,
    /// Columns of input, target and mask that were made but not yet lived.
    ahead: Vec<R>,
}

impl<R: Real> Stream<R> {
    /// Before its first step, from silence.
    pub fn new(state: usize) -> Self {
        Self {
            h: vec![R::zero(); state],
            lived: 0,
            memory: Vec::new(),
            ahead: Vec::new(),
        }
    }

    /// The next `steps` columns, of which the task makes as many as are not there yet.
    pub fn stretch(&mut self, steps: usize, task: &dyn Task<R>, rng: &mut Rng) -> Episode<R> {
        let dims = task.dims();
        let (x, y) = (dims.inputs, dims.outputs);
        let len = x + y + 1;
        while self.ahead.len() < steps * len {
            let more = task.more(&mut self.memory, rng);
            for t in 0..more.steps() {
                self.ahead.extend(more.inputs.column(t).iter());
                self.ahead.extend(more.targets.column(t).iter());
                self.ahead.push(more.mask[t]);
            }
        }
        let columns = DMatrix::from_column_slice(len, steps, &self.ahead[..steps * len]);
        self.ahead.drain(..steps * len);
        Episode {
            inputs: columns.rows(0, x).into_owned(),
            targets: columns.rows(x, y).into_owned(),
            mask: columns.row(len - 1).iter().copied().collect(),
            ..Episode::silent(0, 0, steps)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::Anbn;

    #[test]
    fn stretches_of_any_length_are_the_same_stream() {
        let task = Anbn::default();
        let task: &dyn Task<f64> = &task;
        let whole = Stream::new(1).stretch(60, task, &mut Rng::named(1, "task"));
        let (mut stream, mut rng) = (Stream::new(1), Rng::named(1, "task"));
        let mut at = 0;
        for steps in [1, 7, 22, 30] {
            let part = stream.stretch(steps, task, &mut rng);
            assert_eq!(part.inputs, whole.inputs.columns(at, steps).into_owned());
            at += steps;
        }
    }
}
