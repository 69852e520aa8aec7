//! What lesions of the circuit's regions and pathways take away.
//!
//! A lesion of a region silences a random fraction of its units; one of a pathway cuts the axons of a random fraction of
//! its sending units. Which ones is drawn from the run's seed and the target's name, and a larger lesion contains a
//! smaller one, so that the same command does the same damage whenever it comes.

use serde::{Deserialize, Serialize};

use super::store::{Cuts, masked};
use crate::circuit::{Circuit, Place};
use crate::numeric::{Real, Rng};

/// How many units there are to damage.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// M.
    pub ca3: usize,
    /// Entorhinal units.
    pub entorhinal: usize,
    /// N.
    pub state: usize,
}

/// Masks are `true` where damaged, and empty where nothing is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lesions {
    /// Within CA3.
    pub cuts: Cuts,
    /// Entorhinal units that do not reach CA3.
    pub perforant: Vec<bool>,
    mossy: Vec<bool>,
    schaffer: Vec<bool>,
    reinstatement: Vec<bool>,
    all_ca3: bool,
    no_encoding: bool,
    no_decoding: bool,
}

impl Lesions {
    /// The damage that a circuit's lesions do.
    pub fn of(circuit: &Circuit, sizes: Sizes, seed: u64) -> Self {
        let mut lesions = Self::default();
        for place in Place::ALL {
            let fraction = circuit.lesion(place);
            let gone = |n: usize| damaged(n, fraction, seed, place);
            let whole = fraction >= 1.0;
            match place {
                Place::Ca3 => {
                    merge(&mut lesions.cuts.units, gone(sizes.ca3));
                    lesions.all_ca3 |= whole;
                }
                Place::Collaterals => merge(&mut lesions.cuts.collaterals, gone(sizes.ca3)),
                Place::Sequence => merge(&mut lesions.cuts.sequence, gone(sizes.ca3)),
                Place::Perforant => merge(&mut lesions.perforant, gone(sizes.entorhinal)),
                Place::Entorhinal | Place::CortexEntorhinal => {
                    merge(&mut lesions.perforant, gone(sizes.entorhinal));
                    lesions.no_encoding |= whole;
                }
                Place::Dentate | Place::Mossy | Place::EntorhinalDentate => {
                    merge(&mut lesions.mossy, gone(sizes.ca3));
                    lesions.no_encoding |= whole;
                }
                Place::Schaffer => {
                    merge(&mut lesions.schaffer, gone(sizes.ca3));
                    lesions.no_decoding |= whole;
                }
                Place::Ca1 | Place::Reinstatement => {
                    merge(&mut lesions.reinstatement, gone(sizes.state));
                    lesions.no_decoding |= whole;
                }
                // The neocortex's own: its weights and units are damaged, not the hippocampus.
                Place::Input
                | Place::Cortex
                | Place::Readout
                | Place::Sensory
                | Place::Recurrent
                | Place::Output => {}
            }
        }
        lesions
    }

    /// Whether nothing can be stored or recalled at all.
    pub fn silences_store(&self) -> bool {
        self.all_ca3
    }

    /// Whether CA3 unit `i` still gets its mossy input and fires.
    pub fn imposes(&self, i: u32) -> bool {
        !self.no_encoding && !masked(&self.mossy, i) && !masked(&self.cuts.units, i)
    }

    /// Whether entorhinal unit `i` still reaches CA3.
    pub fn carries(&self, i: u32) -> bool {
        !masked(&self.perforant, i)
    }

    /// Whether CA3 unit `i` still reaches CA1.
    pub fn reaches_ca1(&self, i: u32) -> bool {
        !masked(&self.schaffer, i)
    }

    /// Whether the decoder gives nothing back.
    pub fn decodes_nothing(&self) -> bool {
        self.no_decoding
    }

    /// Whether nothing new is stored.
    pub fn encodes_nothing(&self) -> bool {
        self.no_encoding || self.all_ca3
    }

    /// Takes away the cortical units that are no longer re-instated.
    pub fn dim<R: Real>(&self, state: &mut [R]) {
        for (h, gone) in state.iter_mut().zip(&self.reinstatement) {
            if *gone {
                *h = R::zero();
            }
        }
    }
}

fn merge(into: &mut Vec<bool>, other: Vec<bool>) {
    if into.is_empty() {
        *into = other;
        return;
    }
    for (a, b) in into.iter_mut().zip(other) {
        *a |= b;
    }
}

/// A mask of round(fraction · n) of n units.
pub fn damaged(n: usize, fraction: f64, seed: u64, place: Place) -> Vec<bool> {
    let count = (fraction * n as f64).round() as usize;
    if count == 0 {
        return Vec::new();
    }
    let mut order: Vec<usize> = (0..n).collect();
    let mut rng = Rng::named(seed, &format!("lesion {place}"));
    rng.shuffle(&mut order);
    let mut mask = vec![false; n];
    order[..count.min(n)].iter().for_each(|&i| mask[i] = true);
    mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_larger_lesion_contains_a_smaller_one() {
        let of = |fraction| damaged(100, fraction, 1, Place::Ca3);
        let (small, large) = (of(0.2), of(0.6));
        assert_eq!(small.iter().filter(|d| **d).count(), 20);
        assert!(small.iter().zip(&large).all(|(s, l)| !s || *l));
    }
}
