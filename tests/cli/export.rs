//! What units did, exported by running again.

use std::fs;
use std::path::Path;

use rust_hdf5::H5File;

use super::{ammon, done, read, run, workshop};

/// The tiny run, scored, in `run`.
fn tiny(dir: &tempfile::TempDir, more: &[&str]) {
    let cycles = "protocol=[Repeat(times: 3, phases: [Wake(episodes: 4), Sleep(ripples: 4, score: true)]), Rest(steps: 7), Probe(episodes: 4)]";
    let args = [
        "run", "tiny.ron", "--quiet", "--out", "run", "--set", cycles,
    ];
    done(dir, &[&args, more].concat());
}

fn column<T: rust_hdf5::H5Type>(file: &H5File, path: &str) -> Vec<T> {
    let data = file.dataset(path);
    data.unwrap_or_else(|e| panic!("{path}: {e}"))
        .read_raw()
        .unwrap()
}

fn texts(file: &H5File, path: &str) -> Vec<String> {
    file.dataset(path).unwrap().read_strings().unwrap()
}

#[test]
fn a_session_holds_what_units_did_and_what_ripples_should_replay() {
    let dir = workshop();
    tiny(&dir, &["--export", "nwb"]);
    let path = dir.path().join("run/run.nwb");
    let file = H5File::open(&path).unwrap();
    // Six steps an episode, ten codes of ten units each, of twelve episodes and as many ripples; twins are beside them.
    let regions = texts(&file, "units/region");
    assert_eq!(regions.len(), 200 + 400);
    let ends: Vec<u64> = column(&file, "units/spike_times_index");
    let ca3 = ends[199];
    let spikes: Vec<f64> = column(&file, "units/spike_times");
    assert_eq!(ends[599] as usize, spikes.len());
    let twins: Vec<f64> = column(&file, "intervals/shuffled_ripples/start_time");
    assert_eq!(twins.len(), 12);
    let session = spikes[..ca3 as usize].iter().filter(|t| **t < twins[0]);
    let replayed: Vec<i64> = column(&file, "intervals/ripples/steps");
    let steps = 12 * 6 + replayed.iter().sum::<i64>();
    assert_eq!(session.count() as i64, 10 * steps);
    let mut from = 0;
    for end in &ends {
        let times = &spikes[from..*end as usize];
        assert!(times.windows(2).all(|w| w[0] < w[1]));
        from = *end as usize;
    }
    // The truth of each ripple is its episode, the last step first.
    let first: Vec<i64> = column(&file, "intervals/ripples/true_first_step");
    let last: Vec<i64> = column(&file, "intervals/ripples/true_last_step");
    assert!(first.iter().all(|s| *s == 5) && last.iter().all(|s| *s == 0));
    assert_eq!(texts(&file, "intervals/ripples/order")[0], "Reverse");
    // Episodes that were lived side by side follow one another.
    let begun: Vec<f64> = column(&file, "intervals/trials/start_time");
    let ended: Vec<f64> = column(&file, "intervals/trials/stop_time");
    assert_eq!(begun.len(), 12 + 4);
    assert!((ended[0] - begun[0] - 0.6).abs() < 1e-9 && begun[1] > ended[0]);
    let phases = texts(&file, "intervals/epochs/phase");
    let told = ["Wake", "Sleep"].repeat(3);
    assert_eq!(phases, [&told[..], &["Rest", "Probe", "Shuffled"]].concat());
    let position: Vec<f32> = column(&file, "processing/behavior/Position/position/data");
    assert_eq!(position.len(), 16 * 6);
    assert_eq!(position[..7], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 0.0]);
    let states = file
        .dataset("processing/ecephys/cortex_awake/data")
        .unwrap();
    assert_eq!(states.shape(), [16 * 6, 8]);
    let source = texts(&file, "general/source_script");
    assert!(source[0].contains("title: \"Tiny\"") && source[0].contains("seed: 1"));
    // Tested episodes have no number that a lived one could have.
    let episodes: Vec<i64> = column(&file, "intervals/trials/episode");
    assert_eq!(
        episodes,
        [&(0..12).collect::<Vec<_>>()[..], &[-1; 4]].concat()
    );
    // What was measured at the end of a phase lies in it.
    let seconds: Vec<f64> = column(&file, "processing/misc/measurements/seconds");
    let ends: Vec<f64> = column(&file, "intervals/epochs/stop_time");
    assert!(
        seconds
            .iter()
            .all(|s| ends.iter().any(|end| (s - end).abs() < 1e-9))
    );
    // All that was measured, in the order of its table.
    let metrics = texts(&file, "processing/misc/measurements/metric");
    let values: Vec<f64> = column(&file, "processing/misc/measurements/value");
    let table = read(dir.path().join("run/metrics.csv"));
    let recorded = table.lines().skip(1).filter_map(|row| {
        let (rest, value) = row.rsplit_once(',')?;
        let value: f64 = value.parse().ok()?;
        let (_, metric) = rest.rsplit_once(',')?;
        value.is_finite().then(|| (metric.to_string(), value))
    });
    let told: Vec<_> = metrics.into_iter().zip(values).collect();
    assert_eq!(told, recorded.collect::<Vec<_>>());
    // Again it is the same file.
    done(
        &dir,
        &[
            "export",
            "run",
            "--format",
            "nwb",
            "--out",
            "again.nwb",
            "--quiet",
        ],
    );
    assert!(fs::read(&path).unwrap() == fs::read(dir.path().join("again.nwb")).unwrap());
}

