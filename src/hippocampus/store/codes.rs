//! Sparse codes as sorted lists of active units, compared.

use std::borrow::Cow;

use crate::numeric::Real;
use crate::numeric::statistics::{cosine, dot};

/// Calls `tell` with every unit that one of two sorted codes has and the other has not: `true` where it comes.
pub fn differences(before: &[u32], after: &[u32], mut tell: impl FnMut(u32, bool)) {
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

/// How many units a state and a code have in common, among those that are not silenced.
#[derive(Clone, Copy, Debug)]
pub struct Shared {
    /// Units of the state, of which none is silenced.
    pub state: usize,
    /// Units of the code.
    pub code: usize,
    /// Units of both.
    pub both: usize,
}

impl Shared {
    /// Counts them.
    pub fn of(state: &[u32], code: &[u32], silent: &[bool]) -> Self {
        let code = living(code, silent);
        Self {
            state: state.len(),
            code: code.len(),
            both: common(state, &code),
        }
    }

    /// Fraction of the code's units that are also in the state.
    pub fn fraction(self) -> f64 {
        if self.code == 0 {
            return 0.0;
        }
        self.both as f64 / self.code as f64
    }

    /// (1/M) Σ ξ_i ξ'_i over the `units` units of two ±1 states.
    pub fn mean_product(self, units: usize) -> f64 {
        if units == 0 {
            return 0.0;
        }
        let apart = self.state + self.code - 2 * self.both;
        1.0 - 2.0 * apart as f64 / units as f64
    }
}

/// Fraction of `b`'s units that are also in `a`; both sorted.
pub fn overlap(a: &[u32], b: &[u32]) -> f64 {
    Shared::of(a, b, &[]).fraction()
}

/// The units of a code that are not silenced.
pub fn living<'a>(code: &'a [u32], silent: &[bool]) -> Cow<'a, [u32]> {
    if silent.is_empty() {
        return Cow::Borrowed(code);
    }
    let living = code.iter().copied().filter(|&i| !masked(silent, i));
    Cow::Owned(living.collect())
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
    cosine(dot(a, b), dot(a, a), dot(b, b))
}

/// Whether unit `i` is in the mask; an empty one has nobody in it.
pub fn masked(mask: &[bool], i: u32) -> bool {
    mask.get(i as usize).copied().unwrap_or(false)
}

/// Of so many units, how many are not silenced.
pub fn alive(units: usize, silent: &[bool]) -> usize {
    units - silent.iter().filter(|silent| **silent).count()
}

/// For each unit, which of some codes it is in, in their order.
pub struct ByUnit {
    codes: Vec<u32>,
    /// Where a unit's begin, and, last, where all end.
    begins: Vec<u32>,
}

impl ByUnit {
    /// Of codes of `units` units.
    pub fn new<'a>(units: usize, codes: impl Iterator<Item = &'a [u32]> + Clone) -> Self {
        let mut begins = vec![0; units + 1];
        for &i in codes.clone().flatten() {
            begins[i as usize + 1] += 1;
        }
        for i in 0..units {
            begins[i + 1] += begins[i];
        }
        let mut next = begins.clone();
        let mut all = vec![0; begins[units] as usize];
        for (p, code) in codes.enumerate() {
            for &i in code {
                all[next[i as usize] as usize] = p as u32;
                next[i as usize] += 1;
            }
        }
        Self { codes: all, begins }
    }

    /// Those of a unit.
    pub fn of(&self, unit: usize) -> &[u32] {
        &self.codes[self.begins[unit] as usize..self.begins[unit + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_by_their_units() {
        let codes: [&[u32]; 4] = [&[1, 4], &[], &[0, 1, 2], &[4]];
        let by = ByUnit::new(5, codes.into_iter());
        let found: Vec<&[u32]> = (0..5).map(|unit| by.of(unit)).collect();
        assert_eq!(found, [&[2][..], &[0, 2], &[2], &[], &[0, 3]]);
    }
}
