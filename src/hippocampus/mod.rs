//! The hippocampus: stores the steps of episodes in one shot and gives them back in ripples.
//!
//! Cortex → entorhinal code → (dentate: a fresh code, at encoding) → CA3 → CA1 decoder → cortex. The perforant path
//! carries cues from entorhinal cortex to CA3 at retrieval. What is kept of an engram is its two codes; its content is in
//! the decoder's synapses alone. Which episode a code belongs to is bookkeeping for selection and eviction: recall and
//! ripples never look at it.

mod attractor;
mod ca3;
mod capacity;
mod compress;
mod cueing;
mod decoder;
mod diluted;
mod entorhinal;
mod exact;
mod hopfield;
pub mod lesion;
mod measure;
mod modern_hopfield;
mod patterns;
mod replay;
mod ripple;
mod select;
mod sequence_hopfield;
mod store;
mod synapses;
mod wiring;

pub use attractor::AttractorStore;
pub use ca3::Ca3;
pub use capacity::{
    CapacitySpec, Compress, EvictSpec, FAINTEST, Fixed, LeastSalient, Oldest, Palimpsest,
    Unbounded, UnitSpec, WholeEpisode,
};
pub use decoder::{Decoder, DecoderSpec, Delta, Hebbian, Pseudoinverse};
pub use diluted::Diluted;
pub use entorhinal::{Entorhinal, EntorhinalState};
pub use exact::{Exact, ExactStore};
pub use hopfield::Hopfield;
pub use measure::{Bench, Measured, Separation, separation};
pub use modern_hopfield::ModernHopfield;
pub use patterns::{Association, AssociativeStore, Patterns};
pub use replay::Start;
pub use ripple::{
    Cortical, CueSpec, End, ErrorSize, Forward, Fraction, Mixed, Noise, OrderSpec, Recent, Reverse,
    RewardSize, Ripple, Salience, SalienceSpec, SelectSpec, Shuffled, Spontaneous, Strength,
    THRESHOLD, Uniform, Walk, hop, walk,
};
pub use select::Drawn;
pub use sequence_hopfield::{Exponential, Polynomial, SequenceHopfield, SharpnessSpec};
pub use store::{
    Attention, Birth, Code, Cue, Cuts, Direct, Load, Recall, Scratch, Separated, SeparationSpec,
    Store, StoreKind, StoreSpec, StoreState, Stored, Trace,
};
pub use synapses::{RowSums, Synapses, common, overlap, similarity};

use std::collections::{BTreeSet, VecDeque};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::episode::ContentShape;
use crate::numeric::{KWinners, Real, Rng};
use crate::params;

params! {
    /// A store of engrams with what surrounds it.
    pub struct Hippocampus {
        /// What keeps the engrams.
        pub store: StoreSpec = StoreSpec::Ca3(Ca3::default()), restart;
        /// How engrams are kept apart.
        pub separation: SeparationSpec = SeparationSpec::Separated(Separated {}), restart;
        /// How an engram is read back into a cortical state.
        pub decoder: DecoderSpec = DecoderSpec::Pseudoinverse(Pseudoinverse::default()), restart;
        /// How much is kept.
        pub capacity: CapacitySpec = CapacitySpec::Unbounded(Unbounded {}), restart;
        /// How ripples run.
        pub ripple: Ripple = Ripple::default(), restart;
        /// The code that cues are made of.
        pub entorhinal: Entorhinal = Entorhinal::default(), restart;
        /// How much memory it may use; a scenario that would need more is refused before it runs.
        pub memory: f64 = 1024.0, [1 ..= 65536], "MiB", restart;
    }
}

impl Hippocampus {
    /// Bytes it may use.
    pub fn memory_bytes(&self) -> u64 {
        (self.memory * f64::from(1 << 20)) as u64
    }

    /// Bytes it needs to hold this much: store, decoder and its solution, codes, and the entorhinal projection.
    pub fn bytes(&self, stored: &Stored) -> u64 {
        let (m, steps) = (self.store.kind().units() as u64, stored.steps);
        let decoder = match (&self.decoder, m) {
            (_, 0) => 0,
            (DecoderSpec::Pseudoinverse(_), _) => {
                let gram = steps.saturating_mul(steps).saturating_mul(4 * 8);
                (2 * 8 * m * stored.content)
                    .saturating_add(gram)
                    .saturating_add(8 * steps.saturating_mul(stored.content))
            }
            _ => 8 * m * stored.content,
        };
        let entorhinal = self.entorhinal.units as u64;
        let codes =
            self.store.kind().active() as f64 + entorhinal as f64 * self.entorhinal.sparsity;
        // A batch of 64 at most is coded at a time.
        let projection = 4 * m.max(entorhinal) * (stored.content + 64);
        self.store
            .kind()
            .bytes(stored)
            .saturating_add(decoder)
            .saturating_add(projection)
            .saturating_add(steps.saturating_mul(4 * codes as u64 + 96))
    }
}

/// One stored step.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Engram {
    /// Number in the run.
    pub id: u64,
    /// CA3 code.
    pub code: Code,
    /// Entorhinal code.
    pub entorhinal: Code,
    /// Trace strength: 1 when new, less in a palimpsest.
    pub strength: f32,
}

