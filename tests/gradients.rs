//! Gradients against finite differences and against each other, in double precision.

use ammon::episode::{Batch, ContentShape};
use ammon::event::Direction;
use ammon::hippocampus::{Cue, Cuts, Exact, Scratch, StoreSpec, StoreState, Trace};
use ammon::learning::{
    Bptt, Context, Moment, Reinstated, ReplayBptt, Rule, RuleSpec, RuleState, Tbptt,
};
use ammon::neocortex::{CellSpec, Cortex, Gradient, Linear, Tanh};
use ammon::numeric::{Block, DMatrix, Rng};
use ammon::task::{Adding, Copy, Recall, TaskSpec};

fn cells() -> Vec<CellSpec> {
    let cells = vec![
        CellSpec::Tanh(Tanh {
            units: 7,
            ..Tanh::default()
        }),
        CellSpec::Tanh(Tanh {
            units: 7,
            leak: 0.3,
            ..Tanh::default()
        }),
        CellSpec::Linear(Linear {
            units: 6,
            ..Linear::default()
        }),
    ];
    for variant in CellSpec::variants() {
        assert!(
            cells.iter().any(|c| c.name() == variant.name),
            "{} is not tested",
            variant.name
        );
    }
    cells
}

fn tasks() -> Vec<TaskSpec> {
    vec![
        TaskSpec::Recall(Recall {
            delay: 6,
            ..Recall::default()
        }),
        TaskSpec::Copy(Copy {
            length: 3,
            delay: 2,
            ..Copy::default()
        }),
        TaskSpec::Adding(Adding { length: 9 }),
    ]
}

fn setting(cell: &CellSpec, task: &TaskSpec) -> (Cortex<f64>, Batch<f64>) {
    let task = task.as_task::<f64>();
    let dims = task.dims();
    let mut rng = Rng::named(11, "test");
    let cortex = Cortex::new(
        cell,
        dims.inputs,
        dims.outputs,
        task.loss(),
        task.tolerance(),
        &mut rng,
    );
    let episodes: Vec<_> = (0..3).map(|_| task.episode(&mut rng)).collect();
    (cortex, Batch::of(&episodes, 0))
}

/// Lives the batch once: states h_{−1} … h_{T−1}, and what the rule makes of it.
fn live(
    cortex: &Cortex<f64>,
    batch: &Batch<f64>,
    rule: &mut dyn Rule<f64>,
) -> (Vec<Vec<f64>>, Gradient<f64>) {
    let (n, b) = (cortex.units(), batch.width);
    let cx = Context { cortex, batch };
    let mut grad = cortex.gradient();
    let mut states = vec![vec![0.0; n * b]];
    let mut aux = vec![0.0; cortex.aux_rows() * b];
    rule.begin(&cx);
    let drive = cortex.drive(Block::of(&batch.inputs), batch.inputs.ncols());
    for t in 0..batch.steps {
        let mut h = vec![0.0; n * b];
        cortex.step(
            &states[t],
            &drive.as_slice()[t * n * b..(t + 1) * n * b],
            &mut h,
            &mut aux,
        );
        let y = batch.targets.nrows();
        let score = batch.mask_at(t).iter().any(|m| *m != 0.0).then(|| {
            cortex.score(
                &h,
                &batch.targets.as_slice()[t * y * b..(t + 1) * y * b],
                batch.mask_at(t),
            )
        });
        let moment = Moment {
            t,
            h_prev: &states[t],
            h: &h,
            aux: &aux,
            score: score.as_ref(),
        };
        rule.observe(&cx, &moment, &mut grad);
        states.push(h);
    }
    rule.finish(&cx, &mut grad);
    (states, grad)
}

fn bptt(cortex: &Cortex<f64>, batch: &Batch<f64>) -> Gradient<f64> {
    live(
        cortex,
        batch,
        RuleState::new(&RuleSpec::Bptt(Bptt {})).as_dyn_mut(),
    )
    .1
}

fn distance(a: &[DMatrix<f64>], b: &[DMatrix<f64>]) -> f64 {
    let apart: f64 = a.iter().zip(b).map(|(a, b)| (a - b).norm_squared()).sum();
    let size: f64 = b.iter().map(DMatrix::norm_squared).sum();
    (apart / size.max(f64::MIN_POSITIVE)).sqrt()
}

