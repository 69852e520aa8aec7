//! Which synapses exist in a diluted network.

use serde::{Deserialize, Serialize};

use crate::numeric::Rng;

/// Which synapses exist in a diluted network: each row has the same number of them, at random places, none to itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Wiring {
    /// Synapses of a row.
    pub(super) fan: usize,
    /// Row by row, where they lead; ascending.
    targets: Vec<u16>,
}

impl Wiring {
    /// A random `connectivity` of the synapses between `n` units.
    pub fn new(n: usize, connectivity: f64, rng: &mut Rng) -> Self {
        let fan = fan(n, connectivity);
        let targets = (0..n as u32).flat_map(|i| {
            let others = rng.subset(n - 1, fan);
            others
                .into_iter()
                .map(move |j| (j + u32::from(j >= i)) as u16)
        });
        Self {
            fan,
            targets: targets.collect(),
        }
    }

    pub(super) fn row(&self, i: u32) -> &[u16] {
        &self.targets[i as usize * self.fan..(i as usize + 1) * self.fan]
    }
}

fn fan(n: usize, connectivity: f64) -> usize {
    if connectivity >= 1.0 {
        return n;
    }
    ((connectivity * (n - 1) as f64).round() as usize).clamp(1, n - 1)
}

/// Bytes that synapses between `n` units take.
pub fn bytes(n: usize, connectivity: f64, decaying: bool) -> u64 {
    let wiring = if connectivity < 1.0 { 2 } else { 0 };
    let weight = if decaying { 4 } else { 2 };
    (n * fan(n, connectivity)) as u64 * (weight + wiring)
}

/// Calls `at` with the place of every synapse between a pair's active units.
pub(super) fn each(wiring: &Wiring, pairs: &[(&[u32], &[u32])], mut at: impl FnMut(usize)) {
    for (post, pre) in pairs {
        for &i in *post {
            let mut pre = pre.iter().copied().peekable();
            for (s, &j) in wiring.row(i).iter().enumerate() {
                while pre.next_if(|p| *p < u32::from(j)).is_some() {}
                if pre.peek() == Some(&u32::from(j)) {
                    at(i as usize * wiring.fan + s);
                }
            }
        }
    }
}
