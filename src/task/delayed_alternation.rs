//! Delayed alternation in a T-maze (Cheng & Brown 2025, experiment 2): a cue in the first part of the stem tells which way to turn at its end.
//!
//! The trials are demonstrations. Each step's input is the last action (left, up, right, down), whether there was a reward,
//! and what is seen (stem, either cue, turning point, branch), with a little noise; wanted is the next action. Down the stem
//! and along the branch it follows from the input; at the turning point only from the cue.

use super::{Baselines, Dims, Level, Task};
use crate::episode::{Episode, Targets};
use crate::numeric::{Real, Rng};
use crate::params;

params! {
    /// A T-maze: a cue at the start of the stem says which way to turn at its end.
    pub struct DelayedAlternation {
        /// Steps with the cue in sight.
        pub cue: usize = 3, [1 ..= 1000], "steps", restart;
        /// Steps of the stem after it.
        pub stem: usize = 10, [0 ..= 10000], "steps", restart;
        /// Steps of each branch.
        pub branch: usize = 3, [1 ..= 1000], "steps", restart;
        /// Each part is longer by 0 up to this many steps, drawn for every trial.
        pub jitter: usize = 2, [0 ..= 1000], "steps", restart;
        /// Standard deviation of the noise on all inputs.
        pub noise: f64 = 0.01, [0 ..= 10], restart;
    }
}

const LEFT: usize = 0;
const UP: usize = 1;
const RIGHT: usize = 2;
const DOWN: usize = 3;
const NO_REWARD: usize = 4;
/// What is seen: stem, left cue, right cue, turning point, branch.
const SEEN: usize = 6;
const INPUTS: usize = 11;

impl DelayedAlternation {
    fn mean(&self, part: usize) -> f64 {
        part as f64 + self.jitter as f64 / 2.0
    }

    fn mean_steps(&self) -> f64 {
        self.mean(self.cue) + self.mean(self.stem) + self.mean(self.branch)
    }
}

impl<R: Real> Task<R> for DelayedAlternation {
    fn dims(&self) -> Dims {
        Dims {
            inputs: INPUTS,
            outputs: 4,
            steps: self.cue + self.stem + self.branch + 3 * self.jitter,
        }
    }

    fn targets(&self) -> Targets {
        Targets::Classes
    }

    fn baselines(&self) -> Baselines {
        let along = self.mean(self.branch) / self.mean_steps();
        let nats = |p: f64| if p > 0.0 { -p * p.ln() } else { 0.0 };
        Baselines {
            chance_accuracy: (1.0 - along).max(along / 2.0),
            chance_loss: nats(1.0 - along) + 2.0 * nats(along / 2.0),
            memoryless_loss: 2.0_f64.ln() / self.mean_steps(),
        }
    }

    fn levels(&self) -> Vec<Level> {
        vec![Level {
            name: "cue forgotten",
            loss: 2.0_f64.ln() / self.mean_steps(),
        }]
    }

    fn mistakes(&self) -> Option<usize> {
        Some(0)
    }

    fn input_names(&self) -> Vec<String> {
        [
            "went left",
            "went up",
            "went right",
            "went down",
            "no reward",
            "reward",
            "stem",
            "left cue",
            "right cue",
            "turning point",
            "branch",
        ]
        .map(String::from)
        .to_vec()
    }

    fn episode(&self, rng: &mut Rng) -> Episode<R> {
        let mut longer = |part: usize| part + rng.below(self.jitter + 1);
        let (cue, stem, branch) = (longer(self.cue), longer(self.stem), longer(self.branch));
        let side = rng.below(2);
        let turn = [LEFT, RIGHT][side];
        let mut episode = Episode::silent(INPUTS, 4, cue + stem + branch);
        episode.positions = (0..cue + stem + branch).map(|t| t as f32).collect();
        let mut last = UP;
        for t in 0..cue + stem + branch {
            let seen = match t {
                t if t < cue => 1 + side,
                t if t < cue + stem => 0,
                t if t == cue + stem => 3,
                _ => 4,
            };
            let next = if t < cue + stem { DOWN } else { turn };
            for i in [last, NO_REWARD, SEEN + seen] {
                episode.inputs[(i, t)] = R::one();
            }
            for i in 0..INPUTS {
                episode.inputs[(i, t)] += R::of(self.noise * rng.normal());
            }
            episode.targets[(next, t)] = R::one();
            episode.mask[t] = R::one();
            last = next;
        }
        episode
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_turn_follows_the_cue() {
        let task = DelayedAlternation {
            noise: 0.0,
            ..DelayedAlternation::default()
        };
        let mut rng = Rng::named(2, "task");
        for _ in 0..50 {
            let e: Episode<f64> = task.episode(&mut rng);
            let left = e.inputs[(SEEN + 1, 0)] == 1.0;
            let turning = (0..e.steps())
                .find(|&t| e.inputs[(SEEN + 3, t)] == 1.0)
                .unwrap();
            assert_eq!(e.targets[(if left { LEFT } else { RIGHT }, turning)], 1.0);
            assert_eq!(e.targets[(DOWN, turning - 1)], 1.0);
        }
    }
}
