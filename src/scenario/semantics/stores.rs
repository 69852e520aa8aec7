//! What a hippocampus, and phases that use or measure one, cannot be asked for.

use super::super::schema::{MeasureCapacity, MeasureStore, Phase, Scenario, Sleep};
use crate::hippocampus::{
    CapacitySpec, CueSpec, Hippocampus, OrderSpec, SelectSpec, SeparationSpec, StoreSpec, Stored,
};
use crate::neocortex::CellState;

pub(super) fn store(
    scenario: &Scenario,
    h: &Hippocampus,
    report: &mut impl FnMut(&str, String, String),
) {
    room(scenario, h, "hippocampus.capacity", report);
    if let StoreSpec::Exact(_) = h.store {
        if let SeparationSpec::Direct(_) = h.separation {
            report(
                "hippocampus.separation",
                "an Exact store has no units that codes could be imposed on".into(),
                "leave `separation` out, or use the store Ca3".into(),
            );
        }
        if let CueSpec::Noise(_) | CueSpec::Cortical(_) = h.ripple.cue {
            report(
                "hippocampus.ripple.cue",
                "an Exact store is a tape: there is nothing to cue".into(),
                "leave `cue` out, or use the store Ca3".into(),
            );
        }
    }
    stores(&h.store, "hippocampus.store", report);
    if let SelectSpec::Spontaneous(_) = h.ripple.select {
        if !h.store.kind().attracts() {
            report(
                "hippocampus.ripple.select",
                format!(
                    "{} has no attractor that noise could fall into",
                    h.store.name()
                ),
                "choose another selection, or the store Ca3".into(),
            );
        }
        if let OrderSpec::Shuffled(_) = h.ripple.order {
            report(
                "hippocampus.ripple.order",
                spontaneous_shuffle(),
                SPONTANEOUS_HELP.into(),
            );
        }
    }
}

fn spontaneous_shuffle() -> String {
    "a spontaneous ripple runs from whatever attractor wins: there are no steps to shuffle".into()
}

const SPONTANEOUS_HELP: &str = "use Forward, Reverse or Mixed, or another selection";

/// A capacity must hold one episode, and suit the store.
fn room(
    scenario: &Scenario,
    h: &Hippocampus,
    path: &str,
    report: &mut impl FnMut(&str, String, String),
) {
    let steps = scenario.task.as_task::<f32>().dims().steps;
    if h.capacity.room() < steps {
        report(
            &format!("{path}.steps"),
            format!(
                "there is room for {} steps, but one episode has {steps}",
                h.capacity.room()
            ),
            format!("give at least {steps}"),
        );
    }
    let StoreSpec::Exact(_) = h.store else {
        return;
    };
    let help = "use Unbounded or Fixed, or the store Ca3";
    match h.capacity {
        CapacitySpec::Compress(_) => report(
            path,
            "an Exact store is a tape: contents are kept as they were, not as a mean".into(),
            help.into(),
        ),
        CapacitySpec::Palimpsest(_) => report(
            path,
            "an Exact store is a tape: its traces do not fade".into(),
            help.into(),
        ),
        CapacitySpec::Unbounded(_) | CapacitySpec::Fixed(_) => {}
    }
}

/// Capacities that are compared must each be possible with this hippocampus.
pub(super) fn compare(
    scenario: &Scenario,
    h: &Hippocampus,
    phase: &MeasureCapacity,
    path: &str,
    report: &mut impl FnMut(&str, String, String),
) {
    let steps = scenario.task.as_task::<f32>().dims().steps as u64;
    for (i, capacity) in phase.capacities.iter().enumerate() {
        let path = format!("{path}.capacities.{i}");
        let own = Hippocampus {
            capacity: capacity.clone(),
            ..h.clone()
        };
        room(scenario, &own, &path, report);
        let before = &phase.capacities[..i];
        if before.iter().any(|c| c.label() == capacity.label()) {
            report(
                &path,
                format!("{} is here twice", capacity.label()),
                "remove one, or measure it in a phase with another label".into(),
            );
        }
        let kept = kept_steps(&own, phase.episodes as u64, steps);
        fits(scenario, &own, kept, &path, report);
    }
}

