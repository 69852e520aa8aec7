//! Combinations that cannot work, found before anything runs.

mod stores;

pub use self::stores::{
    counts, fits, kept_steps, mebibytes, room, shuffles_what_is_not_chosen, stores,
};

use self::stores::store;
use super::report::Report;
use super::schema::{Setup, Stretch};
use crate::learning::{RuleSpec, Sizes};
use crate::neocortex::{Cell, CellState};
use crate::task::{Task, TaskSpec};

/// More memory than this is refused: 8 GiB.
const MOST_BYTES: u64 = 8 << 30;

/// What the phases of a protocol ask of the setup, all in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Most episodes lived side by side.
    pub width: u64,
    /// Episodes that are lived, and stored where there is a hippocampus.
    pub episodes: u64,
    /// Whether ripples run from which rules can learn.
    pub ripples: bool,
}

impl Needs {
    /// Those of one phase after the other.
    pub fn and(self, other: Self) -> Self {
        Self {
            width: self.width.max(other.width),
            episodes: self.episodes.saturating_add(other.episodes),
            ripples: self.ripples || other.ripples,
        }
    }

    /// Those of the same several times.
    pub fn times(self, times: usize) -> Self {
        Self {
            episodes: self.episodes.saturating_mul(times as u64),
            ..self
        }
    }
}

/// Reports what cannot work in a setup of which its phases need this.
pub fn check_setup(setup: &Setup, needs: Needs, report: &mut Report<'_>) {
    rules(setup, needs, report);
    network(setup, report);
    if let Some(hippocampus) = &setup.hippocampus {
        store(setup, hippocampus, report);
        let kept = kept_steps(hippocampus, needs.episodes, setup.episode_steps());
        fits(setup, hippocampus, kept, "hippocampus.memory", report);
    }
    memory(setup, needs, report);
}

fn rules(setup: &Setup, needs: Needs, report: &mut Report<'_>) {
    let learning = &setup.learning;
    let shadows = learning.shadows.iter().enumerate();
    let all = shadows
        .clone()
        .map(|(i, rule)| (format!("learning.shadows.{i}"), rule));
    for (path, rule) in std::iter::once(("learning.rule".to_string(), &learning.rule)).chain(all) {
        if rule.offline() && setup.hippocampus.is_none() {
            report.at(
                &path,
                format!(
                    "{} learns from ripples, but this scenario has no hippocampus",
                    rule.name()
                ),
                "add `hippocampus: ()`, or choose a rule that learns while awake",
            );
        }
        if let Some((why, help)) = rule.refusal(&setup.cortex.cell) {
            report.at(&path, why, help);
        }
    }
    for (i, shadow) in shadows {
        let path = format!("learning.shadows.{i}");
        if *shadow == learning.rule || learning.shadows[..i].contains(shadow) {
            report.at(
                &path,
                format!("{} is here twice with the same parameters", shadow.name()),
                "remove it: both would give the same gradient",
            );
        }
        if shadow.kind().reminds() {
            report.at(
                &path,
                format!(
                    "{} changes the forward pass, so it cannot be a shadow of another rule",
                    shadow.name()
                ),
                format!(
                    "make it `learning.rule`; shadows can be {}",
                    RuleSpec::names(|rule| !rule.kind().reminds())
                ),
            );
        } else if learning.rule.kind().reminds() {
            report.at(
                &path,
                format!(
                    "{} changes the forward pass: {} beside it would differentiate another network",
                    learning.rule.name(),
                    shadow.name()
                ),
                "leave `shadows` out, and run the other rule for itself",
            );
        }
    }
    let whole = !learning.rule.kind().whole_each_step();
    if learning.every() == Stretch::Step && whole {
        report.at(
            "learning.update",
            format!(
                "{} has no gradient before the episode ends",
                learning.rule.name()
            ),
            format!(
                "use EveryEpisode or EveryPhase; after every step there is one from {}",
                RuleSpec::names(|rule| rule.kind().whole_each_step())
            ),
        );
    }
    if learning.rule.offline() && setup.hippocampus.is_some() && !needs.ripples {
        report.at(
            "protocol",
            format!(
                "{} learns from ripples, but the protocol never sleeps",
                learning.rule.name()
            ),
            "add a phase `Sleep(ripples: 16)` after `Wake`",
        );
    }
}

