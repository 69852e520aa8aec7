//! What many moments have in common: the columns of a batch that is lived, or of a ripple. A moment says how many of them
//! there were then.

use std::sync::Arc;

use super::super::super::experiment::Experiment;
use super::super::super::lab::{Living, Replaying, Said};
use super::super::super::phases::Source;
use super::super::inside::replayed;
use super::super::snapshot::{CortexView, LivedView, OutputView, Raster, RippleStep, RippleView};
use super::super::view::{output_view, ripple_head, ripple_step};
use crate::episode::Targets;
use crate::hippocampus::HippocampusState;
use crate::neocortex::Cortex;
use crate::numeric::Real;

/// Columns of a piece at most: a longer batch or walk is several pieces, each with what came before it.
pub(super) const LONGEST: usize = 256;

/// Something that grows by a column a step.
pub(super) trait Piece: Clone {
    /// Columns that came before this piece.
    fn first(&self) -> usize;
    /// Columns of this piece.
    fn own(&self) -> usize;
    /// About how many bytes it takes, without what came before it.
    fn bytes(&self) -> u64;

    /// Columns up to its end.
    fn end(&self) -> usize {
        self.first() + self.own()
    }
}

/// Columns of the first episode of a batch, or of a stretch of a stream.
#[derive(Clone, Debug)]
pub(super) struct Lived {
    before: Option<Arc<Self>>,
    first: usize,
    columns: usize,
    source: Source,
    episode: u64,
    length: usize,
    names: Arc<Vec<String>>,
    states: Raster,
    inputs: Raster,
    outputs: Vec<OutputView>,
    /// Whether outputs are classes, and then the answers.
    classes: bool,
    said: Vec<Said>,
}

/// The input of the first episode at a step.
fn input<R: Real>(living: &Living<R>, t: usize) -> impl Iterator<Item = f32> {
    let inputs = &living.batch.inputs;
    let column = inputs.column(t * living.batch.width);
    let values: Vec<f32> = column.iter().map(|v| v.f64() as f32).collect();
    values.into_iter()
}

impl Lived {
    /// Before the first column.
    pub fn new<R: Real>(run: &Experiment<R>, living: &Living<R>, source: Source) -> Self {
        let task = run.lab().task();
        let raster = |units| Raster {
            units,
            values: Vec::new(),
        };
        Self {
            before: None,
            first: 0,
            columns: 0,
            source,
            episode: living.batch.episodes.first().copied().unwrap_or_default(),
            length: living.batch.lengths.first().copied().unwrap_or_default(),
            names: Arc::new(task.input_names()),
            states: raster(run.lab().cortex.state()),
            inputs: raster(living.batch.inputs.nrows()),
            outputs: Vec::new(),
            classes: task.targets() == Targets::Classes,
            said: Vec::new(),
        }
    }

    /// Goes on where another piece ended.
    pub fn after(piece: &Arc<Self>) -> Self {
        Self {
            before: Some(piece.clone()),
            first: piece.end(),
            columns: 0,
            source: piece.source,
            episode: piece.episode,
            length: piece.length,
            names: piece.names.clone(),
            states: piece.states.emptied(),
            inputs: piece.inputs.emptied(),
            outputs: Vec::new(),
            classes: piece.classes,
            said: Vec::new(),
        }
    }

    /// Whether the batch is the one that these columns are of, as far as can be told.
    pub fn of<R: Real>(&self, living: &Living<R>, source: Source) -> bool {
        (self.source, Some(&self.episode)) == (source, living.batch.episodes.first())
            && Some(&self.length) == living.batch.lengths.first()
            && self.inputs.units == living.batch.inputs.nrows()
    }

    /// Whether the last column is the batch's.
    pub fn ends_like<R: Real>(&self, living: &Living<R>) -> bool {
        let Some(t) = living.t.checked_sub(1) else {
            return self.end() == 0;
        };
        if let (0, Some(before)) = (self.columns, &self.before) {
            return before.ends_like(living);
        }
        let (n, x) = (self.states.units, self.inputs.units);
        let state = &self.states.values[self.states.values.len().saturating_sub(n)..];
        let seen = &living.seen[living.seen.len().saturating_sub(n)..];
        let shown = &self.inputs.values[self.inputs.values.len().saturating_sub(x)..];
        let output = output_view(living, t);
        self.end() == living.t
            && same(state, seen)
            && input(living, t)
                .map(f32::to_bits)
                .eq(shown.iter().map(|v| v.to_bits()))
            && self.outputs.last().filter(|o| o.step == t) == output.as_ref()
    }

