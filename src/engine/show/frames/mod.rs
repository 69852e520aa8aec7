//! Light frames: of every step what the panels draw, so that looking back costs no re-execution.
//!
//! A frame is a few hundred bytes: counters, how active each part of the circuit was, and how many columns of the batch and
//! of the ripple at work were there. The columns themselves are kept once. All of a run's frames stay within a budget of
//! bytes: beyond it every other scene (a batch, a ripple, a stretch of steps without either) of the older half goes, and
//! again where that does not do.

mod pieces;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use pieces::{LONGEST, Lived, Piece, Walked};

use super::super::experiment::Experiment;
use super::super::lab::{Living, Replaying};
use super::super::phases::Source;
use super::snapshot::{AttentionView, CortexView, PathwayView, RegionView, RippleView, Snapshot};
use super::view::{Activities, activities, attention_view, circuit, fill, lesions_are};
use crate::numeric::Real;
use crate::record::PhaseName;

/// Frames of a chunk at most.
const CHUNK: usize = 256;

/// Regions and pathways with their lesions.
type Circuit = (Vec<RegionView>, Vec<PathwayView>);

/// So many columns of one of a chunk's pieces.
type Columns = Option<(u16, u32)>;

/// What is kept of a step.
#[derive(Clone, Debug)]
struct Light {
    step: u64,
    time: u64,
    episodes: u64,
    updates: u64,
    load: u64,
    progress: f64,
    phase: u16,
    circuit: u16,
    attention: Option<u16>,
    lived: Columns,
    walked: Columns,
    /// Whether a ripple is what the cortex shows.
    asleep: bool,
    activities: Activities,
}

/// The counters of a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Engine steps.
    pub step: u64,
    /// Episodes lived.
    pub episodes: u64,
    /// Updates of the weights.
    pub updates: u64,
}

impl Light {
    fn counts(&self) -> Counts {
        Counts {
            step: self.step,
            episodes: self.episodes,
            updates: self.updates,
        }
    }

    /// What tells scenes apart.
    fn scene(&self) -> (bool, Option<u16>, u16) {
        let piece = if self.asleep { self.walked } else { self.lived };
        (self.asleep, piece.map(|(piece, _)| piece), self.phase)
    }
}

/// Consecutive frames with what they have in common.
#[derive(Clone, Debug, Default)]
struct Chunk {
    frames: Vec<Light>,
    phases: Vec<PhaseName>,
    circuits: Vec<Arc<Circuit>>,
    attention: Vec<Arc<AttentionView>>,
    lived: Vec<Arc<Lived>>,
    walked: Vec<Arc<Walked>>,
    /// Bytes of what belongs to this chunk alone.
    bytes: u64,
}

/// The position of a value in a table that grows by it where it is not there.
fn position<T: PartialEq + Clone>(table: &mut Vec<T>, value: &T) -> u16 {
    let found = table.iter().rposition(|v| v == value);
    found.unwrap_or_else(|| {
        table.push(value.clone());
        table.len() - 1
    }) as u16
}

impl Chunk {
    fn first(&self) -> u64 {
        self.frames.first().map_or(u64::MAX, |f| f.step)
    }

    fn last(&self) -> Option<u64> {
        self.frames.last().map(|f| f.step)
    }

    /// The frame of the latest kept step that is not after `step`.
    fn at(&self, step: u64) -> Option<&Light> {
        let after = self.frames.partition_point(|f| f.step <= step);
        self.frames.get(after.checked_sub(1)?)
    }

    fn count(&mut self) {
        let frames = self.frames.len() * size_of::<Light>();
        let lived: u64 = self.lived.iter().map(|p| p.bytes()).sum();
        let walked: u64 = self.walked.iter().map(|p| p.bytes()).sum();
        let attention = self.attention.iter();
        let attention: usize = attention.map(|a| 4 * a.weights.values.len()).sum();
        self.bytes = (frames + attention) as u64 + lived + walked;
    }

