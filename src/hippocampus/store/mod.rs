//! What every store of engrams gives. One store, one file, one line in the registry.

mod attractor;
mod ca3;
mod codes;
mod diluted;
mod exact;
mod hopfield;
mod modern_hopfield;
mod patterns;
mod sequence_hopfield;
mod sweep;
mod synapses;
mod wiring;

pub use attractor::AttractorStore;
pub use ca3::Ca3;
pub use codes::{ByUnit, Shared, common, living, masked, overlap, similarity};
pub use diluted::Diluted;
pub use exact::{Exact, ExactStore};
pub use hopfield::Hopfield;
pub use modern_hopfield::ModernHopfield;
pub use patterns::{Association, AssociativeStore, Patterns};
pub use sequence_hopfield::{Exponential, Polynomial, SequenceHopfield, SharpnessSpec};
pub use synapses::{RowSums, Synapses};

use serde::{Deserialize, Serialize};

use crate::numeric::{KWinners, Real};
use crate::record::Direction;
use crate::registry;

/// An active set of CA3 units, sorted.
pub type Code = Vec<u32>;

/// Sizes of CA3 codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeSize {
    /// M: units.
    pub units: usize,
    /// k: units of a code.
    pub active: usize,
}

/// What stands at the beginning of a recall.
#[derive(Clone, Debug)]
pub struct Cue {
    /// CA3 units that the cue makes active.
    pub units: Code,
    /// The engram that the cue was made from, where it was made from one. Only a tape may look at it.
    pub engram: Option<u64>,
}

/// A state that a store settled in.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Recall {
    /// Active units.
    pub active: Code,
    /// How well the collaterals support the state: 1 for a stored pattern alone, 0 for chance, of what a lesion has left.
    pub support: f32,
    /// How strongly the sequence synapses led here: 1 for a stored transition, 0 for none, of what a lesion has left. 1 after
    /// a cue.
    pub strength: f32,
    /// The states of each sweep of the attractor dynamics, the first being what came in.
    pub sweeps: Vec<Code>,
    /// How well the collaterals, driven by the state of each sweep, support the one that follows.
    pub supports: Vec<f32>,
    /// Which engram this is, where a store knows; `Exact` does.
    pub engram: Option<u64>,
}

/// What a store holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Engrams.
    pub patterns: usize,
    /// Synapses.
    pub synapses: usize,
    /// Floats of content kept as such.
    pub floats: usize,
}

/// Which units and axons of CA3 a lesion has taken.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Cuts {
    /// Silent units: `true` where lesioned; empty where there are none.
    pub units: Vec<bool>,
    /// Units whose collateral axons are cut.
    pub collaterals: Vec<bool>,
    /// Units whose sequence axons are cut.
    pub sequence: Vec<bool>,
}

impl Cuts {
    /// Fraction of the units that are not silenced.
    pub fn alive(&self) -> f64 {
        part(&self.units, |_| false)
    }

    /// Fraction of the living units whose axons, of those with this mask, are whole.
    pub fn speaking(&self, cut: &[bool]) -> f64 {
        part(cut, |i| masked(&self.units, i))
    }
}

/// Which part of the units that are not to be skipped is not masked.
fn part(mask: &[bool], skip: impl Fn(u32) -> bool) -> f64 {
    let (mut left, mut all) = (0, 0);
    for (i, gone) in mask.iter().enumerate() {
        if !skip(i as u32) {
            left += usize::from(!gone);
            all += 1;
        }
    }
    match all {
        _ if mask.is_empty() => 1.0,
        0 => 0.0,
        all => left as f64 / all as f64,
    }
}

/// Scratch space of a recall.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    /// Sums over rows.
    pub rows: RowSums,
    /// Winner selection.
    pub winners: KWinners,
    /// Units whose axons are whole.
    pub speaking: Code,
}

/// An engram to be stored.
#[derive(Clone, Copy, Debug)]
pub struct Trace<'a, R> {
    /// Its number.
    pub engram: u64,
    /// Its code.
    pub code: &'a [u32],
    /// Its content; only a tape keeps it.
    pub content: &'a [R],
    /// The engram before it in its episode.
    pub after: Option<(u64, &'a [u32])>,
}

/// What a store begins with.
#[derive(Clone, Copy, Debug, Default)]
pub struct StoreStart {
    /// Whether its traces fade: a palimpsest.
    pub decaying: bool,
    /// Seed of the run, for what is wired at random.
    pub seed: u64,
}

/// How much a store is asked to hold, for the memory it needs.
#[derive(Clone, Copy, Debug)]
pub struct Stored {
    /// Steps stored at most.
    pub steps: u64,
    /// Values of a content.
    pub content: u64,
    /// Whether traces fade.
    pub decaying: bool,
}

