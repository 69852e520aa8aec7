//! Random scenarios, made from the declarations, run for a few steps or are refused with a reason; texts of bundled scenarios
//! that were broken at random are read or refused. `RANDOM_SCENARIOS` accepted ones and `MUTATED` texts: a few here, 2,000 and 100,000
//! in `scripts/fuzz-test`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use ammon::engine::{Experiment, RunError, Status, load};
use ammon::numeric::Rng;
use ammon::registry::{At, Bounds, Kind, each};
use ammon::scenario::{Text, bundled};

/// Steps that an accepted scenario runs.
const STEPS: usize = 60;
/// Longer than this is a hang.
const PATIENCE: Duration = Duration::from_mins(1);

/// Small, and with something of everything.
const TEMPLATES: [&str; 3] = [
    "Scenario(task: Recall(symbols: 2, delay: 3, distractors: 2), cortex: (cell: Tanh(units: 6)),
    hippocampus: (store: Ca3(units: 100), entorhinal: (units: 60), capacity: Fixed(steps: 40)),
    learning: (rule: ReplayBptt, shadows: [Bptt]),
    protocol: [Repeat(times: 3, phases: [Wake(episodes: 3), Sleep(ripples: 3)]), Probe(episodes: 4),
        Lesion(target: CA3, fraction: 0.3), Sleep(ripples: 2), Restore(target: CA3), Rest(steps: 3)])",
    "Scenario(task: Adding(length: 6), cortex: (cell: Gru(units: 5)), learning: (rule: Rtrl, shadows: [Uoro]),
    protocol: [Wake(episodes: 3), Probe(episodes: 3)])",
    "Scenario(task: Recall(symbols: 2, delay: 3), cortex: (cell: Tanh(units: 6)),
    hippocampus: (store: ModernHopfield(units: 80), entorhinal: (units: 60), capacity: Palimpsest(half_life: 30.0)),
    learning: (rule: Bptt),
    protocol: [Wake(episodes: 3), MeasureStore(patterns: [5], cues: [0.5], trials: 2, recalls: 3),
        MeasureCapacity(capacities: [Fixed(steps: 40)], episodes: 4, recalls: 4),
        MeasureLesions(targets: [CA3, Cortex], fractions: [0.5], episodes: 2, tests: 2)])",
];

fn asked(name: &str, otherwise: usize) -> usize {
    let asked = std::env::var(name).ok().and_then(|n| n.parse().ok());
    asked.unwrap_or(otherwise)
}

/// A number within bounds, mostly a small one.
fn number(rng: &mut Rng, bounds: Bounds) -> f64 {
    let within = |x: f64| x.max(bounds.min).min(bounds.max);
    match rng.below(8) {
        0 if bounds.min.is_finite() => bounds.min,
        1 => within(1.0),
        2 => within(rng.normal() * 3.0),
        3 => within(rng.uniform() * 40.0),
        4 => within(-1e-3),
        _ => within(rng.uniform()),
    }
}

/// A value of a kind, as RON; sizes stay such that a step takes milliseconds.
fn value(rng: &mut Rng, kind: &Kind, depth: usize) -> String {
    match kind {
        Kind::Bool => (rng.below(2) == 0).to_string(),
        Kind::Int(bounds) => {
            let most = bounds.max.min(bounds.min.max(0.0) + 30.0);
            let span = (most - bounds.min.max(0.0)).max(0.0) as usize;
            (bounds.min.max(0.0) as usize + rng.below(span + 1)).to_string()
        }
        Kind::Float(bounds) => format!("{:?}", number(rng, *bounds)),
        Kind::Text(_) => "\"text\"".into(),
        Kind::Optional(item) => match rng.below(2) {
            0 => "None".into(),
            _ => format!("Some({})", value(rng, &item(), depth)),
        },
        Kind::List { item, length } => {
            let least = length.min.max(0.0) as usize;
            let items = (0..least + rng.below(3)).map(|_| value(rng, &item(), depth + 1));
            format!("[{}]", items.collect::<Vec<_>>().join(", "))
        }
        Kind::Struct { fields, .. } => format!("({})", fields_of(rng, fields(), depth)),
        Kind::Choice { variants, .. } => {
            let variants = variants();
            let chosen = &variants[rng.below(variants.len())];
            let fields = (chosen.fields)();
            format!("{}({})", chosen.name, fields_of(rng, fields, depth))
        }
    }
}

