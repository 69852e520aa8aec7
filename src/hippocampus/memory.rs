//! The hippocampus at run time: what it holds, and how episodes come in and go.

use std::collections::{BTreeSet, VecDeque};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Hippocampus;
use super::capacity::FAINTEST;
use super::decoder::Decoder;
use super::engram::{Drawn, Engram, StoredEpisode, codes_of};
use super::entorhinal::EntorhinalState;
use super::lesion::{Lesions, Sizes};
use super::store::{Code, CodeSize, Store, StoreStart, StoreState, Stored, Trace};
use crate::episode::ContentShape;
use crate::numeric::{KWinners, Real, Rng};

/// What an episode came to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Its mean loss.
    pub error: f64,
    /// The reward that it brought.
    pub reward: f64,
}

/// The hippocampus at run time.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct HippocampusState<R: Real> {
    pub(super) spec: Hippocampus,
    pub(super) shape: ContentShape,
    pub(super) entorhinal: EntorhinalState,
    pub(super) store: StoreState<R>,
    pub(super) decoder: Option<Decoder>,
    pub(super) stored: VecDeque<StoredEpisode>,
    next_engram: u64,
    pub(super) lesions: Lesions,
    drawn: BTreeSet<u64>,
    /// Codes that were bound anew since CA1 was solved.
    pub(super) rebound: Vec<Code>,
    /// Entorhinal code last seen, for the app.
    latest: Code,
}

impl<R: Real> HippocampusState<R> {
    /// An empty hippocampus for contents of this shape.
    pub fn new(spec: &Hippocampus, shape: ContentShape, seed: u64) -> Self {
        let decaying = spec.capacity.kind().decay().is_some();
        let store = StoreState::<R>::new(&spec.store, StoreStart { decaying, seed });
        let codes = store.as_dyn().codes();
        let mut rng = Rng::named(seed, "entorhinal");
        let width = shape.seen();
        Self {
            entorhinal: EntorhinalState::new(
                &spec.entorhinal,
                width,
                store.as_dyn().units(),
                &mut rng,
            ),
            decoder: codes.map(|size| Decoder::new(&spec.decoder, size, shape.len())),
            store,
            spec: spec.clone(),
            shape,
            stored: VecDeque::new(),
            next_engram: 0,
            lesions: Lesions::default(),
            drawn: BTreeSet::new(),
            rebound: Vec::new(),
            latest: Code::new(),
        }
    }

    /// Goes on with other parameters, of which only those that may change in a run differ.
    pub fn adopt(&mut self, spec: &Hippocampus) {
        if let Some(decoder) = &mut self.decoder {
            decoder.adopt(&spec.decoder);
        }
        self.spec = spec.clone();
    }

    /// Its parameters.
    pub fn spec(&self) -> &Hippocampus {
        &self.spec
    }

    /// What is where in a content.
    pub fn shape(&self) -> ContentShape {
        self.shape
    }

    /// The store.
    pub fn store(&self) -> &dyn Store<R> {
        self.store.as_dyn()
    }

    /// The stored episodes, oldest first.
    pub fn stored(&self) -> &VecDeque<StoredEpisode> {
        &self.stored
    }

    /// Episodes that a stored one stands for, on average, in a memory that compresses.
    pub fn compression(&self) -> Option<f64> {
        if self.spec.capacity.kind().joins_within().is_some() {
            let lived: u64 = self.stored.iter().map(|e| e.count).sum();
            return Some(lived as f64 / self.stored.len().max(1) as f64);
        }
        None
    }

    /// Stored steps.
    pub fn load(&self) -> usize {
        self.stored.iter().map(|e| e.engrams.len()).sum()
    }

    /// How many engrams were stored so far, also those that are gone: the number of the next one.
    pub fn written(&self) -> u64 {
        self.next_engram
    }

    /// The entorhinal code last seen.
    pub fn entorhinal_code(&self) -> (&[u32], usize) {
        (&self.latest, self.entorhinal.units())
    }

    /// Bytes of its synapses, codes and contents: what a copy of it takes.
    pub fn held_bytes(&self) -> u64 {
        let stored = Stored {
            steps: self.load() as u64,
            content: self.shape.len() as u64,
            decaying: self.spec.capacity.kind().decay().is_some(),
        };
        let decoder = self.decoder.as_ref().map_or(0, Decoder::synapses);
        self.spec.store.kind().bytes(&stored) + 8 * decoder as u64
    }

    /// Synapses in use: of the store, of the decoder, and of the perforant path.
    pub fn synapses(&self) -> usize {
        let perforant = self.entorhinal.units() * self.store().units();
        self.store().load().synapses
            + self.decoder.as_ref().map_or(0, Decoder::synapses)
            + perforant
    }

