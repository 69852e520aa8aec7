//! Replay scores: does a ripple keep the order of what was lived, in CA3 and in the cortex?

use serde::{Deserialize, Serialize};

use super::notebook::{Lived, Notebook, RunError};
use super::planning::Planned;
use super::replaying::Replaying;
use crate::analysis::{Matched, SequenceScore, matched, score, slope};
use crate::hippocampus::{End, HippocampusState, Index, Walk};
use crate::numeric::statistics::{cosine, dot};
use crate::numeric::{Real, Rng};
use crate::record::{Metric, ScoreRecord, Sequence, Sink, metric};

/// Permutations behind each p.
const PERMUTATIONS: usize = 500;
/// A state less like every lived one than this matches none.
const LEAST_ALIKE: f64 = 0.5;
/// Significance level.
const LEVEL: f64 = 0.05;

/// Scores of a sleep so far.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Scoring {
    tallies: Vec<Tally>,
    /// The episode nearest to each ripple in CA3 and in the cortex.
    pairs: Vec<(u64, u64)>,
    compression: Sum,
}

/// What a mean is made from.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Sum {
    of: f64,
    count: f64,
}

/// How many ripples were significant in an area.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Tally {
    area: String,
    sequence: Sequence,
    ripples: f64,
    significant: f64,
    rank: f64,
    ranked: f64,
}

impl Scoring {
    fn count(&mut self, area: &str, sequence: Sequence, score: &SequenceScore) {
        let found = self
            .tallies
            .iter()
            .position(|t| t.area == area && t.sequence == sequence);
        let at = found.unwrap_or_else(|| {
            self.tallies.push(Tally {
                area: area.into(),
                sequence,
                ripples: 0.0,
                significant: 0.0,
                rank: 0.0,
                ranked: 0.0,
            });
            self.tallies.len() - 1
        });
        let tally = &mut self.tallies[at];
        tally.ripples += 1.0;
        tally.significant += f64::from(u8::from(score.p < LEVEL));
        if score.rank.is_finite() {
            tally.rank += score.rank.abs();
            tally.ranked += 1.0;
        }
    }
}

