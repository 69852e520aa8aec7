//! CA3: an attractor store with recurrent collaterals and sequence synapses.
//!
//! Collaterals: Σ (x−a)(x−a)ᵀ without self-connections; the state is the k units with the largest input, until it stays
//! the same. Sequence: Σ (x_t−a)(x_{t−1}−a)ᵀ; its transposed product steps back, the product itself forward, and the
//! collaterals clean up each step. No engram's content or episode is known here: the end of an episode shows in the
//! weakness of the sequence input alone.

use serde::{Deserialize, Serialize};

use super::store::{Code, Cue, Cuts, Load, Recall, Scratch, Store, Trace};
use super::synapses::Synapses;
use crate::event::Direction;
use crate::numeric::Real;
use crate::params;

params! {
    /// Sparse attractor network with a k-winners-take-all state, recurrent collaterals and sequence synapses.
    pub struct Ca3 {
        /// How many units there are (M). Memory grows with its square.
        pub units: usize = 2000, [20 ..= 20000], "units", restart;
        /// Fraction of the units active in a code (a).
        pub sparsity: f64 = 0.05, [0.001 ..= 0.5], restart;
        /// Most sweeps of the attractor dynamics in a recall.
        pub sweeps: usize = 10, [1 ..= 100], "sweeps", restart;
    }
}

impl Ca3 {
    /// k = round(a M), at least 1.
    pub fn active(&self) -> usize {
        ((self.sparsity * self.units as f64).round() as usize).max(1)
    }
}

/// CA3 at run time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ca3Store {
    params: Ca3,
    collaterals: Synapses,
    sequence: Synapses,
    patterns: usize,
    /// Codes with the one before each that are not yet in the synapses: they are written many at once.
    pending: Vec<(Code, Option<Code>)>,
    decaying: bool,
}

impl Ca3Store {
    /// An empty CA3; `decaying` for a palimpsest.
    pub fn new(params: &Ca3, decaying: bool) -> Self {
        let synapses = || Synapses::new(params.units, params.sparsity, decaying);
        Self {
            params: params.clone(),
            collaterals: synapses(),
            sequence: synapses(),
            patterns: 0,
            pending: Vec::new(),
            decaying,
        }
    }

    /// Sweeps until the state stays the same.
    fn settle(&self, start: Code, strength: f32, cuts: &Cuts, scratch: &mut Scratch) -> Recall {
        let k = self.params.active();
        let mut sweeps = vec![start.clone()];
        let mut state = start;
        let mut support = 0.0;
        for _ in 0..self.params.sweeps {
            speaking(&state, &cuts.collaterals, &mut scratch.speaking);
            self.collaterals
                .back(&scratch.speaking, k, &mut scratch.rows);
            self.collaterals
                .without_self(&scratch.speaking, k, &mut scratch.rows.sums);
            let mut next = Code::new();
            choose(
                &mut scratch.rows.sums,
                k,
                cuts,
                &mut scratch.winners,
                &mut next,
            );
            support = mean_of(&scratch.rows.sums, &next, k);
            let stays = next == state;
            state = next;
            if stays {
                break;
            }
            sweeps.push(state.clone());
        }
        Recall {
            active: state,
            support,
            strength,
            sweeps,
            engram: None,
        }
    }
}

/// The active units whose axons are whole.
fn speaking(active: &[u32], cut: &[bool], out: &mut Code) {
    out.clear();
    out.extend(
        active
            .iter()
            .copied()
            .filter(|&i| !cut.get(i as usize).copied().unwrap_or(false)),
    );
}

/// The k winners among units that are not silenced; as many fewer as are silenced.
fn choose(
    scores: &mut [f32],
    k: usize,
    cuts: &Cuts,
    winners: &mut crate::numeric::KWinners,
    out: &mut Code,
) {
    let mut k = k;
    if !cuts.units.is_empty() {
        let alive = cuts.units.iter().filter(|silent| !**silent).count();
        k = (k as f64 * alive as f64 / scores.len() as f64).round() as usize;
        for (s, silent) in scores.iter_mut().zip(&cuts.units) {
            if *silent {
                *s = f32::NEG_INFINITY;
            }
        }
    }
    winners.choose(scores, k, out);
}

/// Mean score of the active units, as a part of what all k would have.
fn mean_of(scores: &[f32], active: &[u32], k: usize) -> f32 {
    active
        .iter()
        .map(|&i| scores[i as usize])
        .filter(|s| s.is_finite())
        .sum::<f32>()
        / k as f32
}

impl<R: Real> Store<R> for Ca3Store {
    fn units(&self) -> usize {
        self.params.units
    }

    fn active(&self) -> usize {
        self.params.active()
    }

