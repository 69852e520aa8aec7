//! Combinations that cannot work, found before anything runs.

use super::document::span_at;
use super::schema::{MeasureCapacity, MeasureStore, Phase, Scenario, Sleep, UpdateSpec};
use crate::circuit::Circuit;
use crate::hippocampus::{
    CapacitySpec, CueSpec, Hippocampus, OrderSpec, SelectSpec, SeparationSpec, StoreSpec, Stored,
};
use crate::learning::{RuleSpec, Sizes};
use crate::neocortex::{CellSpec, CellState, ReadoutSpec};
use crate::registry::{Node, Problems};
use crate::task::TaskSpec;

/// More memory than this is refused: 8 GiB.
const MOST_BYTES: u64 = 8 << 30;

/// Adds what cannot work to `problems`.
pub(super) fn check(scenario: &Scenario, node: &Node, problems: &mut Problems) {
    let mut told = std::collections::HashSet::new();
    let mut report = |path: &str, message: String, help: String| {
        // Two phases may find the same thing wrong elsewhere.
        if told.insert((path.to_string(), message.clone())) {
            problems.push(span_at(node, path), message, Some(help));
        }
    };
    rules(scenario, &mut report);
    network(scenario, &mut report);
    if let Some(hippocampus) = &scenario.hippocampus {
        store(scenario, hippocampus, &mut report);
        hippocampal_memory(scenario, hippocampus, &mut report);
    }
    phases(scenario, &scenario.protocol, "protocol", &mut report);
    memory(scenario, &mut report);
}

fn rules(scenario: &Scenario, report: &mut impl FnMut(&str, String, String)) {
    let learning = &scenario.learning;
    let shadows = learning.shadows.iter().enumerate();
    let all = shadows
        .clone()
        .map(|(i, rule)| (format!("learning.shadows.{i}"), rule));
    for (path, rule) in std::iter::once(("learning.rule".to_string(), &learning.rule)).chain(all) {
        if rule.offline() && scenario.hippocampus.is_none() {
            report(
                &path,
                format!(
                    "{} learns from ripples, but this scenario has no hippocampus",
                    rule.name()
                ),
                "add `hippocampus: ()`, or choose a rule that learns while awake".into(),
            );
        }
        if let Some((why, help)) = rule.refusal(&scenario.cortex.cell) {
            report(&path, why, help);
        }
    }
    for (i, shadow) in shadows {
        let path = format!("learning.shadows.{i}");
        if *shadow == learning.rule || learning.shadows[..i].contains(shadow) {
            report(
                &path,
                format!("{} is here twice with the same parameters", shadow.name()),
                "remove it: both would give the same gradient".into(),
            );
        }
        if shadow.kind().reminds() {
            report(
                &path,
                format!(
                    "{} changes the forward pass, so it cannot be a shadow of another rule",
                    shadow.name()
                ),
                format!(
                    "make it `learning.rule`; shadows can be {}",
                    names(&|rule| !rule.kind().reminds())
                ),
            );
        } else if learning.rule.kind().reminds() {
            report(
                &path,
                format!(
                    "{} changes the forward pass: {} beside it would differentiate another network",
                    learning.rule.name(),
                    shadow.name()
                ),
                "leave `shadows` out, and run the other rule for itself".into(),
            );
        }
    }
    let whole = !learning.rule.kind().online();
    if matches!(learning.update, UpdateSpec::EveryStep(_)) && whole {
        report(
            "learning.update",
            format!(
                "{} has no gradient before the episode ends",
                learning.rule.name()
            ),
            format!(
                "use EveryEpisode or EveryPhase; after every step there is one from {}",
                names(&|rule| rule.kind().online())
            ),
        );
    }
    if !matches!(learning.update, UpdateSpec::EveryPhase(_)) {
        return;
    }
    if learning.rule.offline()
        && scenario.hippocampus.is_some()
        && !any(&scenario.protocol, &is_sleep)
    {
        report(
            "protocol",
            format!(
                "{} learns from ripples, but the protocol never sleeps",
                learning.rule.name()
            ),
            "add a phase `Sleep(ripples: 16)` after `Wake`".into(),
        );
    }
}

