//! The progress bar on standard error: silent where that is no terminal, or when asked to be.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::engine::Experiment;
use crate::record::{Event, Sink, SinkError, metric};

/// Parts that a run is divided in.
const PARTS: u64 = 10_000;
/// Time between two looks at the run.
const PAUSE: Duration = Duration::from_millis(100);

/// A bar for this many runs side by side.
pub(super) fn bar(runs: usize, quiet: bool) -> ProgressBar {
    let target = if quiet {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::stderr()
    };
    let bar = ProgressBar::with_draw_target(Some(PARTS * runs as u64), target);
    match ProgressStyle::with_template("[{bar:32}] {percent:>3} %  {msg}  {eta} left") {
        Ok(style) => bar.with_style(style.progress_chars("=> ")),
        Err(_) => bar,
    }
}

/// One run's share of the bar.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
    told: u64,
    looked: Instant,
    loss: Option<f64>,
    words: bool,
}

impl Progress {
    /// For a run that starts, or goes on, `from` this part of its protocol; alone, it also tells phase and loss.
    pub fn new(bar: &ProgressBar, from: f64, alone: bool) -> Self {
        let told = parts(from);
        bar.inc(told);
        // What was done in an earlier sitting says nothing of the pace of this one.
        bar.reset_eta();
        Self {
            bar: bar.clone(),
            told,
            looked: Instant::now(),
            loss: None,
            words: alone,
        }
    }

    /// Tells how far the run is, from time to time.
    pub fn look(&mut self, experiment: &Experiment<f32>) {
        if self.looked.elapsed() < PAUSE {
            return;
        }
        self.looked = Instant::now();
        self.tell(experiment);
    }

    /// Tells how far the run is.
    pub fn tell(&mut self, experiment: &Experiment<f32>) {
        let now = parts(experiment.progress());
        if self.words {
            let loss = self
                .loss
                .map_or(String::new(), |loss| format!("  loss {loss:.4}"));
            let (phase, episodes) = (experiment.phase(), experiment.clock().episodes);
            self.bar
                .set_message(format!("{phase:<7}  episode {episodes}{loss}"));
        }
        self.bar.inc(now.saturating_sub(self.told));
        self.told = self.told.max(now);
    }
}

fn parts(fraction: f64) -> u64 {
    (fraction * PARTS as f64) as u64
}

impl Sink for Progress {
    fn event(&mut self, event: &Event) -> Result<(), SinkError> {
        let told = [&metric::LOSS, &metric::PROBE_LOSS];
        if let Some(row) = event.measurement()
            && told.into_iter().any(|loss| row.metric.is(loss))
        {
            self.loss = Some(row.value);
        }
        Ok(())
    }
}
