//! Measuring stores by themselves: recall curves, sequence length, pattern separation.

use serde::{Deserialize, Serialize};

use super::cue::CueSpec;
use super::entorhinal::{Entorhinal, EntorhinalState};
use super::separation::SeparationSpec;
use super::store::{
    Attention, Code, CodeSize, Cue, Cuts, Recall, Scratch, Shared, StoreSpec, StoreStart,
    StoreState, Trace, overlap,
};
use crate::numeric::{KWinners, Real, Rng};
use crate::record::Direction;

/// What is measured of a store.
#[derive(Clone, Debug)]
pub struct Bench<'a> {
    /// The store; each trial fills a fresh one.
    pub store: &'a StoreSpec,
    /// How codes come about.
    pub separation: &'a SeparationSpec,
    /// The code that cortical cues are made of.
    pub entorhinal: &'a Entorhinal,
    /// Cues.
    pub cues: &'a [CueSpec],
    /// Recalls from each cue.
    pub recalls: usize,
    /// Whether the patterns are replayed as one sequence, both ways.
    pub sequence: bool,
    /// Seed of what is wired at random.
    pub seed: u64,
}

/// What several recalls came to, or the replay of a sequence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recalled {
    /// Mean overlap with what should come.
    pub overlap: f64,
    /// Fraction of recalls without any error; of a sequence, the part of it before the first error.
    pub exact: f64,
}

/// What one trial showed.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// A cue each.
    pub cues: Vec<Recalled>,
    /// Forward, reverse.
    pub sequence: Vec<Recalled>,
    /// Where the store attends: the first recalls' cues with what it attended to.
    pub attended: Vec<(Cue, Attention)>,
    /// The stored codes, where the store attends.
    pub codes: Vec<Code>,
}

/// A tape has none.
const NO_CODES: CodeSize = CodeSize {
    units: 0,
    active: 0,
};

/// Recalls of a trial that are kept with what they attended to.
const ATTENDED: usize = 4;

/// A store filled with patterns.
struct Filled<R: Real> {
    store: StoreState<R>,
    codes: Vec<Code>,
    /// The cortical states behind the codes and how they are coded, where there are any.
    behind: Option<Behind<R>>,
}

struct Behind<R> {
    entorhinal: EntorhinalState,
    codes: Vec<Code>,
    /// Width × P.
    states: Vec<R>,
    width: usize,
}

impl Bench<'_> {
    /// Fills a fresh store with `patterns` patterns that follow each other, and recalls them. Cortical cues and codes without
    /// separation are made of `states` (width × P).
    pub fn trial<R: Real>(
        &self,
        patterns: usize,
        states: Option<(&[R], usize)>,
        rng: &mut Rng,
    ) -> Measured {
        let filled = self.fill(patterns, states, rng);
        let mut measured = Measured::default();
        let mut scratch = Scratch::default();
        for cue in self.cues {
            let mut sums = Recalled::default();
            for _ in 0..self.recalls {
                let p = rng.below(patterns);
                let cue = filled.cue(p, cue, rng);
                let store = filled.store.as_dyn();
                let recall = store.complete(&cue, &Cuts::default(), &mut scratch);
                let (overlap, exact) = filled.compare(&recall, p);
                sums.overlap += overlap;
                sums.exact += f64::from(u8::from(exact));
                if measured.attended.len() < ATTENDED
                    && let Some(attention) = store.attention(&cue)
                {
                    measured.attended.push((cue, attention));
                }
            }
            let n = self.recalls as f64;
            measured.cues.push(Recalled {
                overlap: sums.overlap / n,
                exact: sums.exact / n,
            });
        }
        if self.sequence && patterns > 1 {
            for direction in [Direction::Forward, Direction::Reverse] {
                measured
                    .sequence
                    .push(filled.replay(direction, &mut scratch));
            }
        }
        if !measured.attended.is_empty() {
            measured.codes = filled.codes;
        }
        measured
    }

    fn fill<R: Real>(
        &self,
        patterns: usize,
        states: Option<(&[R], usize)>,
        rng: &mut Rng,
    ) -> Filled<R> {
        let birth = StoreStart {
            decaying: false,
            seed: self.seed,
        };
        let mut store = StoreState::<R>::new(self.store, birth);
        let size = self.store.kind().codes().unwrap_or(NO_CODES);
        let mut codes = Vec::with_capacity(patterns);
        let behind = states.map(|(states, width)| {
            let mut entorhinal = EntorhinalState::new(self.entorhinal, width, size.units, rng);
            entorhinal.observe(states);
            let mut winners = KWinners::default();
            let mut entorhinals = Vec::with_capacity(patterns);
            // A few at a time: there are many entorhinal units.
            for states in states.chunks(64 * width) {
                for column in entorhinal.activations(states, None).column_iter() {
                    let column = column.as_slice();
                    entorhinals.push(entorhinal.code(column, &mut winners));
                    let separation = self.separation.kind();
                    let code = separation.code(column, size, &mut winners, rng);
                    codes.push(code);
                }
            }
            Behind {
                entorhinal,
                codes: entorhinals,
                states: states.to_vec(),
                width,
            }
        });
        if behind.is_none() {
            codes.extend((0..patterns).map(|_| rng.subset(size.units, size.active)));
        }
        let traces: Vec<Trace<'_, R>> = codes
            .iter()
            .enumerate()
            .map(|(p, code)| Trace {
                engram: p as u64,
                code,
                content: &[],
                after: p.checked_sub(1).map(|q| (q as u64, codes[q].as_slice())),
            })
            .collect();
        store.as_dyn_mut().encode(&traces);
        store.as_dyn_mut().flush();
        Filled {
            store,
            codes,
            behind,
        }
    }
}