/// The engrams of one episode, in the order they were lived.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StoredEpisode {
    /// Number in the run.
    pub episode: u64,
    /// Its mean loss when it was lived.
    pub error: f64,
    /// The reward that it brought.
    pub reward: f64,
    /// How many episodes it stands for.
    pub count: u64,
    /// Numbers of these, itself first, then the latest.
    pub members: Vec<u64>,
    /// Its steps.
    pub engrams: Vec<Engram>,
}

/// The hippocampus at run time.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct HippocampusState<R: Real> {
    spec: Hippocampus,
    shape: ContentShape,
    entorhinal: EntorhinalState,
    store: StoreState<R>,
    decoder: Option<Decoder>,
    stored: VecDeque<StoredEpisode>,
    next_engram: u64,
    lesions: lesion::Lesions,
    drawn: BTreeSet<u64>,
    /// Entorhinal code last seen, for the app.
    latest: Code,
}

impl<R: Real> HippocampusState<R> {
    /// An empty hippocampus for contents of this shape.
    pub fn new(spec: &Hippocampus, shape: ContentShape, seed: u64) -> Self {
        let decaying = spec.capacity.decay().is_some();
        let store = StoreState::new(&spec.store, Birth { decaying, seed });
        let (m, k) = (store.as_dyn().units(), store.as_dyn().active());
        let mut rng = Rng::named(seed, "entorhinal");
        let width = shape.seen();
        Self {
            entorhinal: EntorhinalState::new(&spec.entorhinal, width, m, &mut rng),
            decoder: (m > 0).then(|| Decoder::new(&spec.decoder, m, k, shape.len())),
            store,
            spec: spec.clone(),
            shape,
            stored: VecDeque::new(),
            next_engram: 0,
            lesions: lesion::Lesions::default(),
            drawn: BTreeSet::new(),
            latest: Code::new(),
        }
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
        if let CapacitySpec::Compress(_) = self.spec.capacity {
            let lived: u64 = self.stored.iter().map(|e| e.count).sum();
            return Some(lived as f64 / self.stored.len().max(1) as f64);
        }
        None
    }

    /// Stored steps.
    pub fn load(&self) -> usize {
        self.stored.iter().map(|e| e.engrams.len()).sum()
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
            decaying: self.spec.capacity.decay().is_some(),
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
        let room = self.spec.capacity.room();
        let fit = episodes.len().min(room / steps.max(1));
        let mut gone = Vec::new();
        while self.load() + fit * steps > room {
            let Some(position) = self.least_wanted() else {
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

    fn least_wanted(&self) -> Option<usize> {
        if let CapacitySpec::Fixed(Fixed {
            evict: EvictSpec::LeastSalient(p),
            ..
        }) = &self.spec.capacity
        {
            let saliences = self.stored.iter().map(|e| p.of.size(e)).enumerate();
            return saliences.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(i, _)| i);
        }
        if let CapacitySpec::Compress(_) = &self.spec.capacity {
            let counts = self.stored.iter().map(|e| e.count).enumerate();
            return counts.min_by_key(|c| c.1).map(|(i, _)| i);
        }
        (!self.stored.is_empty()).then_some(0)
    }

    /// Takes episodes out of all synapses.
    fn unlearn(&mut self, gone: &[StoredEpisode]) {
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
            let code = self.new_code(column.as_slice(), &mut winners, rng);
            if code.is_empty() && self.store().units() > 0 {
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
    fn new_code(&mut self, activations: &[f32], winners: &mut KWinners, rng: &mut Rng) -> Code {
        let size = (self.store().units(), self.store().active());
        let code = self.spec.separation.code(activations, size, winners, rng);
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
        if let Some(factor) = self.spec.capacity.decay() {
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
        if let Some(factor) = self.spec.capacity.decay() {
            self.decay(factor.powf(steps as f64).max(1e-9));
            self.fade_out();
        }
    }

    /// Codes of traces too faint to be attractors are dropped.
    fn fade_out(&mut self) {
        if self.spec.capacity.decay().is_some() {
            self.stored.retain(|e| {
                e.engrams
                    .last()
                    .is_none_or(|last| last.strength >= FAINTEST)
            });
        }
    }

    /// The episodes opened last are over, with these mean losses and rewards. Returns which joined which prototype.
    pub fn close(&mut self, fit: usize, outcomes: &[(f64, f64)]) -> Vec<(u64, u64)> {
        let first = self.stored.len() - fit.min(self.stored.len());
        for (episode, (error, reward)) in self.stored.iter_mut().skip(first).zip(outcomes) {
            (episode.error, episode.reward) = (*error, *reward);
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

    /// Makes the decoder fit what is stored now.
    pub fn solve(&mut self) {
        self.store.as_dyn_mut().flush();
        if let Some(decoder) = &mut self.decoder {
            let codes: Vec<&[u32]> = self
                .stored
                .iter()
                .flat_map(|e| &e.engrams)
                .map(|e| e.code.as_slice())
                .collect();
            decoder.solve(&codes);
        }
    }

    /// Applies the circuit's lesions.
    pub fn apply(&mut self, circuit: &crate::circuit::Circuit, seed: u64) {
        let sizes = lesion::Sizes {
            ca3: self.store().units(),
            entorhinal: self.entorhinal.units(),
            state: self.shape.state,
        };
        self.lesions = lesion::Lesions::of(circuit, sizes, seed);
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
