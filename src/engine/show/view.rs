//! From an experiment to what the app draws of it.

use std::sync::Arc;

use super::super::experiment::Experiment;
use super::super::lab::{Lab, Living, Replaying};
use super::super::phases::Source;
use super::frames::Frames;
use super::lived::lived_view;
use super::snapshot::{
    AttentionView, CortexView, LivedView, OutputView, PathwayView, Raster, RegionView, RippleStep,
    RippleView, Snapshot, SweepView,
};
use crate::circuit::Place;
use crate::episode::Targets;
use crate::hippocampus::{Code, HippocampusState};
use crate::numeric::Real;

/// Fills in what can be read off the experiment itself, and its ripple from the frames that are kept of it.
pub fn draw<R: Real>(run: &Experiment<R>, frames: &Frames, snapshot: &mut Snapshot) {
    snapshot.ripple = Arc::new(frames.ripple(run).unwrap_or_default());
    let (scenario, lab) = (run.scenario(), run.lab());
    let clock = run.clock();
    snapshot.title.clone_from(&scenario.title);
    snapshot.about.clone_from(&scenario.about);
    snapshot.rule.clone_from(&lab.rules.learner.label);
    snapshot.seed = scenario.setup.seed;
    snapshot.step = clock.step;
    snapshot.time = clock.time;
    snapshot.episodes = clock.episodes;
    snapshot.updates = clock.updates;
    snapshot.phase = run.phase().clone();
    snapshot.progress = run.progress();
    snapshot.load = lab.load();
    snapshot.measures = scenario.measures();
    snapshot.only_measures = scenario.only_measures();
    snapshot.baselines = Some(lab.task().baselines());
    snapshot.levels = lab.task().levels();
    snapshot.ledger = run.ledger();
    snapshot.attention = attention_view(lab).map(Arc::new);
    snapshot.cortex = Arc::new(cortex_view(run));
    draw_circuit(run, snapshot);
}

fn cortex_view<R: Real>(run: &Experiment<R>) -> CortexView {
    let lab = run.lab();
    let (shown, asleep) = run.shown();
    let task = lab.task();
    let mut view = CortexView {
        input_names: Arc::new(task.input_names()),
        ..CortexView::default()
    };
    let units = lab.cortex.state();
    if asleep && let Some(running) = shown.ripple {
        view.source = Source::Reinstated;
        view.episode = running.planned.episode;
        view.length = running.planned.length;
        view.states = Raster {
            units,
            values: floats(&running.decoded),
        };
        return view;
    }
    let Some((living, source)) = shown.living else {
        return view;
    };
    view.source = source;
    view.episode = living.batch.episodes.first().copied().unwrap_or_default();
    view.length = living.batch.lengths.first().copied().unwrap_or_default();
    view.states = Raster {
        units,
        values: living.seen.clone(),
    };
    let inputs = &living.batch.inputs;
    let columns = (0..living.t).map(|t| inputs.column(t * living.batch.width));
    let values = columns
        .flat_map(|c| c.iter().map(|v| v.f64() as f32).collect::<Vec<_>>())
        .collect();
    view.inputs = Raster {
        units: inputs.nrows(),
        values,
    };
    view.outputs = (0..living.t)
        .filter_map(|t| output_view(living, t))
        .collect();
    view.classes = task.targets() == Targets::Classes;
    if view.classes {
        view.said.clone_from(&living.said);
    }
    view
}

/// What the first episode of a batch put out at a step, where it was scored.
pub(super) fn output_view<R: Real>(living: &Living<R>, t: usize) -> Option<OutputView> {
    let at = living
        .outputs
        .binary_search_by_key(&t, |(at, _)| *at)
        .ok()?;
    let targets = living.batch.targets.column(t * living.batch.width);
    Some(OutputView {
        step: t,
        values: living.outputs[at].1.clone(),
        targets: floats(targets.as_slice()),
    })
}

pub(super) fn attention_view<R: Real>(lab: &Lab<R>) -> Option<AttentionView> {
    let attended = lab.rules.learner.state.as_dyn().attended()?;
    let (queries, steps) = (attended.queries.len(), attended.steps);
    let values = (0..steps)
        .flat_map(|step| (0..queries).map(move |query| query * steps + step))
        .map(|i| attended.weights[i])
        .collect();
    Some(AttentionView {
        queries: attended.queries,
        weights: Raster {
            units: queries,
            values,
        },
    })
}

