//! `ammon open`, and `ammon` alone: the app, or the flagship scenario in the terminal where there is no display.

use std::path::PathBuf;

use anyhow::anyhow;

use super::failure::Failure;
use super::output::{Output, note};
use super::run::headless;
use super::source::find;
use crate::engine::{Opening, load};
use crate::scenario::FLAGSHIP;

/// The app, as the command line knows it.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Whether there is a display.
    pub available: fn() -> bool,
    /// Opens it and returns when it is closed.
    pub run: fn(Opening) -> anyhow::Result<()>,
}

/// Opens the app on a scenario or a run folder.
#[derive(clap::Args, Debug)]
pub(super) struct Open {
    /// A scenario file, the name of a bundled scenario, or a run folder.
    pub path: PathBuf,
}

/// `ammon` alone: the gallery, or the flagship scenario here.
pub(super) fn gallery(window: Option<Window>, output: &mut Output) -> Result<u8, Failure> {
    let opened = usable(window).and_then(|window| {
        (window.run)(Opening::Gallery)
            .map_err(|error| format!("the window cannot be opened ({error})"))
    });
    let Err(why) = opened else { return Ok(0) };
    note(format_args!("{why}: running the scenario {FLAGSHIP} here"));
    let scenario = load(find(FLAGSHIP.as_ref())?, &[], None)?;
    headless(&scenario, output)
}

/// The window, or why there can be none.
fn usable(window: Option<Window>) -> Result<Window, String> {
    match window {
        None => Err("this ammon was built without the app".into()),
        Some(window) if !(window.available)() => Err("there is no display".into()),
        Some(window) => Ok(window),
    }
}

impl Open {
    pub fn run(self, window: Option<Window>) -> Result<u8, Failure> {
        let opening = self.opening()?;
        let window = usable(window).map_err(|why| {
            let path = self.path.display();
            Failure::Failed(anyhow!("{why}; `ammon run {path}` runs a scenario here"))
        })?;
        (window.run)(opening)
            .map_err(|error| Failure::Failed(anyhow!("the window cannot be opened: {error}")))?;
        Ok(0)
    }

    fn opening(&self) -> Result<Opening, Failure> {
        if self.path.is_dir() && self.path.join("checkpoint.bin").is_file() {
            return Ok(Opening::Folder(self.path.clone()));
        }
        Ok(match load(find(&self.path)?, &[], None) {
            Ok(scenario) => Opening::Scenario(Box::new(scenario), self.path.clone()),
            Err(diagnostics) => Opening::Broken(diagnostics, self.path.clone()),
        })
    }
}
