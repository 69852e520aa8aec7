//! The reversible cell of R2N2 (Cheng & Brown 2025): two groups of units that drive each other, so that the past can be
//! run backwards from the present.
//!
//! With c = 1 − 1/τ, d = 1/τ and φ = tanh:
//!
//! (1) h_A' = c h_A + d (W_BA φ(h_B) + U x)
//! (2) h_B' = c h_B + d W_AB φ(h_A')
//!
//! and backwards, from the present state and the input alone:
//!
//! (3) h_B = (h_B' − d W_AB φ(h_A')) / c
//! (4) h_A = (h_A' − d (W_BA φ(h_B) + U x)) / c
//!
//! Each step back multiplies rounding errors by 1/c in both groups. The readout sees φ(h_B). Pre-activations are
//! a_A = W_BA φ(h_B) + U x and a_B = W_AB φ(h_A'); since h_A' enters (2), a_A reaches all of group B within the step.
//! From δ = (δ_A, δ_B): ℓ_B = d δ_B, δ_A ← δ_A + φ'(h_A') ⊙ W_ABᵀ ℓ_B, ℓ_A = d δ_A,
//! ∂L/∂h_A = c δ_A, ∂L/∂h_B = c δ_B + φ'(h_B) ⊙ W_BAᵀ ℓ_A.

use serde::{Deserialize, Serialize};

use super::{
    self as cell, Cell, CellState, FanIn, Gaussian, InitSpec, Inside, InsidePart, Invertible, Step,
    TensorShape,
};
use crate::numeric::{Block, DMatrix, Real, Rng, gemm, gemm_rows};
use crate::params;

params! {
    /// Two groups of units that drive each other, whose past can be run backwards. Tensors: W_BA (N×N, from B to A),
    /// W_AB (N×N, from A to B), U (N×X).
    pub struct Reversible {
        /// How many units each group has (N); the state holds both groups.
        pub units: usize = 32, [1 ..= 2048], "units", restart;
        /// Time constant τ: each step replaces 1/τ of the state.
        pub tau: f64 = 10.0, [1.01 ..= 10000], "steps", restart;
        /// How the weights between the groups start.
        pub init: InitSpec = InitSpec::Gaussian(Gaussian { gain: 1.5 }), restart;
        /// The input weights start uniform within plus and minus this.
        pub input_gain: f64 = 0.5, [0 ..= 100], restart;
    }
}

/// φ(h_A') and φ(h_B') of each unit.
static INSIDE: Inside = Inside {
    name: "outputs",
    parts: &[
        InsidePart {
            name: "output of A",
            part: 1,
            slot: 0,
            signed: true,
        },
        InsidePart {
            name: "output of B",
            part: 2,
            slot: 1,
            signed: true,
        },
    ],
};

/// Reversible cells at run time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReversibleCell {
    params: Reversible,
    inputs: usize,
    /// Lesioned units: silent in both groups, also within the step.
    silenced: Vec<u32>,
}

/// Positions of the tensors.
const BA: usize = 0;
const AB: usize = 1;
const U: usize = 2;

impl ReversibleCell {
    /// Cells with `inputs` inputs.
    pub fn new(params: &Reversible, inputs: usize) -> Self {
        Self {
            params: params.clone(),
            inputs,
            silenced: Vec::new(),
        }
    }

    /// Silences lesioned units of `values`, whose columns are `stride` long, in the group that starts at row `from`.
    fn still<R: Real>(&self, values: &mut [R], stride: usize, from: usize) {
        for &i in &self.silenced {
            for v in values.iter_mut().skip(from + i as usize).step_by(stride) {
                *v = R::zero();
            }
        }
    }

    /// c and d.
    fn rates<R: Real>(&self) -> (R, R) {
        let d = 1.0 / self.params.tau;
        (R::of(1.0 - d), R::of(d))
    }

    /// Rows `from .. from + N` of aux: φ(h_B), φ(h_A'), φ(h_B').
    fn phi<'a, R: Real>(&self, aux: &'a [R], part: usize) -> Block<'a, R> {
        let n = self.params.units;
        Block::rows(aux, 3 * n, part * n, n)
    }
}