#[test]
fn finite_differences_confirm_bptt_for_every_parameter_of_every_cell() {
    for cell in cells() {
        for task in tasks() {
            let (cortex, batch) = setting(&cell, &task);
            let grad = bptt(&cortex, &batch);
            for (k, tensor) in grad.tensors.iter().enumerate() {
                let scale = tensor.amax().max(1e-3);
                for i in 0..tensor.len() {
                    let at = |d: f64| {
                        let mut moved = cortex.clone();
                        moved.weights.tensors[k][i] += d;
                        bptt(&moved, &batch).loss
                    };
                    // Fourth order: the error of the difference itself stays below the bound.
                    let e = 1e-3;
                    let numeric =
                        (8.0 * (at(e) - at(-e)) - (at(2.0 * e) - at(-2.0 * e))) / (12.0 * e);
                    let apart = (numeric - tensor[i]).abs() / scale;
                    assert!(
                        apart < 1e-6,
                        "{} {} {k} {i}: {numeric} {}",
                        cell.name(),
                        task.name(),
                        tensor[i]
                    );
                }
            }
        }
    }
}

#[test]
fn tbptt_with_a_horizon_of_all_steps_is_bptt_and_its_remote_part_is_zero_when_short() {
    for cell in cells() {
        for task in tasks() {
            let (cortex, batch) = setting(&cell, &task);
            let exact = bptt(&cortex, &batch);
            let mut long = RuleState::new(&RuleSpec::Tbptt(Tbptt {
                horizon: batch.steps,
            }));
            let (_, grad) = live(&cortex, &batch, long.as_dyn_mut());
            assert!(distance(&grad.tensors, &exact.tensors) < 1e-12);
            assert!(distance(&grad.remote, &exact.remote) < 1e-12);
            let mut short = RuleState::new(&RuleSpec::Tbptt(Tbptt { horizon: 1 }));
            let (_, grad) = live(&cortex, &batch, short.as_dyn_mut());
            assert!(distance(&grad.tensors, &exact.tensors) > 1e-3);
            assert!(grad.remote.iter().all(|t| t.amax() == 0.0));
        }
    }
}

#[test]
fn reverse_replay_from_an_exact_store_is_bptt_to_rounding_for_every_cell() {
    for cell in cells() {
        for task in tasks() {
            let (cortex, batch) = setting(&cell, &task);
            let mut tape = RuleState::new(&RuleSpec::Bptt(Bptt {}));
            let (states, exact) = live(&cortex, &batch, tape.as_dyn_mut());
            let shape = ContentShape {
                state: cortex.units(),
                input: cortex.inputs(),
                target: cortex.outputs(),
            };
            let mut store = StoreState::<f64>::new(&StoreSpec::Exact(Exact {}), false);
            let (n, b) = (cortex.units(), batch.width);
            for e in 0..b {
                for (t, state) in states[..batch.steps].iter().enumerate() {
                    let mut content = state[e * n..(e + 1) * n].to_vec();
                    content.extend(batch.inputs.column(t * b + e).iter());
                    content.extend(batch.targets.column(t * b + e).iter());
                    content.push(batch.mask[t * b + e]);
                    let id = (e * batch.steps + t) as u64;
                    let after = (t > 0).then(|| (id - 1, [].as_slice()));
                    store.as_dyn_mut().encode(&[Trace {
                        engram: id,
                        code: &[],
                        content: &content,
                        after,
                    }]);
                }
            }
            let mut replay = RuleState::new(&RuleSpec::ReplayBptt(ReplayBptt {}));
            let mut grad = cortex.gradient();
            let (cuts, mut scratch) = (Cuts::default(), Scratch::default());
            for e in 0..b {
                replay.as_dyn_mut().begin_ripple(&cortex);
                let cue = Cue {
                    units: Vec::new(),
                    engram: ((e + 1) * batch.steps - 1) as u64,
                };
                let mut state = store.as_dyn().complete(&cue, &cuts, &mut scratch);
                let mut t = batch.steps;
                while let Some(id) = state.engram {
                    t -= 1;
                    let content = store.as_dyn().content(id).unwrap();
                    let remote = t < batch.quarter();
                    replay.as_dyn_mut().reinstate(
                        &Reinstated {
                            cortex: &cortex,
                            shape,
                            content,
                            remote,
                        },
                        &mut grad,
                    );
                    state = store
                        .as_dyn()
                        .next(&state, Direction::Reverse, &cuts, &mut scratch);
                }
                assert_eq!(t, 0);
            }
            assert!(
                distance(&grad.tensors, &exact.tensors) < 1e-13,
                "{}",
                distance(&grad.tensors, &exact.tensors)
            );
            assert!(distance(&grad.remote, &exact.remote) < 1e-13);
            assert_eq!(grad.weight, exact.weight);
        }
    }
}