/// A store's parameters must go together.
fn stores(spec: &StoreSpec, path: &str, report: &mut impl FnMut(&str, String, String)) {
    let kind = spec.kind();
    if kind.units() > 0 && kind.active() >= kind.units() {
        report(
            &format!("{path}.sparsity"),
            "all units would be active".into(),
            "lower the sparsity".into(),
        );
    }
    if let Some((field, why, help)) = kind.problem() {
        report(&format!("{path}.{field}"), why, help.into());
    }
}

pub(super) fn sleep(
    scenario: &Scenario,
    sleep: &Sleep,
    path: &str,
    report: &mut impl FnMut(&str, String, String),
) {
    let hippocampus = scenario.hippocampus.as_ref();
    if sleep.score && hippocampus.is_some_and(|h| h.capacity.decay().is_some()) {
        report(
            &format!("{path}.score"),
            "the shuffled twin of a ripple needs synapses that can be unlearned: those of a palimpsest only fade".into(),
            "leave `score` out, or use another capacity".into(),
        );
    }
    let select = hippocampus.map(|h| &h.ripple.select);
    let Some(SelectSpec::Spontaneous(_)) = select else {
        return;
    };
    if let Some(OrderSpec::Shuffled(_)) = sleep.order {
        report(
            &format!("{path}.order"),
            spontaneous_shuffle(),
            SPONTANEOUS_HELP.into(),
        );
    }
    if sleep.score {
        report(
            &format!("{path}.score"),
            "a spontaneous ripple has no chosen episode that a shuffled twin could replay".into(),
            "leave `score` out, or use another selection".into(),
        );
    }
}

/// A store to be measured must be there, fit into memory, and have what its cues need.
pub(super) fn measure(
    scenario: &Scenario,
    phase: &MeasureStore,
    path: &str,
    report: &mut impl FnMut(&str, String, String),
) {
    let own = scenario.hippocampus.as_ref();
    let Some(spec) = phase.store.as_ref().or(own.map(|h| &h.store)) else {
        report(
            path,
            "there is no store to measure".into(),
            "add `store: Ca3()` to the phase, or a hippocampus".into(),
        );
        return;
    };
    if phase.store.is_some() {
        stores(spec, &format!("{path}.store"), report);
    }
    let units = spec.kind().units();
    if units == 0
        && phase
            .cues
            .0
            .iter()
            .any(|c| !matches!(c, CueSpec::Fraction(_)))
    {
        report(
            &format!("{path}.cues"),
            format!(
                "{} is a tape: there is nothing to cue but an engram",
                spec.name()
            ),
            "use Fraction, or another store".into(),
        );
    }
    let most = phase.patterns.0.iter().copied().max().unwrap_or(0);
    counts(spec, most as u64, &format!("{path}.patterns"), report);
    // As many trials run side by side as there are threads; four are begun at a time.
    let each = spec.kind().bytes(&Stored {
        steps: most as u64,
        content: 0,
        decaying: false,
    });
    let codes = 4 * most as u64 * spec.kind().active() as u64;
    let cortical = phase
        .cues
        .0
        .iter()
        .any(|c| matches!(c, CueSpec::Cortical(_)));
    let direct = own.is_some_and(|h| matches!(h.separation, SeparationSpec::Direct(_)));
    let states = if cortical || direct {
        let entorhinal = own.map_or_else(Default::default, |h| h.entorhinal.clone());
        let (rows, width) = (units.max(entorhinal.units) as u64, content_values(scenario));
        let code = (entorhinal.units as f64 * entorhinal.sparsity) as u64;
        4 * rows * (width + 64) + most as u64 * (8 * width + 4 * code)
    } else {
        0
    };
    let bytes = each
        .saturating_add(codes)
        .saturating_add(states)
        .saturating_mul(4.min(phase.trials as u64));
    let allowed = own.map_or(
        Hippocampus::default().memory_bytes(),
        Hippocampus::memory_bytes,
    );
    if bytes > allowed {
        report(
            path,
            format!(
                "this measurement would need {bytes} bytes ({:.0} MiB), but may use {allowed} ({:.0} MiB)",
                mebibytes(bytes),
                mebibytes(allowed)
            ),
            "lower units or patterns, or raise hippocampus.memory".into(),
        );
    }
}