#[test]
fn a_window_and_a_part_of_the_units_are_exported_as_they_are_in_the_whole() {
    let dir = workshop();
    tiny(&dir, &[]);
    let rows = |name: &str, more: &[&str]| -> Vec<String> {
        let args = ["export", "run", "--format", "csv", "--out", name, "--quiet"];
        done(&dir, &[&args, more].concat());
        let text = read(dir.path().join(name));
        text.lines().skip(1).map(String::from).collect()
    };
    // Without seconds: those count from the beginning of the file.
    let bare = |row: &String| row.split_once(',').unwrap().1.to_string();
    let all = rows("all.csv", &["--what", "cortex,ca3"]);
    let some = rows("some.csv", &["--what", "cortex,ca3", "--window", "6..30"]);
    let all: Vec<String> = all.iter().map(bare).collect();
    let some: Vec<String> = some.iter().map(bare).collect();
    assert!(!some.is_empty() && some.len() < all.len());
    let held: std::collections::HashSet<&String> = all.iter().collect();
    assert!(some.iter().all(|row| held.contains(row)));
    assert!(some.iter().all(|row| row.starts_with("Sleep,")));
    let few = rows("few.csv", &["--what", "ca3", "--unit-fraction", "0.1"]);
    let unit = |row: &String| row.split(',').nth(6).unwrap().to_string();
    let units: std::collections::HashSet<String> = few.iter().map(unit).collect();
    assert!(units.len() <= 20 && units.len() > 10, "{}", units.len());
    // To standard output, and as arrays.
    let out = done(
        &dir,
        &[
            "export", "run", "--format", "csv", "--what", "ca3", "--window", "6..30", "--out", "-",
        ],
    );
    assert!(out.starts_with("seconds,phase,episode,ripple,step,region,unit,value\n"));
    done(&dir, &["export", "run", "--format", "npz", "--quiet"]);
    let archive = fs::File::open(dir.path().join("run/activity.npz")).unwrap();
    let archive = zip::ZipArchive::new(archive).unwrap();
    for name in [
        "README",
        "states",
        "inputs",
        "targets",
        "ca3_units",
        "ca3_offsets",
        "ripple_episode",
        "eigenvalues.W.0",
    ] {
        let name = format!("{name}.npy");
        assert!(archive.index_for_name(&name).is_some(), "{name}");
    }
}

#[test]
fn a_run_that_was_changed_is_refused_where_it_parts() {
    let dir = workshop();
    tiny(&dir, &[]);
    let table = dir.path().join("run/metrics.csv");
    let text = read(&table);
    let line = text.lines().nth(29).unwrap();
    let (head, value) = line.rsplit_once(',').unwrap();
    let value: f64 = value.parse().unwrap();
    fs::write(
        &table,
        text.replacen(line, &format!("{head},{}", value + 0.125), 1),
    )
    .unwrap();
    let (code, out, told) = run(&dir, &["export", "run", "--format", "nwb", "--quiet"]);
    assert_eq!((code, out.as_str()), (1, ""), "{told}");
    for part in [
        "metrics.csv, line 30",
        line,
        "not the run that was recorded",
        "--trust-recording",
    ] {
        assert!(told.contains(part), "{told}");
    }
    assert!(!dir.path().join("run/run.nwb").exists());
    // What lies before is what it was.
    done(
        &dir,
        &[
            "export", "run", "--format", "npz", "--window", "0..1", "--quiet",
        ],
    );
    // What the tables hold needs no running again.
    done(
        &dir,
        &[
            "export",
            "run",
            "--format",
            "nwb",
            "--trust-recording",
            "--quiet",
        ],
    );
    let file = H5File::open(dir.path().join("run/run.nwb")).unwrap();
    let begun: Vec<f64> = column(&file, "intervals/ripples/start_time");
    assert_eq!(begun.len(), 12);
    assert!(file.dataset("units/spike_times").is_err());
    let told = run(
        &dir,
        &["export", "run", "--format", "npz", "--trust-recording"],
    );
    assert_eq!(told.0, 2, "{}", told.2);
}

