//! Every rule from the command line: gradients, refusals, streams, divergence.

use ammon::engine::load;
use ammon::learning::RuleSpec;
use ammon::scenario::bundled;

use crate::{done, json, read, run, workshop};

/// Settings that make `six-rules` small.
const SMALL: [&str; 8] = [
    "--set",
    "cortex.cell.units=8",
    "--set",
    "hippocampus.store.units=400",
    "--set",
    "hippocampus.entorhinal.units=400",
    "--set",
    "protocol=[Wake(episodes: 4), Sleep(ripples: 4)]",
];

#[test]
fn gradients_of_all_rules_come_at_once_and_exact_ones_agree() {
    let dir = workshop();
    let mut args = vec!["gradients", "six-rules", "--out", "g", "--precision", "f64"];
    args.extend(SMALL);
    done(&dir, &args);
    let table = read(dir.path().join("g/alignment.csv"));
    let rows: Vec<Vec<&str>> = table
        .lines()
        .skip(1)
        .map(|l| l.split(',').collect())
        .collect();
    let names: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(names, labels("six-rules"));
    for row in &rows {
        let file = dir
            .path()
            .join(format!("g/gradients/{}.safetensors", row[0]));
        assert!(file.is_file(), "{}", row[0]);
        let numbers: Vec<f64> = row[1..].iter().map(|v| v.parse().unwrap()).collect();
        let agrees = numbers.iter().all(|v| (v - 1.0).abs() < 1e-9);
        let exact = ["Bptt", "Rtrl", "CheckpointedBptt"].contains(&row[0]);
        let apart = ["Tbptt", "Uoro", "Rflo"].contains(&row[0]);
        assert!(agrees || !exact, "{row:?}");
        assert!(!agrees || !apart, "{row:?}");
    }
}

/// Labels of the rules of a bundled scenario; of one whose yardstick is among them.
fn labels(scenario: &str) -> Vec<String> {
    let found = bundled().iter().find(|b| b.name == scenario).unwrap();
    let scenario = load(found.document(), &[], None).unwrap_or_else(|e| panic!("{e}"));
    let learning = &scenario.setup.learning;
    let rules: Vec<_> = learning.rules().collect();
    assert!(rules.contains(&&learning.rule.yardstick()));
    RuleSpec::labels(&rules)
}

#[test]
fn rules_that_saw_episodes_before_are_measured_on_the_same_batch() {
    let dir = workshop();
    let gradients = |out: &str, more: &[&str]| {
        let mut args = vec!["gradients", "six-rules", "--out", out];
        args.extend(SMALL);
        args.extend(more);
        done(&dir, &args);
    };
    gradients("birth", &[]);
    gradients("none", &["--after", "0"]);
    gradients("later", &["--after", "10"]);
    let same = |a: &str, b: &str, file: &str| {
        let bytes = |folder: &str| std::fs::read(dir.path().join(folder).join(file)).unwrap();
        bytes(a) == bytes(b)
    };
    for label in labels("six-rules") {
        let file = format!("gradients/{label}.safetensors");
        assert!(same("birth", "none", &file), "{label}");
    }
    // What draws at each step is no longer as at its birth.
    for (label, as_born) in [("Bptt", true), ("ReplayBptt", true), ("Uoro", false)] {
        let file = format!("gradients/{label}.safetensors");
        assert_eq!(same("birth", "later", &file), as_born, "{label}");
    }
    for file in ["params.safetensors", "episode.safetensors"] {
        assert!(same("birth", "later", file), "{file}");
    }
}

#[test]
fn a_rule_that_reminds_is_held_against_the_whole_gradient_of_its_own_network() {
    let dir = workshop();
    let small = [
        "--set",
        "cortex.cell.units=8",
        "--set",
        "protocol=[Wake(episodes: 4)]",
    ];
    let mut args = vec![
        "gradients",
        "copy-attention",
        "--out",
        "g",
        "--precision",
        "f64",
    ];
    args.extend(small);
    done(&dir, &args);
    let table = read(dir.path().join("g/alignment.csv"));
    let row = |name: &str| -> Vec<f64> {
        let line = table.lines().find(|l| l.split(',').next() == Some(name));
        let numbers = line.unwrap().split(',').skip(1);
        numbers.map(|v| v.parse().unwrap()).collect()
    };
    assert_eq!(row("Sab-whole"), [1.0, 1.0, 1.0]);
    // Credit skips to the first quarter although every fifth step is cut.
    let [cosine, _, remote] = row("Sab")[..] else {
        panic!()
    };
    assert!(cosine > 0.5 && cosine < 1.0 && remote > 0.5, "{table}");
    assert!(dir.path().join("g/gradients/Sab.safetensors").is_file());
}

