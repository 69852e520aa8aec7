//! Which synapses exist in a diluted network.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::numeric::Rng;

/// Which synapses exist in a diluted network: each row has the same number of them, at random places, none to itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Wiring {
    /// Synapses of a row.
    pub(super) fan: usize,
    /// Row by row, where they lead; ascending.
    targets: Vec<u16>,
    /// To find a synapse by its two units: made from the targets when it is first asked for.
    #[serde(skip)]
    index: OnceLock<Index>,
}

/// Row by row a bit for each unit, and how many are set before each word.
#[derive(Clone, Debug)]
struct Index {
    words: usize,
    bits: Vec<u64>,
    before: Vec<u16>,
}

impl Index {
    fn new(rows: impl Iterator<Item = impl Iterator<Item = usize>>, n: usize) -> Self {
        let words = n.div_ceil(64);
        let mut bits = vec![0_u64; words * n];
        for (i, row) in rows.enumerate() {
            for j in row {
                bits[i * words + j / 64] |= 1 << (j % 64);
            }
        }
        let before = bits.chunks(words).flat_map(|row| {
            row.iter().scan(0_u32, |sum, word| {
                let before = *sum;
                *sum += word.count_ones();
                Some(before as u16)
            })
        });
        let before = before.collect();
        Self {
            words,
            bits,
            before,
        }
    }

    /// Which synapse of row `i` leads to `j`.
    fn find(&self, i: usize, j: usize) -> Option<usize> {
        let at = i * self.words + j / 64;
        let (word, bit) = (self.bits[at], 1_u64 << (j % 64));
        let below = word & (bit - 1);
        (word & bit != 0).then(|| usize::from(self.before[at]) + below.count_ones() as usize)
    }
}

impl Wiring {
    /// A random `connectivity` of the synapses between `n` units.
    pub fn new(n: usize, connectivity: f64, rng: &mut Rng) -> Self {
        let fan = fan(n, connectivity);
        let targets = (0..n as u32).flat_map(|i| {
            let others = rng.subset(n - 1, fan);
            others
                .into_iter()
                .map(move |j| (j + u32::from(j >= i)) as u16)
        });
        Self {
            fan,
            targets: targets.collect(),
            index: OnceLock::new(),
        }
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| {
            let n = self.targets.len() / self.fan.max(1);
            let row = |i: usize| &self.targets[i * self.fan..(i + 1) * self.fan];
            let rows = (0..n).map(|i| row(i).iter().map(|j| usize::from(*j)));
            Index::new(rows, n)
        })
    }

    pub(super) fn row(&self, i: u32) -> &[u16] {
        &self.targets[i as usize * self.fan..(i as usize + 1) * self.fan]
    }
}

fn fan(n: usize, connectivity: f64) -> usize {
    if connectivity >= 1.0 {
        return n;
    }
    ((connectivity * (n - 1) as f64).round() as usize).clamp(1, n - 1)
}

/// Bytes that synapses between `n` units take.
pub fn bytes(n: usize, connectivity: f64, decaying: bool) -> u64 {
    let weight = if decaying { 4 } else { 2 };
    if connectivity >= 1.0 {
        return (n * n) as u64 * weight;
    }
    // A target each, and of the index a bit for every two units and a count for every word of bits.
    let index = (n * n.div_ceil(64)) as u64 * (8 + 2);
    (n * fan(n, connectivity)) as u64 * (weight + 2) + index
}

/// Calls `at` with the place of every synapse between a pair's active units, and which pair it is.
pub(super) fn each(wiring: &Wiring, pairs: &[(&[u32], &[u32])], mut at: impl FnMut(usize, usize)) {
    let index = wiring.index();
    for (pair, (post, pre)) in pairs.iter().enumerate() {
        for &i in *post {
            let i = i as usize;
            let there = pre.iter().filter_map(|&j| index.find(i, j as usize));
            there.for_each(|s| at(i * wiring.fan + s, pair));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_synapse_is_found_where_its_row_has_it() {
        let wiring = Wiring::new(200, 0.3, &mut Rng::named(1, "test"));
        for i in 0..200 {
            for j in 0..200 {
                let there = wiring.row(i).iter().position(|t| *t == j);
                assert_eq!(wiring.index().find(i as usize, j.into()), there);
            }
        }
    }
}
