//! Waypoints: whole states that a long run leaves on its way, so that a window of it can be lived again without all that came
//! before.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::super::experiment::Experiment;
use crate::trace::{FolderError, Offsets, WAYPOINTS, read_checkpoint};

/// Time between two waypoints of a run that is not longer than so many times that.
const APART: u64 = 250_000;
/// Most of them; when there would be more, they are twice as far apart.
const MOST: u64 = 8;

/// Bytes of a state that is not left: a window of its run is found from the beginning.
pub const LARGEST_WAYPOINT: u64 = 128 << 20;

/// A state of the run with no batch and no ripple under way.
#[derive(Deserialize)]
#[serde(bound = "")]
pub struct Waypoint {
    /// The state.
    pub experiment: Experiment<f32>,
    /// How long the tables were then.
    pub offsets: Offsets,
}

/// The same, as it is written.
#[derive(Serialize)]
#[serde(bound = "")]
pub struct Leaving<'a> {
    pub experiment: &'a Experiment<f32>,
    pub offsets: Offsets,
}

/// The waypoints in a run folder.
#[derive(Debug)]
pub struct Waypoints {
    folder: PathBuf,
    /// When the next one is due, by the run's clock.
    next: u64,
}

/// Time between two waypoints when it is so late.
fn apart(time: u64) -> u64 {
    let mut apart = APART;
    while time / apart > MOST {
        apart *= 2;
    }
    apart
}

/// Whether one is left at this time.
fn is_due(time: u64) -> bool {
    time > 0 && time.is_multiple_of(apart(time))
}

/// When the one after this time is due.
fn after(time: u64) -> u64 {
    let mut next = (time / APART + 1) * APART;
    while !is_due(next) {
        next += APART;
    }
    next
}

impl Waypoints {
    /// Those of a run folder whose run is at its beginning, or is only read.
    pub fn of(folder: &Path) -> Self {
        Self {
            folder: folder.join(WAYPOINTS),
            next: APART,
        }
    }

    /// Those of a run that goes on at this time: later ones are of another future and go.
    pub fn from(folder: &Path, time: u64) -> Result<Self, FolderError> {
        let mut all = Self::of(folder);
        all.keep(|due| due <= time)?;
        let steps = (0..=time / APART).rev().map(|n| n * APART);
        let last = steps.into_iter().find(|at| is_due(*at)).unwrap_or_default();
        all.next = if all.file(last).is_file() || last == 0 {
            after(last)
        } else {
            last
        };
        Ok(all)
    }

    /// The name of one in the run folder, where it is due.
    pub fn due(&self, run: &Experiment<f32>) -> Option<String> {
        (run.clock().time >= self.next && run.is_between())
            .then(|| format!("{WAYPOINTS}/{}", name(self.next)))
    }

    /// The one that was due was left; those that are too near to one another go.
    pub fn left(&mut self) -> Result<(), FolderError> {
        let last = self.next;
        self.next = after(last);
        let apart = apart(last);
        self.keep(|due| due.is_multiple_of(apart))
    }

    /// The latest one before a time that will do; one that cannot be read will not.
    pub fn before(
        &self,
        time: u64,
        will_do: impl Fn(&Waypoint) -> bool,
    ) -> Result<Option<Waypoint>, FolderError> {
        let mut all = self.all()?;
        all.retain(|due| *due < time);
        for due in all.into_iter().rev() {
            let Ok(mut waypoint) = read_checkpoint::<Waypoint>(&self.file(due)) else {
                continue;
            };
            waypoint.experiment.distrust();
            if waypoint.experiment.clock().time < time && will_do(&waypoint) {
                return Ok(Some(waypoint));
            }
        }
        Ok(None)
    }

    fn file(&self, due: u64) -> PathBuf {
        self.folder.join(name(due))
    }

    /// When they were due, the earliest first.
    fn all(&self) -> Result<Vec<u64>, FolderError> {
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(FolderError::read(&self.folder)(e)),
        };
        let names = entries.flatten().map(|entry| entry.file_name());
        let due = names.filter_map(|name| name.to_str()?.strip_suffix(".bin")?.parse().ok());
        let mut all: Vec<u64> = due.collect();
        all.sort_unstable();
        Ok(all)
    }

    /// Only these stay.
    fn keep(&self, stays: impl Fn(u64) -> bool) -> Result<(), FolderError> {
        for due in self.all()?.into_iter().filter(|due| !stays(*due)) {
            let file = self.file(due);
            std::fs::remove_file(&file).map_err(FolderError::write(&file))?;
        }
        Ok(())
    }
}

fn name(due: u64) -> String {
    format!("{due}.bin")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waypoints_are_where_they_are_whenever_a_run_was_interrupted() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join(WAYPOINTS);
        std::fs::create_dir(&folder).unwrap();
        let mut all = Waypoints::of(dir.path());
        for time in (0..12_000_000).step_by(1000) {
            if time >= all.next {
                std::fs::write(all.file(all.next), "").unwrap();
                all.left().unwrap();
            }
            if time % 330_000 == 0 {
                let again = Waypoints::from(dir.path(), time).unwrap();
                assert_eq!(again.next, all.next, "at {time}");
            }
            let kept = all.all().unwrap();
            assert!(kept.len() as u64 <= MOST, "{kept:?}");
            // Never is more than a quarter of the run behind the last one, nor between two.
            let last = kept.last().copied().unwrap_or_default();
            assert!(time - last <= (time / 4).max(APART), "{kept:?} at {time}");
        }
        let kept = all.all().unwrap();
        assert_eq!(kept[0], kept[1] - kept[0]);
    }
}
