//! Attractor networks: recurrent collaterals that complete patterns, and sequence synapses that step along episodes.
//!
//! Collaterals: Σ (x−a)(x−a)ᵀ without self-connections. Sequence: Σ (x_t−a)(x_{t−1}−a)ᵀ; its transposed product steps
//! back, the product itself forward, and the collaterals clean up each step. What makes `Ca3`, `Diluted` and `Hopfield`
//! different is which synapses there are and how units answer their input. No engram's content or episode is known here:
//! the end of an episode shows in the weakness of the sequence input alone.

use serde::{Deserialize, Serialize};

use super::codes::{alive, masked};
use super::sweep::{choose, mean_of, relative, settle, speaking};
use super::synapses::Synapses;
use super::wiring::Wiring;
use super::{Code, CodeSize, Cue, Cuts, Load, Recall, Scratch, Shared, Store, StoreStart, Trace};
use crate::hippocampus::capacity::FAINTEST;
use crate::numeric::{KWinners, Real, Rng};
use crate::record::Direction;

/// How units answer their input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Activation {
    /// The k units with the largest input are active.
    Winners,
    /// Units with a positive input are active, those with a negative one are not: ±1 units, ξ = 2x − 1.
    Sign,
}

/// What a network is made of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Network {
    /// M.
    pub units: usize,
    /// k, the units of a code.
    pub active: usize,
    /// a, the mean activity that the covariance rule takes off.
    pub sparsity: f64,
    /// Most sweeps of the attractor dynamics in a recall.
    pub sweeps: usize,
    /// Fraction of the synapses that exist.
    pub connectivity: f64,
    /// How units answer.
    pub activation: Activation,
}

/// An attractor network at run time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AttractorStore {
    network: Network,
    collaterals: Synapses,
    sequence: Synapses,
    patterns: usize,
    /// What is counted but not yet in the synapses: it is written many at once.
    pending: Vec<Pending>,
    decaying: bool,
    /// Whether every code stored had k units: then ±1 units need no second sum.
    balanced: bool,
    /// Units of the codes stored, and codes, each as much as is left of it: a lesion at encoding makes codes smaller.
    stored: (f64, f64),
}

/// A code, the one before it, and the gain that there was when it was stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Pending {
    code: Code,
    before: Option<Code>,
    gain: f32,
}

/// Writes pairs of codes, each with its gain.
fn write<'a>(synapses: &mut Synapses, pairs: impl Iterator<Item = (&'a [u32], &'a [u32], f32)>) {
    let (pairs, gains): (Vec<_>, Vec<_>) = pairs.map(|(i, j, gain)| ((i, j), gain)).unzip();
    synapses.write(&pairs, &gains);
}

/// Units that send, some of them through cut axons.
#[derive(Clone, Copy)]
struct Axons<'a> {
    active: &'a [u32],
    /// Whose axons are cut; empty for nobody's.
    cut: &'a [bool],
}

impl AttractorStore {
    /// An empty network.
    pub fn new(network: impl Into<Network>, birth: StoreStart) -> Self {
        let network: Network = network.into();
        let mut rng = Rng::named(birth.seed, "wiring");
        let mut synapses = || {
            let wiring = (network.connectivity < 1.0)
                .then(|| Wiring::new(network.units, network.connectivity, &mut rng));
            Synapses::new(network.units, network.sparsity, birth.decaying, wiring)
        };
        Self {
            collaterals: synapses(),
            sequence: synapses(),
            patterns: 0,
            pending: Vec::new(),
            decaying: birth.decaying,
            balanced: true,
            stored: (0.0, 0.0),
            network,
        }
    }

    /// What support, or strength, a stored pattern has with what lesions have left, where it has 1 in a whole network: the cut
    /// that tells a pattern from chance is relative to it. `cut` are the axons that the input comes through.
    ///
    /// Of k-winners codes, min(ρ, α) k units can be right, among those that send and those that receive: α is the living share
    /// of the units, ρ the mean size of the stored codes over k, less than 1 where a lesion took part of them at encoding; u is
    /// the share of the living units whose axons are whole. So it is min(ρ, α)² u, and α² u of ±1 units, whose codes are all
    /// units.
    fn left(&self, cuts: &Cuts, cut: &[bool]) -> f32 {
        let alive = cuts.alive();
        let right = match self.network.activation {
            Activation::Winners => alive.min(self.size()),
            Activation::Sign => alive,
        };
        (right * right * cuts.speaking(cut)) as f32
    }

