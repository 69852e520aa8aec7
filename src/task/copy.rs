//! Copy: a string of symbols, a delay, a go cue, then the string again.
//!
//! T = 2·length + delay; the go cue is on during the answer. Only the answer is scored: each of its symbols is uniform and
//! independent of what is on at that step, so chance and the memoryless loss are 1/symbols and ln(symbols).

use super::{Baselines, Dims, Task};
use crate::episode::{Episode, Targets};
use crate::numeric::{Real, Rng};
use crate::params;

params! {
    /// A string of symbols, a delay, then the same string again on cue.
    pub struct Copy {
        /// How many symbols there are.
        pub symbols: usize = 4, [2 ..= 256], "symbols", restart;
        /// How many symbols the string has.
        pub length: usize = 3, [1 ..= 1000], "steps", restart;
        /// Steps between the string and the answer.
        pub delay: usize = 5, [0 ..= 10000], "steps", restart;
    }
}

impl<R: Real> Task<R> for Copy {
    fn dims(&self) -> Dims {
        Dims {
            inputs: self.symbols + 1,
            outputs: self.symbols,
            steps: 2 * self.length + self.delay,
        }
    }

    fn targets(&self) -> Targets {
        Targets::Classes
    }

    fn baselines(&self) -> Baselines {
        let ln = (self.symbols as f64).ln();
        Baselines {
            chance_accuracy: 1.0 / self.symbols as f64,
            chance_loss: ln,
            memoryless_loss: ln,
        }
    }

    fn mistakes(&self) -> Option<usize> {
        Some(0)
    }

    fn input_names(&self) -> Vec<String> {
        (1..=self.symbols)
            .map(|i| format!("symbol {i}"))
            .chain(["go".to_string()])
            .collect()
    }

    fn episode(&self, rng: &mut Rng) -> Episode<R> {
        let dims = Task::<R>::dims(self);
        let mut episode = Episode::silent(dims.inputs, dims.outputs, dims.steps);
        for i in 0..self.length {
            let symbol = rng.below(self.symbols);
            let answer = self.length + self.delay + i;
            episode.inputs[(symbol, i)] = R::one();
            episode.inputs[(self.symbols, answer)] = R::one();
            episode.targets[(symbol, answer)] = R::one();
            episode.mask[answer] = R::one();
            episode.origins[answer] = i as u32;
        }
        episode
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_repeats_the_string() {
        let task = Copy {
            symbols: 5,
            length: 4,
            delay: 3,
        };
        let e: Episode<f64> = task.episode(&mut Rng::named(2, "task"));
        for i in 0..4 {
            assert_eq!(e.inputs.column(i).rows(0, 5), e.targets.column(7 + i));
        }
        assert_eq!(e.mask.iter().sum::<f64>(), 4.0);
    }
}
