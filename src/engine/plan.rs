//! Ripples before they run: which episode, from which cue, which way, and what should come.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::experiment::Experiment;
use crate::event::Order;
use crate::hippocampus::{Code, HippocampusState, OrderSpec, SelectSpec, Start, Walk};
use crate::numeric::Real;

/// Ripples whose walks through CA3 are computed side by side: they do not depend on the weights.
pub(super) const AT_ONCE: usize = 16;

/// A step that should come in a ripple.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Expected {
    /// Which step of the episode.
    pub step: usize,
    pub engram: u64,
    pub code: Code,
}

/// A chain of ripples through an episode, drawn, cued and walked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Planned {
    pub engram: u64,
    pub episode: u64,
    /// Steps of the episode.
    pub length: usize,
    pub order: Order,
    pub cue: Code,
    /// What should come, in replayed order.
    pub expected: Vec<Expected>,
    pub walk: Walk,
    /// The same episode with its sequence synapses shuffled: what chance would replay.
    pub null: Option<Walk>,
}

/// A ripple that is drawn but not yet walked.
struct Draft {
    position: usize,
    episode: u64,
    path: Vec<usize>,
    start: Start,
}

impl<R: Real> Experiment<R> {
    /// Draws and cues ripples, and walks them through CA3 side by side; with `score` each has a shuffled twin.
    pub(super) fn plan(
        &mut self,
        count: usize,
        order: Option<&OrderSpec>,
        score: bool,
        queue: &mut VecDeque<Planned>,
    ) {
        let Some(hippocampus) = &self.hippocampus else {
            return;
        };
        let order = order.unwrap_or(&hippocampus.spec().ripple.order).clone();
        if let SelectSpec::Spontaneous(_) = hippocampus.spec().ripple.select {
            self.plan_spontaneous(count, &order, queue);
            return;
        }
        let drafts: Vec<Draft> = (0..count).map_while(|_| self.draft(&order)).collect();
        let Some(hippocampus) = &self.hippocampus else {
            return;
        };
        let starts: Vec<Start> = drafts.iter().map(|d| d.start.clone()).collect();
        let walks = hippocampus.walks(&starts);
        for (draft, walk) in drafts.into_iter().zip(walks) {
            let null = score.then(|| shuffled_twin(hippocampus, &draft, &mut self.streams.shuffle));
            let expected = expected(hippocampus, draft.position, &draft.path);
            queue.push_back(Planned {
                engram: expected.first().map_or(u64::MAX, |e| e.engram),
                episode: draft.episode,
                length: hippocampus.stored()[draft.position].engrams.len(),
                order: draft.start.order,
                cue: cued(&draft.start),
                expected,
                walk,
                null,
            });
        }
    }

    fn draft(&mut self, order: &OrderSpec) -> Option<Draft> {
        let hippocampus = self.hippocampus.as_mut()?;
        let drawn = hippocampus.draw(&mut self.streams.select)?;
        let order = order.draw(&mut self.streams.select);
        let steps = hippocampus.stored()[drawn.position].engrams.len();
        let path = HippocampusState::<R>::path(steps, order, &mut self.streams.select);
        let cue = &hippocampus.spec().ripple.cue;
        let start = hippocampus.start(drawn.position, (order, &path), cue, &mut self.streams.cue);
        Some(Draft {
            position: drawn.position,
            episode: drawn.episode,
            path,
            start,
        })
    }

    /// Noise goes in; which episode it was shows in the attractor that it fell into.
    fn plan_spontaneous(&mut self, count: usize, order: &OrderSpec, queue: &mut VecDeque<Planned>) {
        let Some(hippocampus) = self.hippocampus.as_ref().filter(|h| !h.stored().is_empty()) else {
            return;
        };
        let streams = &mut self.streams;
        let starts: Vec<Start> = (0..count)
            .map(|_| Start {
                order: order.draw(&mut streams.select),
                cues: vec![hippocampus.noise(&mut streams.cue)],
            })
            .collect();
        for (start, walk) in starts.iter().zip(hippocampus.walks(&starts)) {
            let found = walk.states.first().and_then(|s| hippocampus.nearest(s));
            let (position, step, _) = found.unwrap_or_default();
            let length = hippocampus.stored()[position].engrams.len();
            let path: Vec<usize> = match start.order {
                Order::FORWARD => (step..length).collect(),
                _ => (0..=step).rev().collect(),
            };
            let expected = expected(hippocampus, position, &path);
            queue.push_back(Planned {
                engram: expected.first().map_or(u64::MAX, |e| e.engram),
                episode: hippocampus.stored()[position].episode,
                length,
                order: start.order,
                cue: cued(start),
                expected,
                walk,
                null: None,
            });
        }
    }
}

fn cued(start: &Start) -> Code {
    start
        .cues
        .first()
        .map_or_else(Code::new, |c| c.units.clone())
}

fn expected<R: Real>(
    hippocampus: &HippocampusState<R>,
    position: usize,
    path: &[usize],
) -> Vec<Expected> {
    let engrams = &hippocampus.stored()[position].engrams;
    path.iter()
        .map(|&step| Expected {
            step,
            engram: engrams[step].id,
            code: engrams[step].code.clone(),
        })
        .collect()
}

/// The ripple that would run had the episode's steps been linked in random order; it starts where that order does.
fn shuffled_twin<R: Real>(
    hippocampus: &HippocampusState<R>,
    draft: &Draft,
    rng: &mut crate::numeric::Rng,
) -> Walk {
    let mut order = draft.path.clone();
    rng.shuffle(&mut order);
    let cue = &hippocampus.spec().ripple.cue;
    let path: Vec<usize> = match draft.start.order {
        Order::REVERSE => order.iter().rev().copied().collect(),
        _ => order.clone(),
    };
    let start = hippocampus.start(draft.position, (draft.start.order, &path), cue, rng);
    hippocampus.shuffled_walk(draft.position, &order, &start)
}
