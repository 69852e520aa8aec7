//! Stored patterns one by one, each a hidden unit with synapses to and from every unit of its code (Krotov & Hopfield 2021):
//! what dense associative memories are made of, and the store that they all are.

use serde::{Deserialize, Serialize};

use super::{
    Attention, Code, CodeSize, Cue, Cuts, Load, Recall, Scratch, Shared, Store, StoreKind,
    StoreStart, Trace,
};
use crate::numeric::Real;
use crate::record::Direction;

/// One stored pattern.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Entry {
    engram: u64,
    code: Code,
    before: Option<u64>,
    after: Option<u64>,
    strength: f32,
}

/// Patterns in the order of their numbers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Patterns {
    units: usize,
    active: usize,
    entries: Vec<Entry>,
}

impl Patterns {
    /// None yet; codes have `active` of `units` units.
    pub fn new(units: usize, active: usize) -> Self {
        Self {
            units,
            active,
            entries: Vec::new(),
        }
    }

    /// Numbers of the patterns, in order.
    pub fn engrams(&self) -> impl Iterator<Item = u64> + '_ {
        self.entries.iter().map(|e| e.engram)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Connections: one between a pattern's hidden unit and each unit of its code, and one to the pattern after it.
    pub fn synapses(&self) -> usize {
        let links = self.entries.iter().filter(|e| e.after.is_some()).count();
        links + self.entries.iter().map(|e| e.code.len()).sum::<usize>()
    }

    fn position(&self, engram: u64) -> Option<usize> {
        self.entries
            .binary_search_by_key(&engram, |e| e.engram)
            .ok()
    }

    /// Takes patterns in, each linked to the one before it.
    pub fn encode<R>(&mut self, traces: &[Trace<'_, R>]) {
        for trace in traces {
            let before = trace.after.map(|(id, _)| id);
            if let Some(previous) = before.and_then(|id| self.position(id)) {
                self.entries[previous].after = Some(trace.engram);
            }
            let entry = Entry {
                engram: trace.engram,
                code: trace.code.to_vec(),
                before,
                after: None,
                strength: 1.0,
            };
            // Numbers grow, so this is nearly always the end.
            let at = self.entries.partition_point(|e| e.engram < trace.engram);
            self.entries.insert(at, entry);
        }
    }

    /// Takes patterns out, and links to them.
    pub fn forget(&mut self, episodes: &[Vec<(u64, &[u32])>]) {
        let gone: std::collections::HashSet<u64> =
            episodes.iter().flatten().map(|(id, _)| *id).collect();
        self.entries.retain(|e| !gone.contains(&e.engram));
        for entry in &mut self.entries {
            entry.before = entry.before.filter(|id| !gone.contains(id));
            entry.after = entry.after.filter(|id| !gone.contains(id));
        }
    }

    /// Traces too faint to count are dropped.
    pub fn decay(&mut self, factor: f64) {
        self.entries
            .iter_mut()
            .for_each(|e| e.strength *= factor as f32);
        self.entries
            .retain(|e| e.strength >= super::super::capacity::FAINTEST / 16.0);
    }

    /// m_p = Σ_i (x_i^p − a) s_i / (k (1−a)) of a state s (M long): 1 for the pattern itself, about 0 for another.
    pub fn similarities(&self, state: &[f32], out: &mut Vec<f32>) {
        let (k, a) = (self.active as f32, self.active as f32 / self.units as f32);
        let mean = a * state.iter().sum::<f32>();
        let scale = 1.0 / (k * (1.0 - a));
        out.clear();
        out.extend(self.entries.iter().map(|e| {
            let own: f32 = e.code.iter().map(|&i| state[i as usize]).sum();
            (own - mean) * scale
        }));
    }

    /// The similarity that a pattern has with itself where lesions have left part of the units: min(ρ, α) u, with α the living
    /// share of the units, ρ the mean size of the codes over k, u the share of the living units whose axons are whole.
    pub fn left(&self, cuts: &Cuts, cut: &[bool]) -> f32 {
        (cuts.alive().min(self.size()) * cuts.speaking(cut)) as f32
    }

    /// ρ, the mean size of the codes over k.
    pub fn size(&self) -> f64 {
        let units: usize = self.entries.iter().map(|e| e.code.len()).sum();
        units as f64 / (self.entries.len() * self.active).max(1) as f64
    }

    /// Strength of each pattern's trace.
    pub fn strengths(&self) -> impl Iterator<Item = f32> + '_ {
        self.entries.iter().map(|e| e.strength)
    }

