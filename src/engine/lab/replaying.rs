//! Replaying a walk through CA3, step by step: the one way to do it, for sleeps, measurements and gradients.

use serde::{Deserialize, Serialize};

use super::learners::Learners;
use super::planning::Planned;
use crate::episode::quarter;
use crate::hippocampus::HippocampusState;
use crate::learning::Reinstated;
use crate::neocortex::Cortex;
use crate::numeric::{DMatrix, Real};

/// A chain of ripples under way; mostly it is one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Replaying<R: Real> {
    /// The present ripple's number in the run.
    pub number: u64,
    /// What was planned.
    pub planned: Planned,
    /// Steps done.
    pub step: usize,
    /// Where the present ripple of the chain began.
    pub begun: Begun,
    /// Overlap with what should have come, a step each.
    pub overlaps: Vec<f64>,
    /// Decoded states, S × steps.
    pub decoded: Vec<R>,
    /// The lived states that should have come; fewer where unknown.
    pub lived: Vec<R>,
    /// δ at each step, S × steps, for the picture; NaN where none was carried, and fewer where nobody learned.
    #[serde(skip)]
    pub deltas: Vec<R>,
}

/// How much there was when a ripple of a chain began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// Steps.
    pub step: usize,
    /// Values of decoded states.
    pub decoded: usize,
    /// Values of lived states.
    pub lived: usize,
}

impl<R: Real> Replaying<R> {
    /// A ripple before its first step.
    pub fn begin(
        number: u64,
        planned: Planned,
        cortex: &Cortex<R>,
        learners: &mut dyn Learners<R>,
    ) -> Self {
        learners.begin_ripple(cortex);
        Self {
            number,
            planned,
            step: 0,
            begun: Begun::default(),
            overlaps: Vec::new(),
            decoded: Vec::new(),
            lived: Vec::new(),
            deltas: Vec::new(),
        }
    }

    /// The next ripple of the chain begins.
    pub fn chain(&mut self, number: u64) {
        self.number = number;
        self.begun = Begun {
            step: self.step,
            decoded: self.decoded.len(),
            lived: self.lived.len(),
        };
    }

    /// Steps of the present ripple.
    pub fn steps(&self) -> usize {
        self.step - self.begun.step
    }

    /// Whether the walk is over.
    pub fn over(&self) -> bool {
        self.step >= self.planned.walk.states.len()
    }

    /// One step: CA1 decodes, the cortex is re-instated, and offline rules learn. `record` is the episode as it was lived, for
    /// the measurement alone. Returns what CA1 gave back, where it gave something.
    pub fn step(
        &mut self,
        cortex: &Cortex<R>,
        memory: &HippocampusState<R>,
        record: Option<&DMatrix<R>>,
        learners: &mut dyn Learners<R>,
    ) -> Option<Vec<R>> {
        let state = self.planned.walk.states.get(self.step)?;
        let shape = memory.shape();
        let mut content = vec![R::zero(); shape.len()];
        let decoded = memory.content(state, &mut content);
        let expected = self.planned.expected.get(self.step);
        let lived_step = expected.map(|e| e.step);
        self.overlaps.push(match (expected, state.engram) {
            (Some(e), None) => memory.overlap(&state.active, &e.code),
            (Some(e), Some(id)) => f64::from(u8::from(id == e.engram)),
            (None, _) => 0.0,
        });
        if let (Some(record), Some(t)) = (record, lived_step)
            && t < record.ncols()
        {
            let lived = record.column(t);
            self.lived.extend(lived.iter().take(shape.state).copied());
        }
        self.decoded.extend_from_slice(shape.state_of(&content));
        self.deltas.resize(self.step * shape.state, R::of(f64::NAN));
        self.step += 1;
        if decoded {
            cortex.silence(&mut content[..shape.state]);
            learners.reinstate(&Reinstated {
                cortex,
                shape,
                content: &content,
                remote: lived_step.is_some_and(|t| t < quarter(self.planned.length)),
            });
            self.deltas
                .extend_from_slice(learners.error().unwrap_or_default());
        }
        decoded.then_some(content)
    }
}

/// Replays a whole walk.
pub fn replay<R: Real>(
    planned: Planned,
    cortex: &Cortex<R>,
    memory: &HippocampusState<R>,
    learners: &mut dyn Learners<R>,
) -> Replaying<R> {
    let mut ripple = Replaying::begin(0, planned, cortex, learners);
    while !ripple.over() {
        ripple.step(cortex, memory, None, learners);
    }
    ripple
}
