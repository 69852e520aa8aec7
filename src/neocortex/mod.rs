//! The neocortex: a recurrent network of cells, a linear readout, a loss and an optimizer.
//!
//! One column is one episode. Per step, with x the input and z = U x + b the drive:
//! s_t = f(s_{t−1}, z_t), y_t = V h_t + c, where s is the state (S rows) and h the units' output (N rows) within it.

mod cell;
mod linearisation;
mod loss;
mod optimizer;
mod readout;
mod weights;

pub use cell::{
    Cell, CellSpec, CellState, Chain, ChainCell, FanIn, Gaussian, Gru, GruCell, InitSpec, Inside,
    InsidePart, Invertible, Linear, Lstm, LstmCell, OneGate, OneGated, Orthogonal, Reversible,
    ReversibleCell, Step, Tanh, TensorShape, first,
};
pub use linearisation::Linearisation;
pub use loss::{CrossEntropy, Loss, LossSpec, Score, SquaredError, score};
pub use optimizer::{Adam, Momentum, Optimizer, OptimizerSpec, Sgd};
pub use readout::{FirstUnits, Learned, ReadoutKind, ReadoutSpec};
pub use weights::{Gradient, Weights};

use serde::{Deserialize, Serialize};

use crate::numeric::{Block, DMatrix, Real, Rng, gemm};

/// A recurrent network with its weights.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Cortex<R: Real> {
    /// The cells.
    pub cell: CellState<R>,
    /// Tensors of the cell, those of an attention where there is one, then V (Y×N) and c (Y×1).
    pub weights: Weights<R>,
    /// How outputs are scored.
    pub loss: LossSpec,
    /// Largest distance from the target that counts as right, for squared error.
    pub tolerance: f64,
    /// Units silenced by a lesion: their state is 0 and nothing is learned through them.
    silenced: Vec<u32>,
    fan_in: Vec<FanIn>,
    /// Elements of the tensors that do not exist and are never learned.
    absent: Vec<(usize, u32)>,
    /// Whether V and c stay as they are.
    readout_fixed: bool,
}

impl<R: Real> Cortex<R> {
    /// A new network with `inputs` inputs and `outputs` outputs.
    pub fn new(
        spec: &CellSpec,
        inputs: usize,
        outputs: usize,
        loss: LossSpec,
        tolerance: f64,
        rng: &mut Rng,
    ) -> Self {
        let cell = CellState::new(spec, inputs);
        let n = cell.as_dyn().units();
        let mut shapes = cell.as_dyn().tensors();
        let mut tensors = cell.as_dyn().init(rng);
        // Only a recurrent weight that does not exist starts at exactly 0.
        let absent = match shapes.first() {
            Some(shape) if shape.name == "W" => (0..tensors[0].len() as u32)
                .filter(|&i| tensors[0][i as usize] == R::zero())
                .map(|i| (0, i))
                .collect(),
            _ => Vec::new(),
        };
        // V uniform within ±1/√N, c = 0: the answer starts near chance.
        let bound = 1.0 / (n as f64).sqrt();
        tensors.push(cell::uniform(outputs, n, bound, rng));
        tensors.push(DMatrix::zeros(outputs, 1));
        shapes.extend(Weights::<R>::readout(outputs, n));
        Self {
            fan_in: cell.as_dyn().fan_in(),
            cell,
            weights: Weights { shapes, tensors },
            loss,
            tolerance,
            silenced: Vec::new(),
            absent,
            readout_fixed: false,
        }
    }

    /// With outputs made as `spec` says.
    pub fn with_readout(mut self, spec: &ReadoutSpec) -> Self {
        if spec.kind().is_fixed() {
            self.readout_fixed = true;
            self.weights.v_mut().fill_with_identity();
        }
        self
    }

    /// The weights of these outputs start anew, uniform within ±1/√N; those of a fixed readout stay.
    pub fn renew_outputs(&mut self, outputs: &[u32], rng: &mut Rng) {
        if self.readout_fixed {
            return;
        }
        let bound = 1.0 / (self.units() as f64).sqrt();
        for &output in outputs {
            let output = output as usize;
            for weight in self.weights.v_mut().row_mut(output).iter_mut() {
                *weight = R::of(bound * (2.0 * rng.uniform() - 1.0));
            }
            self.weights.c_mut()[output] = R::zero();
        }
    }

