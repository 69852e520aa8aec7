//! What a state and stored codes have in common.

use super::codes::{common, living};

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
