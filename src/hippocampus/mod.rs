//! The hippocampus: stores the steps of episodes in one shot and gives them back in ripples.
//!
//! Cortex → entorhinal code → (dentate: a fresh code, at encoding) → CA3 → CA1 decoder → cortex. The perforant path
//! carries cues from entorhinal cortex to CA3 at retrieval. What is kept of an engram is its two codes; its content is in
//! the decoder's synapses alone. Which episode a code belongs to is bookkeeping for selection and eviction: recall and
//! ripples never look at it.
//!
//! What can be chosen is a folder a kind and a file a variant: stores, separations, decoders, capacities, evictions, cues,
//! orders, selections and saliences.

mod bench;
mod capacity;
mod compressing;
mod cue;
mod cueing;
mod decoder;
mod engram;
mod entorhinal;
mod evict;
pub mod lesion;
mod likeness;
mod memory;
mod order;
mod rebinding;
mod replay;
mod ripple;
mod salience;
mod select;
mod separation;
mod store;

pub use bench::{Bench, Measured, Recalled, Separation, separation};
pub use capacity::{
    CapacityKind, CapacitySpec, Compress, FAINTEST, Fixed, Palimpsest, Unbounded, UnitSpec,
    WholeEpisode,
};
pub use cue::{Cortical, CueKind, CueSpec, Fraction, Noise};
pub use decoder::{Decoder, DecoderKind, DecoderSpec, Delta, Hebbian, Pseudoinverse};
pub use engram::{Drawn, Engram, StoredEpisode};
pub use entorhinal::{Entorhinal, EntorhinalState};
pub use evict::{EvictKind, EvictSpec, LeastSalient, Oldest};
pub use likeness::Index;
pub use memory::{HippocampusState, Outcome};
pub use order::{Forward, Mixed, OrderKind, OrderSpec, Reverse, Shuffled};
pub use replay::Start;
pub use ripple::{End, Limits, Ripple, THRESHOLD, Walk, hop, walk};
pub use salience::{ErrorSize, RewardSize, SalienceKind, SalienceSpec};
pub use select::{
    OldestFirst, Recent, Salience, Select, SelectSpec, Spontaneous, Strength, Uniform,
};
pub use separation::{Direct, Separated, SeparationKind, SeparationSpec};
pub use store::{
    Association, AssociativeStore, Attention, AttractorStore, Ca3, Code, CodeSize, Cue, Cuts,
    Diluted, Exact, ExactStore, Exponential, Hopfield, Load, ModernHopfield, Patterns, Polynomial,
    Recall, RowSums, Scratch, SequenceHopfield, Shared, SharpnessSpec, Store, StoreKind, StoreSpec,
    StoreStart, StoreState, Stored, Synapses, Trace, common, overlap, similarity,
};

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
        let decoder = match m {
            0 => 0,
            _ => self.decoder.kind().bytes(m, stored),
        };
        // What is solved for, or forgotten, takes a factor of all codes by all codes.
        let (decoding, capacity) = (self.decoder.kind(), self.capacity.kind());
        let forgets = capacity.room() < usize::MAX && decoding.sums();
        let factor = if m > 0 && (forgets || decoding.solves()) {
            // Beside it the values that are solved for, three times.
            let beside = stored.content.saturating_mul(3);
            steps
                .saturating_mul(steps.saturating_add(beside))
                .saturating_mul(8)
        } else {
            0
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
            .saturating_add(factor)
            .saturating_add(projection)
            .saturating_add(steps.saturating_mul(4 * codes as u64 + 96))
    }
}
