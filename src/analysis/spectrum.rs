//! The spectrum of a weight matrix: where its eigenvalues lie says whether a linear network with these weights would fade,
//! oscillate or explode.

use nalgebra::linalg::Schur;

use crate::numeric::DMatrix;

/// Rows of a matrix at most: the work grows with their cube.
const MOST: usize = 1024;
/// Sweeps of the iteration for each eigenvalue, at most.
const SWEEPS: usize = 100;

/// Eigenvalues (real, imaginary) of an n×n matrix, its columns one after the other; an error says why there are none.
pub fn spectrum(n: usize, columns: &[f32]) -> Result<Vec<[f64; 2]>, String> {
    if n == 0 || columns.len() != n * n {
        return Err("only a square matrix has a spectrum".into());
    }
    if n > MOST {
        return Err(format!(
            "the spectrum of {n} units takes too long: {MOST} at most"
        ));
    }
    if columns.iter().any(|v| !v.is_finite()) {
        return Err("a weight is no finite number".into());
    }
    let matrix = DMatrix::from_iterator(n, n, columns.iter().map(|v| f64::from(*v)));
    let found = Schur::try_new(matrix, f64::EPSILON, SWEEPS * n);
    let found = found.ok_or("the eigenvalues cannot be found")?;
    let values = found.complex_eigenvalues();
    Ok(values.iter().map(|value| [value.re, value.im]).collect())
}

/// Singular values of a matrix, its rows one after the other, the largest first; none where that takes too long, or a value is
/// no finite number.
pub fn singular_values(rows: usize, columns: usize, values: &[f32]) -> Option<Vec<f64>> {
    let fits = rows.min(columns) > 0 && rows.max(columns) <= MOST;
    if !fits || values.len() != rows * columns || values.iter().any(|v| !v.is_finite()) {
        return None;
    }
    let values = values.iter().map(|v| f64::from(*v));
    let matrix = DMatrix::from_row_iterator(rows, columns, values);
    Some(matrix.singular_values().iter().copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rotation_has_its_pair_and_a_triangle_its_diagonal() {
        let (cos, sin) = (0.6_f32, 0.8_f32);
        let mut found = spectrum(2, &[cos, sin, -sin, cos]).unwrap();
        found.sort_by(|a, b| a[1].total_cmp(&b[1]));
        for (found, expected) in found.iter().zip([[0.6, -0.8], [0.6, 0.8]]) {
            assert!((found[0] - expected[0]).abs() < 1e-6 && (found[1] - expected[1]).abs() < 1e-6);
        }
        let mut found = spectrum(3, &[1.0, 0.0, 0.0, 5.0, -2.0, 0.0, 7.0, 8.0, 0.5]).unwrap();
        found.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let real: Vec<f64> = found.iter().map(|v| (v[0] * 1e6).round() / 1e6).collect();
        assert_eq!(real, [-2.0, 0.5, 1.0]);
    }

    #[test]
    fn their_sum_is_the_trace() {
        let mut rng = crate::numeric::Rng::named(3, "spectrum");
        let n = 65;
        let columns: Vec<f32> = (0..n * n).map(|_| rng.normal() as f32).collect();
        let trace: f64 = (0..n).map(|i| f64::from(columns[i * n + i])).sum();
        let sum: f64 = spectrum(n, &columns).unwrap().iter().map(|v| v[0]).sum();
        assert!((trace - sum).abs() < 1e-8 * n as f64, "{trace} {sum}");
    }

    #[test]
    fn a_stretched_rotation_has_its_stretches() {
        let found = singular_values(2, 3, &[0.0, -3.0, 0.0, 2.0, 0.0, 0.0]).unwrap();
        assert!((found[0] - 3.0).abs() < 1e-9 && (found[1] - 2.0).abs() < 1e-9);
        assert_eq!(singular_values(1, 1, &[f32::NAN]), None);
        assert_eq!(singular_values(0, 3, &[]), None);
    }

    #[test]
    fn what_has_none_is_refused() {
        assert!(spectrum(2, &[1.0; 3]).is_err());
        assert!(spectrum(2, &[1.0, f32::NAN, 0.0, 1.0]).is_err());
        assert!(spectrum(MOST + 1, &vec![0.0; (MOST + 1) * (MOST + 1)]).is_err());
    }
}
