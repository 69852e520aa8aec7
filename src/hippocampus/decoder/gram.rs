//! How many units each two codes share.

use rayon::prelude::*;

use crate::numeric::add_rows;

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

/// Rows that are summed up before a sum of 8 bits could overflow.
const AT_ONCE: usize = 252;

/// For each unit, which of some codes it is in: what another code shares with all of them is then a sum of rows.
struct Within {
    /// 1 where it is, a row a unit.
    rows: Vec<u8>,
    codes: usize,
}

impl Within {
    /// The table of codes of `units` units.
    fn new(codes: &[&[u32]], units: usize) -> Self {
        let n = codes.len();
        let mut rows = vec![0; units * n];
        for (p, code) in codes.iter().enumerate() {
            code.iter().for_each(|&i| rows[i as usize * n + p] = 1);
        }
        Self { rows, codes: n }
    }

    /// Writes how many units a code shares with each of the codes from the `first` on; `sums` is scratch space.
    fn shared(&self, code: &[u32], first: usize, sums: &mut Vec<u8>, out: &mut [f64]) {
        let row =
            |i: u32| &self.rows[i as usize * self.codes + first..(i as usize + 1) * self.codes];
        out.fill(0.0);
        for units in code.chunks(AT_ONCE) {
            sums.clear();
            sums.resize(out.len(), 0);
            add_rows(sums, units, row);
            let shared = out.iter_mut().zip(&*sums);
            pulp::Arch::new().dispatch(|| shared.for_each(|(n, s)| *n += f64::from(*s)));
        }
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
