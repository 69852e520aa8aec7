//! Replay without a store: a reversible cortex runs its own past backwards (R2N2, Cheng & Brown 2025).
//!
//! Awake, only the present state is kept. At the episode's end, step by step and in reverse: the state before is
//! reconstructed from the state after and the input (equations (3) and (4) of [`Reversible`](crate::neocortex::Reversible)),
//! the output there is scored again, and δ is carried one step back, δ_{t−1} = J_tᵀ δ_t, as in BPTT. With `Random` feedback
//! fixed random weights stand in for the transposed ones (their §2.3).
//!
//! Each step back multiplies rounding errors by 1/c in both groups, in all (1/c)^(2T). So the rule runs its own copy of the
//! state in double precision, whatever the simulator runs in, and tells how far the reconstructed first state is from the
//! true one, which is silence: |ŝ_{−1}| / |s_{T−1}|.

use serde::{Deserialize, Serialize};

use super::{
    Context, FeedbackSpec, Ledger, Moment, Rule, RuleKind, Sizes, Start, Told, Transposed, flops,
    learn_readout,
};
use crate::neocortex::{Cell, CellSpec, CellState, Cortex, Gradient, ReversibleCell, Step};
use crate::numeric::{Block, DMatrix, Real, floats_in};
use crate::params;

params! {
    /// BPTT by running a reversible cortex backwards: no store and no tape, only the last state and the inputs.
    pub struct ReversibleReplay {
        /// How errors get back, between the groups and from the outputs.
        pub feedback: FeedbackSpec = FeedbackSpec::Transposed(Transposed {}), restart;
    }
}

impl RuleKind for ReversibleReplay {
    fn serves(&self, cell: &dyn Cell<f32>, _: &CellSpec) -> Result<(), &'static str> {
        if cell.invertible() {
            Ok(())
        } else {
            Err("its past cannot be run backwards")
        }
    }

    fn floats(&self, sizes: &Sizes) -> u64 {
        20 * sizes.state
    }
}

/// Random weights in the place of the transposed ones.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Feedback {
    /// In the places of the cell's tensors.
    tensors: Vec<DMatrix<f64>>,
    /// In the place of V.
    v: DMatrix<f64>,
}

/// The present state, and the error on its way back.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ReversibleReplayState {
    feedback: Option<Feedback>,
    /// s_t, S×B.
    state: Vec<f64>,
    /// δ, S×B.
    delta: Vec<f64>,
    /// The last reconstruction's error.
    error: Option<f64>,
    /// The weights in double precision, as they were when the episode began.
    #[serde(skip)]
    cortex: Option<Box<Cortex<f64>>>,
    #[serde(skip)]
    room: Room,
    ledger: Ledger,
}

/// What is needed within a step only.
#[derive(Clone, Debug, Default)]
struct Room {
    x: Vec<f64>,
    z: Vec<f64>,
    other: Vec<f64>,
    aux: Vec<f64>,
    local: Vec<f64>,
    targets: Vec<f64>,
    mask: Vec<f64>,
}

impl Room {
    /// z of step t.
    fn drive<R: Real>(&mut self, cortex: &Cortex<f64>, cx: &Context<'_, R>, t: usize) {
        let x = cortex.inputs();
        widen(columns(&cx.batch.inputs, t, cx.batch.width), &mut self.x);
        cortex.drive_into(Block::of_slice(&self.x, x, cx.batch.width), &mut self.z);
    }
}

/// Columns of step t.
fn columns<R: Real>(m: &DMatrix<R>, t: usize, width: usize) -> &[R] {
    let size = m.nrows() * width;
    &m.as_slice()[t * size..(t + 1) * size]
}

fn widen<R: Real>(from: &[R], to: &mut Vec<f64>) {
    to.clear();
    to.extend(from.iter().map(|v| v.f64()));
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|v| v * v).sum::<f64>().sqrt()
}

impl ReversibleReplayState {
    /// No state yet; random feedback is drawn here.
    pub fn new<R: Real>(params: &ReversibleReplay, mut start: Start<'_, R>) -> Self {
        let rng = &mut start.rng;
        let feedback = params.feedback.readout(start.cortex, rng).map(|v| {
            let mut random = |m: &DMatrix<R>| {
                let scale = 1.0 / (m.ncols() as f64).sqrt();
                DMatrix::from_fn(m.nrows(), m.ncols(), |_, _| scale * rng.normal())
            };
            Feedback {
                tensors: start.cortex.recurrent().iter().map(&mut random).collect(),
                v: v.map(Real::f64),
            }
        });
        Self {
            feedback,
            ..Self::default()
        }
    }