    /// Takes a column of the batch.
    pub fn push<R: Real>(&mut self, living: &Living<R>) {
        let t = self.end();
        let n = self.states.units;
        let seen = living.seen.get(t * n..(t + 1) * n).unwrap_or_default();
        self.states.values.extend_from_slice(seen);
        self.inputs.values.extend(input(living, t));
        self.outputs.extend(output_view(living, t));
        if self.classes {
            let at = living.said.partition_point(|said| said.t < t);
            let now = living.said[at..].iter().take_while(|said| said.t == t);
            self.said.extend(now.copied());
        }
        self.columns += 1;
    }

    /// The cortex when so many columns were there.
    pub fn view(self: &Arc<Self>, columns: usize) -> CortexView {
        let mut view = CortexView {
            source: self.source,
            episode: self.episode,
            length: self.length,
            states: self.states.emptied(),
            inputs: self.inputs.emptied(),
            outputs: Vec::new(),
            classes: self.classes,
            input_names: self.names.clone(),
            said: Vec::new(),
        };
        for piece in chain(self, |piece| piece.before.as_ref()) {
            let own = columns.saturating_sub(piece.first).min(piece.columns);
            take(&piece.states, own, &mut view.states);
            take(&piece.inputs, own, &mut view.inputs);
            let outputs = piece.outputs.iter().filter(|o| o.step < columns);
            view.outputs.extend(outputs.cloned());
            let said = piece.said.iter().filter(|said| said.t < columns);
            view.said.extend(said.copied());
        }
        view
    }
}

impl Piece for Lived {
    fn first(&self) -> usize {
        self.first
    }

    fn own(&self) -> usize {
        self.columns
    }

    fn bytes(&self) -> u64 {
        let outputs: usize = (self.outputs.iter())
            .map(|o| 56 + 4 * (o.values.len() + o.targets.len()))
            .sum();
        (4 * (self.states.values.capacity() + self.inputs.values.capacity())
            + outputs
            + 32 * self.said.len()
            + 256) as u64
    }
}

/// Columns of a walk through CA3.
#[derive(Clone, Debug)]
pub(super) struct Walked {
    before: Option<Arc<Self>>,
    first: usize,
    /// The ripple without its columns.
    head: RippleView,
    length: usize,
    names: Arc<Vec<String>>,
    steps: Vec<RippleStep>,
    decoded: Raster,
    delta: Raster,
    inside: Raster,
}

impl Walked {
    /// Before the first column.
    pub fn new<R: Real>(
        run: &Experiment<R>,
        running: &Replaying<R>,
        memory: &HippocampusState<R>,
        known: Option<Arc<LivedView>>,
    ) -> Self {
        let empty = Raster {
            units: run.lab().cortex.state(),
            values: Vec::new(),
        };
        let head = ripple_head(run, running, memory, known);
        let parts = head.parts.map_or(0, |inside| inside.parts.len());
        Self {
            before: None,
            first: 0,
            head,
            length: running.planned.length,
            names: Arc::new(run.lab().task().input_names()),
            steps: Vec::new(),
            delta: empty.clone(),
            inside: Raster {
                units: parts * run.lab().cortex.units(),
                values: Vec::new(),
            },
            decoded: empty,
        }
    }

    /// Goes on where another piece ended, as another ripple of the chain where the number is another.
    pub fn after(piece: &Arc<Self>, ripple: u64) -> Self {
        Self {
            before: Some(piece.clone()),
            first: piece.end(),
            head: RippleView {
                ripple,
                ..piece.head.clone()
            },
            length: piece.length,
            names: piece.names.clone(),
            steps: Vec::new(),
            decoded: piece.decoded.emptied(),
            delta: piece.delta.emptied(),
            inside: piece.inside.emptied(),
        }
    }

    /// Its episode, where that is known.
    pub fn lived(&self) -> Option<Arc<LivedView>> {
        self.head.lived.clone()
    }

    /// Its number.
    pub fn ripple(&self) -> u64 {
        self.head.ripple
    }

