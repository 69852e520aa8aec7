//! Snapshots: an immutable picture of a run that the app draws. The app knows no weights and holds no locks.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::command::Journalled;
use super::super::lab::{LedgerRow, Said};
use super::super::phases::Source;
use super::super::scenario::Scenario;
use super::course::{Base, Course};
use super::frames::{Counts, Kept};
use crate::circuit::Place;
use crate::neocortex::Inside;
use crate::record::{CapacityRecord, Declared, Metric, Order, PhaseName, RippleRecord};
use crate::task::{Baselines, Level};

/// What the worker is doing.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Activity {
    /// Waiting for a command.
    #[default]
    Paused,
    /// Stepping.
    Running,
    /// On the way to where the branch begins, from a state that was kept.
    Reliving {
        /// The step of that state.
        from: u64,
        /// The step that it is at.
        at: u64,
        /// The step where the branch begins.
        to: u64,
    },
    /// The protocol is over.
    Finished,
    /// The run failed; why, in words.
    Failed(String),
}

/// A region as drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct RegionView {
    /// Which.
    pub place: Place,
    /// Activity now, 0 to 1.
    pub activity: f32,
    /// Fraction lesioned.
    pub lesion: f64,
}

/// A pathway as drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct PathwayView {
    /// Which.
    pub place: Place,
    /// Position of the sending region.
    pub from: usize,
    /// Position of the receiving region.
    pub to: usize,
    /// Activity now, 0 to 1.
    pub activity: f32,
    /// Fraction cut.
    pub lesion: f64,
}

/// Activity of many units over several steps: value of unit u at step s is `values[s * units + u]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Raster {
    /// Rows.
    pub units: usize,
    /// Step by step.
    pub values: Vec<f32>,
}

impl Raster {
    /// How many steps there are.
    pub fn steps(&self) -> usize {
        self.values.len() / self.units.max(1)
    }

    /// As many rows, and no step.
    pub fn emptied(&self) -> Self {
        Self {
            units: self.units,
            values: Vec::new(),
        }
    }

    /// The values at a step.
    pub fn column(&self, step: usize) -> Option<&[f32]> {
        let from = step.checked_mul(self.units)?;
        self.values.get(from..from + self.units)
    }
}

/// What the first episode put out at a step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OutputView {
    /// Which step.
    pub step: usize,
    /// Probabilities or values, Y long.
    pub values: Vec<f32>,
    /// What they should have been.
    pub targets: Vec<f32>,
}

/// The cortex as drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CortexView {
    /// Where the states come from.
    pub source: Source,
    /// Number of the episode shown.
    pub episode: u64,
    /// Steps the episode has, where known (0 otherwise).
    pub length: usize,
    /// States, S × steps so far, in the order they came.
    pub states: Raster,
    /// Inputs, X × steps so far.
    pub inputs: Raster,
    /// Outputs of the scored steps.
    pub outputs: Vec<OutputView>,
    /// Whether they are classes.
    pub classes: bool,
    /// Names of the inputs.
    pub input_names: Arc<Vec<String>>,
    /// Answers of the first episodes of the batch, in the order they came; none where outputs are no classes.
    pub said: Vec<Said>,
}

/// An episode as it was lived, and δ as BPTT has it, at the weights that its ripple began with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LivedView {
    /// States s_{t−1}, S × T.
    pub states: Raster,
    /// Inputs x_t, X × T.
    pub inputs: Raster,
    /// Their names.
    pub input_names: Arc<Vec<String>>,
    /// How much the output of each step counts: 0 where it is not scored.
    pub scored: Vec<f32>,
    /// δ_t with every loss carried back to the first step, S × T.
    pub exact: Raster,
    /// Over how many steps truncated BPTT carries a loss back.
    pub reach: usize,
    /// δ_t as truncated BPTT has it, S × T.
    pub truncated: Raster,
    /// What units computed within each step, A N × T: see [`RippleView::parts`].
    pub inside: Raster,
}

/// A state of the attractor dynamics on its way to the one that it settles in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SweepView {
    /// Its overlap with the engram that should have come; NaN where there should have been none.
    pub overlap: f32,
    /// Support of the state that follows, 1 for a stored pattern; NaN where it is not kept.
    pub support: f32,
}

