//! What the forward-mode rules share: the cell's parameters in one row, ∂L/∂s of each episode, and the immediate influence.

use crate::neocortex::{Cortex, Gradient, Linearisation, Score};
use crate::numeric::{DMatrix, Real};

/// Calls `each(p, l, j)` for every parameter: its position p in the row of all, the pre-activation l that it feeds, and the
/// presynaptic value j that it multiplies. Tensors lie one after the other, column by column.
pub(super) fn each_parameter<R: Real>(
    cortex: &Cortex<R>,
    mut each: impl FnMut(usize, usize, usize),
) {
    for run in runs(cortex) {
        for k in 0..run.len {
            each(run.p + k, run.l + k, run.j);
        }
    }
}

/// Parameters that lie one after the other and feed successive pre-activations with the same presynaptic value.
pub(super) struct Run {
    pub p: usize,
    pub l: usize,
    pub j: usize,
    pub len: usize,
}

/// All parameters as runs.
pub(super) fn runs<R: Real>(cortex: &Cortex<R>) -> impl Iterator<Item = Run> + '_ {
    let tensors = cortex.recurrent();
    cortex.fan_in().iter().flat_map(move |fan| {
        let before: usize = tensors[..fan.tensor].iter().map(DMatrix::len).sum();
        let rows = tensors[fan.tensor].nrows();
        fan.source.clone().enumerate().map(move |(column, j)| Run {
            p: before + column * rows + fan.row,
            l: fan.local.start,
            j,
            len: fan.local.len(),
        })
    })
}

/// Adds a row of all parameters to the gradient.
pub(super) fn add_row<R: Real>(row: &[R], grad: &mut Gradient<R>, remote: bool) {
    let mut rest = row;
    for tensor in grad.part_mut(remote) {
        if rest.is_empty() {
            // What comes after the cell's tensors belongs to no forward-mode rule.
            break;
        }
        let (own, others) = rest.split_at(tensor.len());
        for (g, v) in tensor.iter_mut().zip(own) {
            *g += *v;
        }
        rest = others;
    }
}

/// δ = ∂L/∂s of every episode (S×B), through V or through `feedback` in its place.
pub(super) fn errors<R: Real>(
    cortex: &Cortex<R>,
    aux: &[R],
    score: &Score<R>,
    feedback: Option<&DMatrix<R>>,
    delta: &mut Vec<R>,
) {
    delta.clear();
    delta.resize(cortex.state() * score.dy.ncols(), R::zero());
    let v = feedback.unwrap_or(cortex.v());
    cortex.credit_through(v, aux, &score.dy, delta);
}

/// Calls `each(row, d)` for every row of the state that pre-activation `l` reaches within the step.
pub(super) fn each_immediate<R: Real>(
    cortex: &Cortex<R>,
    lin: &Linearisation<R>,
    l: usize,
    mut each: impl FnMut(usize, R),
) {
    let cell = cortex.cell.as_dyn();
    let (n, slots, locals) = (cell.units(), cell.slots(), cell.local_rows());
    if cell.spreads() {
        let rows = n * slots;
        for (row, d) in lin.immediate[l * rows..(l + 1) * rows].iter().enumerate() {
            each(row, *d);
        }
    } else {
        for slot in 0..slots {
            each(slot * n + l % n, lin.immediate[slot * locals + l]);
        }
    }
}

/// Square root of a ratio of norms, 1 where either is 0: how two factors of a product share its size evenly.
pub(super) fn balance<R: Real>(numerator: R, denominator: R) -> R {
    if numerator > R::zero() && denominator > R::zero() {
        num_traits::Float::sqrt(numerator / denominator)
    } else {
        R::one()
    }
}

/// Σ v², in sixteen sums side by side so that the loop vectorises.
pub(super) fn squares<R: Real>(values: &[R]) -> R {
    const LANES: usize = 16;
    pulp::Arch::new().dispatch(|| {
        let mut sums = [R::zero(); LANES];
        let (chunks, rest) = values.as_chunks::<LANES>();
        for chunk in chunks {
            for (sum, v) in sums.iter_mut().zip(chunk) {
                *sum += *v * *v;
            }
        }
        sums.iter().copied().sum::<R>() + rest.iter().map(|v| *v * *v).sum::<R>()
    })
}

/// |v|.
pub(super) fn norm<R: Real>(values: &[R]) -> R {
    num_traits::Float::sqrt(squares(values))
}
