//! From an experiment to what the app draws of it.

use std::sync::Arc;

use super::experiment::{Experiment, Work};
use super::living::Living;
use super::sleep::Running;
use super::snapshot::{
    AttentionView, CortexView, PathwayView, Raster, RegionView, RippleStep, RippleView, Snapshot,
    Source,
};
use crate::numeric::Real;

/// What a batch or ripple that is just over leaves behind for drawing; never saved.
#[derive(Clone, Debug)]
pub(super) struct Afterimage<R: Real> {
    pub living: Option<(Box<Living<R>>, Source)>,
    pub ripple: Option<Box<Running<R>>>,
    /// Ripples that have ended.
    pub ripples: u64,
    /// Whether the ripple came after the batch.
    pub ripple_last: bool,
}

impl<R: Real> Default for Afterimage<R> {
    fn default() -> Self {
        Self {
            living: None,
            ripple: None,
            ripples: 0,
            ripple_last: false,
        }
    }
}

impl<R: Real> Experiment<R> {
    /// Fills in what can be read off the experiment itself.
    pub fn draw(&self, snapshot: &mut Snapshot) {
        let clock = self.clock();
        snapshot.title.clone_from(&self.scenario.title);
        snapshot.about.clone_from(&self.scenario.about);
        snapshot.rule.clone_from(&self.rule.label);
        snapshot.seed = self.scenario.seed;
        snapshot.step = clock.step;
        snapshot.time = clock.time;
        snapshot.episodes = clock.episodes;
        snapshot.updates = clock.updates;
        snapshot.phase = self.phase();
        snapshot.progress = self.progress();
        snapshot.load = self.load();
        snapshot.measures = self.scenario.measures();
        snapshot.only_measures = self.scenario.only_measures();
        snapshot.baselines = Some(self.baselines());
        snapshot.levels = self.scenario.task.as_task::<R>().levels();
        snapshot.ledger = self.ledger();
        snapshot.attention = self.attention_view().map(Arc::new);
        snapshot.undo = self.journal.iter().map(|j| j.command.describe()).collect();
        snapshot.ripple = Arc::new(self.ripple_view().unwrap_or_default());
        snapshot.cortex = Arc::new(self.cortex_view());
        self.draw_circuit(snapshot);
    }

    fn living(&self) -> Option<(&Living<R>, Source)> {
        match &self.work {
            Work::Wake {
                living: Some(living),
                ..
            }
            | Work::Stream {
                living: Some(living),
                ..
            } => Some((living, Source::Lived)),
            Work::Probe {
                living: Some(living),
                ..
            } => Some((living, Source::Probed)),
            _ => self
                .after
                .living
                .as_ref()
                .map(|(living, source)| (&**living, *source)),
        }
    }

    fn running(&self) -> Option<&Running<R>> {
        match &self.work {
            Work::Sleep(sleeping) if sleeping.running.is_some() => sleeping.running.as_ref(),
            _ => self.after.ripple.as_deref(),
        }
    }

    /// Whether a ripple, not a lived episode, is what the cortex shows now.
    fn asleep(&self) -> bool {
        match &self.work {
            Work::Wake {
                living: Some(_), ..
            }
            | Work::Stream {
                living: Some(_), ..
            }
            | Work::Probe {
                living: Some(_), ..
            } => false,
            Work::Sleep(_) => true,
            _ => self.after.ripple_last,
        }
    }

