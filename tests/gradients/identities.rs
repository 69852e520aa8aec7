//! Rules that must agree, do, at frozen weights.

use ammon::learning::{
    Bptt, CheckpointedBptt, Eprop, FeedbackSpec, Last, ReadoutOnly, ReversibleReplay, Rflo, Rtrl,
    RuleSpec, Snap, Sum, Tbptt, Transposed, TruncationSpec,
};
use ammon::neocortex::{CellSpec, Cortex, Gru, Linear, Lstm, Reversible, Tanh};
use ammon::task::{Recall, TaskSpec};

use crate::support::{assert_same, distance, gradient, setting, settings, tasks};

const BPTT: RuleSpec = RuleSpec::Bptt(Bptt {});
const RTRL: RuleSpec = RuleSpec::Rtrl(Rtrl {});

fn transposed() -> FeedbackSpec {
    FeedbackSpec::Transposed(Transposed {})
}

fn snap(order: usize) -> RuleSpec {
    RuleSpec::Snap(Snap { order })
}

fn tbptt(horizon: usize, stride: usize, sum: bool) -> RuleSpec {
    let loss = if sum {
        TruncationSpec::Sum(Sum {})
    } else {
        TruncationSpec::Last(Last {})
    };
    RuleSpec::Tbptt(Tbptt {
        horizon,
        stride,
        loss,
    })
}

#[test]
fn rtrl_equals_bptt_for_every_cell() {
    for (what, _, mut cortex, batch) in settings() {
        let exact = gradient(&cortex, &batch, &BPTT);
        assert_same(&what, &gradient(&cortex, &batch, &RTRL), &exact, 1e-9);
        cortex.set_silenced(vec![0, 2]);
        let exact = gradient(&cortex, &batch, &BPTT);
        assert_same(&what, &gradient(&cortex, &batch, &RTRL), &exact, 1e-9);
    }
}

#[test]
fn checkpointed_bptt_equals_bptt_however_many_segments() {
    for (what, _, cortex, batch) in settings() {
        let exact = gradient(&cortex, &batch, &BPTT);
        for segments in [0, 1, 3, 4, 100] {
            let rule = RuleSpec::CheckpointedBptt(CheckpointedBptt { segments });
            assert_same(&what, &gradient(&cortex, &batch, &rule), &exact, 1e-12);
        }
    }
}

#[test]
fn tbptt_over_all_steps_equals_bptt_in_both_readings() {
    for (what, _, cortex, batch) in settings() {
        let exact = gradient(&cortex, &batch, &BPTT);
        let all = batch.steps;
        for rule in [
            tbptt(all, 1, false),
            tbptt(all, 1, true),
            tbptt(all, 3, true),
            tbptt(all + 5, all, true),
            tbptt(all, 1000, true),
        ] {
            assert_same(&what, &gradient(&cortex, &batch, &rule), &exact, 1e-12);
        }
    }
}

#[test]
fn a_short_tbptt_has_no_remote_part_where_only_the_end_is_scored() {
    for (what, cell, cortex, batch) in settings() {
        let scored = (0..batch.steps).find(|&t| batch.mask_at(t).contains(&1.0));
        if scored < Some(batch.steps / 2) || matches!(cell, CellSpec::Chain(_)) {
            continue;
        }
        let short = gradient(&cortex, &batch, &tbptt(1, 1, false));
        let exact = gradient(&cortex, &batch, &BPTT);
        assert!(distance(&short.tensors, &exact.tensors) > 1e-4, "{what}");
        assert!(short.remote.iter().all(|t| t.amax() == 0.0), "{what}");
    }
}

#[test]
fn last_takes_only_the_losses_at_the_stride() {
    // Copy scores its last three steps of eight: at a stride of 4 only the eighth's loss is left.
    let (mut cortex, mut batch) = (None, None);
    for (what, _, c, b) in settings() {
        if what.ends_with("Copy") && what.starts_with("Tanh") {
            (cortex, batch) = (Some(c), Some(b));
        }
    }
    let (cortex, batch) = (cortex.unwrap(), batch.unwrap());
    let last = gradient(&cortex, &batch, &tbptt(100, 4, false));
    let mut only = batch.clone();
    for t in 0..batch.steps - 1 {
        for m in &mut only.mask[t * batch.width..(t + 1) * batch.width] {
            *m = 0.0;
        }
    }
    assert_same("Last", &last, &gradient(&cortex, &only, &BPTT), 1e-12);
    assert!((last.weight - batch.width as f64).abs() < 1e-12);
}

/// Cells whose recurrent weights exist with this probability.
fn sparse(connectivity: f64) -> Vec<CellSpec> {
    let units = 9;
    vec![
        CellSpec::Tanh(Tanh {
            units,
            leak: 0.5,
            connectivity,
            ..Tanh::default()
        }),
        CellSpec::Linear(Linear {
            units,
            connectivity,
            ..Linear::default()
        }),
        CellSpec::Gru(Gru {
            units,
            connectivity,
            ..Gru::default()
        }),
        CellSpec::Lstm(Lstm {
            units,
            connectivity,
            ..Lstm::default()
        }),
    ]
}

/// Most steps from one unit to another along existing weights.
fn diameter(cortex: &Cortex<f64>) -> usize {
    let follows = cortex.followers();
    (0..follows.len())
        .map(|start| {
            let mut far = vec![usize::MAX; follows.len()];
            far[start] = 0;
            let mut queue = std::collections::VecDeque::from([start]);
            while let Some(from) = queue.pop_front() {
                for &to in &follows[from] {
                    if far[to as usize] == usize::MAX {
                        far[to as usize] = far[from] + 1;
                        queue.push_back(to as usize);
                    }
                }
            }
            far.into_iter().filter(|f| *f != usize::MAX).max().unwrap()
        })
        .max()
        .unwrap()
}

