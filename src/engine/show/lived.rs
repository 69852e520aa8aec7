//! What a ripple is held against: its episode as it was lived, and what BPTT makes of it.

use std::borrow::Cow;
use std::sync::Arc;

use super::super::experiment::Experiment;
use super::super::lab::{Alone, Replaying, errors_of, replay};
use super::inside::inside;
use super::snapshot::{LivedView, Raster};
use crate::learning::{RuleKind, Tbptt};
use crate::numeric::Real;

/// The episode of a ripple, at the weights as they are; nothing where no record of it is kept.
pub(super) fn lived_view<R: Real>(
    run: &Experiment<R>,
    running: &Replaying<R>,
) -> Option<Arc<LivedView>> {
    let lab = run.lab();
    let shape = lab.memory.as_ref()?.shape();
    let record = &lab.notebook.record(running.planned.episode)?.contents;
    let learning = &lab.setup.learning;
    // Of the rules of the run that cut losses off; else as one would do it where nothing else is said.
    let reaches = learning.rules().filter_map(|rule| rule.kind().reach());
    let reach = reaches.filter(|reach| *reach < usize::MAX).max();
    let reach = reach.unwrap_or(Tbptt::default().reach()?);
    let raster = |units, values: Vec<f32>| Raster { units, values };
    let rows = |from: usize, rows: usize| {
        let columns = record.as_slice().chunks(shape.len().max(1));
        let values = columns.flat_map(|c| floats(&c[from..from + rows]));
        raster(rows, values.collect())
    };
    let both = errors_of(&lab.cortex, record, shape, [usize::MAX, reach]);
    let [exact, truncated] = both.map(|errors| raster(shape.state, floats(&errors).collect()));
    Some(Arc::new(LivedView {
        states: rows(0, shape.state),
        inputs: rows(shape.state, shape.input),
        input_names: Arc::new(lab.task().input_names()),
        scored: rows(shape.len() - 1, 1).values,
        exact,
        reach,
        truncated,
        inside: inside(&lab.cortex, shape, record.as_slice()),
    }))
}

/// The ripple with the δ of all its steps. Where a checkpoint left them out they are carried once more, at the weights and synapses
/// as they are.
pub(super) fn carried<'a, R: Real>(
    run: &Experiment<R>,
    running: &'a Replaying<R>,
) -> Cow<'a, Replaying<R>> {
    let lab = run.lab();
    let (Some(carrier), Some(memory)) = (lab.rules.carrier(), &lab.memory) else {
        return Cow::Borrowed(running);
    };
    if running.step == 0 || !running.deltas.is_empty() {
        return Cow::Borrowed(running);
    }
    let mut rule = carrier.state.clone();
    let mut gradient = lab.cortex.gradient();
    let mut alone = Alone {
        rule: rule.as_dyn_mut(),
        gradient: &mut gradient,
    };
    let again = replay(running.planned.clone(), &lab.cortex, memory, &mut alone);
    let mut running = running.clone();
    running.deltas = again.deltas;
    running.deltas.truncate(running.decoded.len());
    Cow::Owned(running)
}

fn floats<R: Real>(values: &[R]) -> impl Iterator<Item = f32> + '_ {
    values.iter().map(|v| v.f64() as f32)
}
