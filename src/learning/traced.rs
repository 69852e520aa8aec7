//! What Rtrl, Snap, Rflo and Eprop share: an array of influences for each episode, carried forward step by step, from which
//! the gradient is read where an output is scored. They differ in what they keep of it: their [`Kernel`].

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::influence::errors;
use super::rule::{Context, Ledger, Moment, Rule, Start, learn_readout};
use crate::neocortex::{Cortex, Gradient, Step};
use crate::numeric::{DMatrix, Measured, Real, floats_in};

/// What is kept of the influence of parameters on the state, and how it moves on.
pub trait Kernel<R: Real>: Serialize + DeserializeOwned {
    /// How many elements are kept for one episode.
    fn elements(&self, cortex: &Cortex<R>) -> usize;
    /// Operations of a step, counted from sizes.
    fn flops(&self, cortex: &Cortex<R>) -> u64;
    /// Stands in the place of V on the way from the outputs to the units, where it is random.
    fn feedback(&self) -> Option<&DMatrix<R>> {
        None
    }
    /// One episode's influence moves on by a step; what the step itself adds is left out where it does not count.
    fn advance(
        &mut self,
        cortex: &Cortex<R>,
        step: &Step<'_, R>,
        influence: &mut Vec<R>,
        counts: bool,
    );
    /// Adds one episode's gradient, from δ = ∂L/∂s (S long).
    fn credit(
        &mut self,
        cortex: &Cortex<R>,
        delta: &[R],
        influence: &[R],
        grad: &mut Gradient<R>,
        remote: bool,
    );
}

/// A kernel that can be made from a rule's parameters.
pub trait Begin<P, R: Real>: Kernel<R> {
    /// Before the first episode.
    fn begin(params: &P, start: Start<'_, R>) -> Self;
}

/// The influences of each episode.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "K: Kernel<R>")]
pub struct Traced<R: Real, K> {
    kernel: K,
    influence: Vec<Vec<R>>,
    /// The part of it from the first quarter of the steps.
    remote: Measured<Vec<Vec<R>>>,
    #[serde(skip)]
    delta: Vec<R>,
    ledger: Ledger,
}

impl<R: Real, K: Kernel<R>> Traced<R, K> {
    /// No influence yet.
    pub fn new<P>(params: &P, start: Start<'_, R>) -> Self
    where
        K: Begin<P, R>,
    {
        Self {
            kernel: K::begin(params, start),
            influence: Vec::new(),
            remote: Measured(Vec::new()),
            delta: Vec::new(),
            ledger: Ledger::default(),
        }
    }
}

impl<R: Real, K: Kernel<R>> Rule<R> for Traced<R, K> {
    fn begin(&mut self, cx: &Context<'_, R>) {
        let (len, width) = (self.kernel.elements(cx.cortex), cx.batch.width);
        self.influence.resize_with(width, Vec::new);
        for influence in &mut self.influence {
            influence.clear();
            influence.resize(len, R::zero());
        }
        self.remote.0.clear();
        if self.ledger.grows(width * len) {
            let each = floats_in(&self.influence) / width.max(1);
            // Random feedback is there once, however many episodes run side by side.
            self.ledger.keep(each + floats_in(&self.kernel), 1);
            self.ledger.flops_per_step = self.kernel.flops(cx.cortex);
        }
    }

    fn observe(&mut self, cx: &Context<'_, R>, moment: &Moment<'_, R>, grad: &mut Gradient<R>) {
        let (cortex, rows) = (cx.cortex, cx.cortex.state());
        learn_readout(cortex, moment, grad);
        if let Some(score) = moment.score {
            let feedback = self.kernel.feedback();
            errors(cortex, moment.step.aux, score, feedback, &mut self.delta);
        }
        for (b, influence) in self.influence.iter_mut().enumerate() {
            let step = cortex.column(&moment.step, b);
            self.kernel.advance(cortex, &step, influence, true);
            if moment.score.is_some() {
                let delta = &self.delta[b * rows..(b + 1) * rows];
                self.kernel.credit(cortex, delta, influence, grad, false);
            }
        }
    }

    fn observe_remote(
        &mut self,
        cx: &Context<'_, R>,
        moment: &Moment<'_, R>,
        grad: &mut Gradient<R>,
    ) {
        let (cortex, rows) = (cx.cortex, cx.cortex.state());
        if moment.remote {
            self.remote.0.clone_from(&self.influence);
        }
        for (b, influence) in self.remote.0.iter_mut().enumerate() {
            if !moment.remote {
                let step = cortex.column(&moment.step, b);
                self.kernel.advance(cortex, &step, influence, false);
            }
            if moment.score.is_some() {
                let delta = &self.delta[b * rows..(b + 1) * rows];
                self.kernel.credit(cortex, delta, influence, grad, true);
            }
        }
    }

    fn ledger(&self) -> Ledger {
        self.ledger
    }
}
