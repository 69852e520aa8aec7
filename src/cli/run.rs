//! `ammon run`: runs a scenario headless.

use std::path::PathBuf;

use super::closing;
use super::drive::{Driven, Driving, Finished};
use super::failure::Failure;
use super::output::{Output, Telling, note};
use super::progress::{self, Progress};
use super::seeds::{self, Plan, Seeds};
use super::signals::Signals;
use super::source::Source;
use crate::engine::Ending;
use crate::engine::Scenario;
use crate::export::ExportSpec;
use crate::trace::shell;

/// Runs a scenario headless.
///
/// Shows progress, then a closing table. SIGINT, SIGTERM, SIGHUP, SIGUSR1 and SIGXCPU stop the run at its next
/// step; a run folder can be resumed. Tables grow with the length of a run: some 40 bytes a value that is measured.
#[derive(clap::Args, Debug)]
pub(super) struct Run {
    #[command(flatten)]
    pub source: Source,
    /// The run folder to write; without it nothing is written.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Replaces an earlier run in DIR: Ammon's own files, and nothing else.
    #[arg(long, requires = "out")]
    pub force: bool,
    /// Runs several seeds (1..10, or 1,3,5), each in its own subfolder of DIR, and tells mean and spread.
    #[arg(long, value_name = "SEEDS", conflicts_with = "seed")]
    pub seeds: Option<Seeds>,
    /// Also converts the finished run to these formats (see `ammon list exports`).
    #[arg(long = "export", value_name = "FORMAT,…", value_delimiter = ',', requires = "out", value_parser = super::export::format)]
    pub exports: Vec<ExportSpec>,
    #[command(flatten)]
    pub driving: Driving,
    #[command(flatten)]
    pub telling: Telling,
}

impl Run {
    pub fn run(self, output: &mut Output) -> Result<u8, Failure> {
        let scenario = self.source.load()?;
        if let Some(seeds) = &self.seeds {
            let plan = Plan {
                scenario: &scenario,
                seeds,
                out: self.out.as_deref(),
                force: self.force,
                exports: &self.exports,
                driving: self.driving,
                telling: self.telling,
            };
            return seeds::run(&plan, output);
        }
        self.driving.limit_threads()?;
        let signals = Signals::listen()?;
        let driven = Driven::new(&scenario, self.out, self.force)?;
        let finished = alone(driven, self.driving, self.telling, &signals)?;
        let code = conclude(&finished, self.telling, &signals, output)?;
        finished.export(&self.exports, &signals)?;
        Ok(code)
    }
}

/// Runs the scenario in the terminal and writes nothing.
pub(super) fn headless(scenario: &Scenario, output: &mut Output) -> Result<u8, Failure> {
    let signals = Signals::listen()?;
    let driven = Driven::new(scenario, None, false)?;
    let finished = alone(driven, Driving::default(), Telling::default(), &signals)?;
    conclude(&finished, Telling::default(), &signals, output)
}

/// Drives one run with a bar of its own.
pub(super) fn alone(
    driven: Driven,
    driving: Driving,
    telling: Telling,
    signals: &Signals,
) -> Result<Finished, Failure> {
    let bar = progress::bar(1, telling.quiet);
    let mut progress = Progress::new(&bar, driven.experiment.progress(), true, telling.quiet);
    let finished = driven.drive(driving, signals, &mut progress);
    bar.finish_and_clear();
    finished
}

/// Tells how the run ended; returns the exit code.
pub(super) fn conclude(
    finished: &Finished,
    telling: Telling,
    signals: &Signals,
    output: &mut Output,
) -> Result<u8, Failure> {
    let code = finished.exit_code(signals);
    if let Ending::Failed(error) = &finished.ending {
        output.error(&anyhow::anyhow!("{error}"));
    }
    let told = if telling.json {
        output.line(closing::pretty(&finished.summary))
    } else if code == 1 {
        Ok(())
    } else {
        closing::table(finished, output)
    };
    let told = told.and_then(|()| output.flush());
    if let (Ending::Stopped, Some(folder), false) =
        (&finished.ending, &finished.folder, telling.quiet)
    {
        let step = finished.experiment.clock().step;
        note(format_args!(
            "stopped at step {step}; `ammon resume {}` goes on",
            shell(folder)
        ));
    }
    match told {
        // Nobody listens, but how the run ended still counts.
        Err(Failure::Closed) => Ok(code),
        told => told.map(|()| code),
    }
}
