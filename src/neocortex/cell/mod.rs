//! What every recurrent cell gives, so that every rule is written once for all cells.
//!
//! A cell has N units whose output the readout sees, and a state of S rows: `slots` values a unit (h alone, or h and c).
//! Its parameters meet the state at L *pre-activations* a = Σ_j θ_{l,j} u_j, where u (Q long) are the presynaptic values
//! h_{t−1}, x_t and 1. With J = ∂s_t/∂s_{t−1} (the Jacobian) and D = ∂s_t/∂a (the immediate influence), the influence of a
//! parameter obeys M_t = J M_{t−1} + D ⊗ u, which is all that the forward-mode rules need.

mod chain;
mod gru;
mod lstm;
mod one_gate;
mod reversible;

pub use chain::{Chain, ChainCell};
pub use gru::{Gru, GruCell};
pub use lstm::{Lstm, LstmCell};
pub use one_gate::{Linear, OneGate, OneGated, Tanh};
pub use reversible::{Reversible, ReversibleCell};

use std::ops::Range;

use crate::numeric::{Block, DMatrix, Real, Rng};
use crate::{params, registry};

/// Name and shape of a weight tensor.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TensorShape {
    /// As exported.
    pub name: String,
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub cols: usize,
    /// Whether it is exported as a vector.
    pub vector: bool,
}

impl TensorShape {
    /// A matrix.
    pub fn matrix(name: &str, rows: usize, cols: usize) -> Self {
        Self {
            name: name.into(),
            rows,
            cols,
            vector: false,
        }
    }

    /// A vector.
    pub fn vector(name: &str, rows: usize) -> Self {
        Self {
            name: name.into(),
            rows,
            cols: 1,
            vector: true,
        }
    }
}

/// B columns of a step, or of many steps one after the other, as the forward pass left them.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a, R> {
    /// s_{t−1}, S×B.
    pub h_prev: &'a [R],
    /// x_t, X×B.
    pub x: &'a [R],
    /// s_t, S×B.
    pub h: &'a [R],
    /// What the cell left for the way back, `aux_rows`×B.
    pub aux: &'a [R],
}

impl<R> Step<'_, R> {
    /// The first `n` of its `width` columns.
    pub fn first(&self, n: usize, width: usize) -> Self {
        let part = |values| first(values, n, width);
        Self {
            h_prev: part(self.h_prev),
            x: part(self.x),
            h: part(self.h),
            aux: part(self.aux),
        }
    }
}

/// The first `n` of `width` columns.
pub fn first<R>(values: &[R], n: usize, width: usize) -> &[R] {
    &values[..values.len() / width.max(1) * n]
}

/// Which pre-activations a tensor feeds, and with what: θ[row + i, j] multiplies u[source.start + j] in the sum of
/// pre-activation local.start + i.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FanIn {
    /// Position of the tensor.
    pub tensor: usize,
    /// First row within the tensor.
    pub row: usize,
    /// Pre-activations.
    pub local: Range<usize>,
    /// Presynaptic values.
    pub source: Range<usize>,
}

/// What the units of a cell compute within a step, beside their state.
#[derive(Debug, PartialEq, Eq)]
pub struct Inside {
    /// What it is: gates, for example.
    pub name: &'static str,
    /// Each of them.
    pub parts: &'static [InsidePart],
}

/// N rows of the auxiliary values.
#[derive(Debug, PartialEq, Eq)]
pub struct InsidePart {
    /// What a row tells of its unit.
    pub name: &'static str,
    /// Which N rows.
    pub part: usize,
    /// The slot of the state that its units are.
    pub slot: usize,
    /// Whether it lies between −1 and 1, not between 0 and 1.
    pub signed: bool,
}

