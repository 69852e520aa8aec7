//! Influence balancing (Tallec & Ollivier 2017, §4.1): drive the first unit of a chain to 1.
//!
//! The input is always 1 and the target always 1, with loss ½ (y − 1)². Made for the cell
//! [`Chain`](crate::neocortex::Chain) with the readout `FirstUnits`, where the long-run influence of θ on the output is
//! −6 while its influence over few steps is positive: θ* = −1/6.

use super::{Baselines, Dims, Task};
use crate::episode::{Episode, Targets};
use crate::numeric::{Real, Rng};
use crate::params;

params! {
    /// Bring the first unit of a chain to 1: its one parameter acts with one sign at first and with the other in the long run.
    pub struct InfluenceBalancing {
        /// Steps of an episode, where there are episodes.
        pub length: usize = 100, [1 ..= 100000], "steps", restart;
    }
}

impl<R: Real> Task<R> for InfluenceBalancing {
    fn dims(&self) -> Dims {
        Dims {
            inputs: 1,
            outputs: 1,
            steps: self.length,
        }
    }

    fn tells_influence(&self) -> bool {
        true
    }

    fn targets(&self) -> Targets {
        Targets::Values
    }

    fn baselines(&self) -> Baselines {
        Baselines::UNKNOWN
    }

    fn tolerance(&self) -> f64 {
        0.05
    }

    fn input_names(&self) -> Vec<String> {
        vec!["one".into()]
    }

    fn episode(&self, _: &mut Rng) -> Episode<R> {
        let mut episode = Episode::silent(1, 1, self.length);
        episode.inputs.fill(R::one());
        episode.targets.fill(R::one());
        episode.mask.fill(R::one());
        episode
    }
}