/// One step of a ripple as drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RippleStep {
    /// Active CA3 units.
    pub active: Vec<u32>,
    /// Overlap with the engram that should have come; NaN where there should have been none.
    pub overlap: f32,
    /// Strength of the sequence input, 1 for a stored transition.
    pub strength: f32,
    /// Support by the collaterals, 1 for a stored pattern.
    pub support: f32,
    /// The sweeps of the attractor dynamics.
    pub sweeps: Vec<SweepView>,
    /// Step of the episode that should have come, where there is one.
    pub lived_step: Option<usize>,
}

/// A ripple as drawn, also after it is over.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RippleView {
    /// Its number.
    pub ripple: u64,
    /// Its episode.
    pub episode: u64,
    /// Steps of the episode.
    pub length: usize,
    /// Which way it runs.
    pub order: Order,
    /// How long a step lasts, in ms.
    pub step_ms: f64,
    /// How long it lasted when it was lived, in ms.
    pub lived_ms: f64,
    /// CA3 units (M); 0 for a store without units.
    pub units: usize,
    /// Units of a code (k).
    pub code_size: usize,
    /// Units active in the cue before completion.
    pub cue: Vec<u32>,
    /// Its steps so far, in replayed order.
    pub steps: Vec<RippleStep>,
    /// Decoded cortical states s_{t−1}, S × steps, in replayed order.
    pub decoded: Raster,
    /// Name of the rule whose δ is shown; empty where none learns from ripples.
    pub rule: String,
    /// Its δ_t at each step, S × steps, in replayed order; NaN where none was carried.
    pub delta: Raster,
    /// What units compute within a step, where the cell has gates or the like: A parts.
    pub parts: Option<&'static Inside>,
    /// The parts one below the other as the ripple makes them again, A N × steps, in replayed order.
    pub inside: Raster,
    /// CA3 codes of the episode's engrams, by lived step.
    pub codes: Arc<Vec<Vec<u32>>>,
    /// The episode as it was lived, where that is known.
    pub lived: Option<Arc<LivedView>>,
}

impl RippleView {
    /// About how many bytes its episode takes.
    pub(super) fn bytes(&self) -> usize {
        let codes: usize = self.codes.iter().map(|code| 24 + 4 * code.len()).sum();
        let lived = self.lived.as_ref().map_or(0, |lived| {
            let rasters = [
                &lived.states,
                &lived.inputs,
                &lived.exact,
                &lived.truncated,
                &lived.inside,
            ];
            4 * rasters
                .map(|raster| raster.values.len())
                .iter()
                .sum::<usize>()
        });
        codes + lived
    }

    /// Lived states that should have come, S × steps, in replayed order; NaN where none should have come or it is not known.
    pub fn expected(&self) -> Raster {
        let units = self.decoded.units;
        let lived = self.lived.as_ref().map(|lived| &lived.states);
        let column = |step: &RippleStep| lived?.column(step.lived_step?);
        let values = self.steps.iter().flat_map(|step| match column(step) {
            Some(column) => column.to_vec(),
            None => vec![f32::NAN; units],
        });
        Raster {
            units,
            values: values.collect(),
        }
    }
}

/// Attention over remembered steps as drawn: in the first episode of the last batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AttentionView {
    /// Steps that attended, a row each.
    pub queries: Vec<usize>,
    /// Weights: a row a query, a column a step of the episode.
    pub weights: Raster,
}

/// Points of a metric over time.
pub type Series = Vec<[f64; 2]>;

/// A line of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    /// Clock.
    pub time: u64,
    /// In words.
    pub text: String,
}

