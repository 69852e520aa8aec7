//! A running median: what a noisy curve comes to.

/// Points of a curve below which it is drawn as it is.
const FEW: usize = 60;
/// A window spans this part of the points.
const PART: usize = 24;

/// The median of the points around each, of those that are numbers; nothing where the curve is short enough to be read itself.
pub(super) fn running(points: &[[f64; 2]]) -> Option<Vec<[f64; 2]>> {
    if points.len() < FEW {
        return None;
    }
    let reach = points.len() / PART / 2;
    let mut window: Vec<f64> = Vec::with_capacity(2 * reach + 2);
    let place = |window: &[f64], v: f64| window.partition_point(|w| *w < v);
    let finite = |i: usize| points.get(i).map(|p| p[1]).filter(|v| v.is_finite());
    for value in (0..reach).filter_map(finite) {
        window.insert(place(&window, value), value);
    }
    let median = |(i, point): (usize, &[f64; 2])| {
        if let Some(value) = finite(i + reach) {
            window.insert(place(&window, value), value);
        }
        if let Some(value) = i.checked_sub(reach + 1).and_then(finite) {
            window.remove(place(&window, value));
        }
        let high = window.get(window.len() / 2)?;
        let low = window.get(window.len().saturating_sub(1) / 2)?;
        Some([point[0], f64::midpoint(*low, *high)])
    };
    Some(points.iter().enumerate().filter_map(median).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_the_median_of_the_window(values in prop::collection::vec(-9_i8..9, 60..300)) {
            let points: Vec<[f64; 2]> =
                values.iter().enumerate().map(|(i, v)| [i as f64, f64::from(*v)]).collect();
            let reach = points.len() / PART / 2;
            for (i, [x, y]) in running(&points).unwrap().into_iter().enumerate() {
                let mut around: Vec<f64> = points
                    [i.saturating_sub(reach)..(i + reach + 1).min(points.len())]
                    .iter().map(|p| p[1]).collect();
                around.sort_by(f64::total_cmp);
                let n = around.len();
                prop_assert_eq!(x, i as f64);
                prop_assert_eq!(y, f64::midpoint(around[(n - 1) / 2], around[n / 2]));
            }
        }
    }

    #[test]
    fn a_short_curve_needs_none() {
        assert!(running(&[[0.0, 1.0]; 10]).is_none());
        assert_eq!(running(&[[0.0, f64::NAN]; 100]).unwrap().len(), 0);
    }
}
