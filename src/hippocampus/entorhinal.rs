//! The entorhinal code: what a cue is made of, and the perforant path that carries it to CA3.
//!
//! The cortical state and input, v = (h, x), are z-scored per unit by running statistics, projected by a fixed random
//! matrix with unit-norm rows, and the k largest become the code e. In a partial cue the missing units stand at their
//! mean, which is 0 after z-scoring. The perforant path sums covariance synapses (c − a)(e − ē)ᵀ over stored engrams; its
//! product with a cue code is computed from the stored codes, Σ_p (c_p − a) (e_p − ē)·e, which is the same sum.

use serde::{Deserialize, Serialize};

use super::store::Code;
use crate::numeric::statistics::Running;
use crate::numeric::{Block, DMatrix, KWinners, Real, Rng, gemm};
use crate::params;

params! {
    /// Sparse code of the cortical state and input.
    pub struct Entorhinal {
        /// How many units there are.
        pub units: usize = 8000, [20 ..= 100000], "units", restart;
        /// Fraction of the units active in a code.
        pub sparsity: f64 = 0.01, [0.0005 ..= 0.5], restart;
    }
}

/// Entorhinal cortex at run time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EntorhinalState {
    params: Entorhinal,
    /// Unit-norm rows, one for each entorhinal unit, and as many as CA3 has units where those are more.
    projection: DMatrix<f32>,
    statistics: Running,
}

impl EntorhinalState {
    /// For states of `width` values; `rows` at least, where a direct CA3 code needs more than there are units.
    pub fn new(params: &Entorhinal, width: usize, rows: usize, rng: &mut Rng) -> Self {
        let mut projection =
            DMatrix::from_fn(params.units.max(rows), width, |_, _| rng.normal() as f32);
        for mut row in projection.row_iter_mut() {
            let norm = row.norm().max(f32::MIN_POSITIVE);
            row /= norm;
        }
        Self {
            params: params.clone(),
            projection,
            statistics: Running::new(width),
        }
    }

    /// Active units of a code.
    pub fn active(&self) -> usize {
        ((self.params.units as f64 * self.params.sparsity).round() as usize).max(1)
    }

    /// Units.
    pub fn units(&self) -> usize {
        self.params.units
    }

    /// Takes the states (width×B) into the running statistics.
    pub fn observe<R: Real>(&mut self, columns: &[R]) {
        let width = self.projection.ncols();
        for column in columns.chunks(width) {
            self.statistics.add(column.iter().map(|v| v.f64()));
        }
    }

    /// Activations of all rows for states (width×B); `known` says which values are there, the others stand at their mean.
    pub fn activations<R: Real>(&self, columns: &[R], known: Option<&[bool]>) -> DMatrix<f32> {
        let width = self.projection.ncols();
        let count = columns.len() / width;
        let scored: Vec<f32> = columns
            .iter()
            .enumerate()
            .map(|(i, v)| {
                let unit = i % width;
                if known.is_some_and(|known| !known[unit]) {
                    return 0.0;
                }
                ((v.f64() - self.statistics.mean(unit)) / self.statistics.deviation(unit, 1e-3))
                    as f32
            })
            .collect();
        let mut out = DMatrix::zeros(self.projection.nrows(), count);
        gemm(
            out.as_mut_slice(),
            Block::of(&self.projection),
            Block::of_slice(&scored, width, count),
            false,
        );
        out
    }

    /// The code of one column of activations.
    pub fn code(&self, activations: &[f32], winners: &mut KWinners) -> Code {
        let mut code = Code::new();
        winners.choose(&activations[..self.params.units], self.active(), &mut code);
        code
    }

    /// Input to CA3's `m` units through the perforant path: from a cue code over stored pairs (CA3 code, entorhinal code,
    /// strength). `cut` marks entorhinal units whose axons are cut.
    pub fn perforant<'a>(
        &self,
        cue: &[u32],
        cut: &[bool],
        stored: impl Iterator<Item = (&'a [u32], &'a [u32], f32)>,
        m: usize,
    ) -> Vec<f32> {
        let mut lit = vec![false; self.params.units];
        for &i in cue {
            lit[i as usize] = !cut.get(i as usize).copied().unwrap_or(false);
        }
        let spoken = lit.iter().filter(|l| **l).count();
        let mut input = vec![0.0; m];
        for (code, entorhinal, strength) in stored {
            let mean = entorhinal.len() as f32 / self.params.units as f32 * spoken as f32;
            let shared = entorhinal.iter().filter(|&&i| lit[i as usize]).count() as f32 - mean;
            for &i in code {
                input[i as usize] += strength * shared;
            }
            // The part − a (e_p − ē)·e is the same for every unit and decides nothing between them.
        }
        input
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_states_get_like_codes() {
        let mut rng = Rng::named(6, "test");
        let mut ec = EntorhinalState::new(&Entorhinal::default(), 20, 0, &mut rng);
        let states: Vec<Vec<f64>> = (0..50)
            .map(|_| (0..20).map(|_| rng.normal()).collect())
            .collect();
        states.iter().for_each(|s| ec.observe(s));
        let mut winners = KWinners::default();
        let mut code = |s: &[f64]| ec.code(ec.activations(s, None).as_slice(), &mut winners);
        let near: Vec<f64> = states[0].iter().map(|v| v + 0.05).collect();
        let share = |a: &[u32], b: &[u32]| super::super::store::overlap(a, b);
        assert!(share(&code(&states[0]), &code(&near)) > 0.7);
        assert!(share(&code(&states[0]), &code(&states[1])) < 0.3);
    }
}
