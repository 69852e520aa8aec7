//! Optimizers, one file each, and clipping by the global norm.

mod adam;
mod momentum;
mod sgd;

pub use adam::Adam;
pub use momentum::Momentum;
pub use sgd::Sgd;

use serde::{Deserialize, Serialize};

use super::weights::{Gradient, Weights};
use crate::numeric::{DMatrix, Real};
use crate::registry;

/// What is the same for all tensors at an update.
#[derive(Clone, Copy, Debug)]
pub struct Change<R> {
    /// Makes the mean gradient, clipped where it is too long, of the summed one.
    pub scale: R,
    /// What is left of the rate after so many updates.
    pub faded: f64,
    /// Number of the update, from 1.
    pub update: u64,
}

/// How gradients change weights.
pub trait OptimizerKind<R: Real> {
    /// How many running moments it keeps of each tensor's gradient: 0, 1 or 2.
    fn moments(&self) -> usize;
    /// Changes a tensor by its summed gradient; its first moments are there as many as it keeps, at first 0.
    fn change(
        &self,
        cx: &Change<R>,
        weights: &mut DMatrix<R>,
        gradient: &DMatrix<R>,
        moments: [Option<&mut DMatrix<R>>; 2],
    );
}

registry! {
    /// How gradients change weights.
    pub enum OptimizerSpec "optimizer": OptimizerKind<R> {
        Sgd(Sgd): "Robbins & Monro 1951",
        Momentum(Momentum): "Polyak 1964",
        Adam(Adam): "Kingma & Ba 2015, algorithm 1",
    }
}

/// An optimizer with its moments.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Optimizer<R: Real> {
    spec: OptimizerSpec,
    clip: Option<f64>,
    decay: f64,
    /// The first and the second moment of each tensor, where they are kept.
    first: Vec<DMatrix<R>>,
    second: Vec<DMatrix<R>>,
    updates: u64,
}

impl<R: Real> Optimizer<R> {
    /// A new optimizer; `clip` bounds the norm of the mean gradient over all tensors, and `decay` makes the rate of the
    /// k-th update (from 0) rate / (1 + decay·√k).
    pub fn new(spec: &OptimizerSpec, clip: Option<f64>, decay: f64, weights: &Weights<R>) -> Self {
        let moments = spec.kind::<R>().moments();
        let zeros = |kept: bool| {
            let tensors = weights.tensors.iter().filter(|_| kept);
            let zeros = tensors.map(|t| DMatrix::zeros(t.nrows(), t.ncols()));
            zeros.collect()
        };
        Self {
            spec: spec.clone(),
            clip,
            decay,
            first: zeros(moments > 0),
            second: zeros(moments > 1),
            updates: 0,
        }
    }

    /// Goes on with other parameters of the same optimizer.
    pub fn adopt(&mut self, spec: &OptimizerSpec, clip: Option<f64>, decay: f64) {
        (self.spec, self.clip, self.decay) = (spec.clone(), clip, decay);
    }

    /// Updates so far.
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// Changes the weights by the mean gradient.
    pub fn update(&mut self, weights: &mut Weights<R>, gradient: &Gradient<R>) {
        let mut scale = 1.0 / gradient.weight;
        if let Some(clip) = self.clip {
            let norm = gradient.norm();
            if norm > clip {
                scale *= clip / norm;
            }
        }
        let faded = 1.0 / (1.0 + self.decay * (self.updates as f64).sqrt());
        self.updates += 1;
        let cx = Change {
            scale: R::of(scale),
            faded,
            update: self.updates,
        };
        let kind = self.spec.kind();
        let tensors = weights.tensors.iter_mut().zip(&gradient.tensors);
        for (i, (w, g)) in tensors.enumerate() {
            let moments = [self.first.get_mut(i), self.second.get_mut(i)];
            kind.change(&cx, w, g, moments);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neocortex::TensorShape;

    #[test]
    fn every_optimizer_descends_a_bowl() {
        let specs = [
            OptimizerSpec::Sgd(Sgd::default()),
            OptimizerSpec::Momentum(Momentum::default()),
            OptimizerSpec::Adam(Adam {
                rate: 0.05,
                ..Adam::default()
            }),
        ];
        assert_eq!(specs.len(), OptimizerSpec::variants().len());
        for spec in specs {
            let shapes = ["W", "V", "c"]
                .map(|n| TensorShape::matrix(n, 2, 2))
                .to_vec();
            let tensors = vec![DMatrix::from_element(2, 2, 3.0_f64); 3];
            let mut weights = Weights { shapes, tensors };
            let mut optimizer = Optimizer::new(&spec, Some(10.0), 0.0, &weights);
            for _ in 0..2000 {
                let mut g = Gradient::zeros(&weights);
                g.tensors.clone_from(&weights.tensors);
                g.weight = 1.0;
                optimizer.update(&mut weights, &g);
            }
            assert!(
                weights.tensors[0].amax() < 0.05,
                "{}: {}",
                spec.name(),
                weights.tensors[0]
            );
        }
    }
}
