//! Several seeds side by side.

use std::fs;

use crate::{assert_same_results, done, json, read, run, workshop};

#[test]
fn each_seed_has_its_folder_and_equals_a_run_of_its_own() {
    let dir = workshop();
    let out = done(
        &dir,
        &[
            "run",
            "tiny.ron",
            "--seeds",
            "1..3",
            "--threads",
            "2",
            "--out",
            "seeds",
            "--export",
            "csv",
        ],
    );
    for words in ["3 seeds: 1, 2, 3", "mean", "sd", "probe.accuracy"] {
        assert!(out.contains(words), "{words}: {out}");
    }
    done(&dir, &["run", "tiny.ron", "--seed", "2", "--out", "two"]);
    assert_same_results(&dir.path().join("two"), &dir.path().join("seeds/seed-2"));
    assert!(dir.path().join("seeds/seed-3/metrics-wide.csv").is_file());
}

#[test]
fn mean_and_spread_are_those_of_the_runs() {
    let dir = workshop();
    let all = json(&done(
        &dir,
        &["run", "tiny.ron", "--seeds", "4,2", "--json"],
    ));
    let runs = all["runs"].as_array().unwrap();
    assert_eq!(
        runs.iter()
            .map(|r| r["seed"].as_u64().unwrap())
            .collect::<Vec<_>>(),
        [2, 4]
    );
    let losses: Vec<f64> = runs
        .iter()
        .map(|r| r["final"]["probe.loss"].as_f64().unwrap())
        .collect();
    let mean = f64::midpoint(losses[0], losses[1]);
    let sd = (losses[0] - losses[1]).abs() / 2.0_f64.sqrt();
    assert!((all["mean"]["probe.loss"].as_f64().unwrap() - mean).abs() < 1e-12);
    assert!((all["sd"]["probe.loss"].as_f64().unwrap() - sd).abs() < 1e-12);
}

#[test]
fn one_occupied_subfolder_refuses_all_before_anything_runs() {
    let dir = workshop();
    let mine = dir.path().join("seeds/seed-2");
    fs::create_dir_all(&mine).unwrap();
    fs::write(mine.join("notes.txt"), "mine").unwrap();
    for args in [
        &["run", "tiny.ron", "--seeds", "1..2", "--out", "seeds"][..],
        &[
            "run", "tiny.ron", "--seeds", "1..2", "--out", "seeds", "--force",
        ],
    ] {
        assert_eq!(run(&dir, args).0, 2);
    }
    assert!(!dir.path().join("seeds/seed-1").exists());
    assert_eq!(read(mine.join("notes.txt")), "mine");
}

#[test]
fn force_replaces_the_seeds_that_are_run_again() {
    let dir = workshop();
    done(
        &dir,
        &["run", "tiny.ron", "--seeds", "1..2", "--out", "seeds"],
    );
    done(
        &dir,
        &[
            "run", "tiny.ron", "--seeds", "2..3", "--out", "seeds", "--force",
        ],
    );
    assert_eq!(fs::read_dir(dir.path().join("seeds")).unwrap().count(), 3);
}
