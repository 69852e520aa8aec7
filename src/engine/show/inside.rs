//! What the units of the cortex compute within a step: the gates of a gated cell.

use super::super::lab::Replaying;
use super::snapshot::Raster;
use crate::episode::ContentShape;
use crate::hippocampus::HippocampusState;
use crate::neocortex::Cortex;
use crate::numeric::{Block, Real};

/// The parts of [`Cortex::inside`], one below the other, at each of some steps taken anew from what is in their contents; none
/// for a cell that has none.
pub(super) fn inside<R: Real>(cortex: &Cortex<R>, shape: ContentShape, contents: &[R]) -> Raster {
    let Some(inside) = cortex.inside() else {
        return Raster::default();
    };
    let steps = contents.len() / shape.len().max(1);
    let of = |from: usize, rows: usize| -> Vec<R> {
        let columns = contents.chunks(shape.len().max(1));
        let columns = columns.flat_map(|content| &content[from..from + rows]);
        columns.copied().collect()
    };
    let (before, x) = (of(0, shape.state), of(shape.state, shape.input));
    let mut z = vec![R::zero(); cortex.drive_rows() * steps];
    let mut after = vec![R::zero(); shape.state * steps];
    let mut aux = vec![R::zero(); cortex.aux_rows() * steps];
    cortex.drive_into(Block::of_slice(&x, shape.input, steps), &mut z);
    cortex.step(&before, &z, &mut after, &mut aux);
    let n = cortex.units();
    let columns = aux.chunks(cortex.aux_rows().max(1));
    let values = columns.flat_map(|column| {
        let parts = inside.parts.iter();
        parts.flat_map(move |part| &column[part.part * n..(part.part + 1) * n])
    });
    Raster {
        units: inside.parts.len() * n,
        values: values.map(|v| v.f64() as f32).collect(),
    }
}

/// The same at a step of a ripple, as the cortex takes it again from what is re-instated; NaN where nothing is.
pub(super) fn replayed<R: Real>(
    cortex: &Cortex<R>,
    memory: &HippocampusState<R>,
    running: &Replaying<R>,
    at: usize,
) -> Vec<f32> {
    let Some(parts) = cortex.inside().map(|inside| inside.parts.len()) else {
        return Vec::new();
    };
    let shape = memory.shape();
    let mut content = vec![R::zero(); shape.len()];
    let state = running.planned.walk.states.get(at);
    if state.is_some_and(|state| memory.content(state, &mut content)) {
        cortex.silence(&mut content[..shape.state]);
        return inside(cortex, shape, &content).values;
    }
    vec![f32::NAN; parts * cortex.units()]
}
