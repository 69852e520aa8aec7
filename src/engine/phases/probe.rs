//! Probe: a test. Nothing is stored and nothing learns.

use serde::{Deserialize, Serialize};

use super::super::lab::{
    Answers, Lab, Learners, Living, PROBED, Reminding, RunError, fresh, probe_recall,
};
use super::happening::{Flow, Happening, PhaseKind, Shown, Source};
use super::living_bytes;
use crate::learning::RuleState;
use crate::numeric::Real;
use crate::params;
use crate::record::{Metric, Sink, metric};
use crate::scenario::Setup;

params! {
    /// A test: nothing is stored and nothing learns.
    pub struct Probe {
        /// How many episodes are tested.
        pub episodes: usize = 256, [1 ..= 100000], "episodes", live;
    }
}

/// Most episodes side by side.
const WIDEST: usize = 256;

impl PhaseKind for Probe {
    fn called(&self) -> &'static str {
        "Probe"
    }

    fn bytes(&self, setup: &Setup) -> u64 {
        let width = self.episodes.min(WIDEST) as u64;
        living_bytes(setup, width, setup.episode_steps())
    }
}

/// Episodes being tested.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Probing<R: Real> {
    episodes: usize,
    left: usize,
    living: Option<Box<Living<R>>>,
    /// A rule that reminds does so in tests too, from a memory of its own.
    reminder: Option<Box<RuleState<R>>>,
    answers: Answers,
}

impl<R: Real> Probing<R> {
    /// Before the first episode.
    pub fn new(phase: &Probe, _: &mut Lab<R>) -> Self {
        Self {
            episodes: phase.episodes,
            left: phase.episodes,
            living: None,
            reminder: None,
            answers: Answers::default(),
        }
    }

    fn begin(&mut self, lab: &mut Lab<R>) -> Box<Living<R>> {
        let batch = lab.batch(self.left.min(WIDEST), |streams| &mut streams.probe);
        let mut living = Box::new(Living::new(batch, &lab.cortex, true));
        self.reminder = lab.rules.reminds().then(|| {
            let (rule, seed) = (&lab.setup.learning.rule, lab.setup.seed);
            Box::new(fresh(rule, "probe", &lab.cortex, seed))
        });
        self.with_reminder(|learners| living.begin(&lab.cortex, None, learners));
        living
    }

    fn with_reminder<T>(&mut self, work: impl FnOnce(&mut dyn Learners<R>) -> T) -> T {
        match &mut self.reminder {
            Some(rule) => work(&mut Reminding(rule)),
            None => work(&mut ()),
        }
    }

    fn tell(&self, lab: &mut Lab<R>, out: &mut dyn Sink) -> Result<(), RunError> {
        let notebook = &lab.notebook;
        if !self.answers.loss.is_finite() {
            return Err(notebook.not_finite("the probe's loss"));
        }
        self.answers.tell(&PROBED, lab.task(), notebook, out)?;
        let updates = Metric::new(&metric::PROBE_UPDATES);
        notebook.tell(updates, notebook.clock.updates as f64, out)?;
        match &mut lab.memory {
            Some(memory) => probe_recall(memory, notebook, &mut lab.streams.probe, out),
            None => Ok(()),
        }
    }
}

impl<R: Real> Happening<R> for Probing<R> {
    fn step(&mut self, lab: &mut Lab<R>, out: &mut dyn Sink) -> Result<Flow, RunError> {
        let mut living = match self.living.take() {
            Some(living) if !living.over() => living,
            _ => self.begin(lab),
        };
        self.with_reminder(|learners| living.step(&lab.cortex, None, learners));
        if living.over() {
            let mistakes = lab.task().mistakes().unwrap_or_default();
            self.answers.add(&living.answers(mistakes));
            self.left -= living.batch.width;
            if self.left == 0 {
                self.tell(lab, out)?;
            }
        }
        let flow = Flow::on_if(self.left > 0 || !living.over());
        self.living = Some(living);
        Ok(flow)
    }

    fn progress(&self) -> f64 {
        1.0 - self.left as f64 / self.episodes as f64
    }

    fn shown(&self) -> Shown<'_, R> {
        Shown::living(self.living.as_deref(), Source::Probed)
    }

    fn living(&mut self) -> Option<&mut Living<R>> {
        self.living.as_deref_mut()
    }
}
