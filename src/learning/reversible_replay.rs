//! Replay without a store: a reversible cortex runs its own past backwards (R2N2, Cheng & Brown 2025).
//!
//! Awake, only the present state is kept. At the episode's end, step by step and in reverse: the state before is
//! reconstructed from the state after and the input (equations (3) and (4) of [`Reversible`](crate::neocortex::Reversible)),
//! the output there is scored again, and δ is carried one step back, δ_{t−1} = J_tᵀ δ_t, as in BPTT. With `Random` feedback
//! fixed random weights stand in for the transposed ones (their §2.3).
//!
//! Each step back multiplies rounding errors by 1/c in both groups, in all (1/c)^(2T). So the rule runs its own copy of the
//! state in double precision, whatever the simulator runs in (δ, which is not run backwards, stays in the simulator's), and tells how far the reconstructed first state is from the
//! true one, which is silence: |ŝ_{−1}| / |s_{T−1}|.

use serde::{Deserialize, Serialize};

use super::feedback::{FeedbackSpec, Transposed};
use super::rule::{
    Context, Ledger, Moment, Rule, RuleKind, Sizes, Start, Told, accumulate_early, flops,
    learn_readout,
};
use crate::episode::Batch;
use crate::neocortex::{Cell, Cortex, Gradient, Invertible, Step};
use crate::numeric::{Block, DMatrix, Measured, Real, floats_in};
use crate::params;
use crate::record::metric;

params! {
    /// BPTT by running a reversible cortex backwards: no store and no tape, only the last state and the inputs.
    pub struct ReversibleReplay {
        /// How errors get back, between the groups and from the outputs.
        pub feedback: FeedbackSpec = FeedbackSpec::Transposed(Transposed {}), restart;
    }
}

impl RuleKind for ReversibleReplay {
    fn serves(&self, cell: &dyn Cell<f32>) -> Result<(), &'static str> {
        if cell.backwards().is_some() {
            Ok(())
        } else {
            Err("its past cannot be run backwards")
        }
    }

    fn floats(&self, sizes: &Sizes) -> u64 {
        20 * sizes.state
    }
}

/// A reconstruction worse than this is worth a word.
const POOR: f64 = 0.01;

/// Random weights in the place of the transposed ones.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
struct Feedback<R: Real> {
    /// In the places of the cell's tensors.
    tensors: Vec<DMatrix<R>>,
    /// In the place of V.
    v: DMatrix<R>,
}

/// The present state, and the error on its way back.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ReversibleReplayState<R: Real> {
    feedback: Option<Feedback<R>>,
    /// s_t, S×B.
    state: Vec<f64>,
    /// δ, S×B.
    delta: Vec<R>,
    /// The last reconstruction's error.
    error: Measured<Option<f64>>,
    /// The weights in double precision, as they were when the episode began.
    #[serde(skip)]
    cortex: Option<Box<Cortex<f64>>>,
    #[serde(skip)]
    room: Room<R>,
    /// Whether the room does not yet hold φ(h_B) of the present state.
    #[serde(skip, default = "fresh")]
    fresh: bool,
    ledger: Ledger,
}

/// After a checkpoint the room is empty.
fn fresh() -> bool {
    true
}

/// What is needed within a step only.
#[derive(Clone, Debug)]
struct Room<R> {
    x: Vec<f64>,
    z: Vec<f64>,
    other: Vec<f64>,
    aux: Vec<f64>,
    /// The same as `aux`, in the simulator's precision.
    seen: Vec<R>,
    local: Vec<R>,
    back: Vec<R>,
}

impl<R> Default for Room<R> {
    fn default() -> Self {
        let [x, z, other, aux] = std::array::from_fn(|_| Vec::new());
        let [seen, local, back] = std::array::from_fn(|_| Vec::new());
        Self {
            x,
            z,
            other,
            aux,
            seen,
            local,
            back,
        }
    }
}

impl<R: Real> Room<R> {
    /// z of step t, of the episodes that are not yet over.
    fn drive(&mut self, cortex: &Cortex<f64>, batch: &Batch<R>, t: usize) {
        self.x.clear();
        self.x
            .extend(columns(&batch.inputs, batch, t).iter().map(|v| v.f64()));
        let living = batch.living(t);
        let x = Block::of_slice(&self.x, cortex.inputs(), living);
        cortex.drive_into(x, &mut self.z[..cortex.drive_rows() * living]);
    }
}

/// Columns of step t, of the episodes that are not yet over.
fn columns<'a, R: Real>(m: &'a DMatrix<R>, batch: &Batch<R>, t: usize) -> &'a [R] {
    let rows = m.nrows();
    let from = t * batch.width * rows;
    &m.as_slice()[from..from + batch.living(t) * rows]
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|v| v * v).sum::<f64>().sqrt()
}

impl<R: Real> ReversibleReplayState<R> {
    /// No state yet; random feedback is drawn here.
    pub fn new(params: &ReversibleReplay, mut start: Start<'_, R>) -> Self {
        let rng = &mut start.rng;
        let feedback = params.feedback.readout(start.cortex, rng).map(|v| {
            let mut random = |m: &DMatrix<R>| {
                let scale = 1.0 / (m.ncols() as f64).sqrt();
                DMatrix::from_fn(m.nrows(), m.ncols(), |_, _| R::of(scale * rng.normal()))
            };
            Feedback {
                tensors: start.cortex.recurrent().iter().map(&mut random).collect(),
                v,
            }
        });
        Self {
            feedback,
            state: Vec::new(),
            delta: Vec::new(),
            error: Measured(None),
            cortex: None,
            room: Room::default(),
            fresh: true,
            ledger: Ledger::default(),
        }
    }