impl<R: Real> Invertible<R> for ReversibleCell {
    /// Equations (3) and (4): `h_prev` ← the state before `h`, given z = U x. Of `aux`, φ(h_B) and φ(h_A') are left as
    /// [`Cell::step`] leaves them; φ(h_B') is the caller's.
    fn invert(&self, w: &[DMatrix<R>], h: &[R], z: &[R], h_prev: &mut [R], aux: &mut [R]) {
        let n = self.params.units;
        let (c, d) = self.rates::<R>();
        for (aux, h) in aux.chunks_mut(3 * n).zip(h.chunks(2 * n)) {
            aux[n..2 * n].copy_from_slice(&h[..n]);
            R::tanh_all(&mut aux[n..2 * n]);
        }
        h_prev.fill(R::zero());
        gemm_rows(h_prev, 2 * n, n, Block::of(&w[AB]), self.phi(aux, 1));
        let undo = R::one() / c;
        for (past, h) in h_prev.chunks_mut(2 * n).zip(h.chunks(2 * n)) {
            for (past, h) in past[n..].iter_mut().zip(&h[n..]) {
                *past = (*h - d * *past) * undo;
            }
        }
        self.still(h_prev, 2 * n, n);
        for (aux, past) in aux.chunks_mut(3 * n).zip(h_prev.chunks(2 * n)) {
            aux[..n].copy_from_slice(&past[n..]);
            R::tanh_all(&mut aux[..n]);
        }
        gemm_rows(h_prev, 2 * n, 0, Block::of(&w[BA]), self.phi(aux, 0));
        let each = h_prev.chunks_mut(2 * n).zip(h.chunks(2 * n));
        for ((past, h), z) in each.zip(z.chunks(n)) {
            for ((past, h), z) in past[..n].iter_mut().zip(h).zip(z) {
                *past = (*h - d * (*past + *z)) * undo;
            }
        }
        self.still(h_prev, 2 * n, 0);
    }

    /// Of `aux`, φ(h_B') of the state `h`.
    fn see_output(&self, h: &[R], aux: &mut [R]) {
        let n = self.params.units;
        for (aux, h) in aux.chunks_mut(3 * n).zip(h.chunks(2 * n)) {
            aux[2 * n..].copy_from_slice(&h[n..]);
            R::tanh_all(&mut aux[2 * n..]);
        }
    }

    /// One step on: φ(h_B') becomes the φ(h_B) of the next step.
    fn shift_on(&self, aux: &mut [R]) {
        let n = self.params.units;
        for aux in aux.chunks_mut(3 * n) {
            aux.copy_within(2 * n.., 0);
        }
    }

    /// One step back: φ(h_B) becomes the φ(h_B') of the step before.
    fn shift_back(&self, aux: &mut [R]) {
        let n = self.params.units;
        for aux in aux.chunks_mut(3 * n) {
            aux.copy_within(..n, 2 * n);
        }
    }

    /// Equations (1) and (2), given φ(h_B) in `aux`.
    fn advance(&self, w: &[DMatrix<R>], h_prev: &[R], z: &[R], h: &mut [R], aux: &mut [R]) {
        let n = self.params.units;
        let (c, d) = self.rates::<R>();
        h.fill(R::zero());
        gemm_rows(h, 2 * n, 0, Block::of(&w[BA]), self.phi(aux, 0));
        let each = h.chunks_mut(2 * n).zip(h_prev.chunks(2 * n));
        for (((h, past), z), aux) in each.zip(z.chunks(n)).zip(aux.chunks_mut(3 * n)) {
            for ((h, past), z) in h[..n].iter_mut().zip(past).zip(z) {
                *h = c * *past + d * (*h + *z);
            }
            aux[n..2 * n].copy_from_slice(&h[..n]);
            R::tanh_all(&mut aux[n..2 * n]);
        }
        self.still(h, 2 * n, 0);
        self.still(aux, 3 * n, n);
        gemm_rows(h, 2 * n, n, Block::of(&w[AB]), self.phi(aux, 1));
        for (h, past) in h.chunks_mut(2 * n).zip(h_prev.chunks(2 * n)) {
            for (h, past) in h[n..].iter_mut().zip(&past[n..]) {
                *h = c * *past + d * *h;
            }
        }
        self.still(h, 2 * n, n);
        self.see_output(h, aux);
    }
}

impl<R: Real> Cell<R> for ReversibleCell {
    fn units(&self) -> usize {
        self.params.units
    }

    fn silence(&mut self, units: &[u32]) {
        self.silenced = units.to_vec();
    }

    fn in_f64(&self) -> Option<CellState<f64>> {
        Some(CellState::Reversible(self.clone()))
    }

    fn slots(&self) -> usize {
        2
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn tensors(&self) -> Vec<TensorShape> {
        let n = self.params.units;
        vec![
            TensorShape::matrix("W_BA", n, n),
            TensorShape::matrix("W_AB", n, n),
            TensorShape::matrix("U", n, self.inputs),
        ]
    }

    fn init(&self, rng: &mut Rng) -> Vec<DMatrix<R>> {
        let (p, n) = (&self.params, self.params.units);
        vec![
            p.init.matrix(n, rng),
            p.init.matrix(n, rng),
            cell::uniform(n, self.inputs, p.input_gain, rng),
        ]
    }

    fn aux_rows(&self) -> usize {
        3 * self.params.units
    }

    fn inside(&self) -> Option<&'static Inside> {
        Some(&INSIDE)
    }

