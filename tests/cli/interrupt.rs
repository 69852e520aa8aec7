//! Stopping and resuming.

use std::fs;
use std::process::{Child, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::{
    assert_same_results, done, endless, json, read, run, signal, stopped, wait_for, workshop,
};

#[test]
fn a_resumed_run_equals_one_that_was_never_stopped() {
    let dir = workshop();
    done(&dir, &["run", "tiny.ron", "--out", "whole"]);
    // In the middle of an episode, of a ripple, and between: 31 steps are a cycle or so.
    for stop in [1, 3, 500, 507, 520, 905] {
        let folder = format!("stopped-{stop}");
        let summary = json(&read(stopped(&dir, &folder, stop).join("summary.json")));
        assert_eq!(
            (summary["status"].as_str(), summary["steps"].as_u64()),
            (Some("stopped"), Some(stop))
        );
        done(&dir, &["resume", &folder]);
        assert_same_results(&dir.path().join("whole"), &dir.path().join(&folder));
        assert_eq!(
            json(&read(dir.path().join(&folder).join("summary.json")))["status"],
            "completed"
        );
    }
    let last =
        |folder: &str| json(&read(dir.path().join(folder).join("summary.json")))["final"].clone();
    assert_eq!(last("whole"), last("stopped-507"));
}

#[test]
fn a_run_can_be_stopped_several_times_and_rows_after_the_checkpoint_are_cut_off() {
    let dir = workshop();
    done(&dir, &["run", "tiny.ron", "--out", "whole"]);
    stopped(&dir, "run", 100);
    let metrics = dir.path().join("run/metrics.csv");
    fs::write(&metrics, read(&metrics) + "999,9,Wake,loss,9\n99").unwrap();
    done(
        &dir,
        &["resume", "run", "--stop-at", "400", "--threads", "1"],
    );
    done(&dir, &["resume", "run"]);
    assert_same_results(&dir.path().join("whole"), &dir.path().join("run"));
}

#[test]
fn wall_time_adds_up() {
    let dir = workshop();
    stopped(&dir, "run", 900);
    let seconds = || {
        json(&read(dir.path().join("run/summary.json")))["wall_seconds"]
            .as_f64()
            .unwrap()
    };
    let before = seconds();
    done(&dir, &["resume", "run"]);
    assert!(seconds() > before && before > 0.0);
}

#[test]
fn a_completed_run_says_so() {
    let dir = workshop();
    done(&dir, &["run", "tiny.ron", "--out", "run"]);
    let before = read(dir.path().join("run/summary.json"));
    let (code, _, err) = run(&dir, &["resume", "run"]);
    assert_eq!(code, 0);
    assert!(err.contains("already completed"), "{err}");
    assert_eq!(read(dir.path().join("run/summary.json")), before);
}

#[test]
fn a_damaged_checkpoint_is_an_error_that_names_it() {
    let dir = workshop();
    stopped(&dir, "run", 10);
    let path = dir.path().join("run/checkpoint.bin");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    for damaged in [
        &bytes[..],
        &bytes[..middle],
        b"not a checkpoint of anything, but long enough to be one",
        b"",
    ] {
        fs::write(&path, damaged).unwrap();
        let (code, _, err) = run(&dir, &["resume", "run"]);
        assert_eq!(code, 1);
        assert!(
            err.starts_with("error: ") && err.contains("checkpoint.bin"),
            "{err}"
        );
    }
}

#[test]
fn missing_rows_are_an_error() {
    let dir = workshop();
    stopped(&dir, "run", 500);
    fs::write(dir.path().join("run/replay.csv"), "ripple\n").unwrap();
    let (code, _, err) = run(&dir, &["resume", "run"]);
    assert_eq!(code, 1);
    assert!(err.contains("replay.csv"), "{err}");
}

/// A run that takes hours, some way into it.
fn at_work(dir: &TempDir) -> Child {
    let child = endless(dir, &["--out", "run", "--quiet"], "run/checkpoint.bin");
    std::thread::sleep(Duration::from_millis(200));
    child
}

/// Whether these tests themselves run under something like nohup, which what they start inherits.
#[cfg(unix)]
fn hangups_are_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|l| l.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}

#[cfg(unix)]
#[test]
fn signals_leave_a_folder_that_can_be_resumed() {
    for (which, expected) in [
        ("-INT", 130),
        ("-TERM", 143),
        ("-HUP", 129),
        ("-USR1", 138),
        ("-XCPU", 152),
    ] {
        if which == "-HUP" && hangups_are_ignored() {
            continue;
        }
        let dir = workshop();
        let child = at_work(&dir);
        signal(&child, which);
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(expected));
        let summary = json(&read(dir.path().join("run/summary.json")));
        let steps = summary["steps"].as_u64().unwrap();
        assert!(summary["status"] == "stopped" && steps > 0);
        let further = (steps + 100).to_string();
        done(&dir, &["resume", "run", "--stop-at", &further]);
        assert_eq!(
            json(&read(dir.path().join("run/summary.json")))["steps"],
            steps + 100
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn under_nohup_a_hangup_changes_nothing() {
    let dir = workshop();
    let program = assert_cmd::cargo::cargo_bin!("ammon").display().to_string();
    let command = format!(
        "trap '' HUP; exec '{program}' run tiny.ron --set protocol.0.times=10000000 --out run --quiet"
    );
    let mut child = std::process::Command::new("sh")
        .args(["-c", &command])
        .current_dir(dir.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    wait_for(&dir, "run/checkpoint.bin");
    signal(&child, "-HUP");
    std::thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none());
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn checkpoints_can_be_asked_for_more_often() {
    let dir = workshop();
    let args = [
        "run",
        "tiny.ron",
        "--checkpoint-every",
        "0.00001",
        "--out",
        "run",
    ];
    done(&dir, &args);
    done(&dir, &["run", "tiny.ron", "--out", "plain"]);
    assert_same_results(&dir.path().join("plain"), &dir.path().join("run"));
    let (code, _, err) = run(&dir, &["run", "tiny.ron", "--checkpoint-every", "soon"]);
    assert!(code == 2 && err.contains("minutes"), "{err}");
}

#[cfg(unix)]
#[test]
fn a_run_that_was_killed_goes_on_from_its_checkpoint() {
    let dir = workshop();
    let mut child = at_work(&dir);
    child.kill().unwrap();
    child.wait().unwrap();
    done(&dir, &["resume", "run", "--stop-at", "300"]);
    done(
        &dir,
        &[
            "run",
            "run/scenario.ron",
            "--out",
            "again",
            "--stop-at",
            "300",
        ],
    );
    assert_same_results(&dir.path().join("run"), &dir.path().join("again"));
}
