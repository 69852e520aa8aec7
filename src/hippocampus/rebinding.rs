//! Reconsolidation: what is recalled is bound anew to what it is like now (Nader, Schafe & LeDoux 2000).
//!
//! A recalled code x gave back ŷ = (ŝ, x̂, target, mask). Where the cortex of now makes s of the same inputs, C ← C + (y − ŷ) xᵀ with
//! y = (s, x̂, target, mask): no content is looked up, and of what was decoded wrongly the error stays. Decoders that learn by errors
//! learn (x, y) as any other pair. The hippocampus does not know whether it recalled what it was asked for: what a ripple that goes
//! astray comes through is bound anew too.

use super::engram::Engram;
use super::memory::HippocampusState;
use super::store::{Code, Recall, overlap};
use crate::numeric::{KWinners, Real};

/// Overlap from which on two recalled codes count as one.
const SAME: f64 = 0.5;

impl<R: Real> HippocampusState<R> {
    /// Binds another cortical `state` to a recalled code, in place of the one that it gives back; its input, target and mask stay. What
    /// CA1 says changes once the decoder is solved again, where it is one that is solved.
    pub fn rebind(&mut self, recall: &Recall, state: &[R]) {
        if let Some(id) = recall.engram
            && let Some(content) = self.store().content(id)
        {
            let mut content = content.to_vec();
            content[..state.len()].copy_from_slice(state);
            self.store.as_dyn_mut().rebind(id, &content);
            return;
        }
        let code: Code = (recall.active.iter().copied())
            .filter(|&i| self.lesions.reaches_ca1(i))
            .collect();
        let Some(decoder) = &mut self.decoder else {
            return;
        };
        // What CA1 gives back for it may be that of before: bound twice, both would add up.
        let again = |bound: &Code| overlap(bound, &code) >= SAME;
        if code.is_empty() || self.rebound.iter().any(again) {
            return;
        }
        if self.spec.decoder.kind().solves() {
            self.rebound.push(code.clone());
        }
        let mut old = vec![R::zero(); self.shape.len()];
        decoder.read(&code, &mut old);
        let old: Vec<f64> = old.iter().map(|y| y.f64()).collect();
        let mut new = old.clone();
        for (y, s) in new.iter_mut().zip(state) {
            *y = s.f64();
        }
        decoder.revise_recalled(&code, &old, &new);
    }

