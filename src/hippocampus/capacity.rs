//! How much is kept: everything, a fixed number of steps, or fading traces.

use super::ripple::{ErrorSize, SalienceSpec};
use crate::{params, registry};

params! {
    /// The oldest episode goes first.
    pub struct Oldest {}
}

params! {
    /// The episode with the smallest error or reward goes first; of several, the oldest.
    pub struct LeastSalient {
        /// What makes an episode salient.
        pub of: SalienceSpec = SalienceSpec::Error(ErrorSize {}), restart;
    }
}

registry! {
    /// Which episode goes when there is no room.
    pub enum EvictSpec "eviction" {
        Oldest(Oldest),
        LeastSalient(LeastSalient),
    }
}

params! {
    /// Everything is kept.
    pub struct Unbounded {}
}

params! {
    /// Room for a fixed number of steps; whole episodes are unlearned to make room.
    pub struct Fixed {
        /// Most steps stored at once.
        pub steps: usize = 400, [1 ..= 60000], "steps", restart;
        /// Which episode goes.
        pub evict: EvictSpec = EvictSpec::Oldest(Oldest {}), restart;
    }
}

params! {
    /// Old traces fade as new ones come.
    pub struct Palimpsest {
        /// Stored steps after which a trace has half its strength.
        pub half_life: f64 = 400.0, [1 ..= 1000000], "steps", restart;
    }
}

registry! {
    /// How much is kept.
    pub enum CapacitySpec "capacity" {
        Unbounded(Unbounded),
        Fixed(Fixed),
        Palimpsest(Palimpsest): "Nadal, Toulouse, Changeux & Dehaene 1986; Parisi 1986",
    }
}

impl CapacitySpec {
    /// Factor by which older traces shrink with each stored step; `None` where they do not.
    pub fn decay(&self) -> Option<f64> {
        match self {
            Self::Palimpsest(p) => Some(0.5_f64.powf(1.0 / p.half_life)),
            _ => None,
        }
    }

    /// Most steps stored at once.
    pub fn room(&self) -> usize {
        match self {
            Self::Fixed(p) => p.steps,
            // More could not be counted in 16 bits.
            _ => 60_000,
        }
    }
}

/// A palimpsest drops a code whose trace is weaker than this: far too weak to be an attractor still.
pub const FAINTEST: f32 = 1.0 / 8.0;
