//! MeasureCapacity: each capacity lives through the same episodes at the present weights; what it remembers, at which cost.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::super::lab::{
    Alone, Draft, Lab, Lived, Planned, RunError, fresh, live, relive, replay, walked,
};
use super::happening::{Flow, Happening, PhaseKind};
use super::{labelled, living_bytes};
use crate::analysis::Alignment;
use crate::circuit::Circuit;
use crate::episode::Batch;
use crate::hippocampus::{CapacitySpec, Cue, End, Hippocampus, HippocampusState};
use crate::learning::{Bptt, ReplayBptt, RuleSpec};
use crate::neocortex::Cortex;
use crate::numeric::{DMatrix, Real, Rng};
use crate::params;
use crate::record::{Declared, Metric, Order, Sink, metric};
use crate::scenario::{Report, Setup, fits, kept_steps, room};

params! {
    /// Lets several capacities live through the same new episodes, at the present weights, and tells what each remembers and
    /// costs. Nothing else in the run changes.
    pub struct MeasureCapacity {
        /// What the results are called, to tell several such phases apart.
        pub label: String = String::new(), [0 ..= 40], restart;
        /// The capacities.
        pub capacities: Vec<CapacitySpec>, [1 ..= 16], restart;
        /// How many episodes are lived.
        pub episodes: usize = 64, [4 ..= 5000], "episodes", restart;
        /// How many cortical cues are tried.
        pub recalls: usize = 256, [4 ..= 100000], "recalls", restart;
    }
}

impl PhaseKind for MeasureCapacity {
    fn called(&self) -> &'static str {
        "Measure"
    }

    fn measures(&self) -> bool {
        true
    }

    /// All episodes are kept as they were lived.
    fn bytes(&self, setup: &Setup) -> u64 {
        let steps = setup.episode_steps();
        let kept = (4 * setup.content_values())
            .saturating_mul(self.episodes as u64)
            .saturating_mul(steps);
        kept.saturating_add(living_bytes(setup, WIDTH as u64, steps))
    }

    /// Each capacity must be possible with this hippocampus.
    fn problems(&self, setup: &Setup, report: &mut Report<'_>) {
        let Some(h) = &setup.hippocampus else {
            report.here(
                "there is no hippocampus whose capacity could be measured",
                "add `hippocampus: ()`",
            );
            return;
        };
        for (i, capacity) in self.capacities.iter().enumerate() {
            let place = format!("capacities.{i}");
            let own = Hippocampus {
                capacity: capacity.clone(),
                ..h.clone()
            };
            room(setup, &own, &place, report);
            let before = &self.capacities[..i];
            if before.iter().any(|c| c.label() == capacity.label()) {
                report.at(
                    &place,
                    format!("{} is here twice", capacity.label()),
                    "remove one, or measure it in a phase with another label",
                );
            }
            let kept = kept_steps(&own, self.episodes as u64, setup.episode_steps());
            fits(setup, &own, kept, &place, report);
        }
    }
}

/// Episodes lived side by side.
const WIDTH: usize = 4;
/// A recall counts when the decoded state is at most this far from the lived one, relative to its size.
const NEAR: f64 = 0.2;
/// Ages that recall is told for: from the newest quarter of the episodes to the oldest.
const AGES: [&Declared; 4] = [
    &metric::MEMORY_AGE_1,
    &metric::MEMORY_AGE_2,
    &metric::MEMORY_AGE_3,
    &metric::MEMORY_AGE_4,
];

/// Episodes as they were lived: contents, a column a step.
type Records<R> = Vec<DMatrix<R>>;

/// A memory that has lived through all episodes.
pub(super) struct Memory<R: Real> {
    hippocampus: HippocampusState<R>,
    records: Records<R>,
    /// The prototype that each episode joined.
    joined: HashMap<u64, u64>,
}

/// A measurement under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ComparingCapacities {
    phase: MeasureCapacity,
    /// Capacities measured.
    done: usize,
}

impl ComparingCapacities {
    /// Before the first capacity.
    pub fn new<R: Real>(phase: &MeasureCapacity, _: &mut Lab<R>) -> Self {
        Self {
            phase: phase.clone(),
            done: 0,
        }
    }
}

