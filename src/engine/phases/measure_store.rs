//! MeasureStore: fresh stores are filled with patterns and cued, trial by trial side by side; a row of capacity.csv for each
//! load and cue.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::super::lab::{Lab, Learners, RunError, live};
use super::happening::{Flow, Happening, PhaseKind};
use super::labelled;
use crate::analysis::{AttentionTally, load_constant, longest, patterns_at};
use crate::episode::Batch;
use crate::hippocampus::{
    Bench, CueSpec, Entorhinal, Fraction, Hippocampus, Measured, Recalled, Separated,
    SeparationSpec, StoreSpec, Stored,
};
use crate::learning::{Context, Moment};
use crate::numeric::statistics::{deviation, mean};
use crate::numeric::{Real, Rng};
use crate::record::{CapacityRecord, Metric, Order, Sink, metric};
use crate::scenario::{OneOrMore, Report, Setup, counts, mebibytes, stores};
use crate::{params, registry};

params! {
    /// Random states of as many values as cortex and input have.
    pub struct RandomStates {}
}

params! {
    /// States that the cortex goes through, at its present weights, in new episodes.
    pub struct LivedStates {}
}

registry! {
    /// What cortical cues, and codes without separation, are made of.
    pub enum StatesSpec "source" {
        Random(RandomStates),
        Lived(LivedStates),
    }
}

params! {
    /// Measures how a store recalls: fresh ones are filled with random patterns, one episode long, and cued. Nothing else
    /// in the run changes.
    pub struct MeasureStore {
        /// How many patterns are stored: one measurement each.
        pub patterns: OneOrMore<usize> = OneOrMore(vec![100]), [1 ..= 200000], restart;
        /// What recall starts from; a number is a fraction of the pattern's units.
        pub cues: OneOrMore<CueSpec> = OneOrMore(vec![CueSpec::Fraction(Fraction::default())]), restart;
        /// How many fresh stores are measured.
        pub trials: usize = 10, [1 ..= 10000], "trials", restart;
        /// Recalls from each cue in each trial.
        pub recalls: usize = 32, [1 ..= 100000], "recalls", restart;
        /// Whether the patterns are also replayed as one sequence, forward and in reverse.
        pub sequence: bool = false, restart;
        /// Another store than the hippocampus's.
        pub store: Option<StoreSpec> = None, restart;
        /// What cortical cues are made of.
        pub states: StatesSpec = StatesSpec::Random(RandomStates {}), restart;
        /// What the rows of capacity.csv are called, to tell several such phases apart.
        pub label: String = String::new(), [0 ..= 40], restart;
    }
}

impl PhaseKind for MeasureStore {
    fn called(&self) -> &'static str {
        "Measure"
    }

    fn measures(&self) -> bool {
        true
    }

    /// A store to be measured must be there, fit into memory, and have what its cues need.
    fn problems(&self, setup: &Setup, report: &mut Report<'_>) {
        let own = setup.hippocampus.as_ref();
        let Some(spec) = self.store.as_ref().or(own.map(|h| &h.store)) else {
            report.here(
                "there is no store to measure",
                "add `store: Ca3()` to the phase, or a hippocampus",
            );
            return;
        };
        if self.store.is_some() {
            stores(spec, "store", report);
        }
        let (cues, units) = (&self.cues.0, spec.kind().units());
        if let Some(i) = (1..cues.len()).find(|i| cues[..*i].contains(&cues[*i])) {
            report.at(
                &format!("cues.{i}"),
                format!("{} is here twice", cues[i].label()),
                "remove one; more trials measure it more closely",
            );
        }
        let tape = spec.kind().codes().is_none();
        if tape && !self.cues.0.iter().all(|c| c.kind().serves_a_tape()) {
            report.at(
                "cues",
                format!(
                    "{} is a tape: there is nothing to cue but an engram",
                    spec.name()
                ),
                "use Fraction, or another store",
            );
        }
        let most = self.patterns.0.iter().copied().max().unwrap_or(0);
        counts(spec, most as u64, "patterns", report);
        // As many trials run side by side as there are threads; four are begun at a time.
        let each = spec.kind().bytes(&Stored {
            steps: most as u64,
            content: 0,
            decaying: false,
        });
        let codes = 4 * most as u64 * spec.kind().active() as u64;
        let cortical = self.cues.0.iter().any(|c| c.kind().is_cortical());
        let direct = own.is_some_and(|h| h.separation.kind().follows_state());
        let states = if cortical || direct {
            let entorhinal = own.map_or_else(Default::default, |h| h.entorhinal.clone());
            let (rows, width) = (units.max(entorhinal.units) as u64, setup.content_values());
            let code = (entorhinal.units as f64 * entorhinal.sparsity) as u64;
            4 * rows * (width + 64) + most as u64 * (8 * width + 4 * code)
        } else {
            0
        };
        let bytes = each
            .saturating_add(codes)
            .saturating_add(states)
            .saturating_mul(4.min(self.trials as u64));
        let allowed = own.map_or(
            Hippocampus::default().memory_bytes(),
            Hippocampus::memory_bytes,
        );
        if bytes > allowed {
            report.here(
            format!(
                "this measurement would need {bytes} bytes ({:.0} MiB), but may use {allowed} ({:.0} MiB)",
                mebibytes(bytes),
                mebibytes(allowed)
            ),
            "lower units or patterns, or raise hippocampus.memory",
        );
        }
    }
}

