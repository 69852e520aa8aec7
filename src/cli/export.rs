//! `ammon export`: converts a finished run.

use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::output::Output;
use crate::registry::nearest;
use crate::trace::{ExportSpec, RunFolder, RunReader};

/// Converts a run to another format.
#[derive(clap::Args, Debug)]
pub(super) struct Export {
    /// The run folder.
    pub run: PathBuf,
    /// The format (see `ammon list exports`).
    #[arg(long, value_name = "FORMAT", value_parser = format)]
    pub format: ExportSpec,
    /// Where to: a file, a folder, or - for standard output; without it, into the run folder.
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
}

impl Export {
    pub fn run(self, output: &mut Output) -> Result<u8, Failure> {
        if !self.run.join("metrics.csv").is_file() {
            let folder = self.run.display();
            return Err(Failure::wrong(format_args!(
                "{folder} is not a run folder: it holds no metrics.csv"
            )));
        }
        RunFolder::ready(&self.run)?;
        if self.out.as_deref() == Some(Path::new("-")) {
            output.bytes(&self.format.convert(&RunReader::new(&self.run))?)?;
        } else {
            let target = self.out.as_deref().unwrap_or(&self.run);
            let folder = if target.is_dir() {
                Some(target)
            } else {
                target.parent()
            };
            // Into a run folder only as its one writer.
            let folder = folder.filter(|folder| RunFolder::is_run(folder));
            let _lock = folder.map(RunFolder::lock).transpose()?;
            let path = self.format.export(&self.run, self.out.as_deref())?;
            output.line(path.display())?;
        }
        Ok(0)
    }
}

/// The format of this name.
pub(super) fn format(name: &str) -> Result<ExportSpec, String> {
    let names: Vec<&str> = ExportSpec::variants().iter().map(|v| v.name).collect();
    ExportSpec::named(name).ok_or_else(|| {
        let guess = nearest(name, names.iter().copied())
            .map_or(String::new(), |n| format!("did you mean `{n}`? "));
        format!(
            "there is no such format; {guess}formats: {}",
            names.join(", ")
        )
    })
}
