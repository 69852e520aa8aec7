//! What rules say they keep is what they keep, and it grows as the literature says.

use ammon::engine::load;
use ammon::engine::{Experiment, LedgerRow};
use ammon::learning::RuleSpec;
use ammon::scenario::Text;

/// Runs `rule` on an episode of a delayed recall and tells its ledger.
fn ledger(rule: &str, cell: &str, delay: usize) -> LedgerRow {
    let name = rule.split('(').next().unwrap_or(rule);
    let offline = RuleSpec::named(name).is_some_and(|rule| rule.offline());
    let text = format!(
        "Scenario(task: Copy(symbols: 2, length: 1, delay: {delay}), cortex: (cell: {cell}), {} learning: (rule: {rule}), \
         protocol: [Wake(episodes: 1){}])",
        if offline {
            "hippocampus: (store: Exact),"
        } else {
            ""
        },
        if offline { ", Sleep(ripples: 1)" } else { "" },
    );
    run(text)
}

fn run(text: String) -> LedgerRow {
    let name = "ledger".into();
    let scenario = load(Text { name, text }, &[], None).unwrap_or_else(|e| panic!("{e}"));
    let mut experiment = Experiment::<f32>::new(&scenario);
    while !experiment.is_done() {
        experiment.step(&mut ()).unwrap();
    }
    experiment.ledger().swap_remove(0)
}

/// One input, few steps, N units.
fn wide(rule: &str, units: usize) -> LedgerRow {
    run(format!(
        "Scenario(task: Mimic(units: 4, inputs: 1, outputs: 1, length: 4), cortex: (cell: Tanh(units: {units})), \
         learning: (rule: {rule}, align: false), protocol: [Wake(episodes: 1)])"
    ))
}

fn ratio(a: f64, b: f64, want: f64) {
    let got = b / a;
    assert!(
        (got / want - 1.0).abs() <= 0.05,
        "{got} is not about {want}"
    );
}

#[test]
fn rtrl_grows_with_the_cube_and_works_with_the_fourth_power_and_uoro_grows_with_the_square() {
    let (small, large) = (wide("Rtrl", 128), wide("Rtrl", 256));
    ratio(
        small.retained_floats as f64,
        large.retained_floats as f64,
        8.0,
    );
    ratio(
        small.flops_per_step as f64,
        large.flops_per_step as f64,
        16.0,
    );
    let (small, large) = (wide("Uoro", 128), wide("Uoro", 256));
    ratio(
        small.retained_floats as f64,
        large.retained_floats as f64,
        4.0,
    );
    let (small, large) = (wide("KfRtrl", 128), wide("KfRtrl", 256));
    ratio(
        small.retained_floats as f64,
        large.retained_floats as f64,
        4.0,
    );
}

#[test]
fn twice_the_steps_double_what_bptt_keeps_and_leave_the_others_alone() {
    let cell = "Tanh(units: 16)";
    let (short, long) = (98, 198);
    ratio(
        ledger("Bptt", cell, short).retained_floats as f64,
        ledger("Bptt", cell, long).retained_floats as f64,
        2.0,
    );
    let root = ledger("CheckpointedBptt", cell, short).retained_floats as f64;
    ratio(
        root,
        ledger("CheckpointedBptt", cell, long).retained_floats as f64,
        2.0_f64.sqrt(),
    );
    for rule in [
        "Uoro",
        "Rtrl",
        "KfRtrl",
        "Rflo",
        "Tbptt",
        "ReadoutOnly",
        "ReplayBptt",
    ] {
        let (short, long) = (ledger(rule, cell, short), ledger(rule, cell, long));
        assert_eq!(short.retained_floats, long.retained_floats, "{rule}");
        assert_eq!(short.flops_per_step, long.flops_per_step, "{rule}");
    }
    let cell = "Reversible(units: 16)";
    let (short, long) = (
        ledger("ReversibleReplay", cell, short),
        ledger("ReversibleReplay", cell, long),
    );
    assert_eq!(short.retained_floats, long.retained_floats);
    assert_eq!(short.retained_floats, 2 * 2 * 16);
}

#[test]
fn every_rule_has_a_ledger_of_the_right_size() {
    let (n, x, steps) = (8, 3, 12);
    let parameters = n * (n + x + 1);
    let kept = |rule: &str| ledger(rule, "Tanh(units: 8)", 10).retained_floats;
    // States before, between and after the steps, and the one error.
    assert_eq!(kept("Bptt"), (steps + 1) * n + 2);
    // Four steps with their inputs, the last state, four errors.
    assert_eq!(kept("Tbptt(horizon: 4)"), 4 * (n + x) + n + 2);
    assert_eq!(kept("Rtrl"), n * parameters);
    assert_eq!(kept("Snap(order: 1)"), parameters);
    assert_eq!(kept("Snap(order: 2)"), n * parameters);
    assert_eq!(kept("Uoro"), n + parameters);
    assert_eq!(kept("KfRtrl"), (n + x + 1) + n * n);
    assert_eq!(kept("Eprop"), parameters);
    assert_eq!(kept("Rflo"), parameters + 2 * n);
    assert_eq!(kept("ReadoutOnly"), 0);
    assert_eq!(kept("ReplayBptt"), n);
    // Three borders and a segment of four.
    assert_eq!(kept("CheckpointedBptt(segments: 3)"), 3 * n + 5 * n);
    for rule in RuleSpec::all() {
        if rule
            .refusal(&ammon::neocortex::CellSpec::all()[0])
            .is_none()
        {
            let row = ledger(rule.name(), "Tanh(units: 8)", 10);
            assert!(row.flops_per_step > 0, "{}", rule.name());
        }
    }
}
