//! Means, spreads, cosines.

use serde::{Deserialize, Serialize};

use super::Real;

/// Inner product in double precision.
pub fn dot<R: Real>(a: &[R], b: &[R]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x.f64() * y.f64()).sum()
}

/// Cosine of the angle between two vectors given their inner products; NaN where one of them is 0.
pub fn cosine(ab: f64, aa: f64, bb: f64) -> f64 {
    if aa <= 0.0 || bb <= 0.0 {
        f64::NAN
    } else {
        (ab / (aa.sqrt() * bb.sqrt())).clamp(-1.0, 1.0)
    }
}

/// Position of the largest value; of several the first.
pub fn argmax<R: Real>(values: &[R]) -> usize {
    let mut best = 0;
    for (i, v) in values.iter().enumerate() {
        if *v > values[best] {
            best = i;
        }
    }
    best
}

/// Mean; NaN of nothing.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Standard deviation (n − 1); NaN of fewer than two.
pub fn deviation(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return f64::NAN;
    }
    let m = mean(values);
    (values.iter().map(|v| (v - m).powi(2)).sum::<f64>() / (values.len() - 1) as f64).sqrt()
}

/// The value below which a part of sorted values lies, straight between neighbours (type 7 of Hyndman & Fan 1996); NaN of
/// nothing.
pub fn quantile(sorted: &[f64], part: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let place = part.clamp(0.0, 1.0) * last as f64;
    let (low, high) = (place.floor() as usize, place.ceil() as usize);
    sorted[low] + (sorted[high] - sorted[low]) * (place - low as f64)
}

/// Area under the receiver operating characteristic: how often one of the first is larger than one of the second, of equal ones
/// half (Mann & Whitney 1947); NaN where there are none of either.
pub fn area_under_curve(of: &[f64], against: &[f64]) -> f64 {
    let beats = |a: f64, b: f64| match a.total_cmp(&b) {
        std::cmp::Ordering::Greater => 1.0,
        std::cmp::Ordering::Equal => 0.5,
        std::cmp::Ordering::Less => 0.0,
    };
    let pairs = (of.iter()).flat_map(|a| against.iter().map(move |b| beats(*a, *b)));
    pairs.sum::<f64>() / (of.len() * against.len()) as f64
}

/// Running mean and variance of several quantities at once (Welford 1962).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Running {
    count: u64,
    mean: Vec<f64>,
    sum_of_squares: Vec<f64>,
}

impl Running {
    /// Statistics of `n` quantities.
    pub fn new(n: usize) -> Self {
        Self {
            count: 0,
            mean: vec![0.0; n],
            sum_of_squares: vec![0.0; n],
        }
    }

    /// Takes in one more value of each.
    pub fn add(&mut self, values: impl Iterator<Item = f64>) {
        self.count += 1;
        for ((m, s), v) in self
            .mean
            .iter_mut()
            .zip(&mut self.sum_of_squares)
            .zip(values)
        {
            let before = v - *m;
            *m += before / self.count as f64;
            *s += before * (v - *m);
        }
    }

    /// Mean of quantity `i`.
    pub fn mean(&self, i: usize) -> f64 {
        self.mean[i]
    }

    /// Standard deviation of quantity `i`, at least `floor`.
    pub fn deviation(&self, i: usize, floor: f64) -> f64 {
        if self.count < 2 {
            return 1.0;
        }
        (self.sum_of_squares[i] / self.count as f64)
            .sqrt()
            .max(floor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_is_how_often_one_is_larger() {
        assert_eq!(area_under_curve(&[2.0, 3.0], &[1.0, 0.0]), 1.0);
        assert_eq!(area_under_curve(&[1.0, 3.0], &[1.0, 2.0]), 0.625);
        assert!(area_under_curve(&[], &[1.0]).is_nan());
    }

    #[test]
    fn quantiles_lie_between_neighbours() {
        let sorted = [1.0, 2.0, 4.0, 8.0];
        assert_eq!(quantile(&sorted, 0.5), 3.0);
        assert_eq!(quantile(&sorted, 0.25), 1.75);
        assert_eq!((quantile(&sorted, 0.0), quantile(&sorted, 1.0)), (1.0, 8.0));
        assert!(quantile(&[], 0.5).is_nan());
    }

    #[test]
    fn running_statistics_equal_those_of_the_whole() {
        let values = [1.0, 4.0, -2.0, 8.5];
        let mut r = Running::new(1);
        for v in values {
            r.add([v].into_iter());
        }
        assert!((r.mean(0) - mean(&values)).abs() < 1e-12);
        let population = deviation(&values) * (3.0_f64 / 4.0).sqrt();
        assert!((r.deviation(0, 0.0) - population).abs() < 1e-12);
    }
}