/// Trials measured in one step of the run.
const AT_ONCE: usize = 4;
/// Overlap below which recall counts as broken.
const BROKEN: f64 = 0.9;

/// A measurement under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MeasuringStore {
    phase: MeasureStore,
    /// Loads, ascending, and which is being measured.
    loads: Vec<usize>,
    level: usize,
    trial: usize,
    /// What each trial of the present load came to: cues first, then sequence forward and reverse.
    trials: Vec<Vec<Recalled>>,
    /// What was told so far.
    points: Vec<Point>,
    attention: AttentionTally,
    /// Updates of the weights before it.
    updates: u64,
}

/// A point of a curve: the means over trials at one load.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Point {
    /// Which curve.
    curve: usize,
    patterns: f64,
    means: Recalled,
}

/// A curve over loads: a cue, or the sequence in one direction.
struct Curve {
    /// As capacity.csv has it.
    name: String,
    /// With everything that tells it apart, as metrics have it.
    label: String,
    /// Fraction of the code, or of the cortical state, that is cued.
    cued: f64,
    /// Fraction of the cue that is wrong.
    noise: f64,
}

impl MeasuringStore {
    /// Before the first trial.
    pub fn new<R: Real>(phase: &MeasureStore, lab: &mut Lab<R>) -> Self {
        let mut loads = phase.patterns.0.clone();
        loads.sort_unstable();
        loads.dedup();
        Self {
            phase: phase.clone(),
            loads,
            level: 0,
            trial: 0,
            trials: Vec::new(),
            points: Vec::new(),
            attention: AttentionTally::default(),
            updates: lab.notebook.clock.updates,
        }
    }

    /// What cues, or codes, are made of, where they are made of states; those that the cortex goes through are others after
    /// every update.
    fn source(&self, made_of_states: bool) -> String {
        match &self.phase.states {
            _ if !made_of_states => String::new(),
            StatesSpec::Random(_) => "-Random".into(),
            StatesSpec::Lived(_) => format!("-Lived@{}", self.updates),
        }
    }

    /// The curves: of the cues, then of the sequence; `direct` says that codes are made of states.
    fn curves(&self, direct: bool) -> Vec<Curve> {
        let cue = |c: &CueSpec| {
            let source = self.source(direct || c.kind().is_cortical());
            Curve {
                name: format!("{}{source}", c.name()),
                label: format!("{}{source}", c.label()),
                cued: c.kind().cued(),
                noise: c.kind().noise(),
            }
        };
        let along = |order: Order| Curve {
            name: format!("{}{}", order.as_str(), self.source(direct)),
            label: self.source(direct),
            cued: 1.0,
            noise: 0.0,
        };
        let orders = [Order::FORWARD, Order::REVERSE].map(along);
        let cues = self.phase.cues.0.iter().map(cue);
        let sequence = orders.into_iter().filter(|_| self.phase.sequence);
        cues.chain(sequence).collect()
    }

