//! `ammon figure`: a panel of a run as a figure for print.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::failure::Failure;
use super::output::Output;
use crate::engine::{Snapshot, Worker};
use crate::figure::{
    Along, FIGURES, Figure as Drawn, Made, Palette, Quantity, Wanted, measured, png, points, svg,
};
use crate::record::Metric;
use crate::registry::nearest;
use crate::trace::{RunFolder, is_free, numbered, write_atomic};

/// Makes a figure of a run: SVG, PNG, or the table behind it as CSV.
///
/// It shows the run as its checkpoint has it, on a light ground, in the widths of journals. A PNG has 300 dots an inch.
#[derive(clap::Args, Debug)]
pub(super) struct Figure {
    /// The run folder.
    pub run: PathBuf,
    /// The panel.
    #[arg(long, value_name = "NAME", value_parser = panels())]
    pub panel: &'static Drawn,
    /// The file to write, .svg, .png or .csv; or - for standard output, as SVG.
    #[arg(long, value_name = "FILE.svg")]
    pub out: PathBuf,
    /// The measure of agreement, for the panel alignment.
    #[arg(long, value_name = "NAME", value_parser = quantities())]
    pub quantity: Option<Quantity>,
    /// Another format than the file's name says.
    #[arg(long)]
    pub format: Option<Format>,
    /// A quantity of metrics.csv, for the panel metrics, or what several have in common but for a number at the end
    /// (lesion.trained.CA3-after.completed), for the panel measured; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub metric: Vec<String>,
    /// A quantity that they are drawn along, instead of time.
    #[arg(long, value_name = "NAME")]
    pub along: Option<String>,
    /// Width in millimetres: 85 is a column, 180 a page.
    #[arg(long, value_name = "MM", default_value_t = 85, value_parser = clap::value_parser!(u16).range(20..=1000))]
    pub width: u16,
    /// Height in millimetres, where it shall not be the usual one.
    #[arg(long, value_name = "MM", value_parser = clap::value_parser!(u16).range(10..=1000))]
    pub height: Option<u16>,
    /// Further rows; may be given several times.
    #[arg(long = "with", value_name = "ROWS")]
    pub with: Vec<Rows>,
    /// On a dark ground, for a screen.
    #[arg(long)]
    pub dark: bool,
    /// A picture of each replayed step of the theatre, for a talk: FILE-000.png and so on.
    #[arg(long)]
    pub frames: bool,
    /// Replaces FILE where it is there.
    #[arg(long)]
    pub force: bool,
}

/// A quantity that is none of those that there are.
fn unknown(name: &str, all: &[String]) -> Failure {
    let near = nearest(name, all.iter().map(String::as_str));
    let near = near.map_or(String::new(), |near| format!("; did you mean {near}?"));
    Failure::wrong(format_args!("this run did not measure {name}{near}"))
}

/// Rows that are there where they are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Rows {
    /// In the theatre: the gates of the cell, or what its groups put out.
    #[value(alias = "outputs")]
    Gates,
    /// In ca3: overlap and support at each sweep of each replayed step.
    Sweeps,
}

/// What a figure is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// Shapes and text.
    Svg,
    /// Dots.
    Png,
    /// The table behind it.
    Csv,
}

impl Figure {
    /// The format, as it is asked for or as the file's name says.
    fn format(&self, to_file: bool) -> Result<Format, Failure> {
        if let Some(format) = self.format {
            return Ok(format);
        }
        let ending = self.out.extension().and_then(|e| e.to_str());
        match ending.map(str::to_ascii_lowercase).as_deref() {
            _ if !to_file => Ok(Format::Svg),
            Some("svg") => Ok(Format::Svg),
            Some("png") => Ok(Format::Png),
            Some("csv") => Ok(Format::Csv),
            _ => Err(Failure::wrong(format_args!(
                "{} does not say what it shall be: end it in .svg, .png or .csv, or give --format",
                self.out.display()
            ))),
        }
    }

