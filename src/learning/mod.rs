//! Credit-assignment rules: each turns experience, or its replay, into a gradient of the cortical parameters.
//!
//! Online rules add to the gradient as steps are observed, tape rules when the episode ends, offline rules as ripples
//! re-instate steps. Every gradient is a sum over masked steps; learning divides it by their number.
//!
//! A new rule is one file with its parameters ([`RuleKind`]) and its state ([`Rule`]), and three lines here: `mod`, `pub use`
//! and its line in the registry. `docs/adding/rule.md` says how.

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
mod rule;
mod sab;
mod snap;
mod tbptt;
#[cfg(test)]
mod template;
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
pub use rule::{
    Attended, Context, Ledger, Moment, Reinstated, Rule, RuleKind, Sizes, Start, Told,
    accumulate_early, learn_readout,
};
pub use sab::{Always, AttendSpec, Sab, SabState, Scored};
pub use snap::{Snap, SnapState};
pub use tbptt::{Last, Sum, Tbptt, TbpttState, TruncationSpec};
pub use traced::{Advance, Kernel, Make, Traced};
pub use uoro::{Uoro, UoroState};

use crate::neocortex::{CellSpec, CellState};
use crate::registry;

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
        let things: Vec<(&str, &dyn registry::Slot)> =
            rules.iter().map(|rule| (rule.name(), *rule as _)).collect();
        registry::labels(&things)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::episode::{Batch, Episode, Targets};
    use crate::neocortex::{Cortex, LossSpec, Step};
    use crate::numeric::{Block, Rng};

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

    #[test]
    fn the_template_on_the_page_is_the_one_that_compiles() {
        let page = include_str!("../../docs/adding/rule.md");
        let template = include_str!("template.rs").split_once("\n\n").unwrap().1;
        assert!(
            page.contains(template),
            "copy src/learning/template.rs into docs/adding/rule.md"
        );
    }

    /// What a rule gathers over the same three steps of one episode.
    fn taught(rule: &mut dyn Rule<f64>, cortex: &Cortex<f64>) -> Vec<f64> {
        let batch = Batch::of(&[Episode::silent(2, 1, 3)], 0);
        let cx = Context {
            cortex,
            batch: &batch,
        };
        rule.begin(&cx);
        let mut grad = cortex.gradient();
        let mut h_prev = vec![0.1; cortex.state()];
        for t in 0..3 {
            let x = [0.5, 0.25 * t as f64];
            let mut z = vec![0.0; cortex.drive_rows()];
            let (mut h, mut aux) = (h_prev.clone(), vec![0.0; cortex.aux_rows()]);
            cortex.drive_into(Block::column(&x), &mut z);
            cortex.step(&h_prev, &z, &mut h, &mut aux);
            let score = cortex.score(&h, &aux, &[1.0], &[1.0]);
            let step = Step {
                h_prev: &h_prev,
                x: &x,
                h: &h,
                aux: &aux,
            };
            let moment = Moment {
                t,
                since_begin: t as u64,
                step,
                score: Some(&score),
                remote: 0,
            };
            rule.observe(&cx, &moment, &mut grad);
            h_prev = h;
        }
        grad.tensors
            .iter()
            .flat_map(|t| t.iter().copied())
            .collect()
    }

    #[test]
    fn the_template_is_what_the_page_says_of_it() {
        let loss = LossSpec::suiting(Targets::Values);
        let cell = CellSpec::named("Tanh").unwrap();
        let cortex = Cortex::<f64>::new(&cell, 2, 1, loss, 0.0, &mut Rng::named(1, "weights"));
        let start = || Start {
            cortex: &cortex,
            rng: Rng::named(1, "rule"),
        };
        let rule = template::MyRule::default();
        assert!(
            rule.whole_each_step()
                && rule
                    .serves(CellState::<f32>::new(&cell, 2).as_dyn())
                    .is_ok()
        );
        let mine = taught(&mut template::MyRuleState::new(&rule, start()), &cortex);
        let snap = RuleSpec::named("Snap").unwrap();
        let snap = taught(RuleState::new(&snap, start()).as_dyn_mut(), &cortex);
        assert!(mine.iter().any(|g| g.abs() > 0.01));
        assert!(mine.iter().zip(&snap).all(|(a, b)| (a - b).abs() < 1e-12));
    }
}