/// A step of a ripple.
pub(super) fn ripple_step<R: Real>(
    running: &Replaying<R>,
    memory: &HippocampusState<R>,
    at: usize,
) -> Option<RippleStep> {
    let state = running.planned.walk.states.get(at)?;
    let expected = running.planned.expected.get(at);
    let sweep = |(i, active): (usize, &Code)| SweepView {
        overlap: expected.map_or(f32::NAN, |e| memory.overlap(active, &e.code) as f32),
        support: state.supports.get(i).copied().unwrap_or(f32::NAN),
    };
    Some(RippleStep {
        active: state.active.clone(),
        overlap: running.overlaps.get(at).map_or(f32::NAN, |o| *o as f32),
        strength: state.strength,
        support: state.support,
        sweeps: state.sweeps.iter().enumerate().map(sweep).collect(),
        lived_step: expected.map(|e| e.step),
    })
}

/// A ripple without its steps; `known` is its episode, where that was looked up when the ripple began.
pub(super) fn ripple_head<R: Real>(
    run: &Experiment<R>,
    running: &Replaying<R>,
    memory: &HippocampusState<R>,
    known: Option<Arc<LivedView>>,
) -> RippleView {
    let planned = &running.planned;
    let mut codes = vec![Vec::new(); planned.length];
    for expected in &planned.expected {
        if let Some(code) = codes.get_mut(expected.step) {
            code.clone_from(&expected.code);
        }
    }
    let carrier = run.lab().rules.carrier();
    RippleView {
        rule: carrier.map_or_else(String::new, |rule| rule.label.clone()),
        codes: Arc::new(codes),
        parts: run.lab().cortex.inside(),
        lived: known.or_else(|| lived_view(run, running)),
        ripple: running.number,
        episode: planned.episode,
        length: planned.length,
        order: planned.order,
        step_ms: memory.spec().ripple.step,
        lived_ms: memory.spec().ripple.lived_step,
        units: memory.store().units(),
        code_size: memory.store().active(),
        cue: planned.cue.clone(),
        ..RippleView::default()
    }
}

fn draw_circuit<R: Real>(run: &Experiment<R>, snapshot: &mut Snapshot) {
    (snapshot.regions, snapshot.pathways) = circuit(run);
    fill(snapshot, &activities(run));
}

/// The circuit with its lesions, at rest.
pub(super) fn circuit<R: Real>(run: &Experiment<R>) -> (Vec<RegionView>, Vec<PathwayView>) {
    let circuit = &run.lab().damage.circuit;
    let regions = circuit.regions().map(|r| RegionView {
        place: r.place,
        activity: 0.0,
        lesion: r.lesion,
    });
    let pathways = circuit.pathways().map(|(from, to, p)| PathwayView {
        place: p.place,
        from,
        to,
        activity: 0.0,
        lesion: p.lesion,
    });
    (regions.collect(), pathways.collect())
}

/// Whether the lesions are still these.
pub(super) fn lesions_are<R: Real>(
    run: &Experiment<R>,
    regions: &[RegionView],
    pathways: &[PathwayView],
) -> bool {
    let circuit = &run.lab().damage.circuit;
    let same = circuit
        .regions()
        .map(|r| r.lesion)
        .eq(regions.iter().map(|r| r.lesion));
    same && circuit
        .pathways()
        .map(|(_, _, p)| p.lesion)
        .eq(pathways.iter().map(|p| p.lesion))
}

/// How active each place is, 0 to 1, by its position in [`Place::ALL`].
pub(super) type Activities = [f32; Place::ALL.len()];

/// How active each place of the circuit is now.
pub(super) fn activities<R: Real>(run: &Experiment<R>) -> Activities {
    let now = activity(run);
    let mut all = [0.0; Place::ALL.len()];
    let circuit = &run.lab().damage.circuit;
    let regions = circuit.regions().map(|r| (r.place, r.lesion));
    let pathways = circuit.pathways().map(|(_, _, p)| (p.place, p.lesion));
    for (place, lesion) in regions.chain(pathways) {
        let whole = 1.0 - lesion as f32;
        all[place as usize] = (now.of(place) * whole).clamp(0.0, 1.0);
    }
    all
}