    /// With tensors that are learned beside those of the cell: K×N each, normal of standard deviation 1/√N.
    pub fn with_attention(mut self, names: &[&str], keys: usize, rng: &mut Rng) -> Self {
        let n = self.units();
        for name in names {
            let scale = 1.0 / (n as f64).sqrt();
            let tensor = DMatrix::from_fn(keys, n, |_, _| R::of(scale * rng.normal()));
            let shape = TensorShape::matrix(name, keys, n);
            self.weights.insert(shape, tensor);
        }
        self
    }

    /// N: units that the readout sees.
    pub fn units(&self) -> usize {
        self.cell.as_dyn().units()
    }

    /// S: rows of the state.
    pub fn state(&self) -> usize {
        self.cell.as_dyn().units() * self.cell.as_dyn().slots()
    }

    /// X.
    pub fn inputs(&self) -> usize {
        self.cell.as_dyn().inputs()
    }

    /// Y.
    pub fn outputs(&self) -> usize {
        self.v().nrows()
    }

    /// Which tensor feeds which pre-activations.
    pub fn fan_in(&self) -> &[FanIn] {
        &self.fan_in
    }

    /// The cell's tensors, and those of an attention.
    pub fn recurrent(&self) -> &[DMatrix<R>] {
        self.weights.recurrent()
    }

    /// How many parameters the cell has.
    pub fn parameters(&self) -> usize {
        let fan_in = self.fan_in.iter();
        fan_in.map(|f| f.local.len() * f.source.len()).sum()
    }

    /// To which units each unit sends recurrent weights, in ascending order. For cells with a tensor W.
    pub fn followers(&self) -> Vec<Vec<u32>> {
        let n = self.units();
        let gates = self.weights.tensors[0].nrows() / n;
        let absent: std::collections::HashSet<u32> = self.absent.iter().map(|&(_, i)| i).collect();
        (0..n)
            .map(|from| {
                let exists = |to: usize| {
                    (0..gates).any(|g| {
                        let i = from * gates * n + g * n + to;
                        !absent.contains(&(i as u32))
                    })
                };
                (0..n)
                    .filter(|&to| exists(to))
                    .map(|to| to as u32)
                    .collect()
            })
            .collect()
    }

    /// V.
    pub fn v(&self) -> &DMatrix<R> {
        self.weights.v()
    }

    /// Units silenced by a lesion.
    pub fn silenced(&self) -> &[u32] {
        &self.silenced
    }

    /// Silences these units and no others.
    pub fn set_silenced(&mut self, units: Vec<u32>) {
        self.cell.as_dyn_mut().silence(&units);
        self.silenced = units;
    }

    /// The same network in double precision, where its cells are reversible.
    pub fn in_f64(&self) -> Option<Cortex<f64>> {
        let tensors = &self.weights.tensors;
        Some(Cortex {
            cell: self.cell.as_dyn().in_f64()?,
            weights: Weights {
                shapes: self.weights.shapes.clone(),
                tensors: tensors.iter().map(|t| t.map(Real::f64)).collect(),
            },
            loss: self.loss.clone(),
            tolerance: self.tolerance,
            silenced: self.silenced.clone(),
            fan_in: self.fan_in.clone(),
            absent: self.absent.clone(),
            readout_fixed: self.readout_fixed,
        })
    }

    /// An empty gradient of these weights.
    pub fn gradient(&self) -> Gradient<R> {
        Gradient::zeros(&self.weights)
    }

    /// Takes out of a gradient what is not learned: weights that do not exist, and a fixed readout.
    pub fn prune(&self, gradient: &mut Gradient<R>) {
        for &(tensor, i) in &self.absent {
            gradient.tensors[tensor][i as usize] = R::zero();
            gradient.remote[tensor][i as usize] = R::zero();
        }
        if self.readout_fixed {
            for tensor in gradient.readout_mut() {
                tensor.fill(R::zero());
            }
        }
    }

    /// Rows of z.
    pub fn drive_rows(&self) -> usize {
        self.cell.as_dyn().drive_rows()
    }

