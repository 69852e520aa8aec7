//! The exact store: a tape of contents, the control that CA3 is measured against.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    CodeSize, Cue, Cuts, Load, Recall, Scratch, Store, StoreKind, StoreStart, Stored, Trace,
};
use crate::numeric::Real;
use crate::params;
use crate::record::Direction;

params! {
    /// A tape: every content is kept as it was. The control.
    pub struct Exact {}
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
struct Entry<R: Real> {
    content: Vec<R>,
    before: Option<u64>,
    after: Option<u64>,
}

/// A tape at run time.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ExactStore<R: Real> {
    entries: BTreeMap<u64, Entry<R>>,
}

impl StoreKind for Exact {
    fn codes(&self) -> Option<CodeSize> {
        None
    }

    fn bytes(&self, stored: &Stored) -> u64 {
        stored.steps.saturating_mul(8 * stored.content + 96)
    }

    fn attracts(&self) -> bool {
        false
    }
}

impl<R: Real> ExactStore<R> {
    /// An empty tape.
    pub fn new(_: &Exact, _: StoreStart) -> Self {
        Self::default()
    }

    fn at(&self, engram: Option<u64>) -> Recall {
        let found = engram.filter(|e| self.entries.contains_key(e));
        let sure = if found.is_some() { 1.0 } else { 0.0 };
        Recall {
            engram: found,
            support: sure,
            strength: sure,
            ..Recall::default()
        }
    }
}

impl<R: Real> Store<R> for ExactStore<R> {
    fn codes(&self) -> Option<CodeSize> {
        None
    }

    fn encode(&mut self, traces: &[Trace<'_, R>]) {
        for trace in traces {
            let before = trace.after.map(|(id, _)| id);
            if let Some(previous) = before.and_then(|id| self.entries.get_mut(&id)) {
                previous.after = Some(trace.engram);
            }
            self.entries.insert(
                trace.engram,
                Entry {
                    content: trace.content.to_vec(),
                    before,
                    after: None,
                },
            );
        }
    }

    fn flush(&mut self) {}

    fn forget(&mut self, episodes: &[Vec<(u64, &[u32])>]) {
        for (engram, _) in episodes.iter().flatten() {
            self.entries.remove(engram);
        }
    }

    fn rebind(&mut self, engram: u64, content: &[R]) {
        if let Some(entry) = self.entries.get_mut(&engram) {
            entry.content = content.to_vec();
        }
    }

    fn decay(&mut self, _: f64) {}

    fn complete(&self, cue: &Cue, _: &Cuts, _: &mut Scratch) -> Recall {
        self.at(cue.engram)
    }

    fn next(&self, state: &Recall, direction: Direction, _: &Cuts, _: &mut Scratch) -> Recall {
        let entry = state.engram.and_then(|id| self.entries.get(&id));
        self.at(entry.and_then(|e| match direction {
            Direction::Forward => e.after,
            Direction::Reverse => e.before,
        }))
    }

    fn content(&self, engram: u64) -> Option<&[R]> {
        self.entries.get(&engram).map(|e| e.content.as_slice())
    }

    fn load(&self) -> Load {
        let floats = self.entries.values().map(|e| e.content.len()).sum();
        Load {
            patterns: self.entries.len(),
            synapses: 0,
            floats,
        }
    }
}
