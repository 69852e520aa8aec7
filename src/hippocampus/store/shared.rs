//! What a state and stored codes have in common.

use super::codes::{common, living};
use crate::numeric::add_rows;

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

/// Rows that are summed up before a sum of 8 bits could overflow.
const AT_ONCE: usize = 252;

/// For each unit, which of some codes it is in: what another code shares with all of them is then a sum of rows.
#[derive(Debug)]
pub struct Within {
    /// 1 where it is, a row a unit.
    rows: Vec<u8>,
    codes: usize,
}

impl Within {
    /// The table of codes of `units` units.
    pub fn new<C: AsRef<[u32]>>(codes: &[C], units: usize) -> Self {
        let n = codes.len();
        let mut rows = vec![0; units * n];
        for (p, code) in codes.iter().enumerate() {
            let code = code.as_ref();
            code.iter().for_each(|&i| rows[i as usize * n + p] = 1);
        }
        Self { rows, codes: n }
    }

    /// Writes how many units a code shares with each of the codes from the `first` on; `sums` is scratch space.
    pub fn shared(&self, code: &[u32], first: usize, sums: &mut Vec<u8>, out: &mut [f64]) {
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
