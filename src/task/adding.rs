//! Adding: two of `length` random numbers are marked; give their sum at the end.
//!
//! One marker falls in the first half, one in the second. The numbers are uniform in [0, 1], so the sum has variance
//! 2/12 and saying 1 always costs ½·1/6 in the loss ½ (y − target)². Seeing only the last step: with probability
//! p = 1/⌈T/2⌉ it carries the second marker, then its number u is known and saying u + ½ leaves ½·1/12; else the best is 1
//! and leaves ½·1/6. The memoryless loss is p/24 + (1 − p)/12. An answer counts as right within 0.2 of the sum; saying 1 is right with
//! probability 1 − 0.8² = 0.36.

use super::{Baselines, Dims, Task};
use crate::episode::{Episode, Targets};
use crate::numeric::{Real, Rng};
use crate::params;

params! {
    /// Two of many random numbers are marked; give their sum at the end.
    pub struct Adding {
        /// How many numbers there are.
        pub length: usize = 20, [2 ..= 10000], "steps", restart;
    }
}

const TOLERANCE: f64 = 0.2;

impl<R: Real> Task<R> for Adding {
    fn dims(&self) -> Dims {
        Dims {
            inputs: 2,
            outputs: 1,
            steps: self.length,
        }
    }

    fn targets(&self) -> Targets {
        Targets::Values
    }

    fn baselines(&self) -> Baselines {
        let last = 1.0 / self.length.div_ceil(2) as f64;
        Baselines {
            chance_accuracy: 1.0 - (1.0 - TOLERANCE).powi(2),
            chance_loss: 1.0 / 12.0,
            memoryless_loss: last / 24.0 + (1.0 - last) / 12.0,
        }
    }

    fn tolerance(&self) -> f64 {
        TOLERANCE
    }

    fn input_names(&self) -> Vec<String> {
        vec!["number".into(), "marker".into()]
    }

    fn episode(&self, rng: &mut Rng) -> Episode<R> {
        let mut episode = Episode::silent(2, 1, self.length);
        for t in 0..self.length {
            episode.inputs[(0, t)] = R::of(rng.uniform());
        }
        let half = self.length / 2;
        let marked = [rng.below(half), half + rng.below(self.length - half)];
        let last = self.length - 1;
        for t in marked {
            episode.inputs[(1, t)] = R::one();
            episode.targets[(0, last)] += episode.inputs[(0, t)];
        }
        episode.mask[last] = R::one();
        episode
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_baselines_are_those_of_many_episodes() {
        let task = Adding { length: 7 };
        let mut rng = Rng::named(9, "task");
        let n = 200_000;
        let (mut chance, mut memoryless, mut right) = (0.0, 0.0, 0.0);
        for _ in 0..n {
            let e: Episode<f64> = task.episode(&mut rng);
            let target = e.targets[(0, 6)];
            let best = if e.inputs[(1, 6)] == 1.0 {
                e.inputs[(0, 6)] + 0.5
            } else {
                1.0
            };
            chance += 0.5 * (target - 1.0).powi(2) / f64::from(n);
            memoryless += 0.5 * (target - best).powi(2) / f64::from(n);
            right += f64::from((target - 1.0).abs() <= TOLERANCE) / f64::from(n);
        }
        let known = Task::<f64>::baselines(&task);
        assert!((chance - known.chance_loss).abs() < 1e-3, "{chance}");
        assert!(
            (memoryless - known.memoryless_loss).abs() < 1e-3,
            "{memoryless}"
        );
        assert!((right - known.chance_accuracy).abs() < 1e-2, "{right}");
    }
}
