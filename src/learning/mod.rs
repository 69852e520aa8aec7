//! Credit-assignment rules: each turns experience, or its replay, into a gradient of the cortical parameters.
//!
//! Online rules add to the gradient as steps are observed, tape rules when the episode ends, offline rules as ripples
//! re-instate steps. Every gradient is a sum over masked steps; learning divides it by their number.
//!
//! A new rule is one file with its parameters ([`RuleKind`]) and its state ([`Rule`]), and one line in the registry.

mod attention;
mod bptt;
mod checkpointed;
mod eligibility;
mod eprop;
mod feedback;
mod influence;
mod kf_rtrl;
mod readout_only;
mod replay_bptt;
mod reversible_replay;
mod rflo;
mod rtrl;
mod sab;
mod snap;
mod tbptt;
mod traced;
mod uoro;

pub use bptt::{Bptt, BpttState};
pub use checkpointed::{CheckpointedBptt, CheckpointedBpttState};
pub use eprop::{Eprop, EpropState};
pub use feedback::{FeedbackSpec, Random, Transposed};
pub use kf_rtrl::{KfRtrl, KfRtrlState};
pub use readout_only::{ReadoutOnly, ReadoutOnlyState};
pub use replay_bptt::{ReplayBptt, ReplayBpttState};
pub use reversible_replay::{ReversibleReplay, ReversibleReplayState};
pub use rflo::{Rflo, RfloState};
pub use rtrl::{Rtrl, RtrlState};
pub use sab::{Always, AttendSpec, Sab, SabState, Scored};
pub use snap::{Snap, SnapState};
pub use tbptt::{Last, Sum, Tbptt, TbpttState, TruncationSpec};
pub use traced::{Begin, Kernel, Traced};
pub use uoro::{Uoro, UoroState};

use serde::{Deserialize, Serialize};

use crate::episode::{Batch, ContentShape};
use crate::neocortex::{Cell, CellSpec, CellState, Cortex, Gradient, Score, Step};
use crate::numeric::{Real, Rng};
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
    /// States, inputs and auxiliary values.
    pub step: Step<'a, R>,
    /// Outputs and ∂L/∂y, where any episode's output is scored at this step.
    pub score: Option<&'a Score<R>>,
    /// Whether the step counts to the episodes' first quarter, whose share of the gradient is the `remote` part.
    pub remote: bool,
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
    fn grows(&mut self, size: usize) -> bool {
        let grows = size > self.counted;
        self.counted = self.counted.max(size);
        grows
    }

    /// Takes in a count over `width` episodes.
    fn keep(&mut self, floats: usize, width: usize) {
        self.retained_floats = self.retained_floats.max(floats / width.max(1));
    }
}

