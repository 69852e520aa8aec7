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

params! {
    /// Whole episodes are alike or not.
    pub struct WholeEpisode {}
}

registry! {
    /// What joins a prototype.
    pub enum UnitSpec "unit" {
        Episode(WholeEpisode),
    }
}

params! {
    /// An episode like a stored one joins it: their mean is kept as a prototype, with a count.
    pub struct Compress {
        /// Largest distance at which two episodes of the same targets count as alike: the size of the difference of their states and inputs, relative to their own.
        pub threshold: f64 = 0.3, [0 ..= 2], restart;
        /// What is compared and joined.
        pub unit: UnitSpec = UnitSpec::Episode(WholeEpisode {}), restart;
        /// Most steps stored at once; the prototype of the fewest episodes goes first.
        pub steps: usize = 60000, [1 ..= 60000], "steps", restart;
    }
}

registry! {
    /// How much is kept.
    pub enum CapacitySpec "capacity" {
        Unbounded(Unbounded),
        Fixed(Fixed),
        Palimpsest(Palimpsest): "Nadal, Toulouse, Changeux & Dehaene 1986; Parisi 1986",
        Compress(Compress): "Lillicrap & Santoro 2019: a self-compressing memory",
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

    /// Its name with what tells it apart from others of its kind: `Fixed-400-Oldest`.
    pub fn label(&self) -> String {
        match self {
            Self::Unbounded(_) => self.name().into(),
            Self::Fixed(p) => {
                let evict = match &p.evict {
                    EvictSpec::LeastSalient(by) => format!("{}-{}", p.evict.name(), by.of.name()),
                    EvictSpec::Oldest(_) => p.evict.name().into(),
                };
                format!("{}-{}-{evict}", self.name(), p.steps)
            }
            Self::Palimpsest(p) => format!("{}-{}", self.name(), p.half_life),
            Self::Compress(p) if p.steps == Compress::default().steps => {
                format!("{}-{}", self.name(), p.threshold)
            }
            Self::Compress(p) => format!("{}-{}-{}", self.name(), p.threshold, p.steps),
        }
    }

    /// Most steps stored at once.
    pub fn room(&self) -> usize {
        match self {
            Self::Fixed(p) => p.steps,
            Self::Compress(p) => p.steps,
            Self::Unbounded(_) | Self::Palimpsest(_) => usize::MAX,
        }
    }
}

/// A palimpsest drops a code whose trace is weaker than this: far too weak to be an attractor still.
pub const FAINTEST: f32 = 1.0 / 8.0;
