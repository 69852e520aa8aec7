//! Optimizers, and clipping by the global norm.

use serde::{Deserialize, Serialize};

use super::weights::{Gradient, Weights};
use crate::numeric::{DMatrix, Real};
use crate::{params, registry};

params! {
    /// Plain gradient descent.
    pub struct Sgd {
        /// Step size; 0 freezes the weights.
        pub rate: f64 = 0.1, [0 ..= 1000], live;
    }
}

params! {
    /// Gradient descent with momentum.
    pub struct Momentum {
        /// Step size; 0 freezes the weights.
        pub rate: f64 = 0.01, [0 ..= 1000], live;
        /// Fraction of the velocity kept at each update.
        pub momentum: f64 = 0.9, [0 ..= 0.9999], live;
    }
}

params! {
    /// Steps scaled by running moments of the gradient.
    pub struct Adam {
        /// Step size; 0 freezes the weights.
        pub rate: f64 = 0.003, [0 ..= 1000], live;
        /// Decay of the first moment.
        pub beta1: f64 = 0.9, [0 ..= 0.9999], live;
        /// Decay of the second moment.
        pub beta2: f64 = 0.999, [0 ..= 0.999999], live;
        /// Keeps the divisor from 0.
        pub epsilon: f64 = 1e-8, [1e-30 ..= 1], live;
    }
}

registry! {
    /// How gradients change weights.
    pub enum OptimizerSpec "optimizer" {
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
    first: Vec<DMatrix<R>>,
    second: Vec<DMatrix<R>>,
    updates: u64,
}

impl<R: Real> Optimizer<R> {
    /// A new optimizer; `clip` bounds the norm of the mean gradient over all tensors, and `decay` makes the rate of the
    /// k-th update (from 0) rate / (1 + decay·√k).
    pub fn new(spec: &OptimizerSpec, clip: Option<f64>, decay: f64, weights: &Weights<R>) -> Self {
        let zeros = || {
            weights
                .tensors
                .iter()
                .map(|t| DMatrix::zeros(t.nrows(), t.ncols()))
                .collect()
        };
        let (first, second) = match spec {
            OptimizerSpec::Sgd(_) => (Vec::new(), Vec::new()),
            OptimizerSpec::Momentum(_) => (zeros(), Vec::new()),
            OptimizerSpec::Adam(_) => (zeros(), zeros()),
        };
        Self {
            spec: spec.clone(),
            clip,
            decay,
            first,
            second,
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
        let scale = R::of(scale);
        match &self.spec {
            OptimizerSpec::Sgd(p) => {
                let rate = R::of(p.rate * faded);
                for (w, g) in weights.tensors.iter_mut().zip(&gradient.tensors) {
                    w.zip_apply(g, |w, g| *w -= rate * scale * g);
                }
            }
            OptimizerSpec::Momentum(p) => {
                let (rate, keep) = (R::of(p.rate * faded), R::of(p.momentum));
                for ((w, g), v) in weights
                    .tensors
                    .iter_mut()
                    .zip(&gradient.tensors)
                    .zip(&mut self.first)
                {
                    v.zip_apply(g, |v, g| *v = keep * *v + scale * g);
                    w.zip_apply(v, |w, v| *w -= rate * v);
                }
            }
            OptimizerSpec::Adam(p) => {
                let t = self.updates.min(1 << 24) as i32;
                let rate = faded * p.rate;
                let rate = R::of(rate * (1.0 - p.beta2.powi(t)).sqrt() / (1.0 - p.beta1.powi(t)));
                let (b1, b2) = (R::of(p.beta1), R::of(p.beta2));
                let eps = R::of(p.epsilon * (1.0 - p.beta2.powi(t)).sqrt());
                let moments = self.first.iter_mut().zip(&mut self.second);
                for ((w, g), (m, v)) in weights
                    .tensors
                    .iter_mut()
                    .zip(&gradient.tensors)
                    .zip(moments)
                {
                    m.zip_apply(g, |m, g| *m = b1 * *m + (R::one() - b1) * scale * g);
                    v.zip_apply(g, |v, g| {
                        *v = b2 * *v + (R::one() - b2) * scale * scale * g * g;
                    });
                    w.zip_zip_apply(m, v, |w, m, v| {
                        *w -= rate * m / (num_traits::Float::sqrt(v) + eps);
                    });
                }
            }
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
