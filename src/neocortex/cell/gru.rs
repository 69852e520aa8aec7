//! The gated recurrent unit (Cho et al. 2014), with the reset gate applied after the product.
//!
//! r = σ(W_r h + z_r), u = σ(W_u h + z_u), q = W_n h, n = tanh(z_n + r ⊙ q), h' = (1 − u) ⊙ n + u ⊙ h, with z = U x + b.
//! Resetting after the product keeps the immediate influence within the unit; before it, U_n (r ⊙ h) would mix units.
//! There are four pre-activations a unit, in this order: a_r, a_u, q, a_n. With δ = ∂L/∂h':
//! ℓ_n = δ (1−u)(1−n²), ℓ_q = r ℓ_n, ℓ_r = q r (1−r) ℓ_n, ℓ_u = δ (h − n) u (1−u), ∂L/∂h = u δ + W_rᵀℓ_r + W_uᵀℓ_u + W_nᵀℓ_q.

use serde::{Deserialize, Serialize};

use super::{
    self as cell, Cell, FanIn, InitSpec, Inside, InsidePart, Orthogonal, Step, TensorShape,
};
use crate::numeric::{Block, DMatrix, Real, Rng, gemm, gemm_rows};
use crate::params;

params! {
    /// Gated recurrent units, reset after the product. Tensors: W (3N×N: reset, update, new), U (3N×X), b (3N).
    pub struct Gru {
        /// How many units there are (N).
        pub units: usize = 32, [1 ..= 2048], "units", restart;
        /// How each gate's recurrent weights start.
        pub init: InitSpec = InitSpec::Orthogonal(Orthogonal::default()), restart;
        /// The input weights start uniform within plus and minus this.
        pub input_gain: f64 = 0.5, [0 ..= 100], restart;
        /// The update gate's bias starts here: the larger, the longer the units remember.
        pub update_bias: f64 = 1.0, [-20 ..= 20], restart;
        /// Fraction of the recurrent weights between different units that exist.
        pub connectivity: f64 = 1.0, [0 ..= 1], restart;
    }
}

/// r, u and n of each unit.
static INSIDE: Inside = Inside {
    name: "gates",
    parts: &[
        InsidePart {
            name: "reset gate r",
            part: 0,
            slot: 0,
            signed: false,
        },
        InsidePart {
            name: "update gate u",
            part: 1,
            slot: 0,
            signed: false,
        },
        InsidePart {
            name: "new value n",
            part: 2,
            slot: 0,
            signed: true,
        },
    ],
};

/// Gated recurrent units at run time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GruCell {
    params: Gru,
    inputs: usize,
}

impl GruCell {
    /// Cells with `inputs` inputs.
    pub fn new(params: &Gru, inputs: usize) -> Self {
        Self {
            params: params.clone(),
            inputs,
        }
    }

    /// Factors of δ at the four pre-activations of each unit: [r, u, q, n] from h_prev and aux.
    fn factors<R: Real>(h_prev: R, [r, u, n, q]: [R; 4]) -> [R; 4] {
        let one = R::one();
        let at_n = (one - u) * (one - n * n);
        [
            at_n * q * r * (one - r),
            (h_prev - n) * u * (one - u),
            at_n * r,
            at_n,
        ]
    }

    /// r, u, n, q of unit i in one column of aux.
    fn gates<R: Real>(&self, aux: &[R], i: usize) -> [R; 4] {
        let n = self.params.units;
        [aux[i], aux[n + i], aux[2 * n + i], aux[3 * n + i]]
    }
}

impl<R: Real> Cell<R> for GruCell {
    fn units(&self) -> usize {
        self.params.units
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn tensors(&self) -> Vec<TensorShape> {
        cell::gated_tensors(3, self.params.units, self.inputs)
    }

    fn init(&self, rng: &mut Rng) -> Vec<DMatrix<R>> {
        let (p, n) = (&self.params, self.params.units);
        let shapes = cell::gated_tensors(3, n, self.inputs);
        let mut tensors = cell::gated_init(&shapes, &p.init, p.connectivity, p.input_gain, rng);
        tensors[2].rows_mut(n, n).fill(R::of(p.update_bias));
        tensors
    }

    fn aux_rows(&self) -> usize {
        4 * self.params.units
    }

    fn inside(&self) -> Option<&'static Inside> {
        Some(&INSIDE)
    }

    fn local_rows(&self) -> usize {
        4 * self.params.units
    }

    fn drive_rows(&self) -> usize {
        3 * self.params.units
    }

    fn drive(&self, w: &[DMatrix<R>], x: Block<'_, R>, z: &mut [R]) {
        cell::affine(w, x, z);
    }

