//! Covariance synapses between CA3 units, kept as co-activation counts.
//!
//! Storing pairs of patterns (y, x) sums Σ (y_i − a)(x_j − a) = S_ij − a·Y_i − a·X_j + a²·P, where S counts how often
//! post-unit i and pre-unit j were active together, Y and X how often each was, and P the pairs. Only the counts are kept:
//! sums then do not depend on order, and forgetting is exact. A palimpsest keeps decaying floats instead.

use std::sync::Arc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::wiring::{Wiring, each};
use crate::numeric::Real;

/// Synapses from n pre- to n post-units.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Synapses {
    n: usize,
    sparsity: f64,
    /// Which synapses there are; `None` for all.
    wiring: Option<Wiring>,
    table: Table,
    post: Vec<f64>,
    pre: Vec<f64>,
    pairs: f64,
    /// At least as large as every number of `pre`.
    most: f64,
}

/// S, row i for post-unit i.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Table {
    /// Whole counts; shared with clones until either changes.
    Counts(Arc<Vec<u16>>),
    /// Counts that decay: true value = stored value / gain. A new pair adds `gain`, so that decaying costs nothing.
    Decaying { values: Arc<Vec<f32>>, gain: f64 },
}

/// Most pairs that can be counted.
pub const MOST_COUNTED: u64 = 60_000;

/// Scratch space for sums over rows.
#[derive(Clone, Debug, Default)]
pub struct RowSums {
    /// Σ over the chosen rows, n long.
    pub sums: Vec<f32>,
    whole: Vec<u16>,
    /// Whose rows `whole` is the sum of, where it is all of it.
    summed: Option<Vec<u32>>,
}

/// Past this gain all values are brought back to gain 1.
const LARGEST_GAIN: f64 = 1e12;

impl Synapses {
    /// No synapses between `n` units of sparsity `a`; `decaying` for a palimpsest, `wiring` for a diluted network.
    pub fn new(n: usize, sparsity: f64, decaying: bool, wiring: Option<Wiring>) -> Self {
        let count = n * wiring.as_ref().map_or(n, |w| w.fan);
        let table = if decaying {
            Table::Decaying {
                values: Arc::new(vec![0.0; count]),
                gain: 1.0,
            }
        } else {
            Table::Counts(Arc::new(vec![0; count]))
        };
        Self {
            n,
            sparsity,
            wiring,
            table,
            post: vec![0.0; n],
            pre: vec![0.0; n],
            pairs: 0.0,
            most: 0.0,
        }
    }

    /// Stores pairs of a post- and a pre-code.
    pub fn add(&mut self, pairs: &[(&[u32], &[u32])]) {
        match (&mut self.table, &self.wiring) {
            (Table::Counts(counts), Some(wiring)) => {
                let counts = Arc::make_mut(counts);
                each(wiring, pairs, |at| counts[at] = counts[at].wrapping_add(1));
            }
            (Table::Decaying { values, gain }, Some(wiring)) => {
                let values = Arc::make_mut(values);
                each(wiring, pairs, |at| values[at] += *gain as f32);
            }
            (Table::Counts(counts), None) => {
                change(&mut Arc::make_mut(counts)[..], self.n, pairs, 1);
            }
            (Table::Decaying { values, gain }, None) => {
                let values = Arc::make_mut(values);
                for (post, pre) in pairs {
                    for &i in *post {
                        let row = &mut values[i as usize * self.n..(i as usize + 1) * self.n];
                        pre.iter().for_each(|&j| row[j as usize] += *gain as f32);
                    }
                }
            }
        }
        self.count(pairs, 1.0);
    }

    /// Takes pairs out again: exact for counts; a palimpsest forgets by decay alone, so there it does nothing.
    pub fn remove(&mut self, pairs: &[(&[u32], &[u32])]) {
        let Table::Counts(counts) = &mut self.table else {
            return;
        };
        let counts = Arc::make_mut(counts);
        match &self.wiring {
            Some(wiring) => each(wiring, pairs, |at| counts[at] = counts[at].wrapping_sub(1)),
            None => change(&mut counts[..], self.n, pairs, u16::MAX),
        }
        self.count(pairs, -1.0);
    }