impl<R: Real> Happening<R> for ComparingCapacities {
    /// Measures one capacity.
    fn step(&mut self, lab: &mut Lab<R>, sink: &mut dyn Sink) -> Result<Flow, RunError> {
        let Some(spec) = &lab.setup.hippocampus else {
            return Ok(Flow::Over);
        };
        // Every capacity sees the same episodes and cues.
        let rng = lab.streams.measure.clone();
        let capacity = &self.phase.capacities[self.done];
        let own = Hippocampus {
            capacity: capacity.clone(),
            ..spec.clone()
        };
        let memory = Memory::lived(&own, self.phase.episodes, None, lab, &mut rng.clone());
        let label = labelled(&self.phase.label, &capacity.label());
        let seed = lab.setup.seed;
        let told = memory.told(&lab.cortex, seed, &self.phase, &mut rng.clone());
        for (declared, value) in told {
            let metric = Metric::of(declared, label.clone());
            lab.notebook.tell(metric, value, sink)?;
        }
        self.done += 1;
        if self.done < self.phase.capacities.len() {
            return Ok(Flow::On);
        }
        lab.streams.measure.branch();
        Ok(Flow::Over)
    }

    fn progress(&self) -> f64 {
        self.done as f64 / self.phase.capacities.len() as f64
    }
}

impl<R: Real> Memory<R> {
    /// A memory with this capacity that lives through new episodes.
    /// With `circuit` it is damaged before it stores anything.
    pub fn lived(
        spec: &Hippocampus,
        episodes: usize,
        circuit: Option<&Circuit>,
        lab: &Lab<R>,
        rng: &mut Rng,
    ) -> Self {
        let (task, shape) = (lab.task(), lab.shape());
        let mut memory = Self {
            hippocampus: HippocampusState::new(spec, shape, lab.setup.seed),
            records: Vec::with_capacity(episodes),
            joined: HashMap::new(),
        };
        if let Some(circuit) = circuit {
            memory.damage(circuit, lab.setup.seed);
        }
        let mut encoding = rng.branch();
        // No more side by side than there is room for.
        let widest = WIDTH.min((spec.capacity.kind().room() / task.dims().steps).max(1));
        while memory.records.len() < episodes {
            let width = widest.min(episodes - memory.records.len());
            let lived: Vec<_> = (0..width).map(|_| task.episode(rng)).collect();
            let batch = Batch::of(&lived, memory.records.len() as u64);
            let storing = Some((&mut memory.hippocampus, &mut encoding));
            let (mut living, joined) = live(batch, &lab.cortex, storing, &mut ());
            memory.joined.extend(joined);
            let records = living.take_records(shape).into_iter();
            memory
                .records
                .extend(records.map(|Lived { contents, .. }| contents));
        }
        memory.hippocampus.fall_asleep();
        memory
    }

    /// Takes what a circuit's lesions take.
    pub fn damage(&mut self, circuit: &Circuit, seed: u64) {
        self.hippocampus.apply(circuit, seed);
    }

    /// Of a ripple through every stored episode in reverse: mean overlap with what should have come, fraction replayed whole,
    /// and the cosine of the replayed gradient with exact BPTT's.
    pub fn replayed(&self, cortex: &Cortex<R>, seed: u64, rng: &mut Rng) -> [f64; 3] {
        let represented = self.represented();
        let ripples = self.ripples(&mut rng.branch());
        let h = &self.hippocampus;
        let (mut overlap, mut count) = (0.0, 0.0);
        for (stored, ripple) in h.stored().iter().zip(&ripples) {
            for (i, engram) in stored.engrams.iter().rev().enumerate() {
                let state = ripple.walk.states.get(i);
                overlap += state.map_or(0.0, |state| h.likeness(state, engram));
                count += 1.0;
            }
        }
        [
            overlap / count,
            self.path_fidelity(&ripples),
            self.cosine(cortex, seed, &represented, &ripples),
        ]
    }

