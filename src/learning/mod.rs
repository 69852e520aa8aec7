//! Credit-assignment rules: each turns experience, or its replay, into a gradient of the cortical parameters.
//!
//! Online rules add to the gradient as steps are observed, tape rules when the episode ends, offline rules as ripples
//! re-instate steps. Every gradient is a sum over masked steps; learning divides it by their number.

mod bptt;
mod replay_bptt;
mod tbptt;

pub use bptt::{Bptt, BpttState};
pub use replay_bptt::{ReplayBptt, ReplayBpttState};
pub use tbptt::{Tbptt, TbpttState};

use serde::{Deserialize, Serialize};

use crate::episode::{Batch, ContentShape};
use crate::neocortex::{Cortex, Gradient, Score};
use crate::numeric::Real;
use crate::registry;

/// What a rule may look at while episodes are lived.
pub struct Context<'a, R: Real> {
    /// The network and its weights.
    pub cortex: &'a Cortex<R>,
    /// The episodes being lived, side by side.
    pub batch: &'a Batch<R>,
}

/// One step of B episodes side by side, as they were lived.
pub struct Moment<'a, R: Real> {
    /// t.
    pub t: usize,
    /// h_{t−1}, N×B.
    pub h_prev: &'a [R],
    /// h_t, N×B.
    pub h: &'a [R],
    /// Auxiliary values of the cell.
    pub aux: &'a [R],
    /// Outputs and ∂L/∂y, where any episode's output is scored at this step.
    pub score: Option<&'a Score<R>>,
}

/// One step as a ripple re-instates it.
pub struct Reinstated<'a, R: Real> {
    /// The network and its weights.
    pub cortex: &'a Cortex<R>,
    /// What is where in the content.
    pub shape: ContentShape,
    /// h_{t−1}, x_t, target, mask.
    pub content: &'a [R],
    /// Whether the step counts to the episode's first quarter (the measurement knows; the rule only books it apart).
    pub remote: bool,
}

/// What a rule keeps and what it costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    /// Floats of activity held at once, at most, per episode.
    pub retained_floats: usize,
    /// Floating-point operations per step, counted from sizes.
    pub flops_per_step: u64,
}

/// A credit-assignment rule.
pub trait Rule<R: Real> {
    /// A new batch of episodes begins.
    fn begin(&mut self, cx: &Context<'_, R>);
    /// A step was lived.
    fn observe(&mut self, cx: &Context<'_, R>, moment: &Moment<'_, R>, grad: &mut Gradient<R>);
    /// The batch is over.
    fn finish(&mut self, cx: &Context<'_, R>, grad: &mut Gradient<R>);
    /// A ripple begins.
    fn begin_ripple(&mut self, cortex: &Cortex<R>);
    /// A ripple re-instates a step.
    fn reinstate(&mut self, step: &Reinstated<'_, R>, grad: &mut Gradient<R>);
    /// Whether it learns from ripples rather than from lived steps.
    fn offline(&self) -> bool;
    /// Whether its gradient is whole after every step.
    fn online(&self) -> bool;
    /// What it keeps and costs.
    fn ledger(&self) -> Ledger;
}

registry! {
    /// Credit-assignment rules.
    pub enum RuleSpec "rule" {
        Bptt(Bptt): "Werbos 1990",
        Tbptt(Tbptt): "Williams & Peng 1990",
        ReplayBptt(ReplayBptt): "Lillicrap & Santoro 2019, doi:10.1016/j.conb.2019.01.011",
    }
    /// Rules at run time.
    pub enum RuleState<R>: Rule {
        Bptt(BpttState<R>),
        Tbptt(TbpttState<R>),
        ReplayBptt(ReplayBpttState<R>),
    }
}

impl<R: Real> RuleState<R> {
    /// A rule before its first episode.
    pub fn new(spec: &RuleSpec) -> Self {
        match spec {
            RuleSpec::Bptt(_) => Self::Bptt(BpttState::default()),
            RuleSpec::Tbptt(p) => Self::Tbptt(TbpttState::new(p)),
            RuleSpec::ReplayBptt(_) => Self::ReplayBptt(ReplayBpttState::default()),
        }
    }
}

impl RuleSpec {
    /// Whether it needs ripples.
    pub fn offline(&self) -> bool {
        RuleState::<f32>::new(self).as_dyn().offline()
    }

    /// Names of several rules; equal names get the parameters that differ appended: `Tbptt-horizon-16`.
    pub fn labels(rules: &[&Self]) -> Vec<String> {
        let parameters = |rule: &Self| -> Vec<(String, String)> {
            let text = registry::Writer::line(rule);
            let inside = text
                .split_once('(')
                .map_or("", |(_, rest)| rest.trim_end_matches(')'));
            inside
                .split(", ")
                .filter_map(|p| p.split_once(": "))
                .map(|(k, v)| (k.into(), v.into()))
                .collect()
        };
        rules
            .iter()
            .enumerate()
            .map(|(i, rule)| {
                let twins: Vec<_> = rules
                    .iter()
                    .enumerate()
                    .filter(|(j, other)| *j != i && other.name() == rule.name())
                    .collect();
                let differing = parameters(rule)
                    .into_iter()
                    .filter(|p| twins.iter().any(|(_, twin)| !parameters(twin).contains(p)))
                    .map(|(name, value)| format!("-{name}-{value}"));
                std::iter::once(rule.name().to_string())
                    .chain(differing)
                    .collect()
            })
            .collect()
    }
}

/// Multiply-adds of a step forward and back through the recurrent and input weights, times two.
pub(crate) fn flops<R: Real>(cortex: &Cortex<R>, products: u64) -> u64 {
    let (n, x) = (cortex.units() as u64, cortex.inputs() as u64);
    2 * products * n * (n + x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_are_told_apart_by_what_differs() {
        let (short, long) = (
            RuleSpec::Tbptt(Tbptt { horizon: 4 }),
            RuleSpec::Tbptt(Tbptt { horizon: 16 }),
        );
        let bptt = RuleSpec::Bptt(Bptt {});
        assert_eq!(
            RuleSpec::labels(&[&bptt, &short, &long]),
            ["Bptt", "Tbptt-horizon-4", "Tbptt-horizon-16"]
        );
        assert_eq!(RuleSpec::labels(&[&bptt, &short]), ["Bptt", "Tbptt"]);
    }
}
