//! Wake: episodes lived side by side, stored, and learned from by online rules.

use serde::{Deserialize, Serialize};

use super::super::lab::{AWAKE, Lab, Living, RunError, tell_lone_weights};
use super::happening::{Flow, Happening, PhaseKind, Shown, Source};
use super::living_bytes;
use crate::numeric::Real;
use crate::params;
use crate::record::{Metric, Sink, metric};
use crate::scenario::{Needs, Setup};

params! {
    /// Episodes are lived and stored; online rules learn.
    pub struct Wake {
        /// How many, side by side.
        pub episodes: usize = 16, [1 ..= 100000], "episodes", live;
    }
}

/// Most episodes side by side.
const WIDEST: usize = 64;

impl PhaseKind for Wake {
    fn called(&self) -> &'static str {
        "Wake"
    }

    fn bytes(&self, setup: &Setup) -> u64 {
        let width = self.episodes.min(WIDEST) as u64;
        living_bytes(setup, width, setup.episode_steps())
    }

    fn needs(&self) -> Needs {
        let episodes = self.episodes as u64;
        Needs {
            width: episodes.min(WIDEST as u64),
            episodes,
            ..Needs::default()
        }
    }
}

/// Episodes being lived.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Waking<R: Real> {
    episodes: usize,
    left: usize,
    living: Option<Box<Living<R>>>,
}

impl<R: Real> Waking<R> {
    /// Before the first episode.
    pub fn new(phase: &Wake, _: &mut Lab<R>) -> Self {
        Self {
            episodes: phase.episodes,
            left: phase.episodes,
            living: None,
        }
    }

    fn begin(&self, lab: &mut Lab<R>, out: &mut dyn Sink) -> Result<Box<Living<R>>, RunError> {
        let width = if lab.every_episode() {
            1
        } else {
            self.left.min(WIDEST)
        };
        lab.stream = None;
        let batch = lab.batch(width, |streams| &mut streams.task);
        let mut living = Box::new(lab.living(batch));
        lab.begin(&mut living, out)?;
        Ok(living)
    }
}

impl<R: Real> Happening<R> for Waking<R> {
    fn step(&mut self, lab: &mut Lab<R>, out: &mut dyn Sink) -> Result<Flow, RunError> {
        let mut living = match self.living.take() {
            Some(living) if !living.over() => living,
            _ => self.begin(lab, out)?,
        };
        lab.live_step(&mut living, false, out)?;
        if living.over() {
            self.left -= living.batch.width;
            end_batch(&mut living, lab, out)?;
            if self.left == 0 {
                update(lab, out)?;
                lab.align(false, "", out)?;
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
        Shown::living(self.living.as_deref(), Source::Lived)
    }

    fn living(&mut self) -> Option<&mut Living<R>> {
        self.living.as_deref_mut()
    }
}

fn end_batch<R: Real>(
    living: &mut Living<R>,
    lab: &mut Lab<R>,
    out: &mut dyn Sink,
) -> Result<(), RunError> {
    lab.end(living, out)?;
    lab.check(living)?;
    lab.tell_rules(out)?;
    let (task, notebook) = (lab.task(), &lab.notebook);
    let mistakes = task.mistakes().unwrap_or_default();
    living.answers(mistakes).tell(&AWAKE, task, notebook, out)?;
    tell_lone_weights(&lab.cortex.weights, notebook, out)?;
    if let Some(memory) = &lab.memory {
        let load = Metric::new(&metric::STORE_LOAD);
        notebook.tell(load, memory.load() as f64, out)?;
        if let Some(ratio) = memory.compression() {
            notebook.tell(Metric::new(&metric::STORE_RATIO), ratio, out)?;
        }
    }
    if lab.every_episode() {
        update(lab, out)?;
    }
    Ok(())
}

fn update<R: Real>(lab: &mut Lab<R>, out: &mut dyn Sink) -> Result<(), RunError> {
    if lab.rules.learner.offline() {
        Ok(())
    } else {
        lab.update(false, out)
    }
}
