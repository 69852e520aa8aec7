//! The chain of the influence-balancing experiment (Tallec & Ollivier 2017, §4.1): a fixed linear network with a single
//! parameter θ.
//!
//! h_i' = e h_i + f h_{i+1} + g_i θ x, with g_i = +1 on the first `positive` units and −1 on the others. On its way to the
//! first unit θ's influence adds up with one sign over short times and with the other over long ones.

use serde::{Deserialize, Serialize};

use super::{Cell, FanIn, Step, TensorShape};
use crate::numeric::{Block, DMatrix, Real, Rng};
use crate::params;

params! {
    /// A fixed linear chain in which one parameter θ enters +1 on the first units and −1 on the others. Tensor: theta (1).
    pub struct Chain {
        /// How many units there are (N).
        pub units: usize = 23, [1 ..= 4096], "units", restart;
        /// On how many of the first units θ enters positively.
        pub positive: usize = 10, [0 ..= 4096], "units", restart;
        /// What a unit keeps of its own state.
        pub diagonal: f64 = 0.5, [-1 ..= 1], restart;
        /// What a unit gets of its right neighbour's state.
        pub superdiagonal: f64 = 0.5, [-1 ..= 1], restart;
        /// Where θ starts.
        pub theta: f64 = 0.5, [-1000 ..= 1000], restart;
    }
}

/// The chain at run time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChainCell {
    params: Chain,
    inputs: usize,
}

impl ChainCell {
    /// A chain; only the first of the `inputs` drives it.
    pub fn new(params: &Chain, inputs: usize) -> Self {
        Self {
            params: params.clone(),
            inputs,
        }
    }

    fn sign<R: Real>(&self, i: usize) -> R {
        if i < self.params.positive {
            R::one()
        } else {
            -R::one()
        }
    }

    fn links<R: Real>(&self) -> (R, R) {
        (
            R::of(self.params.diagonal),
            R::of(self.params.superdiagonal),
        )
    }
}

impl<R: Real> Cell<R> for ChainCell {
    fn units(&self) -> usize {
        self.params.units
    }

    fn only_inputs(&self) -> Option<usize> {
        Some(1)
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn tensors(&self) -> Vec<TensorShape> {
        vec![TensorShape::vector("theta", 1)]
    }

    fn init(&self, _: &mut Rng) -> Vec<DMatrix<R>> {
        vec![DMatrix::from_element(1, 1, R::of(self.params.theta))]
    }

    fn aux_rows(&self) -> usize {
        0
    }

    fn local_rows(&self) -> usize {
        1
    }

    fn drive_rows(&self) -> usize {
        1
    }

    fn drive(&self, w: &[DMatrix<R>], x: Block<'_, R>, z: &mut [R]) {
        for (z, x) in z.iter_mut().zip(x.each_column()) {
            *z = w[0][0] * x.first().copied().unwrap_or_default();
        }
    }

    fn step(&self, _: &[DMatrix<R>], h_prev: &[R], z: &[R], h: &mut [R], _: &mut [R]) {
        let n = self.params.units;
        let (e, f) = self.links::<R>();
        for ((h, past), z) in h.chunks_mut(n).zip(h_prev.chunks(n)).zip(z) {
            for i in 0..n {
                let right = past.get(i + 1).copied().unwrap_or_default();
                h[i] = e * past[i] + f * right + self.sign::<R>(i) * *z;
            }
        }
    }

    fn back(
        &self,
        _: &[DMatrix<R>],
        _: &Step<'_, R>,
        delta: &[R],
        local: &mut [R],
        back: &mut [R],
    ) {
        let n = self.params.units;
        let (e, f) = self.links::<R>();
        for ((delta, back), local) in delta.chunks(n).zip(back.chunks_mut(n)).zip(local) {
            *local = R::zero();
            for i in 0..n {
                *local += self.sign::<R>(i) * delta[i];
                let left = i.checked_sub(1).map_or(R::zero(), |left| delta[left]);
                back[i] = e * delta[i] + f * left;
            }
        }
    }

    fn accumulate(&self, step: &Step<'_, R>, local: &[R], grad: &mut [DMatrix<R>]) {
        for (l, x) in local.iter().zip(step.x.chunks(self.inputs.max(1))) {
            grad[0][0] += *l * x[0];
        }
    }

    fn spreads(&self) -> bool {
        true
    }

    fn fan_in(&self) -> Vec<FanIn> {
        vec![FanIn {
            tensor: 0,
            row: 0,
            local: 0..1,
            source: 0..1,
        }]
    }

    fn presynaptic_rows(&self) -> usize {
        1
    }

    fn presynaptic(&self, step: &Step<'_, R>, u: &mut [R]) {
        u[0] = step.x[0];
    }

    fn immediate(&self, _: &[DMatrix<R>], _: &Step<'_, R>, d: &mut [R]) {
        for (i, d) in d.iter_mut().enumerate() {
            *d = self.sign(i);
        }
    }

    fn retention(&self, _: &Step<'_, R>, r: &mut [R]) {
        r.fill(self.links().0);
    }

    fn jacobian(
        &self,
        _: &[DMatrix<R>],
        _: &Step<'_, R>,
        _: &[FanIn],
        _: &[R],
        _: &[R],
        j: &mut [R],
    ) {
        let n = self.params.units;
        let (e, f) = self.links();
        j.fill(R::zero());
        for i in 0..n {
            j[i * n + i] = e;
            if i > 0 {
                j[i * n + i - 1] = f;
            }
        }
    }
}