    /// Sizes the room and takes the weights, where that is yet to be done.
    fn prepare(&mut self, cx: &Context<'_, R>) {
        let (cortex, width) = (cx.cortex, cx.batch.width);
        if self.cortex.is_none() {
            self.cortex = cortex.in_f64().map(Box::new);
        }
        for (buffer, rows) in [
            (&mut self.room.z, cortex.drive_rows()),
            (&mut self.room.other, cortex.state()),
            (&mut self.room.aux, cortex.aux_rows()),
        ] {
            buffer.resize(rows * width, 0.0);
        }
        for (buffer, rows) in [
            (&mut self.room.local, cortex.local_rows()),
            (&mut self.room.back, cortex.state()),
        ] {
            buffer.resize(rows * width, R::zero());
        }
    }

    /// The way back from the last state to the first; leaves the reconstructed first state.
    fn replay(
        &mut self,
        exact: &Cortex<f64>,
        cell: &dyn Invertible<f64>,
        cx: &Context<'_, R>,
        grad: &mut Gradient<R>,
    ) {
        let (cortex, batch) = (cx.cortex, cx.batch);
        let (room, state, delta) = (&mut self.room, &mut self.state, &mut self.delta);
        let (w, v) = match &self.feedback {
            Some(feedback) => (feedback.tensors.as_slice(), &feedback.v),
            None => (cortex.recurrent(), cortex.v()),
        };
        if self.fresh {
            cell.see_output(state, &mut room.aux);
        }
        for t in (0..batch.steps).rev() {
            // Episodes that are over wait at their last state.
            let living = batch.living(t);
            let (rows, aux_rows) = (cortex.state() * living, cortex.aux_rows() * living);
            room.drive(exact, batch, t);
            let z = &room.z[..cortex.drive_rows() * living];
            let (now, past) = (&mut state[..rows], &mut room.other[..rows]);
            let aux = &mut room.aux[..aux_rows];
            cell.invert(exact.recurrent(), now, z, past, aux);
            now.copy_from_slice(past);
            room.seen.clear();
            room.seen.extend(aux.iter().map(|v| R::of(*v)));
            let (delta, back) = (&mut delta[..rows], &mut room.back[..rows]);
            let local = &mut room.local[..cortex.local_rows() * living];
            // What follows wants the values of φ alone.
            let step = Step {
                h_prev: &[],
                x: columns(&batch.inputs, batch, t),
                h: &[],
                aux: &room.seen,
            };
            let mask = &batch.mask_at(t)[..living];
            if mask.iter().any(|m| *m != R::zero()) {
                let targets = columns(&batch.targets, batch, t);
                let score = cortex.score(back, step.aux, targets, mask);
                cortex.credit_through(v, step.aux, &score.dy, delta);
            }
            cortex.silence(delta);
            cortex.cell.as_dyn().back(w, &step, delta, local, back);
            cortex.accumulate(&step, local, grad.part_mut(false));
            accumulate_early(cortex, &step, local, (batch.early(t), living), grad);
            delta.copy_from_slice(back);
            cell.shift_back(aux);
        }
    }
}

impl<R: Real> Rule<R> for ReversibleReplayState<R> {
    fn begin(&mut self, cx: &Context<'_, R>) {
        self.cortex = None;
        self.state.clear();
        self.state.resize(cx.cortex.state() * cx.batch.width, 0.0);
        self.delta.clear();
        self.delta.resize(self.state.len(), R::zero());
        self.fresh = true;
        self.prepare(cx);
        if self.ledger.grows(self.state.len()) {
            let width = cx.batch.width;
            let floats = floats_in(&(&self.state, &self.delta)) / width.max(1);
            // Random feedback is there once, however many episodes run side by side.
            self.ledger.keep(floats + floats_in(&self.feedback), 1);
            self.ledger.flops_per_step = flops(cx.cortex, 5);
        }
    }

    fn observe(&mut self, cx: &Context<'_, R>, moment: &Moment<'_, R>, grad: &mut Gradient<R>) {
        learn_readout(cx.cortex, moment, grad);
        self.prepare(cx);
        let Some(cortex) = &self.cortex else { return };
        let Some(cell) = cortex.cell.as_dyn().backwards() else {
            return;
        };
        let room = &mut self.room;
        room.drive(cortex, cx.batch, moment.t);
        if self.fresh {
            cell.see_output(&self.state, &mut room.aux);
        }
        self.fresh = false;
        let living = cx.batch.living(moment.t);
        let rows = cortex.state() * living;
        let z = &room.z[..cortex.drive_rows() * living];
        let aux = &mut room.aux[..cortex.aux_rows() * living];
        let (now, next) = (&mut self.state[..rows], &mut room.other[..rows]);
        cell.shift_on(aux);
        cell.advance(cortex.recurrent(), now, z, next, aux);
        now.copy_from_slice(next);
    }

    fn finish(&mut self, cx: &Context<'_, R>, grad: &mut Gradient<R>) {
        self.prepare(cx);
        let Some(cortex) = self.cortex.take() else {
            return;
        };
        let Some(cell) = cortex.cell.as_dyn().backwards() else {
            return;
        };
        let size = norm(&self.state);
        self.replay(&cortex, cell, cx, grad);
        if size > 0.0 {
            self.error = Measured(Some(norm(&self.state) / size));
        }
    }

    fn ledger(&self) -> Ledger {
        self.ledger
    }

    fn warning(&self) -> Option<String> {
        let error = self.error.0.filter(|e| *e > POOR)?;
        Some(format!(
            "the first state is reconstructed with an error of {:.1} %: the past is too long to run back to",
            error * 100.0
        ))
    }

    fn told(&self) -> Told {
        self.error
            .0
            .map(|e| (&metric::RECONSTRUCTION, e))
            .into_iter()
            .collect()
    }
}