#[test]
fn snap_of_order_2_on_dense_weights_equals_rtrl() {
    for cell in sparse(1.0) {
        for task in tasks() {
            let (cortex, batch) = setting(&cell, &task, 2);
            let exact = gradient(&cortex, &batch, &RTRL);
            assert_same(
                cell.name(),
                &gradient(&cortex, &batch, &snap(2)),
                &exact,
                1e-12,
            );
            let first = gradient(&cortex, &batch, &snap(1));
            assert!(distance(&first.tensors, &exact.tensors) > 1e-4);
        }
    }
}

#[test]
fn snap_one_beyond_the_diameter_of_sparse_weights_equals_rtrl_and_not_before() {
    for cell in sparse(0.2) {
        for task in tasks() {
            let (cortex, batch) = setting(&cell, &task, 2);
            let reach = diameter(&cortex);
            assert!(reach >= 2, "{} {reach}", cell.name());
            let exact = gradient(&cortex, &batch, &RTRL);
            let whole = gradient(&cortex, &batch, &snap(reach + 1));
            assert_same(cell.name(), &whole, &exact, 1e-12);
            let part = gradient(&cortex, &batch, &snap(1));
            assert!(distance(&part.tensors, &exact.tensors) > 1e-6);
        }
    }
}

#[test]
fn snap_of_order_1_on_diagonal_weights_equals_rtrl() {
    for cell in sparse(0.0) {
        for task in tasks() {
            let (cortex, batch) = setting(&cell, &task, 2);
            let exact = gradient(&cortex, &batch, &RTRL);
            assert_same(
                cell.name(),
                &gradient(&cortex, &batch, &snap(1)),
                &exact,
                1e-12,
            );
        }
    }
}

#[test]
fn without_a_leak_rflo_eprop_and_overlapping_tbptt_of_one_step_are_the_same() {
    let rflo = RuleSpec::Rflo(Rflo {
        feedback: transposed(),
    });
    let eprop = RuleSpec::Eprop(Eprop {
        feedback: transposed(),
    });
    for (what, cell, cortex, batch) in settings() {
        let CellSpec::Tanh(p) = &cell else { continue };
        let eligible = gradient(&cortex, &batch, &eprop);
        assert_same(&what, &gradient(&cortex, &batch, &rflo), &eligible, 1e-12);
        let one = gradient(&cortex, &batch, &tbptt(1, 1, false));
        if p.leak == 1.0 {
            assert_same(&what, &eligible, &one, 1e-12);
        } else {
            assert!(distance(&eligible.tensors, &one.tensors) > 1e-3, "{what}");
        }
    }
}

#[test]
fn on_cells_that_keep_to_themselves_eprop_equals_rtrl() {
    // With no recurrent weights at all, what stays inside the unit is all there is.
    let rule = RuleSpec::Eprop(Eprop {
        feedback: transposed(),
    });
    for cell in sparse(1.0) {
        for task in tasks() {
            let (mut cortex, batch) = setting(&cell, &task, 2);
            cortex.weights.tensors[0].fill(0.0);
            let exact = gradient(&cortex, &batch, &RTRL);
            assert_same(
                cell.name(),
                &gradient(&cortex, &batch, &rule),
                &exact,
                1e-12,
            );
        }
    }
}

#[test]
fn every_rule_gives_the_readout_its_exact_gradient() {
    let recall = &tasks()[1];
    for cell in crate::support::cells() {
        let (cortex, batch) = setting(&cell, recall, 3);
        let exact = gradient(&cortex, &batch, &BPTT);
        for rule in RuleSpec::all() {
            if rule.offline() || rule.kind().reminds() || rule.refusal(&cell).is_some() {
                continue;
            }
            let got = gradient(&cortex, &batch, &rule);
            let v = exact.tensors.len() - 2;
            let apart = distance(&got.tensors[v..], &exact.tensors[v..]);
            assert!(apart < 1e-12, "{} {}: {apart}", rule.name(), cell.name());
            assert_eq!(got.weight, exact.weight, "{}", rule.name());
        }
        let floor = gradient(&cortex, &batch, &RuleSpec::ReadoutOnly(ReadoutOnly {}));
        assert!(floor.recurrent().iter().all(|t| t.amax() == 0.0));
    }
}

#[test]
fn running_a_reversible_cortex_backwards_equals_bptt() {
    let cell = CellSpec::Reversible(Reversible::default());
    let rule = RuleSpec::ReversibleReplay(ReversibleReplay {
        feedback: transposed(),
    });
    for (steps, within) in [(50, 1e-8), (100, 1e-5)] {
        let task = TaskSpec::Recall(Recall {
            delay: steps - 2,
            ..Recall::default()
        });
        let (cortex, batch) = setting(&cell, &task, 4);
        let exact = gradient(&cortex, &batch, &BPTT);
        let replayed = gradient(&cortex, &batch, &rule);
        assert_same(&format!("T = {steps}"), &replayed, &exact, within);
    }
    // Episodes of unequal length, and units that are lesioned.
    for (what, cell, mut cortex, batch) in settings() {
        if rule.refusal(&cell).is_none() {
            for silenced in [vec![], vec![1, 2]] {
                cortex.set_silenced(silenced);
                let exact = gradient(&cortex, &batch, &BPTT);
                assert_same(&what, &gradient(&cortex, &batch, &rule), &exact, 1e-9);
            }
        }
    }
}
