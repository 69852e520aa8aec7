//! Ripples: which episode, from what cue, which way; and the walk through CA3 itself.

use serde::{Deserialize, Serialize};

use super::store::{Code, Cue, Cuts, Recall, Scratch, Store};
use crate::event::{Direction, Order};
use crate::numeric::{Real, Rng};
use crate::{params, registry};

params! {
    /// Replay runs as the episode was lived.
    pub struct Forward {}
}

params! {
    /// Replay runs from the end of the episode to its beginning.
    pub struct Reverse {}
}

params! {
    /// Some ripples run in reverse, the others forward.
    pub struct Mixed {
        /// Fraction of the ripples that run in reverse.
        pub reverse: f64 = 0.5, [0 ..= 1], live;
    }
}

params! {
    /// Every step is cued by itself, in random order: the control without sequence.
    pub struct Shuffled {}
}

registry! {
    /// Which way ripples run.
    pub enum OrderSpec "order" {
        Forward(Forward): "Skaggs & McNaughton 1996",
        Reverse(Reverse): "Foster & Wilson 2006",
        Mixed(Mixed): "Diba & Buzsaki 2007",
        Shuffled(Shuffled),
    }
}

impl OrderSpec {
    /// The order of one ripple.
    pub fn draw(&self, rng: &mut Rng) -> Order {
        match self {
            Self::Reverse(_) => Order::REVERSE,
            Self::Mixed(p) if rng.uniform() < p.reverse => Order::REVERSE,
            Self::Forward(_) | Self::Mixed(_) => Order::FORWARD,
            Self::Shuffled(_) => Order::Shuffled,
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
    /// A code as this cue presents it; `None` where the cue is no part of the code but a cortical state.
    pub fn degrade(&self, code: &[u32], units: usize, rng: &mut Rng) -> Option<Code> {
        let k = code.len();
        let some = |kept: Vec<u32>| kept.into_iter().map(|i| code[i as usize]);
        match self {
            Self::Fraction(p) => {
                let keep = rng.subset(k, (p.fraction * k as f64).round() as usize);
                Some(some(keep).collect())
            }
            Self::Noise(p) => {
                let wrong = (p.fraction * k as f64).round() as usize;
                let keep = rng.subset(k, k - wrong.min(k));
                let mut cue: Code = some(keep).collect();
                cue.extend(rng.subset(units, wrong));
                cue.sort_unstable();
                cue.dedup();
                Some(cue)
            }
            Self::Cortical(_) => None,
        }
    }

    /// Whether it is made from a cortical state.
    pub fn is_cortical(&self) -> bool {
        matches!(self, Self::Cortical(_))
    }

    /// Fraction of units that are wrong in the cue.
    pub fn noise(&self) -> f64 {
        match self {
            Self::Noise(p) => p.fraction,
            Self::Fraction(_) | Self::Cortical(_) => 0.0,
        }
    }

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

params! {
    /// Stronger traces are likelier, in proportion: in a palimpsest those are the newer ones, with prototypes the frequent.
    pub struct Strength {}
}

params! {
    /// The mean loss when the episode was lived.
    pub struct ErrorSize {}
}

params! {
    /// The size of the reward that the episode brought.
    pub struct RewardSize {}
}

registry! {
    /// What makes an episode salient.
    pub enum SalienceSpec "salience" {
        Error(ErrorSize),
        Reward(RewardSize),
    }
}

params! {
    /// Salient episodes are likelier, in proportion to |error| or |reward|; those without any come last.
    pub struct Salience {
        /// What makes an episode salient.
        pub of: SalienceSpec = SalienceSpec::Error(ErrorSize {}), live;
    }
}

params! {
    /// No episode is chosen: noise goes in, and the ripple runs from whatever attractor wins.
    pub struct Spontaneous {}
}

registry! {
    /// Which episode a ripple replays; within a sleep none twice before all have come, except spontaneously.
    pub enum SelectSpec "selection" {
        Uniform(Uniform),
        Recent(Recent),
        Strength(Strength),
        Salience(Salience): "Schaul et al. 2016, arXiv:1511.05952; Singer & Frank 2009",
        Spontaneous(Spontaneous): "Shen & McNaughton 1996",
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
        /// Most steps of one ripple. Longer episodes are replayed by a chain of ripples, each cued by the last state of the one before.
        pub length: usize = 100, [2 ..= 100000], "steps", restart;
        /// How long a replayed step lasts.
        pub step: f64 = 5.0, [0.01 ..= 100000], "ms", restart;
        /// How long a lived step lasts.
        pub lived_step: f64 = 100.0, [0.01 ..= 100000], "ms", restart;
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
/// After each `length` steps a new ripple begins: the state reached is its cue.
pub fn walk<R: Real>(
    store: &dyn Store<R>,
    cue: &Cue,
    direction: Direction,
    (length, most): (usize, usize),
    cuts: &Cuts,
    scratch: &mut Scratch,
) -> Walk {
    let mut states: Vec<Recall> = Vec::new();
    let mut state = store.complete(cue, cuts, scratch);
    let end = loop {
        if let Some(end) = ended(&state, states.is_empty()) {
            break end;
        }
        if states.len() >= most {
            break End::TooLong;
        }
        states.push(state);
        let last = &states[states.len() - 1];
        let again = states.len().is_multiple_of(length.max(1)).then(|| {
            let cue = Cue {
                units: last.active.clone(),
                engram: last.engram.unwrap_or(cue.engram),
            };
            store.complete(&cue, cuts, scratch)
        });
        state = store.next(again.as_ref().unwrap_or(last), direction, cuts, scratch);
    };
    Walk { states, end }
}

/// Why a walk ends at a state, if it does.
fn ended(state: &Recall, first: bool) -> Option<End> {
    if state.active.is_empty() && state.engram.is_none() {
        return Some(if first { End::Silent } else { End::Boundary });
    }
    if state.strength < THRESHOLD {
        return Some(End::Boundary);
    }
    (state.support < THRESHOLD).then_some(End::Lost)
}

/// Completes each cue for itself: replay without sequence. A cue that completes to nothing ends it.
pub fn hop<R: Real>(
    store: &dyn Store<R>,
    cues: &[Cue],
    cuts: &Cuts,
    scratch: &mut Scratch,
) -> Walk {
    let mut states = Vec::new();
    for cue in cues {
        let state = store.complete(cue, cuts, scratch);
        if let Some(end) = ended(&state, states.is_empty()) {
            return Walk { states, end };
        }
        states.push(state);
    }
    Walk {
        states,
        end: End::Boundary,
    }
}
