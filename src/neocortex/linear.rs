//! The linear cell: h_t = W h_{t−1} + z_t. Its local error is δ itself and ∂L/∂h_{t−1} = Wᵀ δ.

use serde::{Deserialize, Serialize};

use super::cell::{self, Cell, InitSpec, Orthogonal, TensorShape};
use crate::numeric::{Block, DMatrix, Real, Rng, gemm};
use crate::params;

params! {
    /// Linear units: h' = W h + U x + b. Tensors: W (N×N), U (N×X), b (N).
    pub struct Linear {
        /// How many units there are (N).
        pub units: usize = 32, [1 ..= 4096], "units", restart;
        /// How the recurrent weights start.
        pub init: InitSpec = InitSpec::Orthogonal(Orthogonal::default()), restart;
        /// The input weights start uniform within plus and minus this.
        pub input_gain: f64 = 0.5, [0 ..= 100], restart;
    }
}

/// Linear cells at run time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LinearCell {
    params: Linear,
    inputs: usize,
}

impl LinearCell {
    /// Cells with `inputs` inputs.
    pub fn new(params: &Linear, inputs: usize) -> Self {
        Self {
            params: params.clone(),
            inputs,
        }
    }
}

impl<R: Real> Cell<R> for LinearCell {
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
        0
    }

    fn local_rows(&self) -> usize {
        self.params.units
    }

    fn drive(&self, w: &[DMatrix<R>], x: Block<'_, R>, columns: usize) -> DMatrix<R> {
        cell::affine(w, x, columns)
    }

    fn step(&self, w: &[DMatrix<R>], h_prev: &[R], z: &[R], h: &mut [R], _: &mut [R]) {
        let n = self.params.units;
        h.copy_from_slice(z);
        gemm(
            h,
            Block::of(&w[0]),
            Block::of_slice(h_prev, n, h_prev.len() / n),
            true,
        );
    }

    fn back(
        &self,
        w: &[DMatrix<R>],
        _: &[R],
        _: &[R],
        _: &[R],
        delta: &[R],
        local: &mut [R],
        back: &mut [R],
    ) {
        let n = self.params.units;
        local.copy_from_slice(delta);
        gemm(
            back,
            Block::of(&w[0]).t(),
            Block::of_slice(delta, n, delta.len() / n),
            false,
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