    /// ρ, the mean size of the stored codes over k.
    fn size(&self) -> f64 {
        let (units, codes) = self.stored;
        let size = units / (codes * self.network.active as f64);
        // As traces fade both are rounded.
        let whole = codes <= 0.0 || size > 1.0 - 1e-9;
        if whole { 1.0 } else { size }
    }

    /// Input from active units through `synapses` to every unit, 1 for the units of a stored pattern cued in full; `again` says
    /// that `scratch` holds that of a state before through the same synapses.
    fn input(
        &self,
        synapses: &Synapses,
        direction: Direction,
        from: Axons<'_>,
        cuts: &Cuts,
        scratch: &mut Scratch,
        again: bool,
    ) {
        let Axons { active, cut } = from;
        let k = self.network.active;
        let product = |scratch: &mut Scratch, again: bool| match direction {
            Direction::Reverse if again => {
                synapses.back_again(&scratch.speaking, k, &mut scratch.rows);
            }
            Direction::Reverse => synapses.back(&scratch.speaking, k, &mut scratch.rows),
            Direction::Forward => synapses.forward(&scratch.speaking, k, &mut scratch.rows),
        };
        speaking(active, cut, &mut scratch.speaking);
        product(scratch, again);
        if self.network.activation == Activation::Winners {
            return;
        }
        // Σ_j w_ij ξ_j = 2 Σ_active w_ij − Σ_speaking w_ij, and the last sum is 0 where all codes are balanced. The scale of
        // the first product is that of k = M/2 units, so that it needs no factor 2.
        if self.balanced && cuts.units.is_empty() && cut.is_empty() {
            return;
        }
        let own = std::mem::take(&mut scratch.rows.sums);
        let all: Vec<u32> = (0..self.network.units as u32)
            .filter(|&i| !masked(cut, i) && !masked(&cuts.units, i))
            .collect();
        scratch.speaking = all;
        product(scratch, false);
        for (all, own) in scratch.rows.sums.iter_mut().zip(own) {
            *all = own - 0.5 * *all;
        }
    }

    /// Sweeps until the state stays the same.
    fn settle(&self, start: Code, strength: f32, cuts: &Cuts, scratch: &mut Scratch) -> Recall {
        let k = self.network.active;
        let left = self.left(cuts, &cuts.collaterals);
        // The sums of one sweep can be made from those of the one before, unless something else was summed in between.
        let alone = self.network.activation == Activation::Winners;
        let mut again = false;
        settle(start, strength, self.network.sweeps, |state| {
            let from = Axons {
                active: state,
                cut: &cuts.collaterals,
            };
            self.input(
                &self.collaterals,
                Direction::Reverse,
                from,
                cuts,
                scratch,
                again,
            );
            again = alone;
            match self.network.activation {
                Activation::Winners => {
                    let sums = &mut scratch.rows.sums;
                    self.collaterals.without_self(&scratch.speaking, k, sums);
                }
                Activation::Sign => self.without_own(state, cuts, &mut scratch.rows.sums),
            }
            let (sums, winners) = (&mut scratch.rows.sums, &mut scratch.winners);
            let mut next = Code::new();
            self.choose(sums, state, cuts, winners, &mut next);
            let support = relative(self.agreement(sums, &next, cuts), left);
            (next, support)
        })
    }

    /// Takes the self-connections out of the input to ±1 units: w_ii = P/N.
    fn without_own(&self, state: &[u32], cuts: &Cuts, sums: &mut [f32]) {
        let own = (self.collaterals.pairs() / self.network.units as f64) as f32;
        let mut on = state.iter().copied().peekable();
        for (i, s) in sums.iter_mut().enumerate() {
            let lit = on.next_if(|&j| j as usize == i).is_some();
            if masked(&cuts.collaterals, i as u32) || masked(&cuts.units, i as u32) {
                continue;
            }
            *s -= if lit { own } else { -own };
        }
    }

    /// The next state from the input; silenced units stay silent, and as many fewer win as are silenced.
    fn choose(
        &self,
        scores: &mut [f32],
        state: &[u32],
        cuts: &Cuts,
        winners: &mut KWinners,
        out: &mut Code,
    ) {
        match self.network.activation {
            Activation::Winners => {
                let size = self.size();
                choose(scores, self.network.active, size, cuts, winners, out);
            }
            Activation::Sign => {
                let mut on = state.iter().copied().peekable();
                for (i, s) in scores.iter().enumerate() {
                    let i = i as u32;
                    let was = on.next_if_eq(&i).is_some();
                    // Without an input a unit stays as it is.
                    if !masked(&cuts.units, i) && (*s > 0.0 || (*s == 0.0 && was)) {
                        out.push(i);
                    }
                }
            }
        }
    }

