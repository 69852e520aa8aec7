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
}

impl Real for f64 {
    fn of(x: f64) -> Self {
        x
    }
    fn f64(self) -> f64 {
        self
    }
    fn tanh_all(values: &mut [Self]) {
        for v in values {
            *v = v.tanh();
        }
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
        for v in values {
            *v = tanh_rational(*v);
        }
    }
}

/// Rational tanh, 13/6, within 5e-7 of the true one: odd polynomial over even polynomial on ±7.9, where single
/// precision saturates. The coefficients are those of Eigen's `ptanh`. Branch-free, so that a loop over it vectorises.
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
    fn the_rational_tanh_is_within_5e7_of_the_true_one() {
        let mut worst = 0.0_f64;
        for i in -200_000..=200_000 {
            let x = i as f32 * 1e-4;
            worst = worst.max((f64::from(tanh_rational(x)) - f64::from(x).tanh()).abs());
        }
        assert!(worst < 5e-7, "{worst}");
    }
}
