//! `ammon report`: runs as one page.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::drive::read_summary;
use super::failure::Failure;
use super::output::{Output, note};
use super::progress;
use super::signals::Signals;
use crate::engine::{Rerun, RerunError, Worker, resolved};
use crate::report::{Told, page};
use crate::trace::{FolderError, RunFolder, is_free, write_atomic};

/// Runs that fit on a page.
const MOST: usize = 8;
/// Ripples of a run that fit on it.
const RIPPLES: usize = 12;

/// Makes one self-contained HTML page of runs.
///
/// It holds a summary, final values, curves of all runs in one picture, ripples with a slider along their steps, what differs between
/// the runs, stores and rules as tables, and how to repeat it. It needs no network and no other file. Ripples are found by running
/// again: what the run tells is held against its tables.
#[derive(clap::Args, Debug)]
pub(super) struct Report {
    /// The run folders; the first is the one that the others are beside.
    #[arg(required = true)]
    pub runs: Vec<PathBuf>,
    /// The page to write, or - for standard output.
    #[arg(long, value_name = "FILE.html")]
    pub out: PathBuf,
    /// Ripples to show, by their numbers in replay.csv; without it the first, one in the middle, and the last.
    #[arg(long, value_name = "N,…", value_delimiter = ',')]
    pub ripples: Option<Vec<u64>>,
    /// Replaces FILE where it is there.
    #[arg(long)]
    pub force: bool,
    /// Shows no progress.
    #[arg(long)]
    pub quiet: bool,
}

impl Report {
    pub fn run(self, output: &mut Output) -> Result<u8, Failure> {
        if self.runs.len() > MOST {
            return Err(Failure::wrong(format_args!(
                "a page holds {MOST} runs: these are {}",
                self.runs.len()
            )));
        }
        if self.ripples.as_ref().is_some_and(|r| r.len() > RIPPLES) {
            return Err(Failure::wrong(format_args!(
                "a page holds {RIPPLES} ripples of each run"
            )));
        }
        let to_file = self.out != Path::new("-");
        if to_file {
            is_free(&self.out, self.force, "--force replaces it").map_err(Failure::wrong)?;
        }
        let signals = Signals::listen()?;
        let names = names(&self.runs);
        let bar = progress::bar(self.runs.len(), self.quiet);
        let mut told = Vec::new();
        for (i, (folder, name)) in self.runs.iter().zip(names).enumerate() {
            let goes_on = |part: f64| {
                progress::show(&bar, i as f64 + part);
                signals.caught().is_none()
            };
            match self.tell(folder, name, &goes_on) {
                Ok(run) => told.push(run),
                Err(failure) => {
                    bar.finish_and_clear();
                    return signals.caught().ok_or(failure);
                }
            }
        }
        bar.finish_and_clear();
        let page = page(&told);
        if to_file {
            write_atomic(&self.out, page.as_bytes())?;
            output.line(self.out.display())?;
        } else {
            output.bytes(page.as_bytes())?;
        }
        Ok(0)
    }

    /// What is told of a run.
    fn tell(
        &self,
        folder: &Path,
        name: String,
        goes_on: &(dyn Fn(f64) -> bool + Sync),
    ) -> Result<Told, Failure> {
        if !RunFolder::is_run(folder) {
            let folder = folder.display();
            return Err(Failure::wrong(format_args!("{folder} is not a run folder")));
        }
        let snapshot = Worker::open(folder, || {})?.snapshot();
        let summary = read_summary(folder)?;
        let rerun = Rerun::of(folder, 0..u64::MAX);
        let lived = rerun.as_ref().ok();
        // What was edited in the folder since was not run.
        let scenario =
            if let Some(lived) = lived.and_then(|run| resolved(&run.scene().scenario).ok()) {
                lived
            } else {
                let file = folder.join("scenario.ron");
                std::fs::read_to_string(&file).map_err(FolderError::read(&file))?
            };
        let last = snapshot.ripples.last().map(|ripple| ripple.ripple);
        let wanted: BTreeSet<u64> = match (&self.ripples, last) {
            (_, None) => BTreeSet::new(),
            (None, Some(last)) => [0, last / 2, last].into(),
            (Some(wanted), Some(last)) => {
                if let Some(missing) = wanted.iter().find(|n| **n > last) {
                    return Err(Failure::wrong(format_args!(
                        "there is no ripple {missing} in {}: the last one is {last}",
                        folder.display()
                    )));
                }
                wanted.iter().copied().collect()
            }
        };
        let mut ripples = Vec::new();
        if !wanted.is_empty() {
            match rerun.and_then(|run| run.ripples(&wanted, goes_on)) {
                Ok(came) => ripples = came,
                Err(error @ RerunError::GivenUp) => return Err(Failure::Failed(error.into())),
                Err(error) => note(format_args!(
                    "{}: its ripples are left out: {error}",
                    folder.display()
                )),
            }
        }
        ripples.retain(|ripple| !ripple.steps.is_empty());
        let seed = snapshot.seed;
        Ok(Told {
            name,
            snapshot,
            summary,
            ripples,
            scenario,
            command: format!("ammon run scenario.ron --seed {seed} --out run"),
        })
    }
}

/// What folders are called on the page: as short as tells them apart.
fn names(folders: &[PathBuf]) -> Vec<String> {
    let last = |path: &PathBuf, parts: usize| {
        let all: Vec<String> = path
            .components()
            .map(|c| c.as_os_str().to_string_lossy().into_owned())
            .collect();
        all[all.len().saturating_sub(parts)..].join("/")
    };
    for parts in 1..8 {
        let names: Vec<String> = folders.iter().map(|f| last(f, parts)).collect();
        let apart: BTreeSet<&String> = names.iter().collect();
        if apart.len() == names.len() {
            return names;
        }
    }
    folders.iter().map(|f| f.display().to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_called_as_briefly_as_tells_them_apart() {
        let of = |paths: &[&str]| names(&paths.iter().map(PathBuf::from).collect::<Vec<_>>());
        assert_eq!(of(&["/tmp/a", "/tmp/b"]), ["a", "b"]);
        assert_eq!(of(&["x/seed-1", "y/seed-1"]), ["x/seed-1", "y/seed-1"]);
        assert_eq!(of(&["run"]), ["run"]);
    }
}