/// A recurrent cell: its step, its vector-Jacobian product, its Jacobian and immediate influence, and the gradient of its
/// tensors.
///
/// All states are column-major slices, one column an episode; `w` are the cell's tensors in the order of [`Cell::tensors`].
pub trait Cell<R: Real> {
    /// N: units that the readout sees.
    fn units(&self) -> usize;
    /// Values of the state that each unit has; S = N · slots.
    fn slots(&self) -> usize {
        1
    }
    /// X.
    fn inputs(&self) -> usize;
    /// Its tensors.
    fn tensors(&self) -> Vec<TensorShape>;
    /// Initial values of the tensors.
    fn init(&self, rng: &mut Rng) -> Vec<DMatrix<R>>;
    /// Rows of the auxiliary values that `step` leaves for `back`.
    fn aux_rows(&self) -> usize;
    /// What of them there is to be seen.
    fn inside(&self) -> Option<&'static Inside> {
        None
    }
    /// L: rows of the local errors that `back` leaves for `accumulate`.
    fn local_rows(&self) -> usize;
    /// Rows of z.
    fn drive_rows(&self) -> usize;
    /// z ← U x + b for as many columns as `x` has.
    fn drive(&self, w: &[DMatrix<R>], x: Block<'_, R>, z: &mut [R]);
    /// s ← f(s_prev, z).
    fn step(&self, w: &[DMatrix<R>], h_prev: &[R], z: &[R], h: &mut [R], aux: &mut [R]);
    /// From δ = ∂L/∂s: `local` ← Dᵀδ, the errors at the pre-activations (L×B), and `back` ← Jᵀδ = ∂L/∂s_prev (S×B).
    fn back(
        &self,
        w: &[DMatrix<R>],
        step: &Step<'_, R>,
        delta: &[R],
        local: &mut [R],
        back: &mut [R],
    );
    /// Adds the gradient of the tensors, Σ local ⊗ u: one big product over all columns.
    fn accumulate(&self, step: &Step<'_, R>, local: &[R], grad: &mut [DMatrix<R>]);
    /// The units' output, which the readout sees, N×B.
    fn output<'a>(&self, h: &'a [R], _aux: &'a [R]) -> Block<'a, R> {
        Block::rows(h, self.units() * self.slots(), 0, self.units())
    }
    /// Adds to δ (S×B) the readout's ∂L/∂s, from the readout's weights V and ∂L/∂y (Y×B).
    fn credit(&self, v: &DMatrix<R>, _aux: &[R], dy: &DMatrix<R>, delta: &mut [R]) {
        let rows = self.units() * self.slots();
        crate::numeric::gemm_rows(delta, rows, 0, Block::of(v).t(), Block::of(dy));
    }
    /// Whether a pre-activation reaches, within the step, units other than its own.
    fn spreads(&self) -> bool {
        false
    }
    /// Names of the tensors whose columns are the axons of the units themselves.
    fn recurrent_tensors(&self) -> &'static [&'static str] {
        &["W"]
    }
    /// Names of the tensors whose columns are the axons of the inputs.
    fn input_tensors(&self) -> &'static [&'static str] {
        &["U"]
    }
    /// How many inputs it takes, where it cannot take any number.
    fn only_inputs(&self) -> Option<usize> {
        None
    }
    /// These units, and no others, are lesioned: a cell that computes with its own past leaves them out of it.
    fn silence(&mut self, _units: &[u32]) {}
    /// The same cell in double precision, where its past can be run backwards.
    fn in_f64(&self) -> Option<CellState<f64>> {
        None
    }
    /// Whether what a unit keeps of its state is the same at every step.
    fn fixed_leak(&self) -> bool {
        false
    }
    /// Which tensor feeds which pre-activations.
    fn fan_in(&self) -> Vec<FanIn>;
    /// Q.
    fn presynaptic_rows(&self) -> usize {
        self.units() + self.inputs() + 1
    }
    /// u of one column: h_{t−1}, x_t, 1 unless the cell says otherwise.
    fn presynaptic(&self, step: &Step<'_, R>, u: &mut [R]) {
        let (n, x) = (self.units(), self.inputs());
        u[..n].copy_from_slice(&step.h_prev[..n]);
        u[n..n + x].copy_from_slice(step.x);
        u[n + x] = R::one();
    }
    /// D of one column. Where nothing spreads, unit i of pre-activation l is l mod N and `d[slot·L + l]` is its influence
    /// on that slot of its unit; else D is whole, S×L.
    fn immediate(&self, w: &[DMatrix<R>], step: &Step<'_, R>, d: &mut [R]);
    /// What a unit keeps of its own state without the recurrent weights, `r[(to·slots + from)·N + i]`.
    fn retention(&self, step: &Step<'_, R>, r: &mut [R]);
    /// J of one column, S×S, given D and the retention.
    fn jacobian(
        &self,
        w: &[DMatrix<R>],
        _step: &Step<'_, R>,
        fan_in: &[FanIn],
        immediate: &[R],
        retention: &[R],
        j: &mut [R],
    ) {
        let (n, slots, locals) = (self.units(), self.slots(), self.local_rows());
        let rows = n * slots;
        j.fill(R::zero());
        for to in 0..slots {
            for from in 0..slots {
                for i in 0..n {
                    j[(from * n + i) * rows + to * n + i] = retention[(to * slots + from) * n + i];
                }
            }
        }
        // J += Σ_gates D W: the recurrent weights see the first slot of each unit.
        for fan in fan_in.iter().filter(|f| f.source == (0..n)) {
            let stride = w[fan.tensor].nrows();
            for (column, weights) in w[fan.tensor].as_slice().chunks(stride).enumerate() {
                for gate in 0..fan.local.len() / n {
                    let first = fan.row + gate * n;
                    let weights = &weights[first..first + n];
                    for slot in 0..slots {
                        let from = slot * locals + fan.local.start + gate * n;
                        let to = column * rows + slot * n;
                        let d = &immediate[from..from + n];
                        for ((j, d), w) in j[to..to + n].iter_mut().zip(d).zip(weights) {
                            *j += *d * *w;
                        }
                    }
                }
            }
        }
    }
    /// The cell as one whose past can be run backwards from the present state, where it can.
    fn backwards(&self) -> Option<&dyn Invertible<R>> {
        None
    }
}

/// A cell whose past can be run backwards from the present state and the inputs alone. The part of `aux` that two successive
/// steps share is made once: it is shifted from step to step.
pub trait Invertible<R: Real> {
    /// s_prev from s and z: the step undone. Of `aux` everything is left as [`Cell::step`] leaves it but what the units show
    /// after the step, which is the caller's.
    fn invert(&self, w: &[DMatrix<R>], h: &[R], z: &[R], h_prev: &mut [R], aux: &mut [R]);
    /// What the units of the state `h` show, into the part of `aux` that is after a step.
    fn see_output(&self, h: &[R], aux: &mut [R]);
    /// One step on: what units showed after the step becomes what they showed before the next.
    fn shift_on(&self, aux: &mut [R]);
    /// One step back: what units showed before the step becomes what they showed after the one before.
    fn shift_back(&self, aux: &mut [R]);
    /// s ← f(s_prev, z), given in `aux` what the units showed before the step.
    fn advance(&self, w: &[DMatrix<R>], h_prev: &[R], z: &[R], h: &mut [R], aux: &mut [R]);
}

params! {
    /// A random orthogonal matrix times a gain: states neither explode nor fade while the gain is near 1.
    pub struct Orthogonal {
        /// Factor on the orthogonal matrix.
        pub gain: f64 = 0.9, [0 ..= 10], restart;
    }
}

params! {
    /// Independent normal weights of standard deviation gain/√N: the spectral radius is about the gain.
    pub struct Gaussian {
        /// Spectral radius, about.
        pub gain: f64 = 0.9, [0 ..= 10], restart;
    }
}

registry! {
    /// How recurrent weights start.
    pub enum InitSpec "init" {
        Orthogonal(Orthogonal): "Saxe, McClelland & Ganguli 2014",
        Gaussian(Gaussian): "Sompolinsky, Crisanti & Sommers 1988",
    }
}

impl InitSpec {
    /// An N×N matrix.
    pub fn matrix<R: Real>(&self, n: usize, rng: &mut Rng) -> DMatrix<R> {
        let normal = DMatrix::<f64>::from_fn(n, n, |_, _| rng.normal());
        let m = match self {
            Self::Gaussian(p) => normal * (p.gain / (n as f64).sqrt()),
            Self::Orthogonal(p) => {
                let qr = normal.qr();
                let (q, r) = (qr.q(), qr.r());
                // Columns times the signs of R's diagonal: uniform over the orthogonal group (Mezzadri 2007).
                DMatrix::from_fn(n, n, |i, j| q[(i, j)] * r[(j, j)].signum() * p.gain)
            }
        };
        m.map(R::of)
    }

    /// `gates` N×N matrices one below the other, of which only a fraction `connectivity` of the weights between different
    /// units exists; those that do are scaled up so that a unit's input keeps its size.
    pub(crate) fn stacked<R: Real>(
        &self,
        n: usize,
        gates: usize,
        connectivity: f64,
        rng: &mut Rng,
    ) -> DMatrix<R> {
        let mut all = DMatrix::zeros(gates * n, n);
        for gate in 0..gates {
            all.rows_mut(gate * n, n).copy_from(&self.matrix(n, rng));
        }
        if connectivity < 1.0 {
            let kept = 1.0 + connectivity * (n as f64 - 1.0);
            let scale = R::of((n as f64 / kept).sqrt());
            for j in 0..n {
                for i in 0..n {
                    let exists = rng.uniform() < connectivity || i == j;
                    for gate in 0..gates {
                        let w = &mut all[(gate * n + i, j)];
                        *w = if exists { *w * scale } else { R::zero() };
                    }
                }
            }
        }
        all
    }
}

registry! {
    /// The cells of the cortex.
    pub enum CellSpec "cell" {
        Tanh(Tanh => OneGate<R>): "Elman 1990; leaky form: Jaeger et al. 2007",
        Linear(Linear => OneGate<R>): "Saxe, McClelland & Ganguli 2014",
        Gru(Gru => GruCell): "Cho et al. 2014, arXiv:1406.1078, with the reset gate after the product",
        Lstm(Lstm => LstmCell): "Hochreiter & Schmidhuber 1997; forget gate: Gers, Schmidhuber & Cummins 2000",
        Reversible(Reversible => ReversibleCell): "Cheng & Brown 2025, Neural Computation 37(3):403",
        Chain(Chain => ChainCell): "Tallec & Ollivier 2017, §4.1",
    }
    /// Cells at run time, made for a number of inputs.
    pub enum CellState<R>: Cell, from usize;
}

/// z = U x + b, where U is tensor 1 and b tensor 2: shared by the gated cells.
pub(crate) fn affine<R: Real>(w: &[DMatrix<R>], x: Block<'_, R>, z: &mut [R]) {
    for column in z.chunks_mut(w[2].nrows().max(1)) {
        column.copy_from_slice(w[2].as_slice());
    }
    crate::numeric::gemm(z, Block::of(&w[1]), x, true);
}

/// ∂W += local h_prevᵀ, ∂U += local xᵀ, ∂b += Σ local, where all three have the same L rows.
pub(crate) fn outer<R: Real>(
    h_prev: Block<'_, R>,
    x: Block<'_, R>,
    local: Block<'_, R>,
    grad: &mut [DMatrix<R>],
) {
    crate::numeric::gemm(grad[0].as_mut_slice(), local, h_prev.t(), true);
    crate::numeric::gemm(grad[1].as_mut_slice(), local, x.t(), true);
    local.add_columns_to(grad[2].as_mut_slice());
}

/// W (gates·N × N), U (gates·N × X), b (gates·N): the tensors of the gated cells.
pub(crate) fn gated_tensors(gates: usize, n: usize, x: usize) -> Vec<TensorShape> {
    vec![
        TensorShape::matrix("W", gates * n, n),
        TensorShape::matrix("U", gates * n, x),
        TensorShape::vector("b", gates * n),
    ]
}

/// The tensors of the gated cells as they start: W as `init` says, U uniform within ±`gain`, b 0.
pub(crate) fn gated_init<R: Real>(
    shapes: &[TensorShape],
    init: &InitSpec,
    connectivity: f64,
    gain: f64,
    rng: &mut Rng,
) -> Vec<DMatrix<R>> {
    let [w, u, b] = [0, 1, 2].map(|i| (shapes[i].rows, shapes[i].cols));
    vec![
        init.stacked(w.1, w.0 / w.1, connectivity, rng),
        uniform(u.0, u.1, gain, rng),
        DMatrix::zeros(b.0, b.1),
    ]
}

/// W, U and b all feed the same pre-activations.
pub(crate) fn gated_fan_in(gates: usize, n: usize, x: usize) -> Vec<FanIn> {
    let fan = |tensor, source| FanIn {
        tensor,
        row: 0,
        local: 0..gates * n,
        source,
    };
    vec![fan(0, 0..n), fan(1, n..n + x), fan(2, n + x..n + x + 1)]
}

/// Uniform within ±`gain`.
pub(crate) fn uniform<R: Real>(rows: usize, cols: usize, gain: f64, rng: &mut Rng) -> DMatrix<R> {
    DMatrix::from_fn(rows, cols, |_, _| R::of(gain * (2.0 * rng.uniform() - 1.0)))
}
