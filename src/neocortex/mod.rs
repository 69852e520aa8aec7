//! The neocortex: a recurrent network of cells, a linear readout, a loss and an optimizer.
//!
//! One column is one episode. Per step, with x the input and z = U x + b the drive (made for many steps at once):
//! h_t = f(h_{t−1}, z_t), y_t = V h_t + c.

mod cell;
mod linear;
mod loss;
mod optimizer;
mod tanh;
mod weights;

pub use cell::{Cell, CellSpec, CellState, Gaussian, InitSpec, Orthogonal, TensorShape};
pub use linear::{Linear, LinearCell};
pub use loss::{Score, score};
pub use optimizer::{Adam, Momentum, Optimizer, OptimizerSpec, Sgd};
pub use tanh::{Tanh, TanhCell};
pub use weights::{Gradient, Weights};

use serde::{Deserialize, Serialize};

use crate::numeric::{Block, DMatrix, Real, Rng, gemm};
use crate::task::LossKind;

/// A recurrent network with its weights.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Cortex<R: Real> {
    /// The cells.
    pub cell: CellState<R>,
    /// Tensors of the cell, then V (Y×N) and c (Y×1).
    pub weights: Weights<R>,
    /// How outputs are scored.
    pub loss: LossKind,
    /// Largest distance from the target that counts as right, for squared error.
    pub tolerance: f64,
    /// Units silenced by a lesion: their state is 0 and nothing is learned through them.
    pub silenced: Vec<u32>,
}

impl<R: Real> Cortex<R> {
    /// A new network with `inputs` inputs and `outputs` outputs.
    pub fn new(
        spec: &CellSpec,
        inputs: usize,
        outputs: usize,
        loss: LossKind,
        tolerance: f64,
        rng: &mut Rng,
    ) -> Self {
        let cell = CellState::new(spec, inputs);
        let n = cell.as_dyn().units();
        let mut shapes = cell.as_dyn().tensors();
        let mut tensors = cell.as_dyn().init(rng);
        // V uniform within ±1/√N, c = 0: the answer starts near chance.
        let bound = 1.0 / (n as f64).sqrt();
        tensors.push(DMatrix::from_fn(outputs, n, |_, _| {
            R::of(bound * (2.0 * rng.uniform() - 1.0))
        }));
        tensors.push(DMatrix::zeros(outputs, 1));
        shapes.push(TensorShape::matrix("V", outputs, n));
        shapes.push(TensorShape::vector("c", outputs));
        Self {
            cell,
            weights: Weights { shapes, tensors },
            loss,
            tolerance,
            silenced: Vec::new(),
        }
    }

    /// N: length of the state.
    pub fn units(&self) -> usize {
        self.cell.as_dyn().units()
    }

    /// X.
    pub fn inputs(&self) -> usize {
        self.cell.as_dyn().inputs()
    }

    /// Y.
    pub fn outputs(&self) -> usize {
        self.v().nrows()
    }

    fn recurrent(&self) -> &[DMatrix<R>] {
        &self.weights.tensors[..self.weights.tensors.len() - 2]
    }

    fn v(&self) -> &DMatrix<R> {
        &self.weights.tensors[self.weights.tensors.len() - 2]
    }

    fn c(&self) -> &DMatrix<R> {
        &self.weights.tensors[self.weights.tensors.len() - 1]
    }

    /// An empty gradient of these weights.
    pub fn gradient(&self) -> Gradient<R> {
        Gradient::zeros(&self.weights)
    }

    /// z = U x + b for as many columns as `x` has.
    pub fn drive(&self, x: Block<'_, R>, columns: usize) -> DMatrix<R> {
        self.cell.as_dyn().drive(self.recurrent(), x, columns)
    }

    /// h ← f(h_prev, z), and what the backward pass wants to know of it into `aux`. All hold B columns.
    pub fn step(&self, h_prev: &[R], z: &[R], h: &mut [R], aux: &mut [R]) {
        self.cell.as_dyn().step(self.recurrent(), h_prev, z, h, aux);
        self.silence(h);
    }

    /// Given δ = ∂L/∂h_t, sets `local` to ∂L/∂z-like per-unit errors and `back` to ∂L/∂h_{t−1}.
    pub fn back(
        &self,
        h_prev: &[R],
        h: &[R],
        aux: &[R],
        delta: &mut [R],
        local: &mut [R],
        back: &mut [R],
    ) {
        self.silence(delta);
        self.cell
            .as_dyn()
            .back(self.recurrent(), h_prev, h, aux, delta, local, back);
    }

    /// Adds to `grad` the gradient of the cell's tensors from `local` errors at `columns` steps with their h_prev and x.
    pub fn accumulate(
        &self,
        h_prev: Block<'_, R>,
        x: Block<'_, R>,
        local: Block<'_, R>,
        grad: &mut [DMatrix<R>],
    ) {
        self.cell.as_dyn().accumulate(h_prev, x, local, grad);
    }

    /// y = V h + c for B columns of `h`.
    pub fn read(&self, h: &[R]) -> DMatrix<R> {
        let columns = h.len() / self.units().max(1);
        let mut y = DMatrix::zeros(self.outputs(), columns);
        for mut column in y.column_iter_mut() {
            column.copy_from(&self.c().column(0));
        }
        let h = Block::of_slice(h, self.units(), columns);
        gemm(y.as_mut_slice(), Block::of(self.v()), h, true);
        y
    }

    /// Scores B columns of states: outputs, loss and ∂L/∂y, all sums over the masked columns.
    pub fn score(&self, h: &[R], targets: &[R], mask: &[R]) -> Score<R> {
        score(self.loss, self.tolerance, self.read(h), targets, mask)
    }

    /// Adds to δ the readout's ∂L/∂h = Vᵀ ∂L/∂y.
    pub fn credit(&self, dy: &DMatrix<R>, delta: &mut [R]) {
        gemm(delta, Block::of(self.v()).t(), Block::of(dy), true);
        self.silence(delta);
    }

    /// Adds to `grad` the gradient of V and c at one step.
    pub fn accumulate_readout(&self, h: &[R], dy: &DMatrix<R>, grad: &mut Gradient<R>) {
        let n = grad.tensors.len();
        let h = Block::of_slice(h, self.units(), dy.ncols());
        gemm(
            grad.tensors[n - 2].as_mut_slice(),
            Block::of(dy),
            h.t(),
            true,
        );
        for column in dy.column_iter() {
            for (g, d) in grad.tensors[n - 1].iter_mut().zip(column.iter()) {
                *g += *d;
            }
        }
    }

    /// Rows of `aux` that the cell wants.
    pub fn aux_rows(&self) -> usize {
        self.cell.as_dyn().aux_rows()
    }

    /// Rows of `local` that the cell wants.
    pub fn local_rows(&self) -> usize {
        self.cell.as_dyn().local_rows()
    }

    fn silence(&self, columns: &mut [R]) {
        if self.silenced.is_empty() {
            return;
        }
        for column in columns.chunks_mut(self.units().max(1)) {
            for &i in &self.silenced {
                column[i as usize] = R::zero();
            }
        }
    }
}
