//! A ripple up to one of its steps, held against the episode that it replays.

use std::sync::Arc;

use super::super::table::csv;
use crate::engine::{Raster, RippleView};
use crate::episode::quarter;
use crate::neocortex::InsidePart;
use crate::numeric::statistics::{cosine, dot};

/// What a lane shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// The inputs of the episode.
    Inputs,
    /// States as they were lived.
    Lived,
    /// States as the ripple re-instates them.
    Reinstated,
    /// δ as the ripple carries it.
    Carried,
    /// δ of BPTT over the whole episode.
    Exact,
    /// δ of BPTT that is cut off after a few steps.
    Truncated,
    /// What units compute within a step, the part of this position: as lived, and where the ripple has been as it makes it again.
    Inside(usize),
    /// |δ| at each step.
    Sizes,
    /// Cosines at each step.
    Cosines,
}

/// Rows that are there where they are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Further {
    /// δ of truncated BPTT.
    pub truncated: bool,
    /// The gates of the cell, where it has any, or the like.
    pub inside: bool,
}

/// What is drawn of a ripple.
#[derive(Clone, Debug)]
pub struct Front {
    /// The ripple.
    pub view: Arc<RippleView>,
    /// Replayed steps that are shown, from the first on.
    pub steps: usize,
    /// Rows beyond the usual ones.
    pub further: Further,
    /// Agreement with the episode so far.
    pub agreement: Agreement,
}

/// Agreement of a ripple with its episode, over the steps that are shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Agreement {
    /// Cosine of re-instated and lived states, by lived step; NaN where there is none.
    pub states: Vec<f32>,
    /// Cosine of δ and exact δ, by lived step.
    pub deltas: Vec<f32>,
    /// Of the states of all steps together.
    pub state: f64,
    /// Of δ of all steps together.
    pub delta: f64,
    /// Of δ in the first quarter of the steps.
    pub remote: f64,
}

/// Sums that a cosine is made of.
#[derive(Clone, Copy, Default)]
struct Products {
    ab: f64,
    aa: f64,
    bb: f64,
}

impl Products {
    fn of(a: &[f32], b: &[f32]) -> Self {
        Self {
            ab: dot(a, b),
            aa: dot(a, a),
            bb: dot(b, b),
        }
    }

    fn add(&mut self, other: Self) {
        // What is not there does not count.
        if (other.ab + other.aa + other.bb).is_finite() {
            self.ab += other.ab;
            self.aa += other.aa;
            self.bb += other.bb;
        }
    }

    /// NaN where one of them is 0.
    fn cosine(self) -> f64 {
        cosine(self.ab, self.aa, self.bb)
    }
}

impl Front {
    /// So many steps of a ripple.
    pub fn new(view: Arc<RippleView>, steps: usize, further: Further) -> Self {
        let mut front = Self {
            view,
            steps,
            further,
            agreement: Agreement::default(),
        };
        front.agreement = front.agree();
        front
    }

    /// Whether it is this one: the ripple is told by where it lies.
    pub fn is(&self, view: &Arc<RippleView>, steps: usize, further: Further) -> bool {
        Arc::ptr_eq(&self.view, view) && (self.steps, self.further) == (steps, further)
    }

    /// The replayed step that each lived step was shown at, where it was; of several the last.
    pub(super) fn shown(&self) -> Vec<Option<usize>> {
        let mut shown = vec![None; self.view.length];
        let steps = self.view.steps.iter().take(self.steps).enumerate();
        for (replayed, step) in steps {
            if let Some(place) = step.lived_step.and_then(|t| shown.get_mut(t)) {
                *place = Some(replayed);
            }
        }
        shown
    }