    fn step(&self, w: &[DMatrix<R>], h_prev: &[R], z: &[R], h: &mut [R], aux: &mut [R]) {
        let n = self.params.units;
        let columns = h.len() / n;
        // aux ← [z_r + W_r h, z_u + W_u h, W_n h → n, q]
        for (aux, z) in aux.chunks_mut(4 * n).zip(z.chunks(3 * n)) {
            aux[..2 * n].copy_from_slice(&z[..2 * n]);
            aux[2 * n..].fill(R::zero());
        }
        let past = Block::of_slice(h_prev, n, columns);
        gemm_rows(
            aux,
            4 * n,
            0,
            Block::rows(w[0].as_slice(), 3 * n, 0, 2 * n),
            past,
        );
        gemm_rows(
            aux,
            4 * n,
            3 * n,
            Block::rows(w[0].as_slice(), 3 * n, 2 * n, n),
            past,
        );
        let each = h.chunks_mut(n).zip(h_prev.chunks(n));
        for (((h, past), aux), z) in each.zip(aux.chunks_mut(4 * n)).zip(z.chunks(3 * n)) {
            R::sigmoid_all(&mut aux[..2 * n]);
            for i in 0..n {
                aux[2 * n + i] = z[2 * n + i] + aux[i] * aux[3 * n + i];
            }
            R::tanh_all(&mut aux[2 * n..3 * n]);
            for i in 0..n {
                let u = aux[n + i];
                h[i] = (R::one() - u) * aux[2 * n + i] + u * past[i];
            }
        }
    }

    fn back(
        &self,
        w: &[DMatrix<R>],
        step: &Step<'_, R>,
        delta: &[R],
        local: &mut [R],
        back: &mut [R],
    ) {
        let n = self.params.units;
        let columns = delta.len() / n;
        for b in 0..columns {
            let aux = &step.aux[b * 4 * n..(b + 1) * 4 * n];
            for i in 0..n {
                let d = delta[b * n + i];
                let factors = Self::factors(step.h_prev[b * n + i], self.gates(aux, i));
                for (gate, factor) in factors.into_iter().enumerate() {
                    local[b * 4 * n + gate * n + i] = factor * d;
                }
                back[b * n + i] = aux[n + i] * d;
            }
        }
        gemm(
            back,
            Block::of(&w[0]).t(),
            Block::rows(local, 4 * n, 0, 3 * n),
            true,
        );
    }

    fn accumulate(&self, step: &Step<'_, R>, local: &[R], grad: &mut [DMatrix<R>]) {
        let (n, x) = (self.params.units, self.inputs);
        let columns = local.len() / (4 * n);
        let past = Block::of_slice(step.h_prev, n, columns).t();
        let input = Block::of_slice(step.x, x, columns).t();
        let rows = |from, count| Block::rows(local, 4 * n, from, count);
        gemm(grad[0].as_mut_slice(), rows(0, 3 * n), past, true);
        gemm_rows(grad[1].as_mut_slice(), 3 * n, 0, rows(0, 2 * n), input);
        gemm_rows(grad[1].as_mut_slice(), 3 * n, 2 * n, rows(3 * n, n), input);
        let b = grad[2].as_mut_slice();
        rows(0, 2 * n).add_columns_to(&mut b[..2 * n]);
        rows(3 * n, n).add_columns_to(&mut b[2 * n..]);
    }

    fn fan_in(&self) -> Vec<FanIn> {
        let (n, x) = (self.params.units, self.inputs);
        let fan = |tensor, row, local, source| FanIn {
            tensor,
            row,
            local,
            source,
        };
        let (inputs, one) = (n..n + x, n + x..n + x + 1);
        vec![
            fan(0, 0, 0..3 * n, 0..n),
            fan(1, 0, 0..2 * n, inputs.clone()),
            fan(1, 2 * n, 3 * n..4 * n, inputs),
            fan(2, 0, 0..2 * n, one.clone()),
            fan(2, 2 * n, 3 * n..4 * n, one),
        ]
    }

    fn immediate(&self, _: &[DMatrix<R>], step: &Step<'_, R>, d: &mut [R]) {
        let n = self.params.units;
        for i in 0..n {
            let factors = Self::factors(step.h_prev[i], self.gates(step.aux, i));
            for (gate, factor) in factors.into_iter().enumerate() {
                d[gate * n + i] = factor;
            }
        }
    }

    fn retention(&self, step: &Step<'_, R>, r: &mut [R]) {
        let n = self.params.units;
        r.copy_from_slice(&step.aux[n..2 * n]);
    }
}