/// What is measured of a rule beside its gradient: name and value, told after each batch of episodes.
pub type Told = Vec<(&'static str, f64)>;

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
    /// What it keeps and costs.
    fn ledger(&self) -> Ledger;
    /// What else is measured of it.
    fn told(&self) -> Told {
        Vec::new()
    }
    /// What a person should know of how it went, in words.
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

registry! {
    /// Credit-assignment rules.
    pub enum RuleSpec "rule": RuleKind {
        Bptt(Bptt => BpttState<R>): "Werbos 1990",
        Tbptt(Tbptt => TbpttState<R>): "Williams & Peng 1990",
        CheckpointedBptt(CheckpointedBptt => CheckpointedBpttState<R>): "Gruslys et al. 2016",
        Rtrl(Rtrl => RtrlState<R>): "Williams & Zipser 1989",
        Snap(Snap => SnapState<R>): "Menick et al. 2020, arXiv:2006.07232",
        Uoro(Uoro => UoroState<R>): "Tallec & Ollivier 2017, arXiv:1702.05043",
        KfRtrl(KfRtrl => KfRtrlState<R>): "Mujika, Meier & Steger 2018, arXiv:1805.10842",
        Rflo(Rflo => RfloState<R>): "Murray 2019, doi:10.7554/eLife.43299",
        Eprop(Eprop => EpropState<R>): "Bellec et al. 2020, doi:10.1038/s41467-020-17236-y",
        Sab(Sab => SabState<R>): "Ke et al. 2018, arXiv:1809.03702",
        ReversibleReplay(ReversibleReplay => ReversibleReplayState<R>): "Cheng & Brown 2025, Neural Computation 37(3):403",
        ReplayBptt(ReplayBptt => ReplayBpttState<R>): "Lillicrap & Santoro 2019, doi:10.1016/j.conb.2019.01.011",
        ReadoutOnly(ReadoutOnly => ReadoutOnlyState): "Jaeger 2001",
    }
    /// Rules at run time.
    pub enum RuleState<R>: Rule, from Start<'_, R>;
}

impl RuleSpec {
    /// Whether it needs ripples.
    pub fn offline(&self) -> bool {
        self.kind().offline()
    }

    /// What its gradient is held against: exact BPTT, or all of the gradient of a forward pass of its own.
    pub fn yardstick(&self) -> Self {
        self.kind().whole().unwrap_or(Self::Bptt(Bptt {}))
    }

    /// Names of the rules that pass a test.
    pub fn names(test: impl Fn(&Self) -> bool) -> String {
        let able = Self::all().into_iter().filter(test);
        able.map(|rule| rule.name()).collect::<Vec<_>>().join(", ")
    }

    /// Why it cannot serve a cell, and which cells it can; `None` where it can.
    pub fn refusal(&self, cell: &CellSpec) -> Option<(String, String)> {
        let served = |cell: &CellSpec| {
            let state = CellState::<f32>::new(cell, 1);
            self.kind().serves(state.as_dyn())
        };
        let why = served(cell).err()?;
        let able: Vec<_> = CellSpec::all()
            .iter()
            .filter(|cell| served(cell).is_ok())
            .map(CellSpec::name)
            .collect();
        Some((
            format!(
                "{} cannot serve the cell {}: {why}",
                self.name(),
                cell.name()
            ),
            format!("it serves {}", able.join(", ")),
        ))
    }

    /// Names of several rules; equal names get the parameters that differ appended: `Tbptt-horizon-16`.
    pub fn labels(rules: &[&Self]) -> Vec<String> {
        let parameters = |rule: &Self| -> Vec<(String, String)> {
            let text = registry::line(rule);
            let inside = text
                .split_once('(')
                .map_or("", |(_, rest)| rest.strip_suffix(')').unwrap_or(rest));
            inside
                .split(", ")
                .filter_map(|p| p.split_once(": "))
                .map(|(k, v)| (k.into(), v.trim_end_matches("()").into()))
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

/// Operations of `passes` products with all the cell's parameters, a multiplication and an addition each.
fn flops<R: Real>(cortex: &Cortex<R>, passes: u64) -> u64 {
    2 * passes * cortex.parameters() as u64
}

/// The readout learns from every scored step, whatever the rule makes of it.
fn learn_readout<R: Real>(cortex: &Cortex<R>, moment: &Moment<'_, R>, grad: &mut Gradient<R>) {
    let Some(score) = moment.score else { return };
    cortex.accumulate_readout(moment.step.h, moment.step.aux, &score.dy, grad);
    grad.weight += score.weight;
    grad.loss += score.loss;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_get_the_parameters_that_differ() {
        let long = RuleSpec::Tbptt(Tbptt {
            horizon: 16,
            ..Tbptt::default()
        });
        let short = RuleSpec::Tbptt(Tbptt::default());
        let last = RuleSpec::Tbptt(Tbptt {
            loss: TruncationSpec::Sum(Sum {}),
            ..Tbptt::default()
        });
        let bptt = RuleSpec::Bptt(Bptt {});
        assert_eq!(
            RuleSpec::labels(&[&long, &short, &bptt]),
            ["Tbptt-horizon-16", "Tbptt-horizon-4", "Bptt"]
        );
        assert_eq!(
            RuleSpec::labels(&[&short, &last]),
            ["Tbptt-loss-Last", "Tbptt-loss-Sum"]
        );
        assert_eq!(RuleSpec::labels(&[&bptt, &short]), ["Bptt", "Tbptt"]);
    }

    #[test]
    fn a_refusal_says_why_and_which_cells_are_served() {
        let rule = RuleSpec::ReversibleReplay(ReversibleReplay::default());
        let tanh = &CellSpec::all()[0];
        let (why, help) = rule.refusal(tanh).unwrap();
        assert!(
            why.contains("Tanh") && help.contains("Reversible"),
            "{why} {help}"
        );
        for cell in CellSpec::all() {
            for spec in [RuleSpec::Bptt(Bptt {}), RuleSpec::Rtrl(Rtrl {})] {
                assert!(spec.refusal(&cell).is_none());
            }
        }
    }
}