/// Some of the fields, the others as they are by default.
fn fields_of(rng: &mut Rng, fields: Vec<ammon::registry::Field>, depth: usize) -> String {
    let mut text = Vec::new();
    for field in fields {
        let small = [
            "units", "steps", "episodes", "trials", "patterns", "recalls", "tests",
        ];
        let wanted = small.contains(&field.name) || rng.below(3) == 0;
        if field.name != "phases" && (wanted && depth < 4) {
            let value = value(rng, &field.kind, depth + 1);
            text.push(format!("{}: {value}", field.name));
        }
    }
    text.join(", ")
}

/// A template with some of its values replaced, as `--set` would.
fn changes(rng: &mut Rng, places: &[(String, At)]) -> Vec<String> {
    let count = 1 + rng.below(4);
    let one = |rng: &mut Rng| {
        let (path, at) = &places[rng.below(places.len())];
        format!("{path}={}", value(rng, &at.field.kind, 0))
    };
    (0..count).map(|_| one(rng)).collect()
}

#[test]
fn accepted_scenarios_run_and_others_are_refused_with_a_reason() {
    let wanted = asked("RANDOM_SCENARIOS", 60);
    let mut rng = Rng::named(1, "random scenarios");
    let (mut accepted, mut refused) = (0, 0);
    let text = |template: usize| Text {
        name: "random.ron".into(),
        text: TEMPLATES[template].into(),
    };
    let places: Vec<Vec<(String, At)>> = (0..TEMPLATES.len())
        .map(|template| {
            let scenario = load(text(template), &[], None).unwrap_or_else(|e| panic!("{e}"));
            let mut places = Vec::new();
            each(&scenario, &mut |path, at| {
                places.push((path.to_string(), at));
            });
            places
        })
        .collect();
    while accepted < wanted {
        let template = rng.below(TEMPLATES.len());
        let sets = changes(&mut rng, &places[template]);
        let begun = Instant::now();
        let run = || match load(text(template), &sets, None) {
            Err(problems) => {
                let told = problems.items().iter().all(|item| !item.message.is_empty());
                assert!(told && !problems.items().is_empty());
                false
            }
            Ok(scenario) => {
                let mut experiment = Experiment::<f32>::new(&scenario);
                for _ in 0..STEPS {
                    match experiment.step(&mut ()) {
                        Ok(Status::Running) => {}
                        Ok(Status::Done) | Err(RunError::NotFinite { .. }) => break,
                        Err(error) => panic!("{error}"),
                    }
                }
                true
            }
        };
        let ran = catch_unwind(AssertUnwindSafe(run));
        let took = begun.elapsed();
        assert!(took < PATIENCE, "{sets:?} took {took:?}");
        match ran {
            Ok(true) => accepted += 1,
            Ok(false) => refused += 1,
            Err(panic) => panic!("template {template} with {sets:?}: {panic:?}"),
        }
    }
    println!("{accepted} accepted, {refused} refused");
}

/// A text with a few slips in it.
fn broken(rng: &mut Rng, text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..=rng.below(4) {
        let at = rng.below(chars.len());
        match rng.below(5) {
            0 => drop(chars.remove(at)),
            1 => {
                let to = (at + rng.below(30)).min(chars.len());
                chars.drain(at..to);
            }
            2 => {
                let next = (at + 1) % chars.len();
                chars.swap(at, next);
            }
            3 => {
                let marks = [
                    '(', ')', '[', ',', ':', '"', '-', '.', '0', '9', '\u{200b}', '−', 'é', '\n',
                ];
                chars.insert(at, marks[rng.below(marks.len())]);
            }
            _ => {
                let to = (at + rng.below(20)).min(chars.len());
                let again: Vec<char> = chars[at..to].to_vec();
                let at = rng.below(chars.len());
                chars.splice(at..at, again);
            }
        }
        if chars.is_empty() {
            break;
        }
    }
    chars.into_iter().collect()
}

#[test]
fn broken_texts_are_read_or_refused_and_never_more() {
    let wanted = asked("MUTATED", 1500);
    let mut rng = Rng::named(1, "mutated scenarios");
    let mut read = 0;
    for _ in 0..wanted {
        let bundled = &bundled()[rng.below(bundled().len())];
        let text = broken(&mut rng, bundled.text);
        let name = "broken.ron".into();
        let begun = Instant::now();
        let file = Text {
            name,
            text: text.clone(),
        };
        match catch_unwind(|| load(file, &[], None)) {
            Ok(Ok(_)) => read += 1,
            Ok(Err(problems)) => assert!(!problems.items().is_empty(), "{text}"),
            Err(panic) => panic!("{panic:?}: {text}"),
        }
        let took = begun.elapsed();
        assert!(took < PATIENCE, "{took:?}: {text}");
    }
    println!("{read} of {wanted} were still right");
}
