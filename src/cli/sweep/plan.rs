//! `ammon sweep plan`: writes down which runs there are.

use std::path::{Path, PathBuf};

use super::super::failure::Failure;
use super::super::output::Output;
use super::super::seeds::Seeds;
use super::super::source::{find, find_either};
use crate::engine::{Axis, Grid, Scenario, load};
use crate::scenario::{Text, is_sweep, read_sweep};
use crate::sweep::{Folder, Plan, Wanted, script};
use crate::trace::{FolderError, shell, write_atomic};

/// Tasks of an array, unless told otherwise.
const TASKS: usize = 100;

/// Plans the runs: every value of every --set with every other, each with every seed; or the variations of a sweep that is no grid.
///
/// In the folder of a sweep of the same scenario only what is not planned yet is added. Also writes DIR/slurm.sh, which works through
/// them as an array of tasks.
#[derive(clap::Args, Debug)]
pub(super) struct Planning {
    /// A scenario or sweep: a file, or the name of a bundled one (see `ammon list sweeps`).
    pub scenario: PathBuf,
    /// Values of a parameter: PATH=V1,V2,… with ranges as 1..5 or 0.1..0.9 by 0.2; may be given several times. With a
    /// sweep: PATH=VALUE, in all its runs.
    #[arg(long = "set", value_name = "PATH=V1,V2,…")]
    pub sets: Vec<String>,
    /// The seeds (1..10, or 1,3,5); without it that of the scenario, or those of the sweep.
    #[arg(long, value_name = "SEEDS")]
    pub seeds: Option<Seeds>,
    /// The folder of the sweep.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Tasks of the array in slurm.sh; at most as many as there are runs.
    #[arg(long, value_name = "N", default_value_t = TASKS, value_parser = tasks)]
    pub tasks: usize,
}

fn tasks(text: &str) -> Result<usize, String> {
    let tasks = text.parse().ok().filter(|n| (1..=10_000).contains(n));
    tasks.ok_or_else(|| "a number from 1 to 10000".into())
}

impl Planning {
    pub fn run(self, output: &mut Output) -> Result<u8, Failure> {
        let (plan, added) = self.write()?;
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

    /// Writes the plan and the script; returns the plan, and how many of its runs are new.
    pub fn write(&self) -> Result<(Plan, usize), Failure> {
        let text = find_either(&self.scenario)?;
        let (base, wanted) = if is_sweep(&text) {
            self.list(text)?
        } else {
            self.grid(text)?
        };
        let planned = Folder::new(&self.out).plan(&base, wanted, self.tasks)?;
        let program = std::env::current_exe().unwrap_or_else(|_| "ammon".into());
        let whole = std::path::absolute(&self.out).unwrap_or_else(|_| self.out.clone());
        let path = self.out.join("slurm.sh");
        write_atomic(&path, script(&whole, &program, planned.0.tasks).as_bytes())?;
        runnable(&path)?;
        Ok(planned)
    }

    /// Every value of every parameter with every other.
    fn grid(&self, text: Text) -> Result<(Scenario, Wanted), Failure> {
        let base = load(text, &[], None)?;
        let axes = self.sets.iter().map(|set| {
            let (path, values) = set.split_once('=').ok_or_else(|| {
                Failure::wrong(format_args!(
                    "`{set}`: write PATH=V1,V2, as task.delay=10,20"
                ))
            })?;
            Axis::new(path, values).map_err(|why| Failure::wrong(format_args!("{path}: {why}")))
        });
        let own = vec![base.setup.seed];
        let grid = Grid {
            axes: axes.collect::<Result<_, Failure>>()?,
            seeds: self.seeds.clone().map_or(own, |seeds| seeds.0),
        };
        let wanted = Wanted::grid(&base, &grid)?;
        Ok((base, wanted))
    }

    /// The variations of a sweep; what is set besides holds for all of them.
    fn list(&self, text: Text) -> Result<(Scenario, Wanted), Failure> {
        let sweep = read_sweep(text)?;
        let beside = self.scenario.with_file_name(&sweep.scenario);
        let scenario = if beside.is_file() {
            beside
        } else {
            PathBuf::from(&sweep.scenario)
        };
        let sets = [&sweep.set[..], &self.sets[..]].concat();
        let base = load(find(&scenario)?, &sets, None)?;
        let seeds = self.seeds.as_ref().map_or(&sweep.seeds, |seeds| &seeds.0);
        let wanted = Wanted::list(&base, &sweep, seeds)?;
        Ok((base, wanted))
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
