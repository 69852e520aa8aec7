//! Stream: experience without episodes, where the state is never reset.

use serde::{Deserialize, Serialize};

use super::super::lab::{self, AWAKE, Lab, Living, RunError, tell_lone_weights};
use super::happening::{Flow, Happening, PhaseKind, Shown, Source};
use super::living_bytes;
use crate::episode::Batch;
use crate::learning::RuleSpec;
use crate::numeric::Real;
use crate::params;
use crate::record::Sink;
use crate::scenario::{Report, Setup, Stretch};

params! {
    /// Experience without episodes: the state is never reset, and online rules learn. Goes on where the last one stopped,
    /// unless episodes were lived in between.
    pub struct Stream {
        /// How many steps.
        pub steps: u64 = 1000, [1 ..= 1000000000], "steps", live;
        /// After how many steps loss and accuracy are told.
        pub report: usize = 100, [1 ..= 100000], "steps", live;
    }
}

impl PhaseKind for Stream {
    fn called(&self) -> &'static str {
        "Stream"
    }

    fn bytes(&self, setup: &Setup) -> u64 {
        let steps = (self.report as u64).min(self.steps);
        living_bytes(setup, 1, steps + setup.episode_steps())
    }

    /// A stream asks for rules that need no end of an episode.
    fn problems(&self, setup: &Setup, report: &mut Report<'_>) {
        if setup.hippocampus.is_some() {
            report.here(
                "a stream has no episodes that a hippocampus could store",
                "use Wake, or leave `hippocampus` out",
            );
        }
        if setup.learning.every() == Stretch::Episode {
            report.elsewhere(
                "learning.update",
                "a stream has no episodes to learn after",
                "use EveryStep, or EveryPhase",
            );
        }
        for rule in setup.learning.rules().filter(|r| !r.kind().streams()) {
            report.here(
                format!("{} needs episodes: a stream never ends", rule.name()),
                format!(
                    "use Wake, or one of {}",
                    RuleSpec::names(|rule| rule.kind().streams())
                ),
            );
        }
    }
}

/// A stream being lived, a stretch between two reports at a time.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Streaming<R: Real> {
    steps: u64,
    left: u64,
    report: usize,
    living: Option<Box<Living<R>>>,
}

impl<R: Real> Streaming<R> {
    /// Before the first step.
    pub fn new(phase: &Stream, _: &mut Lab<R>) -> Self {
        Self {
            steps: phase.steps,
            left: phase.steps,
            report: phase.report,
            living: None,
        }
    }

    /// The next steps of the stream, which begins here where there is none.
    fn next_stretch(
        &self,
        lab: &mut Lab<R>,
        out: &mut dyn Sink,
    ) -> Result<Box<Living<R>>, RunError> {
        let begins = lab.stream.is_none();
        let state = lab.cortex.state();
        let mut stream = lab.stream.take().unwrap_or_else(|| lab::Stream::new(state));
        let steps = (self.report as u64).min(self.left) as usize;
        let task = lab.setup.task.kind();
        let episode = stream.stretch(steps, task, &mut lab.streams.task);
        let batch = Batch::of(&[episode], lab.notebook.clock.episodes);
        let mut living = Box::new(lab.living(batch));
        living.h.clone_from(&stream.h);
        living.before = stream.lived;
        lab.stream = Some(stream);
        if begins {
            lab.begin(&mut living, out)?;
        }
        Ok(living)
    }

    fn end_stretch(
        &self,
        living: &Living<R>,
        lab: &mut Lab<R>,
        out: &mut dyn Sink,
    ) -> Result<(), RunError> {
        lab.rules.forget_shadows();
        if let Some(stream) = &mut lab.stream {
            stream.h.clone_from(&living.h);
            stream.lived += living.t as u64;
        }
        lab.check(living)?;
        lab.tell_rules(out)?;
        if living.sums.scored.all > 0.0 {
            living.sums.tell(&AWAKE, lab.task(), &lab.notebook, out)?;
            tell_lone_weights(&lab.cortex.weights, &lab.notebook, out)?;
        }
        if self.left == 0 {
            lab.update(true, out)?;
        }
        Ok(())
    }
}

impl<R: Real> Happening<R> for Streaming<R> {
    fn step(&mut self, lab: &mut Lab<R>, out: &mut dyn Sink) -> Result<Flow, RunError> {
        let mut living = match self.living.take() {
            Some(living) if !living.over() => living,
            _ => self.next_stretch(lab, out)?,
        };
        lab.live_step(&mut living, true, out)?;
        self.left -= 1;
        if living.over() {
            self.end_stretch(&living, lab, out)?;
        }
        self.living = Some(living);
        Ok(Flow::on_if(self.left > 0))
    }

    fn progress(&self) -> f64 {
        1.0 - self.left as f64 / self.steps as f64
    }

    fn shown(&self) -> Shown<'_, R> {
        Shown::living(self.living.as_deref(), Source::Lived)
    }

    fn living(&mut self) -> Option<&mut Living<R>> {
        self.living.as_deref_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learning::RuleSpec;
    use crate::neocortex::CellSpec;
    use crate::record::{Event, metric};
    use crate::scenario::Learning;

    fn lab(rule: &str) -> Lab<f64> {
        let mut setup = Setup::default();
        setup.cortex.cell = CellSpec::named("Reversible").unwrap();
        setup.learning = Learning {
            rule: RuleSpec::named(rule).unwrap(),
            ..Learning::default()
        };
        Lab::new(&setup)
    }

    fn stream(lab: &mut Lab<f64>, steps: u64, report: usize) -> Vec<Event> {
        let mut streaming = Streaming::new(&Stream { steps, report }, lab);
        let mut events = Vec::new();
        while streaming.step(lab, &mut events).unwrap() == Flow::On {}
        events
    }

    #[test]
    fn what_rules_tell_is_told_at_each_report() {
        let mut lab = lab("ReversibleReplay");
        // The rule learns what it tells where an episode ends.
        let mut living = lab.living(lab.clone().batch(1, |s| &mut s.task));
        lab.begin(&mut living, &mut ()).unwrap();
        while !living.over() {
            lab.live_step(&mut living, false, &mut ()).unwrap();
        }
        lab.end(&mut living, &mut ()).unwrap();
        let events = stream(&mut lab, 90, 40);
        let told = events.iter().filter_map(Event::measurement);
        let named = told.filter(|m| m.metric.is(&metric::RECONSTRUCTION));
        assert_eq!(named.count(), 3);
    }

    #[test]
    fn a_stream_counts_on_over_its_stretches() {
        let mut lab = lab("Rtrl");
        stream(&mut lab, 90, 40);
        assert_eq!(lab.stream.as_ref().unwrap().lived, 90);
        let streaming = Streaming::new(
            &Stream {
                steps: 5,
                report: 40,
            },
            &mut lab,
        );
        let living = streaming.next_stretch(&mut lab, &mut ()).unwrap();
        assert_eq!((living.t, living.before), (0, 90));
        // Episodes in between end it.
        lab.stream = None;
        let living = streaming.next_stretch(&mut lab, &mut ()).unwrap();
        assert_eq!(living.before, 0);
    }
}