/// Puts the activities into a picture of the circuit.
pub(super) fn fill(snapshot: &mut Snapshot, activities: &Activities) {
    for region in &mut snapshot.regions {
        region.activity = activities[region.place as usize];
    }
    for pathway in &mut snapshot.pathways {
        pathway.activity = activities[pathway.place as usize];
    }
}

fn activity<R: Real>(run: &Experiment<R>) -> ActivityNow {
    let lab = run.lab();
    let (shown, asleep) = run.shown();
    let mut now = ActivityNow::default();
    if asleep {
        let (Some(running), Some(hippocampus)) = (shown.ripple, &lab.memory) else {
            return now;
        };
        let Some(state) = running
            .planned
            .walk
            .states
            .get(running.step.saturating_sub(1))
        else {
            return now;
        };
        let k = hippocampus.store().active();
        now.ca3 = if k == 0 {
            state.support
        } else {
            state.active.len() as f32 / k as f32
        };
        now.collaterals = state.support;
        now.sequence = if running.step > 1 {
            state.strength
        } else {
            0.0
        };
        let n = lab.cortex.state();
        now.cortex = mean_abs(&running.decoded[running.decoded.len().saturating_sub(n)..]);
        now.reinstated = now.cortex;
        let cortical = hippocampus.spec().ripple.cue.kind().is_cortical();
        now.perforant = if cortical && running.step == 1 {
            now.ca3
        } else {
            0.0
        };
        return now;
    }
    let Some((living, source)) = shown.living else {
        return now;
    };
    let width = living.batch.width;
    if let Some(t) = living.t.checked_sub(1) {
        now.input = living
            .batch
            .inputs
            .column(t * width)
            .iter()
            .map(|v| v.f64().abs() as f32)
            .fold(0.0, f32::max);
    }
    let n = lab.cortex.state();
    now.cortex = mean_abs(&living.seen[living.seen.len().saturating_sub(n)..]);
    if let Some((t, output)) = living.outputs.last()
        && t + 1 == living.t
    {
        now.readout = output.iter().copied().fold(0.0, |a: f32, b| a.max(b.abs()));
    }
    if source == Source::Lived
        && let Some(hippocampus) = &lab.memory
    {
        let stored = hippocampus.stored().back().and_then(|e| e.engrams.last());
        let k = hippocampus.store().active().max(1);
        now.entorhinal = f32::from(u8::from(!hippocampus.entorhinal_code().0.is_empty()));
        now.encoded = stored.map_or(0.0, |e| {
            if k == 1 {
                1.0
            } else {
                e.code.len() as f32 / k as f32
            }
        });
        now.ca3 = now.encoded;
    }
    now
}

/// How active each part is, 0 to 1.
#[derive(Default)]
struct ActivityNow {
    input: f32,
    cortex: f32,
    readout: f32,
    entorhinal: f32,
    encoded: f32,
    ca3: f32,
    collaterals: f32,
    sequence: f32,
    perforant: f32,
    reinstated: f32,
}

impl ActivityNow {
    fn of(&self, place: Place) -> f32 {
        match place {
            Place::Input | Place::Sensory => self.input,
            Place::Cortex | Place::Recurrent => self.cortex,
            Place::Readout | Place::Output => self.readout,
            Place::Entorhinal => self.entorhinal.max(self.perforant),
            Place::CortexEntorhinal => self.entorhinal,
            Place::Dentate | Place::EntorhinalDentate | Place::Mossy => self.encoded,
            Place::Perforant => self.perforant,
            Place::Ca3 => self.ca3,
            Place::Collaterals => self.collaterals,
            Place::Sequence => self.sequence,
            Place::Ca1 | Place::Schaffer | Place::Reinstatement => self.reinstated,
        }
    }
}

fn mean_abs<T: Copy + num_traits::Float>(values: &[T]) -> f32 {
    let sum: f64 = values
        .iter()
        .filter_map(num_traits::ToPrimitive::to_f64)
        .map(f64::abs)
        .sum();
    (sum / values.len().max(1) as f64) as f32
}

fn floats<R: Real>(values: &[R]) -> Vec<f32> {
    values.iter().map(|v| v.f64() as f32).collect()
}
