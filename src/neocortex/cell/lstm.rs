//! Long short-term memory (Hochreiter & Schmidhuber 1997; forget gate: Gers, Schmidhuber & Cummins 2000).
//!
//! With a = W h + z, z = U x + b, in the order i, f, g, o: i, f, o = σ(a), g = tanh(a); c' = f ⊙ c + i ⊙ g, h' = o ⊙ tanh(c').
//! The state has two slots a unit: h, which the readout and the recurrent weights see, and c. With δ = (δ_h, δ_c):
//! δ_c ← δ_c + δ_h o (1 − tanh²c'), ℓ_i = δ_c g i (1−i), ℓ_f = δ_c c f (1−f), ℓ_g = δ_c i (1−g²), ℓ_o = δ_h tanh(c') o (1−o);
//! ∂L/∂h = Wᵀ ℓ, ∂L/∂c = f δ_c.

use serde::{Deserialize, Serialize};

use super::{
    self as cell, Cell, FanIn, InitSpec, Inside, InsidePart, Orthogonal, Step, TensorShape,
};
use crate::numeric::{Block, DMatrix, Real, Rng, gemm_rows};
use crate::params;

params! {
    /// Long short-term memory with a forget gate. Tensors: W (4N×N: input, forget, new, output), U (4N×X), b (4N).
    pub struct Lstm {
        /// How many units there are (N); the state holds h and c of each.
        pub units: usize = 32, [1 ..= 2048], "units", restart;
        /// How each gate's recurrent weights start.
        pub init: InitSpec = InitSpec::Orthogonal(Orthogonal::default()), restart;
        /// The input weights start uniform within plus and minus this.
        pub input_gain: f64 = 0.5, [0 ..= 100], restart;
        /// The forget gate's bias starts here: the larger, the longer the cells remember.
        pub forget_bias: f64 = 1.0, [-20 ..= 20], restart;
        /// Fraction of the recurrent weights between different units that exist.
        pub connectivity: f64 = 1.0, [0 ..= 1], restart;
    }
}

/// i, f, g and o of each unit.
static INSIDE: Inside = Inside {
    name: "gates",
    parts: &[
        InsidePart {
            name: "input gate i",
            part: 0,
            slot: 0,
            signed: false,
        },
        InsidePart {
            name: "forget gate f",
            part: 1,
            slot: 0,
            signed: false,
        },
        InsidePart {
            name: "new value g",
            part: 2,
            slot: 0,
            signed: true,
        },
        InsidePart {
            name: "output gate o",
            part: 3,
            slot: 0,
            signed: false,
        },
    ],
};

/// Long short-term memory at run time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LstmCell {
    params: Lstm,
    inputs: usize,
}

/// i, f, g, o and tanh(c') of a unit.
struct Gates<R> {
    i: R,
    f: R,
    g: R,
    o: R,
    t: R,
}

impl LstmCell {
    /// Cells with `inputs` inputs.
    pub fn new(params: &Lstm, inputs: usize) -> Self {
        Self {
            params: params.clone(),
            inputs,
        }
    }

    fn gates<R: Real>(&self, aux: &[R], unit: usize) -> Gates<R> {
        let at = |k: usize| aux[k * self.params.units + unit];
        Gates {
            i: at(0),
            f: at(1),
            g: at(2),
            o: at(3),
            t: at(4),
        }
    }
}

impl<R: Real> Gates<R> {
    /// ∂c'/∂a of i, f, g.
    fn to_cell(&self, c_prev: R) -> [R; 3] {
        let one = R::one();
        [
            self.g * self.i * (one - self.i),
            c_prev * self.f * (one - self.f),
            self.i * (one - self.g * self.g),
        ]
    }

    /// ∂h'/∂c'.
    fn out_of_cell(&self) -> R {
        self.o * (R::one() - self.t * self.t)
    }

    /// ∂h'/∂a_o.
    fn to_output(&self) -> R {
        self.t * self.o * (R::one() - self.o)
    }
}

impl<R: Real> Cell<R> for LstmCell {
    fn units(&self) -> usize {
        self.params.units
    }

    fn slots(&self) -> usize {
        2
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn tensors(&self) -> Vec<TensorShape> {
        cell::gated_tensors(4, self.params.units, self.inputs)
    }

    fn init(&self, rng: &mut Rng) -> Vec<DMatrix<R>> {
        let (p, n) = (&self.params, self.params.units);
        let shapes = cell::gated_tensors(4, n, self.inputs);
        let mut tensors = cell::gated_init(&shapes, &p.init, p.connectivity, p.input_gain, rng);
        tensors[2].rows_mut(n, n).fill(R::of(p.forget_bias));
        tensors
    }

    fn aux_rows(&self) -> usize {
        5 * self.params.units
    }

    fn inside(&self) -> Option<&'static Inside> {
        Some(&INSIDE)
    }

