//! What went on step by step, and what was measured.

use super::super::gathered::{Gathered, OneMetric};
use super::h5::H5;
use super::table::{Series, Table, even, spilled};
use crate::trace::FolderError;

type Done<T> = Result<T, FolderError>;

/// Nanoseconds between two values of a series of even rate, at most.
const SLOWEST: u64 = 99_000_000_000;

fn module(h5: &mut H5, name: &str, says: &str) -> Done<()> {
    let path = format!("/processing/{name}");
    if h5.has(&path) {
        return Ok(());
    }
    h5.object(&path, "core", "ProcessingModule")?;
    h5.attribute(&path, "description", says)
}

/// Position, inputs and targets.
pub(super) fn behavior(h5: &mut H5, gathered: &Gathered) -> Done<()> {
    let steps = &gathered.steps;
    if steps.begun.is_empty() {
        return Ok(());
    }
    module(
        h5,
        "behavior",
        "Where the simulated animal was, what it saw and what it should answer",
    )?;
    h5.object("/processing/behavior/Position", "core", "Position")?;
    let later = gathered.clock.lived / 2;
    let (says, frame) = if gathered.paths {
        ("Where it was along its path", "the beginning of the path")
    } else {
        (
            "Which step of its episode it was in: the episode has no place, so that time within it stands for it",
            "the beginning of the episode",
        )
    };
    let path = "/processing/behavior/Position/position";
    Series {
        path,
        of: "SpatialSeries",
        says,
        unit: "n.a.",
        wide: None,
        begun: &steps.begun,
        later,
    }
    .write(h5, &steps.position)?;
    h5.text(&format!("{path}/reference_frame"), frame)?;
    let series = |path, says, wide| Series {
        path,
        of: "TimeSeries",
        says,
        unit: "n.a.",
        wide: Some(wide),
        begun: &steps.begun,
        later,
    };
    let names = gathered.scene.inputs.join(", ");
    let says = format!("Inputs of the network, a column each: {names}");
    series(
        "/processing/behavior/inputs",
        &says,
        gathered.scene.inputs.len(),
    )
    .write(h5, &steps.inputs)?;
    let says =
        "What it should have answered, a column an output; where the mask is 0 nothing was asked";
    series("/processing/behavior/targets", says, gathered.scene.outputs)
        .write(h5, &steps.targets)?;
    let says = "1 where an answer was asked for";
    Series {
        wide: None,
        ..series("/processing/behavior/mask", says, 1)
    }
    .write(h5, &steps.mask)
}

/// States of the cortex, lived and re-instated.
pub(super) fn cortex(h5: &mut H5, gathered: &Gathered) -> Done<()> {
    let (steps, ripples, clock) = (&gathered.steps, &gathered.ripples, gathered.clock);
    if steps.states.is_empty() && ripples.states.is_empty() {
        return Ok(());
    }
    module(h5, "ecephys", "Activity of the simulated cortex")?;
    let chosen = &gathered.cortex;
    let whole = chosen.len() == gathered.scene.state;
    let columns = if whole {
        String::new()
    } else {
        let numbers: Vec<String> = chosen.units.iter().map(u32::to_string).collect();
        format!("; columns are the values {}", numbers.join(", "))
    };
    for (path, says, begun, values, each) in [
        (
            "/processing/ecephys/cortex_awake",
            "State h after each step that was lived or tested",
            &steps.begun,
            &steps.states,
            clock.lived,
        ),
        (
            "/processing/ecephys/cortex_ripples",
            "State h before each step, as ripples re-instated it",
            &ripples.step_begun,
            &ripples.states,
            clock.replayed,
        ),
    ] {
        Series {
            path,
            of: "TimeSeries",
            says: &format!("{says}{columns}"),
            unit: "n.a.",
            wide: Some(chosen.len()),
            begun,
            later: each / 2,
        }
        .write(h5, values)?;
    }
    Ok(())
}

/// What was measured: one table of all, and a series for each metric; whoever waits is `heard` between them.
pub(super) fn measured(h5: &mut H5, gathered: &Gathered, heard: &dyn Fn() -> Done<()>) -> Done<()> {
    measurements(h5, gathered)?;
    events(h5, gathered)?;
    for (metric, number) in &gathered.metrics {
        heard()?;
        module(h5, "misc", "What the simulator measured")?;
        let name = metric.name().replace(['/', ':', ' '], "_");
        let declared = metric.declared();
        let says = declared.map_or("A measurement", |declared| declared.doc);
        let unit = declared.map_or("", |declared| declared.unit);
        let OneMetric { at, value, .. } = gathered.of_metric(*number)?;
        if even(&at)?.is_some_and(|apart| apart > SLOWEST) {
            // Tools take so slow a rate for a mistake, and even times without a rate for another.
            continue;
        }
        Series {
            path: &format!("/processing/misc/{name}"),
            of: "TimeSeries",
            says,
            unit: if unit.is_empty() { "n.a." } else { unit },
            wide: None,
            begun: &at,
            later: 0,
        }
        .write(h5, &value)?;
    }
    Ok(())
}

fn measurements(h5: &mut H5, gathered: &Gathered) -> Done<()> {
    let all = &gathered.measured;
    if all.at.is_empty() {
        return Ok(());
    }
    module(h5, "misc", "What the simulator measured")?;
    let path = "/processing/misc/measurements";
    let says = "All that was measured, in the order in which it was: metrics.csv on the clock of this file.";
    let mut table = Table::of_common(h5, path, says, all.at.len())?;
    table.seconds("seconds", "When, in seconds", &all.at)?;
    table.counts("time", "The run's clock, in steps", &all.time)?;
    table.counts("episode", "Episodes lived before", &all.episode)?;
    let words: Vec<&str> = gathered.words.told();
    let says = "The phase that it was measured in";
    table.words("phase", says, &all.phase, &words)?;
    let names = gathered.metric_names();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    table.words("metric", "What", &all.metric, &names)?;
    table.numbers("value", "How much", &all.value)?;
    table.end()
}

/// Lesions, restorations, and what else was worth a line of the log.
fn events(h5: &mut H5, gathered: &Gathered) -> Done<()> {
    let (folder, all) = (gathered.folder.as_path(), &gathered.events);
    if all.is_empty() {
        return Ok(());
    }
    module(h5, "misc", "What the simulator measured")?;
    let says = "Lesions, restorations, and what else was told on the way.";
    let path = "/processing/misc/events";
    let mut table = Table::of_common(h5, path, says, all.len() as u64)?;
    let at = spilled(folder, all.iter().map(|(at, _)| *at))?;
    table.seconds("seconds", "When, in seconds", &at)?;
    let time = spilled(folder, all.iter().map(|(_, row)| row.time))?;
    table.counts("time", "The run's clock, in steps", &time)?;
    let texts: Vec<&str> = all.iter().map(|(_, row)| row.text.as_str()).collect();
    table.texts("text", "In words", &texts)?;
    table.end()
}
