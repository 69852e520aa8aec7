//! Measured stores and scored ripples: their tables, in the folder and at the end of a run.

use crate::{assert_same_results, done, json, read, run, workshop};

const MEASURING: &str = "protocol=[\
    MeasureStore(patterns: [20, 60, 200], cues: [0.5, Noise(0.2)], trials: 4, recalls: 8, sequence: true), \
    MeasureStore(store: Hopfield(units: 60), patterns: [2, 5, 12], cues: 1.0, trials: 4), \
    MeasureCapacity(label: \"early\", capacities: [Unbounded, Fixed(steps: 12)], episodes: 6, recalls: 12), \
    Wake(episodes: 6), Sleep(ripples: 6, score: true)]";

#[test]
fn measured_stores_fill_capacity_csv_and_scored_ripples_scores_csv() {
    let dir = workshop();
    let args = ["run", "tiny.ron", "--out", "run", "--set", MEASURING];
    let told = done(&dir, &args);
    let capacity = read(dir.path().join("run/capacity.csv"));
    let mut lines = capacity.lines();
    assert_eq!(
        lines.next().unwrap(),
        "store,units,sparsity,patterns,cue,cue_fraction,noise,trials,overlap_mean,overlap_se,exact_rate,time,label"
    );
    let rows: Vec<Vec<&str>> = lines.map(|l| l.split(',').collect()).collect();
    // Two cues and two orders at three loads, and one cue at three.
    assert_eq!(rows.len(), 4 * 3 + 3);
    assert_eq!(
        rows[0][..8],
        [
            "Ca3-200-0.05",
            "200",
            "0.05",
            "20",
            "Fraction",
            "0.5",
            "0",
            "4"
        ]
    );
    assert_eq!(rows[1][4..7], ["Noise", "1", "0.2"]);
    assert_eq!((rows[2][4], rows[3][4]), ("Forward", "Reverse"));
    assert_eq!(rows[12][..5], ["Hopfield-60", "60", "0.5", "2", "Fraction"]);
    for row in &rows {
        let number = |i: usize| row[i].parse::<f64>().unwrap();
        assert!((-1.0..=1.0).contains(&number(8)) && number(9) >= 0.0);
        assert!((0.0..=1.0).contains(&number(10)));
    }
    let scores = read(dir.path().join("run/scores.csv"));
    assert!(scores.starts_with("ripple,time,episode,order,sequence,area,steps,rank,p\n"));
    assert_eq!(scores.lines().count(), 1 + 6 * 2 * 2);
    assert!(scores.contains(",Reverse,stored,CA3,") && scores.contains(",shuffled,cortex,"));
    // The tables at the end: one of the stores, one of the memories.
    assert!(
        told.contains("patterns_at_0.9") && told.contains("longest_forward"),
        "{told}"
    );
    assert!(
        told.contains("early.Fixed-12-Oldest") && told.contains("recall_age_4"),
        "{told}"
    );
    // A store that did not break has a row too.
    assert!(
        told.contains("overlap_at_largest") && told.contains("exact_at_largest"),
        "{told}"
    );
    let summary = json(&read(dir.path().join("run/summary.json")));
    assert!(summary["final"]["memory.early.Unbounded.synapses"].is_number());
    assert!(summary["final"]["score.CA3.significant"].is_number());
}

#[test]
fn pattern_separation_is_told_at_the_end() {
    let dir = workshop();
    let set = "protocol=[MeasureSeparation(similarities: [0.5, 0.9, 1], pairs: 4), Wake, Sleep]";
    let told = done(&dir, &["run", "tiny.ron", "--set", set]);
    assert!(
        told.contains("overlap_at_0.9") && told.contains("Entorhinal"),
        "{told}"
    );
}

#[test]
fn a_run_without_measurements_has_no_such_tables() {
    let dir = workshop();
    done(&dir, &["run", "tiny.ron", "--out", "run", "--quiet"]);
    for name in ["capacity.csv", "scores.csv"] {
        assert!(!dir.path().join("run").join(name).exists(), "{name}");
    }
}

#[test]
fn a_measurement_stopped_and_resumed_gives_the_same_tables() {
    let dir = workshop();
    let start = ["run", "tiny.ron", "--set", MEASURING, "--quiet", "--out"];
    done(&dir, &[&start[..], &["whole"]].concat());
    for stop in ["2", "5", "60"] {
        let (code, _, err) = run(&dir, &[&start[..], &[stop, "--stop-at", stop]].concat());
        assert_eq!(code, 0, "{err}");
        done(&dir, &["resume", stop, "--quiet"]);
        let (whole, resumed) = (dir.path().join("whole"), dir.path().join(stop));
        assert_same_results(&whole, &resumed);
        for name in ["capacity.csv", "scores.csv"] {
            assert_eq!(
                read(whole.join(name)),
                read(resumed.join(name)),
                "{stop} {name}"
            );
        }
    }
    // Replaced by a run that measures nothing, they are gone.
    done(
        &dir,
        &["run", "tiny.ron", "--quiet", "--out", "whole", "--force"],
    );
    assert!(!dir.path().join("whole/capacity.csv").exists());
}

#[test]
fn a_single_number_stands_for_a_list_and_for_a_fraction() {
    let dir = workshop();
    let one = "protocol=[MeasureStore(patterns: 30, cues: 0.4, trials: 2), Wake, Sleep]";
    let list = "protocol=[MeasureStore(patterns: [30], cues: [Fraction(fraction: 0.4)], trials: 2), Wake, Sleep]";
    for (name, set) in [("one", one), ("list", list)] {
        done(
            &dir,
            &["run", "tiny.ron", "--quiet", "--out", name, "--set", set],
        );
    }
    let table = |name: &str| read(dir.path().join(name).join("capacity.csv"));
    assert_eq!(table("one"), table("list"));
}