    /// Without every other scene; without every other frame where there is only one. The first frame stays.
    fn thinned(&self) -> Self {
        let mut kept = Self {
            phases: self.phases.clone(),
            circuits: self.circuits.clone(),
            attention: self.attention.clone(),
            ..Self::default()
        };
        let mut scenes = 0;
        let mut scene = None;
        let single = self.frames.windows(2).all(|w| w[0].scene() == w[1].scene());
        for (i, frame) in self.frames.iter().enumerate() {
            if scene != Some(frame.scene()) {
                scene = Some(frame.scene());
                scenes += 1;
            }
            let keep = if single { i % 2 == 0 } else { scenes % 2 == 1 };
            if keep {
                kept.take(self, frame);
            }
        }
        kept.count();
        kept
    }

    /// Takes a frame over from another chunk.
    fn take(&mut self, from: &Self, frame: &Light) {
        fn moved<P>(columns: Columns, from: &[Arc<P>], to: &mut Vec<Arc<P>>) -> Columns {
            let (piece, count) = columns?;
            let piece = &from[usize::from(piece)];
            let found = to.iter().rposition(|p| Arc::ptr_eq(p, piece));
            let at = found.unwrap_or_else(|| {
                to.push(piece.clone());
                to.len() - 1
            });
            Some((at as u16, count))
        }
        self.frames.push(Light {
            lived: moved(frame.lived, &from.lived, &mut self.lived),
            walked: moved(frame.walked, &from.walked, &mut self.walked),
            ..frame.clone()
        });
    }

    fn draw(&self, frame: &Light, snapshot: &mut Snapshot) {
        snapshot.step = frame.step;
        snapshot.time = frame.time;
        snapshot.episodes = frame.episodes;
        snapshot.updates = frame.updates;
        snapshot.load = frame.load as usize;
        snapshot.progress = frame.progress;
        snapshot.phase = self.phases[usize::from(frame.phase)].clone();
        let attention = frame.attention.map(|i| &self.attention[usize::from(i)]);
        snapshot.attention = attention.cloned();
        let (regions, pathways) = &*self.circuits[usize::from(frame.circuit)];
        snapshot.regions.clone_from(regions);
        snapshot.pathways.clone_from(pathways);
        fill(snapshot, &frame.activities);
        let lived = frame
            .lived
            .map(|(i, count)| (&self.lived[usize::from(i)], count as usize));
        let walked = frame
            .walked
            .map(|(i, count)| (&self.walked[usize::from(i)], count as usize));
        let ripple = walked.map(|(piece, columns)| piece.view(columns));
        snapshot.ripple = Arc::new(ripple.unwrap_or_default());
        snapshot.cortex = Arc::new(match (frame.asleep, walked, lived) {
            (true, Some((piece, columns)), _) => piece.cortex(columns),
            (_, _, Some((piece, columns))) => piece.view(columns),
            _ => CortexView {
                input_names: snapshot.cortex.input_names.clone(),
                ..CortexView::default()
            },
        });
    }
}

/// The frames of a run as they were at one moment.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    chunks: Arc<Vec<Arc<Chunk>>>,
    bytes: u64,
    budget: u64,
}

impl Kept {
    fn chunk(&self, step: u64) -> Option<&Chunk> {
        let after = self.chunks.partition_point(|chunk| chunk.first() <= step);
        self.chunks.get(after.checked_sub(1)?).map(|chunk| &**chunk)
    }

    /// The first kept moment from which on something holds; it must hold of all moments after one of which it holds.
    pub fn first(&self, holds: impl Fn(&Counts) -> bool) -> Option<u64> {
        let not_yet = |frame: &Light| !holds(&frame.counts());
        let chunk = self
            .chunks
            .partition_point(|c| c.frames.last().is_none_or(not_yet));
        let frames = &self.chunks.get(chunk)?.frames;
        frames.get(frames.partition_point(not_yet)).map(|f| f.step)
    }

    /// The counters at the latest kept moment that is not after `step`.
    pub fn counts(&self, step: u64) -> Option<Counts> {
        Some(self.chunk(step)?.at(step)?.counts())
    }

