//! `ammon sweep`: many runs of one scenario, planned as data, run by whoever comes, and collected while they run.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use anyhow::anyhow;

use super::drive::{Driven, Driving};
use super::failure::Failure;
use super::output::{Output, note};
use super::progress::{self, Progress};
use super::seeds::Seeds;
use super::signals::Signals;
use super::source::find;
use super::table::{Table, brief};
use super::workers::side_by_side;
use crate::engine::{Axis, Ending, Grid, Scenario, Session, load};
use crate::sweep::{Cells, Folder, Standing, SweepError, collect, maps, script};
use crate::trace::{CHECKPOINT, FolderError, RunFolder, WAYPOINTS, shell, write_atomic};

/// Tasks of an array, unless told otherwise.
const TASKS: usize = 100;
/// Metrics that are told and mapped, unless told otherwise, where cells have them.
const USUAL: [&str; 4] = [
    "probe.accuracy",
    "probe.loss",
    "replay.completed",
    "replay.overlap",
];
/// Rows that are printed.
const ROWS: usize = 40;

/// Many runs of one scenario: a grid of parameters and seeds.
///
/// `plan` writes down which runs there are, `run` works through them, here or as tasks of a SLURM array, and `collect` makes tables and
/// maps of what is there so far.
#[derive(clap::Args, Debug)]
pub(super) struct Sweep {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    Plan(Planning),
    Run(Running),
    Collect(Collecting),
}

/// Plans the runs: every value of every --set with every other, each with every seed.
///
/// In the folder of a sweep of the same scenario only what is not planned yet is added. Also writes DIR/slurm.sh, which works through
/// them as an array of tasks.
#[derive(clap::Args, Debug)]
pub(super) struct Planning {
    /// A scenario file, or the name of a bundled one.
    pub scenario: PathBuf,
    /// Values of a parameter: PATH=V1,V2,… with ranges as 1..5 or 0.1..0.9 by 0.2; may be given several times.
    #[arg(long = "set", value_name = "PATH=V1,V2,…")]
    pub sets: Vec<String>,
    /// The seeds (1..10, or 1,3,5); without it that of the scenario.
    #[arg(long, value_name = "SEEDS")]
    pub seeds: Option<Seeds>,
    /// The folder of the sweep.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Tasks of the array in slurm.sh; at most as many as there are runs.
    #[arg(long, value_name = "N", default_value_t = TASKS, value_parser = tasks)]
    pub tasks: usize,
}

/// Works through a sweep: what is done is not done again, what was stopped goes on.
///
/// Several may work on the same folder. Of a finished run the checkpoint goes, unless it is to be kept: tables, summary and weights
/// stay.
#[derive(clap::Args, Debug)]
pub(super) struct Running {
    /// The folder of the sweep.
    pub sweep: PathBuf,
    /// Only the runs of one task of an array: I, from 0 on, of as many as were planned, or I/N.
    #[arg(long, value_name = "I")]
    pub task: Option<Share>,
    /// Keeps the checkpoints of finished runs, so that they can be exported and looked back at.
    #[arg(long)]
    pub keep_checkpoints: bool,
    /// Runs failed ones again.
    #[arg(long)]
    pub again: bool,
    #[command(flatten)]
    pub driving: Driving,
    /// Shows no progress.
    #[arg(long)]
    pub quiet: bool,
}

/// Makes tables and maps of what is there so far: cells.csv, cells.parquet, summary.csv, maps/METRIC.svg.
#[derive(clap::Args, Debug)]
pub(super) struct Collecting {
    /// The folder of the sweep.
    pub sweep: PathBuf,
    /// A metric that is told and mapped; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub metric: Vec<String>,
}

/// A task: I of N.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Share {
    i: usize,
    /// Of as many tasks as were planned, where nothing is said.
    of: Option<usize>,
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let (i, of) = match text.split_once('/') {
                Some((i, of)) => (i, Some(of.trim().parse().ok()?)),
                None => (text, None),
            };
            let i = i.trim().parse().ok()?;
            of.is_none_or(|of| i < of).then_some(Self { i, of })
        };
        read().ok_or_else(|| "which task: 3, or of how many: 0/20 to 19/20".into())
    }
}

fn tasks(text: &str) -> Result<usize, String> {
    let tasks = text.parse().ok().filter(|n| (1..=10_000).contains(n));
    tasks.ok_or_else(|| "a number from 1 to 10000".into())
}