/// What each replayed step matched, by area.
type Matches = Vec<(&'static str, Vec<Option<f64>>)>;

impl Scoring {
    /// Scores a chain of ripples that is over, and its shuffled twin.
    pub fn score<R: Real>(
        &mut self,
        running: &Replaying<R>,
        hippocampus: &HippocampusState<R>,
        notebook: &Notebook<R>,
        rng: &mut Rng,
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        let planned = &running.planned;
        let mut told = Vec::new();
        let twins = [Some(&planned.walk), planned.null.as_ref()];
        let sequences = [Sequence::Stored, Sequence::Shuffled];
        for (walk, sequence) in twins.into_iter().zip(sequences) {
            let Some(walk) = walk else { continue };
            let matches = matches(hippocampus, &notebook.lived, planned, walk);
            for (area, steps) in &matches {
                let mut score = score(steps, PERMUTATIONS, rng);
                if walk.end == End::Lost {
                    score.p = 1.0;
                }
                self.count(area, sequence, &score);
                told.push(ScoreRecord {
                    ripple: running.number,
                    time: notebook.clock.time,
                    episode: planned.episode,
                    order: planned.order,
                    sequence,
                    area: (*area).into(),
                    steps: score.steps,
                    rank: score.rank,
                    p: score.p,
                });
                if *area == "CA3" && sequence == Sequence::Stored && score.p < LEVEL {
                    let ripple = &hippocampus.spec().ripple;
                    self.compression.of += slope(steps) * ripple.lived_step / ripple.step;
                    self.compression.count += 1.0;
                }
            }
        }
        self.pairs.extend(nearest_episodes(
            hippocampus,
            &notebook.lived,
            &planned.walk,
        ));
        for record in told {
            sink.event(&record.into())?;
        }
        Ok(())
    }

    /// Tells what the scores of a sleep come to.
    pub fn tell<R: Real>(
        &self,
        notebook: &Notebook<R>,
        rng: &mut Rng,
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        let mut tell = |metric, value: f64| notebook.tell(metric, value, sink);
        for tally in &self.tallies {
            let [significant, rank] = match tally.sequence {
                Sequence::Stored => [&metric::SCORE_SIGNIFICANT, &metric::SCORE_RANK],
                Sequence::Shuffled => [&metric::SHUFFLED_SIGNIFICANT, &metric::SHUFFLED_RANK],
            };
            let of = |declared| Metric::of(declared, tally.area.clone());
            tell(of(significant), tally.significant / tally.ripples)?;
            tell(of(rank), tally.rank / tally.ranked)?;
        }
        let undefined = Matched {
            rate: f64::NAN,
            permuted: f64::NAN,
            p: f64::NAN,
        };
        let Matched { rate, permuted, p } = if self.pairs.is_empty() {
            undefined
        } else {
            matched(&self.pairs, PERMUTATIONS, rng)
        };
        tell(Metric::new(&metric::SCORE_MATCHED), rate)?;
        tell(Metric::new(&metric::SCORE_PERMUTED), permuted)?;
        tell(Metric::new(&metric::SCORE_P), p)?;
        let Sum { of: sum, count } = self.compression;
        tell(Metric::new(&metric::SCORE_COMPRESSION), sum / count)
    }
}

/// The content decoded at each step of a walk: state and input.
fn decoded<R: Real>(hippocampus: &HippocampusState<R>, walk: &Walk) -> Vec<Vec<R>> {
    let shape = hippocampus.shape();
    let states = walk.states.iter().map(|state| {
        let mut content = vec![R::zero(); shape.len()];
        hippocampus.content(state, &mut content);
        content.truncate(shape.seen());
        content
    });
    states.collect()
}

/// Lived steps, each with its squared length, that states are compared with.
struct Lives<'a, R> {
    steps: Vec<(&'a [R], f64)>,
}

impl<'a, R: Real> Lives<'a, R> {
    fn new(steps: impl Iterator<Item = &'a [R]>) -> Self {
        Self {
            steps: steps.map(|step| (step, dot(step, step))).collect(),
        }
    }

    /// The step that a state is most like, by cosine: its place.
    fn most_alike(&self, state: &[R]) -> Option<usize> {
        let own = dot(state, state);
        let mut best: Option<(usize, f64)> = None;
        for (i, (step, length)) in self.steps.iter().enumerate() {
            let alike = cosine(dot(state, step), own, *length);
            if alike >= LEAST_ALIKE && best.is_none_or(|b| alike > b.1) {
                best = Some((i, alike));
            }
        }
        best.map(|b| b.0)
    }
}

fn matches<R: Real>(
    hippocampus: &HippocampusState<R>,
    lived: &std::collections::VecDeque<Lived<R>>,
    planned: &Planned,
    walk: &Walk,
) -> Matches {
    let mut stored = hippocampus.stored().iter();
    let position = stored.position(|e| e.members.contains(&planned.episode));
    let stored = Index::of(hippocampus, position);
    let ca3 = walk.states.iter().map(|state| {
        let (_, step, like) = stored.nearest(state)?;
        (like >= LEAST_ALIKE).then_some(step as f64)
    });
    let mut areas = vec![("CA3", ca3.collect())];
    let Some(own) = lived.iter().find(|l| l.episode == planned.episode) else {
        return areas;
    };
    let shape = hippocampus.shape();
    let seen = shape.seen();
    let decoded = decoded(hippocampus, walk);
    let n = shape.state;
    let lives = Lives::new((0..own.contents.ncols()).map(|t| column(&own.contents, t, n)));
    let cortex = decoded.iter().map(|content| {
        let found = lives.most_alike(&content[..n]);
        found.map(|t| t as f64)
    });
    areas.push(("cortex", cortex.collect()));
    if !own.positions.is_empty() {
        // The position is read off the most similar moment of another episode.
        let others: Vec<(&[R], f32)> = lived
            .iter()
            .filter(|l| l.episode != planned.episode)
            .flat_map(|l| {
                let steps = l.positions.iter().enumerate();
                steps.map(move |(t, p)| (column(&l.contents, t, seen), *p))
            })
            .collect();
        let lives = Lives::new(others.iter().map(|o| o.0));
        let position = decoded.iter().map(|content| {
            let found = lives.most_alike(content);
            found.map(|i| f64::from(others[i].1))
        });
        areas.push(("position", position.collect()));
    }
    areas
}

/// The first `n` values of a lived step.
fn column<R: Real>(contents: &crate::numeric::DMatrix<R>, t: usize, n: usize) -> &[R] {
    let rows = contents.nrows();
    &contents.as_slice()[t * rows..t * rows + n]
}

/// The episode that most of a ripple's steps are nearest to, in CA3 and in the cortex.
fn nearest_episodes<R: Real>(
    hippocampus: &HippocampusState<R>,
    lived: &std::collections::VecDeque<Lived<R>>,
    walk: &Walk,
) -> Option<(u64, u64)> {
    let n = hippocampus.shape().state;
    let all: Vec<(&[R], u64)> = lived
        .iter()
        .flat_map(|l| (0..l.contents.ncols()).map(move |t| (column(&l.contents, t, n), l.episode)))
        .collect();
    let stored = Index::all(hippocampus);
    let ca3 = walk.states.iter().filter_map(|state| {
        let (position, _, like) = stored.nearest(state)?;
        (like >= LEAST_ALIKE).then(|| hippocampus.stored()[position].episode)
    });
    let decoded = decoded(hippocampus, walk);
    let lives = Lives::new(all.iter().map(|a| a.0));
    let cortex = decoded.iter().filter_map(|content| {
        let episode = lives.most_alike(&content[..n]).map(|i| all[i].1)?;
        // What a prototype stands for goes by its name.
        let mut stored = hippocampus.stored().iter();
        let kept = stored.find(|e| e.members.contains(&episode));
        kept.map(|e| e.episode)
    });
    Some((most_frequent(ca3)?, most_frequent(cortex)?))
}

fn most_frequent(episodes: impl Iterator<Item = u64>) -> Option<u64> {
    let mut counts = std::collections::BTreeMap::new();
    episodes.for_each(|e| *counts.entry(e).or_insert(0_usize) += 1);
    let most = counts
        .iter()
        .max_by_key(|(e, n)| (**n, std::cmp::Reverse(**e)));
    most.map(|(e, _)| *e)
}
