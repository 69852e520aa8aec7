//! The CA1 decoder: from an active CA3 code back to the content (h, x, target, mask).
//!
//! With C = Σ_p y_p x_pᵀ the sum of content × code, kept in fixed point so that sums do not depend on order:
//! - `Hebbian` reads ŷ = (C x − a C 1) / (k (1−a)), the mean crosstalk taken off;
//! - `Delta` learns D ← D + rate (y − D x) xᵀ / k at encoding;
//! - `Pseudoinverse` solves, when sleep begins, D = (C − C X (XᵀX + λI)⁻¹ Xᵀ) / λ = Y (XᵀX + λI)⁻¹ Xᵀ from C and the stored
//!   codes X alone, in double precision.
//!
//! Forgetting an engram takes y xᵀ out of C. The content y is not kept anywhere: it is read out of C itself, as the
//! solution of C X = Y XᵀX rounded to the fixed point, which is what went in, to the last bit, while codes are linearly
//! independent.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::numeric::{Real, SymmetricSolver};
use crate::{params, registry};

params! {
    /// The sum of content × code: one-shot, with crosstalk between engrams.
    pub struct Hebbian {}
}

params! {
    /// The normalised delta rule: each new engram corrects what the decoder would have said of it.
    pub struct Delta {
        /// Fraction of the error corrected in one shot.
        pub rate: f64 = 1.0, [0.01 ..= 1.9], restart;
    }
}

params! {
    /// The ridge pseudo-inverse, solved from the Hebbian sum and the stored codes when sleep begins.
    pub struct Pseudoinverse {
        /// λ: larger is more forgiving of wrong units in a code, smaller is more exact.
        pub ridge: f64 = 0.01, [1e-6 ..= 1000], restart;
    }
}

registry! {
    /// How a CA3 code is read back into a cortical state.
    pub enum DecoderSpec "decoder" {
        Hebbian(Hebbian): "Willshaw, Buneman & Longuet-Higgins 1969",
        Delta(Delta): "Widrow & Hoff 1960",
        Pseudoinverse(Pseudoinverse): "Personnaz, Guyon & Dreyfus 1985",
    }
}

/// Fixed-point scale: contents are kept to 2⁻³².
const SCALE: f64 = 4_294_967_296.0;
/// Largest magnitude of a content that the fixed point takes.
const LARGEST: f64 = 65_536.0;

/// The decoder's synapses, a row of `width` values for each CA3 unit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Decoder {
    spec: DecoderSpec,
    units: usize,
    active: usize,
    width: usize,
    /// C in fixed point (Hebbian, Pseudoinverse).
    sum: Vec<i64>,
    /// Decays with a palimpsest: true C = C / gain.
    gain: f64,
    /// D (Delta at all times, Pseudoinverse once solved).
    solved: Vec<f64>,
    /// Whether D belongs to what is stored now.
    fresh: bool,
    /// Whether faded engrams may have left traces in C whose codes are no longer stored.
    faded: bool,
}

impl Decoder {
    /// An empty decoder of codes with `active` of `units` units into contents of `width` values.
    pub fn new(spec: &DecoderSpec, units: usize, active: usize, width: usize) -> Self {
        let delta = matches!(spec, DecoderSpec::Delta(_));
        let size = units * width;
        let (sum, solved) = if delta { (0, size) } else { (size, 0) };
        Self {
            spec: spec.clone(),
            units,
            active: active.max(1),
            width,
            sum: vec![0; sum],
            gain: 1.0,
            solved: vec![0.0; solved],
            fresh: delta,
            faded: false,
        }
    }

    /// How many synapses there are: C, and D where it is kept beside C.
    pub fn synapses(&self) -> usize {
        self.sum.len() + self.solved.len()
    }

    /// Binds a content to a code.
    pub fn learn<R: Real>(&mut self, code: &[u32], content: &[R]) {
        if let DecoderSpec::Delta(p) = &self.spec {
            let rate = p.rate / self.active as f64;
            let mut error = vec![0.0; self.width];
            self.read_solved(code, &mut error);
            for (e, y) in error.iter_mut().zip(content) {
                *e = rate * (y.f64() - *e);
            }
            for &i in code {
                let row = &mut self.solved[i as usize * self.width..(i as usize + 1) * self.width];
                row.iter_mut().zip(&error).for_each(|(w, e)| *w += e);
            }
            return;
        }
        let fixed: Vec<i64> = content
            .iter()
            .map(|y| to_fixed(y.f64() * self.gain))
            .collect();
        self.add(code, &fixed, 1);
    }

