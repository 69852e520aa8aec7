//! What a credit-assignment rule is: known from its parameters ([`RuleKind`]), and at run time ([`Rule`]).
//!
//! `docs/adding/rule.md` tells in which order these are called, and what survives what.

use serde::{Deserialize, Serialize};

use super::RuleSpec;
use crate::episode::{Batch, ContentShape};
use crate::neocortex::{Cell, Cortex, Gradient, Score, Step, first};
use crate::numeric::{Real, Rng};
use crate::record::Declared;

/// What a rule may look at while episodes are lived.
pub struct Context<'a, R: Real> {
    /// The network and its weights.
    pub cortex: &'a Cortex<R>,
    /// The episodes being lived, side by side; in a stream one episode, the stretch up to the next report.
    pub batch: &'a Batch<R>,
}

/// One step of B episodes side by side, as they were lived.
pub struct Moment<'a, R: Real> {
    /// t: the step's position in the batch, 0 to T−1, for looking something up there. In a stream it begins again at 0 with
    /// each stretch between two reports, without [`Rule::begin`].
    pub t: usize,
    /// Steps since [`Rule::begin`]: t where episodes are lived; in a stream it counts on from stretch to stretch.
    pub since_begin: u64,
    /// States, inputs and auxiliary values.
    pub step: Step<'a, R>,
    /// Outputs and ∂L/∂y, where any episode's output is scored at this step.
    pub score: Option<&'a Score<R>>,
    /// How many of the episodes, the first ones, are in the first quarter of their own steps, whose share of the gradient is
    /// the `remote` part. Without meaning in a stream, where that part is not taken.
    pub remote: usize,
}

/// One step as a ripple re-instates it.
pub struct Reinstated<'a, R: Real> {
    /// The network and its weights.
    pub cortex: &'a Cortex<R>,
    /// What is where in the content.
    pub shape: ContentShape,
    /// s_{t−1}, x_t, target, mask.
    pub content: &'a [R],
    /// Whether the step counts to the episode's first quarter (the measurement knows; the rule only books it apart).
    pub remote: bool,
}

/// What a rule keeps and what it costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    /// Floats held from step to step, at most, per episode: counted in what the rule would save.
    pub retained_floats: usize,
    /// Floating-point operations per step, counted from sizes.
    pub flops_per_step: u64,
    /// How large the state was when it was last counted.
    counted: usize,
}

impl Ledger {
    /// Whether a state of this size is larger than any counted so far.
    pub(super) fn grows(&mut self, size: usize) -> bool {
        let grows = size > self.counted;
        self.counted = self.counted.max(size);
        grows
    }

    /// Takes in a count over `width` episodes.
    pub(super) fn keep(&mut self, floats: usize, width: usize) {
        self.retained_floats = self.retained_floats.max(floats / width.max(1));
    }
}

/// What is measured of a rule beside its gradient: name and value.
pub type Told = Vec<(&'static Declared, f64)>;

/// Attention over remembered steps, for drawing: how much the step at each row attended to each remembered step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attended {
    /// Steps that attended.
    pub queries: Vec<usize>,
    /// How many steps the episode has: columns.
    pub steps: usize,
    /// A row a query: weights by remembered step.
    pub weights: Vec<f32>,
}

