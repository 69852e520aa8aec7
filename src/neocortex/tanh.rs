//! The leaky tanh cell: h_t = (1−α) h_{t−1} + α tanh(W h_{t−1} + z_t).
//!
//! With g = tanh(…) kept as auxiliary value, the local error is ℓ = α (1 − g²) ⊙ δ and ∂L/∂h_{t−1} = (1−α) δ + Wᵀ ℓ.
//! At α = 1, g is h itself and nothing more is kept.

use serde::{Deserialize, Serialize};

use super::cell::{self, Cell, InitSpec, Orthogonal, TensorShape};
use crate::numeric::{Block, DMatrix, Real, Rng, gemm};
use crate::params;

params! {
    /// Leaky tanh units: h' = (1−α) h + α tanh(W h + U x + b). Tensors: W (N×N), U (N×X), b (N).
    pub struct Tanh {
        /// How many units there are (N).
        pub units: usize = 32, [1 ..= 4096], "units", restart;
        /// Leak α: the fraction of the state replaced at each step.
        pub leak: f64 = 1.0, [0.01 ..= 1], restart;
        /// How the recurrent weights start.
        pub init: InitSpec = InitSpec::Orthogonal(Orthogonal::default()), restart;
        /// The input weights start uniform within plus and minus this.
        pub input_gain: f64 = 0.5, [0 ..= 100], restart;
    }
}

/// Tanh cells at run time.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct TanhCell<R: Real> {
    params: Tanh,
    inputs: usize,
    leak: R,
}

impl<R: Real> TanhCell<R> {
    /// Cells with `inputs` inputs.
    pub fn new(params: &Tanh, inputs: usize) -> Self {
        Self {
            params: params.clone(),
            inputs,
            leak: R::of(params.leak),
        }
    }

    fn leaky(&self) -> bool {
        self.params.leak < 1.0
    }
}

impl<R: Real> Cell<R> for TanhCell<R> {
    fn units(&self) -> usize {
        self.params.units
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn tensors(&self) -> Vec<TensorShape> {
        cell::one_gate(self.params.units, self.inputs)
    }

    fn init(&self, rng: &mut Rng) -> Vec<DMatrix<R>> {
        cell::init_one_gate(
            &self.params.init,
            self.params.units,
            self.inputs,
            self.params.input_gain,
            rng,
        )
    }

    fn aux_rows(&self) -> usize {
        if self.leaky() { self.params.units } else { 0 }
    }

    fn local_rows(&self) -> usize {
        self.params.units
    }

    fn drive(&self, w: &[DMatrix<R>], x: Block<'_, R>, columns: usize) -> DMatrix<R> {
        cell::affine(w, x, columns)
    }

    fn step(&self, w: &[DMatrix<R>], h_prev: &[R], z: &[R], h: &mut [R], aux: &mut [R]) {
        let n = self.params.units;
        h.copy_from_slice(z);
        gemm(
            h,
            Block::of(&w[0]),
            Block::of_slice(h_prev, n, h_prev.len() / n),
            true,
        );
        R::tanh_all(h);
        if self.leaky() {
            let leak = self.leak;
            aux.copy_from_slice(h);
            for (new, old) in h.iter_mut().zip(h_prev) {
                *new = (R::one() - leak) * *old + leak * *new;
            }
        }
    }

    fn back(
        &self,
        w: &[DMatrix<R>],
        _: &[R],
        h: &[R],
        aux: &[R],
        delta: &[R],
        local: &mut [R],
        back: &mut [R],
    ) {
        let n = self.params.units;
        let leak = self.leak;
        let g = if self.leaky() { aux } else { h };
        for ((l, d), g) in local.iter_mut().zip(delta).zip(g) {
            *l = leak * (R::one() - *g * *g) * *d;
        }
        for (b, d) in back.iter_mut().zip(delta) {
            *b = (R::one() - leak) * *d;
        }
        gemm(
            back,
            Block::of(&w[0]).t(),
            Block::of_slice(local, n, local.len() / n),
            true,
        );
    }

    fn accumulate(
        &self,
        h_prev: Block<'_, R>,
        x: Block<'_, R>,
        local: Block<'_, R>,
        grad: &mut [DMatrix<R>],
    ) {
        cell::outer(h_prev, x, local, grad);
    }
}
