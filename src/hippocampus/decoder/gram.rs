//! How many units each two codes share.

use rayon::prelude::*;

use crate::hippocampus::store::Within;

/// Codes that are counted together: their table stays in the cache.
const BLOCK: usize = 1024;

/// Writes XᵀX of P codes of `units` units, P×P and column-major, the lower triangle alone: what a Cholesky factor looks at.
pub fn gram(codes: &[&[u32]], units: usize, out: &mut [f64]) {
    let n = codes.len();
    for from in (0..n).step_by(BLOCK) {
        let to = n.min(from + BLOCK);
        let within = Within::new(&codes[from..to], units);
        let columns = out[..to * n].par_chunks_mut(n).enumerate();
        columns.for_each_init(Vec::new, |sums, (q, column)| {
            let first = q.max(from);
            within.shared(codes[q], first - from, sums, &mut column[first..to]);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hippocampus::store::common;
    use crate::numeric::Rng;

    #[test]
    fn units_are_counted_however_many_a_code_has() {
        let mut rng = Rng::named(5, "test");
        let sizes = [(500, 25, 33), (700, 350, 17), (900, 899, 5), (10, 0, 3)];
        for (units, active, n) in sizes.into_iter().chain([(60, 6, 2 * BLOCK + 3)]) {
            let codes: Vec<Vec<u32>> = (0..n).map(|_| rng.subset(units, active)).collect();
            let slices: Vec<&[u32]> = codes.iter().map(Vec::as_slice).collect();
            let mut out = vec![f64::NAN; n * n];
            gram(&slices, units, &mut out);
            for q in 0..n {
                for p in q..n {
                    let shared = common(&codes[q], &codes[p]);
                    assert_eq!(out[q * n + p], shared as f64, "{units} {q} {p}");
                }
            }
        }
        gram(&[], 10, &mut []);
    }
}
