//! MeasureSeparation: how alike the codes of like states are, with and without pattern separation.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::super::lab::{Lab, RunError};
use super::happening::{Flow, Happening, PhaseKind};
use crate::hippocampus::{Bench, SeparationSpec, separation};
use crate::numeric::statistics::{deviation, mean};
use crate::numeric::{Real, Rng};
use crate::params;
use crate::record::{CapacityRecord, Metric, Sink, metric};
use crate::scenario::{OneOrMore, Report, Setup};

params! {
    /// Measures pattern separation: pairs of like random states, the overlap of their entorhinal codes against that of their
    /// CA3 codes, for every kind of separation.
    pub struct MeasureSeparation {
        /// Correlations of the two states: one measurement each.
        pub similarities: OneOrMore<f64> = OneOrMore(vec![0.0, 0.25, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0]), [0 ..= 1], restart;
        /// Pairs for each.
        pub pairs: usize = 50, [2 ..= 10000], "pairs", restart;
        /// What the rows of capacity.csv are called, to tell several such phases apart.
        pub label: String = String::new(), [0 ..= 40], restart;
    }
}

impl PhaseKind for MeasureSeparation {
    fn called(&self) -> &'static str {
        "Measure"
    }

    fn measures(&self) -> bool {
        true
    }

    fn problems(&self, setup: &Setup, report: &mut Report<'_>) {
        let hippocampus = setup.hippocampus.as_ref();
        if hippocampus.is_none_or(|h| h.store.kind().codes().is_none()) {
            report.here(
                "pattern separation needs a hippocampus with a store that has units",
                "add `hippocampus: (store: Ca3())`",
            );
        }
    }
}

/// A measurement under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MeasuringSeparation {
    phase: MeasureSeparation,
    /// Similarities measured.
    done: usize,
}

impl MeasuringSeparation {
    /// Before the first pair.
    pub fn new<R: Real>(phase: &MeasureSeparation, _: &mut Lab<R>) -> Self {
        Self {
            phase: phase.clone(),
            done: 0,
        }
    }
}

impl<R: Real> Happening<R> for MeasuringSeparation {
    /// Pairs of like states of one similarity, through every kind of separation.
    fn step(&mut self, lab: &mut Lab<R>, sink: &mut dyn Sink) -> Result<Flow, RunError> {
        let Some(spec) = lab.setup.hippocampus.clone() else {
            return Ok(Flow::Over);
        };
        let similarity = self.phase.similarities.0[self.done];
        for kind in SeparationSpec::all() {
            let bench = Bench {
                store: &spec.store,
                separation: &kind,
                entorhinal: &spec.entorhinal,
                cues: &[],
                recalls: 0,
                sequence: false,
                seed: lab.setup.seed,
            };
            let record = separated(lab, &bench, &self.phase, similarity);
            for (codes, overlap) in [
                ("Entorhinal", record.cue_fraction),
                (kind.name(), record.overlap_mean),
            ] {
                let similarity = similarity.to_string();
                let metric = Metric::of_both(&metric::SEPARATION, codes, similarity);
                lab.notebook.tell(metric, overlap, sink)?;
            }
            sink.event(&record.into())?;
        }
        self.done += 1;
        Ok(Flow::on_if(self.done < self.phase.similarities.0.len()))
    }

    fn progress(&self) -> f64 {
        self.done as f64 / self.phase.similarities.0.len() as f64
    }
}

fn separated<R: Real>(
    lab: &mut Lab<R>,
    bench: &Bench<'_>,
    phase: &MeasureSeparation,
    similarity: f64,
) -> CapacityRecord {
    let (width, count) = (lab.shape().seen(), phase.pairs);
    let rngs: Vec<Rng> = (0..count).map(|_| lab.streams.measure.branch()).collect();
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
        time: lab.notebook.clock.time,
        label: phase.label.clone(),
    }
}
