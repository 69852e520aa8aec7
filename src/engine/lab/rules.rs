//! The rules of a run: the one that learns, those that run beside it, and the yardstick that all are held against.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::learners::{Alone, Learners};
use super::living::{batch_of, live};
use crate::analysis::Alignment;
use crate::episode::ContentShape;
use crate::learning::{Context, Moment, Reinstated, RuleSpec, RuleState, Start};
use crate::neocortex::{Cortex, Gradient};
use crate::numeric::{DMatrix, Real, Rng};
use crate::scenario::Learning;

/// Most records that are lived again side by side.
const WIDEST: usize = 64;

/// A rule before its first episode, with a stream of its own: the same for the same label, wherever it is made.
pub fn fresh<R: Real>(spec: &RuleSpec, label: &str, cortex: &Cortex<R>, seed: u64) -> RuleState<R> {
    let rng = Rng::named(seed, &format!("rule {label}"));
    RuleState::new(spec, Start { cortex, rng })
}

/// Lives records again at the weights as they are, and gathers what a rule learns of them.
pub fn relive<R: Real>(
    cortex: &Cortex<R>,
    records: &[&DMatrix<R>],
    shape: ContentShape,
    rule: &mut RuleState<R>,
    gradient: &mut Gradient<R>,
) {
    let rule = rule.as_dyn_mut();
    let mut alone = Alone { rule, gradient };
    live(batch_of(records, shape), cortex, None, &mut alone);
}

/// A rule that runs: what it has gathered, and what it kept and cost.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Runner<R: Real> {
    /// Its name, unique in the run.
    pub label: String,
    /// The rule.
    pub state: RuleState<R>,
    offline: bool,
    /// Since the last update.
    pub gradient: Gradient<R>,
    /// Over the phase, for its alignment.
    total: Gradient<R>,
    #[serde(skip)]
    spent: Duration,
    #[serde(skip)]
    steps: u64,
}

impl<R: Real> Runner<R> {
    fn new(label: String, spec: &RuleSpec, cortex: &Cortex<R>, seed: u64) -> Self {
        let gradient = cortex.gradient();
        Self {
            state: fresh(spec, &label, cortex, seed),
            offline: spec.offline(),
            label,
            total: gradient.clone(),
            gradient,
            spent: Duration::ZERO,
            steps: 0,
        }
    }

    /// Whether it learns from ripples.
    pub fn offline(&self) -> bool {
        self.offline
    }

    /// The rule sees a lived step; what the first quarter contributes is booked outside of the time it is charged for.
    fn observe(&mut self, cx: &Context<'_, R>, moment: &Moment<'_, R>, aligned: bool) {
        self.timed(true, |r| {
            r.state.as_dyn_mut().observe(cx, moment, &mut r.gradient);
        });
        if aligned {
            let rule = self.state.as_dyn_mut();
            rule.observe_remote(cx, moment, &mut self.gradient);
        }
    }

    /// Lets the rule work and books the time it took; `step` says whether that was a step of its own.
    fn timed(&mut self, step: bool, work: impl FnOnce(&mut Self)) {
        let begun = Instant::now();
        work(self);
        self.spent += begun.elapsed();
        self.steps += u64::from(step);
    }

    /// The gradient since the last update joins the phase's.
    fn bank(&mut self, cortex: &Cortex<R>) {
        cortex.prune(&mut self.gradient);
        self.total.add(&self.gradient);
        self.gradient.clear();
    }

    /// What it kept and cost, where `synapses` are there to lean on.
    fn ledger(&self, synapses: usize) -> LedgerRow {
        let ledger = self.state.as_dyn().ledger();
        LedgerRow {
            rule: self.label.clone(),
            retained_floats: ledger.retained_floats,
            flops_per_step: ledger.flops_per_step,
            microseconds_per_step: self.spent.as_secs_f64() * 1e6 / self.steps.max(1) as f64,
            synapses: if self.offline { synapses } else { 0 },
        }
    }
}

