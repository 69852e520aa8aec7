//! What can be opened: a scenario, a run folder, or a scenario whose problems are to be shown.

use std::path::PathBuf;

use super::super::scenario::Scenario;
use crate::scenario::Diagnostics;

/// What the window opens on.
#[derive(Debug)]
pub enum Opening {
    /// The gallery, with the flagship scenario loaded.
    Gallery,
    /// A scenario, and what was named: the file it lies in, or another name.
    Scenario(Box<Scenario>, PathBuf),
    /// A run folder.
    Folder(PathBuf),
    /// A scenario that cannot run: its problems, and what was named.
    Broken(Diagnostics, PathBuf),
}