impl<R: Real> Filled<R> {
    fn cue(&self, p: usize, spec: &CueSpec, rng: &mut Rng) -> Cue {
        let size = self.store.as_dyn().codes().unwrap_or(NO_CODES);
        let kind = spec.kind();
        let degraded = kind.degrade(&self.codes[p], size.units, rng);
        let units = match (degraded, &self.behind) {
            (Some(units), _) => units,
            (None, Some(behind)) => behind.cue(p, &self.codes, kind.fraction(), size, rng),
            (None, None) => Code::new(),
        };
        Cue {
            units,
            engram: Some(p as u64),
        }
    }

    /// Overlap with a pattern, and whether it is that pattern without any error.
    fn compare(&self, recall: &Recall, p: usize) -> (f64, bool) {
        if let Some(id) = recall.engram {
            return (f64::from(u8::from(id == p as u64)), id == p as u64);
        }
        let store = self.store.as_dyn();
        let exact = !recall.active.is_empty() && recall.active == self.codes[p];
        (
            store.overlap(Shared::of(&recall.active, &self.codes[p], &[]), &[]),
            exact,
        )
    }

    /// Walks the whole sequence from its first pattern, or from its last.
    fn replay(&self, direction: Direction, scratch: &mut Scratch) -> Recalled {
        let last = self.codes.len() - 1;
        let at = |step: usize| match direction {
            Direction::Forward => step,
            Direction::Reverse => last - step,
        };
        let mut state = Recall {
            active: self.codes[at(0)].clone(),
            engram: self
                .store
                .as_dyn()
                .codes()
                .is_none()
                .then_some(at(0) as u64),
            ..Recall::default()
        };
        let (mut sum, mut right, mut failed) = (0.0, 0, false);
        for step in 1..=last {
            state = self
                .store
                .as_dyn()
                .next(&state, direction, &Cuts::default(), scratch);
            let (overlap, exact) = self.compare(&state, at(step));
            sum += overlap;
            failed |= !exact;
            right += usize::from(!failed);
        }
        Recalled {
            overlap: sum / last as f64,
            exact: right as f64 / last as f64,
        }
    }
}

impl<R: Real> Behind<R> {
    /// What the perforant path makes of a part of the state behind pattern `p`.
    fn cue(&self, p: usize, stored: &[Code], fraction: f64, size: CodeSize, rng: &mut Rng) -> Code {
        let mut known = vec![false; self.width];
        let count = (fraction * self.width as f64).round() as usize;
        for i in rng.subset(self.width, count) {
            known[i as usize] = true;
        }
        let state = &self.states[p * self.width..(p + 1) * self.width];
        let activations = self.entorhinal.activations(state, Some(&known));
        let mut winners = KWinners::default();
        let code = self.entorhinal.code(activations.as_slice(), &mut winners);
        let pairs = stored.iter().zip(&self.codes);
        let pairs = pairs.map(|(c, e)| (c.as_slice(), e.as_slice(), 1.0));
        let input = self.entorhinal.perforant(&code, &[], pairs, size.units);
        let mut cue = Code::new();
        winners.choose(&input, size.active, &mut cue);
        cue
    }
}

/// How far apart codes of two like states are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Separation {
    /// Overlap of their entorhinal codes.
    pub input: f64,
    /// Overlap of their CA3 codes.
    pub code: f64,
}

/// Overlaps of the codes of two random states that correlate by `similarity`.
pub fn separation(bench: &Bench<'_>, width: usize, similarity: f64, rng: &mut Rng) -> Separation {
    let size = bench.store.kind().codes().unwrap_or(NO_CODES);
    let entorhinal = EntorhinalState::new(bench.entorhinal, width, size.units, rng);
    let first: Vec<f64> = (0..width).map(|_| rng.normal()).collect();
    let apart = (1.0 - similarity * similarity).max(0.0).sqrt();
    let second: Vec<f64> = first
        .iter()
        .map(|v| similarity * v + apart * rng.normal())
        .collect();
    let mut winners = KWinners::default();
    let mut codes = |state: &[f64]| {
        let activations = entorhinal.activations(state, None);
        let column = activations.as_slice();
        (
            entorhinal.code(column, &mut winners),
            bench
                .separation
                .kind()
                .code(column, size, &mut winners, rng),
        )
    };
    let (a, b) = (codes(&first), codes(&second));
    Separation {
        input: overlap(&a.0, &b.0),
        code: overlap(&a.1, &b.1),
    }
}
