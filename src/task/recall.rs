//! Recall after a delay: a symbol, a delay filled with distractors or noise, a go cue: name the symbol.
//!
//! T = delay + 2. Inputs: `symbols` one-hot symbol units, `distractors` one-hot distractor units (or, with none, the
//! symbol units carry noise during the delay), and the go cue. Chance is 1/symbols, and since the go step shows nothing
//! of the symbol, the best loss without memory is ln(symbols), or the entropy of the symbols where one is rare.

use super::{Baselines, Dims, Task};
use crate::episode::{Episode, Targets};
use crate::numeric::{Real, Rng};
use crate::params;

params! {
    /// A symbol, a delay filled with distractor symbols or noise, a go cue: name the symbol.
    pub struct Recall {
        /// How many symbols there are to tell apart.
        pub symbols: usize = 4, [2 ..= 256], "symbols", restart;
        /// Steps between the symbol and the go cue.
        pub delay: usize = 20, [0 ..= 10000], "steps", restart;
        /// How many distractor symbols fill the delay; with 0 it is filled with noise.
        pub distractors: usize = 4, [0 ..= 256], "symbols", restart;
        /// Standard deviation of the noise that fills the delay where there are no distractors.
        pub noise: f64 = 0.3, [0 ..= 10], restart;
        /// How often the last symbol comes, which then brings a reward of 1; with 0 it comes as often as the others and brings nothing.
        pub rewarded: f64 = 0.0, [0 ..= 1], restart;
    }
}

impl<R: Real> Task<R> for Recall {
    fn dims(&self) -> Dims {
        Dims {
            inputs: self.symbols + self.distractors + 1,
            outputs: self.symbols,
            steps: self.delay + 2,
        }
    }

    fn targets(&self) -> Targets {
        Targets::Classes
    }

    fn baselines(&self) -> Baselines {
        let each = 1.0 / self.symbols as f64;
        let last = if self.rewarded > 0.0 {
            self.rewarded
        } else {
            each
        };
        let other = (1.0 - last) / (self.symbols - 1) as f64;
        let nats = |p: f64| if p > 0.0 { -p * p.ln() } else { 0.0 };
        let loss = nats(last) + (self.symbols - 1) as f64 * nats(other);
        Baselines {
            chance_accuracy: last.max(other),
            chance_loss: loss,
            memoryless_loss: loss,
        }
    }

    fn rewards(&self) -> bool {
        self.rewarded > 0.0 && self.rewarded < 1.0
    }

    fn input_names(&self) -> Vec<String> {
        let symbols = (1..=self.symbols).map(|i| format!("symbol {i}"));
        let distractors = (1..=self.distractors).map(|i| format!("distractor {i}"));
        symbols
            .chain(distractors)
            .chain(["go".to_string()])
            .collect()
    }

    fn episode(&self, rng: &mut Rng) -> Episode<R> {
        let dims = Task::<R>::dims(self);
        let mut episode = Episode::silent(dims.inputs, dims.outputs, dims.steps);
        let symbol = if self.rewarded == 0.0 {
            rng.below(self.symbols)
        } else if rng.uniform() < self.rewarded {
            episode.reward = 1.0;
            self.symbols - 1
        } else {
            rng.below(self.symbols - 1)
        };
        episode.inputs[(symbol, 0)] = R::one();
        for t in 1..=self.delay {
            if self.distractors > 0 {
                episode.inputs[(self.symbols + rng.below(self.distractors), t)] = R::one();
            } else {
                for i in 0..self.symbols {
                    episode.inputs[(i, t)] = R::of(self.noise * rng.normal());
                }
            }
        }
        let go = dims.steps - 1;
        episode.inputs[(dims.inputs - 1, go)] = R::one();
        episode.targets[(symbol, go)] = R::one();
        episode.mask[go] = R::one();
        episode.origins[go] = 0;
        episode
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_is_the_first_symbol_and_only_the_go_step_counts() {
        let task = Recall {
            symbols: 3,
            delay: 5,
            distractors: 2,
            noise: 0.0,
            rewarded: 0.0,
        };
        let mut rng = Rng::named(5, "task");
        for _ in 0..50 {
            let e: Episode<f64> = task.episode(&mut rng);
            for i in 0..3 {
                assert_eq!(e.inputs[(i, 0)], e.targets[(i, 6)]);
            }
            assert_eq!(e.mask, [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
            for t in 1..6 {
                assert_eq!(e.inputs.column(t).rows(3, 2).sum(), 1.0);
            }
        }
    }
}