#[test]
fn a_folder_of_another_build_is_refused_in_words_that_help() {
    let dir = workshop();
    tiny(&dir, &[]);
    let checkpoint = dir.path().join("run/checkpoint.bin");
    let mut bytes = fs::read(&checkpoint).unwrap();
    bytes[8] ^= 1;
    fs::write(&checkpoint, bytes).unwrap();
    let folders = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/folders");
    let earlier = fs::read_dir(folders).unwrap().map(|e| e.unwrap().path());
    for folder in earlier.chain([dir.path().join("run")]) {
        let copy = dir.path().join("copy");
        drop(fs::remove_dir_all(&copy));
        fs::create_dir(&copy).unwrap();
        for file in fs::read_dir(&folder).unwrap() {
            let file = file.unwrap().path();
            fs::copy(&file, copy.join(file.file_name().unwrap())).unwrap();
        }
        let (code, _, told) = run(&dir, &["export", "copy", "--format", "nwb", "--quiet"]);
        assert_eq!(code, 1, "{told}");
        assert!(
            told.contains("another version") && told.contains("--trust-recording"),
            "{told}"
        );
        let trusting = ["export", "copy", "--format", "nwb", "--trust-recording"];
        let (code, _, told) = run(&dir, &trusting);
        if folder.ends_with("run") {
            assert_eq!(code, 0, "{told}");
        } else if code != 0 {
            // Tables have got columns since.
            assert!(
                told.contains("csv: ") && told.contains("missing field"),
                "{told}"
            );
        }
    }
    assert!(dir.path().join("copy/run.nwb").is_file());
}

#[test]
fn a_window_of_a_long_run_is_found_without_all_that_came_before() {
    let dir = workshop();
    let stream = r#"Scenario(
        title: "Long",
        task: Recall(symbols: 2, delay: 4, distractors: 2),
        cortex: (cell: Tanh(units: 2)),
        learning: (rule: ReadoutOnly, update: EveryStep),
        protocol: [Stream(steps: 260000, report: 1000)],
    )"#;
    fs::write(dir.path().join("long.ron"), stream).unwrap();
    done(&dir, &["run", "long.ron", "--out", "run", "--quiet"]);
    assert!(dir.path().join("run/waypoints/250000.bin").is_file());
    let window = ["export", "run", "--format", "npz", "--quiet", "--window"];
    done(&dir, &[&window[..], &["255000..256000"]].concat());
    let late = fs::read(dir.path().join("run/activity.npz")).unwrap();
    // A stream is cut where the window is: ten steps of two units.
    let cut = ["--what", "cortex", "--window", "255100..255110"];
    let args = ["export", "run", "--format", "csv", "--out", "-"];
    let rows = done(&dir, &[&args[..], &cut].concat());
    assert_eq!(rows.lines().count(), 1 + 10 * 2);
    // What was told before the waypoint is not looked at again.
    let table = dir.path().join("run/metrics.csv");
    let text = read(&table);
    let mut lines: Vec<&str> = text.lines().collect();
    lines.swap(1, 3);
    fs::write(&table, lines.join("\n") + "\n").unwrap();
    done(&dir, &[&window[..], &["255000..256000"]].concat());
    assert!(late == fs::read(dir.path().join("run/activity.npz")).unwrap());
    let (code, _, told) = run(&dir, &[&window[..], &["249000..250000"]].concat());
    assert!(code == 1 && told.contains("line 2"), "{told}");
    // A new run in the folder begins without the waypoints of the old one.
    done(
        &dir,
        &["run", "tiny.ron", "--out", "run", "--force", "--quiet"],
    );
    assert!(!dir.path().join("run/waypoints").exists());
}

#[test]
fn wishes_that_cannot_be_are_told() {
    let dir = workshop();
    tiny(&dir, &[]);
    for (wish, word) in [
        (["--window", "9..3"], "nothing lies between"),
        (["--window", "soon"], "1000..2000"),
        (["--what", "ca4"], "did you mean `ca3`?"),
        (["--what", "weights"], "Nwb holds no weights"),
        (["--unit-fraction", "1.5"], "at most 1"),
    ] {
        let args = ["export", "run", "--format", "nwb"];
        let (code, _, told) = run(&dir, &[&args[..], &wish].concat());
        assert!(code == 2 && told.contains(word), "{told}");
    }
    for (format, wish, word) in [
        ("csv", ["--what", "metrics"], "Csv holds no metrics"),
        ("json", ["--window", "1..2"], "no activity"),
        ("npz", ["--window", "99999.."], "has come to time"),
    ] {
        let args = ["export", "run", "--format", format, "--quiet"];
        let (code, _, told) = run(&dir, &[&args[..], &wish].concat());
        assert!(code != 0 && told.contains(word), "{told}");
    }
    let output = ammon(&dir).args(["list", "exports"]).output().unwrap();
    let listed = String::from_utf8_lossy(&output.stdout).into_owned();
    for format in ["Csv", "Json", "Npz", "Nwb"] {
        assert!(listed.contains(format), "{listed}");
    }
}