    /// The perforant path learns the entorhinal codes of other states and inputs, (N + X) × steps, for engrams of the episode at this
    /// position; nothing where a step has none.
    pub fn recode(&mut self, position: usize, seen: &[(usize, Vec<R>)]) {
        let all: Vec<R> = seen.iter().flat_map(|(_, v)| v.iter().copied()).collect();
        if all.is_empty() {
            return;
        }
        let activations = self.entorhinal.activations(&all, None);
        let mut winners = KWinners::default();
        for (column, (step, _)) in activations.column_iter().zip(seen) {
            let code = self.entorhinal.code(column.as_slice(), &mut winners);
            let engram: Option<&mut Engram> = self
                .stored
                .get_mut(position)
                .and_then(|e| e.engrams.get_mut(*step));
            if let Some(engram) = engram {
                engram.entorhinal = code;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DecoderSpec, Delta, Exact, Hippocampus, Outcome, StoreSpec};
    use super::*;
    use crate::episode::ContentShape;
    use crate::numeric::Rng;

    const SHAPE: ContentShape = ContentShape {
        state: 6,
        input: 3,
        target: 2,
    };

    fn some(rng: &mut Rng) -> Vec<f32> {
        let mut content: Vec<f32> = (0..SHAPE.len()).map(|_| rng.normal() as f32).collect();
        content[SHAPE.len() - 1] = 1.0;
        content
    }

    /// Largest difference of what is decoded from what was bound.
    fn worst(memory: &HippocampusState<f32>, bound: &[Vec<f32>]) -> f32 {
        let engrams = memory.stored().iter().flat_map(|e| &e.engrams);
        let ids = engrams.zip(bound).map(|(engram, content)| {
            let mut read = vec![0.0; SHAPE.len()];
            memory.content(&engram.recalled(), &mut read);
            let apart = read.iter().zip(content).map(|(a, b)| (a - b).abs());
            apart.fold(0.0, f32::max)
        });
        ids.fold(0.0, f32::max)
    }

    #[test]
    fn a_recalled_step_is_bound_to_another_state_and_all_else_stays() {
        let specs = [
            (Hippocampus::default(), 0.02),
            (
                Hippocampus {
                    store: StoreSpec::Exact(Exact {}),
                    ..Hippocampus::default()
                },
                1e-6,
            ),
            (
                Hippocampus {
                    decoder: DecoderSpec::Delta(Delta::default()),
                    ..Hippocampus::default()
                },
                1.5,
            ),
        ];
        for (spec, bound) in specs {
            let mut rng = Rng::named(3, "test");
            let mut memory = HippocampusState::<f32>::new(&spec, SHAPE, 1);
            let (steps, episodes) = (8, 5);
            let mut contents = Vec::new();
            for episode in 0..episodes {
                memory.open(&[episode], steps);
                for _ in 0..steps {
                    let content = some(&mut rng);
                    memory.encode(&content, &[true], 1, &mut rng);
                    contents.push(content);
                }
                memory.close(1, &[Outcome::default()]);
            }
            memory.solve();
            let before = worst(&memory, &contents);
            assert!(before < bound, "{before}");
            // Again and again: what is decoded does not drift.
            for _ in 0..20 {
                for (i, content) in contents.iter_mut().enumerate().skip(steps) {
                    let engram = memory.stored()[i / steps].engrams[i % steps].recalled();
                    let state: Vec<f32> = (0..SHAPE.state).map(|_| rng.normal() as f32).collect();
                    memory.rebind(&engram, &state);
                    content[..SHAPE.state].copy_from_slice(&state);
                }
                memory.solve();
            }
            let after = worst(&memory, &contents);
            assert!(after < 2.0 * bound, "{before} {after}");
        }
    }

    #[test]
    fn what_is_bound_twice_before_ca1_is_solved_does_not_add_up() {
        let mut rng = Rng::named(5, "test");
        let mut memory = HippocampusState::<f32>::new(&Hippocampus::default(), SHAPE, 1);
        memory.open(&[0], 1);
        let mut content = some(&mut rng);
        memory.encode(&content, &[true], 1, &mut rng);
        memory.close(1, &[Outcome::default()]);
        memory.solve();
        let recall = memory.stored()[0].engrams[0].recalled();
        for _ in 0..3 {
            memory.rebind(&recall, &[1.0; SHAPE.state]);
        }
        memory.solve();
        content[..SHAPE.state].fill(1.0);
        assert!(worst(&memory, &[content]) < 0.01);
    }

    #[test]
    fn what_is_bound_to_codes_that_are_a_little_off_does_not_add_up() {
        let mut rng = Rng::named(4, "test");
        let mut memory = HippocampusState::<f32>::new(&Hippocampus::default(), SHAPE, 1);
        let mut contents = Vec::new();
        for episode in 0..30 {
            memory.open(&[episode], 8);
            for _ in 0..8 {
                let content = some(&mut rng);
                memory.encode(&content, &[true], 1, &mut rng);
                contents.push(content);
            }
            memory.close(1, &[Outcome::default()]);
        }
        memory.solve();
        let mut worst_so_far = Vec::new();
        for _ in 0..30 {
            for (i, content) in contents.iter().enumerate() {
                let mut recall = memory.stored()[i / 8].engrams[i % 8].recalled();
                // Two of a hundred units are others.
                recall.engram = None;
                for at in rng.subset(recall.active.len(), 2) {
                    recall.active[at as usize] = rng.below(2000) as u32;
                }
                recall.active.sort_unstable();
                recall.active.dedup();
                memory.rebind(&recall, &content[..SHAPE.state]);
            }
            memory.solve();
            worst_so_far.push(worst(&memory, &contents));
        }
        let early = worst_so_far[..5].iter().copied().fold(0.0, f32::max);
        let late = worst_so_far[25..].iter().copied().fold(0.0, f32::max);
        assert!(late < 0.5 && late < 1.5 * early, "{worst_so_far:?}");
    }
}
