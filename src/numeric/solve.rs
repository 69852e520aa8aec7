//! Solving symmetric positive definite systems.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt;
use faer::{MatMut, MatRef, Par};

/// The Cholesky factor of A + λI in double precision, made in the place of A.
#[derive(Debug)]
pub struct SymmetricSolver {
    /// n×n, column-major; the lower triangle is the factor. Longer than that where it was another factor's.
    factor: Vec<f64>,
    n: usize,
}

impl SymmetricSolver {
    /// Factors the n×n symmetric A, of which `fill` writes the lower triangle (column-major), with `ridge` added to its
    /// diagonal; a diagonal too small to factor gets a thousand times the ridge until it does. `None` where even that fails
    /// (A is not finite). `place` is where the factor is made, if it is large enough: that of a solver before saves fetching
    /// as much memory anew.
    pub fn new(n: usize, ridge: f64, place: Vec<f64>, fill: impl Fn(&mut [f64])) -> Option<Self> {
        let mut factor = place;
        if factor.len() < n * n {
            drop(std::mem::take(&mut factor));
            factor = vec![0.0; n * n];
        }
        let mut stack = MemBuffer::new(llt::factor::cholesky_in_place_scratch::<f64>(
            n,
            Par::Seq,
            faer::Spec::default(),
        ));
        let mut ridge = ridge.max(0.0);
        for _ in 0..6 {
            let a = &mut factor[..n * n];
            fill(a);
            a.iter_mut().step_by(n + 1).for_each(|d| *d += ridge);
            let done = llt::factor::cholesky_in_place(
                MatMut::from_column_major_slice_mut(a, n, n),
                llt::factor::LltRegularization::default(),
                Par::Seq,
                MemStack::new(&mut stack),
                faer::Spec::default(),
            );
            if done.is_ok() {
                return Some(Self { factor, n });
            }
            ridge = (ridge * 1e3).max(1e-9);
        }
        None
    }

    /// Solves in place for each of the columns of the n×m column-major `b`.
    pub fn solve(&self, b: &mut [f64]) {
        let n = self.n;
        let columns = b.len() / n.max(1);
        llt::solve::solve_in_place(
            MatRef::from_column_major_slice(&self.factor[..n * n], n, n),
            MatMut::from_column_major_slice_mut(b, n, columns),
            Par::Seq,
            MemStack::new(&mut []),
        );
    }

    /// The memory of the factor, for the next one.
    pub fn into_place(self) -> Vec<f64> {
        self.factor
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_a_small_system_wherever_the_factor_is_made() {
        let mut place = Vec::new();
        for n in [2, 1, 2, 0] {
            let a = [4.0, 1.0, f64::NAN, 3.0];
            let fill = |out: &mut [f64]| {
                for (j, column) in out.chunks_mut(n.max(1)).enumerate() {
                    (j..n).for_each(|i| column[i] = a[j * 2 + i]);
                }
            };
            let solver = SymmetricSolver::new(n, 0.0, place, fill).unwrap();
            let mut b = [1.0, 2.0, 0.0, 1.0];
            let want: &[f64] = match n {
                2 => &[1.0 / 11.0, 7.0 / 11.0, -1.0 / 11.0, 4.0 / 11.0],
                1 => &[0.25, 0.5, 0.0, 0.25],
                _ => &[],
            };
            solver.solve(&mut b[..want.len()]);
            for (got, want) in b.iter().zip(want) {
                assert!((got - want).abs() < 1e-12, "{n}: {got} {want}");
            }
            place = solver.into_place();
        }
    }

    #[test]
    fn a_singular_system_gets_a_ridge_and_one_that_is_not_finite_none() {
        let fill = |out: &mut [f64]| out.fill(1.0);
        let solver = SymmetricSolver::new(2, 0.0, Vec::new(), fill).unwrap();
        let mut b = [1.0, 1.0];
        solver.solve(&mut b);
        assert!((b[0] + b[1] - 1.0).abs() < 1e-6, "{b:?}");
        let fill = |out: &mut [f64]| out.fill(f64::NAN);
        assert!(SymmetricSolver::new(2, 0.0, Vec::new(), fill).is_none());
    }
}
