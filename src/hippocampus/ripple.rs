//! Ripples: their parameters, and the walk through CA3.
//!
//! A walk completes its cue, then steps along the sequence synapses. It ends where their input falls below half of what a
//! stored transition gives (the boundary), or where the collaterals support the state less than half as well as a stored
//! pattern (the attractor is lost). Both are relative to what lesions have left, which a store tells, and, where traces fade,
//! to how faint they may be: a state that its collaterals support with the strength of an old trace steps on with as much.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::cue::{CueSpec, Fraction};
use super::order::{OrderSpec, Reverse};
use super::select::{SelectSpec, Uniform};
use super::store::{Code, Cue, Cuts, Recall, Scratch, Store};
use crate::numeric::Real;
use crate::params;
use crate::record::Direction;

params! {
    /// How ripples run.
    pub struct Ripple {
        /// Which way.
        pub order: OrderSpec = OrderSpec::Reverse(Reverse {}), live;
        /// What a ripple starts from.
        pub cue: CueSpec = CueSpec::Fraction(Fraction::default()), live;
        /// Which episode is replayed.
        pub select: SelectSpec = SelectSpec::Uniform(Uniform {}), live;
        /// Most steps of one ripple. Longer episodes are replayed by a chain of ripples, each cued by the last state of the one before.
        pub length: usize = 100, [2 ..= 100000], "steps", live;
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
    /// It goes in circles, or has more steps than there are engrams.
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

/// How many steps are made at most.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// In one ripple.
    pub ripple: usize,
    /// In a walk, which is one ripple after the other.
    pub walk: usize,
}

/// Completes the cue and walks until the sequence input falls silent, the attractor is lost, it comes back to a state that it
/// has been in, or it is as long as walks may be.
/// Where a ripple is as long as ripples may be, a new one begins: the state reached is its cue.
pub fn walk<R: Real>(
    store: &dyn Store<R>,
    cue: &Cue,
    direction: Direction,
    limits: Limits,
    cuts: &Cuts,
    scratch: &mut Scratch,
) -> Walk {
    let mut states: Vec<Recall> = Vec::new();
    let mut been: HashSet<Code> = HashSet::new();
    let mut state = store.complete(cue, cuts, scratch);
    let end = loop {
        if let Some(end) = ended(store, &state, states.is_empty()) {
            break end;
        }
        // What follows a state follows it again.
        let circles = state.engram.is_none() && !been.insert(state.active.clone());
        if circles || states.len() >= limits.walk {
            break End::TooLong;
        }
        states.push(state);
        let last = &states[states.len() - 1];
        let again = states.len().is_multiple_of(limits.ripple.max(1)).then(|| {
            let cue = Cue {
                units: last.active.clone(),
                engram: last.engram.or(cue.engram),
            };
            store.complete(&cue, cuts, scratch)
        });
        state = store.next(again.as_ref().unwrap_or(last), direction, cuts, scratch);
    };
    Walk { states, end }
}

/// Why a walk ends at a state, if it does.
fn ended<R: Real>(store: &dyn Store<R>, state: &Recall, first: bool) -> Option<End> {
    if state.active.is_empty() && state.engram.is_none() {
        return Some(if first { End::Silent } else { End::Boundary });
    }
    let faintest = store.faintest();
    let trace = if faintest < 1.0 && !first {
        state.support.clamp(faintest, 1.0)
    } else {
        1.0
    };
    if state.strength < THRESHOLD * trace {
        return Some(End::Boundary);
    }
    (state.support < THRESHOLD * faintest).then_some(End::Lost)
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
        if let Some(end) = ended(store, &state, states.is_empty()) {
            return Walk { states, end };
        }
        states.push(state);
    }
    Walk {
        states,
        end: End::Boundary,
    }
}
