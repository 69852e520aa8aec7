//! δ of an episode at every step, as BPTT over the whole episode has it, or over a few steps.

use super::learners::Learners;
use super::living::{batch_of, live};
use crate::episode::{Batch, ContentShape};
use crate::learning::{BpttState, Context, Moment, Rule};
use crate::neocortex::{Cortex, Gradient};
use crate::numeric::{DMatrix, Real};

/// Keeps a tape, and reads the errors off it at its end.
struct Reading<R: Real, const N: usize> {
    tape: BpttState<R>,
    gradient: Gradient<R>,
    reaches: [usize; N],
    deltas: [Vec<R>; N],
}

impl<R: Real, const N: usize> Learners<R> for Reading<R, N> {
    fn begin(&mut self, cx: &Context<'_, R>) {
        self.tape.begin(cx);
    }

    fn observe(&mut self, cx: &Context<'_, R>, moment: &Moment<'_, R>) {
        self.tape.observe(cx, moment, &mut self.gradient);
    }

    fn finish(&mut self, cx: &Context<'_, R>) {
        self.deltas = self.reaches.map(|reach| self.tape.deltas(cx, reach));
    }
}

/// δ_0 … δ_{T−1} of a batch at the weights as they are, S×B each: ∂L/∂s_t of the summed loss, each loss carried back over
/// at most so many steps, for each of `reaches`.
pub fn errors<R: Real, const N: usize>(
    cortex: &Cortex<R>,
    batch: Batch<R>,
    reaches: [usize; N],
) -> [Vec<R>; N] {
    let mut reading = Reading {
        tape: BpttState::default(),
        gradient: cortex.gradient(),
        reaches,
        deltas: std::array::from_fn(|_| Vec::new()),
    };
    live(batch, cortex, None, &mut reading);
    reading.deltas
}

/// The same of a record of one episode, S × T.
pub fn errors_of<R: Real, const N: usize>(
    cortex: &Cortex<R>,
    record: &DMatrix<R>,
    shape: ContentShape,
    reaches: [usize; N],
) -> [Vec<R>; N] {
    errors(cortex, batch_of(&[record], shape), reaches)
}
