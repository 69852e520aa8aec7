//! One batch of episodes at the initial weights, and what every rule makes of it.

use super::lab::{
    Alone, Draft, Lab, Learners, Planned, Reminding, Replaying, RunError, errors, fresh, live,
    replay, walked,
};
use super::phases::leaves;
use super::scenario::Scenario;
use crate::analysis::Alignment;
use crate::episode::Batch;
use crate::learning::{Context, Moment, RuleSpec, RuleState};
use crate::neocortex::{Cortex, Gradient, Linearisation, Step, Weights};
use crate::numeric::{DMatrix, Real};

/// What one batch taught.
#[derive(Clone, Debug)]
pub struct GradientReport<R: Real> {
    /// The initial weights.
    pub weights: Weights<R>,
    /// The episodes.
    pub batch: Batch<R>,
    /// s_{−1} … s_{T−1}, S×B each.
    pub states: Vec<DMatrix<R>>,
    /// The rule, every shadow, and exact BPTT where it is not among them.
    pub rules: Vec<RuleGradient<R>>,
    /// For influence balancing: what θ does to the output, by horizon.
    pub influence: Option<Vec<Influence>>,
}

/// The influence of θ on the first unit as truncated BPTT sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Influence {
    /// Steps that are looked back over.
    pub horizon: usize,
    /// On the output of the segment's last step, where only its loss counts.
    pub last: f64,
    /// On the outputs of all of the segment's steps, where their losses are summed.
    pub sum: f64,
}

/// What one rule made of it.
#[derive(Clone, Debug)]
pub struct RuleGradient<R: Real> {
    /// Unique name.
    pub label: String,
    /// Sums over masked steps; the mean is theirs divided by `weight`.
    pub gradient: Gradient<R>,
    /// Agreement with exact BPTT.
    pub alignment: Alignment,
    /// δ_t of each step, S×(T·B), where the rule carries losses back along the states that were lived, or in ripples; NaN where
    /// no ripple re-instated the step.
    pub errors: Option<Vec<R>>,
}

/// Lives one batch, stores it, replays each episode exactly once, and gathers every rule's gradient.
///
/// Each rule first goes through `after` other episodes, those that follow the batch in the task's stream, at the same
/// weights: a rule that learns something of its own, as feedback or a running estimate, has learned it by then. With 0 all
/// rules are as at their birth. The batch and the exact gradient are the same in either case.
pub fn gradients<R: Real>(
    scenario: &Scenario,
    after: usize,
) -> Result<GradientReport<R>, RunError> {
    let mut lab = Lab::<R>::new(&scenario.setup);
    let batch = first_batch(&mut lab, scenario);
    let learning = &scenario.setup.learning;
    let mut specs: Vec<&RuleSpec> = learning.rules().collect();
    let mut labels = RuleSpec::labels(&specs);
    let whole = learning.rule.yardstick();
    if !specs.contains(&&whole) {
        labels.push(match learning.rule.kind().whole() {
            None => whole.name().into(),
            Some(_) => format!("{}-whole", whole.name()),
        });
        specs.push(&whole);
    }
    let mut pupils: Vec<Pupil<R>> = labels
        .iter()
        .zip(&specs)
        .map(|(label, spec)| Pupil::new(spec, label, &lab))
        .collect();
    rehearse(&lab, &mut pupils, after, batch.width);
    let states = live_and_store(&mut lab, &batch);
    let ripples = ripples(&lab);
    let (gradients, carried): (Vec<_>, Vec<_>) = pupils
        .iter_mut()
        .map(|pupil| pupil.gradient(&lab, &batch, &ripples))
        .unzip();
    if !gradients.iter().all(Gradient::is_finite) {
        return Err(lab.notebook.not_finite("the gradient"));
    }
    let exact = specs.iter().position(|s| **s == whole);
    let exact = exact.map_or_else(|| lab.cortex.gradient(), |i| gradients[i].clone());
    let rules = labels
        .into_iter()
        .zip(gradients.into_iter().zip(carried))
        .map(|(label, (gradient, errors))| RuleGradient {
            label,
            alignment: Alignment::of(&gradient, &exact),
            gradient,
            errors,
        })
        .collect();
    Ok(GradientReport {
        influence: lab
            .task()
            .tells_influence()
            .then(|| influence(&lab.cortex, &batch)),
        weights: lab.cortex.weights,
        batch,
        states,
        rules,
    })
}