#[test]
fn influence_balancing_tells_the_horizon_at_which_each_sign_becomes_right() {
    let dir = workshop();
    done(
        &dir,
        &[
            "gradients",
            "influence-balancing",
            "--out",
            "g",
            "--precision",
            "f64",
        ],
    );
    let table = read(dir.path().join("g/influence.csv"));
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("horizon,last,sum"));
    let rows: Vec<[f64; 3]> = lines
        .map(|l| {
            let v: Vec<f64> = l.split(',').map(|v| v.parse().unwrap()).collect();
            [v[0], v[1], v[2]]
        })
        .collect();
    assert_eq!(rows.len(), 400);
    assert_eq!(rows[0], [1.0, 1.0, 1.0]);
    // In the long run θ lowers the first unit by 3 / (1 − ½) = 6.
    assert!((rows[399][1] + 6.0).abs() < 1e-9);
    let first = |column: usize| rows.iter().find(|r| r[column] < 0.0).unwrap()[0];
    assert_eq!((first(1), first(2)), (41.0, 110.0));
    // It is gone where another task's gradients take its place.
    done(&dir, &["gradients", "tiny.ron", "--out", "g", "--force"]);
    assert!(!dir.path().join("g/influence.csv").exists());
}

#[test]
fn rules_that_cannot_serve_are_refused_with_those_that_can() {
    let dir = workshop();
    let cases: [(&[&str], &[&str]); 10] = [
        (
            &[
                "task=Anbn(min: 5, max: 2)",
                "hippocampus.capacity.steps=100",
            ],
            &[
                "the smallest n, 5, is larger than the largest, 2",
                "swap min and max",
            ],
        ),
        (
            &["learning.rule=ReversibleReplay"],
            &[
                "ReversibleReplay cannot serve the cell Tanh",
                "it serves Reversible",
            ],
        ),
        (
            &["learning.shadows=[Sab]"],
            &["Sab changes the forward pass", "shadows can be Bptt, Tbptt"],
        ),
        (
            &["learning=(rule: Sab, shadows: [Bptt])"],
            &["Bptt beside it would differentiate another network"],
        ),
        (
            &["cortex.cell=Gru()", "learning=(rule: Rflo)"],
            &["Rflo cannot serve the cell Gru", "it serves Tanh, Linear"],
        ),
        (
            &["cortex.cell=Reversible()", "learning=(rule: Snap)"],
            &[
                "Snap cannot serve the cell Reversible",
                "it serves Tanh, Linear, Gru, Lstm",
            ],
        ),
        (
            &[
                "hippocampus=None",
                "learning=(rule: Bptt)",
                "protocol=[Stream()]",
            ],
            &["Bptt needs episodes", "Rtrl"],
        ),
        (
            &["learning=(rule: Rtrl)", "protocol=[Stream()]"],
            &["a stream has no episodes that a hippocampus could store"],
        ),
        (
            &["learning=(rule: Bptt, update: EveryStep)"],
            &["Bptt has no gradient before the episode ends", "Uoro"],
        ),
        (
            &["cortex.cell=Tanh(units: 4000)", "learning=(rule: Rtrl)"],
            &["GiB of memory", "choose a rule that keeps less"],
        ),
    ];
    for (sets, fragments) in cases {
        let mut args = vec!["run", "tiny.ron"];
        for set in sets {
            args.extend(["--set", set]);
        }
        let (code, _, err) = run(&dir, &args);
        assert_eq!(code, 2, "{sets:?}: {err}");
        // The report may break its lines anywhere.
        let flat = err
            .split_whitespace()
            .filter(|w| *w != "│")
            .collect::<Vec<_>>()
            .join(" ");
        for fragment in fragments {
            assert!(flat.contains(fragment), "{sets:?}: {fragment}: {err}");
        }
    }
}

