//! `ammon figure`: a panel of a run as a figure for print.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::failure::Failure;
use super::output::Output;
use crate::engine::Worker;
use crate::figure::{FIGURES, Figure as Drawn, Palette, points, svg};
use crate::trace::{RunFolder, write_atomic};

/// Makes a figure of a run, as SVG.
///
/// It shows the run as its checkpoint has it, on a light ground, in the widths of journals.
#[derive(clap::Args, Debug)]
pub(super) struct Figure {
    /// The run folder.
    pub run: PathBuf,
    /// The panel.
    #[arg(long, value_name = "NAME", value_parser = panels())]
    pub panel: &'static Drawn,
    /// The file to write, or - for standard output.
    #[arg(long, value_name = "FILE.svg")]
    pub out: PathBuf,
    /// Width in millimetres: 85 is a column, 180 a page.
    #[arg(long, value_name = "MM", default_value_t = 85, value_parser = clap::value_parser!(u16).range(20..=1000))]
    pub width: u16,
    /// Replaces FILE where it is there.
    #[arg(long)]
    pub force: bool,
}

impl Figure {
    pub fn run(self, output: &mut Output) -> Result<u8, Failure> {
        if !RunFolder::is_run(&self.run) {
            let folder = self.run.display();
            return Err(Failure::wrong(format_args!("{folder} is not a run folder")));
        }
        let to_file = self.out.as_os_str() != "-";
        if to_file && self.out.exists() && !self.force {
            let file = self.out.display();
            return Err(Failure::wrong(format_args!(
                "{file} is there already; --force replaces it"
            )));
        }
        let worker = Worker::open(&self.run, || {})?;
        let width = points(f32::from(self.width));
        let palette = Palette::LIGHT;
        let drawing = self.panel.draw(&worker.snapshot(), width, palette);
        let drawing = drawing.map_err(Failure::wrong)?;
        let text = svg(&drawing, palette.ground);
        if to_file {
            write_atomic(&self.out, text.as_bytes())?;
            output.line(self.out.display())?;
        } else {
            output.bytes(text.as_bytes())?;
        }
        Ok(0)
    }
}

/// One of the figures, by its name.
fn panels() -> impl TypedValueParser<Value = &'static Drawn> {
    let each = FIGURES
        .iter()
        .map(|f| PossibleValue::new(f.name).help(f.doc));
    PossibleValuesParser::new(each).try_map(|name| {
        let found = FIGURES.iter().find(|figure| figure.name == name);
        found.ok_or("there is no such figure")
    })
}
