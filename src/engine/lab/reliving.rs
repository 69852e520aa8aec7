//! Re-living a stored episode: a forward ripple gives its inputs back, the cortex of now goes through them, and the engrams are bound
//! to the states that it comes to.

use serde::{Deserialize, Serialize};

use super::replaying::Replaying;
use crate::hippocampus::HippocampusState;
use crate::neocortex::Cortex;
use crate::numeric::{Block, DMatrix, Real};

/// Overlap with what should have come from which on a step counts as that step.
const SAME: f64 = 0.5;

/// What a forward ripple re-lives.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Reliving<R: Real> {
    /// s'_{t−1}, S long.
    state: Vec<R>,
    /// Steps of the episode with (s'_{t−1}, x̂_t), for the entorhinal codes.
    seen: Vec<(usize, Vec<R>)>,
    /// Σ ‖s'_{t−1} − ŝ_{t−1}‖² over the steps.
    pub apart: f64,
    /// Σ ½ (‖s'_{t−1}‖² + ‖ŝ_{t−1}‖²).
    pub size: f64,
}

impl<R: Real> Reliving<R> {
    /// Before the first step: at rest, as every episode begins.
    pub fn begin(cortex: &Cortex<R>) -> Self {
        Self {
            state: vec![R::zero(); cortex.state()],
            seen: Vec::new(),
            apart: 0.0,
            size: 0.0,
        }
    }

    /// One step of the ripple: CA3 gives (ŝ_{t−1}, x̂_t) back, s'_{t−1} takes the place of ŝ_{t−1}, and s'_t = f(s'_{t−1}, x̂_t).
    /// `record` is the episode as it was lived, for the measurement alone.
    pub fn step(
        &mut self,
        ripple: &mut Replaying<R>,
        cortex: &Cortex<R>,
        memory: &mut HippocampusState<R>,
        record: Option<&DMatrix<R>>,
    ) {
        let at = ripple.step;
        let Some(content) = ripple.step(cortex, memory, record, &mut ()) else {
            return;
        };
        let shape = memory.shape();
        let x = shape.input_of(&content);
        for (new, old) in self.state.iter().zip(shape.state_of(&content)) {
            let (new, old) = (new.f64(), old.f64());
            self.apart += (new - old).powi(2);
            self.size += 0.5 * (new * new + old * old);
        }
        memory.rebind(&ripple.planned.walk.states[at], &self.state);
        let expected = ripple.planned.expected.get(at);
        if let Some(expected) = expected.filter(|_| ripple.overlaps[at] >= SAME) {
            let seen = [&self.state, x].concat();
            self.seen.push((expected.step, seen));
        }
        let mut z = vec![R::zero(); cortex.drive_rows()];
        let mut aux = vec![R::zero(); cortex.aux_rows()];
        let mut next = vec![R::zero(); cortex.state()];
        cortex.drive_into(Block::column(x), &mut z);
        cortex.step(&self.state, &z, &mut next, &mut aux);
        self.state = next;
    }

    /// The ripple is over: the perforant path learns what was seen.
    pub fn end(self, ripple: &Replaying<R>, memory: &mut HippocampusState<R>) {
        memory.recode(ripple.planned.position, &self.seen);
    }
}
