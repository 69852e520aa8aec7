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

/// What is said of a command that is wrong.
fn refused(dir: &tempfile::TempDir, args: &[&str]) -> String {
    let (code, _, told) = run(dir, args);
    assert_eq!(code, 2, "{told}");
    told
}

/// Ways in which the tiny scenario is changed, tested after each batch.
const LIST: &str = r#"Sweep(
    title: "What it takes",
    about: "Whether anything is learned.",
    scenario: "tiny.ron",
    set: ["protocol=[Repeat(times: 3, phases: [Wake(episodes: 4), Sleep(ripples: 4), Probe(episodes: 4)])]"],
    seeds: [1, 2],
    metric: "probe.updates_to_0.95",
    against: ["alignment.ReplayBptt.remote.until_0.95", "replay.completed.until_0.95"],
    variations: [
        (kind: "control", name: "intact"),
        (kind: "units", name: "few units", set: ["hippocampus.store.units=60"]),
        (kind: "order", name: "forward", set: ["hippocampus.ripple.order=Forward"]),
    ],
)"#;

#[test]
fn a_sweep_that_is_a_list_is_made_in_one_go_and_drawn() {
    let dir = workshop();
    fs::write(dir.path().join("list.ron"), LIST).unwrap();
    let make = ["sweep", "make", "list.ron", "--out", "sweep", "--quiet"];
    let told = done(&dir, &make);
    assert!(told.contains("6 runs: 6 completed"), "{told}");
    assert!(
        told.contains("few units") && told.contains("of 2"),
        "{told}"
    );
    let cells = rows(&dir, "cells.csv");
    assert_eq!(
        cells[0],
        "cell,seed,status,error,kind,variation,hippocampus.store.units,hippocampus.ripple.order,metric,value"
    );
    assert!(
        cells
            .iter()
            .any(|row| row.starts_with("1,1,completed,,units,few units,60,,"))
    );
    let scatter = rows(&dir, "scatter.csv");
    assert_eq!(
        scatter[0],
        "cell,kind,variation,seed,alignment.ReplayBptt.remote.until_0.95,replay.completed.until_0.95,probe.updates_to_0.95"
    );
    assert_eq!(scatter.len(), 7);
    // The means are those of the run's own tables.
    let mean = |name: &str| {
        let text = read(dir.path().join("sweep/cells/4/metrics.csv"));
        let values: Vec<f64> = (text.lines())
            .filter_map(|row| row.split_once(&format!(",{name},"))?.1.parse().ok())
            .collect();
        assert_eq!(values.len(), 3);
        values.iter().sum::<f64>() / 3.0
    };
    let row: Vec<&str> = scatter[5].split(',').collect();
    assert_eq!(row[..4], ["4", "units", "few units", "2"]);
    let completed: f64 = row[5].parse().unwrap();
    assert!((completed - mean("replay.completed")).abs() < 1e-12);
    let svg = read(dir.path().join("sweep/scatter.svg"));
    for part in ["replay.completed.until_0.95", "control", "never"] {
        assert!(svg.contains(part), "{part}");
    }
    // What is there is not done again, and a further seed is all that comes with it.
    let before = read(dir.path().join("sweep/cells/0/summary.json"));
    let told = done(&dir, &[&make[..], &["--seeds", "1..3"]].concat());
    assert!(told.contains("9 runs: 9 completed"), "{told}");
    assert!(before == read(dir.path().join("sweep/cells/0/summary.json")));
    // Any sweep can be drawn so.
    let against = ["--metric", "probe.loss", "--against", "replay.overlap"];
    let told = done(
        &dir,
        &[&["sweep", "collect", "sweep"][..], &against].concat(),
    );
    assert!(told.contains("9 of 9 runs came to it"), "{told}");
    assert!(rows(&dir, "scatter.csv")[0].ends_with("seed,replay.overlap,probe.loss"));
}

#[test]
fn a_list_with_a_slip_is_told_with_its_place_and_a_sweep_is_no_scenario() {
    let dir = workshop();
    let list = |text: &str| fs::write(dir.path().join("list.ron"), text).unwrap();
    let plan = ["sweep", "plan", "list.ron", "--out", "sweep"];
    list(&LIST.replace("variations:", "variation:"));
    let told = refused(&dir, &plan);
    assert!(
        told.contains("list.ron:9") && told.contains("variations"),
        "{told}"
    );
    list(&LIST.replace("store.units=60", "store.unit=60"));
    let told = refused(&dir, &plan);
    assert!(
        told.contains("few units") && told.contains("units"),
        "{told}"
    );
    list(&LIST.replace("probe.updates_to_0.95", "probe.update_to_0.95"));
    let told = refused(&dir, &plan);
    assert!(told.contains("no metric probe.update_to_0.95"), "{told}");
    assert!(!dir.path().join("sweep").exists());
    let told = refused(&dir, &["run", "what-replay-needs"]);
    assert!(
        told.contains("ammon sweep make what-replay-needs"),
        "{told}"
    );
    let told = done(&dir, &["list", "sweeps"]);
    assert!(told.contains("what-replay-needs"), "{told}");
}

#[test]
fn each_variation_of_the_bundled_sweep_can_be() {
    let dir = workshop();
    let plan = ["sweep", "plan", "what-replay-needs", "--out", "sweep"];
    let told = done(&dir, &plan);
    let variations: usize = 62;
    assert!(
        told.contains(&format!("{} runs planned", 5 * variations)),
        "{told}"
    );
}
