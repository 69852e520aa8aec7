//! Matrix products on column-major slices.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

use super::{DMatrix, Real};

/// A borrowed column-major block, possibly transposed.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a, R> {
    data: &'a [R],
    rows: usize,
    cols: usize,
    transposed: bool,
}

impl<'a, R: Real> Block<'a, R> {
    /// All of a matrix.
    pub fn of(m: &'a DMatrix<R>) -> Self {
        Self {
            data: m.as_slice(),
            rows: m.nrows(),
            cols: m.ncols(),
            transposed: false,
        }
    }

    /// Columns `from .. from + count` of a matrix.
    pub fn columns(m: &'a DMatrix<R>, from: usize, count: usize) -> Self {
        let rows = m.nrows();
        Self {
            data: &m.as_slice()[from * rows..(from + count) * rows],
            rows,
            cols: count,
            transposed: false,
        }
    }

    /// A slice as rows×cols.
    pub fn of_slice(data: &'a [R], rows: usize, cols: usize) -> Self {
        Self {
            data,
            rows,
            cols,
            transposed: false,
        }
    }

    /// One column.
    pub fn column(data: &'a [R]) -> Self {
        Self::of_slice(data, data.len(), 1)
    }

    /// The transposed block.
    pub fn t(self) -> Self {
        Self {
            transposed: !self.transposed,
            ..self
        }
    }

    /// Adds every column to `sum`.
    pub fn add_columns_to(self, sum: &mut [R]) {
        for column in self.data.chunks(self.rows.max(1)) {
            for (s, v) in sum.iter_mut().zip(column) {
                *s += *v;
            }
        }
    }

    fn view(self) -> MatRef<'a, R> {
        let view = MatRef::from_column_major_slice(self.data, self.rows, self.cols);
        if self.transposed {
            view.transpose()
        } else {
            view
        }
    }
}

/// c ← a · b, or c ← c + a · b where `add`; `c` is column-major with as many rows as `a`.
///
/// # Panics
/// When the shapes do not fit.
pub fn gemm<R: Real>(c: &mut [R], a: Block<'_, R>, b: Block<'_, R>, add: bool) {
    let (a, b) = (a.view(), b.view());
    let c = MatMut::from_column_major_slice_mut(c, a.nrows(), b.ncols());
    let accum = if add { Accum::Add } else { Accum::Replace };
    matmul(c, accum, a, b, R::one(), Par::Seq);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gemm_multiplies_blocks_and_transposes() {
        let a = DMatrix::<f64>::from_fn(3, 4, |i, j| (i + 2 * j) as f64);
        let b = DMatrix::<f64>::from_fn(3, 5, |i, j| (3 * i) as f64 - j as f64);
        let mut c = DMatrix::<f64>::from_element(4, 2, 1.0);
        gemm(
            c.as_mut_slice(),
            Block::of(&a).t(),
            Block::columns(&b, 1, 2),
            true,
        );
        let expected = a.transpose() * b.columns(1, 2) + DMatrix::from_element(4, 2, 1.0);
        assert_eq!(c, expected);
    }
}