/// What is known of a store from its parameters.
pub trait StoreKind {
    /// Sizes of its codes; `None` for a tape, which has no units.
    fn codes(&self) -> Option<CodeSize>;
    /// M; 0 for a tape.
    fn units(&self) -> usize {
        self.codes().map_or(0, |codes| codes.units)
    }
    /// k; 0 for a tape.
    fn active(&self) -> usize {
        self.codes().map_or(0, |codes| codes.active)
    }
    /// Parameters that its name tells always, by their names, beside `units`.
    fn distinction(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
    /// Bytes it needs.
    fn bytes(&self, stored: &Stored) -> u64;
    /// Most steps that it can hold, for one that counts them.
    fn most(&self) -> u64 {
        u64::MAX
    }
    /// Whether it has attractors that a cue, or noise, can fall into.
    fn attracts(&self) -> bool {
        true
    }
    /// A parameter that cannot be as it is, with what is wrong and what helps.
    fn problem(&self) -> Option<(&'static str, String, &'static str)> {
        None
    }
}

/// One step of attention over stored patterns, where a store works that way.
#[derive(Clone, Debug, PartialEq)]
pub struct Attention {
    /// Stored engrams.
    pub engrams: Vec<u64>,
    /// Weight of each.
    pub weights: Vec<f32>,
    /// What is retrieved: their weighted mean, M long.
    pub state: Vec<f32>,
    /// Inverse temperature.
    pub beta: f64,
}

/// A content-addressable store of engrams.
pub trait Store<R: Real> {
    /// Sizes of its codes; `None` for a tape, which has no units.
    fn codes(&self) -> Option<CodeSize>;
    /// M; 0 for a tape.
    fn units(&self) -> usize {
        self.codes().map_or(0, |codes| codes.units)
    }
    /// k; 0 for a tape.
    fn active(&self) -> usize {
        self.codes().map_or(0, |codes| codes.active)
    }
    /// Stores engrams, each linked to the one before it in its episode.
    fn encode(&mut self, traces: &[Trace<'_, R>]);
    /// Writes what was encoded since the last flush into the synapses; recalls see it only then.
    fn flush(&mut self);
    /// Unlearns episodes, each a list of engrams that follow each other.
    fn forget(&mut self, episodes: &[Vec<(u64, &[u32])>]);
    /// Links the engrams of a stored episode, now in the order of `now`, in the order of `then`.
    fn relink(&mut self, now: &[(u64, &[u32])], then: &[(u64, &[u32])]) {
        let content = |step: &(u64, &[u32])| self.content(step.0).map(<[R]>::to_vec);
        let contents: Vec<Vec<R>> = then
            .iter()
            .map(|s| content(s).unwrap_or_default())
            .collect();
        self.forget(&[now.to_vec()]);
        for (i, (&(engram, code), content)) in then.iter().zip(&contents).enumerate() {
            let after = i.checked_sub(1).map(|before| then[before]);
            self.encode(&[Trace {
                engram,
                code,
                content,
                after,
            }]);
        }
        self.flush();
    }
    /// Another content takes the place of an engram's, in a store that keeps contents as such.
    fn rebind(&mut self, _engram: u64, _content: &[R]) {}
    /// Old traces fade.
    fn decay(&mut self, factor: f64);
    /// Completes a cue by attractor dynamics.
    fn complete(&self, cue: &Cue, cuts: &Cuts, scratch: &mut Scratch) -> Recall;
    /// One step along the episode; its `strength` tells whether there was one.
    fn next(
        &self,
        state: &Recall,
        direction: Direction,
        cuts: &Cuts,
        scratch: &mut Scratch,
    ) -> Recall;
    /// How like a code a state is: 1 for the code itself. The fraction of the code's units that are active; for ±1 units
    /// the mean product, which is 0 by chance. Units that are silenced are left out.
    fn overlap(&self, shared: Shared, _silent: &[bool]) -> f64 {
        shared.fraction()
    }
    /// One step of attention from a cue, where the store works that way.
    fn attention(&self, _cue: &Cue) -> Option<Attention> {
        None
    }
    /// Strength of the faintest trace that is still kept, where a fresh one has 1.
    fn faintest(&self) -> f32 {
        1.0
    }
    /// Content kept as such; a store that keeps none leaves it to the decoder.
    fn content(&self, engram: u64) -> Option<&[R]>;
    /// What it holds.
    fn load(&self) -> Load;
}

registry! {
    /// Stores of engrams.
    pub enum StoreSpec "store": StoreKind {
        Ca3(Ca3 => AttractorStore): "Treves & Rolls 1992, 1994; sequence synapses: Kleinfeld 1986, Sompolinsky & Kanter 1986",
        Diluted(Diluted => AttractorStore): "Treves & Rolls 1991; Derrida, Gardner & Zippelius 1987",
        Hopfield(Hopfield => AttractorStore): "Hopfield 1982; Amit, Gutfreund & Sompolinsky 1985",
        ModernHopfield(ModernHopfield => AssociativeStore<ModernHopfield>): "Ramsauer et al. 2021, arXiv:2008.02217",
        SequenceHopfield(SequenceHopfield => AssociativeStore<SequenceHopfield>): "Chaudhry et al. 2023, arXiv:2306.04532",
        Exact(Exact => ExactStore<R>): "a tape, the control",
    }
    /// Stores at run time.
    pub enum StoreState<R>: Store, from StoreStart;
}

impl StoreSpec {
    /// Its name with what tells it apart from others of its kind: `Ca3-2000-0.05`, and what is not as it is by default.
    pub fn label(&self) -> String {
        let kind = self.kind();
        let units = kind.codes().map(|codes| ("units", codes.units.to_string()));
        let told: Vec<_> = units.into_iter().chain(kind.distinction()).collect();
        let usual = Self::named(self.name());
        let usual = usual.as_ref().unwrap_or(self);
        registry::label(self.name(), &told, self, usual)
    }
}