    fn count(&mut self, pairs: &[(&[u32], &[u32])], by: f64) {
        for (post, pre) in pairs {
            post.iter().for_each(|&i| self.post[i as usize] += by);
            for &j in *pre {
                self.pre[j as usize] += by;
                self.most = self.most.max(self.pre[j as usize]);
            }
        }
        self.pairs += by * pairs.len() as f64;
    }

    /// All weights shrink by `factor`.
    pub fn decay(&mut self, factor: f64) {
        let Table::Decaying { values, gain } = &mut self.table else {
            return;
        };
        *gain /= factor;
        if *gain > LARGEST_GAIN {
            let scale = (1.0 / *gain) as f32;
            Arc::make_mut(values).iter_mut().for_each(|v| *v *= scale);
            *gain = 1.0;
        }
        self.pairs *= factor;
        for v in self.post.iter_mut().chain(&mut self.pre) {
            *v *= factor;
        }
    }

    /// Input to every *pre*-unit from active *post*-units (the transposed product: contiguous rows). For the symmetric
    /// collaterals this is the input itself, for the sequence synapses the step back.
    ///
    /// The result is scaled so that a stored pattern cued in full gives its units 1.
    pub fn back(&self, active: &[u32], k: usize, out: &mut RowSums) {
        if let Some(wiring) = &self.wiring {
            self.back_along(wiring, active, k, out);
            return;
        }
        self.sum_rows(active, out);
        self.centre(active, &self.post, &self.pre, k, &mut out.sums);
    }

    /// The same as [`Self::back`], right after it or itself on the same synapses: where few units have changed since, only
    /// their rows are added and taken away.
    pub fn back_again(&self, active: &[u32], k: usize, out: &mut RowSums) {
        let (Table::Counts(counts), None) = (&self.table, &self.wiring) else {
            self.back(active, k, out);
            return;
        };
        let Some(before) = out.summed.take() else {
            self.back(active, k, out);
            return;
        };
        let kept = common(&before, active);
        let (added, removed) = (active.len() - kept, before.len() - kept);
        if added + removed > active.len() || !self.fits(active.len()) {
            self.back(active, k, out);
            return;
        }
        let arch = pulp::Arch::new();
        let row = |i: u32| &counts[i as usize * self.n..(i as usize + 1) * self.n];
        let whole = &mut out.whole;
        differences(&before, active, |i, comes| {
            let row = row(i);
            let sums = whole.iter_mut().zip(row);
            if comes {
                arch.dispatch(|| sums.for_each(|(s, v)| *s = s.wrapping_add(*v)));
            } else {
                arch.dispatch(|| sums.for_each(|(s, v)| *s = s.wrapping_sub(*v)));
            }
        });
        out.sums.clear();
        out.sums.extend(out.whole.iter().map(|v| f32::from(*v)));
        let mut summed = before;
        summed.clear();
        summed.extend_from_slice(active);
        out.summed = Some(summed);
        self.centre(active, &self.post, &self.pre, k, &mut out.sums);
    }

    /// Whether sums over so many rows fit into 16 bits: no sum is larger than what the most frequent unit's patterns bring.
    fn fits(&self, rows: usize) -> bool {
        self.most * rows as f64 <= f64::from(u16::MAX)
    }

    /// Input to every *post*-unit from active *pre*-units: the step forward.
    pub fn forward(&self, active: &[u32], k: usize, out: &mut RowSums) {
        if let Some(wiring) = &self.wiring {
            self.forward_along(wiring, active, k, out);
            return;
        }
        out.sums.clear();
        match &self.table {
            Table::Counts(counts) => {
                out.sums.extend(counts.chunks(self.n).map(|row| {
                    active
                        .iter()
                        .map(|&j| u32::from(row[j as usize]))
                        .sum::<u32>() as f32
                }));
            }
            Table::Decaying { values, gain } => {
                let scale = (1.0 / gain) as f32;
                out.sums.extend(
                    values
                        .chunks(self.n)
                        .map(|row| active.iter().map(|&j| row[j as usize]).sum::<f32>() * scale),
                );
            }
        }
        self.centre(active, &self.pre, &self.post, k, &mut out.sums);
    }

