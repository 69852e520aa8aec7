//! The clock of an exported file. A run's clock counts steps, and of episodes that are lived side by side each step once; a file
//! puts one episode after the other, each lived step as long as the scenario says, each replayed one likewise, and a pause after
//! each episode and ripple.

use std::path::Path;

use crate::engine::Scene;
use crate::trace::FolderError;

/// Time in a file, in nanoseconds from its beginning.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    /// Now.
    pub now: u64,
    /// A lived step.
    pub lived: u64,
    /// A replayed step.
    pub replayed: u64,
    /// Between two episodes, or ripples.
    pub pause: u64,
}

/// A hundred years, in nanoseconds: what is added to a time before it is well within 64 bits.
const LONGEST: u64 = 100 * 365 * 24 * 3600 * 1_000_000_000;

/// Nanoseconds of a second.
const SECOND: f64 = 1e9;

/// Nanoseconds as seconds.
pub(super) fn seconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / SECOND
}

impl Clock {
    /// At the beginning.
    pub fn new(scene: &Scene) -> Self {
        let nanoseconds = |milliseconds: f64| (milliseconds * 1e6).round().max(1.0) as u64;
        let lived = nanoseconds(scene.lived_ms);
        Self {
            now: lived,
            lived,
            replayed: nanoseconds(scene.ripple_ms),
            pause: lived,
        }
    }

    /// So many steps go by, and a pause; returns from and to when the steps were.
    pub fn pass(&mut self, steps: u64, each: u64) -> Result<(u64, u64), FolderError> {
        let from = self.now;
        let to = steps
            .checked_mul(each)
            .and_then(|time| from.checked_add(time));
        match to.filter(|to| *to < LONGEST) {
            Some(to) => {
                self.now = to + self.pause;
                Ok((from, to))
            }
            None => Err(FolderError::broken(
                Path::new("scenario.ron"),
                "all its steps together last longer than a hundred years: lower hippocampus.ripple.lived_step, or export a window",
            )),
        }
    }
}