    /// All that is told of it: names and values.
    fn told(
        &self,
        cortex: &Cortex<R>,
        seed: u64,
        phase: &MeasureCapacity,
        rng: &mut Rng,
    ) -> Vec<(&'static Declared, f64)> {
        let h = &self.hippocampus;
        let represented = self.represented();
        // Streams of their own: how much one draws depends on what is stored.
        let (mut cues, mut recalls) = (rng.branch(), rng.branch());
        let ripples = self.ripples(&mut cues);
        let mut told: Vec<(&Declared, f64)> = vec![
            (&metric::MEMORY_EPISODES, h.stored().len() as f64),
            (
                &metric::MEMORY_RATIO,
                represented.len() as f64 / h.stored().len() as f64,
            ),
            (&metric::MEMORY_STEPS, h.load() as f64),
            (&metric::MEMORY_SYNAPSES, h.synapses() as f64),
            (&metric::MEMORY_FLOATS, h.floats() as f64),
        ];
        told.extend(self.recall(phase.recalls, &mut recalls));
        told.push((&metric::MEMORY_RMSE, self.error(&represented)));
        told.push((&metric::MEMORY_PATH, self.path_fidelity(&ripples)));
        told.push((
            &metric::MEMORY_COSINE,
            self.cosine(cortex, seed, &represented, &ripples),
        ));
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
    fn ripples(&self, rng: &mut Rng) -> Vec<Planned> {
        let h = &self.hippocampus;
        let draft = |position| {
            // Nothing is drawn for a path in reverse.
            let mut unused = rng.clone();
            Draft::through(h, position, Order::REVERSE, &mut unused, rng)
        };
        let drafts: Vec<Draft> = (0..h.stored().len()).map(draft).collect();
        walked(h, &drafts)
    }

    /// Fraction of cortical cues from lived steps whose decoded state is near the lived one, by the episode's age.
    fn recall(&self, count: usize, rng: &mut Rng) -> Vec<(&'static Declared, f64)> {
        let h = &self.hippocampus;
        let (seen, positions) = (h.shape().seen(), self.positions());
        let fraction = h.spec().ripple.cue.cortical_fraction();
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
                units: match h.store().codes() {
                    Some(_) => h.cortical_cue(fraction, state, rng),
                    None => Vec::new(),
                },
                engram,
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
        let shares = AGES.iter().zip(hits);
        shares
            .map(|(name, (hit, all))| (*name, hit / all))
            .collect()
    }

    /// Root mean square error of what is decoded from the stored codes against what was lived: states and inputs.
    fn error(&self, represented: &[(usize, usize)]) -> f64 {
        let h = &self.hippocampus;
        let (len, seen) = (h.shape().len(), h.shape().seen());
        let (mut sum, mut count) = (0.0, 0.0);
        for &(e, position) in represented {
            for (t, engram) in h.stored()[position].engrams.iter().enumerate() {
                let mut content = vec![R::zero(); len];
                h.content(&engram.recalled(), &mut content);
                let lived = &self.records[e].as_slice()[t * len..][..seen];
                for (a, b) in content.iter().zip(lived) {
                    sum += (a.f64() - b.f64()).powi(2);
                    count += 1.0;
                }
            }
        }
        (sum / count).sqrt()
    }

    /// Fraction of the stored episodes that a ripple visits whole, in order and nothing else.
    fn path_fidelity(&self, ripples: &[Planned]) -> f64 {
        let h = &self.hippocampus;
        let whole = h.stored().iter().zip(ripples).filter(|(stored, ripple)| {
            let walk = &ripple.walk;
            let steps = walk.states.len() == stored.engrams.len() && walk.end == End::Boundary;
            let pairs = walk.states.iter().zip(stored.engrams.iter().rev());
            steps && pairs.into_iter().all(|(s, e)| h.likeness(s, e) >= 0.5)
        });
        whole.count() as f64 / h.stored().len() as f64
    }

    /// Cosine of the gradient that replay gives, each stored episode as often as it stands for lived ones, with exact BPTT
    /// over these.
    fn cosine(
        &self,
        cortex: &Cortex<R>,
        seed: u64,
        represented: &[(usize, usize)],
        ripples: &[Planned],
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
            let mut alone = Alone {
                rule: rule.as_dyn_mut(),
                gradient: &mut replayed,
            };
            let ripple = ripples[position].clone();
            replay(ripple, cortex, &self.hippocampus, &mut alone);
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