    /// [`Self::back`] over the synapses that exist: Σ_i c_ij (S_ij − a·Y_i − a·X_j + a²·P).
    fn back_along(&self, wiring: &Wiring, active: &[u32], k: usize, out: &mut RowSums) {
        let a = self.sparsity;
        out.sums.clear();
        out.sums.resize(self.n, 0.0);
        // The part that depends on the receiving unit alone is a pre-computed number for each.
        let mean: Vec<f32> = self.pre.iter().map(|x| (a * x) as f32).collect();
        for &i in active {
            let own = (a * a * self.pairs - a * self.post[i as usize]) as f32;
            let at = i as usize * wiring.fan;
            let targets = wiring.row(i);
            match &self.table {
                Table::Counts(counts) => {
                    for (&j, v) in targets.iter().zip(&counts[at..]) {
                        out.sums[j as usize] += f32::from(*v) + own - mean[j as usize];
                    }
                }
                Table::Decaying { values, gain } => {
                    let scale = (1.0 / gain) as f32;
                    for (&j, v) in targets.iter().zip(&values[at..]) {
                        out.sums[j as usize] += v * scale + own - mean[j as usize];
                    }
                }
            }
        }
        self.scale(wiring, k, &mut out.sums);
    }

    fn forward_along(&self, wiring: &Wiring, active: &[u32], k: usize, out: &mut RowSums) {
        let a = self.sparsity;
        let mut lit = vec![false; self.n];
        active.iter().for_each(|&j| lit[j as usize] = true);
        out.sums.clear();
        out.sums.extend((0..self.n).map(|i| {
            let own = (a * a * self.pairs - a * self.post[i]) as f32;
            let at = i * wiring.fan;
            let row = wiring.row(i as u32).iter().enumerate();
            row.filter(|(_, j)| lit[**j as usize])
                .map(|(s, &j)| self.weight(at + s) + own - (a * self.pre[j as usize]) as f32)
                .sum::<f32>()
        }));
        self.scale(wiring, k, &mut out.sums);
    }

    fn weight(&self, at: usize) -> f32 {
        match &self.table {
            Table::Counts(counts) => f32::from(counts[at]),
            Table::Decaying { values, gain } => values[at] / *gain as f32,
        }
    }

    fn scale(&self, wiring: &Wiring, k: usize, sums: &mut [f32]) {
        let a = self.sparsity;
        let there = wiring.fan as f64 / (self.n - 1) as f64;
        let scale = (1.0 / (there * k as f64 * (1.0 - a) * (1.0 - a))) as f32;
        sums.iter_mut().for_each(|s| *s *= scale);
    }

    /// Turns sums of counts into covariance inputs: − a Σ from − a k to_j + a² P k, over k (1−a)².
    fn centre(&self, active: &[u32], from: &[f64], to: &[f64], k: usize, sums: &mut [f32]) {
        let a = self.sparsity;
        let m = active.len() as f64;
        let constant =
            a * a * self.pairs * m - a * active.iter().map(|&i| from[i as usize]).sum::<f64>();
        let scale = 1.0 / (k as f64 * (1.0 - a) * (1.0 - a));
        let (constant, slope, scale) = (constant as f32, (a * m) as f32, scale as f32);
        for (s, t) in sums.iter_mut().zip(to) {
            *s = (*s + constant - slope * *t as f32) * scale;
        }
    }

