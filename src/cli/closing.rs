//! The closing table: final metrics beside what is known of the task, and what each rule kept and cost.

use serde_json::Value;

use super::drive::Finished;
use super::failure::Failure;
use super::output::Output;
use super::table::{Table, brief, known};
use crate::analysis::Pivot;
use crate::record::{Declared, Metric, metric};
use crate::task::Baselines;

/// Columns that fit beside each other.
const FEW: usize = 12;
/// Metrics that are told as tables of their own.
const PIVOTS: [&str; 4] = ["capacity", "separation", "memory", "lesion"];

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
    let baselines = finished.experiment.scenario().baselines();
    let family = |metric: &Metric| metric.declared().map_or("", Declared::family);
    let (tabled, rest): (Vec<_>, Vec<_>) = finished
        .last
        .iter()
        .partition(|(metric, _)| PIVOTS.contains(&family(metric)));
    let (crossings, metrics): (Vec<_>, Vec<_>) = rest
        .into_iter()
        .partition(|(metric, _)| metric.derived_of(&metric::BROKEN_AT).is_some());
    let (until, metrics): (Vec<_>, Vec<_>) = metrics
        .into_iter()
        .partition(|(metric, _)| metric.derived_of(&metric::UNTIL_LEARNED).is_some());
    let mut table = Table::new(&["metric", "final", "chance", "memoryless"]);
    for (metric, value) in metrics {
        let levels = levels(metric, baselines).map(|level| level.map_or(String::new(), brief));
        let [chance, memoryless] = levels;
        table.row([metric.name(), known(*value), chance, memoryless]);
    }
    if !table.is_empty() {
        output.line(table)?;
    }
    for prefix in PIVOTS {
        let values = tabled.iter().map(|(metric, v)| (*metric, **v));
        for (name, part) in Pivot::of(values, prefix).parts(FEW) {
            pivot(format!("{prefix} {name}").trim(), &part, output)?;
        }
    }
    for (pairs, told, head) in [
        (
            &metric::BROKEN_AT[..],
            crossings,
            ["falls below 0.9", "at load"],
        ),
        (
            &metric::UNTIL_LEARNED[..],
            until,
            ["until 95 % right", "mean"],
        ),
    ] {
        let mut table = Table::new(&head);
        for (metric, value) in told {
            let of = metric.derived_of(pairs).map(|of| of.name());
            table.row([of.unwrap_or_default(), known(*value)]);
        }
        if !table.is_empty() {
            output.line(table)?;
        }
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
        let cells = values.iter().map(|v| known(*v));
        table.row(std::iter::once(name.clone()).chain(cells));
    }
    output.line(table)
}

fn ledger(rows: &Value) -> Table {
    let mut table = Table::new(&["rule", "floats kept", "flops/step", "µs/step", "synapses"]);
    for row in rows.as_array().into_iter().flatten() {
        let cell = |key: &str| known(row[key].as_f64().unwrap_or(f64::NAN));
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
pub(super) fn levels(metric: &Metric, baselines: Baselines) -> [Option<f64>; 2] {
    let sure = |level: f64| level.is_finite().then_some(level);
    let is = |declared: [&'static Declared; 2]| declared.into_iter().any(|d| metric.is(d));
    if is([&metric::ACCURACY, &metric::PROBE_ACCURACY]) {
        [sure(baselines.chance_accuracy), None]
    } else if is([&metric::LOSS, &metric::PROBE_LOSS]) {
        [sure(baselines.chance_loss), sure(baselines.memoryless_loss)]
    } else {
        [None, None]
    }
}
