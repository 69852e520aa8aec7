//! Sweeps: planned as data, run by whoever comes, collected while they run.

use std::fs;

use parquet::file::reader::{FileReader, SerializedFileReader};

use super::{ammon, done, read, run, workshop};

const CYCLES: &str = "protocol=[Repeat(times: 2, phases: [Wake(episodes: 4), Sleep(ripples: 4)]), Probe(episodes: 4)]";

/// A plan of six places with two seeds.
fn plan(dir: &tempfile::TempDir, units: &str) -> String {
    let units = format!("hippocampus.store.units={units}");
    let args = [
        "sweep", "plan", "tiny.ron", "--out", "sweep", "--seeds", "1..2",
    ];
    let sets = ["--set", "task.delay=3,4", "--set", &units, "--set", CYCLES];
    done(dir, &[&args[..], &sets].concat())
}

fn rows(dir: &tempfile::TempDir, name: &str) -> Vec<String> {
    let text = read(dir.path().join("sweep").join(name));
    text.lines().map(String::from).collect()
}

#[test]
fn a_sweep_is_planned_run_in_shares_and_collected_on_the_way() {
    let dir = workshop();
    assert!(plan(&dir, "100,200,300").contains("12 runs planned, 12 of them new"));
    // The first task of twelve does one run.
    done(&dir, &["sweep", "run", "sweep", "--task", "0", "--quiet"]);
    let told = done(&dir, &["sweep", "collect", "sweep"]);
    assert!(told.contains("12 runs: 1 completed, 11 waiting"), "{told}");
    let cells = rows(&dir, "cells.csv");
    assert_eq!(
        cells[0],
        "cell,seed,status,error,task.delay,hippocampus.store.units,protocol,metric,value"
    );
    assert!(
        cells
            .iter()
            .any(|row| row.starts_with("0,1,completed,,3,100,"))
    );
    assert!(
        cells
            .iter()
            .any(|row| row.starts_with("11,2,waiting,,4,300,"))
    );
    // Each cell ends as the same run alone.
    done(&dir, &["sweep", "run", "sweep", "--quiet"]);
    let alone = [
        "run", "tiny.ron", "--quiet", "--out", "alone", "--seed", "2",
    ];
    let sets = [
        "--set",
        "task.delay=4",
        "--set",
        "hippocampus.store.units=300",
    ];
    done(&dir, &[&alone[..], &sets, &["--set", CYCLES]].concat());
    for table in ["metrics.csv", "replay.csv", "scenario.ron"] {
        let cell = fs::read(dir.path().join("sweep/cells/11").join(table)).unwrap();
        assert!(
            cell == fs::read(dir.path().join("alone").join(table)).unwrap(),
            "{table}"
        );
    }
    let told = done(
        &dir,
        &["sweep", "collect", "sweep", "--metric", "replay.overlap"],
    );
    assert!(told.contains("12 runs: 12 completed"), "{told}");
    let map = read(dir.path().join("sweep/maps/replay.overlap.svg"));
    assert!(map.contains("task.delay") && map.contains("hippocampus.store.units"));
    // The same as Parquet, numbers as numbers.
    let file = fs::File::open(dir.path().join("sweep/cells.parquet")).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    let table = reader.get_row_iter(None).unwrap();
    let told: Vec<String> = table.map(|row| row.unwrap().to_string()).collect();
    assert_eq!(told.len(), rows(&dir, "cells.csv").len() - 1);
    assert!(
        told[0].starts_with("{cell: 0, seed: 1, task.delay: 3.0, "),
        "{}",
        told[0]
    );
    // Two seeds at each place.
    let summary = rows(&dir, "summary.csv");
    let of = |row: &&String| row.contains(",replay.overlap,");
    assert_eq!(summary.iter().filter(of).count(), 6);
    assert!(
        summary
            .iter()
            .filter(of)
            .all(|row| row.contains(",replay.overlap,2,"))
    );
    // What is done is not done again, and what is planned later is all that is new.
    let before = fs::metadata(dir.path().join("sweep/cells/3/summary.json"))
        .unwrap()
        .modified()
        .unwrap();
    assert!(plan(&dir, "100,400").contains("16 runs planned, 4 of them new"));
    done(&dir, &["sweep", "run", "sweep", "--quiet"]);
    let after = fs::metadata(dir.path().join("sweep/cells/3/summary.json"))
        .unwrap()
        .modified()
        .unwrap();
    assert_eq!(before, after);
    assert!(done(&dir, &["sweep", "collect", "sweep"]).contains("16 runs: 16 completed"));
}

