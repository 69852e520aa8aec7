//! Small networks, small batches, and what a rule makes of them.

use ammon::episode::Batch;
use ammon::learning::{Context, Moment, RuleSpec, RuleState, Start};
use ammon::neocortex::{
    CellSpec, Chain, Cortex, Gradient, Gru, Linear, LossSpec, Lstm, Reversible, Step, Tanh,
};
use ammon::numeric::{Block, DMatrix, Rng};
use ammon::task::{Adding, Anbn, Copy, Recall, TaskSpec};

/// At least one of every kind of cell.
pub fn cells() -> Vec<CellSpec> {
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
        CellSpec::Tanh(Tanh {
            units: 9,
            connectivity: 0.3,
            ..Tanh::default()
        }),
        CellSpec::Linear(Linear {
            units: 6,
            ..Linear::default()
        }),
        CellSpec::Gru(Gru {
            units: 5,
            ..Gru::default()
        }),
        CellSpec::Lstm(Lstm {
            units: 5,
            connectivity: 0.5,
            ..Lstm::default()
        }),
        CellSpec::Reversible(Reversible {
            units: 5,
            tau: 4.0,
            ..Reversible::default()
        }),
        CellSpec::Chain(Chain {
            units: 6,
            positive: 3,
            ..Chain::default()
        }),
    ];
    for variant in CellSpec::variants() {
        let found = cells.iter().any(|c| c.name() == variant.name);
        assert!(found, "{} is not tested", variant.name);
    }
    cells
}

/// Tasks with either loss, one and many scored steps, equal and unequal lengths.
pub fn tasks() -> Vec<TaskSpec> {
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
        TaskSpec::Anbn(Anbn { min: 1, max: 3 }),
    ]
}

/// Every cell with tasks of every shape.
pub fn settings() -> Vec<(String, CellSpec, Cortex<f64>, Batch<f64>)> {
    let mut all = Vec::new();
    for cell in cells() {
        for task in tasks() {
            let (cortex, batch) = setting(&cell, &task, 3);
            all.push((
                format!("{cell:?} {}", task.name()),
                cell.clone(),
                cortex,
                batch,
            ));
        }
    }
    all
}

pub fn setting(cell: &CellSpec, task: &TaskSpec, width: usize) -> (Cortex<f64>, Batch<f64>) {
    let task = task.kind::<f64>();
    let dims = task.dims();
    let mut rng = Rng::named(11, "test");
    let cortex = Cortex::new(
        cell,
        dims.inputs,
        dims.outputs,
        LossSpec::suiting(task.targets()),
        task.tolerance(),
        &mut rng,
    );
    let episodes: Vec<_> = (0..width).map(|_| task.episode(&mut rng)).collect();
    (cortex, Batch::of(&episodes, 0))
}

pub fn state(cortex: &Cortex<f64>, spec: &RuleSpec, seed: u64) -> RuleState<f64> {
    let rng = Rng::named(seed, "rule");
    RuleState::new(spec, Start { cortex, rng })
}

/// What a rule makes of one batch, pruned of weights that do not exist.
pub fn gradient(cortex: &Cortex<f64>, batch: &Batch<f64>, spec: &RuleSpec) -> Gradient<f64> {
    live(cortex, batch, &mut state(cortex, spec, 1)).1
}

