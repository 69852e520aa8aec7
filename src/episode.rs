//! Episodes: the one word that task, neocortex and hippocampus share.

use serde::{Deserialize, Serialize};

use crate::numeric::{DMatrix, Real};

/// One episode of T steps, as a task makes it.
#[derive(Clone, Debug)]
pub struct Episode<R: Real> {
    /// Inputs, X×T.
    pub inputs: DMatrix<R>,
    /// Targets, Y×T.
    pub targets: DMatrix<R>,
    /// 1 where the step's output is scored, else 0; T long.
    pub mask: Vec<R>,
    /// The step whose input each step's answer repeats, where there is one; T long.
    pub origins: Vec<u32>,
    /// What the episode brought.
    pub reward: f64,
    /// Where each step was along a path, where there is one: T long, else empty.
    pub positions: Vec<f32>,
}

/// No step in particular.
pub const NO_ORIGIN: u32 = u32::MAX;

impl<R: Real> Episode<R> {
    /// An episode of silence.
    pub fn silent(inputs: usize, outputs: usize, steps: usize) -> Self {
        Self {
            inputs: DMatrix::zeros(inputs, steps),
            targets: DMatrix::zeros(outputs, steps),
            mask: vec![R::zero(); steps],
            origins: vec![NO_ORIGIN; steps],
            reward: 0.0,
            positions: Vec::new(),
        }
    }

    /// T.
    pub fn steps(&self) -> usize {
        self.mask.len()
    }
}

/// What targets are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Targets {
    /// Of Y classes one, or the probability of each.
    Classes,
    /// Y values.
    Values,
}

/// B episodes side by side, the longest first: column t·B + b holds step t of episode b. Shorter ones are padded and masked.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Batch<R: Real> {
    /// T, the longest.
    pub steps: usize,
    /// B.
    pub width: usize,
    /// Inputs, X×(T·B).
    pub inputs: DMatrix<R>,
    /// Targets, Y×(T·B).
    pub targets: DMatrix<R>,
    /// Mask, T·B.
    pub mask: Vec<R>,
    /// The step whose input each answer repeats, T·B.
    pub origins: Vec<u32>,
    /// True length of each episode.
    pub lengths: Vec<usize>,
    /// Reward of each episode.
    pub rewards: Vec<f64>,
    /// Where each episode's steps were, where there is a path.
    pub positions: Vec<Vec<f32>>,
    /// Number of each episode in the run.
    pub episodes: Vec<u64>,
}

impl<R: Real> Batch<R> {
    /// Puts episodes side by side, the longest first; they get the numbers from `first` on.
    pub fn of(episodes: &[Episode<R>], first: u64) -> Self {
        let mut episodes: Vec<&Episode<R>> = episodes.iter().collect();
        episodes.sort_by_key(|e| std::cmp::Reverse(e.steps()));
        let width = episodes.len();
        let steps = episodes.first().map_or(0, |e| e.steps());
        let (x, y) = episodes
            .first()
            .map_or((0, 0), |e| (e.inputs.nrows(), e.targets.nrows()));
        let mut batch = Self {
            steps,
            width,
            inputs: DMatrix::zeros(x, steps * width),
            targets: DMatrix::zeros(y, steps * width),
            mask: vec![R::zero(); steps * width],
            origins: vec![NO_ORIGIN; steps * width],
            lengths: episodes.iter().map(|e| e.steps()).collect(),
            rewards: episodes.iter().map(|e| e.reward).collect(),
            positions: episodes.iter().map(|e| e.positions.clone()).collect(),
            episodes: (first..).take(width).collect(),
        };
        for (b, episode) in episodes.iter().enumerate() {
            for t in 0..episode.steps() {
                batch
                    .inputs
                    .column_mut(t * width + b)
                    .copy_from(&episode.inputs.column(t));
                batch
                    .targets
                    .column_mut(t * width + b)
                    .copy_from(&episode.targets.column(t));
                batch.mask[t * width + b] = episode.mask[t];
                batch.origins[t * width + b] = episode.origins[t];
            }
        }
        batch
    }

    /// How many episodes are not yet over at step `t`: the first ones.
    pub fn living(&self, t: usize) -> usize {
        self.lengths.partition_point(|length| *length > t)
    }

    /// The mask of step `t`, B long.
    pub fn mask_at(&self, t: usize) -> &[R] {
        &self.mask[t * self.width..(t + 1) * self.width]
    }

    /// Appends the contents of step `t` to `out`: s_{t−1} (S values), x_t, target_t, mask_t, one episode after the other.
    pub fn note(&self, t: usize, h_prev: &[R], out: &mut Vec<R>) {
        let units = h_prev.len() / self.width.max(1);
        for b in 0..self.width {
            let column = t * self.width + b;
            out.extend_from_slice(&h_prev[b * units..(b + 1) * units]);
            out.extend(self.inputs.column(column).iter().copied());
            out.extend(self.targets.column(column).iter().copied());
            out.push(self.mask[column]);
        }
    }

    /// How many episodes are in the first quarter of their steps at step `t`, whose share of a gradient is the `remote` part:
    /// the first ones.
    pub fn early(&self, t: usize) -> usize {
        self.lengths.partition_point(|length| t < quarter(*length))
    }
}

/// How many steps of an episode count as its first quarter: whole steps only.
pub fn quarter(length: usize) -> usize {
    length / 4
}

/// What one step of an episode leaves to be remembered: h_{t−1}, x_t, target_t, mask_t in a row.
///
/// This is the content that the hippocampus binds to an engram, and that the CA1 decoder gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentShape {
    /// N.
    pub state: usize,
    /// X.
    pub input: usize,
    /// Y.
    pub target: usize,
}

impl ContentShape {
    /// N + X + Y + 1.
    pub fn len(self) -> usize {
        self.state + self.input + self.target + 1
    }

    /// Never: the mask is always there.
    pub fn is_empty(self) -> bool {
        false
    }

    /// N + X: what is seen of a step before its outcome, from which codes and cues are made.
    pub fn seen(self) -> usize {
        self.state + self.input
    }

    /// The state and input within a content.
    pub fn seen_of<R>(self, content: &[R]) -> &[R] {
        &content[..self.seen()]
    }

    /// The state within a content.
    pub fn state_of<R>(self, content: &[R]) -> &[R] {
        &content[..self.state]
    }

    /// The input within a content.
    pub fn input_of<R>(self, content: &[R]) -> &[R] {
        &content[self.state..self.state + self.input]
    }

    /// The target within a content.
    pub fn target_of<R>(self, content: &[R]) -> &[R] {
        &content[self.state + self.input..self.state + self.input + self.target]
    }

    /// The mask within a content.
    pub fn mask_of<R: Copy>(self, content: &[R]) -> R {
        content[self.len() - 1]
    }
}
