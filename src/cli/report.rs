//! The closing table: final metrics beside what is known of the task, and what each rule kept and cost.

use serde_json::{Map, Value};

use super::drive::Finished;
use super::failure::Failure;
use super::output::Output;
use super::table::{Table, brief};
use crate::analysis::Pivot;
use crate::task::Baselines;

/// Ending of the names of load crossings.
const CROSSING: &str = ".load_at_0.9";
/// Metrics that are told as tables of their own.
const PIVOTS: [&str; 3] = ["capacity", "separation", "memory"];

/// JSON for people.
pub(super) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// The closing table of one run.
pub(super) fn table(finished: &Finished, output: &mut Output) -> Result<(), Failure> {
    let summary = &finished.summary;
    let text = |key: &str| summary[key].as_str().unwrap_or_default().to_string();
    let seconds = summary["wall_seconds"].as_f64().unwrap_or_default();
    let title = text("scenario");
    if !title.is_empty() {
        output.line(title)?;
    }
    output.line(format_args!(
        "{}, seed {}, {} steps, {seconds:.1} s\n",
        text("status"),
        summary["seed"],
        summary["steps"]
    ))?;
    let empty = Map::new();
    let last = summary["final"].as_object().unwrap_or(&empty);
    let baselines = finished.experiment.scenario().baselines();
    let pivoted = |name: &str| PIVOTS.iter().any(|p| name.starts_with(&format!("{p}.")));
    let (tabled, rest): (Vec<_>, Vec<_>) = last.iter().partition(|(name, _)| pivoted(name));
    let (crossings, metrics): (Vec<_>, Vec<_>) = rest
        .into_iter()
        .partition(|(name, _)| name.ends_with(CROSSING));
    let mut table = Table::new(&["metric", "final", "chance", "memoryless"]);
    for (name, value) in metrics {
        let known = levels(name, baselines).map(|level| level.map_or(String::new(), brief));
        let [chance, memoryless] = known;
        table.row([name.clone(), number(value), chance, memoryless]);
    }
    if !table.is_empty() {
        output.line(table)?;
    }
    for prefix in PIVOTS {
        let values = tabled
            .iter()
            .map(|(name, v)| (name.as_str(), v.as_f64().unwrap_or(f64::NAN)));
        pivot(prefix, &Pivot::of(values, prefix), output)?;
    }
    if !crossings.is_empty() {
        let mut table = Table::new(&["falls below 0.9", "at load"]);
        for (name, value) in crossings {
            table.row([name.trim_end_matches(CROSSING).to_string(), number(value)]);
        }
        output.line(table)?;
    }
    let task = &finished.experiment.scenario().setup.task;
    let levels = task.kind::<f32>().levels();
    if !levels.is_empty() {
        let mut table = Table::new(&["who has learned", "loss"]);
        for level in levels {
            table.row([level.name.to_string(), brief(level.loss)]);
        }
        output.line(table)?;
    }
    let rows = &summary["ledger"];
    let idle = |row: &Value| row["flops_per_step"] == 0 && row["retained_floats"] == 0;
    if !rows.as_array().is_some_and(|rows| rows.iter().all(idle)) {
        output.line(ledger(rows))?;
    }
    match &finished.folder {
        Some(folder) => output.line(format_args!("run folder: {}", folder.display())),
        None => Ok(()),
    }
}

/// What stores or memories came to, a row each.
fn pivot(prefix: &str, pivot: &Pivot, output: &mut Output) -> Result<(), Failure> {
    if pivot.rows.is_empty() {
        return Ok(());
    }
    let headings: Vec<&str> = std::iter::once(prefix)
        .chain(pivot.columns.iter().map(String::as_str))
        .collect();
    let mut table = Table::new(&headings);
    for (name, values) in &pivot.rows {
        let cells = values
            .iter()
            .map(|v| if v.is_finite() { brief(*v) } else { "-".into() });
        table.row(std::iter::once(name.clone()).chain(cells));
    }
    output.line(table)
}

fn ledger(rows: &Value) -> Table {
    let mut table = Table::new(&["rule", "floats kept", "flops/step", "µs/step", "synapses"]);
    for row in rows.as_array().into_iter().flatten() {
        let cell = |key: &str| number(&row[key]);
        table.row([
            row["rule"].as_str().unwrap_or_default().to_string(),
            cell("retained_floats"),
            cell("flops_per_step"),
            cell("microseconds_per_step"),
            cell("synapses"),
        ]);
    }
    table
}

/// Chance level and memoryless level of a metric, where they are known.
pub(super) fn levels(metric: &str, baselines: Baselines) -> [Option<f64>; 2] {
    let known = |level: f64| level.is_finite().then_some(level);
    match metric {
        "accuracy" | "probe.accuracy" => [known(baselines.chance_accuracy), None],
        "loss" | "probe.loss" => [
            known(baselines.chance_loss),
            known(baselines.memoryless_loss),
        ],
        _ => [None, None],
    }
}

fn number(value: &Value) -> String {
    value.as_f64().map_or("-".into(), brief)
}
