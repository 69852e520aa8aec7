//! Random numbers: one seed a run, one named ChaCha stream a consumer.
//!
//! Swapping one consumer (say, the learning rule) leaves what the others draw unchanged. There is no global generator.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// A random stream that can be saved and resumed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rng(ChaCha8Rng);

impl Rng {
    /// The stream called `name` of a run with this seed.
    pub fn named(seed: u64, name: &str) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(fnv(name));
        Self(rng)
    }

    /// A stream of its own for work that is done side by side.
    pub fn branch(&mut self) -> Self {
        Self(ChaCha8Rng::seed_from_u64(self.0.random()))
    }

    /// Uniform in [0, 1).
    pub fn uniform(&mut self) -> f64 {
        self.0.random()
    }

    /// Uniform in 0 .. n; 0 where n is 0.
    pub fn below(&mut self, n: usize) -> usize {
        if n == 0 {
            0
        } else {
            self.0.random_range(0..n as u64) as usize
        }
    }

    /// Standard normal, by Box and Muller's method.
    pub fn normal(&mut self) -> f64 {
        let u = 1.0 - self.uniform();
        let v = self.uniform();
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }

    /// Fills `signs` with −1 and 1, each as likely as the other.
    pub fn signs<R: super::Real>(&mut self, signs: &mut [R]) {
        for chunk in signs.chunks_mut(64) {
            let mut bits: u64 = self.0.random();
            for sign in chunk {
                *sign = if bits & 1 == 0 { R::one() } else { -R::one() };
                bits >>= 1;
            }
        }
    }

    /// A random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }

    /// `k` different numbers of 0 .. n, sorted.
    pub fn subset(&mut self, n: usize, k: usize) -> Vec<u32> {
        let k = k.min(n);
        let mut chosen = Vec::with_capacity(k);
        // Floyd's method: k draws, whatever n is.
        let mut taken = std::collections::HashSet::with_capacity(k);
        for j in n - k..n {
            let t = self.below(j + 1);
            let pick = if taken.insert(t) {
                t
            } else {
                taken.insert(j);
                j
            };
            chosen.push(pick as u32);
        }
        chosen.sort_unstable();
        chosen
    }
}

/// FNV-1a: names to stream numbers.
fn fnv(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The streams of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Streams {
    /// Initial weights.
    pub weights: Rng,
    /// What the task shows while awake.
    pub task: Rng,
    /// What the task shows in probes.
    pub probe: Rng,
    /// CA3 codes imposed at encoding.
    pub encoding: Rng,
    /// Which episode is replayed.
    pub select: Rng,
    /// Cues of ripples.
    pub cue: Rng,
    /// Shuffled twins of ripples, and permutations that scores are held against.
    pub shuffle: Rng,
    /// What stores are measured with.
    pub measure: Rng,
}

impl Streams {
    /// The streams of a run with this seed.
    pub fn new(seed: u64) -> Self {
        let named = |name| Rng::named(seed, name);
        Self {
            weights: named("weights"),
            task: named("task"),
            probe: named("probe"),
            encoding: named("encoding"),
            select: named("select"),
            cue: named("cue"),
            shuffle: named("shuffle"),
            measure: named("measure"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_of_one_seed_differ_and_repeat() {
        let (mut a, mut b, mut c) = (
            Rng::named(1, "task"),
            Rng::named(1, "weights"),
            Rng::named(1, "task"),
        );
        let x = a.uniform();
        assert_ne!(x, b.uniform());
        assert_eq!(x, c.uniform());
    }

    #[test]
    fn a_subset_is_sorted_and_without_repeats() {
        let mut rng = Rng::named(3, "test");
        for _ in 0..200 {
            let s = rng.subset(50, 20);
            assert_eq!(s.len(), 20);
            assert!(s.windows(2).all(|w| w[0] < w[1]) && s[19] < 50);
        }
    }

    #[test]
    fn a_stream_goes_on_after_saving() {
        let mut a = Rng::named(7, "cue");
        a.normal();
        let mut b: Rng = postcard::from_bytes(&postcard::to_stdvec(&a).unwrap()).unwrap();
        assert_eq!(a.uniform(), b.uniform());
    }
}