/// Everything the app draws.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Grows with every run loaded or reset: panels drop what they remember of an earlier one.
    pub run: u64,
    /// The scenario's title.
    pub title: String,
    /// The scenario's text.
    pub about: String,
    /// The rule that learns.
    pub rule: String,
    /// Seed.
    pub seed: u64,
    /// What the worker is doing.
    pub activity: Activity,
    /// Steps done.
    pub step: u64,
    /// Steps done by the live end of the run: larger than `step` while looking at the past.
    pub live_step: u64,
    /// Clock: wake and replay steps.
    pub time: u64,
    /// Episodes lived.
    pub episodes: u64,
    /// Updates of the weights.
    pub updates: u64,
    /// Current phase.
    pub phase: PhaseName,
    /// Part of the protocol done, 0 to 1.
    pub progress: f64,
    /// Steps a second, lately.
    pub rate: f64,
    /// Engrams stored.
    pub load: usize,
    /// Chance and memoryless levels.
    pub baselines: Option<Baselines>,
    /// Losses with a meaning.
    pub levels: Vec<Level>,
    /// What each rule kept and cost.
    pub ledger: Vec<LedgerRow>,
    /// Where attention went, where the rule has one.
    pub attention: Option<Arc<AttentionView>>,
    /// Regions.
    pub regions: Vec<RegionView>,
    /// Pathways.
    pub pathways: Vec<PathwayView>,
    /// The cortex.
    pub cortex: Arc<CortexView>,
    /// The ripple that runs, or ran last.
    pub ripple: Arc<RippleView>,
    /// Finished ripples, oldest first, the latest few thousand.
    pub ripples: Arc<Vec<RippleRecord>>,
    /// Whether the protocol measures stores.
    pub measures: bool,
    /// Whether it does nothing else.
    pub only_measures: bool,
    /// Rows of capacity.csv, in the order they came.
    pub capacity: Arc<Vec<CapacityRecord>>,
    /// What was measured: (time, value), thinned.
    pub series: Arc<BTreeMap<Metric, Arc<Series>>>,
    /// The latest lines of the log, oldest first.
    pub log: Arc<Vec<LogLine>>,
    /// What the run was made from.
    pub began: Option<Arc<Scenario>>,
    /// The same with the values that parameters have at the live end.
    pub now: Option<Arc<Scenario>>,
    /// Commands, in the order they were applied.
    pub journal: Vec<Journalled>,
    /// How many of them cannot be taken back, because nothing is known of the time before them.
    pub fixed: usize,
    /// Commands that were taken back and can be done again, the latest last.
    pub undone: Vec<Journalled>,
    /// What is kept of the past.
    pub kept: Kept,
    /// Phases and ripples over the whole run.
    pub course: Course,
}

impl Snapshot {
    /// Whether there is a command that can be taken back.
    pub fn can_undo(&self) -> bool {
        self.journal.len() > self.fixed
    }

    /// Activity of a region or pathway now, and the fraction of it that is missing; nothing where it is not there.
    pub fn at(&self, place: Place) -> Option<(f32, f64)> {
        let region = self.regions.iter().find(|r| r.place == place);
        let region = region.map(|r| (r.activity, r.lesion));
        let pathway = self.pathways.iter().find(|p| p.place == place);
        region.or(pathway.map(|p| (p.activity, p.lesion)))
    }

    /// The live end: its step, and what is counted in `base` there.
    pub fn end(&self, base: Base) -> (u64, u64) {
        let here = Counts {
            step: self.live_step,
            episodes: self.episodes,
            updates: self.updates,
        };
        let counts = self.kept.counts(self.live_step).unwrap_or(here);
        let counted = match base {
            Base::Steps => self.live_step,
            Base::Updates => counts.updates,
            Base::Episodes => counts.episodes,
        };
        (self.live_step, counted)
    }

    /// The points of a metric; none where it was never measured.
    pub fn points(&self, metric: &Metric) -> &[[f64; 2]] {
        self.series.get(metric).map_or(&[], |s| s.as_slice())
    }

    /// The last value of a metric.
    pub fn last(&self, metric: &Metric) -> Option<f64> {
        self.points(metric).last().map(|p| p[1])
    }

    /// The subjects that a metric was measured of, with its points.
    pub fn each_of(
        &self,
        declared: &'static Declared,
    ) -> impl Iterator<Item = (&str, &[[f64; 2]])> {
        let series = self.series.iter();
        series.filter_map(move |(metric, points)| {
            Some((metric.subject_of(declared)?, points.as_slice()))
        })
    }
}
