//! Sparse approximate RTRL, SnAp-n (Menick et al. 2020, arXiv:2006.07232): the influence matrix where it can be reached in
//! few steps.
//!
//! Of M_t = J_t M_{t−1} + D_t ⊗ u_t only the elements (k, p) are kept whose row k belongs to a unit that p's own unit reaches
//! in at most n − 1 steps along the existing recurrent weights. For each unit that is a block of rows K and its own
//! parameters: (1) M[K, p] ← J[K, K] M[K, p] + D[K] u. Order 1 keeps the unit itself; on dense weights order 2 is RTRL.

use serde::{Deserialize, Serialize};

use super::influence::{add_row, each_immediate, each_parameter};
use super::rule::{RuleKind, Sizes, Start, flops};
use super::traced::{Advance, Kernel, Make, Traced};
use crate::neocortex::{Cell, Cortex, Gradient};
use crate::numeric::{Block, Real, gemm};
use crate::params;

params! {
    /// Sparse RTRL: keeps a weight's influence only on units that its own unit reaches in few steps. Orders of 2 and more
    /// want a cell with `connectivity` below 1: on dense weights order 2 is Rtrl already.
    pub struct Snap {
        /// One more than the steps that influence is followed along the recurrent weights.
        pub order: usize = 1, [1 ..= 64], restart;
    }
}

impl RuleKind for Snap {
    fn whole_each_step(&self) -> bool {
        true
    }

    fn serves(&self, cell: &dyn Cell<f32>) -> Result<(), &'static str> {
        if cell.spreads() {
            Err("within one step its weights reach other units than their own")
        } else {
            Ok(())
        }
    }

    fn floats(&self, sizes: &Sizes) -> u64 {
        let reached = if self.order == 1 { 2 } else { sizes.state };
        3 * reached * sizes.parameters
    }
}

/// What is kept for one unit's parameters.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Patch {
    /// K: rows of the state.
    rows: Vec<u32>,
    /// Where the unit's own slots stand among them.
    own: Vec<u32>,
    /// Position of each of its parameters, in the order of the spans.
    parameters: Vec<u32>,
    /// Pre-activation, first presynaptic value and number of parameters that lie one after the other.
    spans: Vec<[u32; 3]>,
    /// Where its block begins.
    from: usize,
}

impl Patch {
    fn len(&self) -> usize {
        self.rows.len() * self.parameters.len()
    }
}

/// The kept part of M of each episode.
pub type SnapState<R> = Traced<R, Patches<R>>;

/// Keeps a block a unit, |K| × its parameters.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Patches<R: Real> {
    patches: Vec<Patch>,
    #[serde(skip)]
    room: Room<R>,
}

#[derive(Clone, Debug)]
struct Room<R> {
    /// J[K, K].
    within: Vec<R>,
    next: Vec<R>,
    row: Vec<R>,
}

impl<R> Default for Room<R> {
    fn default() -> Self {
        let [within, next, row] = std::array::from_fn(|_| Vec::new());
        Self { within, next, row }
    }
}

/// Units reached from each unit in at most `steps` steps, itself included, in ascending order.
fn reached<R: Real>(cortex: &Cortex<R>, steps: usize) -> Vec<Vec<u32>> {
    let n = cortex.units();
    let follows = cortex.followers();
    (0..n)
        .map(|start| {
            let mut seen = vec![false; n];
            seen[start] = true;
            let mut border = vec![start as u32];
            for _ in 0..steps {
                let mut next = Vec::new();
                for &from in &border {
                    for &to in &follows[from as usize] {
                        if !std::mem::replace(&mut seen[to as usize], true) {
                            next.push(to);
                        }
                    }
                }
                border = next;
            }
            (0..n as u32).filter(|&i| seen[i as usize]).collect()
        })
        .collect()
}

