//! Cues into the hippocampus, and what comes back: completion in the store, content from CA1.

use rayon::prelude::*;

use super::cue::CueSpec;
use super::engram::Engram;
use super::memory::HippocampusState;
use super::store::{Code, Cue, Recall, Scratch};
use crate::numeric::{KWinners, Real, Rng};

impl<R: Real> HippocampusState<R> {
    /// A cue for an engram. A cortical cue is made from `state` (h, x), or, without one, from what the decoder gives back.
    pub fn cue(&self, engram: &Engram, spec: &CueSpec, state: Option<&[R]>, rng: &mut Rng) -> Cue {
        let kind = spec.kind();
        let units = if kind.is_cortical() {
            let mut content = vec![R::zero(); self.shape.len()];
            let state = state.unwrap_or_else(|| {
                self.content(&engram.recalled(), &mut content);
                self.shape.seen_of(&content)
            });
            self.cortical_cue(kind.fraction(), state, rng)
        } else {
            kind.degrade(&engram.code, self.store().units(), rng)
                .unwrap_or_default()
        };
        Cue {
            units,
            engram: Some(engram.id),
        }
    }

    /// The CA3 units that a part of a cortical state (h, x) lights up through the perforant path.
    pub fn cortical_cue(&self, fraction: f64, state: &[R], rng: &mut Rng) -> Code {
        let width = self.shape.seen();
        let mut known = vec![false; width];
        for i in rng.subset(width, (fraction * width as f64).round() as usize) {
            known[i as usize] = true;
        }
        let mut winners = KWinners::default();
        let activations = self.entorhinal.activations(state, Some(&known));
        let code = self.entorhinal.code(activations.as_slice(), &mut winners);
        if !code.iter().any(|&i| self.lesions.carries(i)) {
            return Code::new();
        }
        let pairs = self.stored.iter().flat_map(|e| &e.engrams);
        let pairs = pairs.map(|e| (e.code.as_slice(), e.entorhinal.as_slice(), e.strength));
        let (m, cut) = (self.store().units(), &self.lesions.perforant);
        let input = self.entorhinal.perforant(&code, cut, pairs, m);
        let mut cue = Code::new();
        winners.choose(&input, self.store().active(), &mut cue);
        cue
    }

    /// Completes each cue, side by side.
    pub fn recalls(&self, cues: &[Cue]) -> Vec<Recall> {
        let (store, cuts) = (&self.store, &self.lesions.cuts);
        let one = |scratch: &mut Scratch, cue: &Cue| {
            if self.lesions.silences_store() {
                return Recall::default();
            }
            store.as_dyn().complete(cue, cuts, scratch)
        };
        cues.par_iter().map_init(Scratch::default, one).collect()
    }

    /// Decodes the content of a state; false where CA1 gives nothing back. The mask is cleaned up to 0 or 1.
    pub fn content(&self, recall: &Recall, out: &mut [R]) -> bool {
        if self.lesions.decodes_nothing() {
            out.fill(R::zero());
            return false;
        }
        if let Some(content) = recall.engram.and_then(|id| self.store().content(id)) {
            out.copy_from_slice(content);
        } else if let Some(decoder) = &self.decoder {
            let code: Code = recall
                .active
                .iter()
                .copied()
                .filter(|&i| self.lesions.reaches_ca1(i))
                .collect();
            decoder.read(&code, out);
            let mask = self.shape.len() - 1;
            out[mask] = if out[mask] > R::of(0.5) {
                R::one()
            } else {
                R::zero()
            };
        }
        self.lesions.dim(&mut out[..self.shape.state]);
        true
    }
}
