//! What is to be exported, and of what.

use std::ops::Range;
use std::path::Path;

use super::error::ExportError;
use crate::engine::{Rerun, Scene, Witness};
use crate::trace::RunReader;

/// What units do that can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// States of the cortex, lived and re-instated.
    Cortex,
    /// Inputs while awake.
    Inputs,
    /// Targets, and where they count.
    Targets,
    /// Codes of CA3, awake and in ripples.
    Ca3,
    /// Codes of the entorhinal cortex.
    Entorhinal,
    /// Ripples with their truth, and their shuffled twins.
    Ripples,
    /// What was measured: alignment of gradients, loss, accuracy.
    Metrics,
    /// Weights as the run ended, with their spectra.
    Weights,
}

impl What {
    /// All there is, with the name of each.
    pub const ALL: [(&'static str, Self); 8] = [
        ("cortex", Self::Cortex),
        ("inputs", Self::Inputs),
        ("targets", Self::Targets),
        ("ca3", Self::Ca3),
        ("entorhinal", Self::Entorhinal),
        ("ripples", Self::Ripples),
        ("metrics", Self::Metrics),
        ("weights", Self::Weights),
    ];

    /// As it is named.
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, what)| *what == self);
        found.map_or("", |(name, _)| name)
    }
}

/// What is wanted of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wish {
    /// From and to when, by the run's clock (the tables' `time`); all of it where nothing is said.
    pub window: Option<Range<u64>>,
    /// What units do; all there is where nothing is said.
    pub what: Option<Vec<What>>,
    /// Part of the units of each region that are seen, as electrodes see a few of many; all where nothing is said.
    pub unit_fraction: Option<f64>,
    /// Only what the tables hold: nothing is run again.
    pub trust_recording: bool,
}

impl Wish {
    /// From and to when.
    pub fn window(&self) -> Range<u64> {
        self.window.clone().unwrap_or(0..u64::MAX)
    }

    /// Whether something is wanted.
    pub fn has(&self, what: What) -> bool {
        self.what.as_ref().is_none_or(|all| all.contains(&what))
    }

    /// Whether ripples have rows of their own: where their codes or states are wanted, too.
    pub fn sees_ripples(&self) -> bool {
        [What::Ripples, What::Ca3, What::Cortex]
            .into_iter()
            .any(|what| self.has(what))
    }

    /// What is asked for, as options of the command line.
    pub fn told(&self) -> String {
        let mut told = String::new();
        if let Some(Range { start, end }) = &self.window {
            let end = Some(end).filter(|end| **end < u64::MAX);
            let end = end.map_or(String::new(), u64::to_string);
            told.extend([" --window ", &start.to_string(), "..", &end]);
        }
        if let Some(what) = &self.what {
            let names: Vec<&str> = what.iter().map(|what| what.name()).collect();
            told.extend([" --what ", &names.join(",")]);
        }
        if let Some(part) = self.unit_fraction {
            told.extend([" --unit-fraction ", &part.to_string()]);
        }
        if self.trust_recording {
            told += " --trust-recording";
        }
        told
    }

    /// Refuses what a format does not hold; `held` is what it does.
    pub(super) fn within(&self, format: &str, held: &[What]) -> Result<(), ExportError> {
        let missing = self.what.iter().flatten().find(|what| !held.contains(what));
        missing.map_or(Ok(()), |missing| {
            let names: Vec<&str> = held.iter().map(|what| what.name()).collect();
            let held = if names.is_empty() {
                "nothing of what units do".into()
            } else {
                names.join(", ")
            };
            Err(ExportError::Missing(format!(
                "{format} holds no {}, but {held}",
                missing.name()
            )))
        })
    }

    /// Whether what units do is asked for, beside measurements.
    pub fn asks_for_activity(&self) -> bool {
        self.window.is_some() || self.what.is_some() || self.unit_fraction.is_some()
    }
}

/// An export to be done.
pub struct Job<'a> {
    /// The run folder.
    pub folder: &'a Path,
    /// What of it.
    pub wish: Wish,
    /// Hears which part is done, 0 to 1, and says whether to go on.
    pub goes_on: &'a (dyn Fn(f64) -> bool + Sync),
}

impl<'a> Job<'a> {
    /// All of a run that is exported without anyone looking.
    pub fn whole(folder: &'a Path) -> Self {
        Self {
            folder,
            wish: Wish::default(),
            goes_on: &|_| true,
        }
    }

    /// The tables.
    pub fn reader(&self) -> RunReader {
        RunReader::new(self.folder)
    }

    /// Lives the run again within the window; the witness is made for what there is to be seen.
    pub fn live<W: Witness + Send>(
        &self,
        make: impl FnOnce(&Scene) -> Result<W, ExportError>,
    ) -> Result<W, ExportError> {
        let rerun = Rerun::of(self.folder, self.wish.window())?;
        let mut witness = make(&rerun.scene())?;
        rerun.live(&mut witness, self.goes_on)?;
        Ok(witness)
    }
}