/// What a rule kept and cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LedgerRow {
    /// The rule's label.
    pub rule: String,
    /// Floats held from step to step, at most, per episode.
    pub retained_floats: usize,
    /// Floating-point operations per step, counted from sizes.
    pub flops_per_step: u64,
    /// Measured, a step of the whole batch.
    pub microseconds_per_step: f64,
    /// Hippocampal synapses it leans on.
    pub synapses: usize,
}

/// What gradients are held against: exact BPTT, or the whole gradient of a rule that changes the forward pass.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
struct Yardstick<R: Real> {
    runner: Runner<R>,
    /// Whether it must run while awake: some rule learns there, and none of the rules is the yardstick itself.
    awake: bool,
    /// Which of the rules is the yardstick itself, in the order of [`Rules::all`].
    among: Option<usize>,
}

/// The rules of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Rules<R: Real> {
    /// The rule that changes the weights.
    pub learner: Runner<R>,
    /// Rules that run beside it and change nothing.
    pub shadows: Vec<Runner<R>>,
    yardstick: Yardstick<R>,
    /// Whether the rule that learns changes the forward pass.
    reminds: bool,
    /// Whether gradients are held against the yardstick.
    aligned: bool,
}

impl<R: Real> Rules<R> {
    /// Rules before the first episode.
    pub fn new(learning: &Learning, cortex: &Cortex<R>, seed: u64) -> Self {
        let specs: Vec<&RuleSpec> = learning.rules().collect();
        let make = |label: String, spec: &RuleSpec| Runner::new(label, spec, cortex, seed);
        let mut runners = RuleSpec::labels(&specs)
            .into_iter()
            .zip(&specs)
            .map(|(label, spec)| make(label, spec));
        let whole = learning.rule.yardstick();
        let yardstick = make("Bptt".into(), &whole);
        let among = specs.iter().position(|s| **s == whole);
        let online = specs.iter().any(|s| !s.offline());
        Self {
            learner: runners.next().unwrap_or_else(|| yardstick.clone()),
            shadows: runners.collect(),
            yardstick: Yardstick {
                runner: yardstick,
                awake: learning.align && online && among.is_none(),
                among,
            },
            reminds: learning.rule.kind().reminds(),
            aligned: learning.align,
        }
    }

    /// The learner, then its shadows.
    pub fn all(&self) -> impl Iterator<Item = &Runner<R>> {
        std::iter::once(&self.learner).chain(&self.shadows)
    }

    /// The first of them that learns from ripples: the one whose δ is shown.
    pub fn carrier(&self) -> Option<&Runner<R>> {
        self.all().find(|runner| runner.offline())
    }

    fn all_mut(&mut self) -> impl Iterator<Item = &mut Runner<R>> {
        std::iter::once(&mut self.learner).chain(&mut self.shadows)
    }

    /// Whether the rule that learns changes the forward pass.
    pub fn reminds(&self) -> bool {
        self.reminds
    }

