//! Combinations that cannot work, found before anything runs.

mod stores;

use self::stores::{compare, content_values, hippocampal_memory, measure, sleep, store};
use super::document::span_at;
use super::schema::{Phase, Scenario, UpdateSpec};
use crate::circuit::Circuit;
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

/// Most episodes side by side in a phase.
fn widest(phases: &[Phase]) -> u64 {
    let each = phases.iter().map(|phase| match phase {
        Phase::Wake(p) => p.episodes as u64,
        Phase::Repeat(p) => widest(&p.phases),
        _ => 1,
    });
    each.max().unwrap_or(1)
}