/// Names of the rules that pass a test.
fn names(test: &dyn Fn(&RuleSpec) -> bool) -> String {
    let able = RuleSpec::all().into_iter().filter(|rule| test(rule));
    able.map(|rule| rule.name()).collect::<Vec<_>>().join(", ")
}

/// The network must fit the task.
fn network(scenario: &Scenario, report: &mut impl FnMut(&str, String, String)) {
    let (cell, task) = (&scenario.cortex.cell, &scenario.task);
    let dims = task.as_task::<f32>().dims();
    if let (CellSpec::Chain(_), true) = (cell, dims.inputs != 1) {
        report(
            "cortex.cell",
            format!(
                "a Chain has one input, but {} gives {}",
                task.name(),
                dims.inputs
            ),
            "use the task InfluenceBalancing, or another cell".into(),
        );
    }
    if let TaskSpec::InfluenceBalancing(_) = task {
        let chain = matches!(cell, CellSpec::Chain(_));
        if !chain || !matches!(scenario.cortex.readout, ReadoutSpec::FirstUnits(_)) {
            report(
                if chain { "cortex.readout" } else { "cortex.cell" },
                "InfluenceBalancing is about one parameter of a chain whose first unit is the output".into(),
                "use `cortex: (cell: Chain(), readout: FirstUnits)`".into(),
            );
        }
    }
    let units = CellState::<f32>::new(cell, dims.inputs).as_dyn().units();
    if matches!(scenario.cortex.readout, ReadoutSpec::FirstUnits(_)) && units < dims.outputs {
        report(
            "cortex.readout",
            format!(
                "{} outputs are wanted, but there are {units} units",
                dims.outputs
            ),
            "use more units, or the readout Learned".into(),
        );
    }
    if let Some((field, why, help)) = task.as_task::<f32>().problem() {
        report(&format!("task.{field}"), why, help.into());
    }
}

/// A stream asks for rules that need no end of an episode.
fn stream(scenario: &Scenario, path: &str, report: &mut impl FnMut(&str, String, String)) {
    let learning = &scenario.learning;
    if scenario.hippocampus.is_some() {
        report(
            path,
            "a stream has no episodes that a hippocampus could store".into(),
            "use Wake, or leave `hippocampus` out".into(),
        );
    }
    if let UpdateSpec::EveryEpisode(_) = learning.update {
        report(
            "learning.update",
            "a stream has no episodes to learn after".into(),
            "use EveryStep, or EveryPhase".into(),
        );
    }
    for rule in std::iter::once(&learning.rule).chain(&learning.shadows) {
        if !rule.kind().streams() {
            report(
                path,
                format!("{} needs episodes: a stream never ends", rule.name()),
                format!(
                    "use Wake, or one of {}",
                    names(&|rule| rule.kind().streams())
                ),
            );
        }
    }
}

fn is_sleep(phase: &Phase) -> bool {
    matches!(phase, Phase::Sleep(_))
}

fn any(phases: &[Phase], test: &dyn Fn(&Phase) -> bool) -> bool {
    phases.iter().any(|phase| match phase {
        Phase::Repeat(p) => any(&p.phases, test),
        other => test(other),
    })
}

