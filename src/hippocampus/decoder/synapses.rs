//! The decoder's synapses: C = Σ_p y_p x_pᵀ, the sum of content × code in fixed point, so that sums do not depend on order;
//! and D, which some decoders learn or solve.

use std::num::Wrapping;
use std::ops::Range;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::gram::gram;
use crate::hippocampus::store::{ByUnit, CodeSize};
use crate::numeric::{SymmetricSolver, add_rows};

/// Fixed-point scale: contents are kept to 2⁻³².
const SCALE: f64 = 4_294_967_296.0;
/// Largest magnitude of a content that the fixed point takes.
const LARGEST: f64 = 65_536.0;

/// A value in fixed point.
type Fixed = Wrapping<i64>;

/// Synapses from CA3 units to contents, a row of `width` values for each unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Synapses {
    units: usize,
    active: usize,
    width: usize,
    /// C in fixed point, where contents are summed up.
    sum: Vec<Fixed>,
    /// Decays with a palimpsest: true C = C / gain.
    gain: f64,
    /// D, where it is learned or once it is solved.
    solved: Vec<f64>,
    /// Whether D belongs to what is stored now.
    fresh: bool,
    /// Whether C may hold traces of codes that are not stored: of faded engrams, or of recalled states that were bound anew.
    strays: bool,
    #[serde(skip)]
    workspace: Workspace,
}

/// The memory of a factor, taken over from one solution to the next. It is no part of the state.
#[derive(Debug, Default)]
struct Workspace(Vec<f64>);

impl Clone for Workspace {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Workspace {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Synapses {
    /// No content yet; contents are summed up in C, or D is learned.
    pub fn new(size: CodeSize, width: usize, sums: bool) -> Self {
        let all = size.units * width;
        let (sum, solved) = if sums { (all, 0) } else { (0, all) };
        Self {
            units: size.units,
            active: size.active.max(1),
            width,
            sum: vec![Wrapping(0); sum],
            gain: 1.0,
            solved: vec![0.0; solved],
            fresh: !sums,
            strays: false,
            workspace: Workspace::default(),
        }
    }

    /// How many there are: C, and D where it is kept beside C.
    pub fn count(&self) -> usize {
        self.sum.len() + self.solved.len()
    }

    /// Whether D is there.
    pub fn is_solved(&self) -> bool {
        !self.solved.is_empty()
    }

    /// Where a unit's, or a code's, row is.
    fn row(&self, i: u32) -> Range<usize> {
        i as usize * self.width..(i as usize + 1) * self.width
    }

    /// Adds y xᵀ to C.
    pub fn bind(&mut self, code: &[u32], content: &[f64]) {
        let fixed: Vec<Fixed> = content.iter().map(|y| to_fixed(y * self.gain)).collect();
        self.add(code, &fixed, Wrapping(1));
    }

    /// D ← D + rate (y − D x) xᵀ / k.
    pub fn correct(&mut self, code: &[u32], content: &[f64], rate: f64) {
        let rate = rate / self.active as f64;
        let mut error = vec![0.0; self.width];
        self.read_solved(code, &mut error);
        for (e, y) in error.iter_mut().zip(content) {
            *e = rate * (y - *e);
        }
        for &i in code {
            let at = self.row(i);
            let row = &mut self.solved[at];
            row.iter_mut().zip(&error).for_each(|(w, e)| *w += e);
        }
    }

    fn add(&mut self, code: &[u32], content: &[Fixed], sign: Fixed) {
        for &i in code {
            let at = self.row(i);
            let row = &mut self.sum[at];
            row.iter_mut()
                .zip(content)
                .for_each(|(w, y)| *w += sign * y);
        }
        self.fresh = false;
    }

    /// All older contents shrink by `factor`.
    pub fn decay(&mut self, factor: f64) {
        if self.sum.is_empty() {
            self.solved.iter_mut().for_each(|w| *w *= factor);
            return;
        }
        self.gain /= factor;
        self.strays = true;
        if self.gain > 1024.0 {
            self.sum
                .iter_mut()
                .for_each(|w| w.0 = (w.0 as f64 / self.gain).round() as i64);
            self.gain = 1.0;
        }
        self.fresh = false;
    }

    /// Takes engrams out of C, given all stored codes and which of them go.
    pub fn forget(&mut self, codes: &[&[u32]], gone: &[usize]) {
        if gone.is_empty() {
            return;
        }
        if gone.len() == codes.len() {
            self.sum.fill(Wrapping(0));
            self.fresh = false;
            return;
        }
        let n = codes.len();
        let Some(solver) = self.solver(codes, 0.0) else {
            return;
        };
        // Y = (C X) G⁻¹: a run of P values for each content value.
        let mut contents = self.sums(codes, |w| w as f64);
        solver.solve(&mut contents);
        self.workspace = Workspace(solver.into_place());
        let mut content = vec![Wrapping(0); self.width];
        for &g in gone {
            content
                .iter_mut()
                .zip(contents.chunks(n))
                .for_each(|(y, run)| *y = Wrapping(run[g].round() as i64));
            self.add(codes[g], &content, Wrapping(-1));
        }
    }