    fn add(&mut self, code: &[u32], content: &[i64], sign: i64) {
        for &i in code {
            let row = &mut self.sum[i as usize * self.width..(i as usize + 1) * self.width];
            row.iter_mut()
                .zip(content)
                .for_each(|(w, y)| *w = w.wrapping_add(sign * y));
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
        self.faded = true;
        if self.gain > 1024.0 {
            self.sum
                .iter_mut()
                .for_each(|w| *w = (*w as f64 / self.gain).round() as i64);
            self.gain = 1.0;
        }
        self.fresh = false;
    }

    /// Takes engrams out, given all stored codes and which of them go. Nothing to do for `Delta`, which overwrites.
    pub fn forget(&mut self, codes: &[&[u32]], gone: &[usize]) {
        if self.sum.is_empty() || gone.is_empty() {
            return;
        }
        if gone.len() == codes.len() {
            self.sum.fill(0);
            self.fresh = false;
            return;
        }
        let n = codes.len();
        let Some(solver) = SymmetricSolver::new(&gram(codes, self.units), n, 0.0) else {
            return;
        };
        // Y = (C X) G⁻¹: a run of P values for each content value.
        let mut contents = self.sums(codes, |w| w as f64);
        solver.solve(&mut contents);
        let mut content = vec![0_i64; self.width];
        for &g in gone {
            content
                .iter_mut()
                .zip(contents.chunks(n))
                .for_each(|(y, run)| *y = run[g].round() as i64);
            self.add(codes[g], &content, -1);
        }
    }

    /// What is bound to each of the stored codes, given all of them: contents in a row, exact while codes are independent
    /// (`Delta` tells what it would say).
    pub fn contents(&self, codes: &[&[u32]]) -> Vec<f64> {
        let n = codes.len();
        if self.sum.is_empty() {
            let mut out = vec![0.0; n * self.width];
            for (content, code) in out.chunks_mut(self.width).zip(codes) {
                self.read_solved(code, content);
            }
            return out;
        }
        let scale = 1.0 / (SCALE * self.gain);
        let mut runs = self.sums(codes, |w| w as f64 * scale);
        if let Some(solver) = SymmetricSolver::new(&gram(codes, self.units), n, 0.0) {
            solver.solve(&mut runs);
        }
        let mut out = vec![0.0; n * self.width];
        for (c, run) in runs.chunks(n.max(1)).enumerate() {
            for (p, value) in run.iter().enumerate() {
                out[p * self.width + c] = *value;
            }
        }
        out
    }

    /// Binds `new` to a code in place of `old`.
    pub fn revise(&mut self, code: &[u32], old: &[f64], new: &[f64]) {
        if self.sum.is_empty() {
            self.learn(code, new);
            return;
        }
        let apart: Vec<i64> = old
            .iter()
            .zip(new)
            .map(|(old, new)| to_fixed(new * self.gain) - to_fixed(old * self.gain))
            .collect();
        self.add(code, &apart, 1);
    }

    /// C X, one run of P values for each content value.
    fn sums(&self, codes: &[&[u32]], of: impl Fn(i64) -> f64) -> Vec<f64> {
        let n = codes.len();
        let mut sums = vec![0.0; n * self.width];
        let mut total = vec![0_i64; self.width];
        for (p, code) in codes.iter().enumerate() {
            total.fill(0);
            for &i in *code {
                let row = &self.sum[i as usize * self.width..(i as usize + 1) * self.width];
                total
                    .iter_mut()
                    .zip(row)
                    .for_each(|(t, w)| *t = t.wrapping_add(*w));
            }
            for (c, t) in total.iter().enumerate() {
                sums[c * n + p] = of(*t);
            }
        }
        sums
    }

    /// Makes D fit what is stored now, given all stored codes.
    pub fn solve(&mut self, codes: &[&[u32]]) {
        let DecoderSpec::Pseudoinverse(p) = &self.spec else {
            return;
        };
        if self.fresh {
            return;
        }
        let ridge = p.ridge;
        if codes.is_empty() {
            self.solved = vec![0.0; self.sum.len()];
            self.fresh = true;
            return;
        }
        let scale = 1.0 / (SCALE * self.gain);
        let n = codes.len();
        let Some(solver) = SymmetricSolver::new(&gram(codes, self.units), n, ridge) else {
            return;
        };
        let mut part = self.sums(codes, |w| w as f64 * scale);
        solver.solve(&mut part);
        self.solved.clear();
        if self.faded {
            // Traces outside the span of the stored codes would be divided by λ: solve within the span instead,
            // D = C X (XᵀX + λI)⁻² Xᵀ.
            solver.solve(&mut part);
            part.iter_mut().for_each(|v| *v *= -ridge);
            self.solved.resize(self.sum.len(), 0.0);
        } else {
            self.solved
                .extend(self.sum.iter().map(|w| *w as f64 * scale));
        }
        let mut row_of = vec![0.0; self.width];
        for (p, code) in codes.iter().enumerate() {
            row_of
                .iter_mut()
                .enumerate()
                .for_each(|(c, r)| *r = part[c * n + p]);
            for &i in *code {
                let row = &mut self.solved[i as usize * self.width..(i as usize + 1) * self.width];
                row.iter_mut().zip(&row_of).for_each(|(w, r)| *w -= r);
            }
        }
        self.solved.iter_mut().for_each(|w| *w /= ridge);
        self.fresh = true;
    }

    /// Reads the content of a code.
    pub fn read<R: Real>(&self, code: &[u32], content: &mut [R]) {
        let mut sum = vec![0.0; self.width];
        if self.solved.is_empty() {
            self.read_hebbian(code, &mut sum);
        } else {
            self.read_solved(code, &mut sum);
        }
        for (y, s) in content.iter_mut().zip(sum) {
            *y = R::of(s);
        }
    }

    fn read_solved(&self, code: &[u32], out: &mut [f64]) {
        for &i in code {
            let row = &self.solved[i as usize * self.width..(i as usize + 1) * self.width];
            out.iter_mut().zip(row).for_each(|(y, w)| *y += w);
        }
    }

    fn read_hebbian(&self, code: &[u32], out: &mut [f64]) {
        let a = self.active as f64 / self.units as f64;
        let mut own = vec![0_i64; self.width];
        let mut all = vec![0_i64; self.width];
        for &i in code {
            let row = &self.sum[i as usize * self.width..(i as usize + 1) * self.width];
            own.iter_mut()
                .zip(row)
                .for_each(|(t, w)| *t = t.wrapping_add(*w));
        }
        for row in self.sum.chunks(self.width) {
            all.iter_mut()
                .zip(row)
                .for_each(|(t, w)| *t = t.wrapping_add(*w));
        }
        let share = a * code.len() as f64 / self.active as f64;
        let scale = 1.0 / (SCALE * self.gain * self.active as f64 * (1.0 - a));
        for ((y, own), all) in out.iter_mut().zip(own).zip(all) {
            *y = (own as f64 - share * all as f64) * scale;
        }
    }
}

/// XᵀX: how many units each two codes share, P×P, the lower triangle alone.
fn gram(codes: &[&[u32]], units: usize) -> Vec<f64> {
    let words = units.div_ceil(64);
    let mut bits = vec![0_u64; words * codes.len()];
    for (row, code) in bits.chunks_mut(words).zip(codes) {
        for &i in *code {
            row[i as usize / 64] |= 1 << (i % 64);
        }
    }
    let n = codes.len();
    let mut gram = vec![0.0; n * n];
    let arch = pulp::Arch::new();
    // The lower triangle is all that a Cholesky factor looks at.
    gram.par_chunks_mut(n.max(1))
        .enumerate()
        .for_each(|(q, column)| {
            let b = &bits[q * words..(q + 1) * words];
            arch.dispatch(|| {
                for (p, shared) in column.iter_mut().enumerate().skip(q) {
                    let a = &bits[p * words..(p + 1) * words];
                    *shared = f64::from(
                        a.iter()
                            .zip(b)
                            .map(|(x, y)| (x & y).count_ones())
                            .sum::<u32>(),
                    );
                }
            });
        });
    gram
}

fn to_fixed(y: f64) -> i64 {
    (y.clamp(-LARGEST, LARGEST) * SCALE).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Rng;

    fn some(n: usize) -> (Vec<Vec<u32>>, Vec<Vec<f32>>) {
        let mut rng = Rng::named(8, "test");
        let codes = (0..n).map(|_| rng.subset(500, 25)).collect();
        let contents = (0..n)
            .map(|_| (0..6).map(|_| rng.normal() as f32).collect())
            .collect();
        (codes, contents)
    }

    fn worst(decoder: &Decoder, codes: &[Vec<u32>], contents: &[Vec<f32>]) -> f32 {
        let mut worst = 0.0_f32;
        for (code, content) in codes.iter().zip(contents) {
            let mut read = vec![0.0_f32; 6];
            decoder.read(code, &mut read);
            worst = read
                .iter()
                .zip(content)
                .fold(worst, |w, (a, b)| w.max((a - b).abs()));
        }
        worst
    }

    #[test]
    fn the_pseudoinverse_reads_back_what_was_bound_and_hebb_roughly() {
        let (codes, contents) = some(60);
        let slices: Vec<&[u32]> = codes.iter().map(Vec::as_slice).collect();
        for (spec, bound) in [
            (
                DecoderSpec::Pseudoinverse(Pseudoinverse { ridge: 1e-3 }),
                1e-3,
            ),
            (DecoderSpec::Delta(Delta::default()), 3.0),
            (DecoderSpec::Hebbian(Hebbian {}), 3.0),
        ] {
            let mut decoder = Decoder::new(&spec, 500, 25, 6);
            codes
                .iter()
                .zip(&contents)
                .for_each(|(c, y)| decoder.learn(c, y));
            decoder.solve(&slices);
            let worst = worst(&decoder, &codes, &contents);
            assert!(worst < bound, "{}: {worst}", spec.name());
        }
    }

    #[test]
    fn forgetting_is_exact_to_the_last_bit() {
        let (codes, contents) = some(60);
        let slices: Vec<&[u32]> = codes.iter().map(Vec::as_slice).collect();
        let spec = DecoderSpec::Pseudoinverse(Pseudoinverse::default());
        let mut kept = Decoder::new(&spec, 500, 25, 6);
        codes[20..]
            .iter()
            .zip(&contents[20..])
            .for_each(|(c, y)| kept.learn(c, y));
        let mut forgot = Decoder::new(&spec, 500, 25, 6);
        codes
            .iter()
            .zip(&contents)
            .for_each(|(c, y)| forgot.learn(c, y));
        forgot.forget(&slices, &(0..20).collect::<Vec<_>>());
        assert_eq!(kept.sum, forgot.sum);
    }
}
