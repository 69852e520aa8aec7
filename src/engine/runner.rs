//! A rule that runs: what it has gathered, and what it kept and cost.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::learning::{Context, Moment, RuleSpec, RuleState, Start};
use crate::neocortex::{Cortex, Gradient};
use crate::numeric::{Real, Rng};

/// A rule before its first episode, with a stream of its own: the same for the same label, wherever it is made.
pub(super) fn fresh<R: Real>(
    spec: &RuleSpec,
    label: &str,
    cortex: &Cortex<R>,
    seed: u64,
) -> RuleState<R> {
    let rng = Rng::named(seed, &format!("rule {label}"));
    RuleState::new(spec, Start { cortex, rng })
}

/// A rule with what it has gathered.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) struct Runner<R: Real> {
    pub label: String,
    pub state: RuleState<R>,
    offline: bool,
    /// Since the last update.
    pub gradient: Gradient<R>,
    /// Over the phase, for its alignment.
    pub total: Gradient<R>,
    #[serde(skip)]
    spent: Duration,
    #[serde(skip)]
    steps: u64,
}

impl<R: Real> Runner<R> {
    pub fn new(label: String, spec: &RuleSpec, cortex: &Cortex<R>, seed: u64) -> Self {
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
    pub fn observe(&mut self, cx: &Context<'_, R>, moment: &Moment<'_, R>, aligned: bool) {
        self.timed(true, |r| {
            r.state.as_dyn_mut().observe(cx, moment, &mut r.gradient);
        });
        if aligned {
            self.state
                .as_dyn_mut()
                .observe_remote(cx, moment, &mut self.gradient);
        }
    }

    /// Lets the rule work and books the time it took; `step` says whether that was a step of its own.
    pub fn timed(&mut self, step: bool, work: impl FnOnce(&mut Self)) {
        let begun = Instant::now();
        work(self);
        self.spent += begun.elapsed();
        self.steps += u64::from(step);
    }

    /// The gradient since the last update joins the phase's.
    pub fn bank(&mut self, cortex: &Cortex<R>) {
        cortex.prune(&mut self.gradient);
        self.total.add(&self.gradient);
        self.gradient.clear();
    }

    /// What it kept and cost, where `synapses` are there to lean on.
    pub fn ledger(&self, synapses: usize) -> LedgerRow {
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
