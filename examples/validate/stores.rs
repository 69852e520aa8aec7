//! Stores, capacity and replay policies: the metrics of the scenarios that measure them, seeds 1 to 5.

use std::collections::BTreeMap;

use ammon::numeric::statistics::{deviation, mean};
use ammon::record::{CapacityRecord, Measurement};

use super::runs::{Run, Runs, spread};
use super::{Out, Result};

/// The tables of stores and policies.
pub fn tell(out: &mut Out) -> Result<()> {
    out.line(format_args!(
        "\n{:<44} {:<58} mean ± sd over seeds",
        "scenario", "metric"
    ))?;
    for scenario in [
        "capacity-ca3",
        "capacity-hopfield",
        "capacity-modern",
        "capacity-sequence",
    ] {
        table(out, scenario, &["capacity"], &[])?;
    }
    curve(out, "capacity-hopfield", &["Fraction"])?;
    curve(out, "capacity-modern", &["Fraction"])?;
    table(out, "attention-is-recall", &["attention"], &[])?;
    curve(out, "pattern-separation", &["Input"])?;
    curve(out, "pattern-completion", &["Fraction", "Random"])?;
    table(out, "memory-size", &["memory", "probe.accuracy"], &[])?;
    table(
        out,
        "replay-order",
        &["alignment", "score", "probe.accuracy"],
        &[],
    )?;
    table(
        out,
        "replay-order",
        &["score"],
        &["hippocampus.separation=Direct"],
    )?;
    for order in ["Forward", "Shuffled"] {
        let order = format!("hippocampus.ripple.order={order}");
        let alone = "protocol=[Repeat(times: 150, phases: [Wake(episodes: 16), Sleep(ripples: 16)]), Probe(episodes: 256)]";
        table(out, "replay-order", &["probe.accuracy"], &[&order, alone])?;
    }
    table(
        out,
        "long-episode",
        &["probe.accuracy", "replay", "score"],
        &[],
    )?;
    for select in ["Salience(of: Reward)", "Uniform"] {
        let set = format!("hippocampus.ripple.select={select}");
        let runs = Runs::of(out, "salience", 1..=8, &[set])?;
        let told = runs.each(|run| {
            let rewarded = first_above(run, "probe.rewarded.accuracy")?;
            Ok(format!(
                "{rewarded}/{}",
                first_above(run, "probe.unrewarded.accuracy")?
            ))
        })?;
        out.line(format_args!(
            "salience {select}: cycles to 95 %, rewarded and others, each seed: {}",
            told.join(" ")
        ))?;
    }
    Ok(())
}

/// Which of the values of a metric is the first to reach 95 %, counted from 1.
fn first_above(run: &Run, metric: &str) -> Result<String> {
    let values = run.values(metric)?;
    let first = values.iter().position(|(_, value)| *value >= 0.95);
    Ok(first.map_or("never".into(), |i| (i + 1).to_string()))
}

/// The last value of every metric whose name begins with one of these words.
fn table(out: &mut Out, scenario: &str, wanted: &[&str], sets: &[&str]) -> Result<()> {
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    let runs = Runs::of(out, scenario, 1..=5, &sets)?;
    let mut values: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for last in runs.each(last_values)? {
        for (name, value) in last {
            if wanted.iter().any(|word| name.starts_with(word)) {
                values.entry(name).or_default().push(value);
            }
        }
    }
    let label: String = format!("{scenario} {}", sets.join(" "))
        .chars()
        .take(44)
        .collect();
    values.iter().try_for_each(|(name, values)| {
        out.line(format_args!("{label:<44} {name:<58} {}", spread(values)))
    })
}

fn last_values(run: &Run) -> Result<BTreeMap<String, f64>> {
    let rows = run.all::<Measurement>()?.into_iter();
    Ok(rows.map(|row| (row.metric.name(), row.value)).collect())
}

/// Overlap ± standard error over the seeds, by store, cue and number of patterns.
fn curve(out: &mut Out, scenario: &str, cues: &[&str]) -> Result<()> {
    let runs = Runs::of(out, scenario, 1..=5, &[])?;
    let mut order: Vec<String> = Vec::new();
    let mut overlaps: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for row in runs.each(Run::all::<CapacityRecord>)?.into_iter().flatten() {
        if !cues.iter().any(|cue| row.cue.contains(cue)) {
            continue;
        }
        let cue = if row.noise > 0.0 {
            row.noise
        } else {
            row.cue_fraction
        };
        let key = format!(
            "{} {} {} patterns, cue {cue}",
            row.store, row.cue, row.patterns
        );
        if !overlaps.contains_key(&key) {
            order.push(key.clone());
        }
        overlaps.entry(key).or_default().push(row.overlap_mean);
    }
    for key in order {
        let values = &overlaps[&key];
        let error = deviation(values) / (values.len() as f64).sqrt();
        out.line(format_args!("{key:<62} {:>7.3} ± {error:.3}", mean(values)))?;
    }
    Ok(())
}