    fn local_rows(&self) -> usize {
        2 * self.params.units
    }

    fn drive_rows(&self) -> usize {
        self.params.units
    }

    fn drive(&self, w: &[DMatrix<R>], x: Block<'_, R>, z: &mut [R]) {
        gemm(z, Block::of(&w[U]), x, false);
    }

    fn step(&self, w: &[DMatrix<R>], h_prev: &[R], z: &[R], h: &mut [R], aux: &mut [R]) {
        self.see_output(h_prev, aux);
        self.shift_on(aux);
        self.advance(w, h_prev, z, h, aux);
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
        let (c, d) = self.rates::<R>();
        for (local, delta) in local.chunks_mut(2 * n).zip(delta.chunks(2 * n)) {
            for (local, delta) in local[n..].iter_mut().zip(&delta[n..]) {
                *local = d * *delta;
            }
        }
        back.fill(R::zero());
        let from_b = Block::rows(local, 2 * n, n, n);
        gemm_rows(back, 2 * n, 0, Block::of(&w[AB]).t(), from_b);
        let each = back.chunks_mut(2 * n).zip(local.chunks_mut(2 * n));
        let aux = step.aux.chunks(3 * n);
        for (((back, local), delta), aux) in each.zip(delta.chunks(2 * n)).zip(aux) {
            let each = back[..n].iter_mut().zip(&mut local[..n]);
            for (((back, local), delta), phi) in each.zip(delta).zip(&aux[n..]) {
                let at_a = *delta + (R::one() - *phi * *phi) * *back;
                *local = d * at_a;
                *back = c * at_a;
            }
        }
        self.still(local, 2 * n, 0);
        self.still(back, 2 * n, 0);
        let from_a = Block::rows(local, 2 * n, 0, n);
        gemm_rows(back, 2 * n, n, Block::of(&w[BA]).t(), from_a);
        let each = back.chunks_mut(2 * n).zip(delta.chunks(2 * n));
        for ((back, delta), aux) in each.zip(step.aux.chunks(3 * n)) {
            let each = back[n..].iter_mut().zip(&delta[n..]);
            for ((back, delta), phi) in each.zip(aux) {
                *back = c * *delta + (R::one() - *phi * *phi) * *back;
            }
        }
    }

    fn accumulate(&self, step: &Step<'_, R>, local: &[R], grad: &mut [DMatrix<R>]) {
        let n = self.params.units;
        let columns = local.len() / (2 * n);
        let (a, b) = (
            Block::rows(local, 2 * n, 0, n),
            Block::rows(local, 2 * n, n, n),
        );
        gemm(grad[BA].as_mut_slice(), a, self.phi(step.aux, 0).t(), true);
        gemm(grad[AB].as_mut_slice(), b, self.phi(step.aux, 1).t(), true);
        let input = Block::of_slice(step.x, self.inputs, columns);
        gemm(grad[U].as_mut_slice(), a, input.t(), true);
    }

    fn output<'a>(&self, _: &'a [R], aux: &'a [R]) -> Block<'a, R> {
        self.phi(aux, 2)
    }

    fn credit(&self, v: &DMatrix<R>, aux: &[R], dy: &DMatrix<R>, delta: &mut [R]) {
        /// Room for Vᵀ ∂L/∂y of some columns at a time; N is at most as large.
        const ROOM: usize = 2048;
        let n = self.params.units;
        let mut room = [R::zero(); ROOM];
        let columns = ROOM / n;
        let each = delta
            .chunks_mut(2 * n * columns)
            .zip(aux.chunks(3 * n * columns))
            .enumerate();
        for (group, (delta, aux)) in each {
            let errors = &mut room[..delta.len() / 2];
            let dy = Block::columns(dy, group * columns, errors.len() / n);
            gemm(errors, Block::of(v).t(), dy, false);
            let each = delta.chunks_mut(2 * n).zip(aux.chunks(3 * n));
            for ((delta, aux), errors) in each.zip(errors.chunks(n)) {
                let phi = &aux[2 * n..];
                for ((d, e), phi) in delta[n..].iter_mut().zip(errors).zip(phi) {
                    *d += (R::one() - *phi * *phi) * *e;
                }
            }
        }
    }