    /// What is to be drawn of the run; what it did not measure is refused.
    fn wanted(&self, snapshot: &Snapshot) -> Result<Wanted, Failure> {
        let known = |name: &String| {
            let found = snapshot.series.keys().find(|m| m.name() == *name);
            found.cloned().ok_or_else(|| {
                let all: Vec<String> = snapshot.series.keys().map(Metric::name).collect();
                unknown(name, &all)
            })
        };
        for (rows, name, panel) in [
            (Rows::Gates, "gates", "theatre"),
            (Rows::Sweeps, "sweeps", "ca3"),
        ] {
            if self.with.contains(&rows) && self.panel.name != panel {
                return Err(Failure::wrong(format_args!(
                    "--with {name} is for --panel {panel}"
                )));
            }
        }
        let measures = self.panel.name == "measured";
        if measures && self.along.is_some() {
            return Err(Failure::wrong("--along is for --panel metrics"));
        }
        if !self.with.is_empty() && self.format(self.out.as_os_str() != "-")? == Format::Csv {
            return Err(Failure::wrong(
                "--with is for pictures: the table behind them has no rows for it",
            ));
        }
        if self.metric.is_empty() && self.panel.name == "metrics" {
            return Err(Failure::wrong(
                "say which quantities: --metric NAME, once or several times, as metrics.csv of the run has them",
            ));
        }
        if measures {
            let all: Vec<String> = measured(snapshot).into_iter().map(|c| c.name).collect();
            let Some(example) = all.first() else {
                return Err(Failure::wrong("no measurement of this run varied anything"));
            };
            if self.metric.is_empty() {
                return Err(Failure::wrong(format_args!(
                    "say which of {} curves: --metric NAME, once or several times, {example} for example",
                    all.len()
                )));
            }
            for name in &self.metric {
                if !all.contains(name) {
                    return Err(unknown(name, &all));
                }
            }
            return Ok(Wanted {
                measured: self.metric.clone(),
                ..Wanted::default()
            });
        }
        let metrics: Result<Vec<_>, Failure> = self.metric.iter().map(known).collect();
        let along = self.along.as_ref().map(known).transpose()?;
        Ok(Wanted {
            metrics: metrics?,
            along: along.map_or(Along::Time, Along::Metric),
            quantity: self.quantity.unwrap_or_default(),
            inside: self.with.contains(&Rows::Gates),
            sweeps: self.with.contains(&Rows::Sweeps),
            ..Wanted::default()
        })
    }

    fn is_free(&self, file: &Path) -> Result<(), Failure> {
        is_free(file, self.force, "--force replaces it").map_err(Failure::wrong)
    }

    /// A file for each replayed step, from none to all.
    fn frames(
        &self,
        snapshot: &Snapshot,
        mut wanted: Wanted,
        format: Format,
        output: &mut Output,
    ) -> Result<u8, Failure> {
        let to_file = self.out.as_os_str() != "-";
        if self.panel.name != "theatre" || !to_file || format == Format::Csv {
            return Err(Failure::wrong(
                "--frames is for --panel theatre, as files that end in .png or .svg",
            ));
        }
        let palette = Palette::on(self.dark, false);
        let file = |step: usize| numbered(&self.out, step);
        let steps = snapshot.ripple.steps.len();
        for step in 0..=steps {
            self.is_free(&file(step))?;
        }
        for step in 0..=steps {
            wanted.steps = Some(step);
            let mm = f32::from(self.width);
            let made = self.panel.make(snapshot, &wanted, points(mm), palette);
            let bytes = written(made.map_err(Failure::wrong)?, format, mm, palette)?;
            write_atomic(&file(step), &bytes)?;
            output.line(file(step).display())?;
        }
        Ok(0)
    }

    pub fn run(self, output: &mut Output) -> Result<u8, Failure> {
        if !RunFolder::is_run(&self.run) {
            let folder = self.run.display();
            return Err(Failure::wrong(format_args!("{folder} is not a run folder")));
        }
        let to_file = self.out.as_os_str() != "-";
        if to_file && !self.frames {
            self.is_free(&self.out)?;
        }
        let format = self.format(to_file)?;
        let worker = Worker::open(&self.run, || {})?;
        let mm = f32::from(self.width);
        let palette = Palette::on(self.dark, false);
        let snapshot = worker.snapshot();
        let mut wanted = self.wanted(&snapshot)?;
        wanted.height = self.height.map(|mm| points(f32::from(mm)));
        if self.frames {
            return self.frames(&snapshot, wanted, format, output);
        }
        let made = self.panel.make(&snapshot, &wanted, points(mm), palette);
        let made = made.map_err(Failure::wrong)?;
        let bytes = written(made, format, mm, palette)?;
        if to_file {
            write_atomic(&self.out, &bytes)?;
            output.line(self.out.display())?;
        } else {
            output.bytes(&bytes)?;
        }
        Ok(0)
    }
}

/// A figure in a format.
fn written(made: Made, format: Format, mm: f32, palette: Palette) -> Result<Vec<u8>, Failure> {
    let text = svg(&made.drawing, palette.ground);
    match format {
        Format::Svg => Ok(text.into_bytes()),
        Format::Png => png(&text, mm).map_err(|error| Failure::wrong(error.to_string())),
        Format::Csv => Ok(made.table.into_bytes()),
    }
}

/// One of the figures, by its name.
fn panels() -> impl TypedValueParser<Value = &'static Drawn> {
    let each = FIGURES
        .iter()
        .map(|f| PossibleValue::new(f.name).help(f.doc));
    PossibleValuesParser::new(each)
        .try_map(|name| Drawn::named(&name).ok_or("there is no such figure"))
}

/// One of the measures of agreement, by its name.
fn quantities() -> impl TypedValueParser<Value = Quantity> {
    let name = |named: &'static str| named.split(' ').next().unwrap_or(named);
    let each = Quantity::ALL.map(|(_, named)| PossibleValue::new(name(named)));
    PossibleValuesParser::new(each).try_map(move |wanted| {
        let found = Quantity::ALL.iter().find(|(_, n)| name(n) == wanted);
        found.map(|(q, _)| *q).ok_or("there is no such measure")
    })
}