    /// The latest kept step that is not after `step`.
    pub fn before(&self, step: u64) -> Option<u64> {
        Some(self.chunk(step)?.at(step)?.step)
    }

    /// The first kept step that is not before `step`.
    pub fn after(&self, step: u64) -> Option<u64> {
        let chunk = self
            .chunks
            .partition_point(|c| c.last().is_none_or(|last| last < step));
        let frames = &self.chunks.get(chunk)?.frames;
        let at = frames.partition_point(|f| f.step < step);
        frames.get(at).map(|f| f.step)
    }

    /// Shows the latest kept moment that is not after `step`, or else the first one; false where nothing is kept.
    pub fn draw(&self, step: u64, snapshot: &mut Snapshot) -> bool {
        let first = self.chunks.first().map_or(0, |chunk| chunk.first());
        let step = step.max(first);
        let found = self
            .chunk(step)
            .and_then(|chunk| Some((chunk, chunk.at(step)?)));
        found.is_some_and(|(chunk, frame)| {
            chunk.draw(frame, snapshot);
            true
        })
    }

    /// The steps of a ripple, where they are kept.
    pub fn ripple(&self, ripple: u64) -> Option<RippleView> {
        let last = |chunk: &Chunk| chunk.walked.last().map(|piece| piece.ripple());
        // Numbers only grow, but a chunk may have none.
        for chunk in self.chunks.iter().rev() {
            if last(chunk).is_some_and(|last| last < ripple) {
                return None;
            }
            let of = |columns: Columns| {
                let (piece, count) = columns?;
                let piece = &chunk.walked[usize::from(piece)];
                (piece.ripple() == ripple).then_some((piece, count as usize))
            };
            if let Some((piece, columns)) = chunk.frames.iter().rev().find_map(|f| of(f.walked)) {
                return Some(piece.view(columns));
            }
        }
        None
    }

    /// Stretches of steps of which a part is kept, with that part, 0 to 1: where the frames are dense and where they were thinned.
    pub fn density(&self) -> impl Iterator<Item = (u64, u64, f64)> {
        self.chunks.iter().filter_map(|chunk| {
            let (from, to) = (chunk.first(), chunk.last()?);
            let steps = (to - from + 1) as f64;
            Some((from, to, chunk.frames.len() as f64 / steps))
        })
    }

    /// Bytes that they take, and may take.
    pub fn bytes(&self) -> (u64, u64) {
        (self.bytes, self.budget)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.frames.len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }
}

/// The frames of a run that goes on.
#[derive(Clone, Debug)]
pub struct Frames {
    closed: Vec<Arc<Chunk>>,
    open: Chunk,
    /// Of the closed chunks.
    bytes: u64,
    budget: u64,
    /// Whether something may have changed the columns that are there already.
    disturbed: bool,
    attention: Option<Arc<AttentionView>>,
    circuit: Option<Arc<Circuit>>,
}

impl Frames {
    /// None yet, and so many bytes for them.
    pub fn new(budget: u64) -> Self {
        Self {
            closed: Vec::new(),
            open: Chunk::default(),
            bytes: 0,
            budget,
            disturbed: true,
            attention: None,
            circuit: None,
        }
    }

    /// Another budget; frames go where it is smaller.
    pub fn set_budget(&mut self, budget: u64) {
        self.budget = budget;
        self.thin();
    }

    /// The latest step that is kept.
    pub fn last(&self) -> Option<u64> {
        let closed = self.closed.last().and_then(|chunk| chunk.last());
        self.open.last().or(closed)
    }

    /// A command came between two steps: nothing is taken to be as it was.
    pub fn disturb(&mut self) {
        self.disturbed = true;
    }

