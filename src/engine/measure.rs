//! Measuring stores: fresh ones filled with patterns, trial by trial side by side, a row of capacity.csv for each load and cue.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::experiment::{Experiment, RunError, Work};
use super::living::live;
use crate::analysis::{load_constant, longest, patterns_at, softmax_attention};
use crate::episode::Batch;
use crate::event::{CapacityRecord, Event, Sink};
use crate::hippocampus::{
    Attention, Bench, Cue, CueSpec, Entorhinal, Measured, Separated, SeparationSpec, StoreSpec,
    separation,
};
use crate::numeric::statistics::{deviation, mean};
use crate::numeric::{DMatrix, Real, Rng};
use crate::scenario::{MeasureSeparation, MeasureStore, StatesSpec};

/// Trials measured in one step of the run.
const AT_ONCE: usize = 4;
/// Larger matrices of patterns × units are not written out for comparison.
const LARGEST_COMPARED: usize = 4_000_000;
/// Overlap below which recall counts as broken.
const BROKEN: f64 = 0.9;

/// A measurement under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Measuring {
    phase: MeasureStore,
    /// Loads, ascending, and which is being measured.
    loads: Vec<usize>,
    level: usize,
    trial: usize,
    /// (overlap, exact) of each trial so far: cues first, then sequence forward and reverse.
    sums: Vec<Vec<(f64, f64)>>,
    /// Rows told so far: which curve, patterns, overlap, exact.
    rows: Vec<(usize, f64, f64, f64)>,
    attention: AttentionTally,
}

/// How a store's attention compares with softmax attention written out.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct AttentionTally {
    count: f64,
    /// Weight on the cued pattern: the store's, and softmax attention's.
    store: f64,
    softmax: f64,
    /// Largest differences of weights and of outputs.
    weights: f64,
    output: f64,
}

impl Measuring {
    pub fn new(phase: &MeasureStore) -> Self {
        let mut loads = phase.patterns.0.clone();
        loads.sort_unstable();
        loads.dedup();
        Self {
            phase: phase.clone(),
            loads,
            level: 0,
            trial: 0,
            sums: Vec::new(),
            rows: Vec::new(),
            attention: AttentionTally::default(),
        }
    }

    /// Part that is done, 0 to 1.
    pub fn progress(&self) -> f64 {
        let trials = self.phase.trials as f64;
        (self.level as f64 + self.trial as f64 / trials) / self.loads.len() as f64
    }

    /// Names of the curves: of the cues, then of the sequence.
    fn curves(&self) -> Vec<(String, f64, f64)> {
        let cue = |c: &CueSpec| {
            let right = match c {
                CueSpec::Noise(_) => 1.0,
                other => other.fraction(),
            };
            let name = match c {
                CueSpec::Cortical(_) => format!("{}-{}", c.name(), self.phase.states.name()),
                other => other.name().to_string(),
            };
            (name, right, c.noise())
        };
        let mut curves: Vec<_> = self.phase.cues.0.iter().map(cue).collect();
        if self.phase.sequence {
            curves.push(("Forward".into(), 1.0, 0.0));
            curves.push(("Reverse".into(), 1.0, 0.0));
        }
        curves
    }

    /// Rows of the load that is done.
    fn tell_level(&mut self, spec: &StoreSpec, sink: &mut dyn Sink) -> Result<(), RunError> {
        let (units, patterns) = (spec.kind().units(), self.loads[self.level]);
        for (i, (cue, cue_fraction, noise)) in self.curves().into_iter().enumerate() {
            let of = |which: fn(&(f64, f64)) -> f64| -> Vec<f64> {
                self.sums
                    .iter()
                    .filter_map(|s| s.get(i))
                    .map(which)
                    .collect()
            };
            let (overlaps, exact) = (of(|s| s.0), of(|s| s.1));
            if overlaps.is_empty() {
                continue;
            }
            let record = CapacityRecord {
                store: spec.label(),
                units,
                sparsity: spec.kind().active() as f64 / units.max(1) as f64,
                patterns,
                cue,
                cue_fraction,
                noise,
                trials: overlaps.len(),
                overlap_mean: mean(&overlaps),
                overlap_se: deviation(&overlaps) / (overlaps.len() as f64).sqrt(),
                exact_rate: mean(&exact),
            };
            self.rows
                .push((i, patterns as f64, record.overlap_mean, record.exact_rate));
            sink.event(&Event::Measured(record))?;
        }
        Ok(())
    }
}

