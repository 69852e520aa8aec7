//! Sparse attentive backtracking: its whole gradient is the derivative of the loss, and what truncation leaves of it.

use ammon::episode::Batch;
use ammon::learning::{Always, AttendSpec, RuleSpec, Sab, Scored};
use ammon::neocortex::{CellSpec, Cortex, Lstm, Tanh};
use ammon::numeric::Rng;
use ammon::task::{Copy, TaskSpec};

use crate::support::{assert_derivative_at, gradient, setting};

fn reminded(cell: &CellSpec, keys: usize) -> (Cortex<f64>, Batch<f64>) {
    let task = TaskSpec::Copy(Copy {
        symbols: 3,
        length: 3,
        delay: 4,
    });
    let (cortex, batch) = setting(cell, &task, 2);
    let mut rng = Rng::named(5, "attention");
    (
        cortex.with_attention(&["W_q", "W_m"], keys, &mut rng),
        batch,
    )
}

fn cells() -> [CellSpec; 2] {
    [
        CellSpec::Tanh(Tanh {
            units: 6,
            ..Tanh::default()
        }),
        CellSpec::Lstm(Lstm {
            units: 4,
            ..Lstm::default()
        }),
    ]
}

#[test]
fn finite_differences_confirm_attention_and_all_that_lies_behind_it() {
    for cell in cells() {
        for (attend, every) in [
            (AttendSpec::Scored(Scored {}), 1),
            (AttendSpec::Always(Always {}), 1),
            (AttendSpec::Always(Always {}), 3),
        ] {
            let rule = RuleSpec::Sab(
                Sab {
                    top_k: 2,
                    keys: 4,
                    attend_every: every,
                    attend,
                    ..Sab::default()
                }
                .exact(),
            );
            let (cortex, batch) = reminded(&cell, 4);
            let whole = gradient(&cortex, &batch, &rule);
            assert!(whole.tensors[3].amax() > 1e-6 && whole.tensors[4].amax() > 1e-6);
            let what = format!("{} {rule:?}", cell.name());
            // Small steps: the choice of the best memories has kinks.
            assert_derivative_at(1e-5, &what, &cortex, &whole, |moved| {
                gradient(moved, &batch, &rule).loss
            });
        }
    }
}

#[test]
fn credit_skips_to_the_first_steps_unless_memories_are_detached() {
    for cell in cells() {
        let (cortex, batch) = reminded(&cell, 4);
        let truncated = |detach_memories| {
            let rule = RuleSpec::Sab(Sab {
                truncation: 2,
                top_k: 6,
                keys: 4,
                detach_memories,
                ..Sab::default()
            });
            gradient(&cortex, &batch, &rule)
        };
        let (skips, detached) = (truncated(false), truncated(true));
        assert!((skips.loss - detached.loss).abs() < 1e-12);
        assert!(skips.remote[0].amax() > 1e-9, "{}", cell.name());
        assert_eq!(detached.remote[0].amax(), 0.0);
        // The attention itself learns either way.
        assert!(detached.tensors[3].amax() > 1e-9);
    }
}