/// Lives the batch once: states s_{−1} … s_{T−1}, and what the rule makes of it.
pub fn live(
    cortex: &Cortex<f64>,
    batch: &Batch<f64>,
    rule: &mut RuleState<f64>,
) -> (Vec<Vec<f64>>, Gradient<f64>) {
    let rule = rule.as_dyn_mut();
    let (b, rows) = (batch.width, cortex.drive_rows());
    let (x, y) = (batch.inputs.nrows() * b, batch.targets.nrows() * b);
    let cx = Context { cortex, batch };
    let mut grad = cortex.gradient();
    let mut states = vec![vec![0.0; cortex.state() * b]];
    let mut aux = vec![0.0; cortex.aux_rows() * b];
    rule.begin(&cx);
    let mut drive = DMatrix::zeros(cortex.drive_rows(), batch.inputs.ncols());
    cortex.drive_into(Block::of(&batch.inputs), drive.as_mut_slice());
    for t in 0..batch.steps {
        let mut h = states[t].clone();
        let z = &drive.as_slice()[t * rows * b..(t + 1) * rows * b];
        cortex.step(&states[t], z, &mut h, &mut aux);
        rule.remind(&cx, t, &mut h, &aux);
        let scored = batch.mask_at(t).iter().any(|m| *m != 0.0);
        let targets = &batch.targets.as_slice()[t * y..(t + 1) * y];
        let score = scored.then(|| cortex.score(&h, &aux, targets, batch.mask_at(t)));
        let moment = Moment {
            t,
            since_begin: t as u64,
            step: Step {
                h_prev: &states[t],
                x: &batch.inputs.as_slice()[t * x..(t + 1) * x],
                h: &h,
                aux: &aux,
            },
            score: score.as_ref(),
            remote: batch.early(t),
        };
        rule.observe(&cx, &moment, &mut grad);
        rule.observe_remote(&cx, &moment, &mut grad);
        states.push(h);
    }
    rule.finish(&cx, &mut grad);
    cortex.prune(&mut grad);
    (states, grad)
}

/// |a − b| / |b|.
pub fn distance(a: &[DMatrix<f64>], b: &[DMatrix<f64>]) -> f64 {
    let apart: f64 = a.iter().zip(b).map(|(a, b)| (a - b).norm_squared()).sum();
    let size: f64 = b.iter().map(DMatrix::norm_squared).sum();
    (apart / size.max(f64::MIN_POSITIVE)).sqrt()
}

/// Both gradients are the same to `within`, also in their remote part and in what they sum over.
pub fn assert_same(what: &str, got: &Gradient<f64>, want: &Gradient<f64>, within: f64) {
    let apart = distance(&got.tensors, &want.tensors);
    assert!(apart < within, "{what}: {apart}");
    let apart = distance(&got.remote, &want.remote);
    assert!(apart < within, "{what}, remote: {apart}");
    assert!((got.weight - want.weight).abs() < 1e-9, "{what}");
    assert!(
        (got.loss - want.loss).abs() < 1e-9 * want.loss.abs().max(1.0),
        "{what}"
    );
}

/// Every element of `gradient` is the derivative of `loss` with respect to the same element of the weights.
pub fn assert_derivative(
    what: &str,
    cortex: &Cortex<f64>,
    gradient: &Gradient<f64>,
    loss: impl Fn(&Cortex<f64>) -> f64,
) {
    assert_derivative_at(1e-3, what, cortex, gradient, loss);
}

/// The same with differences of size `e`.
pub fn assert_derivative_at(
    e: f64,
    what: &str,
    cortex: &Cortex<f64>,
    gradient: &Gradient<f64>,
    loss: impl Fn(&Cortex<f64>) -> f64,
) {
    for (k, tensor) in gradient.tensors.iter().enumerate() {
        let scale = tensor.amax().max(1e-3);
        for i in 0..tensor.len() {
            if cortex.weights.shapes[k].name == "W" && cortex.weights.tensors[k][i] == 0.0 {
                // The weight does not exist.
                assert_eq!(tensor[i], 0.0);
                continue;
            }
            let at = |d: f64| {
                let mut moved = cortex.clone();
                moved.weights.tensors[k][i] += d;
                loss(&moved)
            };
            // Fourth order: the error of the difference itself stays below the bound.
            let numeric = (8.0 * (at(e) - at(-e)) - (at(2.0 * e) - at(-2.0 * e))) / (12.0 * e);
            let apart = (numeric - tensor[i]).abs() / scale;
            assert!(apart < 1e-6, "{what} {k} {i}: {numeric} {}", tensor[i]);
        }
    }
}
