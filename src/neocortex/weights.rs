//! Weights and their gradients.

use serde::{Deserialize, Serialize};

use super::TensorShape;
use crate::numeric::{DMatrix, Real, statistics};

/// Named weight tensors: those of the cell, then V and c.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Weights<R: Real> {
    /// Names and shapes.
    pub shapes: Vec<TensorShape>,
    /// Values.
    pub tensors: Vec<DMatrix<R>>,
}

/// The readout's tensors, V and c, stand after those of the cell and of an attention.
const READOUT: usize = 2;

impl<R: Real> Weights<R> {
    /// Shapes of V (Y×N) and c (Y×1).
    pub fn readout(outputs: usize, units: usize) -> [TensorShape; READOUT] {
        [
            TensorShape::matrix("V", outputs, units),
            TensorShape::vector("c", outputs),
        ]
    }

    /// The position of V among the tensors; c follows it.
    pub fn readout_at(&self) -> usize {
        self.tensors.len() - READOUT
    }

    /// Shapes and values of the cell's tensors, and of an attention's: all but V and c.
    pub fn cell(&self) -> impl Iterator<Item = (&TensorShape, &DMatrix<R>)> {
        self.shapes.iter().zip(self.recurrent())
    }

    /// The cell's tensors, and those of an attention.
    pub fn recurrent(&self) -> &[DMatrix<R>] {
        &self.tensors[..self.readout_at()]
    }

    /// V.
    pub fn v(&self) -> &DMatrix<R> {
        &self.tensors[self.readout_at()]
    }

    /// V, to change.
    pub fn v_mut(&mut self) -> &mut DMatrix<R> {
        let at = self.readout_at();
        &mut self.tensors[at]
    }

    /// c.
    pub fn c(&self) -> &DMatrix<R> {
        &self.tensors[self.readout_at() + 1]
    }

    /// c, to change.
    pub fn c_mut(&mut self) -> &mut DMatrix<R> {
        let at = self.readout_at();
        &mut self.tensors[at + 1]
    }

    /// One more tensor before those of the readout.
    pub fn insert(&mut self, shape: TensorShape, tensor: DMatrix<R>) {
        let at = self.readout_at();
        self.shapes.insert(at, shape);
        self.tensors.insert(at, tensor);
    }
}

/// A gradient of the loss *summed* over masked steps, with the number of steps it sums: learning divides by it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Gradient<R: Real> {
    /// One for each weight tensor.
    pub tensors: Vec<DMatrix<R>>,
    /// The part of the cell's tensors contributed by the first quarter of each episode's steps.
    pub remote: Vec<DMatrix<R>>,
    /// Σ mask.
    pub weight: f64,
    /// Σ loss.
    pub loss: f64,
}

impl<R: Real> Gradient<R> {
    /// Zero, in the shapes of `weights`.
    pub fn zeros(weights: &Weights<R>) -> Self {
        let zeros: Vec<_> = weights
            .tensors
            .iter()
            .map(|t| DMatrix::zeros(t.nrows(), t.ncols()))
            .collect();
        let remote = zeros[..weights.readout_at()].to_vec();
        Self {
            tensors: zeros,
            remote,
            weight: 0.0,
            loss: 0.0,
        }
    }

    /// Back to zero.
    pub fn clear(&mut self) {
        for t in self.tensors.iter_mut().chain(&mut self.remote) {
            t.fill(R::zero());
        }
        self.weight = 0.0;
        self.loss = 0.0;
    }

    /// The part that belongs to the recurrent parameters.
    pub fn recurrent(&self) -> &[DMatrix<R>] {
        &self.tensors[..self.remote.len()]
    }

    /// The part that belongs to V and c.
    pub fn readout_mut(&mut self) -> &mut [DMatrix<R>] {
        &mut self.tensors[self.remote.len()..]
    }

    /// The cell's tensors to add to: the whole, or (to be added to as well) the part of the first quarter.
    pub fn part_mut(&mut self, remote: bool) -> &mut [DMatrix<R>] {
        let n = self.remote.len();
        if remote {
            &mut self.remote
        } else {
            &mut self.tensors[..n]
        }
    }

    /// Adds another gradient.
    pub fn add(&mut self, other: &Self) {
        for (t, o) in self.tensors.iter_mut().zip(&other.tensors) {
            *t += o;
        }
        for (t, o) in self.remote.iter_mut().zip(&other.remote) {
            *t += o;
        }
        self.weight += other.weight;
        self.loss += other.loss;
    }

    /// |g|, of the mean gradient over all tensors.
    pub fn norm(&self) -> f64 {
        norm_squared(&self.tensors).sqrt() / self.weight.max(f64::MIN_POSITIVE)
    }

    /// Whether every element is finite.
    pub fn is_finite(&self) -> bool {
        self.tensors
            .iter()
            .all(|t| t.iter().all(|v| num_traits::Float::is_finite(*v)))
    }
}

/// Σ over tensors of their squared elements.
pub fn norm_squared<R: Real>(tensors: &[DMatrix<R>]) -> f64 {
    tensors
        .iter()
        .map(|t| statistics::dot(t.as_slice(), t.as_slice()))
        .sum()
}