    fn recurrent_tensors(&self) -> &'static [&'static str] {
        &["W_BA", "W_AB"]
    }

    fn spreads(&self) -> bool {
        true
    }

    fn fan_in(&self) -> Vec<FanIn> {
        let (n, x) = (self.params.units, self.inputs);
        let fan = |tensor, local, source| FanIn {
            tensor,
            row: 0,
            local,
            source,
        };
        vec![
            fan(BA, 0..n, 0..n),
            fan(AB, n..2 * n, n..2 * n),
            fan(U, 0..n, 2 * n..2 * n + x),
        ]
    }

    fn presynaptic_rows(&self) -> usize {
        2 * self.params.units + self.inputs
    }

    fn presynaptic(&self, step: &Step<'_, R>, u: &mut [R]) {
        let n = self.params.units;
        u[..2 * n].copy_from_slice(&step.aux[..2 * n]);
        u[2 * n..].copy_from_slice(step.x);
    }

    fn immediate(&self, w: &[DMatrix<R>], step: &Step<'_, R>, out: &mut [R]) {
        let n = self.params.units;
        let (_, d) = self.rates::<R>();
        out.fill(R::zero());
        for (l, column) in out.chunks_mut(2 * n).enumerate() {
            column[l] = d;
            if l < n {
                let phi = step.aux[n + l];
                let slope = d * d * (R::one() - phi * phi);
                for (to, w) in column[n..].iter_mut().zip(w[AB].column(l).iter()) {
                    *to = slope * *w;
                }
            }
        }
        for &i in &self.silenced {
            let from = i as usize * 2 * n;
            out[from..from + 2 * n].fill(R::zero());
        }
    }

    fn retention(&self, _: &Step<'_, R>, r: &mut [R]) {
        let n = self.params.units;
        let (c, _) = self.rates::<R>();
        r.fill(R::zero());
        r[..n].fill(c);
        r[3 * n..].fill(c);
    }

    fn jacobian(
        &self,
        w: &[DMatrix<R>],
        step: &Step<'_, R>,
        _: &[FanIn],
        immediate: &[R],
        _: &[R],
        j: &mut [R],
    ) {
        let n = self.params.units;
        let rows = 2 * n;
        let (c, d) = self.rates::<R>();
        // ∂s'/∂h_A = D_A c / d, since h_A enters exactly where a_A does.
        for (to, from) in j.iter_mut().zip(&immediate[..n * rows]) {
            *to = *from * c / d;
        }
        // ∂s'/∂h_B = D_A W_BA φ'(h_B) + (0, c).
        let (_, at_b) = j.split_at_mut(n * rows);
        gemm(
            at_b,
            Block::of_slice(&immediate[..n * rows], rows, n),
            Block::of(&w[BA]),
            false,
        );
        for (i, column) in at_b.chunks_mut(rows).enumerate() {
            let phi = step.aux[i];
            for v in column.iter_mut() {
                *v *= R::one() - phi * phi;
            }
            column[n + i] += c;
        }
    }

    fn backwards(&self) -> Option<&dyn Invertible<R>> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative error of the state after `steps` forward and as many backward.
    fn error<R: Real>(steps: usize) -> f64 {
        let (n, x) = (32, 3);
        let cell = ReversibleCell::new(&Reversible::default(), x);
        let mut rng = Rng::named(4, "weights");
        let w: Vec<DMatrix<R>> = cell.init(&mut rng);
        let start: Vec<R> = (0..2 * n).map(|_| R::of(0.2 * rng.normal())).collect();
        let inputs: Vec<R> = (0..steps * x).map(|_| R::of(rng.normal())).collect();
        let (mut h, mut next) = (start.clone(), start.clone());
        let (mut z, mut aux) = (vec![R::zero(); n], vec![R::zero(); 3 * n]);
        for x in inputs.chunks(x) {
            cell.drive(&w, Block::column(x), &mut z);
            cell.step(&w, &h, &z, &mut next, &mut aux);
            std::mem::swap(&mut h, &mut next);
        }
        for x in inputs.chunks(x).rev() {
            cell.drive(&w, Block::column(x), &mut z);
            cell.invert(&w, &h, &z, &mut next, &mut aux);
            std::mem::swap(&mut h, &mut next);
        }
        let apart: f64 = h
            .iter()
            .zip(&start)
            .map(|(a, b)| (*a - *b).f64().powi(2))
            .sum();
        let size: f64 = start.iter().map(|a| a.f64().powi(2)).sum();
        (apart / size).sqrt()
    }

    #[test]
    fn the_inverse_runs_back_in_f64_and_loses_its_way_in_f32() {
        assert!(error::<f64>(50) < 1e-9, "{}", error::<f64>(50));
        assert!(error::<f64>(100) < 1e-4, "{}", error::<f64>(100));
        let short = error::<f32>(50);
        assert!(short > 1e-4 && short < 0.2, "{short}");
        assert!(error::<f32>(100) > 0.5, "{}", error::<f32>(100));
    }
}
