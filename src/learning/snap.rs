//! Sparse approximate RTRL, SnAp-n (Menick et al. 2020, arXiv:2006.07232): the influence matrix where it can be reached in
//! few steps.
//!
//! Of M_t = J_t M_{t−1} + D_t ⊗ u_t only the elements (k, p) are kept whose row k belongs to a unit that p's own unit reaches
//! in at most n − 1 steps along the existing recurrent weights. For each unit that is a block of rows K and its own
//! parameters: (1) M[K, p] ← J[K, K] M[K, p] + D[K] u. Order 1 keeps the unit itself; on dense weights order 2 is RTRL.

use serde::{Deserialize, Serialize};

use super::influence::{add_row, each_immediate, each_parameter, errors};
use super::{Context, Ledger, Moment, Rule, RuleKind, Sizes, Start, flops, learn_readout};
use crate::neocortex::{Cell, CellSpec, Cortex, Gradient, Linearisation, Step};
use crate::numeric::{Block, Measured, Real, floats_in, gemm};
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
    fn online(&self) -> bool {
        true
    }

    fn serves(&self, cell: &dyn Cell<f32>, _: &CellSpec) -> Result<(), &'static str> {
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

/// The kept part of the influence matrices.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct SnapState<R: Real> {
    patches: Vec<Patch>,
    /// M of each episode: a block a unit, |K| × its parameters.
    influence: Vec<Vec<R>>,
    /// The part of M from the first quarter of the steps.
    remote: Measured<Vec<Vec<R>>>,
    #[serde(skip)]
    room: Room<R>,
    ledger: Ledger,
}

#[derive(Clone, Debug)]
struct Room<R> {
    lin: Linearisation<R>,
    /// J[K, K].
    within: Vec<R>,
    next: Vec<R>,
    delta: Vec<R>,
    row: Vec<R>,
}

impl<R> Default for Room<R> {
    fn default() -> Self {
        let [within, next, delta, row] = std::array::from_fn(|_| Vec::new());
        Self {
            lin: Linearisation::default(),
            within,
            next,
            delta,
            row,
        }
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

impl<R: Real> SnapState<R> {
    /// No influence yet.
    pub fn new(params: &Snap, Start { cortex, .. }: Start<'_, R>) -> Self {
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
            influence: Vec::new(),
            remote: Measured(Vec::new()),
            room: Room::default(),
            ledger: Ledger::default(),
        }
    }
}

impl<R: Real> Room<R> {
    fn linearise(&mut self, cortex: &Cortex<R>, step: &Step<'_, R>) {
        self.lin.traces(cortex, step);
        self.lin.jacobian(cortex, step);
    }

    /// Equation (1) for one unit; the immediate influence is left out where it does not count.
    fn advance(&mut self, cortex: &Cortex<R>, patch: &Patch, influence: &mut [R], counts: bool) {
        let (k, state) = (patch.rows.len(), cortex.state());
        let block = &mut influence[patch.from..patch.from + patch.len()];
        self.within.clear();
        for &from in &patch.rows {
            let column = &self.lin.jacobian[from as usize * state..(from as usize + 1) * state];
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
        if !counts {
            return;
        }
        let mut rest = block;
        for &[l, j, len] in &patch.spans {
            let (columns, others) = rest.split_at_mut(len as usize * k);
            rest = others;
            let u = &self.lin.presynaptic[j as usize..(j + len) as usize];
            let mut slots = patch.own.iter();
            each_immediate(cortex, &self.lin, l as usize, |_, d| {
                let row = slots.next().map_or(0, |row| *row as usize);
                for (m, u) in columns[row..].iter_mut().step_by(k).zip(u) {
                    *m += d * *u;
                }
            });
        }
    }

    /// δᵀ M for episode `b`.
    fn credit(
        &mut self,
        cortex: &Cortex<R>,
        b: usize,
        patches: &[Patch],
        influence: &[R],
        grad: &mut Gradient<R>,
        remote: bool,
    ) {
        let state = cortex.state();
        let delta = &self.delta[b * state..(b + 1) * state];
        self.row.resize(cortex.parameters(), R::zero());
        for patch in patches {
            let block = &influence[patch.from..patch.from + patch.len()];
            for (column, &p) in block.chunks(patch.rows.len()).zip(&patch.parameters) {
                let reached = patch.rows.iter().zip(column);
                self.row[p as usize] = reached.map(|(row, m)| delta[*row as usize] * *m).sum();
            }
        }
        add_row(&self.row, grad, remote);
    }
}

impl<R: Real> Rule<R> for SnapState<R> {
    fn begin(&mut self, cx: &Context<'_, R>) {
        let len = self.patches.iter().map(Patch::len).sum();
        self.influence.resize_with(cx.batch.width, Vec::new);
        for influence in &mut self.influence {
            influence.clear();
            influence.resize(len, R::zero());
        }
        self.remote.0.clear();
        if self.ledger.grows(self.influence.len()) {
            let floats = floats_in(self);
            self.ledger.keep(floats, cx.batch.width);
            let products: usize = self
                .patches
                .iter()
                .map(|p| p.len() * (p.rows.len() + 2))
                .sum();
            self.ledger.flops_per_step = flops(cx.cortex, 1) + 2 * products as u64;
        }
    }

    fn observe(&mut self, cx: &Context<'_, R>, moment: &Moment<'_, R>, grad: &mut Gradient<R>) {
        let cortex = cx.cortex;
        learn_readout(cortex, moment, grad);
        if let Some(score) = moment.score {
            errors(cortex, moment.step.aux, score, None, &mut self.room.delta);
        }
        for (b, influence) in self.influence.iter_mut().enumerate() {
            self.room.linearise(cortex, &cortex.column(&moment.step, b));
            for patch in &self.patches {
                self.room.advance(cortex, patch, influence, true);
            }
            if moment.score.is_some() {
                self.room
                    .credit(cortex, b, &self.patches, influence, grad, false);
            }
        }
    }

    fn observe_remote(
        &mut self,
        cx: &Context<'_, R>,
        moment: &Moment<'_, R>,
        grad: &mut Gradient<R>,
    ) {
        let cortex = cx.cortex;
        if moment.remote {
            self.remote.0.clone_from(&self.influence);
        }
        for (b, influence) in self.remote.0.iter_mut().enumerate() {
            if !moment.remote {
                self.room.linearise(cortex, &cortex.column(&moment.step, b));
                for patch in &self.patches {
                    self.room.advance(cortex, patch, influence, false);
                }
            }
            if moment.score.is_some() {
                self.room
                    .credit(cortex, b, &self.patches, influence, grad, true);
            }
        }
    }

    fn ledger(&self) -> Ledger {
        self.ledger
    }
}
