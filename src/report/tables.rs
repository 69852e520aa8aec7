//! What became of runs, as tables.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::Value;

use super::Told;
use super::html::{brief, escaped, table};
use crate::record::{CapacityRecord, Metric};

/// Rows of measured stores that the page shows at most.
const ROWS: usize = 300;

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_f64().map_or(String::new(), brief),
        other => other.to_string(),
    }
}

/// What was run, and what became of it.
pub(super) fn summary(runs: &[Told]) -> String {
    let head = [
        "run", "scenario", "rule", "seed", "status", "steps", "episodes", "updates", "seconds",
        "version",
    ];
    let rows = runs.iter().map(|run| {
        let (summary, snapshot) = (&run.summary, &run.snapshot);
        let mut status = text(&summary["status"]);
        if let Some(error) = summary["error"].as_str() {
            let _ = write!(status, ": {error}");
        }
        vec![
            run.name.clone(),
            snapshot.title.clone(),
            snapshot.rule.clone(),
            text(&summary["seed"]),
            status,
            text(&summary["steps"]),
            snapshot.episodes.to_string(),
            snapshot.updates.to_string(),
            text(&summary["wall_seconds"]),
            text(&summary["version"]),
        ]
    });
    table(&head.map(String::from), rows)
}

/// The last value of each metric, a column a run, with what it means.
pub(super) fn last(runs: &[Told]) -> String {
    let of = |run: &Told| -> Vec<String> {
        let all = run.summary["final"].as_object();
        all.into_iter()
            .flatten()
            .map(|(name, _)| name.clone())
            .collect()
    };
    let names: BTreeSet<String> = runs.iter().flat_map(of).collect();
    if names.is_empty() {
        return String::new();
    }
    let mut out = String::from("<div class=\"table\"><table>\n<thead><tr><th>metric</th>");
    for run in runs {
        let _ = write!(out, "<th>{}</th>", escaped(&run.name));
    }
    out.push_str("<th class=\"doc\">what it is</th></tr></thead>\n<tbody>\n");
    for name in &names {
        let metric = Metric::named(name);
        let doc = metric.declared().map_or("", |declared| declared.doc.trim());
        let _ = write!(
            out,
            "<tr><td title=\"{}\">{}</td>",
            escaped(doc),
            escaped(name)
        );
        for run in runs {
            let value = text(&run.summary["final"][name.as_str()]);
            let _ = write!(out, "<td class=\"number\">{}</td>", escaped(&value));
        }
        let _ = writeln!(out, "<td class=\"doc\">{}</td></tr>", escaped(doc));
    }
    out.push_str("</tbody></table></div>\n");
    out
}

/// What each rule kept and cost.
pub(super) fn ledgers(runs: &[Told]) -> String {
    let columns = [
        ("rule", "rule"),
        ("retained_floats", "floats kept"),
        ("flops_per_step", "flops per step"),
        ("microseconds_per_step", "µs per step"),
        ("synapses", "synapses"),
    ];
    let mut head: Vec<String> = columns.iter().map(|(_, name)| (*name).into()).collect();
    if runs.len() > 1 {
        head.insert(0, "run".into());
    }
    let rows: Vec<Vec<String>> = runs
        .iter()
        .flat_map(|run| {
            let all = run.summary["ledger"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            let many = runs.len() > 1;
            all.into_iter().map(move |row| {
                let own = many.then(|| run.name.clone()).into_iter();
                own.chain(columns.iter().map(|(key, _)| text(&row[*key])))
                    .collect()
            })
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    table(&head, rows.into_iter())
}

/// Recall of measured stores.
pub(super) fn capacity(rows: &[CapacityRecord]) -> String {
    let head = [
        "store", "units", "sparsity", "patterns", "cue", "fraction", "noise", "trials", "overlap",
        "± se", "exact",
    ];
    let shown = rows.iter().take(ROWS).map(|row| {
        vec![
            row.store.clone(),
            row.units.to_string(),
            brief(row.sparsity),
            row.patterns.to_string(),
            row.cue.clone(),
            brief(row.cue_fraction),
            brief(row.noise),
            row.trials.to_string(),
            brief(row.overlap_mean),
            brief(row.overlap_se),
            brief(row.exact_rate),
        ]
    });
    let mut out = format!(
        "<details>\n<summary>{} measurements</summary>\n{}",
        rows.len(),
        table(&head.map(String::from), shown)
    );
    if rows.len() > ROWS {
        let _ = writeln!(
            out,
            "<p>{} more are in capacity.csv.</p>",
            rows.len() - ROWS
        );
    }
    out.push_str("</details>\n");
    out
}