    /// Keeps what the panels draw of this step; the step must be after all that are kept.
    pub fn note<R: Real>(&mut self, run: &Experiment<R>) {
        if self.last() == Some(run.clock().step) {
            // A command at this step shows in it.
            self.open.frames.pop();
        }
        if self.open.frames.len() >= CHUNK {
            self.close();
        }
        let (shown, asleep) = run.shown();
        let lived = shown
            .living
            .map(|(living, source)| self.live(run, living, source));
        let walked = shown.ripple.and_then(|running| self.walk(run, running));
        self.look_around(run);
        self.disturbed = false;
        let clock = run.clock();
        let attention = self.attention.as_ref();
        let frame = Light {
            step: clock.step,
            time: clock.time,
            episodes: clock.episodes,
            updates: clock.updates,
            load: run.lab().load() as u64,
            progress: run.progress(),
            phase: position(&mut self.open.phases, run.phase()),
            circuit: self
                .circuit
                .as_ref()
                .map_or(0, |c| shared(&mut self.open.circuits, c)),
            attention: attention.map(|a| shared(&mut self.open.attention, a)),
            lived,
            walked,
            asleep,
            activities: activities(run),
        };
        self.open.frames.push(frame);
    }

    /// What changes seldom: the lesions, and where attention went.
    fn look_around<R: Real>(&mut self, run: &Experiment<R>) {
        let (shown, _) = run.shown();
        if !self
            .circuit
            .as_deref()
            .is_some_and(|(regions, pathways)| lesions_are(run, regions, pathways))
        {
            self.circuit = Some(Arc::new(circuit(run)));
        }
        if self.disturbed || shown.living.is_some_and(|(living, _)| living.over()) {
            let now = attention_view(run.lab());
            if self.attention.as_deref() != now.as_ref() {
                self.attention = now.map(Arc::new);
            }
        }
    }

    fn live<R: Real>(
        &mut self,
        run: &Experiment<R>,
        living: &Living<R>,
        source: Source,
    ) -> (u16, u32) {
        let pieces = &mut self.open.lived;
        let have = pieces.last().filter(|have| have.of(living, source));
        let have = have.filter(|_| !self.disturbed);
        if !have.is_some_and(|have| have.ends_like(living)) {
            let goes_on = have.is_some_and(|have| have.end() > 0 && have.end() + 1 == living.t);
            if !goes_on {
                let names = run.lab().task().input_names();
                let units = run.lab().cortex.state();
                pieces.push(Arc::new(Lived::new(living, source, units, names)));
            }
            grow(pieces, living.t, Lived::after, |piece| piece.push(living));
        }
        (pieces.len() as u16 - 1, living.t as u32)
    }

    fn walk<R: Real>(&mut self, run: &Experiment<R>, running: &Replaying<R>) -> Columns {
        let memory = run.lab().memory.as_ref()?;
        let pieces = &mut self.open.walked;
        let have = pieces.last().filter(|_| !self.disturbed);
        if !have.is_some_and(|have| have.ends_like(running)) {
            let number = running.number;
            let goes_on = have.filter(|have| have.end() > 0 && have.end() + 1 == running.step);
            match goes_on {
                // The next ripple of a chain.
                Some(have) if have.ripple() != number => {
                    pieces.push(Arc::new(Walked::after(have, number)));
                }
                Some(_) => {}
                None => {
                    let names = run.lab().task().input_names();
                    let units = run.lab().cortex.state();
                    pieces.push(Arc::new(Walked::new(running, memory, units, names)));
                }
            }
            grow(
                pieces,
                running.step,
                |have| Walked::after(have, number),
                |piece| piece.push(running),
            );
        }
        Some((pieces.len() as u16 - 1, running.step as u32))
    }

    /// The chunk is full. The next one goes on with the pieces that are at work.
    fn close(&mut self) {
        let next = Chunk {
            lived: self
                .open
                .lived
                .last()
                .map(|p| Arc::new(Lived::after(p)))
                .into_iter()
                .collect(),
            walked: self
                .open
                .walked
                .last()
                .map(|p| Arc::new(Walked::after(p, p.ripple())))
                .into_iter()
                .collect(),
            ..Chunk::default()
        };
        let mut full = std::mem::replace(&mut self.open, next);
        full.count();
        self.bytes += full.bytes;
        self.closed.push(Arc::new(full));
        self.thin();
    }

