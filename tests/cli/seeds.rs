//! Several seeds side by side.

use std::fs;

use crate::{assert_same_results, done, endless, json, read, run, signal, workshop};

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
fn force_replaces_a_sweep_and_seeds_that_are_not_planned_again_go() {
    let dir = workshop();
    let sweep = |seeds: &str, more: &[&str]| {
        let args = ["run", "tiny.ron", "--seeds", seeds, "--out", "seeds"];
        done(&dir, &[&args[..], more].concat());
    };
    sweep("1..2", &["--export", "csv"]);
    fs::write(dir.path().join("seeds/seed-2/notes.txt"), "mine").unwrap();
    sweep("2..3", &["--force"]);
    let path = dir.path().join("seeds");
    let mut names: Vec<_> = fs::read_dir(&path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["scenario.ron", "seed-2", "seed-3", "sweep.json"]);
    assert_eq!(read(path.join("seed-2/notes.txt")), "mine");
    assert!(!path.join("seed-2/metrics-wide.csv").exists());
    // A single run in its place leaves none of it.
    done(&dir, &["run", "tiny.ron", "--out", "seeds", "--force"]);
    assert!(!path.join("sweep.json").exists() && !path.join("seed-3").exists());
    assert_eq!(read(path.join("seed-2/notes.txt")), "mine");
    assert!(!path.join("seed-2/summary.json").exists());
}

#[cfg(unix)]
#[test]
fn one_seed_that_cannot_be_written_hides_no_other_and_is_made_up_for_later() {
    let dir = workshop();
    let path = dir.path().join("seeds");
    fs::create_dir(&path).unwrap();
    std::os::unix::fs::symlink("/proc/none", path.join("seed-3")).unwrap();
    fs::write(path.join("summary.json"), "{}").unwrap();
    let args = [
        "run", "tiny.ron", "--seeds", "1..4", "--out", "seeds", "--force",
    ];
    let (code, out, err) = run(&dir, &args);
    assert_eq!(code, 1);
    let words = "4 seeds planned: 3 completed (1, 2, 4), 1 failed (3); mean and sd over 3 of 4";
    assert!(out.contains(words), "{out}");
    assert!(out.contains("probe.accuracy"), "{out}");
    assert!(
        err.contains("seed 3: cannot write") && err.contains("ammon resume seeds"),
        "{err}"
    );
    fs::remove_file(path.join("seed-3")).unwrap();
    let out = done(&dir, &["resume", "seeds"]);
    assert!(out.contains("4 seeds: 1, 2, 3, 4"), "{out}");
    done(&dir, &["run", "tiny.ron", "--seed", "3", "--out", "three"]);
    assert_same_results(&dir.path().join("three"), &path.join("seed-3"));
}

#[test]
fn a_sweep_that_was_stopped_goes_on_and_ends_as_one_that_was_not() {
    let dir = workshop();
    let begin = |folder: &str, more: &[&str]| {
        let args = ["run", "tiny.ron", "--seeds", "1..3", "--out", folder];
        done(&dir, &[&args[..], &["--export", "csv"], more].concat())
    };
    begin("whole", &[]);
    let told = begin("cut", &["--stop-at", "400"]);
    let words = "3 seeds planned: 3 stopped (1, 2, 3); mean and sd over all";
    assert!(told.contains(words), "{told}");
    // One of them had not begun.
    let cut = dir.path().join("cut");
    fs::remove_dir_all(cut.join("seed-2")).unwrap();
    let again = run(
        &dir,
        &["run", "tiny.ron", "--seeds", "1..3", "--out", "cut"],
    );
    assert_eq!(again.0, 2);
    let told = done(&dir, &["resume", "cut"]);
    assert!(told.contains("3 seeds: 1, 2, 3"), "{told}");
    for seed in ["seed-1", "seed-2", "seed-3"] {
        let of = |folder: &str| dir.path().join(folder).join(seed);
        assert_same_results(&of("whole"), &of("cut"));
        let wide = |folder: &str| read(of(folder).join("metrics-wide.csv"));
        assert_eq!(wide("whole"), wide("cut"));
    }
    let all = json(&done(&dir, &["resume", "cut", "--json"]));
    assert_eq!(all["over"], json("[1, 2, 3]"));
}

#[cfg(unix)]
#[test]
fn a_sweep_that_is_told_to_end_says_what_never_began_and_how_to_go_on() {
    let dir = workshop();
    let more = ["--seeds", "1..5", "--threads", "2", "--out", "seeds"];
    let child = endless(&dir, &more, "seeds/seed-2/checkpoint.bin");
    signal(&child, "-TERM");
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(143));
    let out = String::from_utf8(ended.stdout).unwrap();
    assert!(out.contains("3 never begun (3, 4, 5)"), "{out}");
    let err = String::from_utf8(ended.stderr).unwrap();
    assert!(err.contains("`ammon resume seeds` goes on"), "{err}");
    let told = json(&done(
        &dir,
        &["resume", "seeds", "--stop-at", "1", "--json"],
    ));
    assert_eq!(told["runs"].as_array().unwrap().len(), 5);
}
