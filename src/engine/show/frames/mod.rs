//! Light frames: of every step what the panels draw, so that looking back costs no re-execution.
//!
//! A frame is a few hundred bytes: counters, how active each part of the circuit was, and how many columns of the batch and
//! of the ripple at work were there. The columns themselves are kept once. All of a run's frames stay within a budget of
//! bytes: beyond it every other scene (a batch, a ripple, a stretch of steps without either) of the older half goes, and
//! again where that does not do.

mod chunk;
mod kept;
mod pieces;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use chunk::Counts;
pub use kept::Kept;

use chunk::{Chunk, Circuit, Columns, Light, position, shared};
use pieces::{LONGEST, Lived, Piece, Walked};

use super::super::experiment::Experiment;
use super::super::lab::{Living, Replaying};
use super::super::phases::Source;
use super::lived::carried;
use super::snapshot::{AttentionView, RippleView};
use super::view::{activities, attention_view, circuit, lesions_are};
use crate::numeric::Real;

/// Frames of a chunk at most.
const CHUNK: usize = 256;

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

    /// The ripple that runs, or ran last.
    pub fn ripple<R: Real>(&self, run: &Experiment<R>) -> Option<RippleView> {
        let running = run.shown().0.ripple?;
        let memory = run.lab().memory.as_ref()?;
        let latest = self.open.frames.last();
        let latest = latest.filter(|frame| frame.step == run.clock().step);
        if let Some((piece, columns)) = latest.and_then(|frame| frame.walked) {
            return Some(self.open.walked[usize::from(piece)].view(columns as usize));
        }
        let running = &*carried(run, running);
        let mut pieces = vec![Arc::new(Walked::new(run, running, memory, None))];
        let after = |have: &Arc<Walked>| Walked::after(have, running.number);
        grow(&mut pieces, running.step, after, |piece| {
            piece.push(&run.lab().cortex, memory, running);
        });
        Some(pieces.last()?.view(running.step))
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
                pieces.push(Arc::new(Lived::new(run, living, source)));
            }
            grow(pieces, living.t, Lived::after, |piece| piece.push(living));
        }
        (pieces.len() as u16 - 1, living.t as u32)
    }

    fn walk<R: Real>(&mut self, run: &Experiment<R>, running: &Replaying<R>) -> Columns {
        let memory = run.lab().memory.as_ref()?;
        let running = &*carried(run, running);
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
                    // Its episode as it was when the ripple began, also where something was done since.
                    let same = pieces.last().filter(|have| have.ripple() == number);
                    let known = same.and_then(|have| have.lived());
                    pieces.push(Arc::new(Walked::new(run, running, memory, known)));
                }
            }
            grow(
                pieces,
                running.step,
                |have| Walked::after(have, number),
                |piece| piece.push(&run.lab().cortex, memory, running),
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