    /// These rules while awake; with `remote`, what the first quarter of the steps contributes is booked apart, as alignment
    /// wants it.
    pub fn awake(&mut self, remote: bool) -> Awake<'_, R> {
        let remote = remote && self.aligned;
        Awake {
            rules: self,
            remote,
        }
    }

    /// The batch is over: what online shadows and the yardstick gathered joins the phase's.
    pub fn bank_awake(&mut self, cortex: &Cortex<R>) {
        let online = self.shadows.iter_mut().filter(|s| !s.offline());
        online.for_each(|shadow| shadow.bank(cortex));
        self.yardstick.runner.bank(cortex);
    }

    /// The chain of ripples is over: what offline shadows gathered joins the phase's.
    pub fn bank_asleep(&mut self, cortex: &Cortex<R>) {
        let offline = self.shadows.iter_mut().filter(|s| s.offline());
        offline.for_each(|shadow| shadow.bank(cortex));
    }

    /// What the learner has gathered joins the phase's, or goes where nothing is aligned.
    pub fn bank_learner(&mut self, cortex: &Cortex<R>) {
        if self.aligned {
            self.learner.bank(cortex);
        } else {
            self.learner.gradient.clear();
        }
    }

    /// Shadows forget what they gathered: a stream has no end at which it could be held against anything.
    pub fn forget_shadows(&mut self) {
        self.shadows.iter_mut().for_each(|s| s.gradient.clear());
    }

    /// The yardstick starts anew.
    pub fn clear_yardstick(&mut self) {
        self.yardstick.runner.gradient.clear();
    }

    /// Takes the yardstick at the current weights over records of lived episodes, where an offline rule is held against it.
    pub fn measure_yardstick(
        &mut self,
        cortex: &Cortex<R>,
        records: &[&DMatrix<R>],
        shape: ContentShape,
    ) {
        if !self.aligned || !self.all().any(Runner::offline) {
            return;
        }
        let exact = &mut self.yardstick.runner;
        for records in records.chunks(WIDEST) {
            relive(
                cortex,
                records,
                shape,
                &mut exact.state,
                &mut exact.gradient,
            );
        }
        exact.bank(cortex);
    }

    /// How well the online, or offline, rules agree with the yardstick over the phase, by label; then they start anew.
    pub fn align(&mut self, offline: bool, cortex: &Cortex<R>) -> Vec<(String, Alignment)> {
        if !self.aligned {
            return Vec::new();
        }
        self.yardstick.runner.bank(cortex);
        let own = self.yardstick.among.filter(|_| !offline);
        let exact = own.and_then(|i| self.all().nth(i));
        let exact = exact.unwrap_or(&self.yardstick.runner);
        let told = self
            .all()
            .filter(|r| r.offline() == offline)
            .map(|r| (r.label.clone(), Alignment::of(&r.total, &exact.total)))
            .collect();
        for runner in self.all_mut().filter(|r| r.offline() == offline) {
            runner.total.clear();
        }
        self.yardstick.runner.total.clear();
        told
    }

    /// What each rule kept and cost, where `synapses` are there to lean on.
    pub fn ledger(&self, synapses: usize) -> Vec<LedgerRow> {
        self.all().map(|runner| runner.ledger(synapses)).collect()
    }
}

/// All rules while a batch is lived.
pub struct Awake<'a, R: Real> {
    rules: &'a mut Rules<R>,
    remote: bool,
}

impl<R: Real> Learners<R> for Awake<'_, R> {
    fn begin(&mut self, cx: &Context<'_, R>) {
        for runner in self.rules.all_mut() {
            runner.state.as_dyn_mut().begin(cx);
        }
        let yardstick = &mut self.rules.yardstick;
        if yardstick.awake {
            yardstick.runner.state.as_dyn_mut().begin(cx);
        }
    }

    fn remind(&mut self, cx: &Context<'_, R>, t: usize, h: &mut [R], aux: &[R]) {
        if !self.rules.reminds {
            return;
        }
        let yardstick = &mut self.rules.yardstick;
        if yardstick.awake {
            let mut bare = h.to_vec();
            let exact = yardstick.runner.state.as_dyn_mut();
            exact.remind(cx, t, &mut bare, aux);
        }
        let learner = &mut self.rules.learner;
        learner.timed(false, |r| r.state.as_dyn_mut().remind(cx, t, h, aux));
    }

    fn observe(&mut self, cx: &Context<'_, R>, moment: &Moment<'_, R>) {
        for runner in self.rules.all_mut() {
            runner.observe(cx, moment, self.remote);
        }
        let yardstick = &mut self.rules.yardstick;
        if yardstick.awake && self.remote {
            let Runner {
                state, gradient, ..
            } = &mut yardstick.runner;
            state.as_dyn_mut().observe(cx, moment, gradient);
        }
    }

    fn finish(&mut self, cx: &Context<'_, R>) {
        for runner in self.rules.all_mut() {
            runner.timed(false, |r| {
                r.state.as_dyn_mut().finish(cx, &mut r.gradient);
            });
        }
        let yardstick = &mut self.rules.yardstick;
        if yardstick.awake {
            let Runner {
                state, gradient, ..
            } = &mut yardstick.runner;
            state.as_dyn_mut().finish(cx, gradient);
        }
    }
}