/// Values of a content: state, input, target, mask.
pub(super) fn content_values(scenario: &Scenario) -> u64 {
    let dims = scenario.task.as_task::<f32>().dims();
    let cell = CellState::<f32>::new(&scenario.cortex.cell, dims.inputs);
    let state = cell.as_dyn().units() * cell.as_dyn().slots();
    (state + dims.inputs + dims.outputs + 1) as u64
}

/// Refuses a hippocampus that would not keep within the memory it is allowed.
pub(super) fn hippocampal_memory(
    scenario: &Scenario,
    h: &Hippocampus,
    report: &mut impl FnMut(&str, String, String),
) {
    let steps = scenario.task.as_task::<f32>().dims().steps as u64;
    fits(
        scenario,
        h,
        stored_steps(scenario, h, steps),
        "hippocampus.memory",
        report,
    );
}

/// Refuses more steps than a store can count.
fn counts(spec: &StoreSpec, steps: u64, path: &str, report: &mut impl FnMut(&str, String, String)) {
    let most = spec.kind().most();
    if steps > most {
        report(
            path,
            format!(
                "{} counts at most {most} steps, but {steps} would be stored",
                spec.name()
            ),
            "store fewer, for example with capacity: Fixed(steps: 400)".into(),
        );
    }
}

/// Refuses a hippocampus with so many stored steps that it needs more memory than it may use.
fn fits(
    scenario: &Scenario,
    h: &Hippocampus,
    steps: u64,
    path: &str,
    report: &mut impl FnMut(&str, String, String),
) {
    let stored = Stored {
        steps,
        content: content_values(scenario),
        decaying: h.capacity.decay().is_some(),
    };
    if !stored.decaying {
        counts(&h.store, steps, path, report);
    }
    let (bytes, allowed) = (h.bytes(&stored), h.memory_bytes());
    if bytes > allowed {
        report(
            path,
            format!(
                "the hippocampus would need {bytes} bytes ({:.0} MiB) for {} stored steps, but may use {allowed} ({:.0} MiB)",
                mebibytes(bytes),
                stored.steps,
                h.memory
            ),
            format!(
                "lower the store's units, choose capacity: Fixed, or allow memory: {}",
                mebibytes(bytes).ceil()
            ),
        );
    }
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// Most steps stored at once.
fn stored_steps(scenario: &Scenario, h: &Hippocampus, steps: u64) -> u64 {
    kept_steps(h, lived_episodes(&scenario.protocol), steps)
}

/// Most of the steps of so many episodes that are stored at once.
fn kept_steps(h: &Hippocampus, episodes: u64, steps: u64) -> u64 {
    let lived = episodes.saturating_mul(steps);
    let room = match &h.capacity {
        CapacitySpec::Palimpsest(p) => (p.half_life * 3.0) as u64 + 64 * steps,
        other => other.room() as u64,
    };
    lived.min(room)
}

fn lived_episodes(phases: &[Phase]) -> u64 {
    phases.iter().fold(0, |sum: u64, phase| {
        sum.saturating_add(match phase {
            Phase::Wake(p) => p.episodes as u64,
            Phase::Repeat(p) => lived_episodes(&p.phases).saturating_mul(p.times as u64),
            _ => 0,
        })
    })
}
