//! The CA1 decoder: from an active CA3 code back to the content (h, x, target, mask). One decoder, one file, one line in the
//! registry; what those share that do not learn by errors is the sum C = Σ_p y_p x_pᵀ of content × code ([`Synapses`]).
//!
//! Forgetting an engram takes y xᵀ out of C. The content y is not kept anywhere: it is read out of C itself, as the
//! solution of C X = Y XᵀX rounded to the fixed point, which is what went in, to the last bit, while codes are linearly
//! independent.

mod delta;
mod gram;
mod hebbian;
mod pseudoinverse;
mod synapses;

pub use delta::Delta;
pub use hebbian::Hebbian;
pub use pseudoinverse::Pseudoinverse;

use serde::{Deserialize, Serialize};

use self::synapses::Synapses;
use super::store::{CodeSize, Stored};
use crate::numeric::Real;
use crate::registry;

/// How a code is read back into a content.
pub trait DecoderKind {
    /// Whether contents are summed up in C; if not, D is learned directly.
    fn sums(&self) -> bool {
        true
    }
    /// Whether D is solved for when sleep begins.
    fn solves(&self) -> bool {
        false
    }
    /// Bytes it needs for M units, less what it takes to solve or to forget.
    fn bytes(&self, units: u64, stored: &Stored) -> u64 {
        8 * units * stored.content
    }
    /// Binds a content to a code.
    fn learn(&self, synapses: &mut Synapses, code: &[u32], content: &[f64]) {
        synapses.bind(code, content);
    }
    /// Makes D fit what is stored now, given all stored codes.
    fn solve(&self, _synapses: &mut Synapses, _codes: &[&[u32]]) {}
    /// Reads the content of a code.
    fn read(&self, synapses: &Synapses, code: &[u32], out: &mut [f64]);
}

registry! {
    /// How a CA3 code is read back into a cortical state.
    pub enum DecoderSpec "decoder": DecoderKind {
        Hebbian(Hebbian): "Willshaw, Buneman & Longuet-Higgins 1969",
        Delta(Delta): "Widrow & Hoff 1960",
        Pseudoinverse(Pseudoinverse): "Personnaz, Guyon & Dreyfus 1985",
    }
}

/// A decoder at run time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Decoder {
    spec: DecoderSpec,
    synapses: Synapses,
}

impl Decoder {
    /// An empty decoder of codes of this size into contents of `width` values.
    pub fn new(spec: &DecoderSpec, size: CodeSize, width: usize) -> Self {
        Self {
            spec: spec.clone(),
            synapses: Synapses::new(size, width, spec.kind().sums()),
        }
    }

    /// Goes on with other parameters of the same decoder.
    pub fn adopt(&mut self, spec: &DecoderSpec) {
        self.spec = spec.clone();
    }

    /// How many synapses there are: C, and D where it is kept beside C.
    pub fn synapses(&self) -> usize {
        self.synapses.count()
    }

    /// Binds a content to a code.
    pub fn learn<R: Real>(&mut self, code: &[u32], content: &[R]) {
        let content: Vec<f64> = content.iter().map(|y| y.f64()).collect();
        self.spec.kind().learn(&mut self.synapses, code, &content);
    }

    /// All older contents shrink by `factor`.
    pub fn decay(&mut self, factor: f64) {
        self.synapses.decay(factor);
    }

    /// Takes engrams out, given all stored codes and which of them go. Nothing to do where D is learned directly: it
    /// overwrites.
    pub fn forget(&mut self, codes: &[&[u32]], gone: &[usize]) {
        if self.spec.kind().sums() {
            self.synapses.forget(codes, gone);
        }
    }

    /// What is bound to each of the stored codes, given all of them: contents in a row, exact while codes are independent
    /// (where D is learned directly, what it would say).
    pub fn contents(&mut self, codes: &[&[u32]]) -> Vec<f64> {
        if self.spec.kind().sums() {
            self.synapses.contents(codes)
        } else {
            self.synapses.said(codes)
        }
    }

    /// Binds `new` to a code in place of `old`.
    pub fn revise(&mut self, code: &[u32], old: &[f64], new: &[f64]) {
        if self.spec.kind().sums() {
            self.synapses.revise(code, old, new);
        } else {
            self.learn(code, new);
        }
    }

    /// Binds `new` to a recalled code, which may be none of the stored ones, in place of `old`.
    pub fn revise_recalled(&mut self, code: &[u32], old: &[f64], new: &[f64]) {
        self.synapses.stray();
        self.revise(code, old, new);
    }

    /// Makes D fit what is stored now, given all stored codes.
    pub fn solve(&mut self, codes: &[&[u32]]) {
        self.spec.kind().solve(&mut self.synapses, codes);
    }

    /// Reads the content of a code.
    pub fn read<R: Real>(&self, code: &[u32], content: &mut [R]) {
        let mut sum = vec![0.0; content.len()];
        self.spec.kind().read(&self.synapses, code, &mut sum);
        for (y, s) in content.iter_mut().zip(sum) {
            *y = R::of(s);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Rng;

    const SIZE: CodeSize = CodeSize {
        units: 500,
        active: 25,
    };

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
            let mut decoder = Decoder::new(&spec, SIZE, 6);
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
        let mut kept = Decoder::new(&spec, SIZE, 6);
        codes[20..]
            .iter()
            .zip(&contents[20..])
            .for_each(|(c, y)| kept.learn(c, y));
        let mut forgot = Decoder::new(&spec, SIZE, 6);
        codes
            .iter()
            .zip(&contents)
            .for_each(|(c, y)| forgot.learn(c, y));
        forgot.forget(&slices, &(0..20).collect::<Vec<_>>());
        assert_eq!(kept.synapses, forgot.synapses);
    }
}
