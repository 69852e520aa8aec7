//! Comparing capacities: each lives through the same episodes at the present weights; what it remembers, at which cost.

use std::collections::HashMap;

use super::experiment::{Experiment, RunError, Work};
use super::gradients::replay;
use super::living::store;
use super::runner::fresh;
use super::sleep::relive;
use crate::analysis::Alignment;
use crate::episode::Batch;
use crate::event::{Order, Sink};
use crate::hippocampus::{
    Cortical, Cue, CueSpec, End, Hippocampus, HippocampusState, Recall, Start, Walk,
};
use crate::learning::{Bptt, ReplayBptt, RuleSpec};
use crate::neocortex::Cortex;
use crate::numeric::{DMatrix, Real, Rng};
use crate::scenario::MeasureCapacity;

/// Episodes lived side by side.
const WIDTH: usize = 4;
/// A recall counts when the decoded state is at most this far from the lived one, relative to its size.
const NEAR: f64 = 0.2;
/// Ages that recall is told for: from the newest quarter of the episodes to the oldest.
const AGES: [&str; 4] = [
    "recall_age_1",
    "recall_age_2",
    "recall_age_3",
    "recall_age_4",
];

/// Episodes as they were lived: contents, a column a step.
type Records<R> = Vec<DMatrix<R>>;

/// A memory that has lived through all episodes.
struct Memory<R: Real> {
    hippocampus: HippocampusState<R>,
    records: Records<R>,
    /// The prototype that each episode joined.
    joined: HashMap<u64, u64>,
}

impl<R: Real> Experiment<R> {
    /// Measures one capacity; true when the phase is over.
    pub(super) fn step_compare(
        &mut self,
        phase: MeasureCapacity,
        done: usize,
        sink: &mut dyn Sink,
    ) -> Result<bool, RunError> {
        let Some(spec) = self.hippocampus.as_ref().map(|h| h.spec().clone()) else {
            return Ok(true);
        };
        // Every capacity sees the same episodes and cues.
        let rng = self.streams.measure.clone();
        let capacity = &phase.capacities[done];
        let mut own = spec;
        own.capacity = capacity.clone();
        let memory = self.remember_all(&own, phase.episodes, &mut rng.clone());
        let label = if phase.label.is_empty() {
            capacity.label()
        } else {
            format!("{}.{}", phase.label, capacity.label())
        };
        for (name, value) in memory.told(&self.cortex, self.scenario.seed, &phase, &mut rng.clone())
        {
            self.measure(format!("memory.{label}.{name}"), value, sink)?;
        }
        if done + 1 < phase.capacities.len() {
            self.work = Work::Compare {
                phase,
                done: done + 1,
            };
            return Ok(false);
        }
        self.streams.measure.branch();
        Ok(true)
    }

    fn remember_all(&self, spec: &Hippocampus, episodes: usize, rng: &mut Rng) -> Memory<R> {
        let task = self.scenario.task.as_task::<R>();
        let shape = crate::episode::ContentShape {
            state: self.cortex.state(),
            input: self.dims.inputs,
            target: self.dims.outputs,
        };
        let mut memory = Memory {
            hippocampus: HippocampusState::new(spec, shape, self.scenario.seed),
            records: Vec::with_capacity(episodes),
            joined: HashMap::new(),
        };
        let mut encoding = rng.branch();
        // No more side by side than there is room for.
        let widest = WIDTH.min((spec.capacity.room() / self.dims.steps).max(1));
        while memory.records.len() < episodes {
            let width = widest.min(episodes - memory.records.len());
            let lived: Vec<_> = (0..width).map(|_| task.episode(rng)).collect();
            let batch = Batch::of(&lived, memory.records.len() as u64);
            let mut contents: Vec<Vec<R>> = vec![Vec::new(); width];
            let hippocampus = Some((&mut memory.hippocampus, &mut encoding));
            let joined = store(&self.cortex, &batch, None, hippocampus, |moment, all| {
                for (b, content) in all.chunks(shape.len()).enumerate() {
                    if moment.t < batch.lengths[b] {
                        contents[b].extend_from_slice(content);
                    }
                }
            });
            memory.joined.extend(joined);
            memory.records.extend(
                contents
                    .iter()
                    .map(|c| DMatrix::from_column_slice(shape.len(), c.len() / shape.len(), c)),
            );
        }
        memory.hippocampus.fall_asleep();
        memory
    }
}