fn store(scenario: &Scenario, h: &Hippocampus, report: &mut impl FnMut(&str, String, String)) {
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
fn compare(
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

fn phases(
    scenario: &Scenario,
    list: &[Phase],
    path: &str,
    report: &mut impl FnMut(&str, String, String),
) {
    for (i, phase) in list.iter().enumerate() {
        let path = format!("{path}.{i}");
        let lacks = scenario.hippocampus.is_none();
        match phase {
            Phase::Repeat(p) => phases(scenario, &p.phases, &format!("{path}.phases"), report),
            Phase::Stream(_) => stream(scenario, &path, report),
            Phase::Sleep(_) if lacks => report(
                &path,
                "Sleep replays from a hippocampus, but this scenario has none".into(),
                "add `hippocampus: ()`, or remove this phase".into(),
            ),
            Phase::Sleep(p) => sleep(scenario, p, &path, report),
            Phase::MeasureStore(p) => measure(scenario, p, &path, report),
            Phase::MeasureCapacity(p) => match &scenario.hippocampus {
                Some(h) => compare(scenario, h, p, &path, report),
                None => report(
                    &path,
                    "there is no hippocampus whose capacity could be measured".into(),
                    "add `hippocampus: ()`".into(),
                ),
            },
            Phase::MeasureSeparation(_) => match &scenario.hippocampus {
                Some(h) if h.store.kind().units() > 0 => {}
                _ => report(
                    &path,
                    "pattern separation needs a hippocampus with a store that has units".into(),
                    "add `hippocampus: (store: Ca3())`".into(),
                ),
            },
            Phase::Lesion(p) => target(&p.target.0, lacks, &path, report),
            Phase::Restore(p) => target(&p.target.0, lacks, &path, report),
            _ => {}
        }
    }
}

fn sleep(
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
fn measure(
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

fn target(name: &str, lacks: bool, path: &str, report: &mut impl FnMut(&str, String, String)) {
    if lacks && Circuit::needs_hippocampus(name) {
        report(
            &format!("{path}.target"),
            format!("{name} belongs to the hippocampus, but this scenario has none"),
            "add `hippocampus: ()`, or name Input, Cortex, Readout, Sensory, Recurrent or Output"
                .into(),
        );
    }
}

/// Refuses what would not fit, with the number of bytes it would need.
fn memory(scenario: &Scenario, report: &mut impl FnMut(&str, String, String)) {
    let (path, bytes) = largest(scenario);
    if bytes > MOST_BYTES {
        report(
            path,
            format!(
                "this run would need about {:.1} GiB of memory",
                bytes as f64 / f64::from(1 << 30)
            ),
            format!(
                "at most {} GiB are allowed: lower units, episodes or delays, or choose a rule that keeps less",
                MOST_BYTES >> 30
            ),
        );
    }
}

/// The part of a run that needs most memory, and how many bytes.
fn largest(scenario: &Scenario) -> (&'static str, u64) {
    let dims = scenario.task.as_task::<f32>().dims();
    let cell = CellState::<f32>::new(&scenario.cortex.cell, dims.inputs);
    let cell = cell.as_dyn();
    let units = (cell.units() * cell.slots()) as u64;
    let (steps, content) = (dims.steps as u64, content_values(scenario));
    let sizes = Sizes {
        steps,
        state: units,
        parameters: cell
            .tensors()
            .iter()
            .map(|t| (t.rows * t.cols) as u64)
            .sum(),
    };
    // At most 64 episodes are lived side by side, 256 probed: inputs, targets, drive and states.
    let width = widest(&scenario.protocol).min(64);
    let mut parts = vec![("task", 4 * 256 * steps * (content + 3 * units))];
    let rules = std::iter::once(&scenario.learning.rule).chain(&scenario.learning.shadows);
    let floats: u64 = rules.map(|rule| rule.kind().floats(&sizes)).sum();
    parts.push(("learning", floats.saturating_mul(4 * width)));
    parts
        .into_iter()
        .max_by_key(|(_, bytes)| *bytes)
        .unwrap_or(("task", 0))
}

/// Values of a content: state, input, target, mask.
fn content_values(scenario: &Scenario) -> u64 {
    let dims = scenario.task.as_task::<f32>().dims();
    let cell = CellState::<f32>::new(&scenario.cortex.cell, dims.inputs);
    let state = cell.as_dyn().units() * cell.as_dyn().slots();
    (state + dims.inputs + dims.outputs + 1) as u64
}

/// Refuses a hippocampus that would not keep within the memory it is allowed.
fn hippocampal_memory(
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

/// Most episodes side by side in a phase.
fn widest(phases: &[Phase]) -> u64 {
    let each = phases.iter().map(|phase| match phase {
        Phase::Wake(p) => p.episodes as u64,
        Phase::Repeat(p) => widest(&p.phases),
        _ => 1,
    });
    each.max().unwrap_or(1)
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