/// A credit-assignment rule at run time.
pub trait Rule<R: Real> {
    /// A new batch of episodes begins.
    fn begin(&mut self, _cx: &Context<'_, R>) {}
    /// The step's state is made and may be changed before it is read out: the forward pass of rules that remind.
    fn remind(&mut self, _cx: &Context<'_, R>, _t: usize, _h: &mut [R], _aux: &[R]) {}
    /// A step was lived.
    fn observe(&mut self, cx: &Context<'_, R>, moment: &Moment<'_, R>, grad: &mut Gradient<R>);
    /// The step again, right after [`Rule::observe`], to book what the first quarter contributes: work that is there only
    /// to be measured.
    fn observe_remote(
        &mut self,
        _cx: &Context<'_, R>,
        _moment: &Moment<'_, R>,
        _grad: &mut Gradient<R>,
    ) {
    }
    /// The batch is over.
    fn finish(&mut self, _cx: &Context<'_, R>, _grad: &mut Gradient<R>) {}
    /// A ripple begins.
    fn begin_ripple(&mut self, _cortex: &Cortex<R>) {}
    /// A ripple re-instates a step.
    fn reinstate(&mut self, _step: &Reinstated<'_, R>, _grad: &mut Gradient<R>) {}
    /// δ at the step that a ripple re-instated last, once its own loss has joined it: ∂L/∂s_t of the losses from there on, S
    /// long. Nothing where the rule carries none back.
    fn error(&self) -> Option<&[R]> {
        None
    }
    /// What it keeps and costs.
    fn ledger(&self) -> Ledger;
    /// What else is measured of it: told after each batch of episodes, and at each report of a stream.
    fn told(&self) -> Told {
        Vec::new()
    }
    /// What a person should know of how it went, in words; told with it.
    fn warning(&self) -> Option<String> {
        None
    }
    /// Where its attention went in the first episode of the last batch, where it has one.
    fn attended(&self) -> Option<Attended> {
        None
    }
}

/// Sizes that a rule's needs are estimated from.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// T.
    pub steps: u64,
    /// S.
    pub state: u64,
    /// Parameters of the cell.
    pub parameters: u64,
}

/// What is known of a rule from its parameters alone.
pub trait RuleKind {
    /// Whether it learns from ripples rather than from lived steps.
    fn offline(&self) -> bool {
        false
    }
    /// Whether its gradient is whole after every step.
    fn whole_each_step(&self) -> bool {
        false
    }
    /// Over how many steps every loss is carried back along the states that were lived; nothing where it is done another way.
    fn reach(&self) -> Option<usize> {
        None
    }
    /// Whether it can live in a stream that never ends.
    fn streams(&self) -> bool {
        self.whole_each_step() && !self.offline()
    }
    /// Whether it changes the forward pass, so that no other rule sees the same states.
    fn reminds(&self) -> bool {
        false
    }
    /// The rule that takes all of the gradient of the same forward pass, where that is not Bptt: what it is held against.
    fn whole(&self) -> Option<RuleSpec> {
        None
    }
    /// Whether it can serve a cell; if not, why, in a clause.
    fn serves(&self, _cell: &dyn Cell<f32>) -> Result<(), &'static str> {
        Ok(())
    }
    /// Floats it holds for one episode, at most and about: what memory is reserved by.
    fn floats(&self, sizes: &Sizes) -> u64;
    /// Tensors that are learned beside the cell's, and how many rows each has.
    fn tensors(&self) -> (&'static [&'static str], usize) {
        (&[], 0)
    }
}

/// What a rule starts from.
pub struct Start<'a, R: Real> {
    /// The network.
    pub cortex: &'a Cortex<R>,
    /// The rule's own stream.
    pub rng: Rng,
}

/// Operations of `passes` products with all the cell's parameters, a multiplication and an addition each.
pub(super) fn flops<R: Real>(cortex: &Cortex<R>, passes: u64) -> u64 {
    2 * passes * cortex.parameters() as u64
}

/// Books apart what a step's first columns contribute: those in the first quarter of their own steps, `early` of them, of all.
pub fn accumulate_early<R: Real>(
    cortex: &Cortex<R>,
    step: &Step<'_, R>,
    local: &[R],
    (early, width): (usize, usize),
    grad: &mut Gradient<R>,
) {
    if early > 0 {
        let (step, local) = (step.first(early, width), first(local, early, width));
        cortex.accumulate(&step, local, grad.part_mut(true));
    }
}

/// The readout learns from every scored step, whatever the rule makes of it.
pub fn learn_readout<R: Real>(cortex: &Cortex<R>, moment: &Moment<'_, R>, grad: &mut Gradient<R>) {
    let Some(score) = moment.score else { return };
    cortex.accumulate_readout(moment.step.h, moment.step.aux, &score.dy, grad);
    grad.weight += score.weight;
    grad.loss += score.loss;
}