    /// Numbers kept beside synapses: contents of a tape, and the stored codes.
    pub fn floats(&self) -> usize {
        let codes = self
            .stored
            .iter()
            .flat_map(|e| &e.engrams)
            .map(|e| e.code.len() + e.entorhinal.len());
        self.store().load().floats + codes.sum::<usize>()
    }

    /// Makes room for `steps` more steps and opens `episodes`; returns what was evicted, and how many of the episodes fit.
    pub fn open(&mut self, episodes: &[u64], steps: usize) -> (Vec<StoredEpisode>, usize) {
        let room = self.spec.capacity.kind().room();
        let fit = episodes.len().min(room / steps.max(1));
        let mut gone = Vec::new();
        while self.load() + fit * steps > room {
            let capacity = self.spec.capacity.kind();
            let Some(position) = capacity.least_wanted(&self.stored) else {
                break;
            };
            gone.extend(self.stored.remove(position));
        }
        self.unlearn(&gone);
        for &episode in &episodes[..fit] {
            self.stored.push_back(StoredEpisode {
                episode,
                error: 0.0,
                reward: 0.0,
                count: 1,
                members: vec![episode],
                engrams: Vec::with_capacity(steps),
            });
        }
        (gone, fit)
    }

    /// Takes episodes out of all synapses.
    pub(super) fn unlearn(&mut self, gone: &[StoredEpisode]) {
        if let Some(decoder) = &mut self.decoder {
            let kept = self.stored.iter().flat_map(|e| &e.engrams);
            let all: Vec<&[u32]> = gone
                .iter()
                .flat_map(|e| &e.engrams)
                .chain(kept)
                .map(|e| e.code.as_slice())
                .collect();
            let count = gone.iter().map(|e| e.engrams.len()).sum();
            decoder.forget(&all, &(0..count).collect::<Vec<_>>());
        }
        let episodes: Vec<Vec<(u64, &[u32])>> = gone
            .iter()
            .map(|e| {
                e.engrams
                    .iter()
                    .map(|e| (e.id, e.code.as_slice()))
                    .collect()
            })
            .collect();
        self.store.as_dyn_mut().forget(&episodes);
    }

    /// Stores one step of each of the episodes opened last: `contents` (shape.len() × B), for the columns where `lived`.
    /// `fit` of the episodes have room: they are the last ones stored.
    pub fn encode(&mut self, contents: &[R], lived: &[bool], fit: usize, rng: &mut Rng) {
        let (len, seen) = (self.shape.len(), self.shape.seen());
        let states: Vec<R> = contents
            .chunks(len)
            .flat_map(|c| c[..seen].iter().copied())
            .collect();
        self.entorhinal.observe(&states);
        let activations = self.entorhinal.activations(&states, None);
        let first = self.stored.len() - fit;
        let mut winners = KWinners::default();
        let (ec, rows) = (&self.entorhinal, activations.nrows());
        let columns = activations.as_slice()[..fit * rows].par_chunks(rows);
        let mut entorhinals: Vec<Code> = columns
            .map_init(KWinners::default, |winners, column| {
                ec.code(column, winners)
            })
            .collect();
        let mut new = Vec::with_capacity(fit);
        for b in 0..fit {
            if !lived[b] || self.lesions.encodes_nothing() {
                continue;
            }
            let column = activations.column(b);
            let entorhinal = std::mem::take(&mut entorhinals[b]);
            let code = match self.store().codes() {
                Some(size) => self.new_code(column.as_slice(), size, &mut winners, rng),
                None => Code::new(),
            };
            if code.is_empty() && self.store().codes().is_some() {
                continue;
            }
            new.push((
                first + b,
                Engram {
                    id: self.next_engram,
                    code,
                    entorhinal,
                    strength: 1.0,
                },
                b * len,
            ));
            self.next_engram += 1;
        }
        self.fade(new.len());
        self.bind(new, contents);
    }

    /// The CA3 code that the dentate gyrus imposes, less what a lesion takes of it.
    fn new_code(
        &self,
        activations: &[f32],
        size: CodeSize,
        winners: &mut KWinners,
        rng: &mut Rng,
    ) -> Code {
        let separation = self.spec.separation.kind();
        let code = separation.code(activations, size, winners, rng);
        code.into_iter()
            .filter(|&i| self.lesions.imposes(i))
            .collect()
    }

    /// Binds new engrams, each with the position of its episode and where its content begins.
    fn bind(&mut self, new: Vec<(usize, Engram, usize)>, contents: &[R]) {
        let len = self.shape.len();
        let traces: Vec<Trace<'_, R>> = new
            .iter()
            .map(|(position, engram, from)| Trace {
                engram: engram.id,
                code: &engram.code,
                content: &contents[*from..from + len],
                after: self.stored[*position]
                    .engrams
                    .last()
                    .map(|e| (e.id, e.code.as_slice())),
            })
            .collect();
        if let Some(decoder) = &mut self.decoder {
            traces.iter().for_each(|t| decoder.learn(t.code, t.content));
        }
        self.store.as_dyn_mut().encode(&traces);
        for (position, engram, _) in new {
            self.latest.clone_from(&engram.entorhinal);
            self.stored[position].engrams.push(engram);
        }
    }

