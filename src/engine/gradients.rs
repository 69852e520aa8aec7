//! One batch of episodes at the initial weights, and what every rule makes of it.

use super::experiment::{Experiment, RunError};
use super::living::{live, store};
use super::runner::fresh;
use crate::analysis::Alignment;
use crate::episode::Batch;
use crate::hippocampus::{HippocampusState, Walk};
use crate::learning::{Context, Moment, Reinstated, RuleSpec, RuleState};
use crate::neocortex::{Cortex, Gradient, Linearisation, Step, Weights};
use crate::numeric::{DMatrix, Real};
use crate::scenario::{Phase, Scenario};
use crate::task::TaskSpec;

/// What one batch taught.
#[derive(Clone, Debug)]
pub struct GradientReport<R: Real> {
    /// The initial weights.
    pub weights: Weights<R>,
    /// The episodes.
    pub batch: Batch<R>,
    /// h_{−1} … h_{T−1}, N×B each.
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
}

/// Lives one batch, stores it, replays each episode exactly once, and gathers every rule's gradient.
pub fn gradients<R: Real>(scenario: &Scenario) -> Result<GradientReport<R>, RunError> {
    let mut experiment = Experiment::<R>::new(scenario);
    let batch = first_batch(&mut experiment, scenario);
    let states = live_and_store(&mut experiment, &batch);
    let mut specs: Vec<&RuleSpec> = std::iter::once(&scenario.learning.rule)
        .chain(&scenario.learning.shadows)
        .collect();
    let mut labels = RuleSpec::labels(&specs);
    let whole = scenario.learning.rule.yardstick();
    if !specs.contains(&&whole) {
        labels.push(match whole {
            RuleSpec::Bptt(_) => "Bptt".into(),
            _ => format!("{}-whole", whole.name()),
        });
        specs.push(&whole);
    }
    let each: Vec<(String, Gradient<R>)> = labels
        .into_iter()
        .zip(&specs)
        .map(|(label, spec)| {
            let mut gradient = gradient_of(&experiment, spec, &label, &batch);
            experiment.cortex.prune(&mut gradient);
            (label, gradient)
        })
        .collect();
    let exact = each
        .iter()
        .zip(&specs)
        .find(|(_, s)| ***s == whole)
        .map(|((_, g), _)| g.clone());
    let exact = exact.unwrap_or_else(|| experiment.cortex.gradient());
    if !each.iter().all(|(_, g)| g.is_finite()) {
        return Err(experiment.not_finite("the gradient"));
    }
    let rules = each
        .into_iter()
        .map(|(label, gradient)| RuleGradient {
            label,
            alignment: Alignment::of(&gradient, &exact),
            gradient,
        })
        .collect();
    Ok(GradientReport {
        influence: match scenario.task {
            TaskSpec::InfluenceBalancing(_) => Some(influence(&experiment.cortex, &batch)),
            _ => None,
        },
        weights: experiment.cortex.weights,
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

/// As many episodes as the protocol's first `Wake` has, at most 64, from the task's stream.
fn first_batch<R: Real>(experiment: &mut Experiment<R>, scenario: &Scenario) -> Batch<R> {
    let width = first_wake(&scenario.protocol).unwrap_or(16).min(64);
    let task = scenario.task.as_task::<R>();
    let episodes: Vec<_> = (0..width)
        .map(|_| task.episode(&mut experiment.streams.task))
        .collect();
    Batch::of(&episodes, 0)
}

fn first_wake(phases: &[Phase]) -> Option<usize> {
    phases.iter().find_map(|phase| match phase {
        Phase::Wake(p) => Some(p.episodes),
        Phase::Repeat(p) => first_wake(&p.phases),
        _ => None,
    })
}

fn live_and_store<R: Real>(experiment: &mut Experiment<R>, batch: &Batch<R>) -> Vec<DMatrix<R>> {
    let (cortex, scenario) = (&experiment.cortex, &experiment.scenario);
    let (n, width) = (cortex.state(), batch.width);
    let rule = &scenario.learning.rule;
    let mut reminder = rule
        .kind()
        .reminds()
        .then(|| fresh(rule, "reminders", cortex, scenario.seed));
    let mut states = vec![DMatrix::zeros(n, width)];
    let tell = |moment: &Moment<'_, R>, _: &[R]| {
        states.push(DMatrix::from_column_slice(n, width, moment.step.h));
    };
    let rng = &mut experiment.streams.encoding;
    let hippocampus = experiment.hippocampus.as_mut();
    store(
        cortex,
        batch,
        reminder.as_mut(),
        hippocampus.map(|h| (h, rng)),
        tell,
    );
    if let Some(hippocampus) = &mut experiment.hippocampus {
        hippocampus.fall_asleep();
    }
    states
}

/// Re-instates the steps of a walk, one after the other, for a rule to learn from.
pub(super) fn replay<R: Real>(
    cortex: &Cortex<R>,
    hippocampus: &HippocampusState<R>,
    (walk, path): (&Walk, &[usize]),
    rule: &mut RuleState<R>,
    gradient: &mut Gradient<R>,
) {
    let shape = hippocampus.shape();
    rule.as_dyn_mut().begin_ripple(cortex);
    for (step, state) in walk.states.iter().enumerate() {
        let mut content = vec![R::zero(); shape.len()];
        if hippocampus.content(state, &mut content) {
            let step = Reinstated {
                cortex,
                shape,
                content: &content,
                remote: path.get(step).is_some_and(|t| *t < path.len() / 4),
            };
            rule.as_dyn_mut().reinstate(&step, gradient);
        }
    }
}

fn gradient_of<R: Real>(
    experiment: &Experiment<R>,
    spec: &RuleSpec,
    label: &str,
    batch: &Batch<R>,
) -> Gradient<R> {
    let cortex = &experiment.cortex;
    let mut rule = fresh(spec, label, cortex, experiment.scenario.seed);
    let mut gradient = cortex.gradient();
    if spec.kind().reminds() {
        live(cortex, batch, Some(&mut rule), |cx, moment, rule| {
            if let (Some(moment), Some(rule)) = (moment, rule) {
                rule.as_dyn_mut().observe(cx, moment, &mut gradient);
            }
        });
    } else if !spec.offline() {
        live(cortex, batch, None, |cx, moment, _| match moment {
            None => rule.as_dyn_mut().begin(cx),
            Some(moment) => {
                rule.as_dyn_mut().observe(cx, moment, &mut gradient);
                rule.as_dyn_mut().observe_remote(cx, moment, &mut gradient);
            }
        });
    }
    if !spec.offline() {
        rule.as_dyn_mut()
            .finish(&Context { cortex, batch }, &mut gradient);
        return gradient;
    }
    let Some(hippocampus) = &experiment.hippocampus else {
        return gradient;
    };
    let ripple = hippocampus.spec().ripple.clone();
    // Every offline rule sees the same cues.
    let (mut rng, mut select) = (
        experiment.streams.cue.clone(),
        experiment.streams.select.clone(),
    );
    let planned = hippocampus
        .stored()
        .iter()
        .enumerate()
        .map(|(position, stored)| {
            let order = ripple.order.draw(&mut select);
            let path = HippocampusState::<R>::path(stored.engrams.len(), order, &mut select);
            let start = hippocampus.start(position, (order, &path), &ripple.cue, &mut rng);
            (start, path)
        });
    let (starts, paths): (Vec<_>, Vec<_>) = planned.unzip();
    let walks = hippocampus.walks(&starts);
    let replayed = walks.iter().zip(&paths).zip(hippocampus.stored());
    // A prototype as often as it stands for an episode.
    let each = replayed.flat_map(|(replay, e)| std::iter::repeat_n(replay, e.count as usize));
    for (walk, path) in each {
        replay(cortex, hippocampus, (walk, path), &mut rule, &mut gradient);
    }
    gradient
}