/// Over horizons 1 to 400: the influence injected k steps ago has become J^k D, of which the first unit shows its part.
/// The chain is linear, so that any one step tells J and D of all.
fn influence<R: Real>(cortex: &Cortex<R>, batch: &Batch<R>) -> Vec<Influence> {
    const LONGEST: usize = 400;
    let rows = cortex.state();
    let state = vec![R::zero(); rows];
    let step = Step {
        h_prev: &state,
        x: &batch.inputs.as_slice()[..batch.inputs.nrows()],
        h: &state,
        aux: &[],
    };
    let mut lin = Linearisation::default();
    lin.traces(cortex, &step);
    lin.jacobian(cortex, &step);
    let jacobian = DMatrix::from_column_slice(rows, rows, &lin.jacobian).map(Real::f64);
    let mut carried = DMatrix::from_column_slice(rows, 1, &lin.immediate[..rows]).map(Real::f64);
    let (mut last, mut sum) = (0.0, 0.0);
    (1..=LONGEST)
        .map(|horizon| {
            last += carried[0];
            sum += last;
            carried = &jacobian * &carried;
            Influence { horizon, last, sum }
        })
        .collect()
}

/// As many episodes as the first phase that lives any lives side by side, from the task's stream.
fn first_batch<R: Real>(lab: &mut Lab<R>, scenario: &Scenario) -> Batch<R> {
    const WIDTH: usize = 16;
    let widths = leaves(&scenario.protocol)
        .into_iter()
        .map(|phase| phase.kind().needs().width as usize);
    let width = widths.into_iter().find(|width| *width > 0);
    lab.batch(width.unwrap_or(WIDTH), |streams| &mut streams.task)
}

/// Notes the states that the network goes through, as the rule that learns would remind it.
struct States<R: Real> {
    reminder: Option<RuleState<R>>,
    states: Vec<DMatrix<R>>,
}

impl<R: Real> Learners<R> for States<R> {
    fn begin(&mut self, cx: &Context<'_, R>) {
        if let Some(rule) = &mut self.reminder {
            Reminding(rule).begin(cx);
        }
    }

    fn remind(&mut self, cx: &Context<'_, R>, t: usize, h: &mut [R], aux: &[R]) {
        if let Some(rule) = &mut self.reminder {
            Reminding(rule).remind(cx, t, h, aux);
        }
    }

    fn observe(&mut self, cx: &Context<'_, R>, moment: &Moment<'_, R>) {
        let (rows, width) = (cx.cortex.state(), cx.batch.width);
        let state = DMatrix::from_column_slice(rows, width, moment.step.h);
        self.states.push(state);
    }
}

fn live_and_store<R: Real>(lab: &mut Lab<R>, batch: &Batch<R>) -> Vec<DMatrix<R>> {
    let (cortex, rule) = (&lab.cortex, &lab.setup.learning.rule);
    let seed = lab.setup.seed;
    let mut states = States {
        reminder: rule
            .kind()
            .reminds()
            .then(|| fresh(rule, "reminders", cortex, seed)),
        states: vec![DMatrix::zeros(cortex.state(), batch.width)],
    };
    let memory = lab.memory.as_mut();
    let storing = memory.map(|m| (m, &mut lab.streams.encoding));
    live(batch.clone(), cortex, storing, &mut states);
    if let Some(memory) = &mut lab.memory {
        memory.fall_asleep();
    }
    states.states
}

