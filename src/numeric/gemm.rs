//! Matrix products on column-major slices.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

use super::{DMatrix, Real};

/// A borrowed column-major block, possibly some rows of a taller one, possibly transposed.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a, R> {
    data: &'a [R],
    rows: usize,
    cols: usize,
    /// Elements from one column to the next.
    stride: usize,
    transposed: bool,
}

impl<'a, R: Real> Block<'a, R> {
    /// All of a matrix.
    pub fn of(m: &'a DMatrix<R>) -> Self {
        Self::of_slice(m.as_slice(), m.nrows(), m.ncols())
    }

    /// Columns `from .. from + count` of a matrix.
    pub fn columns(m: &'a DMatrix<R>, from: usize, count: usize) -> Self {
        let rows = m.nrows();
        Self::of_slice(
            &m.as_slice()[from * rows..(from + count) * rows],
            rows,
            count,
        )
    }

    /// A slice as rows×cols.
    pub fn of_slice(data: &'a [R], rows: usize, cols: usize) -> Self {
        Self {
            data,
            rows,
            cols,
            stride: rows,
            transposed: false,
        }
    }

    /// Rows `from .. from + rows` of a slice whose columns are `stride` long.
    pub fn rows(data: &'a [R], stride: usize, from: usize, rows: usize) -> Self {
        let cols = data.len() / stride.max(1);
        Self {
            data: if cols == 0 { data } else { &data[from..] },
            rows,
            cols,
            stride,
            transposed: false,
        }
    }

    /// The columns of a block that is not transposed.
    pub fn each_column(self) -> impl Iterator<Item = &'a [R]> {
        (0..self.cols).map(move |c| &self.data[c * self.stride..c * self.stride + self.rows])
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
        for column in self.each_column() {
            for (s, v) in sum.iter_mut().zip(column) {
                *s += *v;
            }
        }
    }

    fn view(self) -> MatRef<'a, R> {
        let view = MatRef::from_column_major_slice_with_stride(
            self.data,
            self.rows,
            self.cols,
            self.stride,
        );
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

/// Rows `from .. from + a.rows` of `c`, whose columns are `stride` long, grow by a · b.
///
/// # Panics
/// When the shapes do not fit.
pub fn gemm_rows<R: Real>(
    c: &mut [R],
    stride: usize,
    from: usize,
    a: Block<'_, R>,
    b: Block<'_, R>,
) {
    let (a, b) = (a.view(), b.view());
    let c = MatMut::from_column_major_slice_with_stride_mut(
        &mut c[from..],
        a.nrows(),
        b.ncols(),
        stride,
    );
    matmul(c, Accum::Add, a, b, R::one(), Par::Seq);
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

    #[test]
    fn gemm_rows_leaves_the_other_rows_alone() {
        let a = DMatrix::<f64>::from_fn(5, 3, |i, j| (i * 3 + j) as f64);
        let b = DMatrix::<f64>::from_fn(2, 3, |i, j| i as f64 - j as f64);
        let mut c = DMatrix::<f64>::from_element(6, 2, 1.0);
        gemm_rows(
            c.as_mut_slice(),
            6,
            3,
            Block::rows(a.as_slice(), 5, 1, 2),
            Block::of(&b).t(),
        );
        let mut expected = DMatrix::from_element(6, 2, 1.0);
        let product = a.rows(1, 2) * b.transpose();
        expected.rows_mut(3, 2).zip_apply(&product, |e, p| *e += p);
        assert_eq!(c, expected);
    }
}
