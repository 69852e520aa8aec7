//! Solving symmetric positive definite systems.

use faer::linalg::solvers::{Llt, Solve};
use faer::{Mat, Side};

/// The Cholesky factor of A + λI in double precision.
#[derive(Debug)]
pub struct SymmetricSolver {
    factor: Llt<f64>,
    n: usize,
}

impl SymmetricSolver {
    /// Factors the n×n symmetric `a` (column-major, of which only the lower triangle is read) with `ridge` added to its diagonal; a diagonal too small to factor
    /// gets a thousand times the ridge until it does. `None` where even that fails (a is not finite).
    pub fn new(a: &[f64], n: usize, ridge: f64) -> Option<Self> {
        let mut ridge = ridge.max(0.0);
        for _ in 0..6 {
            let m = Mat::from_fn(n, n, |i, j| a[j * n + i] + if i == j { ridge } else { 0.0 });
            if let Ok(factor) = m.llt(Side::Lower) {
                return Some(Self { factor, n });
            }
            ridge = (ridge * 1e3).max(1e-9);
        }
        None
    }

    /// Solves in place for each of the columns of the n×m column-major `b`.
    pub fn solve(&self, b: &mut [f64]) {
        let columns = b.len() / self.n.max(1);
        let mut m = faer::MatMut::from_column_major_slice_mut(b, self.n, columns);
        self.factor.solve_in_place(&mut m);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_a_small_system() {
        let a = [4.0, 1.0, 1.0, 3.0];
        let mut b = [1.0, 2.0, 0.0, 1.0];
        SymmetricSolver::new(&a, 2, 0.0).unwrap().solve(&mut b);
        for (got, want) in b
            .iter()
            .zip([1.0 / 11.0, 7.0 / 11.0, -1.0 / 11.0, 4.0 / 11.0])
        {
            assert!((got - want).abs() < 1e-12);
        }
    }
}
