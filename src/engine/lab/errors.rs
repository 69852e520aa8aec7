//! δ of an episode at every step, as BPTT over the whole episode has it, or over a few steps.

use super::learners::Learners;
use super::living::{batch_of, live};
use crate::episode::{Batch, ContentShape};
use crate::learning::{BpttState, Context, Moment, Rule};
use crate::neocortex::{Cortex, Gradient};
use crate::numeric::{DMatrix, Real};

/// Keeps a tape, and reads the errors off it at its end.
struct Reading<R: Real> {
    tape: BpttState<R>,
    gradient: Gradient<R>,
    reach: usize,
    deltas: Vec<R>,
}

impl<R: Real> Learners<R> for Reading<R> {
    fn begin(&mut self, cx: &Context<'_, R>) {
        self.tape.begin(cx);
    }

    fn observe(&mut self, cx: &Context<'_, R>, moment: &Moment<'_, R>) {
        self.tape.observe(cx, moment, &mut self.gradient);
    }

    fn finish(&mut self, cx: &Context<'_, R>) {
        self.deltas = self.tape.deltas(cx, self.reach);
    }
}

/// δ_0 … δ_{T−1} of a batch at the weights as they are, S×B each: ∂L/∂s_t of the summed loss, each loss carried back over
/// at most `reach` steps.
pub fn errors<R: Real>(cortex: &Cortex<R>, batch: Batch<R>, reach: usize) -> Vec<R> {
    let mut reading = Reading {
        tape: BpttState::default(),
        gradient: cortex.gradient(),
        reach,
        deltas: Vec::new(),
    };
    live(batch, cortex, None, &mut reading);
    reading.deltas
}

/// The same of a record of one episode, S × T.
pub fn errors_of<R: Real>(
    cortex: &Cortex<R>,
    record: &DMatrix<R>,
    shape: ContentShape,
    reach: usize,
) -> Vec<R> {
    errors(cortex, batch_of(&[record], shape), reach)
}
