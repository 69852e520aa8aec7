//! The run folder: what is in it, and what is never overwritten.

use std::fs;

use crate::{DIVERGE, assert_same_results, done, json, read, run, workshop};

#[test]
fn a_run_folder_holds_what_the_format_says() {
    let dir = workshop();
    let printed = json(&done(&dir, &["run", "tiny.ron", "--out", "run", "--json"]));
    let path = dir.path().join("run");
    let summary = json(&read(path.join("summary.json")));
    assert_eq!(printed, summary);
    let keys: Vec<_> = summary.as_object().unwrap().keys().cloned().collect();
    let expected = [
        "scenario",
        "seed",
        "version",
        "status",
        "error",
        "wall_seconds",
        "steps",
        "final",
        "ledger",
    ];
    assert_eq!(keys, expected);
    assert_eq!(
        (&summary["status"], summary["error"].is_null()),
        (&json("\"completed\""), true)
    );
    for metric in [
        "probe.accuracy",
        "probe.loss",
        "alignment.ReplayBptt.cosine",
        "alignment.Tbptt.remote",
    ] {
        assert!(summary["final"][metric].is_number(), "{metric}");
    }
    let row = &summary["ledger"][0];
    for key in [
        "rule",
        "retained_floats",
        "flops_per_step",
        "microseconds_per_step",
        "synapses",
    ] {
        assert!(row.get(key).is_some(), "{key}");
    }
    assert!(read(path.join("metrics.csv")).starts_with("time,episode,phase,metric,value\n"));
    let replay = "ripple,time,engram,episode,order,cue_fraction,steps,overlap_mean,overlap_min,completed,cosine,cue,outcome\n";
    assert!(read(path.join("replay.csv")).starts_with(replay));
    assert!(path.join("checkpoint.bin").is_file() && !path.join("journal.csv").exists());
    let weights = fs::read(path.join("weights.safetensors")).unwrap();
    let weights = safetensors::SafeTensors::deserialize(&weights).unwrap();
    assert_eq!(
        (
            weights.tensor("W").unwrap().shape(),
            weights.tensor("b").unwrap().shape()
        ),
        (&[8, 8][..], &[8][..])
    );
    assert_eq!(
        weights.tensor("W").unwrap().dtype(),
        safetensors::Dtype::F32
    );
}

#[test]
fn the_resolved_scenario_gives_the_same_run() {
    let dir = workshop();
    done(
        &dir,
        &[
            "run",
            "tiny.ron",
            "--set",
            "cortex.cell.units=6",
            "--seed",
            "3",
            "--out",
            "a",
        ],
    );
    done(&dir, &["run", "a/scenario.ron", "--out", "b"]);
    assert_same_results(&dir.path().join("a"), &dir.path().join("b"));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let dir = workshop();
    done(&dir, &["run", "tiny.ron", "--threads", "1", "--out", "a"]);
    done(&dir, &["run", "tiny.ron", "--threads", "2", "--out", "b"]);
    assert_same_results(&dir.path().join("a"), &dir.path().join("b"));
}

#[test]
fn an_occupied_folder_is_refused_and_left_as_it_was() {
    let dir = workshop();
    let path = dir.path().join("run");
    fs::create_dir(&path).unwrap();
    fs::write(path.join("notes.txt"), "mine").unwrap();
    for args in [
        &["run", "tiny.ron", "--out", "run"][..],
        &["run", "tiny.ron", "--out", "run", "--force"],
    ] {
        let (code, _, err) = run(&dir, args);
        assert_eq!(code, 2);
        assert!(err.contains("run"), "{err}");
    }
    assert_eq!(fs::read_dir(&path).unwrap().count(), 1);
    let (code, ..) = run(&dir, &["run", "tiny.ron", "--out", "tiny.ron", "--force"]);
    assert_eq!(code, 2);
}

#[test]
fn force_replaces_a_run_and_nothing_else() {
    let dir = workshop();
    let path = dir.path().join("run");
    done(
        &dir,
        &["run", "tiny.ron", "--out", "run", "--export", "csv"],
    );
    fs::write(path.join("notes.txt"), "mine").unwrap();
    assert_eq!(run(&dir, &["run", "tiny.ron", "--out", "run"]).0, 2);
    done(
        &dir,
        &[
            "run",
            "run/scenario.ron",
            "--seed",
            "2",
            "--out",
            "run",
            "--force",
        ],
    );
    assert_eq!(read(path.join("notes.txt")), "mine");
    assert_eq!(json(&read(path.join("summary.json")))["seed"], 2);
    assert!(!path.join("metrics-wide.csv").exists());
}