impl<R: Real> Memory<R> {
    /// All that is told of it: names and values.
    fn told(
        &self,
        cortex: &Cortex<R>,
        seed: u64,
        phase: &MeasureCapacity,
        rng: &mut Rng,
    ) -> Vec<(&'static str, f64)> {
        let h = &self.hippocampus;
        let represented = self.represented();
        // Streams of their own: how much one draws depends on what is stored.
        let (mut cues, mut recalls) = (rng.branch(), rng.branch());
        let walks = self.walks(&mut cues);
        let mut told = vec![
            ("episodes", h.stored().len() as f64),
            (
                "ratio",
                represented.len() as f64 / h.stored().len().max(1) as f64,
            ),
            ("steps", h.load() as f64),
            ("synapses", h.synapses() as f64),
            ("floats", h.floats() as f64),
        ];
        told.extend(self.recall(phase.recalls, &mut recalls));
        told.push(("rmse", self.error(&represented)));
        told.push(("path", self.path_fidelity(&walks)));
        told.push(("cosine", self.cosine(cortex, seed, &represented, &walks)));
        told
    }

    /// The stored episodes by their numbers.
    fn positions(&self) -> HashMap<u64, usize> {
        let stored = self.hippocampus.stored().iter().enumerate();
        stored.map(|(i, e)| (e.episode, i)).collect()
    }

    /// Lived episodes that are still stored, by themselves or in a prototype: number and position.
    fn represented(&self) -> Vec<(usize, usize)> {
        let positions = self.positions();
        (0..self.records.len())
            .filter_map(|e| {
                let kept = self.joined.get(&(e as u64)).copied().unwrap_or(e as u64);
                Some((e, *positions.get(&kept)?))
            })
            .collect()
    }

    /// A ripple through every stored episode, as the scenario cues them, in reverse.
    fn walks(&self, rng: &mut Rng) -> Vec<Walk> {
        let h = &self.hippocampus;
        let starts: Vec<Start> = h
            .stored()
            .iter()
            .enumerate()
            .map(|(position, e)| {
                let path: Vec<usize> = (0..e.engrams.len()).rev().collect();
                h.start(position, (Order::REVERSE, &path), &h.spec().ripple.cue, rng)
            })
            .collect();
        h.walks(&starts)
    }

    /// Fraction of cortical cues from lived steps whose decoded state is near the lived one, by the episode's age.
    fn recall(&self, count: usize, rng: &mut Rng) -> Vec<(&'static str, f64)> {
        let h = &self.hippocampus;
        let (seen, positions) = (h.shape().state + h.shape().input, self.positions());
        let fraction = match &h.spec().ripple.cue {
            CueSpec::Cortical(p) => p.fraction,
            _ => Cortical::default().fraction,
        };
        let mut cues = Vec::with_capacity(count);
        for _ in 0..count {
            let e = rng.below(self.records.len());
            let t = rng.below(self.records[e].ncols());
            let state = &self.records[e].as_slice()[t * h.shape().len()..][..seen];
            // A tape can only be asked for an engram by its number.
            let engram = positions
                .get(&(e as u64))
                .map(|p| h.stored()[*p].engrams[t].id);
            let cue = Cue {
                units: if h.store().units() == 0 {
                    Vec::new()
                } else {
                    h.cortical_cue(fraction, state, rng)
                },
                engram: engram.unwrap_or(u64::MAX),
            };
            cues.push((cue, e, t));
        }
        let only: Vec<Cue> = cues.iter().map(|c| c.0.clone()).collect();
        let mut hits = [(0.0, 0.0); AGES.len()];
        for (recall, (_, e, t)) in h.recalls(&only).iter().zip(&cues) {
            let mut content = vec![R::zero(); h.shape().len()];
            let found = !recall.active.is_empty() || recall.engram.is_some();
            let near = found && {
                h.content(recall, &mut content);
                let lived = &self.records[*e].as_slice()[t * h.shape().len()..][..seen];
                apart(&content[..seen], lived) <= NEAR
            };
            let age = (self.records.len() - 1 - e) * AGES.len() / self.records.len();
            hits[age].0 += f64::from(u8::from(near));
            hits[age].1 += 1.0;
        }
        let shares = AGES.iter().zip(hits).filter(|(_, (_, all))| *all > 0.0);
        shares
            .map(|(name, (hit, all))| (*name, hit / all))
            .collect()
    }