/// A ripple through each stored episode, a prototype as often as it stands for one.
fn ripples<R: Real>(lab: &Lab<R>) -> Vec<Planned> {
    let Some(memory) = &lab.memory else {
        return Vec::new();
    };
    let (mut cue, mut select) = (lab.streams.cue.clone(), lab.streams.select.clone());
    let drafts: Vec<Draft> = (0..memory.stored().len())
        .map(|position| {
            let order = memory.spec().ripple.order.kind().draw(&mut select);
            Draft::through(memory, position, order, &mut select, &mut cue)
        })
        .collect();
    let ripples = walked(memory, &drafts);
    let counted = ripples.into_iter().zip(memory.stored());
    counted
        .flat_map(|(ripple, stored)| std::iter::repeat_n(ripple, stored.count as usize))
        .collect()
}

/// A rule with its state.
struct Pupil<R: Real> {
    rule: RuleState<R>,
    offline: bool,
    /// Over how many steps it carries losses back along what was lived, where it does.
    reach: Option<usize>,
}

impl<R: Real> Pupil<R> {
    fn new(spec: &RuleSpec, label: &str, lab: &Lab<R>) -> Self {
        Self {
            rule: fresh(spec, label, &lab.cortex, lab.setup.seed),
            offline: spec.offline(),
            reach: spec.kind().reach(),
        }
    }

    /// What the rule makes of the batch, and an offline rule of the ripples too: every one sees the same. And its errors, S×(T·B),
    /// where it carries any; of several ripples through an episode those of the last.
    fn gradient(
        &mut self,
        lab: &Lab<R>,
        batch: &Batch<R>,
        ripples: &[Planned],
    ) -> (Gradient<R>, Option<Vec<R>>) {
        let cortex = &lab.cortex;
        let mut gradient = cortex.gradient();
        let mut alone = Alone {
            rule: self.rule.as_dyn_mut(),
            gradient: &mut gradient,
        };
        live(batch.clone(), cortex, None, &mut alone);
        let reach = self.reach;
        let mut carried = reach.map(|reach| {
            let [carried] = errors(cortex, batch.clone(), [reach]);
            carried
        });
        if let (true, Some(memory)) = (self.offline, &lab.memory) {
            let size = cortex.state() * batch.steps * batch.width;
            let all = carried.insert(vec![R::of(f64::NAN); size]);
            for ripple in ripples {
                let replayed = replay(ripple.clone(), cortex, memory, &mut alone);
                put(&replayed, batch, cortex.state(), all);
            }
        }
        cortex.prune(&mut gradient);
        (gradient, carried)
    }
}

/// Puts the δ of a ripple where its episode stands in the batch.
fn put<R: Real>(replayed: &Replaying<R>, batch: &Batch<R>, size: usize, all: &mut [R]) {
    let planned = &replayed.planned;
    let Some(b) = batch.episodes.iter().position(|e| *e == planned.episode) else {
        return;
    };
    let columns = replayed.deltas.chunks(size.max(1));
    for (expected, delta) in planned.expected.iter().zip(columns) {
        let at = (expected.step * batch.width + b) * size;
        if let Some(column) = all.get_mut(at..at + delta.len()) {
            column.copy_from_slice(delta);
        }
    }
}

/// Takes rules through `episodes` episodes, `width` side by side. Each batch is stored in a hippocampus that holds nothing
/// else; what the rules make of it is dropped.
fn rehearse<R: Real>(lab: &Lab<R>, pupils: &mut [Pupil<R>], episodes: usize, width: usize) {
    let mut fresh = lab.clone();
    let mut left = episodes;
    while left > 0 {
        let batch = fresh.batch(left.min(width), |streams| &mut streams.task);
        left -= batch.width;
        let mut lab = fresh.clone();
        live_and_store(&mut lab, &batch);
        let ripples = ripples(&lab);
        for pupil in &mut *pupils {
            pupil.gradient(&lab, &batch, &ripples);
        }
        fresh.streams = lab.streams;
    }
}
