//! Sums of rows.

use std::ops::Add;

use pulp::{Simd, WithSimd};

/// Adds rows to `sums`, one after the other: those that `row` gives for each of `which`. Whole numbers must not overflow.
pub fn add_rows<'a, T: Copy + Add<Output = T> + 'a>(
    sums: &mut [T],
    which: &[u32],
    row: impl Fn(u32) -> &'a [T],
) {
    pulp::Arch::new().dispatch(AddRows { sums, which, row });
}

/// Not a closure, so that it is compiled for the processor at hand whether the compiler would inline it or not.
struct AddRows<'a, T, F> {
    sums: &'a mut [T],
    which: &'a [u32],
    row: F,
}

impl<'a, T: Copy + Add<Output = T> + 'a, F: Fn(u32) -> &'a [T]> WithSimd for AddRows<'_, T, F> {
    type Output = ();

    #[inline(always)]
    #[allow(clippy::inline_always)] // as pulp asks
    fn with_simd<S: Simd>(self, _: S) {
        let Self { sums, which, row } = self;
        let (fours, rest) = which.as_chunks::<4>();
        for &[a, b, c, d] in fours {
            let rows = row(a).iter().zip(row(b)).zip(row(c)).zip(row(d));
            for (s, (((a, b), c), d)) in sums.iter_mut().zip(rows) {
                *s = *s + *a + *b + *c + *d;
            }
        }
        for &a in rest {
            sums.iter_mut().zip(row(a)).for_each(|(s, a)| *s = *s + *a);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_added_one_after_the_other() {
        let all: Vec<f32> = (0..70).map(|i| 1.0 / (i as f32 + 1.0)).collect();
        let cases = [
            (7, vec![]),
            (7, vec![3]),
            (10, vec![6, 0, 2, 5, 1, 3]),
            (0, vec![1]),
        ];
        for (width, which) in cases {
            let row = |i: u32| &all[i as usize * width..(i as usize + 1) * width];
            let mut sums = vec![0.5; width];
            add_rows(&mut sums, &which, row);
            for (c, sum) in sums.iter().enumerate() {
                let want = which.iter().fold(0.5, |sum, &i| sum + row(i)[c]);
                assert_eq!(*sum, want);
            }
        }
    }
}
