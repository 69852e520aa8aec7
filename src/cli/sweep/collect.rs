//! `ammon sweep collect`: tables, maps and figures of what is there so far.

use std::path::PathBuf;

use super::super::failure::Failure;
use super::super::output::{Output, note};
use super::super::table::{Table, brief, known};
use super::told;
use crate::numeric::statistics::quantile;
use crate::sweep::{Cells, Folder, Scatter, Standing, collect, maps};
use crate::trace::{FolderError, write_atomic};

/// Metrics that are told and mapped, unless told otherwise, where cells have them.
const USUAL: [&str; 4] = [
    "probe.accuracy",
    "probe.loss",
    "replay.completed",
    "replay.overlap",
];
/// Rows that are printed of a grid, and of variations.
const ROWS: usize = 40;
const MOST: usize = 200;

/// Makes tables and maps of what is there so far: cells.csv, cells.parquet, summary.csv, maps/METRIC.svg.
///
/// With --against, and in a sweep that asks for it, also scatter.svg and scatter.csv: what runs came to against what else they ended
/// with, and how well that tells those that came to it from those that never did.
#[derive(clap::Args, Debug, Default)]
pub(super) struct Collecting {
    /// The folder of the sweep.
    pub sweep: PathBuf,
    /// A metric that is told and mapped; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub metric: Vec<String>,
    /// A final value that the first metric is drawn against; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub against: Vec<String>,
}

impl Collecting {
    pub fn run(self, output: &mut Output) -> Result<u8, Failure> {
        let folder = Folder::new(&self.sweep);
        let cells = collect(&folder)?;
        output.line(told(&cells))?;
        let groups = cells.groups();
        let there = |name: &str| groups.iter().any(|group| group.metric == name);
        let planned = cells.plan.metric.as_ref();
        let named = self.metric.first().cloned();
        for name in self.metric.iter().chain(&self.against) {
            if !there(name) && Some(name) != planned {
                return Err(Failure::wrong(format_args!(
                    "no finished run of {} has measured {name}",
                    self.sweep.display()
                )));
            }
        }
        let metrics: Vec<String> = if self.metric.is_empty() {
            let asked = cells.plan.metric.iter().map(String::as_str);
            let usual = asked.chain(USUAL).filter(|name| there(name));
            usual.map(String::from).collect()
        } else {
            self.metric
        };
        let mut written = ["cells.csv", "cells.parquet", "summary.csv"]
            .map(String::from)
            .to_vec();
        let mut keep = |name: String, text: &str| {
            let path = folder.path().join(&name);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent).map_err(FolderError::write(parent))?;
            }
            write_atomic(&path, text.as_bytes())?;
            written.push(name);
            Ok::<(), Failure>(())
        };
        for (metric, svg) in maps(&cells, &metrics) {
            let name = format!("maps/{}.svg", metric.replace(['/', '\\'], "_"));
            keep(name, &svg)?;
        }
        let against = if self.against.is_empty() {
            &cells.plan.against
        } else {
            &self.against
        };
        // What the plan asks for may not have been reached by any run.
        let other = named.is_some() && self.against.is_empty() && named.as_ref() != planned;
        match named.as_ref().or(planned).or(metrics.first()) {
            Some(metric) if !against.is_empty() && !other => {
                let scatter = Scatter::new(&cells, metric, against);
                keep("scatter.svg".into(), &scatter.figure())?;
                keep("scatter.csv".into(), &scatter.table())?;
                compared(&cells, &scatter, output)?;
            }
            Some(metric) => table(&cells, metric, output)?,
            None => {}
        }
        for (i, standing) in cells.standing.iter().enumerate() {
            if let Standing::Failed(why) = standing {
                note(format_args!("cell {i} failed: {why}"));
            }
        }
        output.line(format_args!("written: {}", written.join(", ")))?;
        Ok(0)
    }
}

/// A row for each place: how many of its runs came to what is asked for, and when; what they ended with else, as means.
fn compared(cells: &Cells, scatter: &Scatter<'_>, output: &mut Output) -> Result<(), Failure> {
    let against = scatter.against.iter().map(String::as_str);
    let head = ["", "came to it", "median"].into_iter().chain(against);
    let mut table = Table::new(&head.collect::<Vec<_>>());
    let places = scatter.places();
    for place in places.iter().take(MOST) {
        let name = cells.plan.cells[place.cell].called();
        let came = format!("{} of {}", place.came_to.len(), place.runs);
        let median = known(quantile(&place.came_to, 0.5));
        let values = place.against.iter().map(|value| known(*value));
        table.row([name, came, median].into_iter().chain(values));
    }
    output.line(format_args!("\n{}", scatter.metric))?;
    output.line(table)?;
    if places.len() > MOST {
        let more = places.len() - MOST;
        output.line(format_args!("and {more} more in scatter.csv"))?;
    }
    let runs = scatter.runs.len();
    output.line(format_args!(
        "{} of {runs} runs came to it; which, is told by",
        scatter.reached()
    ))?;
    let mut areas = Table::new(&[
        "",
        "area under curve",
        "of single seeds",
        "below it none",
        "above it all",
    ]);
    for (i, name) in scatter.against.iter().enumerate() {
        let telling = scatter.telling(i);
        if telling.area.is_finite() {
            let seeds = telling.of_seeds;
            let value = |value: Option<f64>| value.map_or("-".into(), brief);
            areas.row([
                name.clone(),
                format!("{:.3}", telling.area),
                seeds.map_or("-".into(), |(a, b)| format!("{a:.3} to {b:.3}")),
                value(telling.least_that_came),
                value(telling.most_that_never),
            ]);
        }
    }
    output.line(areas)
}

/// The spread of a metric over seeds, at each place.
fn table(cells: &Cells, metric: &str, output: &mut Output) -> Result<(), Failure> {
    // What is the same in all cells needs no column.
    let varied = cells.varied();
    let head = varied.iter().map(|path| path.as_str());
    let head: Vec<&str> = head.chain(["n", "mean", "q1", "median", "q3"]).collect();
    let mut table = Table::new(&head);
    let groups: Vec<_> = cells.groups();
    let of: Vec<_> = groups.iter().filter(|g| g.metric == metric).collect();
    for group in of.iter().take(ROWS) {
        let cell = &cells.plan.cells[group.cell];
        let [mean, _, q1, median, q3] = group.spread();
        let place = varied
            .iter()
            .map(|path| cell.value(path).unwrap_or("").to_string());
        let count = group.values.len().to_string();
        let spread = [mean, q1, median, q3].map(brief);
        table.row(place.chain([count]).chain(spread));
    }
    output.line(format_args!("\n{metric}"))?;
    output.line(table)?;
    if of.len() > ROWS {
        output.line(format_args!("and {} more in summary.csv", of.len() - ROWS))?;
    }
    Ok(())
}