#[test]
fn a_run_that_was_stopped_goes_on_and_one_that_failed_is_listed_with_why() {
    let dir = workshop();
    let args = [
        "sweep", "plan", "tiny.ron", "--out", "sweep", "--set", CYCLES,
    ];
    let rates = [
        "--set",
        "cortex.optimizer=Sgd(rate: 0.01),Sgd(rate: 1000)",
        "--set",
        "cortex.cell=Linear",
        "--set",
        "cortex.clip=None",
    ];
    done(&dir, &[&args[..], &rates].concat());
    done(
        &dir,
        &["sweep", "run", "sweep", "--quiet", "--stop-at", "5"],
    );
    let told = done(&dir, &["sweep", "collect", "sweep"]);
    assert!(told.contains("2 runs: 2 begun"), "{told}");
    let (code, out, told) = run(&dir, &["sweep", "run", "sweep", "--quiet"]);
    assert_eq!(code, 1, "{told}");
    assert!(
        told.contains("cell 1 (") && told.contains("no longer a finite number"),
        "{told}"
    );
    assert!(out.contains("1 completed, 1 failed"), "{out}");
    // A failure is not tried again unless that is said.
    assert_eq!(run(&dir, &["sweep", "run", "sweep", "--quiet"]).0, 0);
    assert_eq!(
        run(&dir, &["sweep", "run", "sweep", "--quiet", "--again"]).0,
        1
    );
    assert!(rows(&dir, "cells.csv").len() > 2);
}

#[test]
fn what_cannot_be_planned_is_told() {
    let dir = workshop();
    fs::create_dir(dir.path().join("mine")).unwrap();
    fs::write(dir.path().join("mine/notes.txt"), "mine").unwrap();
    done(
        &dir,
        &[
            "sweep",
            "plan",
            "tiny.ron",
            "--out",
            "sweep",
            "--set",
            "task.delay=3",
        ],
    );
    for (args, word) in [
        (
            &[
                "sweep",
                "plan",
                "tiny.ron",
                "--out",
                "s",
                "--set",
                "task.dealy=1",
            ][..],
            "delay",
        ),
        (
            &[
                "sweep",
                "plan",
                "tiny.ron",
                "--out",
                "s",
                "--set",
                "task.delay=-1",
            ],
            "task.delay=-1",
        ),
        (
            &[
                "sweep",
                "plan",
                "tiny.ron",
                "--out",
                "s",
                "--set",
                "task.delay",
            ],
            "write PATH=V1,V2",
        ),
        (
            &[
                "sweep",
                "plan",
                "tiny.ron",
                "--out",
                "mine",
                "--set",
                "task.delay=3",
            ],
            "not empty",
        ),
        (
            &[
                "sweep",
                "plan",
                "recall-by-replay",
                "--out",
                "sweep",
                "--set",
                "task.delay=3",
            ],
            "another scenario",
        ),
        (
            &["sweep", "run", "sweep", "--task", "1"],
            "planned for 1 tasks",
        ),
        (
            &["sweep", "collect", "sweep", "--metric", "los"],
            "has measured los",
        ),
    ] {
        let (code, _, told) = run(&dir, args);
        assert!(code == 2 && told.contains(word), "{args:?}: {told}");
    }
    let (code, _, told) = run(&dir, &["sweep", "run", "nowhere"]);
    assert!(code == 1 && told.contains("nowhere/plan.json"), "{told}");
    drop(ammon(&dir));
}
