//! Who learns while a batch is lived or a walk is replayed: all rules of a run, a single one, or nobody.

use crate::learning::{Context, Moment, Reinstated, Rule, RuleState};
use crate::neocortex::{Cortex, Gradient};
use crate::numeric::Real;

/// Goes along with a batch of episodes, or with ripples. The order of calls is that of the methods.
pub trait Learners<R: Real> {
    /// A batch of episodes, or a stream, begins.
    fn begin(&mut self, _cx: &Context<'_, R>) {}
    /// The network has made step t and its state may be changed before it is read out.
    fn remind(&mut self, _cx: &Context<'_, R>, _t: usize, _h: &mut [R], _aux: &[R]) {}
    /// A step was lived.
    fn observe(&mut self, _cx: &Context<'_, R>, _moment: &Moment<'_, R>) {}
    /// The batch is over.
    fn finish(&mut self, _cx: &Context<'_, R>) {}
    /// A ripple begins.
    fn begin_ripple(&mut self, _cortex: &Cortex<R>) {}
    /// A ripple re-instates a step.
    fn reinstate(&mut self, _step: &Reinstated<'_, R>) {}
    /// δ at that step, as [`Rule::error`].
    fn error(&self) -> Option<&[R]> {
        None
    }
}

/// Nobody learns.
impl<R: Real> Learners<R> for () {}

/// One rule, and the gradient that it adds to.
pub struct Alone<'a, R: Real> {
    /// The rule.
    pub rule: &'a mut dyn Rule<R>,
    /// What it has gathered.
    pub gradient: &'a mut Gradient<R>,
}

impl<R: Real> Learners<R> for Alone<'_, R> {
    fn begin(&mut self, cx: &Context<'_, R>) {
        self.rule.begin(cx);
    }

    fn remind(&mut self, cx: &Context<'_, R>, t: usize, h: &mut [R], aux: &[R]) {
        self.rule.remind(cx, t, h, aux);
    }

    fn observe(&mut self, cx: &Context<'_, R>, moment: &Moment<'_, R>) {
        self.rule.observe(cx, moment, self.gradient);
        self.rule.observe_remote(cx, moment, self.gradient);
    }

    fn finish(&mut self, cx: &Context<'_, R>) {
        self.rule.finish(cx, self.gradient);
    }

    fn begin_ripple(&mut self, cortex: &Cortex<R>) {
        self.rule.begin_ripple(cortex);
    }

    fn reinstate(&mut self, step: &Reinstated<'_, R>) {
        self.rule.reinstate(step, self.gradient);
    }

    fn error(&self) -> Option<&[R]> {
        self.rule.error()
    }
}

/// A rule that reminds, in a test: nothing is learned.
pub struct Reminding<'a, R: Real>(pub &'a mut RuleState<R>);

impl<R: Real> Learners<R> for Reminding<'_, R> {
    fn begin(&mut self, cx: &Context<'_, R>) {
        self.0.as_dyn_mut().begin(cx);
    }

    fn remind(&mut self, cx: &Context<'_, R>, t: usize, h: &mut [R], aux: &[R]) {
        self.0.as_dyn_mut().remind(cx, t, h, aux);
    }
}