    fn local_rows(&self) -> usize {
        4 * self.params.units
    }

    fn drive_rows(&self) -> usize {
        4 * self.params.units
    }

    fn drive(&self, w: &[DMatrix<R>], x: Block<'_, R>, z: &mut [R]) {
        cell::affine(w, x, z);
    }

    fn step(&self, w: &[DMatrix<R>], h_prev: &[R], z: &[R], h: &mut [R], aux: &mut [R]) {
        let n = self.params.units;
        for (aux, z) in aux.chunks_mut(5 * n).zip(z.chunks(4 * n)) {
            aux[..4 * n].copy_from_slice(z);
        }
        gemm_rows(
            aux,
            5 * n,
            0,
            Block::of(&w[0]),
            Block::rows(h_prev, 2 * n, 0, n),
        );
        let each = h.chunks_mut(2 * n).zip(h_prev.chunks(2 * n));
        for ((new, old), aux) in each.zip(aux.chunks_mut(5 * n)) {
            R::sigmoid_all(&mut aux[..2 * n]);
            R::tanh_all(&mut aux[2 * n..3 * n]);
            R::sigmoid_all(&mut aux[3 * n..4 * n]);
            for i in 0..n {
                new[n + i] = aux[n + i] * old[n + i] + aux[i] * aux[2 * n + i];
            }
            aux[4 * n..].copy_from_slice(&new[n..]);
            R::tanh_all(&mut aux[4 * n..]);
            for i in 0..n {
                new[i] = aux[3 * n + i] * aux[4 * n + i];
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
        for b in 0..delta.len() / (2 * n) {
            let aux = &step.aux[b * 5 * n..(b + 1) * 5 * n];
            let column = b * 2 * n;
            for i in 0..n {
                let gates = self.gates(aux, i);
                let at_h = delta[column + i];
                let at_c = delta[column + n + i] + at_h * gates.out_of_cell();
                let inner = gates.to_cell(step.h_prev[column + n + i]);
                for (k, factor) in inner.into_iter().enumerate() {
                    local[b * 4 * n + k * n + i] = factor * at_c;
                }
                local[b * 4 * n + 3 * n + i] = gates.to_output() * at_h;
                back[column + i] = R::zero();
                back[column + n + i] = gates.f * at_c;
            }
        }
        let columns = delta.len() / (2 * n);
        gemm_rows(
            back,
            2 * n,
            0,
            Block::of(&w[0]).t(),
            Block::of_slice(local, 4 * n, columns),
        );
    }

    fn accumulate(&self, step: &Step<'_, R>, local: &[R], grad: &mut [DMatrix<R>]) {
        let n = self.params.units;
        let columns = local.len() / (4 * n);
        cell::outer(
            Block::rows(step.h_prev, 2 * n, 0, n),
            Block::of_slice(step.x, self.inputs, columns),
            Block::of_slice(local, 4 * n, columns),
            grad,
        );
    }

    fn fan_in(&self) -> Vec<FanIn> {
        cell::gated_fan_in(4, self.params.units, self.inputs)
    }

    fn immediate(&self, _: &[DMatrix<R>], step: &Step<'_, R>, d: &mut [R]) {
        let n = self.params.units;
        let to_c = 4 * n;
        for i in 0..n {
            let gates = self.gates(step.aux, i);
            for (k, factor) in gates.to_cell(step.h_prev[n + i]).into_iter().enumerate() {
                d[to_c + k * n + i] = factor;
                d[k * n + i] = factor * gates.out_of_cell();
            }
            d[to_c + 3 * n + i] = R::zero();
            d[3 * n + i] = gates.to_output();
        }
    }

    fn retention(&self, step: &Step<'_, R>, r: &mut [R]) {
        let n = self.params.units;
        for i in 0..n {
            let gates = self.gates(step.aux, i);
            // From h nothing stays without the recurrent weights; c keeps f of itself and shows it in h.
            r[i] = R::zero();
            r[n + i] = gates.f * gates.out_of_cell();
            r[2 * n + i] = R::zero();
            r[3 * n + i] = gates.f;
        }
    }
}
