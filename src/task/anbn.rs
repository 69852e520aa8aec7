//! aⁿbⁿ: n letters a, a newline, n letters b, a newline, read letter by letter; guess the next one.
//!
//! n is uniform between `min` and `max`, so a string carries ln(max − min + 1) nats in 2·mean(n) + 2 letters: the entropy rate
//! is their ratio, and no guess does better on a stream of strings. An episode is one string, whose last newline is to be
//! guessed but not followed; there n alone is uncertain, spread over 2·mean(n) + 1 guesses. One wrong guess a string cannot be avoided, so a
//! string with at most one counts as correct.

use super::{Baselines, Dims, Level, Task};
use crate::episode::{Episode, Targets};
use crate::numeric::{Real, Rng};
use crate::params;

params! {
    /// Strings of n letters a, a newline, n letters b and a newline, letter by letter: guess the next letter.
    pub struct Anbn {
        /// Smallest n.
        pub min: usize = 1, [1 ..= 1000], "letters", restart;
        /// Largest n.
        pub max: usize = 4, [1 ..= 1000], "letters", restart;
    }
}

/// a, b and newline.
const LETTERS: usize = 3;
const NEWLINE: usize = 2;

impl Anbn {
    fn mean(&self) -> f64 {
        (self.min + self.max) as f64 / 2.0
    }

    fn surprise(&self) -> f64 {
        ((self.max.saturating_sub(self.min) + 1) as f64).ln()
    }

    /// Nats a letter of a stream of strings.
    pub fn entropy_rate(&self) -> f64 {
        self.surprise() / (2.0 * self.mean() + 2.0)
    }

    /// The letters of a string.
    fn string(&self, rng: &mut Rng) -> Vec<usize> {
        let n = self.min + rng.below(self.max.saturating_sub(self.min) + 1);
        let mut letters = vec![0; n];
        letters.push(NEWLINE);
        letters.resize(2 * n + 1, 1);
        letters.push(NEWLINE);
        letters
    }

    fn guesses<R: Real>(letters: &[usize], last: Option<usize>) -> Episode<R> {
        let pairs: Vec<_> = letters
            .iter()
            .zip(letters.iter().skip(1).chain(last.as_ref()))
            .collect();
        let mut episode = Episode::silent(LETTERS, LETTERS, pairs.len());
        for (t, (now, next)) in pairs.into_iter().enumerate() {
            episode.inputs[(*now, t)] = R::one();
            episode.targets[(*next, t)] = R::one();
            episode.mask[t] = R::one();
        }
        episode
    }

    /// Nats a guess of a network that sees only the present letter, on strings without the last follow-up.
    fn memoryless(&self) -> f64 {
        // How often each letter is followed by each: per string, mean(n) − 1 times a → a, and so on.
        let n = self.mean();
        let counts = [[n - 1.0, 0.0, 1.0], [0.0, n - 1.0, 1.0], [0.0, 1.0, 0.0]];
        let nats = |row: &[f64; 3]| {
            let all: f64 = row.iter().sum();
            let terms = row.iter().filter(|c| **c > 0.0);
            terms.map(|c| -c * (c / all).ln()).sum::<f64>()
        };
        counts.iter().map(nats).sum::<f64>() / (2.0 * n + 1.0)
    }
}

impl<R: Real> Task<R> for Anbn {
    fn dims(&self) -> Dims {
        Dims {
            inputs: LETTERS,
            outputs: LETTERS,
            steps: 2 * self.max.max(self.min) + 1,
        }
    }

    fn targets(&self) -> Targets {
        Targets::Classes
    }

    fn baselines(&self) -> Baselines {
        // Per string the letters to guess are n − 1 a's, n b's and 2 newlines.
        let n = self.mean();
        let counts = [n - 1.0, n, 2.0];
        let all = 2.0 * n + 1.0;
        let nats = |c: &f64| {
            if *c > 0.0 {
                -c / all * (c / all).ln()
            } else {
                0.0
            }
        };
        Baselines {
            chance_accuracy: counts.iter().copied().fold(0.0, f64::max) / all,
            chance_loss: counts.iter().map(nats).sum(),
            memoryless_loss: self.memoryless(),
        }
    }

    fn problem(&self) -> Option<(&'static str, String, &'static str)> {
        let (min, max) = (self.min, self.max);
        let why = format!("the smallest n, {min}, is larger than the largest, {max}");
        (min > max).then_some(("min", why, "swap min and max"))
    }

    fn levels(&self) -> Vec<Level> {
        vec![
            Level {
                name: "entropy rate",
                loss: self.entropy_rate(),
            },
            Level {
                name: "n alone uncertain",
                loss: self.surprise() / (2.0 * self.mean() + 1.0),
            },
        ]
    }

    fn in_bits(&self) -> bool {
        true
    }

    fn mistakes(&self) -> Option<usize> {
        Some(1)
    }

    fn input_names(&self) -> Vec<String> {
        ["a", "b", "newline"].map(String::from).to_vec()
    }

    fn episode(&self, rng: &mut Rng) -> Episode<R> {
        Self::guesses(&self.string(rng), None)
    }

    fn more(&self, _: &mut Vec<f64>, rng: &mut Rng) -> Episode<R> {
        Self::guesses(&self.string(rng), Some(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entropy_rate_is_that_of_the_best_guesses() {
        let task = Anbn { min: 1, max: 4 };
        assert!((task.entropy_rate() / 2.0_f64.ln() - 2.0 / 7.0).abs() < 1e-12);
        let paper = Anbn { min: 1, max: 32 };
        assert!((paper.entropy_rate() / 2.0_f64.ln() - 0.142_857).abs() < 1e-4);
    }

    #[test]
    fn a_string_has_as_many_b_as_a_and_a_stream_goes_on() {
        let task = Anbn { min: 2, max: 5 };
        let mut rng = Rng::named(3, "task");
        for _ in 0..50 {
            let e: Episode<f64> = task.episode(&mut rng);
            let count = |letter: usize| e.inputs.row(letter).sum();
            assert_eq!(count(0), count(1));
            assert_eq!(count(NEWLINE), 1.0);
            let more: Episode<f64> = task.more(&mut Vec::new(), &mut rng);
            assert_eq!(more.targets[(0, more.steps() - 1)], 1.0);
            assert_eq!(more.steps() % 2, 0);
        }
    }

    #[test]
    fn the_memoryless_loss_is_that_of_letter_pairs() {
        let task = Anbn { min: 1, max: 4 };
        let mut rng = Rng::named(5, "task");
        let mut pairs = [[0.0_f64; 3]; 3];
        for _ in 0..20_000 {
            let e: Episode<f64> = task.episode(&mut rng);
            for t in 0..e.steps() {
                let letter = |m: &crate::numeric::DMatrix<f64>| m.column(t).imax();
                pairs[letter(&e.inputs)][letter(&e.targets)] += 1.0;
            }
        }
        let all: f64 = pairs.iter().flatten().sum();
        let nats: f64 = pairs
            .iter()
            .map(|row| {
                let sum: f64 = row.iter().sum();
                let terms = row.iter().filter(|c| **c > 0.0);
                terms.map(|c| -c * (c / sum).ln()).sum::<f64>()
            })
            .sum::<f64>()
            / all;
        assert!((nats - task.memoryless()).abs() < 5e-3, "{nats}");
    }
}
