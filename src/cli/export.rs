//! `ammon export`: a run in another format.

use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::output::Output;
use super::progress;
use super::signals::Signals;
use crate::export::{ExportError, ExportSpec, Job, What, Wish};
use crate::registry::nearest;
use crate::trace::{FolderError, RunFolder};

/// Bytes that are handed on to standard output at a time.
const BLOCK: usize = 1 << 16;

/// Exports a run in another format.
///
/// What units did is not recorded while a run goes on. It is found by running again, from the last state before the window that
/// the folder keeps; what the run tells is held against its tables row by row, and where they part the export is refused.
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
    #[command(flatten)]
    pub wishing: Wishing,
    /// Shows no progress.
    #[arg(long)]
    pub quiet: bool,
}

/// What of a run is exported.
#[derive(clap::Args, Debug, Clone, Default)]
pub(super) struct Wishing {
    /// Only what goes on between these times (the tables' `time`, in steps); either may be left out. Episodes and ripples that
    /// touch the window are exported whole.
    #[arg(long, value_name = "FROM..TO", value_parser = window)]
    pub window: Option<Range<u64>>,
    /// Only these of what units do: cortex, inputs, targets, ca3, entorhinal, ripples, metrics, weights.
    #[arg(long, value_name = "WHAT,…", value_delimiter = ',', value_parser = what)]
    pub what: Option<Vec<What>>,
    /// Only this part of the units of each region, drawn by the seed, as electrodes see a few of many.
    #[arg(long, value_name = "PART", value_parser = part)]
    pub unit_fraction: Option<f64>,
    /// Runs nothing again: exports what the tables hold and no activity, also of a run of another build.
    #[arg(long)]
    pub trust_recording: bool,
}

impl Wishing {
    fn wish(self) -> Wish {
        Wish {
            window: self.window,
            what: self.what,
            unit_fraction: self.unit_fraction,
            trust_recording: self.trust_recording,
        }
    }
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
        let signals = Signals::listen()?;
        let bar = progress::bar(1, self.quiet);
        let goes_on = |part: f64| {
            progress::show(&bar, part);
            signals.caught().is_none()
        };
        let job = Job {
            folder: &self.run,
            wish: self.wishing.wish(),
            goes_on: &goes_on,
        };
        let to_output = self.out.as_deref() == Some(Path::new("-"));
        let done = if to_output {
            to_output_of(&self.format, &job, output)
        } else {
            to_file(&self.format, &job, self.out.as_deref(), output)
        };
        bar.finish_and_clear();
        match done {
            Err(Exporting::Export(error)) if error.is_given_up() => {
                Ok(signals.caught().unwrap_or(1))
            }
            Err(Exporting::Export(error)) => Err(failure(error)),
            Err(Exporting::Failure(failure)) => Err(failure),
            Ok(()) => Ok(0),
        }
    }
}

/// Why an export ended early: the export itself, or where it goes.
enum Exporting {
    Export(ExportError),
    Failure(Failure),
}

impl From<ExportError> for Exporting {
    fn from(error: ExportError) -> Self {
        Self::Export(error)
    }
}

