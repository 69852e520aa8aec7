//! Writing many pairs to a table of synapses at once.

use rayon::prelude::*;

use crate::hippocampus::store::codes::ByUnit;

/// Adds `by` (modulo 2¹⁶) to the counts of all pairs.
pub fn change_counts(counts: &mut [u16], n: usize, pairs: &[(&[u32], &[u32])], by: u16) {
    let words = pairs.len().div_ceil(64);
    if one_by_one(pairs) > n * n * words {
        change_all(counts, n, pairs, by);
    } else {
        let add = |count: &mut u16, by| *count = count.wrapping_add(by);
        change(counts, n, pairs, |_| by, add);
    }
}

/// How many synapses pairs change if each changes its own.
fn one_by_one(pairs: &[(&[u32], &[u32])]) -> usize {
    pairs.iter().map(|(i, j)| i.len() * j.len()).sum()
}

/// Adds to the synapses of all pairs what there is to add for each pair, in their order. Row by row, so that each row is
/// fetched once however many pairs touch it, and blocks of rows side by side.
pub fn change<T: Send + Copy>(
    table: &mut [T],
    n: usize,
    pairs: &[(&[u32], &[u32])],
    by: impl Fn(usize) -> T + Sync,
    add: impl Fn(&mut T, T) + Sync,
) {
    const BLOCK: usize = 128;
    /// Changes that are made before another thread would have woken up.
    const FEW: usize = 400_000;
    let touching = ByUnit::new(n, pairs.iter().map(|pair| pair.0));
    let change = |(block, rows): (usize, &mut [T])| {
        for (i, row) in rows.chunks_mut(n).enumerate() {
            for &p in touching.of(block * BLOCK + i) {
                let by = by(p as usize);
                let pre = pairs[p as usize].1.iter();
                pre.for_each(|&j| add(&mut row[j as usize], by));
            }
        }
    };
    if one_by_one(pairs) < FEW {
        table.chunks_mut(n * BLOCK).enumerate().for_each(change);
    } else {
        let blocks = table.par_chunks_mut(n * BLOCK);
        blocks.enumerate().for_each(change);
    }
}

/// The same for codes with many units: of every two units, how many of 64 pairs have both, at once.
pub fn change_all(counts: &mut [u16], n: usize, pairs: &[(&[u32], &[u32])], by: u16) {
    // A word a unit: bit p says whether the unit is in the code of pair p.
    let bits = |codes: &mut dyn Iterator<Item = &[u32]>| {
        let mut bits = vec![0_u64; n];
        for (p, code) in codes.enumerate() {
            for &i in code {
                bits[i as usize] |= 1 << p;
            }
        }
        bits
    };
    let arch = pulp::Arch::new();
    for pairs in pairs.chunks(64) {
        let post = bits(&mut pairs.iter().map(|pair| pair.0));
        let pre = bits(&mut pairs.iter().map(|pair| pair.1));
        counts
            .par_chunks_mut(n)
            .zip(post.par_iter())
            .filter(|(_, post)| **post != 0)
            .for_each(|(row, post)| {
                arch.dispatch(|| {
                    for (count, pre) in row.iter_mut().zip(&pre) {
                        let both = (post & pre).count_ones() as u16;
                        *count = count.wrapping_add(both.wrapping_mul(by));
                    }
                });
            });
    }
}