    /// Rows of the load that is done.
    fn tell_level(
        &mut self,
        spec: &StoreSpec,
        direct: bool,
        time: u64,
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        let (units, patterns) = (spec.kind().units(), self.loads[self.level]);
        for (i, curve) in self.curves(direct).into_iter().enumerate() {
            let of = |which: fn(&Recalled) -> f64| -> Vec<f64> {
                let trials = self.trials.iter().filter_map(|t| t.get(i));
                trials.map(which).collect()
            };
            let (overlaps, exact) = (of(|r| r.overlap), of(|r| r.exact));
            if overlaps.is_empty() {
                continue;
            }
            let record = CapacityRecord {
                store: spec.label(),
                units,
                sparsity: spec.kind().active() as f64 / units.max(1) as f64,
                patterns,
                cue: curve.name,
                cue_fraction: curve.cued,
                noise: curve.noise,
                trials: overlaps.len(),
                overlap_mean: mean(&overlaps),
                overlap_se: deviation(&overlaps) / (overlaps.len() as f64).sqrt(),
                exact_rate: mean(&exact),
                time,
                label: self.phase.label.clone(),
            };
            self.points.push(Point {
                curve: i,
                patterns: patterns as f64,
                means: Recalled {
                    overlap: record.overlap_mean,
                    exact: record.exact_rate,
                },
            });
            sink.event(&record.into())?;
        }
        Ok(())
    }
}

impl<R: Real> Happening<R> for MeasuringStore {
    /// A few trials.
    fn step(&mut self, lab: &mut Lab<R>, sink: &mut dyn Sink) -> Result<Flow, RunError> {
        let m = self;
        let own = lab.setup.hippocampus.clone();
        let spec = m
            .phase
            .store
            .clone()
            .or_else(|| own.as_ref().map(|h| h.store.clone()));
        let Some(spec) = spec else {
            return Ok(Flow::Over);
        };
        let separated = SeparationSpec::Separated(Separated {});
        let direct = own
            .as_ref()
            .is_some_and(|h| h.separation.kind().follows_state());
        let bench = Bench {
            store: &spec,
            separation: own.as_ref().map_or(&separated, |h| &h.separation),
            entorhinal: &own
                .as_ref()
                .map_or_else(Entorhinal::default, |h| h.entorhinal.clone()),
            cues: &m.phase.cues.0,
            recalls: m.phase.recalls,
            sequence: m.phase.sequence,
            seed: lab.setup.seed,
        };
        let patterns = m.loads[m.level];
        let count = (m.phase.trials - m.trial).min(AT_ONCE);
        let trials: Vec<_> = (0..count)
            .map(|_| {
                let mut rng = lab.streams.measure.branch();
                let states = states_for(lab, &bench, &m.phase.states, patterns, &mut rng);
                (rng, states)
            })
            .collect();
        let measured: Vec<Measured> = trials
            .into_par_iter()
            .map(|(mut rng, states)| {
                let states = states.as_ref().map(|(s, width)| (s.as_slice(), *width));
                bench.trial::<R>(patterns, states, &mut rng)
            })
            .collect();
        for trial in measured {
            for (cue, attention) in &trial.attended {
                m.attention
                    .compare(cue, attention, &trial.codes, spec.kind().units());
            }
            m.trials
                .push(trial.cues.into_iter().chain(trial.sequence).collect());
        }
        m.trial += count;
        if m.trial == m.phase.trials {
            let time = lab.notebook.clock.time;
            m.tell_level(&spec, direct, time, sink)?;
            m.trial = 0;
            m.level += 1;
            m.trials.clear();
        }
        if m.level == m.loads.len() {
            m.tell_curves(&spec, direct, lab, sink)?;
            return Ok(Flow::Over);
        }
        Ok(Flow::On)
    }

    fn progress(&self) -> f64 {
        let trials = self.phase.trials as f64;
        (self.level as f64 + self.trial as f64 / trials) / self.loads.len() as f64
    }
}