impl From<Failure> for Exporting {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<FolderError> for Exporting {
    fn from(error: FolderError) -> Self {
        Self::Failure(error.into())
    }
}

fn to_output_of(format: &ExportSpec, job: &Job<'_>, output: &mut Output) -> Result<(), Exporting> {
    let folder = tempfile::tempdir().map_err(FolderError::write(&std::env::temp_dir()))?;
    let path = format.export(job, Some(folder.path()))?;
    let mut file = std::fs::File::open(&path).map_err(FolderError::read(&path))?;
    let mut block = vec![0; BLOCK];
    loop {
        let read = file.read(&mut block).map_err(FolderError::read(&path))?;
        if read == 0 {
            return Ok(());
        }
        output.bytes(&block[..read])?;
    }
}

fn to_file(
    format: &ExportSpec,
    job: &Job<'_>,
    out: Option<&Path>,
    output: &mut Output,
) -> Result<(), Exporting> {
    let target = out.unwrap_or(job.folder);
    let folder = if target.is_dir() {
        Some(target)
    } else {
        target.parent()
    };
    // Into a run folder only as its one writer.
    let folder = folder.filter(|folder| RunFolder::is_run(folder));
    let _lock = folder.map(RunFolder::lock).transpose()?;
    let path = format.export(job, out)?;
    output.line(path.display())?;
    Ok(())
}

/// What cannot be exported is told with what can.
pub(super) fn failure(error: ExportError) -> Failure {
    let spared = error.spares_tables();
    match error {
        ExportError::Folder(error) => error.into(),
        ExportError::Missing(why) => Failure::wrong(why),
        ExportError::Rerun(error) => {
            let error = anyhow::Error::from(error);
            Failure::Failed(if spared {
                anyhow::anyhow!(
                    "{error}\nWhat the tables hold can be exported without that: --format nwb --trust-recording, or --format csv."
                )
            } else {
                error
            })
        }
    }
}

/// The format of this name.
pub(super) fn format(name: &str) -> Result<ExportSpec, String> {
    let names: Vec<&str> = ExportSpec::variants().iter().map(|v| v.name).collect();
    ExportSpec::named(name).ok_or_else(|| unknown("format", "formats", name, &names))
}

/// What units do, by its name.
fn what(name: &str) -> Result<What, String> {
    let found = What::ALL.iter().find(|(own, _)| *own == name.trim());
    let names: Vec<&str> = What::ALL.iter().map(|(name, _)| *name).collect();
    found
        .map(|(_, what)| *what)
        .ok_or_else(|| unknown("activity", "there are", name, &names))
}

fn unknown(one: &str, many: &str, name: &str, names: &[&str]) -> String {
    let guess = nearest(name, names.iter().copied())
        .map_or(String::new(), |n| format!("did you mean `{n}`? "));
    format!(
        "there is no such {one}; {guess}{many}: {}",
        names.join(", ")
    )
}

/// Two times.
fn window(text: &str) -> Result<Range<u64>, String> {
    let read = || {
        let (from, to) = text.split_once("..")?;
        let time = |text: &str, otherwise: u64| match text.trim() {
            "" => Some(otherwise),
            digits => digits.parse::<u64>().ok(),
        };
        Some(time(from, 0)?..time(to, u64::MAX)?)
    };
    let wrong =
        || "from and to when, in steps: 1000..2000, or 1000.. for all after that".to_string();
    let window = read().ok_or_else(wrong)?;
    if window.is_empty() {
        return Err(format!(
            "nothing lies between: say {}..{} for that step alone",
            window.start,
            window.start.saturating_add(1)
        ));
    }
    Ok(window)
}

/// A part, above 0 and at most 1.
fn part(text: &str) -> Result<f64, String> {
    let part: Option<f64> = text.trim().parse().ok();
    part.filter(|part| *part > 0.0 && *part <= 1.0)
        .ok_or_else(|| "a part above 0 and at most 1, for example 0.05".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_have_a_beginning_and_an_end_after_it() {
        assert_eq!(window("3..9"), Ok(3..9));
        assert_eq!(window(" 3 .. "), Ok(3..u64::MAX));
        assert_eq!(window("..9"), Ok(0..9));
        for wrong in ["3", "9..3", "3..3", "a..b", "-1..3", "", "1..2..3"] {
            assert!(window(wrong).is_err(), "{wrong}");
        }
        for wrong in ["0", "-0.1", "1.01", "NaN", "half", ""] {
            assert!(part(wrong).is_err(), "{wrong}");
        }
        assert!(what("ca3").is_ok());
        assert!(what("ca4").unwrap_err().contains("`ca3`"));
    }
}
