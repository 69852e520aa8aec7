//! What Rtrl, Snap, Rflo and Eprop share: an array of influences for each episode, carried forward step by step, from which
//! the gradient is read where an output is scored. They differ in what they keep of it: their [`Kernel`].

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::influence::errors;
use super::rule::{Context, Ledger, Moment, Rule, Start, Told, learn_readout};
use crate::neocortex::{Cortex, Gradient, Linearisation, Step};
use crate::numeric::{DMatrix, Measured, Real, floats_in};

/// One step of one episode, as a kernel carries influence over it.
pub struct Advance<'a, R: Real> {
    /// The network and its weights.
    pub cortex: &'a Cortex<R>,
    /// The step's position in the batch, as [`Moment::t`].
    pub t: usize,
    /// Which of the B episodes: 0 to B−1.
    pub episode: usize,
    /// The episode's column of the step.
    pub step: Step<'a, R>,
    /// The step linearised: D, the retention and u, and J where the kernel [wants it](Kernel::wants_jacobian).
    pub lin: &'a Linearisation<R>,
    /// Whether what the step itself adds (D ⊗ u) counts: not where the part of the first quarter is carried on.
    pub counts: bool,
}

/// What is kept of the influence of parameters on the state, and how it moves on.
///
/// A step of B episodes calls [`Kernel::step`] once, and then for each episode [`Kernel::advance`] and, where an output is
/// scored, [`Kernel::credit`]. Where the part of the first quarter is measured, `advance` and `credit` come a second time for
/// the same step and episode, with an influence of its own: what a kernel learns or draws at random belongs into `step`.
pub trait Kernel<R: Real>: Serialize + DeserializeOwned {
    /// How many elements are kept for one episode.
    fn elements(&self, cortex: &Cortex<R>) -> usize;
    /// Operations of a step, counted from sizes.
    fn flops(&self, cortex: &Cortex<R>) -> u64;
    /// Stands in the place of V on the way from the outputs to the units, where it is random.
    fn feedback(&self) -> Option<&DMatrix<R>> {
        None
    }
    /// Whether [`Advance::lin`] holds J too.
    fn wants_jacobian(&self) -> bool {
        true
    }
    /// A batch of episodes, or a stream, begins; all influence is 0 again.
    fn begin(&mut self, _cx: &Context<'_, R>) {}
    /// A step was lived: once for all episodes, before their influence moves on.
    fn step(&mut self, _cx: &Context<'_, R>, _moment: &Moment<'_, R>) {}
    /// One episode's influence moves on by a step.
    fn advance(&mut self, now: &Advance<'_, R>, influence: &mut Vec<R>);
    /// Adds one episode's gradient, from δ = ∂L/∂s (S long).
    fn credit(
        &mut self,
        cortex: &Cortex<R>,
        delta: &[R],
        influence: &[R],
        grad: &mut Gradient<R>,
        remote: bool,
    );
    /// Floats that it keeps from step to step beside the influence, for one of `width` episodes side by side, once
    /// [`Kernel::begin`] has made room for them: counted in what it would save. A kernel that keeps values of each episode
    /// divides those by `width`.
    fn floats(&self, _width: usize) -> usize {
        floats_in(self)
    }
    /// What else is measured of it: see [`Rule::told`].
    fn told(&self) -> Told {
        Vec::new()
    }
    /// What a person should know of how it went: see [`Rule::warning`].
    fn warning(&self) -> Option<String> {
        None
    }
}

/// A kernel that can be made from a rule's parameters.
pub trait Make<P, R: Real>: Kernel<R> {
    /// Before the first episode.
    fn make(params: &P, start: Start<'_, R>) -> Self;
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
    lin: Linearisation<R>,
    #[serde(skip)]
    delta: Vec<R>,
    ledger: Ledger,
}

impl<R: Real, K: Kernel<R>> Traced<R, K> {
    /// No influence yet.
    pub fn new<P>(params: &P, start: Start<'_, R>) -> Self
    where
        K: Make<P, R>,
    {
        Self {
            kernel: K::make(params, start),
            influence: Vec::new(),
            remote: Measured(Vec::new()),
            lin: Linearisation::default(),
            delta: Vec::new(),
            ledger: Ledger::default(),
        }
    }

    /// The influence of each episode, as its kernel keeps it.
    pub fn influence(&self) -> &[Vec<R>] {
        &self.influence
    }
}

/// The step of episode `b`, linearised as the kernel wants it.
fn linearised<'a, R: Real, K: Kernel<R>>(
    lin: &'a mut Linearisation<R>,
    kernel: &K,
    cx: &Context<'a, R>,
    moment: &Moment<'a, R>,
    b: usize,
    counts: bool,
) -> Advance<'a, R> {
    let step = cx.cortex.column(&moment.step, b);
    lin.traces(cx.cortex, &step);
    if kernel.wants_jacobian() {
        lin.jacobian(cx.cortex, &step);
    }
    Advance {
        cortex: cx.cortex,
        t: moment.t,
        episode: b,
        step,
        lin,
        counts,
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
        self.kernel.begin(cx);
        if self.ledger.grows(width * len) {
            let each = floats_in(&self.influence) / width.max(1);
            // Random feedback is there once, however many episodes run side by side.
            self.ledger.keep(each + self.kernel.floats(width), 1);
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
        self.kernel.step(cx, moment);
        for (b, influence) in self.influence.iter_mut().enumerate() {
            let now = linearised(&mut self.lin, &self.kernel, cx, moment, b, true);
            self.kernel.advance(&now, influence);
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
        let early = &self.influence[..moment.remote];
        self.remote
            .0
            .resize_with(self.remote.0.len().max(early.len()), Vec::new);
        for (remote, influence) in self.remote.0.iter_mut().zip(early) {
            remote.clone_from(influence);
        }
        for (b, influence) in self.remote.0.iter_mut().enumerate() {
            if b >= moment.remote {
                let now = linearised(&mut self.lin, &self.kernel, cx, moment, b, false);
                self.kernel.advance(&now, influence);
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

    fn told(&self) -> Told {
        self.kernel.told()
    }

    fn warning(&self) -> Option<String> {
        self.kernel.warning()
    }
}