/// All rules while ripples run.
impl<R: Real> Learners<R> for Rules<R> {
    fn begin_ripple(&mut self, cortex: &Cortex<R>) {
        for runner in self.all_mut().filter(|r| r.offline()) {
            runner.state.as_dyn_mut().begin_ripple(cortex);
        }
    }

    fn reinstate(&mut self, step: &Reinstated<'_, R>) {
        for runner in self.all_mut().filter(|r| r.offline()) {
            runner.timed(true, |r| {
                r.state.as_dyn_mut().reinstate(step, &mut r.gradient);
            });
        }
    }

    fn error(&self) -> Option<&[R]> {
        let carrier = self.carrier()?;
        carrier.state.as_dyn().error()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::episode::Targets;
    use crate::neocortex::{CellSpec, LossSpec};

    fn rules(learning: &Learning) -> (Rules<f64>, Cortex<f64>) {
        let mut rng = Rng::named(1, "weights");
        let cell = CellSpec::named("Tanh").unwrap();
        let loss = LossSpec::suiting(Targets::Values);
        let cortex = Cortex::new(&cell, 2, 1, loss, 0.0, &mut rng);
        (Rules::new(learning, &cortex, 1), cortex)
    }

    fn learning(rule: &str, shadows: &[&str]) -> Learning {
        let named = |name: &str| RuleSpec::named(name).unwrap();
        Learning {
            rule: named(rule),
            shadows: shadows.iter().map(|s| named(s)).collect(),
            ..Learning::default()
        }
    }

    /// Puts a value into the first recurrent weight's gradient.
    fn give(runner: &mut Runner<f64>, value: f64, remote: f64) {
        runner.gradient.tensors[0][0] = value;
        runner.gradient.remote[0][0] = remote;
        runner.gradient.weight = 1.0;
    }

    #[test]
    fn two_gradients_made_by_hand_align_as_they_should() {
        let (mut rules, cortex) = rules(&learning("Rtrl", &["Bptt"]));
        give(&mut rules.learner, 2.0, -1.0);
        give(&mut rules.shadows[0], 1.0, 1.0);
        rules.bank_learner(&cortex);
        rules.bank_awake(&cortex);
        let told = rules.align(false, &cortex);
        let labels: Vec<&str> = told.iter().map(|t| t.0.as_str()).collect();
        assert_eq!(labels, ["Rtrl", "Bptt"]);
        let (rtrl, bptt) = (&told[0].1, &told[1].1);
        assert!((rtrl.cosine - 1.0).abs() < 1e-12 && (bptt.cosine - 1.0).abs() < 1e-12);
        assert!((rtrl.norm_ratio - 2.0).abs() < 1e-12);
        assert!((rtrl.remote + 1.0).abs() < 1e-12, "{}", rtrl.remote);
        // And then they start anew.
        assert!(rules.align(false, &cortex)[0].1.norm_ratio.is_nan());
    }

    #[test]
    fn bptt_among_the_rules_is_its_own_yardstick() {
        let awake = |rule: &str, shadows: &[&str]| {
            let (rules, _) = rules(&learning(rule, shadows));
            (rules.yardstick.awake, rules.yardstick.among)
        };
        assert_eq!(awake("Rtrl", &[]), (true, None));
        assert_eq!(awake("Rtrl", &["Bptt"]), (false, Some(1)));
        assert_eq!(awake("Bptt", &[]), (false, Some(0)));
        assert_eq!(awake("ReplayBptt", &[]), (false, None));
    }

    #[test]
    fn without_alignment_nothing_is_banked() {
        let mut learning = learning("Rtrl", &[]);
        learning.align = false;
        let (mut rules, cortex) = rules(&learning);
        give(&mut rules.learner, 1.0, 0.0);
        rules.bank_learner(&cortex);
        assert_eq!(rules.learner.gradient.weight, 0.0);
        assert!(rules.align(false, &cortex).is_empty());
    }
}
