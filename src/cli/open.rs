//! `ammon open`, and `ammon` alone: the app, or the flagship scenario in the terminal where there is no display.

use std::path::PathBuf;

use super::failure::Failure;
use super::output::{Output, note};
use super::run::headless;
use crate::engine::load;
use crate::scenario::FLAGSHIP;

/// Opens the app on a scenario or a run folder.
#[derive(clap::Args, Debug)]
pub(super) struct Open {
    /// A scenario file, the name of a bundled scenario, or a run folder.
    pub path: PathBuf,
}

/// `ammon` alone: the gallery, or the flagship scenario here.
pub(super) fn gallery(output: &mut Output) -> Result<u8, Failure> {
    let why = match app::gallery() {
        Ok(()) => return Ok(0),
        Err(why) => why,
    };
    note(format_args!("{why}: running the scenario {FLAGSHIP} here"));
    let scenario = load(super::source::find(FLAGSHIP.as_ref())?, &[], None)?;
    headless(&scenario, output)
}

#[cfg(not(feature = "gui"))]
mod app {
    use super::{Failure, Open, Output};

    const WITHOUT: &str = "this ammon was built without the app";

    pub(super) fn gallery() -> Result<(), String> {
        Err(WITHOUT.into())
    }

    impl Open {
        pub fn run(self, _: &mut Output) -> Result<u8, Failure> {
            let path = self.path.display();
            Err(Failure::Failed(anyhow::anyhow!(
                "{WITHOUT}; `ammon run {path}` runs a scenario here"
            )))
        }
    }
}

#[cfg(feature = "gui")]
mod app {
    use anyhow::anyhow;

    use super::{Failure, Open, Output};
    use crate::cli::source::find;
    use crate::engine::load;
    use crate::gui::{self, Start};

    const WITHOUT: &str = "there is no display";

    pub(super) fn gallery() -> Result<(), String> {
        if !gui::display_available() {
            return Err(WITHOUT.into());
        }
        gui::run(Start::Gallery).map_err(|error| format!("the window cannot be opened ({error})"))
    }

    impl Open {
        pub fn run(self, _: &mut Output) -> Result<u8, Failure> {
            let start = self.start()?;
            if !gui::display_available() {
                let path = self.path.display();
                return Err(Failure::Failed(anyhow!(
                    "{WITHOUT}; `ammon run {path}` runs a scenario here"
                )));
            }
            gui::run(start).map_err(|error| {
                Failure::Failed(anyhow!("the window cannot be opened: {error}"))
            })?;
            Ok(0)
        }

        fn start(&self) -> Result<Start, Failure> {
            if self.path.is_dir() && self.path.join("checkpoint.bin").is_file() {
                return Ok(Start::Folder(self.path.clone()));
            }
            let text = find(&self.path)?;
            let name = text.name.clone();
            Ok(match load(text, &[], None) {
                Ok(scenario) => Start::Scenario(Box::new(scenario), name),
                Err(diagnostics) => Start::Broken(diagnostics),
            })
        }
    }
}
