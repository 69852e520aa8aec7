//! `ammon set`: gives parameters of a stopped run other values, from where it stands on.

use std::path::PathBuf;

use super::drive::can_go_on;
use super::failure::Failure;
use super::list::sentence;
use super::output::{Output, note};
use super::table::Table;
use crate::engine::{Command, Ending, RunError, Scenario, Session};
use crate::registry::each;
use crate::trace::shell;

/// Gives parameters of a stopped run other values; `ammon resume` goes on with them. Without any it lists what can change.
#[derive(clap::Args, Debug)]
pub(super) struct Set {
    /// The run folder.
    pub run: PathBuf,
    /// What to change: any parameter that `ammon list --json` calls live.
    #[arg(value_name = "PATH=VALUE")]
    pub sets: Vec<String>,
}

impl Set {
    pub fn run(self, output: &mut Output) -> Result<u8, Failure> {
        can_go_on(&self.run)?;
        if self.sets.is_empty() {
            // Only looked at: the folder stays as it is.
            return list(&Session::copy_of(&self.run)?.0.now(), output);
        }
        let (mut experiment, mut session) = Session::resume(&self.run)?;
        if experiment.is_done() {
            return Err(Failure::wrong(format_args!(
                "{} is over: nothing can change in it any more",
                self.run.display()
            )));
        }
        // All or none: the folder is written only when every value was taken.
        for set in &self.sets {
            let Some((path, value)) = set.split_once('=') else {
                return Err(Failure::wrong(format_args!(
                    "`{set}` is not PATH=VALUE, for example cortex.optimizer.rate=0.001"
                )));
            };
            let (path, value) = (path.trim().to_string(), value.trim().to_string());
            match experiment.apply(&Command::Set { path, value }, &mut session) {
                Err(RunError::Refused(why)) => return Err(Failure::wrong(why)),
                done => done?,
            }
        }
        session.checkpoint(&experiment, &Ending::Stopped)?;
        for journalled in experiment
            .journal()
            .iter()
            .rev()
            .take(self.sets.len())
            .rev()
        {
            output.line(format_args!(
                "from step {}: {}",
                journalled.step,
                journalled.command.describe()
            ))?;
        }
        note(format_args!("`ammon resume {}` goes on", shell(&self.run)));
        Ok(0)
    }
}

/// What can change while the run goes on, with its value now and its help.
fn list(scenario: &Scenario, output: &mut Output) -> Result<u8, Failure> {
    let mut table = Table::of_words();
    each(scenario, &mut |path, at| {
        if at.live {
            table.row([path.to_string(), at.value, sentence(at.field.doc)]);
        }
    });
    output.bytes(table.to_string().as_bytes())?;
    Ok(0)
}
