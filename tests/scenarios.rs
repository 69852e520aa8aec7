//! Scenarios show what their texts say, as far as that takes seconds; `scripts/validate` measures the rest.

use ammon::engine::Experiment;
use ammon::event::Event;
use ammon::scenario::{bundled, load};

/// Runs a bundled scenario; its events.
fn run(name: &str, seed: u64, sets: &[&str]) -> Vec<Event> {
    let found = bundled().iter().find(|b| b.name == name).unwrap();
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    let scenario = load(found.document(), &sets, Some(seed)).unwrap_or_else(|e| panic!("{e}"));
    let mut experiment = Experiment::<f32>::new(&scenario);
    let mut events = Vec::new();
    while !experiment.is_done() {
        experiment.step(&mut events).unwrap();
    }
    events
}

fn values(events: &[Event], metric: &str) -> Vec<f64> {
    events
        .iter()
        .filter_map(|e| match e {
            Event::Metric { name, value, .. } if name == metric => Some(*value),
            _ => None,
        })
        .collect()
}

fn last(events: &[Event], metric: &str) -> f64 {
    *values(events, metric).last().unwrap()
}

#[test]
fn online_rules_balance_influences_and_a_short_horizon_goes_the_wrong_way() {
    let solution = -1.0 / 6.0;
    for seed in 1..=5 {
        for rule in ["Uoro", "Rtrl", "KfRtrl"] {
            let events = run(
                "influence-balancing",
                seed,
                &[&format!("learning.rule={rule}")],
            );
            let theta = last(&events, "weight.theta");
            assert!(
                (theta / solution - 1.0).abs() < 0.05,
                "{rule} {seed}: {theta}"
            );
        }
    }
    let short = run(
        "influence-balancing",
        1,
        &["learning.rule=Tbptt(horizon: 10)"],
    );
    let theta = values(&short, "weight.theta");
    assert!(theta.windows(2).all(|w| w[1] > w[0]) && theta.last() > Some(&1e6));
}

#[test]
fn credit_that_skips_through_memories_reaches_what_truncation_cuts_off() {
    let short = "protocol=[Repeat(times: 60, phases: [Wake(episodes: 32)]), Probe(episodes: 64)]";
    let reach = |rule: &str| {
        let sets = [
            short,
            rule,
            "task.delay=20",
            "task.length=3",
            "cortex.cell.units=32",
        ];
        last(&run("copy-attention", 2, &sets), "probe.accuracy")
    };
    let reminded = reach("learning.rule.truncation=5");
    let cut = reach("learning.rule=Tbptt(horizon: 5)");
    assert!(reminded > 0.3 && cut < 0.2, "{reminded} {cut}");
}

#[test]
fn a_reversible_cortex_learns_to_count_as_bptt_does() {
    let sets = |rule: &'static str| {
        [
            "protocol=[Repeat(times: 300, phases: [Wake(episodes: 32)]), Probe(episodes: 64)]",
            rule,
        ]
    };
    let replayed = run("r2n2", 1, &sets("learning.rule=ReversibleReplay"));
    let taped = run("r2n2", 1, &sets("learning.rule=Bptt"));
    assert_eq!(last(&replayed, "probe.correct"), 1.0);
    assert_eq!(
        last(&replayed, "probe.correct"),
        last(&taped, "probe.correct")
    );
    assert!(last(&replayed, "ReversibleReplay.reconstruction_error") < 1e-9);
}

#[test]
fn a_past_too_long_to_run_back_to_is_told() {
    let sets = ["task=Recall(delay: 200)", "protocol=[Wake(episodes: 2)]"];
    let events = run("r2n2", 1, &sets);
    assert!(last(&events, "ReversibleReplay.reconstruction_error") > 0.01);
    let told = events.iter().any(|e| {
        matches!(e, Event::Note { text, .. } if text.contains("the first state is reconstructed with an error of"))
    });
    assert!(told);
}