impl From<SweepError> for Failure {
    fn from(error: SweepError) -> Self {
        match error {
            SweepError::Folder(error) => error.into(),
            error => Self::Wrong(error.into()),
        }
    }
}

impl Sweep {
    pub fn run(self, output: &mut Output) -> Result<u8, Failure> {
        match self.command {
            Command::Plan(c) => c.run(output),
            Command::Run(c) => c.run(output),
            Command::Collect(c) => c.run(output),
        }
    }
}

impl Planning {
    fn run(self, output: &mut Output) -> Result<u8, Failure> {
        let base = load(find(&self.scenario)?, &[], None)?;
        let axes = self.sets.iter().map(|set| {
            let (path, values) = set.split_once('=').ok_or_else(|| {
                Failure::wrong(format_args!(
                    "`{set}`: write PATH=V1,V2, as task.delay=10,20"
                ))
            })?;
            Axis::new(path, values).map_err(|why| Failure::wrong(format_args!("{path}: {why}")))
        });
        let grid = Grid {
            axes: axes.collect::<Result<_, Failure>>()?,
            seeds: self
                .seeds
                .map_or_else(|| vec![base.setup.seed], |seeds| seeds.0),
        };
        let folder = Folder::new(&self.out);
        let (plan, added) = folder.plan(&base, &grid, self.tasks)?;
        let program = std::env::current_exe().unwrap_or_else(|_| "ammon".into());
        let whole = std::path::absolute(&self.out).unwrap_or_else(|_| self.out.clone());
        let path = self.out.join("slurm.sh");
        write_atomic(&path, script(&whole, &program, plan.tasks).as_bytes())?;
        runnable(&path)?;
        output.line(format_args!(
            "{} runs planned, {added} of them new",
            plan.cells.len()
        ))?;
        let word = shell(&self.out);
        output.line(format_args!(
            "ammon sweep run {word}, or sbatch {word}/slurm.sh"
        ))?;
        Ok(0)
    }
}

/// A script can be run.
#[cfg(unix)]
fn runnable(path: &Path) -> Result<(), FolderError> {
    use std::os::unix::fs::PermissionsExt;
    let set = || {
        let mut permissions = std::fs::metadata(path)?.permissions();
        permissions.set_mode(permissions.mode() | 0o111);
        std::fs::set_permissions(path, permissions)
    };
    set().map_err(FolderError::write(path))
}

#[cfg(not(unix))]
fn runnable(_: &Path) -> Result<(), FolderError> {
    Ok(())
}

/// What became of a run, where something is to be told of it.
enum Became {
    Done,
    /// Another works on it.
    Busy,
    Stopped,
    Failed(String),
}

impl Running {
    fn run(self, output: &mut Output) -> Result<u8, Failure> {
        let folder = Folder::new(&self.sweep);
        let plan = folder.read()?;
        let base = folder.base()?;
        let before = Cells::read(&folder)?;
        let (first, apart) = match self.task {
            None => (0, 1),
            Some(Share { i, of }) => (i, of.unwrap_or(plan.tasks)),
        };
        if first >= apart {
            return Err(Failure::wrong(format_args!(
                "{} was planned for {apart} tasks: 0 to {}",
                self.sweep.display(),
                apart - 1
            )));
        }
        let left: Vec<usize> = (first..plan.cells.len())
            .step_by(apart)
            .filter(|i| match before.standing[*i] {
                Standing::Done => false,
                Standing::Failed(_) => self.again,
                Standing::Waiting | Standing::Begun => true,
            })
            .collect();
        let signals = Signals::listen()?;
        let bar = progress::bar(left.len().max(1), self.quiet);
        let failed = Mutex::new(Vec::new());
        let work = |at: usize| {
            let i = left[at];
            let scenario = Folder::scenario(&base, &plan.cells[i]);
            let became = match scenario {
                Ok(scenario) => {
                    let failed = matches!(before.standing[i], Standing::Failed(_));
                    let from = begin(&folder.cell(i), &scenario, failed);
                    from.and_then(|driven| match driven {
                        Some(driven) => self.drive(driven, i, &signals, &bar),
                        None => Ok(Became::Busy),
                    })
                }
                Err(why) => Ok(Became::Failed(why)),
            };
            let became = became.unwrap_or_else(|failure| Became::Failed(failure.told()));
            if let Became::Failed(why) = became {
                // A poisoned lock means that another run panicked; what failed is still known.
                let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                failed.push((i, why));
            }
        };
        let stopped = || signals.caught().is_some();
        let done = side_by_side(
            "ammon-sweep",
            left.len(),
            self.driving.threads,
            &stopped,
            &work,
        );
        bar.finish_and_clear();
        done?;
        let mut failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
        failed.sort();
        for (i, why) in &failed {
            let set = plan.cells[*i].set.join(" ");
            let seed = plan.cells[*i].seed;
            output.error(&anyhow!("cell {i} ({set}, seed {seed}): {why}"));
        }
        output.line(told(&Cells::read(&folder)?))?;
        if !self.quiet {
            note(format_args!(
                "`ammon sweep collect {}` makes tables of it",
                shell(&self.sweep)
            ));
        }
        let code = u8::from(!failed.is_empty());
        Ok(signals.caught().unwrap_or(code))
    }