/// The cortical states behind `patterns` patterns, where codes or cues are made of any: width × P, and the width.
fn states_for<R: Real>(
    lab: &Lab<R>,
    bench: &Bench<'_>,
    states: &StatesSpec,
    patterns: usize,
    rng: &mut Rng,
) -> Option<(Vec<R>, usize)> {
    let cortical = bench.cues.iter().any(|c| c.kind().is_cortical());
    let direct = bench.separation.kind().follows_state();
    if !cortical && !direct {
        return None;
    }
    let width = lab.shape().seen();
    let values = match states {
        StatesSpec::Random(_) => (0..patterns * width).map(|_| R::of(rng.normal())).collect(),
        StatesSpec::Lived(_) => lived_states(lab, patterns, rng),
    };
    Some((values, width))
}

/// (h_{t−1}, x_t) of new episodes at the present weights, as many steps as are asked for.
fn lived_states<R: Real>(lab: &Lab<R>, steps: usize, rng: &mut Rng) -> Vec<R> {
    let task = lab.task();
    let mut states = Vec::new();
    let width = lab.shape().seen();
    while states.len() < steps * width {
        let batch = Batch::of(&[task.episode(rng)], 0);
        live(batch, &lab.cortex, None, &mut Seen(&mut states));
    }
    states.truncate(steps * width);
    states
}

/// Notes (h_{t−1}, x_t) of each step.
struct Seen<'a, R>(&'a mut Vec<R>);

impl<R: Real> Learners<R> for Seen<'_, R> {
    fn observe(&mut self, _: &Context<'_, R>, moment: &Moment<'_, R>) {
        self.0.extend_from_slice(moment.step.h_prev);
        self.0.extend_from_slice(moment.step.x);
    }
}

impl MeasuringStore {
    /// What the curves of a store come to.
    fn tell_curves<R: Real>(
        &self,
        spec: &StoreSpec,
        direct: bool,
        lab: &Lab<R>,
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        let cues = self.phase.cues.0.len();
        let label = labelled(&self.phase.label, &spec.label());
        let mut tell = |declared, subject: &str, value: f64| {
            let metric = Metric::of(declared, subject.to_string());
            lab.notebook.tell(metric, value, sink)
        };
        for (i, told) in self.curves(direct).into_iter().enumerate() {
            let curve = |value: fn(&Recalled) -> f64| -> Vec<(f64, f64)> {
                let points = self.points.iter().filter(|p| p.curve == i);
                points.map(|p| (p.patterns, value(&p.means))).collect()
            };
            if i >= cues {
                let declared = if i == cues {
                    &metric::LONGEST_FORWARD
                } else {
                    &metric::LONGEST_REVERSE
                };
                let subject = format!("{label}{}", told.label);
                tell(declared, &subject, longest(&curve(|r| r.exact)))?;
                continue;
            }
            let subject = format!("{label}.{}", told.label);
            let (overlap, exact) = (curve(|r| r.overlap), curve(|r| r.exact));
            for (declared, curve) in [
                (&metric::OVERLAP_AT_LARGEST, &overlap),
                (&metric::EXACT_AT_LARGEST, &exact),
            ] {
                if let Some((_, value)) = curve.last() {
                    tell(declared, &subject, *value)?;
                }
            }
            // Where it is not reached, or was not measured low enough, it is undefined.
            let patterns = patterns_at(&overlap, BROKEN).unwrap_or(f64::NAN);
            tell(&metric::PATTERNS_AT, &subject, patterns)?;
            if let Some(codes) = spec.kind().codes() {
                let units = codes.units as f64;
                tell(&metric::LOAD_AT, &subject, patterns / units)?;
                let sparsity = codes.active as f64 / units;
                if sparsity < 0.5 {
                    let k = load_constant(patterns, codes.units, sparsity);
                    tell(&metric::LOAD_CONSTANT, &subject, k)?;
                }
            }
        }
        self.tell_attention(lab, sink)
    }

    fn tell_attention<R: Real>(&self, lab: &Lab<R>, sink: &mut dyn Sink) -> Result<(), RunError> {
        let a = &self.attention;
        if a.count == 0.0 {
            return Ok(());
        }
        for (declared, of, value) in [
            (&metric::STORE_WEIGHT, "weight", a.store / a.count),
            (&metric::SOFTMAX_WEIGHT, "weight", a.softmax / a.count),
            (&metric::ATTENTION_APART, "weights", a.weights),
            (&metric::ATTENTION_APART, "output", a.output),
        ] {
            lab.notebook.tell(Metric::of(declared, of), value, sink)?;
        }
        Ok(())
    }
}