    /// Takes the self-connections of active units out of sums made by [`Self::back`] on symmetric synapses.
    pub fn without_self(&self, active: &[u32], k: usize, sums: &mut [f32]) {
        if self.wiring.is_some() {
            return;
        }
        let a = self.sparsity;
        let scale = 1.0 / (k as f64 * (1.0 - a) * (1.0 - a));
        for &i in active {
            // S_ii − 2a·Y_i + a²·P with S_ii = Y_i.
            let own = self.post[i as usize] * (1.0 - 2.0 * a) + a * a * self.pairs;
            sums[i as usize] -= (own * scale) as f32;
        }
    }

    fn sum_rows(&self, active: &[u32], out: &mut RowSums) {
        out.summed = None;
        out.sums.clear();
        match &self.table {
            Table::Counts(counts) => self.sum_counts(counts, active, out),
            Table::Decaying { values, gain } => {
                out.sums.resize(self.n, 0.0);
                let arch = pulp::Arch::new();
                for &i in active {
                    let row = &values[i as usize * self.n..(i as usize + 1) * self.n];
                    arch.dispatch(|| out.sums.iter_mut().zip(row).for_each(|(s, v)| *s += *v));
                }
                let scale = (1.0 / gain) as f32;
                out.sums.iter_mut().for_each(|s| *s *= scale);
            }
        }
    }

    /// Sums in 16 bits as long as they cannot overflow, then adds to the totals.
    fn sum_counts(&self, counts: &[u16], active: &[u32], out: &mut RowSums) {
        let arch = pulp::Arch::new();
        let row = |i: u32| &counts[i as usize * self.n..(i as usize + 1) * self.n];
        let all = self.fits(active.len());
        // No count is larger than the number of pairs.
        let at_once = if all {
            active.len().max(1)
        } else {
            (f64::from(u16::MAX) / self.pairs.max(1.0)).max(1.0) as usize
        };
        out.whole.clear();
        out.whole.resize(self.n, 0);
        out.sums.resize(self.n, 0.0);
        for group in active.chunks(at_once) {
            let (fours, rest) = group.as_chunks::<4>();
            for rows in fours {
                let rows = rows.map(row);
                arch.dispatch(|| add_four(&mut out.whole, rows));
            }
            for &i in rest {
                arch.dispatch(|| out.whole.iter_mut().zip(row(i)).for_each(|(s, v)| *s += *v));
            }
            arch.dispatch(|| {
                out.sums
                    .iter_mut()
                    .zip(&out.whole)
                    .for_each(|(s, v)| *s += f32::from(*v));
            });
            if !all {
                out.whole.fill(0);
            }
        }
        if all {
            out.summed = Some(active.to_vec());
        }
    }

    /// Pairs stored, each as much as is left of it.
    pub fn pairs(&self) -> f64 {
        self.pairs
    }

    /// How many synapses there are.
    pub fn len(&self) -> usize {
        self.n * self.wiring.as_ref().map_or(self.n, |w| w.fan)
    }

    /// Never: n is at least 1.
    pub fn is_empty(&self) -> bool {
        self.n == 0
    }
}

/// Adds `by` (modulo 2¹⁶) to the counts of all pairs. Row by row, so that each row is fetched once however many pairs
/// touch it, and blocks of rows side by side.
fn change(counts: &mut [u16], n: usize, pairs: &[(&[u32], &[u32])], by: u16) {
    const BLOCK: usize = 128;
    let mut touching: Vec<Vec<u32>> = vec![Vec::new(); n];
    for (p, (post, _)) in pairs.iter().enumerate() {
        post.iter()
            .for_each(|&i| touching[i as usize].push(p as u32));
    }
    counts
        .par_chunks_mut(n * BLOCK)
        .zip(touching.par_chunks(BLOCK))
        .for_each(|(rows, touching)| {
            for (row, touching) in rows.chunks_mut(n).zip(touching) {
                for &p in touching {
                    for &j in pairs[p as usize].1 {
                        row[j as usize] = row[j as usize].wrapping_add(by);
                    }
                }
            }
        });
}