    /// The parts of what units compute within a step that are shown.
    pub(super) fn parts(&self) -> &'static [InsidePart] {
        let shown = self.view.parts.filter(|_| self.further.inside);
        shown.map_or(&[], |inside| inside.parts)
    }

    /// One of them at a lived step: as lived, and as the ripple makes it again.
    pub(super) fn inside(
        &self,
        part: usize,
        t: usize,
        replayed: Option<usize>,
    ) -> [Option<&[f32]>; 2] {
        let parts = self.parts().len().max(1);
        let lived = self.view.lived.as_ref();
        let lived = lived.and_then(|lived| lived.inside.column(t));
        let again = replayed.and_then(|at| self.view.inside.column(at));
        [lived, again].map(|column| {
            let column = column?;
            column.chunks_exact((column.len() / parts).max(1)).nth(part)
        })
    }

    /// The lived step that came last.
    pub(super) fn latest(&self) -> Option<usize> {
        let latest = self.view.steps.get(self.steps.checked_sub(1)?)?;
        latest.lived_step.filter(|t| *t < self.view.length)
    }

    /// What is shown at each lived step, as CSV: when it was replayed, the cosines, and how large δ is.
    pub fn table(&self) -> String {
        let size = |column: Option<&[f32]>| {
            let squares = column.map(|c| dot(c, c));
            squares.map_or(String::new(), |sum| sum.sqrt().to_string())
        };
        let exact = self.view.lived.as_ref().map(|lived| &lived.exact);
        let cosine = |all: &[f32], t: usize| all.get(t).map_or(String::new(), f32::to_string);
        let rows = self.shown().into_iter().enumerate().map(|(t, replayed)| {
            [
                t.to_string(),
                replayed.map_or(String::new(), |step| step.to_string()),
                cosine(&self.agreement.states, t),
                cosine(&self.agreement.deltas, t),
                size(replayed.and_then(|step| self.view.delta.column(step))),
                size(exact.and_then(|exact| exact.column(t))),
            ]
        });
        let head = [
            "lived_step",
            "replayed_step",
            "state_cosine",
            "delta_cosine",
            "delta_norm",
            "exact_delta_norm",
        ];
        csv(head, rows)
    }

    fn agree(&self) -> Agreement {
        let nothing = vec![f32::NAN; self.view.length];
        let mut found = Agreement {
            states: nothing.clone(),
            deltas: nothing,
            ..Agreement::default()
        };
        let (mut state, mut delta, mut remote) = Default::default();
        let Some(lived) = &self.view.lived else {
            let (state, delta, remote) = (f64::NAN, f64::NAN, f64::NAN);
            return Agreement {
                state,
                delta,
                remote,
                ..found
            };
        };
        let products = |now: &Raster, then: &Raster, replayed, t| {
            Some(Products::of(now.column(replayed)?, then.column(t)?))
        };
        for (t, replayed) in self.shown().into_iter().enumerate() {
            let Some(replayed) = replayed else { continue };
            if let Some(of) = products(&self.view.decoded, &lived.states, replayed, t) {
                found.states[t] = of.cosine() as f32;
                Products::add(&mut state, of);
            }
            if let Some(of) = products(&self.view.delta, &lived.exact, replayed, t) {
                found.deltas[t] = of.cosine() as f32;
                Products::add(&mut delta, of);
                if t < quarter(self.view.length) {
                    Products::add(&mut remote, of);
                }
            }
        }
        found.state = state.cosine();
        found.delta = delta.cosine();
        found.remote = remote.cosine();
        found
    }

    /// What it shows, in words.
    pub fn caption(&self) -> String {
        let view = &self.view;
        let done = self.steps.min(view.steps.len());
        let all = view.length.max(view.steps.len());
        let way = match view.order.as_str() {
            "Reverse" => "backwards",
            "Forward" => "forwards",
            _ => "in a shuffled order",
        };
        let so_far = if done < all {
            format!("step {done} of {all}")
        } else {
            let took = view.step_ms * all as f64;
            let speed = view.lived_ms / view.step_ms;
            format!("{all} steps in {took:.0} ms, {speed:.0} × as fast as lived")
        };
        let agreement = &self.agreement;
        let agrees = if agreement.delta.is_finite() {
            let first = match agreement.remote {
                remote if remote.is_finite() => format!(", in the first quarter {remote:.3}"),
                _ => String::new(),
            };
            format!(" · cosine of δ {:.3}{first}", agreement.delta)
        } else {
            String::new()
        };
        format!(
            "Ripple {} replays episode {} {way}: {so_far}{agrees}",
            view.ripple, view.episode
        )
    }
}