    /// Old traces fade by as many stored steps.
    fn fade(&mut self, steps: usize) {
        if let Some(factor) = self.spec.capacity.kind().decay() {
            self.decay(factor.powf(steps as f64));
        }
    }

    /// Old traces fade by `factor`.
    fn decay(&mut self, factor: f64) {
        self.store.as_dyn_mut().decay(factor);
        if let Some(decoder) = &mut self.decoder {
            decoder.decay(factor);
        }
        for engram in self.stored.iter_mut().flat_map(|e| &mut e.engrams) {
            engram.strength *= factor as f32;
        }
    }

    /// Time passes: a palimpsest fades as it would while storing `steps` steps; nothing else does.
    pub fn rest(&mut self, steps: u64) {
        if let Some(factor) = self.spec.capacity.kind().decay() {
            self.decay(factor.powf(steps as f64).max(1e-9));
            self.fade_out();
        }
    }

    /// Codes of traces too faint to be attractors are dropped.
    fn fade_out(&mut self) {
        if self.spec.capacity.kind().decay().is_some() {
            self.stored.retain(|e| {
                e.engrams
                    .last()
                    .is_none_or(|last| last.strength >= FAINTEST)
            });
        }
    }

    /// The episodes opened last are over, with these outcomes. Returns which joined which prototype.
    pub fn close(&mut self, fit: usize, outcomes: &[Outcome]) -> Vec<(u64, u64)> {
        let first = self.stored.len() - fit.min(self.stored.len());
        for (episode, outcome) in self.stored.iter_mut().skip(first).zip(outcomes) {
            (episode.error, episode.reward) = (outcome.error, outcome.reward);
        }
        // Only now: while episodes are open they are found by their place at the end.
        let before = self.stored.len();
        self.stored.retain(|e| !e.engrams.is_empty());
        let empty = before - self.stored.len();
        self.store.as_dyn_mut().flush();
        self.fade_out();
        self.compress(fit.saturating_sub(empty))
    }

    /// Sleep begins: the decoder is solved, and no episode has been drawn yet.
    pub fn fall_asleep(&mut self) {
        self.solve();
        self.drawn.clear();
    }

    /// Draws an episode, none twice before all have come; none where nothing is stored.
    pub fn draw(&mut self, rng: &mut Rng) -> Option<Drawn> {
        let mut free = self.candidates();
        if free.is_empty() {
            self.drawn.clear();
            free = self.candidates();
        }
        if free.is_empty() {
            return None;
        }
        let drawn = self.spec.ripple.select.kind().draw(self, &free, rng);
        self.drawn.insert(drawn.episode);
        Some(drawn)
    }

    /// Episodes that were drawn but not replayed may come again.
    pub fn put_back(&mut self, episodes: impl Iterator<Item = u64>) {
        for episode in episodes {
            self.drawn.remove(&episode);
        }
    }

    /// Episodes that have not come yet.
    fn candidates(&self) -> Vec<Drawn> {
        let all = self.stored.iter().enumerate().flat_map(|(position, e)| {
            let members = e.members.iter();
            members.map(move |&episode| Drawn { position, episode })
        });
        all.filter(|d| !self.drawn.contains(&d.episode)).collect()
    }

    /// Makes the decoder fit what is stored now.
    pub fn solve(&mut self) {
        self.rebound.clear();
        self.store.as_dyn_mut().flush();
        if let Some(decoder) = &mut self.decoder {
            decoder.solve(&codes_of(&self.stored));
        }
    }

    /// Applies the circuit's lesions.
    pub fn apply(&mut self, circuit: &crate::circuit::Circuit, seed: u64) {
        let sizes = Sizes {
            ca3: self.store().units(),
            entorhinal: self.entorhinal.units(),
            state: self.shape.state,
        };
        self.lesions = Lesions::of(circuit, sizes, seed);
    }

    /// Drops all bookkeeping about episodes: codes stay, as one heap. Recall and ripples must not notice.
    pub fn forget_bookkeeping(&mut self) {
        let engrams = std::mem::take(&mut self.stored)
            .into_iter()
            .flat_map(|e| e.engrams);
        let engrams = engrams.map(|e| Engram { id: 0, ..e }).collect();
        self.stored.push_back(StoredEpisode {
            episode: 0,
            error: 0.0,
            reward: 0.0,
            count: 1,
            members: vec![0],
            engrams,
        });
    }
}