#[test]
fn a_rule_that_diverges_ends_the_run_with_its_place_and_keeps_the_records() {
    let dir = workshop();
    let rate = "cortex.optimizer.rate=0.001";
    let (code, _, err) = run(
        &dir,
        &[
            "run",
            "influence-balancing",
            "--set",
            rate,
            "--out",
            "out",
            "--quiet",
        ],
    );
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("no longer a finite number at step"), "{err}");
    assert!(err.contains("in phase Stream"), "{err}");
    let summary = json(&read(dir.path().join("out/summary.json")));
    assert_eq!(summary["status"], "failed");
    assert!(summary["error"].as_str().unwrap().contains("the gradient"));
    let metrics = read(dir.path().join("out/metrics.csv"));
    assert!(metrics.lines().count() > 3, "{metrics}");
}

#[test]
fn a_stream_stopped_anywhere_is_resumed_to_the_same_bytes() {
    let dir = workshop();
    for rule in [
        "Uoro",
        "KfRtrl",
        "Rtrl",
        "Tbptt(horizon: 6, stride: 4, loss: Sum)",
    ] {
        let rule = format!("learning.rule={rule}");
        let start = [
            "run",
            "add-delayed",
            "--set",
            &rule,
            "--set",
            "cortex.cell.units=8",
            "--set",
            "protocol=[Stream(steps: 700, report: 50), Probe(episodes: 4), Stream(steps: 330, report: 100)]",
            "--quiet",
            "--force",
        ];
        let to = |extra: &[&'static str]| -> Vec<String> {
            start.iter().chain(extra).map(ToString::to_string).collect()
        };
        let call = |args: Vec<String>| {
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            done(&dir, &args);
        };
        call(to(&["--out", "whole"]));
        for stop in ["--stop-at=333", "--stop-at=720", "--stop-at=905"] {
            call(to(&["--out", "part", stop]));
            done(&dir, &["resume", "part", "--quiet"]);
            crate::assert_same_results(&dir.path().join("whole"), &dir.path().join("part"));
        }
    }
}

#[test]
fn episodes_stopped_anywhere_are_resumed_to_the_same_bytes() {
    let dir = workshop();
    let cases: [(&str, &str, &[&str]); 3] = [
        (
            "r2n2",
            "protocol=[Repeat(times: 6, phases: [Wake(episodes: 5)]), Probe(episodes: 8)]",
            &["cortex.cell.units=6"],
        ),
        (
            "copy-attention",
            "protocol=[Repeat(times: 3, phases: [Wake(episodes: 3)]), Probe(episodes: 4)]",
            &["cortex.cell.units=8", "task.delay=8"],
        ),
        (
            "six-rules",
            "protocol=[Repeat(times: 2, phases: [Wake(episodes: 3), Sleep(ripples: 3)]), Probe(episodes: 4)]",
            &[
                "cortex.cell.units=6",
                "hippocampus.store.units=300",
                "hippocampus.entorhinal.units=300",
            ],
        ),
    ];
    for (scenario, protocol, sets) in cases {
        let mut start = vec!["run", scenario, "--quiet", "--force", "--set", protocol];
        sets.iter().for_each(|set| start.extend(["--set", set]));
        let to = |extra: &[&'static str]| {
            let mut args = start.clone();
            args.extend(extra);
            done(&dir, &args);
        };
        to(&["--out", "whole"]);
        for stop in [
            "--stop-at=4",
            "--stop-at=13",
            "--stop-at=29",
            "--stop-at=41",
        ] {
            to(&["--out", "part", stop]);
            done(&dir, &["resume", "part", "--quiet"]);
            crate::assert_same_results(&dir.path().join("whole"), &dir.path().join("part"));
        }
    }
}

#[test]
fn the_closing_table_tells_levels_and_ledger() {
    let dir = workshop();
    let out = done(
        &dir,
        &[
            "run",
            "add-delayed",
            "--set",
            "protocol=[Stream(steps: 200)]",
            "--quiet",
        ],
    );
    for fragment in [
        "nothing learned",
        "only t1",
        "floats kept",
        "µs/step",
        "35840",
    ] {
        assert!(out.contains(fragment), "{fragment}: {out}");
    }
}
