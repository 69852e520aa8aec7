//! Ripples: which episode, from what cue, which way; and the walk through CA3 itself.

use serde::{Deserialize, Serialize};

use super::store::{Cue, Cuts, Recall, Scratch, Store};
use crate::event::Direction;
use crate::numeric::Real;
use crate::{params, registry};

params! {
    /// Replay runs as the episode was lived.
    pub struct Forward {}
}

params! {
    /// Replay runs from the end of the episode to its beginning.
    pub struct Reverse {}
}

registry! {
    /// Which way ripples run.
    pub enum OrderSpec "order" {
        Forward(Forward): "Skaggs & McNaughton 1996",
        Reverse(Reverse): "Foster & Wilson 2006",
    }
}

impl OrderSpec {
    /// The direction.
    pub fn direction(&self) -> Direction {
        match self {
            Self::Forward(_) => Direction::Forward,
            Self::Reverse(_) => Direction::Reverse,
        }
    }
}

params! {
    /// A random part of the engram's CA3 units, the others silent.
    pub struct Fraction {
        /// Fraction of the engram's units in the cue.
        pub fraction: f64 = 0.5, [0 ..= 1], live;
    }
}

params! {
    /// The engram's CA3 units with a random part of them replaced by others.
    pub struct Noise {
        /// Fraction of the units replaced.
        pub fraction: f64 = 0.3, [0 ..= 1], live;
    }
}

params! {
    /// A part of the cortical state and input, the rest at its mean, through entorhinal cortex and the perforant path.
    pub struct Cortical {
        /// Fraction of the cortical and input units that are known.
        pub fraction: f64 = 0.7, [0 ..= 1], live;
    }
}

registry! {
    /// What a ripple starts from.
    pub enum CueSpec "cue" {
        Fraction(Fraction),
        Noise(Noise),
        Cortical(Cortical),
    }
}

impl CueSpec {
    /// Fraction of units that are right in the cue.
    pub fn fraction(&self) -> f64 {
        match self {
            Self::Fraction(p) => p.fraction,
            Self::Noise(p) => 1.0 - p.fraction,
            Self::Cortical(p) => p.fraction,
        }
    }
}

params! {
    /// Every stored episode is as likely as another.
    pub struct Uniform {}
}

params! {
    /// Newer episodes are likelier: each older one by a constant factor less.
    pub struct Recent {
        /// Episodes after which the likelihood has fallen to half.
        pub half_life: f64 = 8.0, [0.1 ..= 1000000], "episodes", live;
    }
}

registry! {
    /// Which episode a ripple replays; within a sleep none twice before all have come.
    pub enum SelectSpec "selection" {
        Uniform(Uniform),
        Recent(Recent),
    }
}

params! {
    /// How ripples run.
    pub struct Ripple {
        /// Which way.
        pub order: OrderSpec = OrderSpec::Reverse(Reverse {}), restart;
        /// What a ripple starts from.
        pub cue: CueSpec = CueSpec::Fraction(Fraction::default()), live;
        /// Which episode is replayed.
        pub select: SelectSpec = SelectSpec::Uniform(Uniform {}), live;
    }
}

/// Sequence input below which an episode's boundary is taken to be reached, and support below which the attractor counts
/// as lost: half of what a stored transition and a stored pattern give.
pub const THRESHOLD: f32 = 0.5;

/// How a walk through the store ended, as seen from inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// The sequence input fell silent.
    Boundary,
    /// No stored pattern supports the state.
    Lost,
    /// More steps than there are engrams.
    TooLong,
    /// No unit fired.
    Silent,
}

/// The states a ripple went through.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Walk {
    /// One a step, the completed cue first.
    pub states: Vec<Recall>,
    /// How it ended.
    pub end: End,
}

/// Completes the cue and walks until the sequence input falls silent, the attractor is lost, or `most` steps are made.
pub fn walk<R: Real>(
    store: &dyn Store<R>,
    cue: &Cue,
    direction: Direction,
    most: usize,
    cuts: &Cuts,
    scratch: &mut Scratch,
) -> Walk {
    let mut states = Vec::new();
    let mut state = store.complete(cue, cuts, scratch);
    let end = loop {
        if state.active.is_empty() && state.engram.is_none() {
            break if states.is_empty() {
                End::Silent
            } else {
                End::Boundary
            };
        }
        if state.strength < THRESHOLD {
            break End::Boundary;
        }
        if state.support < THRESHOLD {
            break End::Lost;
        }
        if states.len() >= most {
            break End::TooLong;
        }
        let next = store.next(&state, direction, cuts, scratch);
        states.push(std::mem::replace(&mut state, next));
    };
    Walk { states, end }
}