    fn cortex_view(&self) -> CortexView {
        let task = self.scenario.task.as_task::<R>();
        let mut view = CortexView {
            input_names: Arc::new(task.input_names()),
            ..CortexView::default()
        };
        let units = self.cortex.state();
        if self.asleep()
            && let Some(running) = self.running()
        {
            view.source = Source::Reinstated;
            view.episode = running.planned.episode;
            view.length = running.planned.length;
            view.states = Raster {
                units,
                values: floats(&running.decoded),
            };
            return view;
        }
        let Some((living, source)) = self.living() else {
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
        view.outputs.clone_from(&living.outputs);
        view
    }

    fn attention_view(&self) -> Option<AttentionView> {
        let attended = self.rule.state.as_dyn().attended()?;
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

    /// Ripples that have ended since the experiment was made or loaded.
    pub(super) fn ripples_ended(&self) -> u64 {
        self.after.ripples
    }

    /// The ripple that runs, or ran last.
    pub fn ripple_view(&self) -> Option<RippleView> {
        let hippocampus = self.hippocampus.as_ref()?;
        let running = self.running()?;
        let planned = &running.planned;
        let steps = planned
            .walk
            .states
            .iter()
            .take(running.step)
            .enumerate()
            .map(|(i, state)| RippleStep {
                active: state.active.clone(),
                overlap: running.overlaps.get(i).map_or(f32::NAN, |o| *o as f32),
                strength: state.strength,
                support: state.support,
                sweeps: state.sweeps.len(),
                lived_step: planned.expected.get(i).map(|e| e.step),
            });
        let units = self.cortex.state();
        Some(RippleView {
            ripple: running.number,
            episode: planned.episode,
            order: planned.order,
            step_ms: hippocampus.spec().ripple.step,
            units: hippocampus.store().units(),
            code_size: hippocampus.store().active(),
            cue: planned.cue.clone(),
            steps: steps.collect(),
            decoded: Raster {
                units,
                values: floats(&running.decoded),
            },
            lived: Raster {
                units,
                values: floats(&running.lived),
            },
        })
    }

    fn draw_circuit(&self, snapshot: &mut Snapshot) {
        let now = self.activity();
        let whole = |lesion: f64| 1.0 - lesion as f32;
        snapshot.regions = self
            .circuit
            .regions()
            .map(|r| RegionView {
                name: r.name.clone(),
                role: r.role.clone(),
                activity: (now.of_region(&r.name) * whole(r.lesion)).clamp(0.0, 1.0),
                lesion: r.lesion,
            })
            .collect();
        snapshot.pathways = self
            .circuit
            .pathways()
            .map(|(from, to, p)| PathwayView {
                name: p.name.clone(),
                role: p.role.clone(),
                from,
                to,
                activity: (now.of_pathway(&p.name) * whole(p.lesion)).clamp(0.0, 1.0),
                lesion: p.lesion,
            })
            .collect();
    }

    fn activity(&self) -> ActivityNow {
        let mut now = ActivityNow::default();
        if self.asleep() {
            let (Some(running), Some(hippocampus)) = (self.running(), &self.hippocampus) else {
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
            let n = self.cortex.state();
            now.cortex = mean_abs(&running.decoded[running.decoded.len().saturating_sub(n)..]);
            now.reinstated = now.cortex;
            let cortical = matches!(
                hippocampus.spec().ripple.cue,
                crate::hippocampus::CueSpec::Cortical(_)
            );
            now.perforant = if cortical && running.step == 1 {
                now.ca3
            } else {
                0.0
            };
            return now;
        }
        let Some((living, source)) = self.living() else {
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
        let n = self.cortex.state();
        now.cortex = mean_abs(&living.seen[living.seen.len().saturating_sub(n)..]);
        if let Some((t, output)) = living.outputs.last()
            && t + 1 == living.t
        {
            now.readout = output.iter().copied().fold(0.0, |a: f32, b| a.max(b.abs()));
        }
        if source == Source::Lived
            && let Some(hippocampus) = &self.hippocampus
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
    fn of_region(&self, name: &str) -> f32 {
        match name {
            "Input" => self.input,
            "Cortex" => self.cortex,
            "Readout" => self.readout,
            "Entorhinal" => self.entorhinal.max(self.perforant),
            "Dentate" => self.encoded,
            "CA3" => self.ca3,
            "CA1" => self.reinstated,
            _ => 0.0,
        }
    }

    fn of_pathway(&self, name: &str) -> f32 {
        match name {
            "Sensory" => self.input,
            "Recurrent" => self.cortex,
            "Output" => self.readout,
            "CortexEntorhinal" => self.entorhinal,
            "EntorhinalDentate" | "Mossy" => self.encoded,
            "Perforant" => self.perforant,
            "Collaterals" => self.collaterals,
            "Sequence" => self.sequence,
            "Schaffer" | "Reinstatement" => self.reinstated,
            _ => 0.0,
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