    /// Sizes the room and takes the weights, where that is yet to be done.
    fn prepare<R: Real>(&mut self, cx: &Context<'_, R>) {
        let (cortex, width) = (cx.cortex, cx.batch.width);
        if self.cortex.is_none() {
            self.cortex = cortex.in_f64().map(Box::new);
        }
        for (buffer, rows) in [
            (&mut self.room.z, cortex.drive_rows()),
            (&mut self.room.other, cortex.state()),
            (&mut self.room.aux, cortex.aux_rows()),
            (&mut self.room.local, cortex.local_rows()),
        ] {
            buffer.resize(rows * width, 0.0);
        }
    }

    /// The way back from the last state to the first; leaves the reconstructed first state.
    fn replay<R: Real>(
        &mut self,
        cortex: &Cortex<f64>,
        cell: &ReversibleCell,
        cx: &Context<'_, R>,
        grad: &mut Gradient<f64>,
    ) {
        let (batch, width) = (cx.batch, cx.batch.width);
        let (room, state, delta) = (&mut self.room, &mut self.state, &mut self.delta);
        let (w, v) = match &self.feedback {
            Some(feedback) => (feedback.tensors.as_slice(), &feedback.v),
            None => (cortex.recurrent(), cortex.v()),
        };
        cell.see_output(state, &mut room.aux);
        for t in (0..batch.steps).rev() {
            room.drive(cortex, cx, t);
            let past = &mut room.other;
            cell.invert(cortex.recurrent(), state, &room.z, past, &mut room.aux);
            if batch.mask_at(t).iter().any(|m| *m != R::zero()) {
                widen(columns(&batch.targets, t, width), &mut room.targets);
                widen(batch.mask_at(t), &mut room.mask);
                let score = cortex.score(state, &room.aux, &room.targets, &room.mask);
                cortex.credit_through(v, &room.aux, &score.dy, delta);
            }
            cortex.silence(delta);
            // The state after is no longer needed: its place takes ∂L/∂s before.
            let mut back = std::mem::take(state);
            let step = Step {
                h_prev: past,
                x: &room.x,
                h: &[],
                aux: &room.aux,
            };
            cell.back(w, &step, delta, &mut room.local, &mut back);
            cortex.accumulate(&step, &room.local, grad.part_mut(false));
            if t < batch.quarter() {
                cortex.accumulate(&step, &room.local, grad.part_mut(true));
            }
            std::mem::swap(delta, &mut back);
            *state = std::mem::replace(&mut room.other, back);
            cell.shift_output(&mut room.aux);
        }
    }
}

impl<R: Real> Rule<R> for ReversibleReplayState {
    fn begin(&mut self, cx: &Context<'_, R>) {
        self.cortex = None;
        self.state.clear();
        self.state.resize(cx.cortex.state() * cx.batch.width, 0.0);
        self.delta.clear();
        self.delta.resize(self.state.len(), 0.0);
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
        let room = &mut self.room;
        room.drive(cortex, cx, moment.t);
        cortex.step(&self.state, &room.z, &mut room.other, &mut room.aux);
        std::mem::swap(&mut self.state, &mut room.other);
    }

    fn finish(&mut self, cx: &Context<'_, R>, grad: &mut Gradient<R>) {
        self.prepare(cx);
        let Some(cortex) = self.cortex.take() else {
            return;
        };
        let CellState::Reversible(cell) = &cortex.cell else {
            return;
        };
        let size = norm(&self.state);
        let mut own = cortex.gradient();
        self.replay(&cortex, cell, cx, &mut own);
        for remote in [false, true] {
            for (to, from) in grad.part_mut(remote).iter_mut().zip(own.part_mut(remote)) {
                to.zip_apply(from, |to, from| *to += R::of(from));
            }
        }
        if size > 0.0 {
            self.error = Some(norm(&self.state) / size);
        }
    }

    fn ledger(&self) -> Ledger {
        self.ledger
    }

    fn told(&self) -> Told {
        self.error
            .map(|e| ("reconstruction_error", e))
            .into_iter()
            .collect()
    }
}
