use proptest::prelude::*;

use super::sample::*;
use super::*;
use crate::registry::serial;

fn text(text: &str) -> Text {
    Text {
        name: "file.ron".into(),
        text: text.into(),
    }
}

fn wrong(file: &str) -> Vec<String> {
    match read::<Sample>(text(file), &[]) {
        Ok(_) => Vec::new(),
        Err(wrong) => wrong
            .items()
            .iter()
            .map(|item| format!("{}:{} {}", item.line, item.column, item.message))
            .collect(),
    }
}

#[test]
fn all_problems_of_all_stages_are_reported_at_once() {
    let problems = wrong(
        "Sample(\n    seeed: 1,\n    task: Tbptt(horizon: 0),\n    title: 3\n    cortex: (cell: Tanh(units: 1e300, leak: NaN)),\n\
         \x20   learning: (rule: Utoro, shadows: [Bptt, Bptt(5), 7]),\n    record: 'x',\n)",
    );
    assert_eq!(problems.len(), 10, "{problems:#?}");
    for start in [
        "2:5 ",
        "3:26 ",
        "4:12 ",
        "4:13 a comma",
        "5:32 ",
        "5:45 ",
        "6:22 ",
        "6:45 ",
        "6:54 ",
        "7:13 ",
    ] {
        assert!(
            problems.iter().any(|problem| problem.starts_with(start)),
            "{start} in {problems:#?}"
        );
    }
}

#[test]
fn what_a_syntax_error_removed_is_not_missed() {
    assert_eq!(wrong("(task: @)"), ["1:8 `@` means nothing here"]);
}

#[test]
fn not_a_number_and_infinity_are_refused() {
    for number in [
        "NaN",
        "-NaN",
        "inf",
        "-inf",
        "1e300",
        "1e999",
        &"9".repeat(60),
    ] {
        let problems = wrong(&format!("(task: Bptt, cortex: (clip: {number}))"));
        assert_eq!(problems.len(), 1, "{number} {problems:?}");
        assert!(problems[0].len() < 200, "{problems:?}");
    }
}

#[test]
fn span_at_finds_the_nearest_value() {
    let file = "(task: Tbptt(7), hippocampus: Some((units: 3)), learning: (shadows: [Bptt, Uoro]))";
    let (_, node, texts) = read::<Sample>(text(file), &["seed=12".into()]).unwrap();
    let at = |path: &str| {
        let span = span_at(&node, path);
        &texts[span.source].text[span.start..span.end]
    };
    assert_eq!(at("learning.shadows.1"), "Uoro");
    assert_eq!(at("learning.shadows.5"), "[Bptt, Uoro]");
    assert_eq!(at("learning.rule.horizon"), "(shadows: [Bptt, Uoro])");
    assert_eq!(at("hippocampus.units"), "3");
    assert_eq!(at("task.horizon"), "7");
    assert_eq!(at("seed"), "12");
    assert_eq!(at("cortex.cell"), file);
}

fn rule() -> impl Strategy<Value = Rule> {
    prop_oneof![
        Just(Rule::Bptt(Nothing {})),
        Just(Rule::Uoro(Nothing {})),
        (1_usize..=1000).prop_map(|horizon| Rule::Tbptt(Horizon { horizon })),
    ]
}

prop_compose! {
    fn samples()(
        title in any::<String>().prop_map(|s| s.chars().take(100).collect::<String>()),
        seed in any::<u64>(),
        task in rule(),
        units in 1_usize..=4096,
        leak in 0.01..=1.0_f64,
        clip in 0.0..=1e6_f64,
        gru in any::<bool>(),
        store in proptest::option::of((1_usize..=1_000_000, 1_usize..=1000)),
        learning in (rule(), proptest::collection::vec(rule(), 0..=4)),
        record in any::<bool>(),
    ) -> Sample {
        Sample {
            title, seed, task, record,
            cortex: Cortex { cell: if gru { Cell::Gru(Gates { units }) } else { Cell::Tanh(Plain { units, leak }) }, clip },
            hippocampus: store.map(|(units, horizon)| Store { units, cue: Horizon { horizon } }),
            learning: Learning { rule: learning.0, shadows: learning.1 },
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(sample in samples()) {
        let written = serial::document(&sample).unwrap();
        let refused = |e: Diagnostics| TestCaseError::fail(e.render(false, 80));
        let (again, _, _) = read::<Sample>(text(&written), &[]).map_err(refused)?;
        prop_assert_eq!(&again, &sample);
        // Plain RON, also to others.
        let others: Sample = ron::from_str(&written).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(&others, &sample);
        let json = serde_json::to_string(&sample).unwrap();
        let (again, _, _) = read::<Sample>(text(&json), &[]).map_err(refused)?;
        prop_assert_eq!(&again, &sample);
    }
}
