//! What every recurrent cell gives, so that every rule is written once for all cells.

use super::{Linear, LinearCell, Tanh, TanhCell};
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

/// A recurrent cell: its step, its vector-Jacobian product, and the gradient of its tensors.
///
/// All states are column-major slices, one column an episode; `w` are the cell's tensors in the order of [`Cell::tensors`].
pub trait Cell<R: Real> {
    /// N.
    fn units(&self) -> usize;
    /// X.
    fn inputs(&self) -> usize;
    /// Its tensors.
    fn tensors(&self) -> Vec<TensorShape>;
    /// Initial values of the tensors.
    fn init(&self, rng: &mut Rng) -> Vec<DMatrix<R>>;
    /// Rows of the auxiliary values that `step` leaves for `back`.
    fn aux_rows(&self) -> usize;
    /// Rows of the local errors that `back` leaves for `accumulate`.
    fn local_rows(&self) -> usize;
    /// z = U x + b for many columns at once.
    fn drive(&self, w: &[DMatrix<R>], x: Block<'_, R>, columns: usize) -> DMatrix<R>;
    /// h ← f(h_prev, z).
    fn step(&self, w: &[DMatrix<R>], h_prev: &[R], z: &[R], h: &mut [R], aux: &mut [R]);
    /// From δ = ∂L/∂h: `local` ← the errors at the pre-activations, `back` ← Jᵀδ = ∂L/∂h_prev.
    #[allow(clippy::too_many_arguments)]
    fn back(
        &self,
        w: &[DMatrix<R>],
        h_prev: &[R],
        h: &[R],
        aux: &[R],
        delta: &[R],
        local: &mut [R],
        back: &mut [R],
    );
    /// Adds the gradient of the tensors: one big product over all columns.
    fn accumulate(
        &self,
        h_prev: Block<'_, R>,
        x: Block<'_, R>,
        local: Block<'_, R>,
        grad: &mut [DMatrix<R>],
    );
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
}

registry! {
    /// The cells of the cortex.
    pub enum CellSpec "cell" {
        Tanh(Tanh): "Elman 1990; leaky form: Jaeger et al. 2007",
        Linear(Linear): "Saxe, McClelland & Ganguli 2014",
    }
    /// Cells at run time.
    pub enum CellState<R>: Cell {
        Tanh(TanhCell<R>),
        Linear(LinearCell),
    }
}

impl<R: Real> CellState<R> {
    /// Cells with `inputs` inputs.
    pub fn new(spec: &CellSpec, inputs: usize) -> Self {
        match spec {
            CellSpec::Tanh(p) => Self::Tanh(TanhCell::new(p, inputs)),
            CellSpec::Linear(p) => Self::Linear(LinearCell::new(p, inputs)),
        }
    }
}

/// z = U x + b, where U is tensor 1 and b tensor 2: shared by the cells with one gate.
pub(super) fn affine<R: Real>(w: &[DMatrix<R>], x: Block<'_, R>, columns: usize) -> DMatrix<R> {
    let mut z = DMatrix::zeros(w[1].nrows(), columns);
    for mut column in z.column_iter_mut() {
        column.copy_from(&w[2].column(0));
    }
    crate::numeric::gemm(z.as_mut_slice(), Block::of(&w[1]), x, true);
    z
}

/// ∂W += local h_prevᵀ, ∂U += local xᵀ, ∂b += Σ local: shared by the cells with one gate.
pub(super) fn outer<R: Real>(
    h_prev: Block<'_, R>,
    x: Block<'_, R>,
    local: Block<'_, R>,
    grad: &mut [DMatrix<R>],
) {
    crate::numeric::gemm(grad[0].as_mut_slice(), local, h_prev.t(), true);
    crate::numeric::gemm(grad[1].as_mut_slice(), local, x.t(), true);
    local.add_columns_to(grad[2].as_mut_slice());
}

/// W (N×N), U (N×X), b (N): the tensors of the cells with one gate.
pub(super) fn one_gate(n: usize, x: usize) -> Vec<TensorShape> {
    vec![
        TensorShape::matrix("W", n, n),
        TensorShape::matrix("U", n, x),
        TensorShape::vector("b", n),
    ]
}

/// W as `init` says, U uniform within ±`input_gain`, b = 0.
pub(super) fn init_one_gate<R: Real>(
    init: &InitSpec,
    n: usize,
    x: usize,
    input_gain: f64,
    rng: &mut Rng,
) -> Vec<DMatrix<R>> {
    let w = init.matrix(n, rng);
    let u = DMatrix::from_fn(n, x, |_, _| R::of(input_gain * (2.0 * rng.uniform() - 1.0)));
    vec![w, u, DMatrix::zeros(n, 1)]
}
