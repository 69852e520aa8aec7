//! The random rules are right on average: their mean over many draws is the gradient of real-time recurrent learning.

use ammon::learning::{KfRtrl, Rtrl, RuleSpec, Uoro};
use ammon::neocortex::{CellSpec, Gaussian, InitSpec, Tanh};
use ammon::task::{Copy, TaskSpec};

use crate::support::{gradient, live, setting, state};

const DRAWS: u32 = 100_000;

struct Spread {
    /// Mean projection on the exact gradient, and its standard error.
    projection: (f64, f64),
    /// Largest deviation of a coordinate's mean, in standard errors.
    worst: f64,
    /// Root mean squared distance of one draw, over the exact gradient's norm.
    one_draw: f64,
}

fn spread(spec: &RuleSpec) -> Spread {
    let cell = CellSpec::Tanh(Tanh {
        units: 8,
        init: InitSpec::Gaussian(Gaussian { gain: 1.3 }),
        ..Tanh::default()
    });
    // T = 10.
    let task = TaskSpec::Copy(Copy {
        symbols: 3,
        length: 3,
        delay: 4,
    });
    let (cortex, batch) = setting(&cell, &task, 1);
    let exact = gradient(&cortex, &batch, &RuleSpec::Rtrl(Rtrl {}));
    let flat = |tensors: &[ammon::numeric::DMatrix<f64>]| -> Vec<f64> {
        tensors.iter().flat_map(|t| t.iter().copied()).collect()
    };
    let exact = flat(exact.recurrent());
    let size: f64 = exact.iter().map(|g| g * g).sum();
    let mut rule = state(&cortex, spec, 7);
    let (mut sum, mut squares) = (vec![0.0; exact.len()], vec![0.0; exact.len()]);
    let (mut along, mut along2, mut apart) = (0.0, 0.0, 0.0);
    for _ in 0..DRAWS {
        let draw = flat(live(&cortex, &batch, &mut rule).1.recurrent());
        let p = draw.iter().zip(&exact).map(|(a, b)| a * b).sum::<f64>() / size;
        along += p;
        along2 += p * p;
        for (i, (draw, exact)) in draw.iter().zip(&exact).enumerate() {
            let d = draw - exact;
            sum[i] += d;
            squares[i] += d * d;
            apart += d * d;
        }
    }
    let n = f64::from(DRAWS);
    let error = |sum: f64, squares: f64| ((squares / n - (sum / n).powi(2)) / n).sqrt();
    let worst = sum
        .iter()
        .zip(&squares)
        .map(|(s, q)| (s / n).abs() / error(*s, *q).max(1e-12))
        .fold(0.0, f64::max);
    Spread {
        projection: (along / n, error(along, along2)),
        worst,
        one_draw: (apart / n / size).sqrt(),
    }
}

fn assert_unbiased(name: &str, s: &Spread) {
    let (mean, error) = s.projection;
    println!(
        "{name}: projection {mean:.4} ± {error:.4}, worst coordinate {:.2} standard errors, one draw {:.2}",
        s.worst, s.one_draw
    );
    assert!((mean - 1.0).abs() < 3.0 * error, "{name}: {mean} ± {error}");
    assert!(s.worst < 4.5, "{name}: {}", s.worst);
    assert!(error < 0.05, "{name}: too few draws to tell");
}

#[test]
fn uoro_is_unbiased_and_balancing_lowers_its_spread() {
    let balanced = spread(&RuleSpec::Uoro(Uoro { balance: true }));
    let plain = spread(&RuleSpec::Uoro(Uoro { balance: false }));
    assert_unbiased("balanced", &balanced);
    assert_unbiased("plain", &plain);
    let gain = plain.one_draw / balanced.one_draw;
    assert!(gain > 1.2, "{gain}");
}

#[test]
fn kf_rtrl_is_unbiased_and_less_noisy_than_uoro() {
    let kronecker = spread(&RuleSpec::KfRtrl(KfRtrl {}));
    assert_unbiased("KfRtrl", &kronecker);
    let uoro = spread(&RuleSpec::Uoro(Uoro { balance: true }));
    assert!(kronecker.one_draw < uoro.one_draw);
}