/// The network must fit the task.
fn network(setup: &Setup, report: &mut Report<'_>) {
    let (spec, task) = (&setup.cortex.cell, &setup.task);
    let dims = task.kind::<f32>().dims();
    let cell = CellState::<f32>::new(spec, dims.inputs);
    let cell = cell.as_dyn();
    if let Some(only) = cell.only_inputs().filter(|&only| only != dims.inputs) {
        report.at(
            "cortex.cell",
            format!(
                "{} takes no other number of inputs than {only}, but {} gives {}",
                spec.name(),
                task.name(),
                dims.inputs
            ),
            format!(
                "use another cell, or a task with as many inputs: {}",
                tasks(|task| task.dims().inputs == only)
            ),
        );
    }
    let fixed = setup.cortex.readout.kind().is_fixed();
    if task.kind::<f32>().tells_influence() {
        let single = parameters(cell) == 1;
        if !single || !fixed {
            report.at(
                if single { "cortex.readout" } else { "cortex.cell" },
                format!(
                    "{} is about what the one parameter of a cell does to a unit that is the output",
                    task.name()
                ),
                "use `cortex: (cell: Chain(), readout: FirstUnits)`",
            );
        }
    }
    let units = cell.units();
    if fixed && units < dims.outputs {
        report.at(
            "cortex.readout",
            format!(
                "{} outputs are wanted, but there are {units} units",
                dims.outputs
            ),
            "use more units, or a readout that is learned",
        );
    }
    if let Some((field, why, help)) = task.kind::<f32>().problem() {
        report.at(&format!("task.{field}"), why, help);
    }
}

/// How many parameters a cell has.
fn parameters(cell: &dyn Cell<f32>) -> u64 {
    let tensors = cell.tensors();
    tensors.iter().map(|t| (t.rows * t.cols) as u64).sum()
}

/// Names of the tasks that pass a test with their defaults.
fn tasks(test: impl Fn(&dyn Task<f32>) -> bool) -> String {
    let tasks = TaskSpec::all();
    let able = tasks.iter().filter(|task| test(task.kind::<f32>()));
    able.map(TaskSpec::name).collect::<Vec<_>>().join(", ")
}

/// Refuses what would not fit, with the number of bytes it would need. What a phase takes beside it is asked for by
/// [`too_large`].
fn memory(setup: &Setup, needs: Needs, report: &mut Report<'_>) {
    let parts = parts(setup, needs);
    let bytes = parts
        .iter()
        .fold(0, |sum: u64, part| sum.saturating_add(part.1));
    let largest = parts.iter().max_by_key(|(_, bytes)| *bytes);
    if let (Some((message, help)), Some((path, _))) = (too_large(bytes), largest) {
        report.at(path, message, help);
    }
}

/// Why a run that takes so many bytes is refused, and what helps; `None` where it is not.
pub fn too_large(bytes: u64) -> Option<(String, String)> {
    (bytes > MOST_BYTES).then(|| {
        (
            format!(
                "this run would need about {:.1} GiB of memory ({bytes} bytes)",
                bytes as f64 / f64::from(1 << 30)
            ),
            format!(
                "at most {} GiB are allowed: lower units, episodes or delays, or choose a rule that keeps less",
                MOST_BYTES >> 30
            ),
        )
    })
}

/// Bytes that a setup takes for a protocol that needs this.
pub fn setup_bytes(setup: &Setup, needs: Needs) -> u64 {
    let parts = parts(setup, needs);
    let parts = parts.iter().map(|(_, bytes)| *bytes);
    parts.fold(0, u64::saturating_add)
}

/// The parts of a run that need memory whatever its phases are, and how many bytes.
fn parts(setup: &Setup, needs: Needs) -> Vec<(&'static str, u64)> {
    let dims = setup.task.kind::<f32>().dims();
    let cell = CellState::<f32>::new(&setup.cortex.cell, dims.inputs);
    let cell = cell.as_dyn();
    let units = (cell.units() * cell.slots()) as u64;
    let (steps, content) = (dims.steps as u64, setup.content_values());
    let sizes = Sizes {
        steps,
        state: units,
        parameters: parameters(cell),
    };
    let width = needs.width.max(1);
    // An episode as its task makes it.
    let mut parts = vec![("task", 8 * steps * (content + 3 * units))];
    // The rules, and the yardstick that they are held against.
    let yardstick = setup.learning.rule.yardstick();
    let rules = setup.learning.rules().chain([&yardstick]);
    let floats = rules.map(|rule| rule.kind().floats(&sizes));
    let floats = floats.fold(0, u64::saturating_add);
    parts.push(("learning", floats.saturating_mul(4 * width)));
    if let Some(hippocampus) = &setup.hippocampus {
        // What is stored has a limit of its own; beside it is what was lived, for the measurement.
        let kept = kept_steps(hippocampus, needs.episodes, setup.episode_steps());
        parts.push(("hippocampus", kept.saturating_mul(4 * content)));
    }
    parts
}