#[test]
fn without_out_nothing_is_written() {
    let dir = workshop();
    done(&dir, &["run", "tiny.ron"]);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn a_run_that_fails_keeps_what_was_recorded() {
    let dir = workshop();
    let (code, out, err) = run(
        &dir,
        &[&["run", "tiny.ron", "--out", "run", "--json"], &DIVERGE[..]].concat(),
    );
    assert_eq!(code, 1);
    assert!(
        err.contains("step") && err.contains("Wake") && err.contains("loss"),
        "{err}"
    );
    assert_eq!(err.matches("error").count(), 1, "{err}");
    assert_eq!(json(&out)["status"], "failed");
    let path = dir.path().join("run");
    let summary = json(&read(path.join("summary.json")));
    assert_eq!(summary["status"], "failed");
    assert!(err.contains(summary["error"].as_str().unwrap()));
    assert!(read(path.join("metrics.csv")).lines().count() > 1);
    // The same failure comes again, from the last checkpoint on.
    assert_eq!(run(&dir, &["resume", "run"]).0, 1);
}

#[test]
fn runs_are_exported_while_run_and_later() {
    let dir = workshop();
    done(
        &dir,
        &["run", "tiny.ron", "--out", "run", "--export", "csv,Json"],
    );
    let path = dir.path().join("run");
    let wide = read(path.join("metrics-wide.csv"));
    assert!(
        wide.starts_with("time,episode,phase,loss,accuracy"),
        "{wide}"
    );
    let lines = read(path.join("metrics.jsonl"));
    assert_eq!(
        lines.lines().count(),
        read(path.join("metrics.csv")).lines().count() - 1
    );
    assert_eq!(json(lines.lines().next().unwrap())["metric"], "loss");
    done(
        &dir,
        &["export", "run", "--format", "csv", "--out", "wide.csv"],
    );
    assert_eq!(read(dir.path().join("wide.csv")), wide);
    assert_eq!(
        done(&dir, &["export", "run", "--format", "json", "--out", "-"]),
        lines
    );
}

#[cfg(unix)]
#[test]
fn names_that_are_not_unicode_are_names() {
    use std::os::unix::ffi::OsStrExt;
    let dir = workshop();
    let name = std::ffi::OsStr::from_bytes(b"run\xff");
    let (code, out, err) = {
        let output = crate::ammon(&dir)
            .args(["run", "tiny.ron", "--out"])
            .arg(name)
            .output()
            .unwrap();
        (output.status.code(), output.stdout, output.stderr)
    };
    assert_eq!(
        code,
        Some(0),
        "{:?}{:?}",
        String::from_utf8_lossy(&out),
        String::from_utf8_lossy(&err)
    );
    assert!(dir.path().join(name).join("summary.json").is_file());
}

/// Run folders written by earlier formats of checkpoints, one each: `tests/folders/format-N`.
#[test]
fn folders_of_earlier_formats_can_be_exported_and_are_refused_where_they_cannot_go_on() {
    let dir = workshop();
    let folders = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/folders");
    for entry in fs::read_dir(folders).unwrap() {
        let folder = entry.unwrap().path();
        let copy = dir.path().join("copy");
        drop(fs::remove_dir_all(&copy));
        fs::create_dir(&copy).unwrap();
        for file in fs::read_dir(&folder).unwrap() {
            let file = file.unwrap().path();
            fs::copy(&file, copy.join(file.file_name().unwrap())).unwrap();
        }
        done(&dir, &["export", "copy", "--format", "csv"]);
        assert!(read(copy.join("metrics-wide.csv")).contains("loss"));
        let before = read(copy.join("metrics.csv"));
        let (code, _, told) = run(&dir, &["resume", "copy", "--quiet"]);
        if code != 0 {
            assert!(
                told.contains("another version") && told.contains("scenario.ron"),
                "{told}"
            );
            assert_eq!(read(copy.join("metrics.csv")), before);
            // What the refusal says to do works.
            done(
                &dir,
                &[
                    "run",
                    "copy/scenario.ron",
                    "--out",
                    "anew",
                    "--force",
                    "--quiet",
                ],
            );
        }
    }
}
