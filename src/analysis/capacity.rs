//! What recall curves come to: the load at which recall breaks, and how it compares with theory.

/// The load at which a curve of (patterns, overlap), by ascending load, first falls below `level`, by linear interpolation;
/// `None` where it does not, or starts below.
pub fn patterns_at(curve: &[(f64, f64)], level: f64) -> Option<f64> {
    if curve.first()?.1 < level {
        return None;
    }
    let pair = curve.windows(2).find(|pair| pair[1].1 < level)?;
    let ((p0, o0), (p1, o1)) = (pair[0], pair[1]);
    Some(p0 + (p1 - p0) * (o0 - level) / (o0 - o1))
}

/// k = P a ln(1/a) / M of a sparse network that holds P patterns (Treves & Rolls 1991: P ≈ k M / (a ln(1/a))).
pub fn load_constant(patterns: f64, units: usize, sparsity: f64) -> f64 {
    patterns * sparsity * (1.0 / sparsity).ln() / units as f64
}

/// The longest errorless replay over a curve of (patterns, part before the first error), in transitions.
pub fn longest(curve: &[(f64, f64)]) -> f64 {
    curve
        .iter()
        .map(|(patterns, part)| (patterns - 1.0) * part)
        .fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_break_is_interpolated_and_absent_where_there_is_none() {
        let curve = [(100.0, 1.0), (200.0, 0.95), (300.0, 0.85), (400.0, 0.2)];
        assert!((patterns_at(&curve, 0.9).unwrap() - 250.0).abs() < 1e-9);
        assert_eq!(patterns_at(&curve[..2], 0.9), None);
        assert_eq!(patterns_at(&curve[2..], 0.9), None);
        assert_eq!(patterns_at(&[], 0.9), None);
    }

    #[test]
    fn the_longest_replay_is_not_the_longest_sequence() {
        assert!((longest(&[(11.0, 1.0), (41.0, 0.5), (101.0, 0.1)]) - 20.0).abs() < 1e-9);
    }
}
