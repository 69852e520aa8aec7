//! Commands: every change to a run, also one made in the window, applied and journalled at a step boundary.

use serde::{Deserialize, Serialize};

use super::phases::Phase;
use crate::circuit::Place;
use crate::registry::serial::line;

/// A change to a running experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Silence a fraction of a region, or cut a fraction of a pathway.
    Lesion {
        /// Region or pathway.
        target: Place,
        /// Fraction missing.
        fraction: f64,
    },
    /// Make a region or pathway whole again.
    Restore {
        /// Region or pathway.
        target: Place,
    },
    /// Give a parameter another value.
    Set {
        /// Its path in the scenario, as `cortex.optimizer.rate`.
        path: String,
        /// The value, in RON.
        value: String,
    },
    /// Put further phases at the end of the protocol.
    Extend {
        /// Which.
        phases: Vec<Phase>,
    },
}

impl Command {
    /// In words, for the log and the undo menu.
    pub fn describe(&self) -> String {
        match self {
            Self::Lesion { target, fraction } => {
                format!("lesion {target} ({:.0} %)", fraction * 100.0)
            }
            Self::Restore { target } => format!("restore {target}"),
            Self::Set { path, value } => format!("set {path} to {value}"),
            Self::Extend { phases } => {
                let phases: Vec<String> = phases.iter().map(line).collect();
                format!("add {} to the protocol", phases.join(", "))
            }
        }
    }
}

/// A command with the step it was applied before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Journalled {
    /// Steps done before it.
    pub step: u64,
    /// What was done.
    pub command: Command,
}