#[inline(always)]
#[allow(clippy::inline_always)] // so that the loop is compiled for the processor at hand
fn add_four(sums: &mut [u16], rows: [&[u16]; 4]) {
    let n = sums.len();
    let [a, b, c, d] = rows.map(|row| &row[..n]);
    for i in 0..n {
        sums[i] += a[i] + b[i] + c[i] + d[i];
    }
}

/// Calls `tell` with every unit that one of two sorted codes has and the other has not: `true` where it comes.
fn differences(before: &[u32], after: &[u32], mut tell: impl FnMut(u32, bool)) {
    let (mut i, mut j) = (0, 0);
    loop {
        match (before.get(i), after.get(j)) {
            (Some(b), Some(a)) if a == b => {
                i += 1;
                j += 1;
            }
            (Some(b), Some(a)) if b < a => {
                tell(*b, false);
                i += 1;
            }
            (Some(b), None) => {
                tell(*b, false);
                i += 1;
            }
            (_, Some(a)) => {
                tell(*a, true);
                j += 1;
            }
            (None, None) => return,
        }
    }
}

/// Fraction of `b`'s units that are also in `a`; both sorted.
pub fn overlap(a: &[u32], b: &[u32]) -> f64 {
    if b.is_empty() {
        return 0.0;
    }
    common(a, b) as f64 / b.len() as f64
}

/// How many units two sorted codes share.
pub fn common(a: &[u32], b: &[u32]) -> usize {
    let (mut i, mut j, mut n) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                n += 1;
                i += 1;
                j += 1;
            }
        }
    }
    n
}

