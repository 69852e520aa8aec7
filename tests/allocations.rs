//! Online rules take a step without allocating.

use std::alloc::System;

use ammon::episode::Batch;
use ammon::learning::{Context, Moment, RuleSpec, RuleState, Start};
use ammon::neocortex::{CellSpec, Cortex, LossSpec, Score, Step};
use ammon::numeric::{Block, Rng};
use ammon::task::{AddDelayed, InfluenceBalancing, TaskSpec};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static GLOBAL: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// One step as it was lived.
struct Lived {
    h_prev: Vec<f32>,
    h: Vec<f32>,
    aux: Vec<f32>,
    score: Option<Score<f32>>,
}

fn live(cortex: &Cortex<f32>, batch: &Batch<f32>) -> Vec<Lived> {
    let mut h = vec![0.0; cortex.state() * batch.width];
    let mut z = vec![0.0; cortex.drive_rows() * batch.width];
    (0..batch.steps)
        .map(|t| {
            let h_prev = h.clone();
            let mut aux = vec![0.0; cortex.aux_rows() * batch.width];
            let x = Block::columns(&batch.inputs, t * batch.width, batch.width);
            cortex.drive_into(x, &mut z);
            cortex.step(&h_prev, &z, &mut h, &mut aux);
            let y = batch.targets.nrows() * batch.width;
            let targets = &batch.targets.as_slice()[t * y..(t + 1) * y];
            let mask = batch.mask_at(t);
            let score = mask
                .contains(&1.0)
                .then(|| cortex.score(&h, &aux, targets, mask));
            let h = h.clone();
            Lived {
                h_prev,
                h,
                aux,
                score,
            }
        })
        .collect()
}

#[test]
fn an_online_rule_takes_a_step_without_allocating() {
    for cell in CellSpec::all() {
        let task = match cell {
            CellSpec::Chain(_) => TaskSpec::InfluenceBalancing(InfluenceBalancing::default()),
            _ => TaskSpec::AddDelayed(AddDelayed::default()),
        };
        let task = task.kind::<f32>();
        let (dims, mut rng) = (task.dims(), Rng::named(3, "test"));
        let cortex = Cortex::<f32>::new(
            &cell,
            dims.inputs,
            dims.outputs,
            LossSpec::suiting(task.targets()),
            task.tolerance(),
            &mut rng,
        );
        for width in [1, 3] {
            let episodes: Vec<_> = (0..width).map(|_| task.episode(&mut rng)).collect();
            let batch = Batch::of(&episodes, 0);
            let lived = live(&cortex, &batch);
            let cx = Context {
                cortex: &cortex,
                batch: &batch,
            };
            for spec in RuleSpec::all() {
                if !spec.kind().streams() || spec.refusal(&cell).is_some() {
                    continue;
                }
                let start = Start {
                    cortex: &cortex,
                    rng: rng.clone(),
                };
                let mut rule = RuleState::new(&spec, start);
                let rule = rule.as_dyn_mut();
                let mut grad = cortex.gradient();
                rule.begin(&cx);
                let mut observe = |t: usize| {
                    let now = &lived[t];
                    let x = dims.inputs * width;
                    let moment = Moment {
                        t,
                        since_begin: t as u64,
                        step: Step {
                            h_prev: &now.h_prev,
                            x: &batch.inputs.as_slice()[t * x..(t + 1) * x],
                            h: &now.h,
                            aux: &now.aux,
                        },
                        score: now.score.as_ref(),
                        remote: 0,
                    };
                    rule.observe(&cx, &moment, &mut grad);
                };
                // The first scored steps make room.
                (0..20).for_each(&mut observe);
                let region = Region::new(GLOBAL);
                (20..batch.steps).for_each(&mut observe);
                let change = region.change();
                assert_eq!(
                    (change.allocations, change.reallocations),
                    (0, 0),
                    "{} on {}, {width} side by side",
                    spec.name(),
                    cell.name()
                );
            }
        }
    }
}