    /// Stays within the budget.
    fn thin(&mut self) {
        self.open.count();
        while self.bytes + self.open.bytes > self.budget && !self.closed.is_empty() {
            let before = self.bytes;
            let older = self.closed.len().div_ceil(2);
            for chunk in &mut self.closed[..older] {
                *chunk = Arc::new(chunk.thinned());
            }
            self.count();
            // What cannot be thinned any more goes; a frame of the beginning stays as long as there is room for any.
            if self.bytes * 20 > before * 19 {
                let first = usize::from(self.closed.len() > 2);
                self.closed.drain(first..older.max(first + 1));
                self.count();
            }
        }
    }

    fn count(&mut self) {
        self.merge();
        self.bytes = self.closed.iter().map(|chunk| chunk.bytes).sum();
    }

    /// Chunks that have few frames left become one.
    fn merge(&mut self) {
        let mut merged: Vec<Arc<Chunk>> = Vec::with_capacity(self.closed.len());
        for chunk in self.closed.drain(..) {
            match merged.last_mut() {
                Some(last) if last.frames.len() + chunk.frames.len() <= CHUNK => {
                    let both = Arc::make_mut(last);
                    both.append(&chunk);
                }
                _ => merged.push(chunk),
            }
        }
        self.closed = merged;
    }

    /// Forgets what came after `step`.
    pub fn truncate(&mut self, step: u64) {
        if self.last().is_none_or(|last| last <= step) {
            return;
        }
        let open = std::mem::take(&mut self.open);
        self.closed.push(Arc::new(open));
        self.closed.retain(|chunk| chunk.first() <= step);
        if let Some(last) = self.closed.last_mut()
            && last.last().is_some_and(|last| last > step)
        {
            let cut = Arc::make_mut(last);
            cut.frames.retain(|f| f.step <= step);
            cut.count();
        }
        self.disturbed = true;
        self.bytes = self.closed.iter().map(|chunk| chunk.bytes).sum();
    }

    /// Forgets what came at `step` and after it.
    pub fn truncate_before(&mut self, step: u64) {
        match step.checked_sub(1) {
            Some(before) => self.truncate(before),
            None => *self = Self::new(self.budget),
        }
    }

    /// What is kept now.
    pub fn kept(&self) -> Kept {
        let mut chunks = self.closed.clone();
        let mut open = self.open.clone();
        open.count();
        let bytes = self.bytes + open.bytes;
        if !open.frames.is_empty() {
            chunks.push(Arc::new(open));
        }
        Kept {
            chunks: Arc::new(chunks),
            bytes,
            budget: self.budget,
        }
    }
}

impl Chunk {
    /// Takes over all that another one has.
    fn append(&mut self, other: &Self) {
        for frame in &other.frames {
            let phase = position(&mut self.phases, &other.phases[usize::from(frame.phase)]);
            let circuit = shared(
                &mut self.circuits,
                &other.circuits[usize::from(frame.circuit)],
            );
            let attention = frame.attention;
            let attention =
                attention.map(|i| shared(&mut self.attention, &other.attention[usize::from(i)]));
            let frame = Light {
                phase,
                circuit,
                attention,
                ..frame.clone()
            };
            self.take(other, &frame);
        }
        self.count();
    }
}

/// The position of something shared in a table that grows by it where it is not there.
fn shared<T>(table: &mut Vec<Arc<T>>, value: &Arc<T>) -> u16 {
    let found = table.iter().rposition(|v| Arc::ptr_eq(v, value));
    found.unwrap_or_else(|| {
        table.push(value.clone());
        table.len() - 1
    }) as u16
}

/// The last piece grows to so many columns; beyond its longest another one goes on.
fn grow<P: Piece>(
    pieces: &mut Vec<Arc<P>>,
    to: usize,
    after: impl Fn(&Arc<P>) -> P,
    push: impl Fn(&mut P),
) {
    while let Some(last) = pieces.last()
        && last.end() < to
    {
        if last.own() >= LONGEST {
            pieces.push(Arc::new(after(last)));
        }
        if let Some(last) = pieces.last_mut() {
            push(Arc::make_mut(last));
        }
    }
}
