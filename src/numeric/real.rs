//! The scalar type: `f32` for simulation, `f64` for checking gradients, the same code for both.

use std::fmt::{Debug, Display};
use std::iter::Sum;

use nalgebra::Scalar;
use num_traits::{Float, NumAssign};
use serde::{Serialize, de::DeserializeOwned};

/// A real number the simulator can run in.
pub trait Real:
    Scalar
    + Float
    + NumAssign
    + Sum
    + Debug
    + Display
    + Default
    + Send
    + Sync
    + Serialize
    + DeserializeOwned
    + faer::traits::ComplexField
    + 'static
{
    /// The nearest value to `x`.
    fn of(x: f64) -> Self;
    /// The value in double precision.
    fn f64(self) -> f64;
    /// `tanh` of every element, in place.
    fn tanh_all(values: &mut [Self]);
    /// The logistic function of every element, in place: σ(x) = (1 + tanh(x/2)) / 2.
    fn sigmoid_all(values: &mut [Self]) {
        let half = Self::of(0.5);
        for v in values.iter_mut() {
            *v *= half;
        }
        Self::tanh_all(values);
        for v in values.iter_mut() {
            *v = half + half * *v;
        }
    }
}

impl Real for f64 {
    fn of(x: f64) -> Self {
        x
    }
    fn f64(self) -> f64 {
        self
    }
    fn tanh_all(values: &mut [Self]) {
        pulp::Arch::new().dispatch(|| {
            for v in values.iter_mut() {
                *v = tanh_exact(*v);
            }
        });
    }
}

impl Real for f32 {
    fn of(x: f64) -> Self {
        x as f32
    }
    fn f64(self) -> f64 {
        f64::from(self)
    }
    fn tanh_all(values: &mut [Self]) {
        pulp::Arch::new().dispatch(|| {
            for v in values.iter_mut() {
                *v = tanh_rational(*v);
            }
        });
    }
}

/// tanh to the last few bits, e/(e + 2) with e = exp(2x) − 1. With 2x = k ln 2 + r, e = 2^k (exp(r) − 1) + 2^k − 1, where
/// the series of exp(r) − 1 is taken to the 13th order. Branch-free, so that a loop over it vectorises.
#[inline(always)]
fn tanh_exact(x: f64) -> f64 {
    /// Adding it rounds to a whole number, which then stands in the lowest bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    /// Of the series: 1/2!, 1/3!, …
    const C: [f64; 12] = [
        1.0 / 2.0,
        1.0 / 6.0,
        1.0 / 24.0,
        1.0 / 120.0,
        1.0 / 720.0,
        1.0 / 5_040.0,
        1.0 / 40_320.0,
        1.0 / 362_880.0,
        1.0 / 3_628_800.0,
        1.0 / 39_916_800.0,
        1.0 / 479_001_600.0,
        1.0 / 6_227_020_800.0,
    ];
    let y = 2.0 * x.clamp(-20.0, 20.0);
    let k = y.mul_add(std::f64::consts::LOG2_E, ROUND);
    let whole = k - ROUND;
    let r = whole.mul_add(-LN2_LOW, whole.mul_add(-LN2_HIGH, y));
    // Pairs of terms, pairs of pairs (Estrin's scheme): short chains of dependent operations.
    let r2 = r * r;
    let r4 = r2 * r2;
    let two = |c: usize| C[c + 1].mul_add(r, C[c]);
    let four = |c: usize| two(c + 2).mul_add(r2, two(c));
    let p = four(8).mul_add(r4, four(4)).mul_add(r4, four(0));
    let series = p.mul_add(r2, r);
    let power = f64::from_bits((k.to_bits() << 52).wrapping_add(1023 << 52));
    let e = power.mul_add(series, power - 1.0);
    // NaN passes through the series.
    e / (e + 2.0)
}

/// Rational tanh, 13/6, within 5e-7 of the true one: odd polynomial over even polynomial on ±7.9, where single
/// precision saturates. The coefficients are those of Eigen's `ptanh`. Branch-free, so that a loop over it vectorises.
#[inline(always)]
fn tanh_rational(x: f32) -> f32 {
    const LIMIT: f32 = 7.905_311;
    let x = x.clamp(-LIMIT, LIMIT);
    let s = x * x;
    let mut p = -2.760_768_5e-16_f32;
    p = p * s + 2.000_188e-13;
    p = p * s - 8.604_672e-11;
    p = p * s + 5.122_297_1e-8;
    p = p * s + 1.485_722_4e-5;
    p = p * s + 6.372_619_3e-4;
    p = p * s + 4.893_525e-3;
    let mut q = 1.198_258_4e-6_f32;
    q = q * s + 1.185_347_1e-4;
    q = q * s + 2.268_434_6e-3;
    q = q * s + 4.893_525e-3;
    x * p / q
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exact_tanh_is_within_a_few_bits_of_the_libms() {
        let mut all: Vec<f64> = (-200_000..=200_000)
            .map(|i| f64::from(i) * 1.1e-4)
            .collect();
        all.extend((0..300).map(|i| 0.9_f64.powi(i)));
        let mut got = all.clone();
        f64::tanh_all(&mut got);
        for (x, t) in all.iter().zip(&got) {
            let apart = (t - x.tanh()).abs();
            assert!(apart <= 1e-15 * x.tanh().abs(), "{x}: {t} {}", x.tanh());
        }
        let mut odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0];
        f64::tanh_all(&mut odd);
        assert!(odd[0].is_nan() && odd[1] == 1.0 && odd[2] == -1.0 && odd[3] == 0.0);
    }

    #[test]
    fn the_rational_tanh_is_within_5e7_of_the_true_one() {
        let mut worst = 0.0_f64;
        for i in -200_000..=200_000 {
            let x = i as f32 * 1e-4;
            worst = worst.max((f64::from(tanh_rational(x)) - f64::from(x).tanh()).abs());
        }
        assert!(worst < 5e-7, "{worst}");
    }
}
