//! Progress on standard error: a bar on a terminal, a line a minute where that is a file, nothing when asked to be quiet.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output::note;
use crate::engine::Experiment;
use crate::record::{Event, Sink, SinkError, metric};

/// Parts that a run is divided in.
const PARTS: u64 = 10_000;
/// Time between two looks at the run.
const PAUSE: Duration = Duration::from_millis(100);
/// Time between two lines in a log file.
const MINUTE: Duration = Duration::from_mins(1);

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

/// Shows on a bar for one thing which part of it is done.
pub(super) fn show(bar: &ProgressBar, part: f64) {
    bar.set_position(parts(part));
}

/// One run's share of the bar.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
    told: u64,
    looked: Instant,
    loss: Option<f64>,
    words: bool,
    /// In place of a bar: what a line begins with.
    log: Option<String>,
    lines: Pace,
}

/// When a line is due in a log file, and how long the rest will take.
#[derive(Debug)]
struct Pace {
    since: Instant,
    from: f64,
    next: Instant,
}

impl Pace {
    fn new(from: f64, now: Instant) -> Self {
        Self {
            since: now,
            from,
            next: now + MINUTE,
        }
    }

    /// Once a minute, how long the rest will take where this part is done.
    fn due(&mut self, done: f64, now: Instant) -> Option<String> {
        if now < self.next {
            return None;
        }
        self.next = now + MINUTE;
        let rate = (done - self.from) / now.duration_since(self.since).as_secs_f64();
        let minutes = (1.0 - done) / rate / 60.0;
        Some(match minutes {
            m if !m.is_finite() => "no end in sight".into(),
            m if m < 1.5 => "about a minute left".into(),
            m if m < 90.0 => format!("about {m:.0} minutes left"),
            m if m < 48.0 * 60.0 => format!("about {:.0} hours left", m / 60.0),
            m => format!("about {:.0} days left", m / 60.0 / 24.0),
        })
    }
}

impl Progress {
    /// The same, with lines that say of which run they are.
    pub fn named(self, name: &str) -> Self {
        Self {
            log: self.log.map(|_| format!("{name}: ")),
            ..self
        }
    }

    /// For a run that starts, or goes on, `from` this part of its protocol; alone, it also tells phase and loss. `quiet` says
    /// nothing.
    pub fn new(bar: &ProgressBar, from: f64, alone: bool, quiet: bool) -> Self {
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
            log: (!quiet && bar.is_hidden()).then(String::new),
            lines: Pace::new(from, Instant::now()),
        }
    }

    /// Tells how far the run is, from time to time.
    pub fn look(&mut self, experiment: &Experiment<f32>) {
        if self.looked.elapsed() < PAUSE {
            return;
        }
        self.looked = Instant::now();
        self.tell(experiment);
        let done = experiment.progress();
        if let Some(name) = &self.log
            && let Some(left) = self.lines.due(done, Instant::now())
        {
            let step = experiment.clock().step;
            let words = self.words(experiment);
            note(format_args!(
                "{name}{:.1} %  step {step}  {words}  {left}",
                done * 100.0
            ));
        }
    }

    /// Phase, episode and loss.
    fn words(&self, experiment: &Experiment<f32>) -> String {
        let loss = self
            .loss
            .map_or(String::new(), |loss| format!("  loss {loss:.4}"));
        let (phase, episodes) = (experiment.phase(), experiment.clock().episodes);
        format!("{phase:<7}  episode {episodes}{loss}")
    }

    /// Tells how far the run is.
    pub fn tell(&mut self, experiment: &Experiment<f32>) {
        let now = parts(experiment.progress());
        if self.words {
            self.bar.set_message(self.words(experiment));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_a_minute_says_how_long_the_rest_takes() {
        let begun = Instant::now();
        let at = |seconds| begun + Duration::from_secs(seconds);
        let mut pace = Pace::new(0.5, begun);
        assert_eq!(pace.due(0.5, at(59)), None);
        assert_eq!(pace.due(0.5, at(60)).unwrap(), "no end in sight");
        assert_eq!(pace.due(0.6, at(100)), None);
        // A tenth of the run in two minutes: four tenths take eight.
        assert_eq!(pace.due(0.6, at(120)).unwrap(), "about 8 minutes left");
        assert_eq!(pace.due(0.99, at(200)).unwrap(), "about a minute left");
    }
}