/// Cosine between two real vectors.
pub fn similarity<R: Real>(a: &[R], b: &[R]) -> f64 {
    use crate::numeric::statistics::{cosine, dot};
    cosine(dot(a, b), dot(a, a), dot(b, b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Rng;

    fn slices(pairs: &[(Vec<u32>, Vec<u32>)]) -> Vec<(&[u32], &[u32])> {
        pairs
            .iter()
            .map(|(y, x)| (y.as_slice(), x.as_slice()))
            .collect()
    }

    fn explicit(
        pairs: &[(Vec<u32>, Vec<u32>)],
        n: usize,
        a: f64,
        active: &[u32],
        k: usize,
    ) -> Vec<f64> {
        let has = |set: &[u32], i: usize| f64::from(u8::from(set.contains(&(i as u32))));
        (0..n)
            .map(|j| {
                let sum: f64 = active
                    .iter()
                    .map(|&i| {
                        pairs
                            .iter()
                            .map(|(y, x)| (has(y, i as usize) - a) * (has(x, j) - a))
                            .sum::<f64>()
                    })
                    .sum();
                sum / (k as f64 * (1.0 - a) * (1.0 - a))
            })
            .collect()
    }

    #[test]
    fn counts_give_the_covariance_products_both_ways() {
        let (n, k, a) = (60, 6, 0.1);
        let mut rng = Rng::named(1, "test");
        let pairs: Vec<_> = (0..9)
            .map(|_| (rng.subset(n, k), rng.subset(n, k)))
            .collect();
        let swapped: Vec<_> = pairs.iter().map(|(y, x)| (x.clone(), y.clone())).collect();
        for decaying in [false, true] {
            let mut s = Synapses::new(n, a, decaying, None);
            s.add(&slices(&pairs));
            let mut out = RowSums::default();
            s.back(&pairs[3].0, k, &mut out);
            for (got, want) in out.sums.iter().zip(explicit(&pairs, n, a, &pairs[3].0, k)) {
                assert!((f64::from(*got) - want).abs() < 1e-5);
            }
            s.forward(&pairs[3].1, k, &mut out);
            for (got, want) in out
                .sums
                .iter()
                .zip(explicit(&swapped, n, a, &pairs[3].1, k))
            {
                assert!((f64::from(*got) - want).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn diluted_synapses_give_the_covariance_products_over_those_that_exist() {
        let (n, k, a) = (50, 5, 0.1);
        let mut rng = Rng::named(6, "test");
        let pairs: Vec<_> = (0..9)
            .map(|_| (rng.subset(n, k), rng.subset(n, k)))
            .collect();
        let has = |set: &[u32], i: u32| f64::from(u8::from(set.contains(&i)));
        for decaying in [false, true] {
            let wiring = Wiring::new(n, 0.4, &mut rng);
            let exists = wiring.clone();
            let mut s = Synapses::new(n, a, decaying, Some(wiring));
            s.add(&slices(&pairs));
            if !decaying {
                s.add(&slices(&pairs[..3]));
                s.remove(&slices(&pairs[..3]));
            }
            let weight = |post: u32, pre: u32| -> f64 {
                if !exists.row(post).contains(&(pre as u16)) {
                    return 0.0;
                }
                let each = pairs
                    .iter()
                    .map(|(y, x)| (has(y, post) - a) * (has(x, pre) - a));
                each.sum::<f64>()
            };
            let there = exists.fan as f64 / (n - 1) as f64;
            let scale = there * k as f64 * (1.0 - a) * (1.0 - a);
            let active = &pairs[3].0;
            let mut out = RowSums::default();
            s.back(active, k, &mut out);
            for (j, got) in out.sums.iter().enumerate() {
                let want: f64 = active.iter().map(|&i| weight(i, j as u32)).sum();
                assert!((f64::from(*got) - want / scale).abs() < 1e-4);
            }
            s.forward(active, k, &mut out);
            for (i, got) in out.sums.iter().enumerate() {
                let want: f64 = active.iter().map(|&j| weight(i as u32, j)).sum();
                assert!((f64::from(*got) - want / scale).abs() < 1e-4);
            }
        }
    }

    #[test]
    fn sums_made_from_what_changed_are_the_same() {
        let mut rng = Rng::named(5, "test");
        let mut s = Synapses::new(200, 0.1, false, None);
        let codes: Vec<Vec<u32>> = (0..30).map(|_| rng.subset(200, 20)).collect();
        s.add(
            &codes
                .iter()
                .map(|c| (c.as_slice(), c.as_slice()))
                .collect::<Vec<_>>(),
        );
        let mut again = RowSums::default();
        let mut state = codes[0].clone();
        s.back(&state, 20, &mut again);
        for step in 0..40 {
            let at = step % state.len();
            state.remove(at);
            let new = (0..200)
                .find(|i| !state.contains(i) && rng.below(20) == 0)
                .unwrap_or(at as u32);
            state.push(new);
            state.sort_unstable();
            state.dedup();
            s.back_again(&state, 20, &mut again);
            let mut whole = RowSums::default();
            s.back(&state, 20, &mut whole);
            assert_eq!(again.sums, whole.sums, "{step}");
        }
    }

    #[test]
    fn forgetting_a_pair_leaves_no_trace() {
        let mut rng = Rng::named(2, "test");
        let pairs: Vec<_> = (0..5)
            .map(|_| (rng.subset(40, 5), rng.subset(40, 5)))
            .collect();
        let mut kept = Synapses::new(40, 0.1, false, None);
        let mut forgot = Synapses::new(40, 0.1, false, None);
        forgot.add(&slices(&pairs));
        kept.add(&slices(&pairs[2..]));
        forgot.remove(&slices(&pairs[..2]));
        let (mut a, mut b) = (RowSums::default(), RowSums::default());
        kept.back(&pairs[4].0, 5, &mut a);
        forgot.back(&pairs[4].0, 5, &mut b);
        assert_eq!(a.sums, b.sums);
    }

    #[test]
    fn decay_by_half_halves_the_input() {
        let mut s = Synapses::new(10, 0.0, true, None);
        s.add(&[(&[1, 2], &[3, 4])]);
        s.decay(0.5);
        let mut out = RowSums::default();
        s.back(&[1, 2], 2, &mut out);
        assert_eq!(out.sums[3], 0.5);
    }
}
