//! The cells with one pre-activation a unit: leaky tanh units and linear ones.
//!
//! With a_t = W h_{t−1} + z_t: Tanh h_t = (1−α) h_{t−1} + α tanh(a_t), Linear h_t = a_t (α = 1).
//! With g = tanh(a) kept as auxiliary value (at α = 1, g is h itself), D = α f'(a) with f' = 1 − g² or 1, the local error
//! is ℓ = D ⊙ δ and ∂L/∂h_{t−1} = (1−α) δ + Wᵀ ℓ.

use serde::{Deserialize, Serialize};

use super::{self as cell, Cell, FanIn, InitSpec, Orthogonal, Step, TensorShape};
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
        /// Fraction of the recurrent weights between different units that exist.
        pub connectivity: f64 = 1.0, [0 ..= 1], restart;
    }
}

params! {
    /// Linear units: h' = W h + U x + b. Tensors: W (N×N), U (N×X), b (N).
    pub struct Linear {
        /// How many units there are (N).
        pub units: usize = 32, [1 ..= 4096], "units", restart;
        /// How the recurrent weights start.
        pub init: InitSpec = InitSpec::Orthogonal(Orthogonal::default()), restart;
        /// The input weights start uniform within plus and minus this.
        pub input_gain: f64 = 0.5, [0 ..= 100], restart;
        /// Fraction of the recurrent weights between different units that exist.
        pub connectivity: f64 = 1.0, [0 ..= 1], restart;
    }
}

/// Cells with one pre-activation a unit, at run time.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct OneGate<R: Real> {
    params: Tanh,
    inputs: usize,
    leak: R,
    linear: bool,
}

/// Parameters of a cell with one pre-activation a unit.
pub trait OneGated {
    /// Whether f is the identity.
    const LINEAR: bool;
    /// As those of leaky units.
    fn leaky(&self) -> Tanh;
}

impl OneGated for Tanh {
    const LINEAR: bool = false;

    fn leaky(&self) -> Tanh {
        self.clone()
    }
}

impl OneGated for Linear {
    const LINEAR: bool = true;

    fn leaky(&self) -> Tanh {
        Tanh {
            units: self.units,
            leak: 1.0,
            init: self.init.clone(),
            input_gain: self.input_gain,
            connectivity: self.connectivity,
        }
    }
}

impl<R: Real> OneGate<R> {
    /// Cells with `inputs` inputs.
    pub fn new<P: OneGated>(params: &P, inputs: usize) -> Self {
        let params = params.leaky();
        Self {
            leak: R::of(params.leak),
            params,
            inputs,
            linear: P::LINEAR,
        }
    }

    fn leaky(&self) -> bool {
        self.params.leak < 1.0
    }

    /// D for every unit, from g, and what goes with it.
    fn slope(&self, g: R) -> R {
        if self.linear {
            R::one()
        } else {
            self.leak * (R::one() - g * g)
        }
    }

    fn g<'a>(&self, step: &Step<'a, R>) -> &'a [R] {
        if self.leaky() { step.aux } else { step.h }
    }
}

impl<R: Real> Cell<R> for OneGate<R> {
    fn units(&self) -> usize {
        self.params.units
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn fixed_leak(&self) -> bool {
        true
    }

    fn tensors(&self) -> Vec<TensorShape> {
        cell::gated_tensors(1, self.params.units, self.inputs)
    }

    fn init(&self, rng: &mut Rng) -> Vec<DMatrix<R>> {
        let p = &self.params;
        let shapes = cell::gated_tensors(1, p.units, self.inputs);
        cell::gated_init(&shapes, &p.init, p.connectivity, p.input_gain, rng)
    }

    fn aux_rows(&self) -> usize {
        if self.leaky() { self.params.units } else { 0 }
    }

    fn local_rows(&self) -> usize {
        self.params.units
    }

    fn drive_rows(&self) -> usize {
        self.params.units
    }

    fn drive(&self, w: &[DMatrix<R>], x: Block<'_, R>, z: &mut [R]) {
        cell::affine(w, x, z);
    }

    fn step(&self, w: &[DMatrix<R>], h_prev: &[R], z: &[R], h: &mut [R], aux: &mut [R]) {
        let n = self.params.units;
        h.copy_from_slice(z);
        let columns = h_prev.len() / n;
        gemm(
            h,
            Block::of(&w[0]),
            Block::of_slice(h_prev, n, columns),
            true,
        );
        if self.linear {
            return;
        }
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
        step: &Step<'_, R>,
        delta: &[R],
        local: &mut [R],
        back: &mut [R],
    ) {
        let n = self.params.units;
        for ((l, d), g) in local.iter_mut().zip(delta).zip(self.g(step)) {
            *l = self.slope(*g) * *d;
        }
        for (b, d) in back.iter_mut().zip(delta) {
            *b = (R::one() - self.leak) * *d;
        }
        let columns = local.len() / n;
        gemm(
            back,
            Block::of(&w[0]).t(),
            Block::of_slice(local, n, columns),
            true,
        );
    }

    fn accumulate(&self, step: &Step<'_, R>, local: &[R], grad: &mut [DMatrix<R>]) {
        let n = self.params.units;
        let columns = local.len() / n;
        cell::outer(
            Block::of_slice(step.h_prev, n, columns),
            Block::of_slice(step.x, self.inputs, columns),
            Block::of_slice(local, n, columns),
            grad,
        );
    }

    fn fan_in(&self) -> Vec<FanIn> {
        cell::gated_fan_in(1, self.params.units, self.inputs)
    }

    fn immediate(&self, _: &[DMatrix<R>], step: &Step<'_, R>, d: &mut [R]) {
        for (d, g) in d.iter_mut().zip(self.g(step)) {
            *d = self.slope(*g);
        }
    }

    fn retention(&self, _: &Step<'_, R>, r: &mut [R]) {
        r.fill(R::one() - self.leak);
    }
}
