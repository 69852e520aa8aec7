//! Adding delayed coins: y_t = ½ + ½ x_{t−t1} − ¼ x_{t−t2} of coin flips x, as the probability of the first of two outputs.
//!
//! The cross-entropy goes down a staircase, H being the entropy of a coin in nats: who has learned nothing says the mean,
//! H(0.625) = 0.662; who knows only x_{t−t1} reaches [H(0.375) + H(0.875)]/2 = 0.519, only x_{t−t2}
//! [H(0.75) + H(0.5)]/2 = 0.628; who knows both [H(0.5) + H(1) + H(0.25) + H(0.75)]/4 = 0.454.
//! Task of Pitis (2016) in the form of Marschall, Cho & Savin (2020).

use super::{Baselines, Dims, Level, Task};
use crate::episode::{Episode, Targets};
use crate::numeric::{Real, Rng};
use crate::params;

params! {
    /// Coin flips come; what is wanted is ½ + ½ x(t − t1) − ¼ x(t − t2).
    pub struct AddDelayed {
        /// How far back the coin lies that counts ½.
        pub t1: usize = 5, [0 ..= 10000], "steps", restart;
        /// How far back the coin lies that counts −¼.
        pub t2: usize = 9, [0 ..= 10000], "steps", restart;
        /// Steps of an episode, where there are episodes; those without both coins are not scored.
        pub length: usize = 50, [1 ..= 100000], "steps", restart;
    }
}

fn entropy(p: f64) -> f64 {
    [p, 1.0 - p]
        .into_iter()
        .filter(|p| *p > 0.0)
        .map(|p| -p * p.ln())
        .sum()
}

impl AddDelayed {
    fn reach(&self) -> usize {
        self.t1.max(self.t2)
    }

    /// Mean entropy of y given the coins that are known.
    fn stair(first: bool, second: bool) -> f64 {
        let coins = [0.0, 1.0];
        let mean = |known: bool, coin: f64| if known { coin } else { 0.5 };
        let mut sum = 0.0;
        for a in coins {
            for b in coins {
                sum += entropy(0.5 + 0.5 * mean(first, a) - 0.25 * mean(second, b)) / 4.0;
            }
        }
        sum
    }

    /// `steps` more coins after those in `past`, which has the last `reach` of them, oldest first, or fewer.
    fn stretch<R: Real>(&self, past: &mut Vec<f64>, steps: usize, rng: &mut Rng) -> Episode<R> {
        let mut episode = Episode::silent(2, 2, steps);
        for t in 0..steps {
            let coin = rng.below(2) as f64;
            past.push(coin);
            let now = past.len() - 1;
            episode.inputs[(0, t)] = R::of(coin);
            episode.inputs[(1, t)] = R::of(1.0 - coin);
            if now >= self.reach() {
                let y = 0.5 + 0.5 * past[now - self.t1] - 0.25 * past[now - self.t2];
                episode.targets[(0, t)] = R::of(y);
                episode.targets[(1, t)] = R::of(1.0 - y);
                episode.mask[t] = R::one();
            }
        }
        past.drain(..past.len().saturating_sub(self.reach()));
        episode
    }
}

impl<R: Real> Task<R> for AddDelayed {
    fn dims(&self) -> Dims {
        Dims {
            inputs: 2,
            outputs: 2,
            steps: self.length.max(self.reach() + 1),
        }
    }

    fn targets(&self) -> Targets {
        Targets::Classes
    }

    fn baselines(&self) -> Baselines {
        Baselines {
            // Saying that the first is the likelier is right but for y = ¼ (and counts as right at ½).
            chance_accuracy: 0.75,
            chance_loss: entropy(0.625),
            memoryless_loss: match (self.t1, self.t2) {
                (0, 0) => f64::midpoint(entropy(0.5), entropy(0.75)),
                (0, _) => Self::stair(true, false),
                (_, 0) => Self::stair(false, true),
                _ => entropy(0.625),
            },
        }
    }

    fn levels(&self) -> Vec<Level> {
        let level = |name, loss| Level { name, loss };
        vec![
            level("nothing learned", entropy(0.625)),
            level("only t1", Self::stair(true, false)),
            level("both", Self::stair(true, true)),
        ]
    }

    fn input_names(&self) -> Vec<String> {
        vec!["heads".into(), "tails".into()]
    }

    fn episode(&self, rng: &mut Rng) -> Episode<R> {
        let steps = Task::<R>::dims(self).steps;
        self.stretch(&mut Vec::new(), steps, rng)
    }

    fn more(&self, memory: &mut Vec<f64>, rng: &mut Rng) -> Episode<R> {
        self.stretch(memory, 64, rng)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_staircase_has_the_known_steps() {
        let levels = Task::<f64>::levels(&AddDelayed::default());
        let known = [0.6616, 0.5192, 0.4544];
        for (level, known) in levels.iter().zip(known) {
            assert!((level.loss - known).abs() < 1e-4, "{level:?}");
        }
    }

    #[test]
    fn a_stream_of_coins_has_no_seam() {
        let task = AddDelayed {
            t1: 2,
            t2: 5,
            length: 20,
        };
        let (mut memory, mut rng) = (Vec::new(), Rng::named(1, "task"));
        let (mut coins, mut wanted) = (Vec::new(), Vec::new());
        for _ in 0..3 {
            let e: Episode<f64> = task.more(&mut memory, &mut rng);
            coins.extend(e.inputs.row(0).iter().copied());
            wanted.extend(e.targets.row(0).iter().copied());
        }
        for t in 5..coins.len() {
            assert_eq!(wanted[t], 0.5 + 0.5 * coins[t - 2] - 0.25 * coins[t - 5]);
        }
    }
}
