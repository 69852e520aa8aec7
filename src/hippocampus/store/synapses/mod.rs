//! Covariance synapses between CA3 units, kept as co-activation counts.
//!
//! Storing pairs of patterns (y, x) sums Σ (y_i − a)(x_j − a) = S_ij − a·Y_i − a·X_j + a²·P, where S counts how often
//! post-unit i and pre-unit j were active together, Y and X how often each was, and P the pairs. Only the counts are kept:
//! sums then do not depend on order, and forgetting is exact. A palimpsest keeps decaying floats instead.

mod beside;
mod change;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use self::beside::Beside;
use self::change::{change, change_counts};
use super::codes::{common, differences};
use super::wiring::{Wiring, each};
use crate::numeric::add_rows;

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
    beside: Beside,
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
    /// The same where traces fade.
    fading: Vec<f32>,
    /// Weights of one row of a diluted network, with what is the same for all of them.
    shifted: Vec<f32>,
    /// Whose rows `whole` or `fading` is the sum of, where it is all of it.
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
            beside: Beside::default(),
        }
    }

    /// Stores pairs of a post- and a pre-code.
    pub fn add(&mut self, pairs: &[(&[u32], &[u32])]) {
        self.count(pairs);
        let gains = vec![self.gain(); pairs.len()];
        self.write(pairs, &gains);
    }

    /// Writes pairs that are counted, each with the gain that there was then, to the synapses: many at once are written
    /// much faster than one after the other.
    pub fn write(&mut self, pairs: &[(&[u32], &[u32])], gains: &[f32]) {
        if pairs.is_empty() {
            // Tables that are shared with clones stay so.
            return;
        }
        match (&mut self.table, &self.wiring) {
            (Table::Counts(counts), Some(wiring)) => {
                let counts = Arc::make_mut(counts);
                each(wiring, pairs, |at, _| {
                    counts[at] = counts[at].wrapping_add(1);
                });
            }
            (Table::Decaying { values, .. }, Some(wiring)) => {
                let values = Arc::make_mut(values);
                each(wiring, pairs, |at, pair| values[at] += gains[pair]);
            }
            (Table::Counts(counts), None) => {
                change_counts(&mut Arc::make_mut(counts)[..], self.n, pairs, 1);
            }
            (Table::Decaying { values, .. }, None) => {
                let values = &mut Arc::make_mut(values)[..];
                change(
                    values,
                    self.n,
                    pairs,
                    |pair| gains[pair],
                    |v, gain| *v += gain,
                );
            }
        }
    }

    /// What a new pair adds: 1, or where traces fade as much more as the others have faded.
    pub fn gain(&self) -> f32 {
        match &self.table {
            Table::Counts(_) => 1.0,
            Table::Decaying { gain, .. } => *gain as f32,
        }
    }

    /// Whether a decay by `factor` would scale all values: what was counted must be written before.
    pub fn overflows(&self, factor: f64) -> bool {
        match &self.table {
            Table::Counts(_) => false,
            Table::Decaying { gain, .. } => gain / factor > LARGEST_GAIN,
        }
    }

    /// Takes pairs out again: exact for counts; a palimpsest forgets by decay alone, so there it does nothing.
    pub fn remove(&mut self, pairs: &[(&[u32], &[u32])]) {
        // A pair that lies beside the table cannot be taken out of it.
        self.settle();
        let Table::Counts(counts) = &mut self.table else {
            return;
        };
        let counts = Arc::make_mut(counts);
        match &self.wiring {
            Some(wiring) => each(wiring, pairs, |at, _| {
                counts[at] = counts[at].wrapping_sub(1);
            }),
            None => change_counts(&mut counts[..], self.n, pairs, u16::MAX),
        }
        self.count_by(pairs, -1.0);
    }

    /// Puts pairs in place of others. A few are kept beside the table, so that to put the others back costs little.
    pub fn replace(&mut self, gone: &[(&[u32], &[u32])], come: &[(&[u32], &[u32])]) {
        let (Table::Counts(_), None) = (&self.table, &self.wiring) else {
            self.remove(gone);
            self.add(come);
            return;
        };
        self.beside.change(gone, -1);
        self.beside.change(come, 1);
        self.count_by(gone, -1.0);
        self.count_by(come, 1.0);
        if self.beside.len() > Beside::MOST {
            self.settle();
        }
    }

    /// Writes what lies beside the table.
    fn settle(&mut self) {
        let beside = std::mem::take(&mut self.beside);
        if let (Table::Counts(counts), true) = (&mut self.table, beside.len() > 0) {
            let counts = &mut Arc::make_mut(counts)[..];
            change_counts(counts, self.n, &beside.of(1), 1);
            change_counts(counts, self.n, &beside.of(-1), u16::MAX);
        }
    }

    /// Counts pairs, which are not yet written.
    pub fn count(&mut self, pairs: &[(&[u32], &[u32])]) {
        self.count_by(pairs, 1.0);
    }

    fn count_by(&mut self, pairs: &[(&[u32], &[u32])], by: f64) {
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
        self.beside.back(active, &mut out.sums);
        self.centre(active, &self.post, &self.pre, k, &mut out.sums);
    }

    /// The same as [`Self::back`], right after it or itself on the same synapses: where few units have changed since, only
    /// their rows are added and taken away. Of traces that fade the sums differ by rounding.
    pub fn back_again(&self, active: &[u32], k: usize, out: &mut RowSums) {
        let before = out.summed.take().filter(|before| {
            let kept = common(before, active);
            let changes = active.len() + before.len() - 2 * kept;
            self.wiring.is_none() && changes <= active.len()
        });
        let Some(before) = before else {
            self.back(active, k, out);
            return;
        };
        match &self.table {
            Table::Counts(counts) if self.fits(active.len()) => {
                differences(&before, active, |i, comes| {
                    let sign = if comes { 1 } else { u16::MAX };
                    change_by(&mut out.whole, self.row(counts, i), |s, v| {
                        s.wrapping_add(v.wrapping_mul(sign))
                    });
                });
            }
            Table::Counts(_) => {
                self.back(active, k, out);
                return;
            }
            Table::Decaying { values, .. } => {
                differences(&before, active, |i, comes| {
                    let sign = if comes { 1.0 } else { -1.0 };
                    change_by(&mut out.fading, self.row(values, i), |s, v| s + sign * v);
                });
            }
        }
        self.take_sums(out);
        let mut summed = before;
        summed.clear();
        summed.extend_from_slice(active);
        out.summed = Some(summed);
        self.beside.back(active, &mut out.sums);
        self.centre(active, &self.post, &self.pre, k, &mut out.sums);
    }

    /// Row i of the table.
    fn row<'a, T>(&self, table: &'a [T], i: u32) -> &'a [T] {
        &table[i as usize * self.n..(i as usize + 1) * self.n]
    }

    /// Makes the sums from those that are kept for the next time.
    fn take_sums(&self, out: &mut RowSums) {
        out.sums.clear();
        match &self.table {
            Table::Counts(_) => out.sums.extend(out.whole.iter().map(|v| f32::from(*v))),
            Table::Decaying { gain, .. } => {
                let scale = (1.0 / gain) as f32;
                out.sums.extend(out.fading.iter().map(|v| *v * scale));
            }
        }
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
        self.beside.forward(active, &mut out.sums);
        self.centre(active, &self.pre, &self.post, k, &mut out.sums);
    }

    /// [`Self::back`] over the synapses that exist: Σ_i c_ij (S_ij − a·Y_i − a·X_j + a²·P).
    fn back_along(&self, wiring: &Wiring, active: &[u32], k: usize, out: &mut RowSums) {
        let a = self.sparsity;
        out.sums.clear();
        out.sums.resize(self.n, 0.0);
        // The part that depends on the receiving unit alone is a pre-computed number for each.
        let mean: Vec<f32> = self.pre.iter().map(|x| (a * x) as f32).collect();
        let (sums, shifted) = (&mut out.sums[..], &mut out.shifted);
        let arch = pulp::Arch::new();
        for &i in active {
            let own = (a * a * self.pairs - a * self.post[i as usize]) as f32;
            let at = i as usize * wiring.fan;
            let targets = wiring.row(i);
            shifted.resize(targets.len(), 0.0);
            match &self.table {
                Table::Counts(counts) => {
                    let weights = shifted.iter_mut().zip(&counts[at..]);
                    arch.dispatch(|| weights.for_each(|(w, v)| *w = f32::from(*v) + own));
                }
                Table::Decaying { values, gain } => {
                    let scale = (1.0 / gain) as f32;
                    let weights = shifted.iter_mut().zip(&values[at..]);
                    arch.dispatch(|| weights.for_each(|(w, v)| *w = v * scale + own));
                }
            }
            for (&j, w) in targets.iter().zip(&*shifted) {
                sums[usize::from(j)] += w - mean[usize::from(j)];
            }
        }
        self.scale(wiring, k, sums);
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
            Table::Decaying { values, .. } => {
                out.fading.clear();
                out.fading.resize(self.n, 0.0);
                add_rows(&mut out.fading, active, |i| self.row(values, i));
                out.summed = Some(active.to_vec());
                self.take_sums(out);
            }
        }
    }

    /// Sums in 16 bits as long as they cannot overflow, then adds to the totals.
    fn sum_counts(&self, counts: &[u16], active: &[u32], out: &mut RowSums) {
        let arch = pulp::Arch::new();
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
            add_rows(&mut out.whole, group, |i| self.row(counts, i));
            let sums = out.sums.iter_mut().zip(&out.whole);
            arch.dispatch(|| sums.for_each(|(s, v)| *s += f32::from(*v)));
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

/// Changes each sum by a number of the row.
fn change_by<T: Copy>(sums: &mut [T], row: &[T], by: impl Fn(T, T) -> T) {
    let sums = sums.iter_mut().zip(row);
    pulp::Arch::new().dispatch(|| sums.for_each(|(s, v)| *s = by(*s, *v)));
}

#[cfg(test)]
mod tests;
