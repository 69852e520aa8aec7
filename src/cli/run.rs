//! `ammon run`: runs a scenario headless.

use std::path::PathBuf;

use super::drive::{Driven, Driving, Finished};
use super::failure::Failure;
use super::output::{Output, note};
use super::progress::{self, Progress};
use super::report;
use super::seeds::{self, Seeds};
use super::signals::Signals;
use super::source::Source;
use crate::engine::{Ending, Experiment, Session};
use crate::scenario::Scenario;
use crate::trace::ExportSpec;

/// Runs a scenario headless.
///
/// Shows progress, then a closing table. SIGINT and SIGTERM stop the run at its next step; a run folder can be resumed.
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

/// How the result is told.
#[derive(clap::Args, Debug, Clone, Copy, Default)]
pub(super) struct Telling {
    /// Prints the object of summary.json instead of the closing table.
    #[arg(long)]
    pub json: bool,
    /// Shows no progress.
    #[arg(long)]
    pub quiet: bool,
}

impl Run {
    pub fn run(self, output: &mut Output) -> Result<u8, Failure> {
        let scenario = self.source.load()?;
        if let Some(seeds) = &self.seeds {
            return seeds::run(&self, &scenario, seeds, output);
        }
        self.driving.limit_threads()?;
        let signals = Signals::listen()?;
        let driven = self.driven(&scenario, self.out.clone())?;
        let finished = alone(driven, self.driving, self.telling, &signals)?;
        let code = conclude(&finished, self.telling, &signals, output)?;
        self.export(&finished)?;
        Ok(code)
    }

    /// The run before its first step, and its folder.
    pub fn driven(&self, scenario: &Scenario, folder: Option<PathBuf>) -> Result<Driven, Failure> {
        let experiment = Experiment::new(scenario);
        let session = match &folder {
            Some(folder) => Session::create(folder, self.force, &experiment)?,
            None => Session::unwritten(),
        };
        Ok(Driven {
            experiment,
            session,
            folder,
        })
    }

    /// Converts the finished run to the formats asked for.
    pub fn export(&self, finished: &Finished) -> Result<(), Failure> {
        let folder = finished
            .folder
            .iter()
            .filter(|_| !matches!(finished.ending, Ending::Failed(_)));
        for folder in folder {
            for format in &self.exports {
                format.export(folder, None)?;
            }
        }
        Ok(())
    }
}

/// Runs the scenario in the terminal and writes nothing.
pub(super) fn headless(scenario: &Scenario, output: &mut Output) -> Result<u8, Failure> {
    let signals = Signals::listen()?;
    let driven = Driven {
        experiment: Experiment::new(scenario),
        session: Session::unwritten(),
        folder: None,
    };
    let driving = Driving {
        stop_at: None,
        threads: None,
    };
    let finished = alone(driven, driving, Telling::default(), &signals)?;
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
    let mut progress = Progress::new(&bar, driven.experiment.progress(), true);
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
    let code = exit_code(&finished.ending, signals);
    if let Ending::Failed(error) = &finished.ending {
        output.error(&anyhow::anyhow!("{error}"));
    }
    let told = if telling.json {
        output.line(report::pretty(&finished.summary))
    } else if code == 1 {
        Ok(())
    } else {
        report::table(finished, output)
    };
    let told = told.and_then(|()| output.flush());
    if let (Ending::Stopped, Some(folder), false) =
        (&finished.ending, &finished.folder, telling.quiet)
    {
        let step = finished.experiment.clock().step;
        note(format_args!(
            "stopped at step {step}; `ammon resume {}` goes on",
            folder.display()
        ));
    }
    match told {
        // Nobody listens, but how the run ended still counts.
        Err(Failure::Closed) => Ok(code),
        told => told.map(|()| code),
    }
}

/// 0 done or stopped as asked for, 1 failed, 130 or 143 stopped by a signal.
pub(super) fn exit_code(ending: &Ending, signals: &Signals) -> u8 {
    match ending {
        Ending::Completed => 0,
        Ending::Stopped => signals.caught().unwrap_or(0),
        Ending::Failed(_) => 1,
    }
}