    /// z ← U x + b.
    pub fn drive_into(&self, x: Block<'_, R>, z: &mut [R]) {
        self.cell.as_dyn().drive(self.recurrent(), x, z);
    }

    /// s ← f(s_prev, z), and what the backward pass wants to know of it into `aux`. All hold B columns.
    pub fn step(&self, h_prev: &[R], z: &[R], h: &mut [R], aux: &mut [R]) {
        self.cell.as_dyn().step(self.recurrent(), h_prev, z, h, aux);
        self.silence(h);
    }

    /// Given δ = ∂L/∂s_t, sets `local` to the errors at the pre-activations and `back` to ∂L/∂s_{t−1}.
    pub fn back(&self, step: &Step<'_, R>, delta: &mut [R], local: &mut [R], back: &mut [R]) {
        self.silence(delta);
        self.cell
            .as_dyn()
            .back(self.recurrent(), step, delta, local, back);
    }

    /// Adds to `grad` the gradient of the cell's tensors from `local` errors at one or many steps.
    pub fn accumulate(&self, step: &Step<'_, R>, local: &[R], grad: &mut [DMatrix<R>]) {
        self.cell.as_dyn().accumulate(step, local, grad);
    }

    /// Column `b` of a step.
    pub fn column<'a>(&self, step: &Step<'a, R>, b: usize) -> Step<'a, R> {
        let cut = |values: &'a [R], rows: usize| &values[b * rows..(b + 1) * rows];
        let (rows, aux) = (self.state(), self.aux_rows());
        Step {
            h_prev: cut(step.h_prev, rows),
            x: cut(step.x, self.inputs()),
            h: cut(step.h, rows),
            aux: cut(step.aux, aux),
        }
    }

    /// y = V h + c for B columns of the state.
    pub fn read(&self, h: &[R], aux: &[R]) -> DMatrix<R> {
        let columns = h.len() / self.state().max(1);
        let mut y = DMatrix::zeros(self.outputs(), columns);
        for mut column in y.column_iter_mut() {
            column.copy_from(&self.weights.c().column(0));
        }
        let output = self.cell.as_dyn().output(h, aux);
        gemm(y.as_mut_slice(), Block::of(self.v()), output, true);
        y
    }

    /// Scores B columns of states: outputs, loss and ∂L/∂y, all sums over the masked columns.
    pub fn score(&self, h: &[R], aux: &[R], targets: &[R], mask: &[R]) -> Score<R> {
        score(&self.loss, self.tolerance, self.read(h, aux), targets, mask)
    }

    /// Adds to δ (S×B) the readout's ∂L/∂s.
    pub fn credit(&self, aux: &[R], dy: &DMatrix<R>, delta: &mut [R]) {
        self.credit_through(self.v(), aux, dy, delta);
    }

    /// Adds to δ (S×B) the readout's ∂L/∂s as if its weights were `v`.
    pub fn credit_through(&self, v: &DMatrix<R>, aux: &[R], dy: &DMatrix<R>, delta: &mut [R]) {
        self.cell.as_dyn().credit(v, aux, dy, delta);
        self.silence(delta);
    }

    /// Adds to `grad` the gradient of V and c at one step.
    pub fn accumulate_readout(&self, h: &[R], aux: &[R], dy: &DMatrix<R>, grad: &mut Gradient<R>) {
        let n = grad.tensors.len();
        let output = self.cell.as_dyn().output(h, aux);
        gemm(
            grad.tensors[n - 2].as_mut_slice(),
            Block::of(dy),
            output.t(),
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

    /// What of them there is to be seen.
    pub fn inside(&self) -> Option<&'static Inside> {
        self.cell.as_dyn().inside()
    }

    /// L: rows of `local` that the cell wants.
    pub fn local_rows(&self) -> usize {
        self.cell.as_dyn().local_rows()
    }

    /// Sets every slot of the silenced units to 0.
    pub fn silence(&self, columns: &mut [R]) {
        if self.silenced.is_empty() {
            return;
        }
        for slots in columns.chunks_mut(self.units().max(1)) {
            for &i in &self.silenced {
                slots[i as usize] = R::zero();
            }
        }
    }
}
