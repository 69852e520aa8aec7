//! How like stored engrams a state is.

use super::engram::Engram;
use super::memory::HippocampusState;
use super::store::{ByUnit, Recall, Shared, living};
use crate::numeric::Real;

impl<R: Real> HippocampusState<R> {
    /// Overlap of active units with those of a code that a lesion has left.
    pub fn overlap(&self, active: &[u32], code: &[u32]) -> f64 {
        let silent = &self.lesions.cuts.units;
        self.store()
            .overlap(Shared::of(active, code, silent), silent)
    }

    /// Overlap of a state with an engram; a tape knows which engram it is at.
    pub fn likeness(&self, state: &Recall, engram: &Engram) -> f64 {
        match state.engram {
            Some(id) => f64::from(u8::from(id == engram.id)),
            None => self.overlap(&state.active, &engram.code),
        }
    }
}

/// Stored engrams, ready to be compared with many states.
pub struct Index<'a, R: Real> {
    hippocampus: &'a HippocampusState<R>,
    /// The engrams, each with the position of its episode and its step, and how many of its units are alive.
    engrams: Vec<(usize, usize, &'a Engram, usize)>,
    by_unit: ByUnit,
}

impl<'a, R: Real> Index<'a, R> {
    /// All stored engrams.
    pub fn all(hippocampus: &'a HippocampusState<R>) -> Self {
        Self::of(hippocampus, 0..hippocampus.stored.len())
    }

    /// The engrams of the episodes at these positions.
    pub fn of(
        hippocampus: &'a HippocampusState<R>,
        positions: impl IntoIterator<Item = usize>,
    ) -> Self {
        let silent = &hippocampus.lesions.cuts.units;
        let (mut engrams, mut codes) = (Vec::new(), Vec::new());
        for position in positions {
            let steps = hippocampus.stored[position].engrams.iter().enumerate();
            for (step, engram) in steps {
                let code = living(&engram.code, silent);
                engrams.push((position, step, engram, code.len()));
                codes.push(code);
            }
        }
        let units = hippocampus.store().units();
        let by_unit = ByUnit::new(units, codes.iter().map(|code| &code[..]));
        Self {
            hippocampus,
            engrams,
            by_unit,
        }
    }

    /// The engram that a state is most like: the position of its episode, its step, and the overlap; the first one of several.
    pub fn nearest(&self, state: &Recall) -> Option<(usize, usize, f64)> {
        let mut both = vec![0; self.engrams.len()];
        for &i in &state.active {
            let within = self.by_unit.of(i as usize);
            within.iter().for_each(|&p| both[p as usize] += 1);
        }
        let silent = &self.hippocampus.lesions.cuts.units;
        let store = self.hippocampus.store();
        let mut best: Option<(usize, usize, f64)> = None;
        for (&(position, step, engram, code), both) in self.engrams.iter().zip(both) {
            let shared = Shared {
                state: state.active.len(),
                code,
                both,
            };
            let like = match state.engram {
                Some(id) => f64::from(u8::from(id == engram.id)),
                None => store.overlap(shared, silent),
            };
            if best.is_none_or(|b| like > b.2) {
                best = Some((position, step, like));
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::circuit::{Circuit, Place};
    use crate::episode::ContentShape;
    use crate::hippocampus::{Hippocampus, StoreSpec};
    use crate::numeric::Rng;

    #[test]
    fn the_index_finds_what_comparing_one_by_one_finds() {
        for store in StoreSpec::all() {
            let spec = Hippocampus {
                store,
                ..Hippocampus::default()
            };
            let shape = ContentShape {
                state: 6,
                input: 3,
                target: 2,
            };
            let mut h = HippocampusState::<f32>::new(&spec, shape, 1);
            let mut rng = Rng::named(2, "test");
            for episode in 0..3 {
                let (_, fit) = h.open(&[episode], 5);
                for _ in 0..5 {
                    let content: Vec<f32> = (0..shape.len()).map(|_| rng.normal() as f32).collect();
                    h.encode(&content, &[true], fit, &mut rng);
                }
                h.close(fit, &[]);
            }
            let mut circuit = Circuit::new(true);
            for fraction in [0.0, 0.4] {
                if fraction > 0.0 {
                    assert!(circuit.set_lesion(Place::Ca3, fraction));
                    h.apply(&circuit, 1);
                }
                let index = Index::all(&h);
                let engrams = h.stored().iter().flat_map(|e| &e.engrams);
                let noise = Recall {
                    active: h.noise(&mut rng).units,
                    ..Recall::default()
                };
                let of_codes = engrams.map(|e| {
                    let silent = &h.lesions.cuts.units;
                    let active: Vec<u32> =
                        living(&e.code, silent).iter().copied().step_by(2).collect();
                    Recall {
                        engram: e.code.is_empty().then_some(e.id),
                        active,
                        ..Recall::default()
                    }
                });
                for state in of_codes.chain([noise]) {
                    let mut best: Option<(usize, usize, f64)> = None;
                    for (position, episode) in h.stored().iter().enumerate() {
                        for (step, engram) in episode.engrams.iter().enumerate() {
                            let like = h.likeness(&state, engram);
                            if best.is_none_or(|b| like > b.2) {
                                best = Some((position, step, like));
                            }
                        }
                    }
                    assert_eq!(index.nearest(&state), best, "{}", spec.store.name());
                }
            }
        }
    }
}