impl<R: Real> Experiment<R> {
    /// A few trials; true when the phase is over.
    pub(super) fn step_measure(
        &mut self,
        mut m: Box<Measuring>,
        sink: &mut dyn Sink,
    ) -> Result<bool, RunError> {
        let own = self.hippocampus.as_ref().map(|h| h.spec().clone());
        let spec = m
            .phase
            .store
            .clone()
            .or_else(|| own.as_ref().map(|h| h.store.clone()));
        let Some(spec) = spec else {
            return Ok(true);
        };
        let separated = SeparationSpec::Separated(Separated {});
        let bench = Bench {
            store: &spec,
            separation: own.as_ref().map_or(&separated, |h| &h.separation),
            entorhinal: &own
                .as_ref()
                .map_or_else(Entorhinal::default, |h| h.entorhinal.clone()),
            cues: &m.phase.cues.0,
            recalls: m.phase.recalls,
            sequence: m.phase.sequence,
            seed: self.scenario.seed,
        };
        let patterns = m.loads[m.level];
        let count = (m.phase.trials - m.trial).min(AT_ONCE);
        let trials: Vec<_> = (0..count)
            .map(|_| {
                let mut rng = self.streams.measure.branch();
                let states = self.states_for(&bench, &m.phase.states, patterns, &mut rng);
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
            m.sums
                .push(trial.cues.into_iter().chain(trial.sequence).collect());
        }
        m.trial += count;
        if m.trial == m.phase.trials {
            m.tell_level(&spec, sink)?;
            m.trial = 0;
            m.level += 1;
            m.sums.clear();
        }
        if m.level == m.loads.len() {
            self.tell_curves(&m, &spec, sink)?;
            return Ok(true);
        }
        self.work = Work::Measure(m);
        Ok(false)
    }

    /// The cortical states behind `patterns` patterns, where codes or cues are made of any: width × P, and the width.
    fn states_for(
        &self,
        bench: &Bench<'_>,
        states: &StatesSpec,
        patterns: usize,
        rng: &mut Rng,
    ) -> Option<(Vec<R>, usize)> {
        let cortical = bench.cues.iter().any(|c| matches!(c, CueSpec::Cortical(_)));
        let direct = matches!(bench.separation, SeparationSpec::Direct(_));
        if !cortical && !direct {
            return None;
        }
        let width = self.cortex.state() + self.dims.inputs;
        let values = match states {
            StatesSpec::Random(_) => (0..patterns * width).map(|_| R::of(rng.normal())).collect(),
            StatesSpec::Lived(_) => self.lived_states(patterns, rng),
        };
        Some((values, width))
    }

    /// (h_{t−1}, x_t) of new episodes at the present weights, as many steps as are asked for.
    fn lived_states(&self, steps: usize, rng: &mut Rng) -> Vec<R> {
        let task = self.scenario.task.as_task::<R>();
        let mut states = Vec::new();
        let width = self.cortex.state() + self.dims.inputs;
        while states.len() < steps * width {
            let batch = Batch::of(&[task.episode(rng)], 0);
            live(&self.cortex, &batch, None, |_, moment, _| {
                if let Some(moment) = moment {
                    states.extend_from_slice(moment.step.h_prev);
                    states.extend_from_slice(moment.step.x);
                }
            });
        }
        states.truncate(steps * width);
        states
    }

    /// What the curves of a store come to.
    fn tell_curves(
        &mut self,
        m: &Measuring,
        spec: &StoreSpec,
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        let (units, kind) = (spec.kind().units(), spec.kind());
        let several = m.phase.cues.0.len() > 1;
        for (i, (cue, fraction, noise)) in m.curves().into_iter().enumerate() {
            let curve = |value: fn(&(usize, f64, f64, f64)) -> f64| -> Vec<(f64, f64)> {
                let rows = m.rows.iter().filter(|r| r.0 == i);
                rows.map(|r| (r.1, value(r))).collect()
            };
            if cue == "Forward" || cue == "Reverse" {
                let name = format!("capacity.{}.longest_{}", spec.label(), cue.to_lowercase());
                self.measure(name, longest(&curve(|r| r.3)), sink)?;
                continue;
            }
            let tail = match (several, noise > 0.0) {
                (false, _) => String::new(),
                (true, false) => format!(".{cue}-{fraction}"),
                (true, true) => format!(".{cue}-{noise}"),
            };
            let name = |what: &str| format!("capacity.{}{tail}.{what}", spec.label());
            for (what, curve) in [("overlap", curve(|r| r.2)), ("exact", curve(|r| r.3))] {
                if let Some((_, value)) = curve.last() {
                    self.measure(name(&format!("{what}_at_largest")), *value, sink)?;
                }
            }
            let Some(patterns) = patterns_at(&curve(|r| r.2), BROKEN) else {
                continue;
            };
            self.measure(name("patterns_at_0.9"), patterns, sink)?;
            if units > 0 {
                self.measure(name("load_at_0.9"), patterns / units as f64, sink)?;
                let sparsity = kind.active() as f64 / units as f64;
                if sparsity < 0.5 {
                    let k = load_constant(patterns, units, sparsity);
                    self.measure(name("k"), k, sink)?;
                }
            }
        }
        self.tell_attention(&m.attention, sink)
    }

    fn tell_attention(&self, a: &AttentionTally, sink: &mut dyn Sink) -> Result<(), RunError> {
        if a.count == 0.0 {
            return Ok(());
        }
        self.measure("attention.weight.store", a.store / a.count, sink)?;
        self.measure("attention.weight.softmax", a.softmax / a.count, sink)?;
        self.measure("attention.weights.largest_difference", a.weights, sink)?;
        self.measure("attention.output.largest_difference", a.output, sink)
    }

    /// Pairs of like states, one similarity at a time, through every kind of separation; true when the phase is over.
    pub(super) fn step_separation(
        &mut self,
        phase: MeasureSeparation,
        done: usize,
        sink: &mut dyn Sink,
    ) -> Result<bool, RunError> {
        let Some(spec) = self.hippocampus.as_ref().map(|h| h.spec().clone()) else {
            return Ok(true);
        };
        let similarity = phase.similarities.0[done];
        for kind in SeparationSpec::all() {
            let bench = Bench {
                store: &spec.store,
                separation: &kind,
                entorhinal: &spec.entorhinal,
                cues: &[],
                recalls: 0,
                sequence: false,
                seed: self.scenario.seed,
            };
            let record = self.separated(&bench, phase.pairs, similarity);
            let name = |of: &str| format!("separation.{of}.overlap_at_{similarity}");
            self.measure(name("Entorhinal"), record.cue_fraction, sink)?;
            self.measure(name(kind.name()), record.overlap_mean, sink)?;
            sink.event(&Event::Measured(record))?;
        }
        let done = done + 1;
        if done < phase.similarities.0.len() {
            self.work = Work::Separate { phase, done };
            return Ok(false);
        }
        Ok(true)
    }

    fn separated(&mut self, bench: &Bench<'_>, count: usize, similarity: f64) -> CapacityRecord {
        let width = self.cortex.state() + self.dims.inputs;
        let rngs: Vec<Rng> = (0..count).map(|_| self.streams.measure.branch()).collect();
        let pairs: Vec<_> = rngs
            .into_par_iter()
            .map(|mut rng| separation(bench, width, similarity, &mut rng))
            .collect();
        let codes: Vec<f64> = pairs.iter().map(|p| p.code).collect();
        let inputs: Vec<f64> = pairs.iter().map(|p| p.input).collect();
        let same = codes.iter().filter(|c| **c >= 1.0).count();
        let kind = bench.store.kind();
        CapacityRecord {
            store: bench.separation.name().into(),
            units: kind.units(),
            sparsity: kind.active() as f64 / kind.units().max(1) as f64,
            patterns: 2,
            cue: "Input".into(),
            cue_fraction: mean(&inputs),
            noise: 1.0 - similarity,
            trials: count,
            overlap_mean: mean(&codes),
            overlap_se: deviation(&codes) / (count as f64).sqrt(),
            exact_rate: same as f64 / count as f64,
        }
    }
}

impl AttentionTally {
    /// Holds a store's attention against softmax attention with its codes as keys and values.
    fn compare(&mut self, cue: &Cue, told: &Attention, codes: &[Vec<u32>], units: usize) {
        let k = codes.first().map_or(1, Vec::len) as f64;
        let a = k / units as f64;
        let rows = codes.len();
        if rows * units > LARGEST_COMPARED {
            return;
        }
        // The query is the cue less its mean, so that chance overlap scores 0, in units of a full overlap.
        let mut query = vec![-a * cue.units.len() as f64 / k; units];
        cue.units.iter().for_each(|&i| query[i as usize] += 1.0);
        query.iter_mut().for_each(|q| *q /= k * (1.0 - a));
        let mut keys = DMatrix::<f64>::zeros(rows, units);
        for (p, code) in codes.iter().enumerate() {
            code.iter().for_each(|&i| keys[(p, i as usize)] = 1.0);
        }
        let (weights, output) = softmax_attention(&query, &keys, &keys, told.beta);
        let far = |a: &[f64], b: &[f32]| {
            let apart = a.iter().zip(b).map(|(x, y)| (x - f64::from(*y)).abs());
            apart.fold(0.0, f64::max)
        };
        self.count += 1.0;
        let own = cue.engram as usize;
        self.store += told.weights.get(own).copied().map_or(0.0, f64::from);
        self.softmax += weights.get(own).copied().unwrap_or_default();
        self.weights = self.weights.max(far(&weights, &told.weights));
        self.output = self.output.max(far(&output, &told.state));
    }
}
