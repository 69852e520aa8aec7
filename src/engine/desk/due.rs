//! When a run is to be written again.

use std::time::{Duration, Instant};

/// Time between two writings, at least; and at least this many times as long as one takes.
const INTERVAL: Duration = Duration::from_secs(10);
const PATIENCE: u32 = 50;

/// When the next writing is due: at fixed times, or after a while that is long enough for it to cost little.
#[derive(Clone, Copy, Debug)]
pub struct Due {
    next: Instant,
    every: Option<Duration>,
}

impl Due {
    /// The first one is due after `every`, or after a while.
    pub fn new(every: Option<Duration>) -> Self {
        Self {
            next: Instant::now() + every.unwrap_or(INTERVAL),
            every,
        }
    }

    /// Whether it is time.
    pub fn now(&self) -> bool {
        Instant::now() >= self.next
    }

    /// Writes, and says when the next time is.
    pub fn measure<T>(&mut self, write: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let result = write();
        let pause = || INTERVAL.max(begun.elapsed() * PATIENCE);
        self.next = Instant::now() + self.every.unwrap_or_else(pause);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_long_is_done_seldom() {
        let mut due = Due::new(Some(Duration::ZERO));
        assert!(due.now());
        due.measure(|| {});
        assert!(due.now());
        let mut due = Due::new(None);
        assert!(!due.now());
        let begun = Instant::now();
        due.measure(|| std::thread::sleep(Duration::from_millis(250)));
        assert!(due.next >= begun + Duration::from_millis(250) * (PATIENCE + 1));
    }
}