    /// How well the input agrees with a state: 1 for that of a stored pattern, 0 for chance.
    fn agreement(&self, scores: &[f32], state: &[u32], cuts: &Cuts) -> f32 {
        match self.network.activation {
            Activation::Winners => mean_of(scores, state, self.network.active),
            Activation::Sign => {
                let alive = |i: &usize| !masked(&cuts.units, *i as u32);
                let total: f32 = (0..scores.len()).filter(alive).map(|i| scores[i]).sum();
                let on: f32 = state.iter().map(|&i| scores[i as usize]).sum();
                (2.0 * on - total) / self.network.units as f32
            }
        }
    }
}

/// The codes of steps that follow each other, each with the one before it.
fn links<'a>(steps: &[(u64, &'a [u32])]) -> impl Iterator<Item = (&'a [u32], &'a [u32])> {
    steps.windows(2).map(|pair| (pair[1].1, pair[0].1))
}

impl<R: Real> Store<R> for AttractorStore {
    fn codes(&self) -> Option<CodeSize> {
        Some(CodeSize {
            units: self.network.units,
            active: self.network.active,
        })
    }

    fn encode(&mut self, traces: &[Trace<'_, R>]) {
        self.patterns += traces.len();
        let units: usize = traces.iter().map(|t| t.code.len()).sum();
        self.stored.0 += units as f64;
        self.stored.1 += traces.len() as f64;
        self.balanced &= traces.iter().all(|t| t.code.len() == self.network.active);
        for trace in traces {
            let before = trace.after.map(|(_, before)| before);
            self.collaterals.count(&[(trace.code, trace.code)]);
            if let Some(before) = before {
                self.sequence.count(&[(trace.code, before)]);
            }
            self.pending.push(Pending {
                code: trace.code.to_vec(),
                before: before.map(<[u32]>::to_vec),
                gain: self.collaterals.gain(),
            });
        }
    }

    fn flush(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        let own = pending.iter().map(|p| (&p.code[..], &p.code[..], p.gain));
        write(&mut self.collaterals, own);
        let links = pending
            .iter()
            .filter_map(|p| Some((&p.code[..], p.before.as_deref()?, p.gain)));
        write(&mut self.sequence, links);
    }

    fn forget(&mut self, episodes: &[Vec<(u64, &[u32])>]) {
        Store::<R>::flush(self);
        let own: Vec<_> = episodes
            .iter()
            .flatten()
            .map(|(_, code)| (*code, *code))
            .collect();
        let links: Vec<_> = episodes.iter().flat_map(|e| links(e)).collect();
        self.collaterals.remove(&own);
        self.sequence.remove(&links);
        self.patterns = self.patterns.saturating_sub(own.len());
        let units: usize = own.iter().map(|(code, _)| code.len()).sum();
        self.stored.0 -= units as f64;
        self.stored.1 -= own.len() as f64;
    }

    /// Only the sequence synapses tell an order.
    fn relink(&mut self, now: &[(u64, &[u32])], then: &[(u64, &[u32])]) {
        Store::<R>::flush(self);
        let (now, then): (Vec<_>, Vec<_>) = (links(now).collect(), links(then).collect());
        self.sequence.replace(&now, &then);
    }

    fn decay(&mut self, factor: f64) {
        if self.collaterals.overflows(factor) {
            Store::<R>::flush(self);
        }
        self.collaterals.decay(factor);
        self.sequence.decay(factor);
        self.stored.0 *= factor;
        self.stored.1 *= factor;
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
        let from = Axons {
            active: &state.active,
            cut: &cuts.sequence,
        };
        self.input(&self.sequence, direction, from, cuts, scratch, false);
        let input = std::mem::take(&mut scratch.rows.sums);
        let mut scores = input.clone();
        let mut start = Code::new();
        self.choose(&mut scores, &[], cuts, &mut scratch.winners, &mut start);
        let mut recall = self.settle(start, 0.0, cuts, scratch);
        // Judged on the cleaned-up state: the winners of mere noise are scattered, a stored pattern is not.
        let left = self.left(cuts, &cuts.sequence);
        recall.strength = relative(self.agreement(&input, &recall.active, cuts), left);
        recall
    }

    fn overlap(&self, shared: Shared, silent: &[bool]) -> f64 {
        match self.network.activation {
            Activation::Winners => shared.fraction(),
            Activation::Sign => shared.mean_product(alive(self.network.units, silent)),
        }
    }

    fn faintest(&self) -> f32 {
        if self.decaying { FAINTEST } else { 1.0 }
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
mod tests;
