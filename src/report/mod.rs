//! A report: runs as one page that needs nothing else. What it draws are the figures, and what it says is in the run folders.

mod html;
mod ripples;
mod tables;

use std::fmt::Write;
use std::sync::Arc;

use serde_json::Value;

use crate::circuit::Place;
use crate::engine::{RippleView, Snapshot, compared, differing};
use crate::figure::plot::{Dash, Plot, stacked};
use crate::figure::{
    Circuit, Drawing, Extent, Palette, Quantity, Seen, alignment, capacity, learning, measured,
    measured_plot,
};
use html::{escaped, figure};

/// Points that a figure of the page is wide: a column of a journal.
const WIDE: f32 = 480.0;
/// Curves of what measurements varied, at most.
const CURVES: usize = 12;

/// A run, as it is told.
pub struct Told {
    /// How it is called on the page.
    pub name: String,
    /// The run as its folder has it.
    pub snapshot: Arc<Snapshot>,
    /// Its summary.json.
    pub summary: Value,
    /// Ripples to be shown.
    pub ripples: Vec<Arc<RippleView>>,
    /// Its scenario.ron.
    pub scenario: String,
    /// What makes it again.
    pub command: String,
}

/// The page. The first run is the one at hand, the others are beside it.
pub fn page(runs: &[Told]) -> String {
    let mut out = String::new();
    // A text in memory takes whatever is written to it.
    let _ = write(&mut out, runs);
    out
}

fn write(out: &mut String, runs: &[Told]) -> std::fmt::Result {
    let Some(first) = runs.first() else {
        return Ok(());
    };
    let title = match runs {
        [one] => one.snapshot.title.clone(),
        _ => format!("{} runs compared", runs.len()),
    };
    writeln!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">"
    )?;
    writeln!(
        out,
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">"
    )?;
    writeln!(out, "<title>{}</title>", escaped(&title))?;
    writeln!(
        out,
        "<style>{}</style>\n</head>\n<body>\n<main>",
        include_str!("page.css")
    )?;
    writeln!(out, "<h1>{}</h1>", escaped(&title))?;
    if let [one] = runs {
        writeln!(
            out,
            "<p class=\"about\">{}</p>",
            escaped(&one.snapshot.about)
        )?;
    }
    section(out, "Summary", &tables::summary(runs))?;
    section(out, "What differs", &differences(runs))?;
    section(out, "Curves", &curves(runs))?;
    section(out, "Ripples", &ripples::all(runs))?;
    section(out, "Final values", &tables::last(runs))?;
    section(out, "Circuit", &circuits(runs))?;
    section(out, "Stores", &stores(runs))?;
    section(out, "Measurements", &measurements(runs))?;
    section(
        out,
        "What each rule keeps and costs",
        &tables::ledgers(runs),
    )?;
    section(out, "How to repeat it", &repeat(runs))?;
    let version = first.summary["version"].as_str().unwrap_or_default();
    writeln!(
        out,
        "<footer>Made by Ammon {}, from runs of Ammon {}.</footer>\n</main>",
        env!("CARGO_PKG_VERSION"),
        escaped(version)
    )?;
    writeln!(
        out,
        "<script>{}</script>\n</body>\n</html>",
        include_str!("page.js")
    )
}

/// A part of the page; none where there is nothing in it.
fn section(out: &mut String, title: &str, body: &str) -> std::fmt::Result {
    if body.is_empty() {
        return Ok(());
    }
    writeln!(out, "<section>\n<h2>{title}</h2>\n{body}</section>")
}

/// Learning and alignment, all runs in one picture.
fn curves(runs: &[Told]) -> String {
    let Some((first, others)) = runs.split_first() else {
        return String::new();
    };
    let beside: Vec<(String, &Snapshot)> = others
        .iter()
        .map(|run| (run.name.clone(), &*run.snapshot))
        .collect();
    let seen = |palette: Palette| Seen {
        others: &beside,
        ..Seen::alone(&first.snapshot, palette)
    };
    let mut body = String::new();
    let light = Palette::on(false, false);
    for (i, plot) in learning(&seen(light)).iter().enumerate() {
        if plot.curves.is_empty() {
            continue;
        }
        let draw = |palette| alone(learning(&seen(palette)).get(i..=i), palette);
        figure(&mut body, &format!("Learning: {}", plot.y.name), draw);
    }
    for (quantity, name) in Quantity::ALL {
        let plots = alignment(&seen(light), quantity);
        if plots.iter().all(|plot| plot.curves.is_empty()) {
            continue;
        }
        let draw = |palette| {
            let plots = alignment(&seen(palette), quantity);
            let share = if plots.len() > 1 { 0.14 } else { 0.6 };
            let height = (share * plots.len() as f32).max(0.6);
            stacked(&plots, [WIDE, WIDE * height], palette)
        };
        figure(
            &mut body,
            &format!("Agreement with exact BPTT: {name}"),
            draw,
        );
    }
    if runs.len() > 1 && !body.is_empty() {
        let dashes = Dash::ALL.iter().cycle().zip(runs);
        let told: Vec<String> = dashes
            .map(|((_, dash), run)| format!("{}: {dash}", run.name))
            .collect();
        let told = escaped(&told.join(", "));
        return format!("<p>{told}</p>\n{}", html::grid(&body));
    }
    html::grid(&body)
}