    fn drive(
        &self,
        driven: Driven,
        i: usize,
        signals: &Signals,
        bar: &indicatif::ProgressBar,
    ) -> Result<Became, Failure> {
        let from = driven.experiment.progress();
        let progress = Progress::new(bar, from, false, self.quiet);
        let mut progress = progress.named(&format!("cell {i}"));
        let finished = driven.drive(self.driving, signals, &mut progress)?;
        Ok(match (finished.ending, finished.folder) {
            (Ending::Completed, Some(folder)) => {
                if !self.keep_checkpoints {
                    let _lock = RunFolder::lock(&folder)?;
                    // What cannot go takes room and does no harm.
                    drop(std::fs::remove_file(folder.join(CHECKPOINT)));
                    drop(std::fs::remove_dir_all(folder.join(WAYPOINTS)));
                }
                Became::Done
            }
            (Ending::Failed(why), _) => Became::Failed(why),
            _ => Became::Stopped,
        })
    }
}

/// The run of a cell, from where it was, or anew; none where another works on it.
fn begin(folder: &Path, scenario: &Scenario, anew: bool) -> Result<Option<Driven>, Failure> {
    let begun = if folder.join(CHECKPOINT).is_file() && !anew {
        let resumed = Session::resume(folder).map_err(Failure::from);
        resumed.map(|(run, session)| Driven::of(run, session, folder.to_path_buf()))
    } else {
        let force = RunFolder::is_run(folder);
        Driven::new(scenario, Some(folder.to_path_buf()), force)
    };
    match begun {
        Ok(driven) => Ok(Some(driven)),
        Err(Failure::Wrong(error)) if is_busy(&error) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Whether another process writes there.
fn is_busy(error: &anyhow::Error) -> bool {
    let busy = |error: &FolderError| matches!(error, FolderError::Busy { .. });
    error.downcast_ref().is_some_and(busy)
}

/// How many runs stand in each way.
fn told(cells: &Cells) -> String {
    let counts = cells.counts();
    let parts: Vec<String> = counts
        .iter()
        .map(|(name, n)| format!("{n} {name}"))
        .collect();
    format!("{} runs: {}", cells.plan.cells.len(), parts.join(", "))
}

impl Collecting {
    fn run(self, output: &mut Output) -> Result<u8, Failure> {
        let folder = Folder::new(&self.sweep);
        let cells = collect(&folder)?;
        output.line(told(&cells))?;
        let groups = cells.groups();
        let there = |name: &str| groups.iter().any(|group| group.metric == name);
        let metrics: Vec<String> = if self.metric.is_empty() {
            let usual = USUAL.into_iter().filter(|name| there(name));
            usual.map(String::from).collect()
        } else {
            if let Some(missing) = self.metric.iter().find(|name| !there(name)) {
                return Err(Failure::wrong(format_args!(
                    "no finished run of {} has measured {missing}",
                    self.sweep.display()
                )));
            }
            self.metric
        };
        let mut written = ["cells.csv", "cells.parquet", "summary.csv"]
            .map(String::from)
            .to_vec();
        for (metric, svg) in maps(&cells, &metrics) {
            let name = format!("maps/{}.svg", metric.replace(['/', '\\'], "_"));
            let path = folder.path().join(&name);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent).map_err(FolderError::write(parent))?;
            }
            write_atomic(&path, svg.as_bytes())?;
            written.push(name);
        }
        if let Some(metric) = metrics.first() {
            table(&cells, metric, output)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_one_of_several() {
        let share = |i, of| Ok(Share { i, of });
        assert_eq!("3/20".parse(), share(3, Some(20)));
        assert_eq!("3".parse(), share(3, None));
        for wrong in ["", "20/20", "0/0", "-1/3", "a/b"] {
            assert!(wrong.parse::<Share>().is_err(), "{wrong}");
        }
    }
}