    /// Σ_p w_p x^p, or of the patterns before or after; and the weight that found such a neighbour.
    pub fn blend(&self, weights: &[f32], step: Option<Direction>, out: &mut Vec<f32>) -> f32 {
        out.clear();
        out.resize(self.units, 0.0);
        let mut found = 0.0;
        for (entry, w) in self.entries.iter().zip(weights) {
            let neighbour = match step {
                None => Some(entry),
                Some(Direction::Forward) => self.entry(entry.after),
                Some(Direction::Reverse) => self.entry(entry.before),
            };
            if let Some(neighbour) = neighbour {
                found += w;
                neighbour.code.iter().for_each(|&i| out[i as usize] += w);
            }
        }
        found
    }

    fn entry(&self, engram: Option<u64>) -> Option<&Entry> {
        engram
            .and_then(|id| self.position(id))
            .map(|p| &self.entries[p])
    }
}

/// A state as numbers, M long: 1 where active.
pub(super) fn dense(active: &[u32], units: usize, out: &mut Vec<f32>) {
    out.clear();
    out.resize(units, 0.0);
    active.iter().for_each(|&i| out[i as usize] = 1.0);
}

/// What a dense associative memory does with its patterns.
pub trait Association: StoreKind + Clone {
    /// Completes what a cue makes active; there is at least one pattern.
    fn settle_from(
        &self,
        patterns: &Patterns,
        start: Code,
        cuts: &Cuts,
        scratch: &mut Scratch,
    ) -> Recall;
    /// One step along the episode; there is at least one pattern.
    fn step(
        &self,
        patterns: &Patterns,
        state: &Recall,
        direction: Direction,
        cuts: &Cuts,
        scratch: &mut Scratch,
    ) -> Recall;
    /// How like a code a state is.
    fn likeness(&self, shared: Shared, _silent: &[bool]) -> f64 {
        shared.fraction()
    }
    /// One step of attention from a cue, where it works that way.
    fn attention(&self, _patterns: &Patterns, _cue: &Cue) -> Option<Attention> {
        None
    }
}

/// A dense associative memory at run time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AssociativeStore<A> {
    association: A,
    patterns: Patterns,
}

impl<A: Association> AssociativeStore<A> {
    /// An empty store.
    pub fn new(association: &A, _: StoreStart) -> Self {
        Self {
            association: association.clone(),
            patterns: Patterns::new(association.units(), association.active()),
        }
    }
}

impl<R: Real, A: Association> Store<R> for AssociativeStore<A> {
    fn codes(&self) -> Option<CodeSize> {
        self.association.codes()
    }

    fn encode(&mut self, traces: &[Trace<'_, R>]) {
        self.patterns.encode(traces);
    }

    fn flush(&mut self) {}

    fn forget(&mut self, episodes: &[Vec<(u64, &[u32])>]) {
        self.patterns.forget(episodes);
    }

    fn decay(&mut self, factor: f64) {
        self.patterns.decay(factor);
    }

    fn complete(&self, cue: &Cue, cuts: &Cuts, scratch: &mut Scratch) -> Recall {
        if self.patterns.is_empty() {
            return Recall::default();
        }
        let mut start = Code::new();
        super::sweep::speaking(&cue.units, &cuts.units, &mut start);
        self.association
            .settle_from(&self.patterns, start, cuts, scratch)
    }

    fn next(
        &self,
        state: &Recall,
        direction: Direction,
        cuts: &Cuts,
        scratch: &mut Scratch,
    ) -> Recall {
        if self.patterns.is_empty() {
            return Recall::default();
        }
        self.association
            .step(&self.patterns, state, direction, cuts, scratch)
    }

    fn overlap(&self, shared: Shared, silent: &[bool]) -> f64 {
        self.association.likeness(shared, silent)
    }

    fn attention(&self, cue: &Cue) -> Option<Attention> {
        self.association.attention(&self.patterns, cue)
    }

    fn content(&self, _: u64) -> Option<&[R]> {
        None
    }

    fn load(&self) -> Load {
        Load {
            patterns: self.patterns.len(),
            synapses: self.patterns.synapses(),
            floats: 0,
        }
    }
}