/// One of several plots.
fn alone(plot: Option<&[Plot]>, palette: Palette) -> Drawing {
    stacked(plot.unwrap_or_default(), [WIDE, 0.6 * WIDE], palette)
}

fn differences(runs: &[Told]) -> String {
    let all: Vec<_> = runs.iter().map(|run| compared(&run.snapshot)).collect();
    let differing = differing(&all);
    if runs.len() < 2 {
        return String::new();
    }
    if differing.is_empty() {
        return "<p>No parameter and no lesion.</p>\n".into();
    }
    let head = ["parameter".to_string()].into_iter();
    let head: Vec<String> = head
        .chain(runs.iter().map(|run| run.name.clone()))
        .collect();
    let rows = differing.into_iter().map(|d| {
        let path = [d.path].into_iter();
        path.chain(d.values).collect::<Vec<String>>()
    });
    html::table(&head, rows)
}

/// The circuit of each run, with its lesions.
fn circuits(runs: &[Told]) -> String {
    let mut body = String::new();
    for run in runs {
        let snapshot = &run.snapshot;
        let active = |place: Place| snapshot.at(place).map_or(0.0, |(active, _)| active);
        let draw =
            |palette| Circuit::draw(snapshot, &active, &[], [WIDE, 0.6 * WIDE], palette).drawing;
        figure(&mut body, &run.name, draw);
    }
    html::grid(&body)
}

fn stores(runs: &[Told]) -> String {
    let mut body = String::new();
    for run in runs.iter().filter(|run| !run.snapshot.capacity.is_empty()) {
        let rows = &run.snapshot.capacity;
        let draw = |palette| {
            let plot = capacity(rows, Extent::best(rows), false, palette);
            stacked(&[plot], [WIDE, 0.6 * WIDE], palette)
        };
        let mut pictures = String::new();
        figure(
            &mut pictures,
            &format!("{}: recall of stores", run.name),
            draw,
        );
        body.push_str(&html::grid(&pictures));
        body.push_str(&tables::capacity(rows));
    }
    body
}

/// What measurements varied, along what they varied.
fn measurements(runs: &[Told]) -> String {
    let mut body = String::new();
    for run in runs {
        let curves = measured(&run.snapshot);
        if curves.is_empty() {
            continue;
        }
        let shown: Vec<_> = curves.iter().take(CURVES).collect();
        let draw = |palette| {
            let plot = measured_plot(&shown, palette);
            stacked(&[plot], [WIDE, 0.7 * WIDE], palette)
        };
        let more = match curves.len() - shown.len() {
            0 => String::new(),
            more => format!("; {more} more curves are in metrics.csv"),
        };
        figure(&mut body, &format!("{}{more}", run.name), draw);
    }
    html::grid(&body)
}

fn repeat(runs: &[Told]) -> String {
    let mut body = String::new();
    for run in runs {
        let _ = writeln!(
            body,
            "<details{}>\n<summary>{}</summary>\n<p>Save this as scenario.ron, then</p>\n<pre><code>{}</code></pre>\n\
             <pre class=\"text\"><code>{}</code></pre>\n</details>",
            if runs.len() == 1 { " open" } else { "" },
            escaped(&run.name),
            escaped(&run.command),
            escaped(&run.scenario)
        );
        let journal = &run.snapshot.journal;
        if !journal.is_empty() {
            let rows = journal
                .iter()
                .map(|j| vec![j.step.to_string(), j.command.describe()]);
            body.push_str("<p>On the way was changed:</p>\n");
            body.push_str(&html::table(&["step".into(), "command".into()], rows));
        }
    }
    body
}

/// A drawing on both grounds.
fn both(draw: impl Fn(Palette) -> Drawing) -> [(Drawing, Palette); 2] {
    [false, true].map(|dark| {
        let palette = Palette::on(dark, false);
        (draw(palette), palette)
    })
}
