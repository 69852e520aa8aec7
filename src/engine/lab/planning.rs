//! Ripples before they run: which episode, from which cue, which way, and what should come.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::hippocampus::{Code, HippocampusState, Index, OrderSpec, Start, StoreState, Walk};
use crate::numeric::{Real, Rng, Streams};
use crate::record::Order;

/// Ripples whose walks through CA3 are computed side by side: they do not depend on the weights.
pub const AT_ONCE: usize = 16;

/// A step that should come in a ripple.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Expected {
    /// Which step of the episode.
    pub step: usize,
    /// Its engram's number.
    pub engram: u64,
    /// Its engram's code.
    pub code: Code,
}

/// A chain of ripples through an episode, drawn, cued and walked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Planned {
    /// Position of the episode among the stored ones.
    pub position: usize,
    /// The engram that was cued.
    pub engram: Option<u64>,
    /// The episode's number.
    pub episode: u64,
    /// Steps of the episode.
    pub length: usize,
    /// Which way.
    pub order: Order,
    /// CA3 units active in the cue.
    pub cue: Code,
    /// What should come, in replayed order.
    pub expected: Vec<Expected>,
    /// What comes.
    pub walk: Walk,
    /// The same episode with its sequence synapses shuffled: what chance would replay.
    pub null: Option<Walk>,
}

/// A ripple that is drawn but not yet walked.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Position of the episode among the stored ones.
    pub position: usize,
    /// The number it goes by: of one of the episodes that it stands for.
    pub episode: u64,
    /// The steps in the order in which they should come.
    pub path: Vec<usize>,
    /// Cues and direction.
    pub start: Start,
}

impl Draft {
    /// A ripple through a stored episode, cued as the scenario says.
    pub fn through<R: Real>(
        memory: &HippocampusState<R>,
        position: usize,
        order: Order,
        select: &mut Rng,
        cue: &mut Rng,
    ) -> Self {
        let stored = &memory.stored()[position];
        let path = HippocampusState::<R>::path(stored.engrams.len(), order, select);
        let spec = &memory.spec().ripple.cue;
        Self {
            position,
            episode: stored.episode,
            start: memory.start(position, order, &path, spec, cue),
            path,
        }
    }
}

/// Walks drafts through CA3 side by side.
pub fn walked<R: Real>(memory: &HippocampusState<R>, drafts: &[Draft]) -> Vec<Planned> {
    let starts: Vec<Start> = drafts.iter().map(|d| d.start.clone()).collect();
    let walks = memory.walks(&starts);
    let pairs = drafts.iter().zip(walks);
    pairs
        .map(|(draft, walk)| planned(memory, draft, walk))
        .collect()
}

fn planned<R: Real>(memory: &HippocampusState<R>, draft: &Draft, walk: Walk) -> Planned {
    let engrams = &memory.stored()[draft.position].engrams;
    let expected: Vec<Expected> = draft
        .path
        .iter()
        .map(|&step| Expected {
            step,
            engram: engrams[step].id,
            code: engrams[step].code.clone(),
        })
        .collect();
    let cue = draft.start.cues.first();
    Planned {
        position: draft.position,
        engram: expected.first().map(|e| e.engram),
        episode: draft.episode,
        length: engrams.len(),
        order: draft.start.order,
        cue: cue.map_or_else(Code::new, |c| c.units.clone()),
        expected,
        walk,
        null: None,
    }
}

/// Draws and cues ripples, and walks them through CA3 side by side; with `score` each has a shuffled twin.
pub fn plan<R: Real>(
    memory: &mut HippocampusState<R>,
    streams: &mut Streams,
    count: usize,
    order: &OrderSpec,
    score: bool,
) -> VecDeque<Planned> {
    if !memory.spec().ripple.select.chooses() {
        return spontaneous(memory, streams, count, order);
    }
    let drafts: Vec<Draft> = (0..count)
        .map_while(|_| {
            let drawn = memory.draw(&mut streams.select)?;
            let order = order.kind().draw(&mut streams.select);
            let (select, cue) = (&mut streams.select, &mut streams.cue);
            let draft = Draft::through(memory, drawn.position, order, select, cue);
            Some(Draft {
                episode: drawn.episode,
                ..draft
            })
        })
        .collect();
    let mut planned = walked(memory, &drafts);
    if score && !planned.is_empty() {
        let mut twin = memory.twin();
        for (planned, draft) in planned.iter_mut().zip(&drafts) {
            planned.null = Some(shuffled_twin(
                memory,
                &mut twin,
                draft,
                &mut streams.shuffle,
            ));
        }
    }
    planned.into()
}

/// A forward ripple through each of the episodes at these positions, cued as others are.
pub fn forward<R: Real>(
    memory: &HippocampusState<R>,
    streams: &mut Streams,
    positions: &[usize],
) -> VecDeque<Planned> {
    let draft = |position: &usize| {
        let (select, cue) = (&mut streams.select, &mut streams.cue);
        Draft::through(memory, *position, Order::FORWARD, select, cue)
    };
    let drafts: Vec<Draft> = positions.iter().map(draft).collect();
    walked(memory, &drafts).into()
}

/// Noise goes in; which episode it was shows in the attractor that it fell into.
fn spontaneous<R: Real>(
    memory: &HippocampusState<R>,
    streams: &mut Streams,
    count: usize,
    order: &OrderSpec,
) -> VecDeque<Planned> {
    if memory.stored().is_empty() {
        return VecDeque::new();
    }
    let starts: Vec<Start> = (0..count)
        .map(|_| Start {
            order: order.kind().draw(&mut streams.select),
            cues: vec![memory.noise(&mut streams.cue)],
        })
        .collect();
    let walks = memory.walks(&starts);
    let pairs = starts.into_iter().zip(walks);
    let stored = Index::all(memory);
    pairs
        .map(|(start, walk)| {
            let found = walk.states.first().and_then(|s| stored.nearest(s));
            let (position, step, _) = found.unwrap_or_default();
            let stored = &memory.stored()[position];
            let path = match start.order {
                Order::FORWARD => (step..stored.engrams.len()).collect(),
                _ => (0..=step).rev().collect(),
            };
            let draft = Draft {
                position,
                episode: stored.episode,
                path,
                start,
            };
            planned(memory, &draft, walk)
        })
        .collect()
}

/// The ripple that would run had the episode's steps been linked in random order; it starts where that order does.
fn shuffled_twin<R: Real>(
    memory: &HippocampusState<R>,
    twin: &mut StoreState<R>,
    draft: &Draft,
    rng: &mut Rng,
) -> Walk {
    let mut order = draft.path.clone();
    rng.shuffle(&mut order);
    let cue = &memory.spec().ripple.cue;
    let path: Vec<usize> = match draft.start.order {
        Order::REVERSE => order.iter().rev().copied().collect(),
        _ => order.clone(),
    };
    let start = memory.start(draft.position, draft.start.order, &path, cue, rng);
    memory.shuffled_walk(twin, draft.position, &order, &start)
}
