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

/// Fraction of `b`'s units that are also in `a`; both sorted.
pub fn overlap(a: &[u32], b: &[u32]) -> f64 {
    if b.is_empty() {
        return 0.0;
    }
    common(a, b) as f64 / b.len() as f64
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