    /// Whether the last column is the walk's.
    pub fn ends_like<R: Real>(&self, running: &Replaying<R>) -> bool {
        if let (true, Some(before)) = (self.steps.is_empty(), &self.before) {
            return self.head.ripple == before.head.ripple && before.ends_like(running);
        }
        let n = self.decoded.units;
        let decoded = &self.decoded.values[self.decoded.values.len().saturating_sub(n)..];
        let now = &running.decoded[running.decoded.len().saturating_sub(n)..];
        let now: Vec<f32> = now.iter().map(|v| v.f64() as f32).collect();
        self.end() == running.step && self.head.ripple == running.number && same(decoded, &now)
    }

    /// Takes a column of the walk.
    pub fn push<R: Real>(
        &mut self,
        cortex: &Cortex<R>,
        memory: &HippocampusState<R>,
        running: &Replaying<R>,
    ) {
        let (at, n) = (self.end(), self.decoded.units);
        self.steps.extend(ripple_step(running, memory, at));
        let inside = replayed(cortex, memory, running, at);
        self.inside.values.extend(inside);
        let column = |values: &[R], to: &mut Vec<f32>| {
            let all = to.len() + n;
            let values = values.get(at * n..(at + 1) * n).unwrap_or_default();
            to.extend(values.iter().map(|v| v.f64() as f32));
            to.resize(all, f32::NAN);
        };
        column(&running.decoded, &mut self.decoded.values);
        column(&running.deltas, &mut self.delta.values);
    }

    /// The ripple when so many columns were there.
    pub fn view(self: &Arc<Self>, columns: usize) -> RippleView {
        let mut view = self.head.clone();
        view.decoded = self.decoded.emptied();
        view.delta = self.delta.emptied();
        view.inside = self.inside.emptied();
        for piece in chain(self, |piece| piece.before.as_ref()) {
            let own = columns.saturating_sub(piece.first).min(piece.steps.len());
            view.steps.extend_from_slice(&piece.steps[..own]);
            take(&piece.decoded, own, &mut view.decoded);
            take(&piece.delta, own, &mut view.delta);
            take(&piece.inside, own, &mut view.inside);
        }
        view
    }

    /// What the cortex shows of it.
    pub fn cortex(self: &Arc<Self>, columns: usize) -> CortexView {
        let mut states = self.decoded.emptied();
        for piece in chain(self, |piece| piece.before.as_ref()) {
            let own = columns.saturating_sub(piece.first).min(piece.steps.len());
            take(&piece.decoded, own, &mut states);
        }
        CortexView {
            source: Source::Reinstated,
            episode: self.head.episode,
            length: self.length,
            states,
            input_names: self.names.clone(),
            ..CortexView::default()
        }
    }
}

impl Piece for Walked {
    fn first(&self) -> usize {
        self.first
    }

    fn own(&self) -> usize {
        self.steps.len()
    }

    fn bytes(&self) -> u64 {
        let codes: usize = self
            .steps
            .iter()
            .map(|s| 96 + 4 * s.active.capacity() + 8 * s.sweeps.capacity())
            .sum();
        // A piece that goes on shares the episode with the one before.
        let lived = match &self.before {
            None => self.head.bytes(),
            Some(_) => 0,
        };
        let rasters = [&self.decoded, &self.delta, &self.inside];
        let values: usize = rasters.iter().map(|r| r.values.capacity()).sum();
        (4 * (values + self.head.cue.len()) + codes + lived + 320) as u64
    }
}

/// A piece with all that came before it, in order.
fn chain<P>(last: &Arc<P>, before: impl Fn(&P) -> Option<&Arc<P>>) -> Vec<&P> {
    let mut pieces: Vec<&P> = vec![last];
    while let Some(earlier) = pieces.last().and_then(|piece| before(piece)) {
        pieces.push(earlier);
    }
    pieces.reverse();
    pieces
}

/// Takes over the first columns.
fn take(from: &Raster, columns: usize, to: &mut Raster) {
    let values = (columns * from.units).min(from.values.len());
    to.values.extend_from_slice(&from.values[..values]);
}

/// The same bits.
fn same(a: &[f32], b: &[f32]) -> bool {
    a.iter()
        .map(|v| v.to_bits())
        .eq(b.iter().map(|v| v.to_bits()))
}
