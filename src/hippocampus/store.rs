//! What every store of engrams gives.

use super::{Ca3, Ca3Store, Exact, ExactStore};
use crate::event::Direction;
use crate::numeric::{KWinners, Real};
use crate::{params, registry};

use super::synapses::RowSums;

/// An active set of CA3 units, sorted.
pub type Code = Vec<u32>;

/// What stands at the beginning of a recall.
#[derive(Clone, Debug)]
pub struct Cue {
    /// CA3 units that the cue makes active.
    pub units: Code,
    /// The engram that the cue was made from. Only the `Exact` control may look at it.
    pub engram: u64,
}

/// A state that a store settled in.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Recall {
    /// Active units.
    pub active: Code,
    /// How well the collaterals support the state: 1 for a stored pattern alone, 0 for chance.
    pub support: f32,
    /// How strongly the sequence synapses led here: 1 for a stored transition, 0 for none. 1 after a cue.
    pub strength: f32,
    /// The states of each sweep of the attractor dynamics, the first being what came in.
    pub sweeps: Vec<Code>,
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

/// A content-addressable store of engrams.
pub trait Store<R: Real> {
    /// M; 0 for a store without units.
    fn units(&self) -> usize;
    /// k: units of a code.
    fn active(&self) -> usize;
    /// Stores engrams, each linked to the one before it in its episode.
    fn encode(&mut self, traces: &[Trace<'_, R>]);
    /// Writes what was encoded since the last flush into the synapses; recalls see it only then.
    fn flush(&mut self);
    /// Unlearns episodes, each a list of engrams that follow each other.
    fn forget(&mut self, episodes: &[Vec<(u64, &[u32])>]);
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
    /// Content kept as such; a store that keeps none leaves it to the decoder.
    fn content(&self, engram: u64) -> Option<&[R]>;
    /// What it holds.
    fn load(&self) -> Load;
}

registry! {
    /// Stores of engrams.
    pub enum StoreSpec "store" {
        Exact(Exact): "a tape, the control",
        Ca3(Ca3): "Treves & Rolls 1992, 1994; sequence synapses: Kleinfeld 1986, Sompolinsky & Kanter 1986",
    }
    /// Stores at run time.
    pub enum StoreState<R>: Store {
        Exact(ExactStore<R>),
        Ca3(Ca3Store),
    }
}

impl<R: Real> StoreState<R> {
    /// An empty store; `decaying` for a palimpsest.
    pub fn new(spec: &StoreSpec, decaying: bool) -> Self {
        match spec {
            StoreSpec::Exact(_) => Self::Exact(ExactStore::default()),
            StoreSpec::Ca3(p) => Self::Ca3(Ca3Store::new(p, decaying)),
        }
    }
}

params! {
    /// A fresh, nearly orthogonal code for every engram, as the dentate gyrus imposes it.
    pub struct Separated {}
}

params! {
    /// The entorhinal code itself: like states get like codes.
    pub struct Direct {}
}

registry! {
    /// How engrams are kept apart.
    pub enum SeparationSpec "separation" {
        Separated(Separated): "Treves & Rolls 1992; Teyler & DiScenna 1986",
        Direct(Direct): "Marr 1971",
    }
}