    /// What is bound to each of the stored codes in C, given all of them: contents in a row.
    pub fn contents(&mut self, codes: &[&[u32]]) -> Vec<f64> {
        let n = codes.len();
        let scale = 1.0 / (SCALE * self.gain);
        let mut runs = self.sums(codes, |w| w as f64 * scale);
        if let Some(solver) = self.solver(codes, 0.0) {
            solver.solve(&mut runs);
            self.workspace = Workspace(solver.into_place());
        }
        let mut out = vec![0.0; n * self.width];
        for (c, run) in runs.chunks(n.max(1)).enumerate() {
            for (p, value) in run.iter().enumerate() {
                out[p * self.width + c] = *value;
            }
        }
        out
    }

    /// What D says of each code: contents in a row.
    pub fn said(&self, codes: &[&[u32]]) -> Vec<f64> {
        let mut out = vec![0.0; codes.len() * self.width];
        for (content, code) in out.chunks_mut(self.width).zip(codes) {
            self.read_solved(code, content);
        }
        out
    }

    /// Traces may come into C whose codes are not among the stored ones.
    pub fn stray(&mut self) {
        self.strays = true;
    }

    /// Binds `new` to a code in C in place of `old`.
    pub fn revise(&mut self, code: &[u32], old: &[f64], new: &[f64]) {
        let apart: Vec<Fixed> = old
            .iter()
            .zip(new)
            .map(|(old, new)| to_fixed(new * self.gain) - to_fixed(old * self.gain))
            .collect();
        self.add(code, &apart, Wrapping(1));
    }

    /// C X, one run of P values for each content value.
    fn sums(&self, codes: &[&[u32]], of: impl Fn(i64) -> f64) -> Vec<f64> {
        let n = codes.len();
        let mut rows = vec![Wrapping(0); n * self.width];
        let each = rows.par_chunks_mut(self.width).zip(codes);
        each.for_each(|(total, code)| {
            add_rows(total, code, |i| &self.sum[self.row(i)]);
        });
        let mut sums = vec![0.0; n * self.width];
        for (p, row) in rows.chunks(self.width).enumerate() {
            for (c, total) in row.iter().enumerate() {
                sums[c * n + p] = of(total.0);
            }
        }
        sums
    }

    /// Makes D the ridge pseudo-inverse of what is stored now, given all stored codes, unless it is already.
    pub fn solve(&mut self, codes: &[&[u32]], ridge: f64) {
        if self.fresh {
            return;
        }
        if codes.is_empty() {
            self.solved = vec![0.0; self.sum.len()];
            self.fresh = true;
            return;
        }
        let scale = 1.0 / (SCALE * self.gain);
        let n = codes.len();
        let Some(solver) = self.solver(codes, ridge) else {
            return;
        };
        let mut part = self.sums(codes, |w| w as f64 * scale);
        solver.solve(&mut part);
        self.solved.clear();
        if self.strays {
            // Traces outside the span of the stored codes would be divided by λ: solve within the span instead,
            // D = C X (XᵀX + λI)⁻² Xᵀ.
            solver.solve(&mut part);
            part.iter_mut().for_each(|v| *v *= -ridge);
            self.solved.resize(self.sum.len(), 0.0);
        } else {
            self.solved
                .extend(self.sum.iter().map(|w| w.0 as f64 * scale));
        }
        self.workspace = Workspace(solver.into_place());
        // A row a code, so that those of each unit's codes can be added up.
        let mut rows = vec![0.0; n * self.width];
        for (p, row) in rows.chunks_mut(self.width).enumerate() {
            let values = row.iter_mut().enumerate();
            values.for_each(|(c, r)| *r = -part[c * n + p]);
        }
        let by_unit = ByUnit::new(self.units, codes.iter().copied());
        let width = self.width;
        let solved = self.solved.par_chunks_mut(width).enumerate();
        solved.for_each(|(unit, weights)| {
            add_rows(weights, by_unit.of(unit), |p| {
                &rows[p as usize * width..(p as usize + 1) * width]
            });
            weights.iter_mut().for_each(|w| *w /= ridge);
        });
        self.fresh = true;
    }

    /// The factor of XᵀX + λI.
    fn solver(&mut self, codes: &[&[u32]], ridge: f64) -> Option<SymmetricSolver> {
        let place = std::mem::take(&mut self.workspace.0);
        SymmetricSolver::new(codes.len(), ridge, place, |out| {
            gram(codes, self.units, out);
        })
    }

    /// Adds D x.
    pub fn read_solved(&self, code: &[u32], out: &mut [f64]) {
        for &i in code {
            let row = &self.solved[self.row(i)];
            out.iter_mut().zip(row).for_each(|(y, w)| *y += w);
        }
    }

    /// ŷ = (C x − a C 1) / (k (1−a)).
    pub fn read_sum(&self, code: &[u32], out: &mut [f64]) {
        let a = self.active as f64 / self.units as f64;
        let mut own = vec![Wrapping(0); self.width];
        let mut all = vec![Wrapping(0); self.width];
        for &i in code {
            let row = &self.sum[self.row(i)];
            own.iter_mut().zip(row).for_each(|(t, w)| *t += *w);
        }
        for row in self.sum.chunks(self.width) {
            all.iter_mut().zip(row).for_each(|(t, w)| *t += *w);
        }
        let share = a * code.len() as f64 / self.active as f64;
        let scale = 1.0 / (SCALE * self.gain * self.active as f64 * (1.0 - a));
        for ((y, own), all) in out.iter_mut().zip(own).zip(all) {
            *y = (own.0 as f64 - share * all.0 as f64) * scale;
        }
    }
}

fn to_fixed(y: f64) -> Fixed {
    Wrapping((y.clamp(-LARGEST, LARGEST) * SCALE).round() as i64)
}