    fn encode(&mut self, traces: &[Trace<'_, R>]) {
        self.patterns += traces.len();
        self.pending.extend(
            traces
                .iter()
                .map(|t| (t.code.to_vec(), t.after.map(|(_, before)| before.to_vec()))),
        );
        if self.decaying {
            Store::<R>::flush(self);
        }
    }

    fn flush(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        let own: Vec<_> = pending
            .iter()
            .map(|(code, _)| (code.as_slice(), code.as_slice()))
            .collect();
        let links = pending
            .iter()
            .filter_map(|(code, before)| Some((code.as_slice(), before.as_deref()?)));
        self.collaterals.add(&own);
        self.sequence.add(&links.collect::<Vec<_>>());
    }

    fn forget(&mut self, episodes: &[Vec<(u64, &[u32])>]) {
        Store::<R>::flush(self);
        let own: Vec<_> = episodes
            .iter()
            .flatten()
            .map(|(_, code)| (*code, *code))
            .collect();
        let links = episodes
            .iter()
            .flat_map(|e| e.windows(2))
            .map(|pair| (pair[1].1, pair[0].1));
        self.collaterals.remove(&own);
        self.sequence.remove(&links.collect::<Vec<_>>());
        self.patterns = self.patterns.saturating_sub(own.len());
    }

    fn decay(&mut self, factor: f64) {
        self.collaterals.decay(factor);
        self.sequence.decay(factor);
    }

    fn complete(&self, cue: &Cue, cuts: &Cuts, scratch: &mut Scratch) -> Recall {
        let mut start = Code::new();
        speaking(&cue.units, &cuts.units, &mut start);
        self.settle(start, 1.0, cuts, scratch)
    }

    fn next(
        &self,
        state: &Recall,
        direction: Direction,
        cuts: &Cuts,
        scratch: &mut Scratch,
    ) -> Recall {
        let k = self.params.active();
        speaking(&state.active, &cuts.sequence, &mut scratch.speaking);
        match direction {
            Direction::Reverse => self.sequence.back(&scratch.speaking, k, &mut scratch.rows),
            Direction::Forward => self
                .sequence
                .forward(&scratch.speaking, k, &mut scratch.rows),
        }
        let input = std::mem::take(&mut scratch.rows.sums);
        let mut scores = input.clone();
        let mut start = Code::new();
        choose(&mut scores, k, cuts, &mut scratch.winners, &mut start);
        let mut recall = self.settle(start, 0.0, cuts, scratch);
        // Judged on the cleaned-up state: the winners of mere noise are scattered, a stored pattern is not.
        recall.strength = mean_of(&input, &recall.active, k);
        recall
    }

    fn content(&self, _: u64) -> Option<&[R]> {
        None
    }

    fn load(&self) -> Load {
        Load {
            patterns: self.patterns,
            synapses: self.collaterals.len() + self.sequence.len(),
            floats: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::synapses::overlap;
    use super::*;
    use crate::numeric::Rng;

    fn stored(n: usize, m: usize) -> (Ca3Store, Vec<Code>) {
        let params = Ca3 {
            units: m,
            ..Ca3::default()
        };
        let mut store = Ca3Store::new(&params, false);
        let mut rng = Rng::named(4, "test");
        let codes: Vec<Code> = (0..n).map(|_| rng.subset(m, params.active())).collect();
        for (i, code) in codes.iter().enumerate() {
            let after = i.checked_sub(1).map(|j| (j as u64, codes[j].as_slice()));
            Store::<f64>::encode(
                &mut store,
                &[Trace {
                    engram: i as u64,
                    code,
                    content: &[],
                    after,
                }],
            );
        }
        Store::<f64>::flush(&mut store);
        (store, codes)
    }

    #[test]
    fn the_synapses_told_are_those_saved() {
        let (store, _) = stored(10, 300);
        let told = Store::<f64>::load(&store).synapses;
        assert_eq!(crate::numeric::counts_in(&store), told);
        assert_eq!(told, 2 * 300 * 300);
    }

    #[test]
    fn a_half_cue_is_completed() {
        let (store, codes) = stored(60, 1000);
        for code in &codes {
            let cue = Cue {
                units: code.iter().copied().step_by(2).collect(),
                engram: 0,
            };
            let recall =
                Store::<f64>::complete(&store, &cue, &Cuts::default(), &mut Scratch::default());
            assert_eq!(&recall.active, code);
            assert!((recall.support - 1.0).abs() < 0.2, "{}", recall.support);
        }
    }

    #[test]
    fn both_directions_walk_the_sequence_and_stop_at_its_ends() {
        let (store, codes) = stored(30, 1000);
        let walk = |from: usize, direction| {
            let mut recall = Recall {
                active: codes[from].clone(),
                ..Recall::default()
            };
            let mut path = Vec::new();
            for _ in 0..40 {
                recall = Store::<f64>::next(
                    &store,
                    &recall,
                    direction,
                    &Cuts::default(),
                    &mut Scratch::default(),
                );
                if recall.strength < 0.5 {
                    break;
                }
                path.push(recall.active.clone());
            }
            path
        };
        assert_eq!(walk(0, Direction::Forward), codes[1..]);
        assert_eq!(
            walk(29, Direction::Reverse),
            codes[..29].iter().rev().cloned().collect::<Vec<_>>()
        );
    }

    #[test]
    fn silenced_units_never_fire() {
        let (store, codes) = stored(20, 1000);
        let mut cuts = Cuts {
            units: vec![false; 1000],
            ..Cuts::default()
        };
        (0..500).for_each(|i| cuts.units[i] = true);
        let cue = Cue {
            units: codes[3].clone(),
            engram: 3,
        };
        let recall = Store::<f64>::complete(&store, &cue, &cuts, &mut Scratch::default());
        assert!(recall.active.iter().all(|&i| i >= 500));
        assert!(overlap(&codes[3], &recall.active) > 0.9);
        cuts.units.fill(true);
        let silent = Store::<f64>::complete(&store, &cue, &cuts, &mut Scratch::default());
        assert!(silent.active.is_empty());
    }
}