impl<R: Real> Make<Snap, R> for Patches<R> {
    fn make(params: &Snap, Start { cortex, .. }: Start<'_, R>) -> Self {
        let (n, slots) = (cortex.units(), cortex.cell.as_dyn().slots());
        let mut patches: Vec<Patch> = reached(cortex, params.order - 1)
            .iter()
            .enumerate()
            .map(|(unit, units)| {
                let place = units.binary_search(&(unit as u32)).unwrap_or_default();
                Patch {
                    rows: (0..slots)
                        .flat_map(|slot| units.iter().map(move |i| (slot * n) as u32 + i))
                        .collect(),
                    own: (0..slots)
                        .map(|s| (s * units.len() + place) as u32)
                        .collect(),
                    parameters: Vec::new(),
                    spans: Vec::new(),
                    from: 0,
                }
            })
            .collect();
        let mut owned = vec![Vec::new(); n];
        each_parameter(cortex, |p, l, j| {
            owned[l % n].push([l as u32, j as u32, p as u32]);
        });
        for (patch, mut owned) in patches.iter_mut().zip(owned) {
            owned.sort_unstable();
            for [l, j, p] in owned {
                patch.parameters.push(p);
                match patch.spans.last_mut() {
                    Some([last, first, len]) if *last == l && *first + *len == j => *len += 1,
                    _ => patch.spans.push([l, j, 1]),
                }
            }
        }
        let mut from = 0;
        for patch in &mut patches {
            patch.from = from;
            from += patch.len();
        }
        Self {
            patches,
            room: Room::default(),
        }
    }
}

impl<R: Real> Room<R> {
    /// Equation (1) for one unit; the immediate influence is left out where it does not count.
    fn advance(&mut self, now: &Advance<'_, R>, patch: &Patch, influence: &mut [R]) {
        let (cortex, lin) = (now.cortex, now.lin);
        let (k, state) = (patch.rows.len(), cortex.state());
        let block = &mut influence[patch.from..patch.from + patch.len()];
        self.within.clear();
        for &from in &patch.rows {
            let column = &lin.jacobian[from as usize * state..(from as usize + 1) * state];
            self.within
                .extend(patch.rows.iter().map(|&to| column[to as usize]));
        }
        if k == 1 {
            for v in block.iter_mut() {
                *v *= self.within[0];
            }
        } else {
            self.next.resize(block.len(), R::zero());
            gemm(
                &mut self.next[..block.len()],
                Block::of_slice(&self.within, k, k),
                Block::of_slice(block, k, patch.parameters.len()),
                false,
            );
            block.copy_from_slice(&self.next[..block.len()]);
        }
        if !now.counts {
            return;
        }
        let mut rest = block;
        for &[l, j, len] in &patch.spans {
            let (columns, others) = rest.split_at_mut(len as usize * k);
            rest = others;
            let u = &lin.presynaptic[j as usize..(j + len) as usize];
            let mut slots = patch.own.iter();
            each_immediate(cortex, lin, l as usize, |_, d| {
                let row = slots.next().map_or(0, |row| *row as usize);
                for (m, u) in columns[row..].iter_mut().step_by(k).zip(u) {
                    *m += d * *u;
                }
            });
        }
    }
}

impl<R: Real> Kernel<R> for Patches<R> {
    fn elements(&self, _: &Cortex<R>) -> usize {
        self.patches.iter().map(Patch::len).sum()
    }

    fn flops(&self, cortex: &Cortex<R>) -> u64 {
        let each = self.patches.iter().map(|p| p.len() * (p.rows.len() + 2));
        flops(cortex, 1) + 2 * each.sum::<usize>() as u64
    }

    fn advance(&mut self, now: &Advance<'_, R>, influence: &mut Vec<R>) {
        for patch in &self.patches {
            self.room.advance(now, patch, influence);
        }
    }

    fn credit(
        &mut self,
        cortex: &Cortex<R>,
        delta: &[R],
        influence: &[R],
        grad: &mut Gradient<R>,
        remote: bool,
    ) {
        let row = &mut self.room.row;
        row.resize(cortex.parameters(), R::zero());
        for patch in &self.patches {
            let block = &influence[patch.from..patch.from + patch.len()];
            for (column, &p) in block.chunks(patch.rows.len()).zip(&patch.parameters) {
                let reached = patch.rows.iter().zip(column);
                row[p as usize] = reached.map(|(k, m)| delta[*k as usize] * *m).sum();
            }
        }
        add_row(row, grad, remote);
    }
}