    /// Root mean square error of what is decoded from the stored codes against what was lived: states and inputs.
    fn error(&self, represented: &[(usize, usize)]) -> f64 {
        let h = &self.hippocampus;
        let (len, seen) = (h.shape().len(), h.shape().state + h.shape().input);
        let (mut sum, mut count) = (0.0, 0.0);
        for &(e, position) in represented {
            for (t, engram) in h.stored()[position].engrams.iter().enumerate() {
                let mut content = vec![R::zero(); len];
                let recall = Recall {
                    active: engram.code.clone(),
                    engram: (h.store().units() == 0).then_some(engram.id),
                    ..Recall::default()
                };
                h.content(&recall, &mut content);
                let lived = &self.records[e].as_slice()[t * len..][..seen];
                for (a, b) in content.iter().zip(lived) {
                    sum += (a.f64() - b.f64()).powi(2);
                    count += 1.0;
                }
            }
        }
        (sum / f64::max(count, 1.0)).sqrt()
    }

    /// Fraction of the stored episodes that a ripple visits whole, in order and nothing else.
    fn path_fidelity(&self, walks: &[Walk]) -> f64 {
        let h = &self.hippocampus;
        let whole = h.stored().iter().zip(walks).filter(|(stored, walk)| {
            let steps = walk.states.len() == stored.engrams.len() && walk.end == End::Boundary;
            let pairs = walk.states.iter().zip(stored.engrams.iter().rev());
            steps && pairs.into_iter().all(|(s, e)| h.likeness(s, e) >= 0.5)
        });
        whole.count() as f64 / h.stored().len().max(1) as f64
    }

    /// Cosine of the gradient that replay gives, each stored episode as often as it stands for lived ones, with exact BPTT
    /// over these.
    fn cosine(
        &self,
        cortex: &Cortex<R>,
        seed: u64,
        represented: &[(usize, usize)],
        walks: &[Walk],
    ) -> f64 {
        let mut exact = cortex.gradient();
        let whole = RuleSpec::Bptt(Bptt {});
        for part in represented.chunks(WIDTH) {
            let records: Vec<&DMatrix<R>> = part.iter().map(|(e, _)| &self.records[*e]).collect();
            let mut rule = fresh(&whole, "Bptt", cortex, seed);
            let shape = self.hippocampus.shape();
            relive(cortex, &records, shape, &mut rule, &mut exact);
        }
        let mut replayed = cortex.gradient();
        for &(_, position) in represented {
            let spec = RuleSpec::ReplayBptt(ReplayBptt {});
            let mut rule = fresh(&spec, "replay", cortex, seed);
            let steps = self.hippocampus.stored()[position].engrams.len();
            let path: Vec<usize> = (0..steps).rev().collect();
            let walk = (&walks[position], path.as_slice());
            replay(cortex, &self.hippocampus, walk, &mut rule, &mut replayed);
        }
        Alignment::of(&replayed, &exact).cosine
    }
}

/// ‖a − b‖ / ‖b‖.
fn apart<R: Real>(a: &[R], b: &[R]) -> f64 {
    let (mut sum, mut size) = (0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        sum += (x.f64() - y.f64()).powi(2);
        size += y.f64().powi(2);
    }
    if size > 0.0 {
        (sum / size).sqrt()
    } else {
        sum.sqrt()
    }
}
