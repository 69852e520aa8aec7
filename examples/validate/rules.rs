//! Rules on their own scenarios, seeds 1 to 5.

use super::runs::{Reading, Runs, brief, spread};
use super::{Out, Result};
use Reading::{Last, LastUntil, Least, LeastUntil, Most};

/// One line of the table.
struct Row<'a> {
    scenario: &'a str,
    label: &'a str,
    metric: &'a str,
    reading: Reading,
}

impl Row<'_> {
    fn tell(&self, out: &mut Out, sets: &[&str]) -> Result<()> {
        let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
        let runs = Runs::of(out, self.scenario, 1..=5, &sets)?;
        let values = runs.each(|run| Ok(self.reading.of(&run.values(self.metric)?)))?;
        let each: Vec<_> = values
            .iter()
            .map(|v| v.map_or("none".into(), |v| brief(v, 4)))
            .collect();
        let values: Vec<f64> = values.into_iter().flatten().collect();
        let what = format!("{}, {}", self.metric, self.reading.told());
        out.line(format_args!(
            "{:<20} {:<48} {what:<42} {} {}",
            self.scenario,
            self.label,
            spread(&values),
            each.join(" ")
        ))
    }
}

/// The table under way.
struct Table<'a> {
    out: &'a mut Out,
    scenario: &'static str,
}

impl Table<'_> {
    fn row(&mut self, label: &str, metric: &str, reading: Reading, sets: &[&str]) -> Result<()> {
        let row = Row {
            scenario: self.scenario,
            label,
            metric,
            reading,
        };
        row.tell(self.out, sets)
    }

    /// A row for this rule, with further settings.
    fn rule(&mut self, name: &str, metric: &str, reading: Reading, sets: &[&str]) -> Result<()> {
        let rule = format!("learning.rule={name}");
        let sets: Vec<&str> = std::iter::once(rule.as_str())
            .chain(sets.iter().copied())
            .collect();
        let label = sets.join(" ");
        let label = label.trim_start_matches("learning.rule=");
        self.row(label, metric, reading, &sets)
    }
}

/// The rows of a scenario.
type Part = fn(&mut Table<'_>) -> Result<()>;

/// The table of rules.
pub fn tell(out: &mut Out) -> Result<()> {
    out.line(format_args!(
        "\n{:<20} {:<48} {:<42} mean ± sd, each seed",
        "scenario", "rule", "metric"
    ))?;
    let parts: [(&str, Part); 7] = [
        ("influence-balancing", influence),
        ("add-delayed", add_delayed),
        ("anbn", anbn),
        ("copy-attention", copy),
        ("r2n2", reversible),
        ("r2n2-maze", maze),
        ("six-rules", six_rules),
    ];
    for (scenario, part) in parts {
        part(&mut Table { out, scenario })?;
    }
    Ok(())
}

fn influence(table: &mut Table<'_>) -> Result<()> {
    for name in [
        "Uoro",
        "Rtrl",
        "KfRtrl",
        "Tbptt(horizon: 10)",
        "Tbptt(horizon: 30)",
        "Tbptt(horizon: 100)",
        "ReadoutOnly",
    ] {
        table.rule(name, "weight.theta", Last, &[])?;
    }
    Ok(())
}

fn add_delayed(table: &mut Table<'_>) -> Result<()> {
    let loss = "probe.loss";
    for name in [
        "Rtrl",
        "Tbptt(horizon: 1)",
        "Tbptt(horizon: 4)",
        "ReadoutOnly",
    ] {
        for until in [15_000, 30_000] {
            table.rule(name, loss, LeastUntil(until), &[])?;
        }
    }
    table.rule("KfRtrl", loss, Least, &["cortex.optimizer.rate=0.003"])?;
    for rate in ["0.0003", "0.003", "0.01"] {
        let rate = format!("cortex.optimizer.rate={rate}");
        table.rule("Uoro", loss, Least, &[&rate])?;
    }
    Ok(())
}

fn anbn(table: &mut Table<'_>) -> Result<()> {
    let rate = "cortex.optimizer.rate=0.003";
    table.rule("Rtrl", "bits", LastUntil(50_000), &[rate])?;
    table.row("Uoro", "bits", Last, &[])?;
    for name in ["Tbptt(horizon: 1)", "Tbptt(horizon: 2)", "ReadoutOnly"] {
        table.rule(name, "bits", LastUntil(50_000), &[rate])?;
    }
    Ok(())
}

fn copy(table: &mut Table<'_>) -> Result<()> {
    let accuracy = "probe.accuracy";
    for metric in [
        accuracy,
        "Sab.attention_near_origin",
        "alignment.Sab.remote",
    ] {
        table.row("Sab", metric, Last, &[])?;
    }
    let detached = "learning.rule.detach_memories=true";
    table.row("memories detached", accuracy, Last, &[detached])?;
    for name in ["Tbptt(horizon: 5)", "Bptt", "ReadoutOnly"] {
        for reading in [Last, Most] {
            table.rule(name, accuracy, reading, &[])?;
        }
    }
    Ok(())
}

/// Rules of the reversible cell.
const REVERSIBLE: [&str; 3] = [
    "ReversibleReplay",
    "ReversibleReplay(feedback: Random)",
    "ReadoutOnly",
];

fn reversible(table: &mut Table<'_>) -> Result<()> {
    for name in REVERSIBLE {
        table.rule(name, "probe.correct", Last, &[])?;
        table.rule(name, "probe.correct", Last, &["task.min=6", "task.max=9"])?;
    }
    Ok(())
}

fn maze(table: &mut Table<'_>) -> Result<()> {
    for name in REVERSIBLE {
        table.rule(name, "probe.correct", Last, &[])?;
    }
    table.rule(
        REVERSIBLE[0],
        "ReversibleReplay.reconstruction_error",
        Last,
        &[],
    )
}

fn six_rules(table: &mut Table<'_>) -> Result<()> {
    for name in [
        "ReplayBptt",
        "Rtrl",
        "CheckpointedBptt",
        "Tbptt",
        "Snap",
        "Uoro",
        "KfRtrl",
        "Eprop",
        "Rflo",
        "ReadoutOnly",
    ] {
        for what in ["cosine", "norm_ratio", "remote"] {
            table.row("all", &format!("alignment.{name}.{what}"), Last, &[])?;
        }
    }
    Ok(())
}
