//! What is never lost: one writer a folder, files of one moment, edits, modes, names.

use std::fs;
use std::process::{Command, Stdio};

use crate::{DIVERGE, assert_same_results, done, endless, json, read, run, stopped, workshop};

#[test]
fn a_folder_has_one_writer_and_the_second_is_told_who_it_is() {
    let dir = workshop();
    let mut first = endless(&dir, &["--out", "run", "--quiet"], "run/checkpoint.bin");
    assert_eq!(
        json(&read(dir.path().join("run/summary.json")))["status"],
        "running"
    );
    let who = format!("process {}", first.id());
    for args in [
        &["resume", "run"][..],
        &["set", "run", "cortex.optimizer.rate=0.1"],
        &["run", "tiny.ron", "--out", "run", "--force"],
        &["gradients", "tiny.ron", "--out", "run", "--force"],
        &["export", "run", "--format", "csv"],
    ] {
        let (code, _, err) = run(&dir, args);
        assert_eq!(code, 2, "{args:?}: {err}");
        assert!(
            err.contains(&who) && err.contains("ammon run tiny.ron"),
            "{args:?}: {err}"
        );
    }
    // To read is free.
    done(&dir, &["export", "run", "--format", "csv", "--out", "-"]);
    done(&dir, &["set", "run"]);
    first.kill().unwrap();
    first.wait().unwrap();
    let bytes = fs::read(dir.path().join("run/metrics.csv")).unwrap();
    assert!(!bytes.contains(&0));
    // The lock of a process that was killed holds nobody back.
    done(&dir, &["resume", "run", "--stop-at", "300"]);
    assert!(!dir.path().join("run/.lock").exists());
}

#[test]
fn a_start_that_was_killed_can_be_replaced_and_says_that_it_never_began() {
    let dir = workshop();
    let path = dir.path().join("run");
    fs::create_dir_all(path.join(".ammon-new")).unwrap();
    fs::write(path.join(".ammon-new/metrics.csv"), "time,epi").unwrap();
    fs::write(path.join(".lock"), "process 1: gone\n").unwrap();
    fs::write(path.join("summary.json"), "{\"status\": \"running\"}").unwrap();
    let (code, _, err) = run(&dir, &["resume", "run"]);
    assert!(code == 2 && err.contains("never began"), "{err}");
    done(&dir, &["run", "tiny.ron", "--out", "run", "--force"]);
    done(&dir, &["run", "tiny.ron", "--out", "plain"]);
    assert_same_results(&path, &dir.path().join("plain"));
    let mut names: Vec<_> = fs::read_dir(&path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert!(
        names
            .iter()
            .all(|name| !name.to_string_lossy().starts_with('.')),
        "{names:?}"
    );
}

#[test]
fn what_is_half_swapped_when_its_writer_is_killed_is_the_new_run_for_who_comes_next() {
    let dir = workshop();
    for out in ["old", "new"] {
        let seed = if out == "old" { "1" } else { "2" };
        done(
            &dir,
            &[
                "run",
                "tiny.ron",
                "--seed",
                seed,
                "--out",
                out,
                "--stop-at",
                "500",
            ],
        );
    }
    let (old, new) = (dir.path().join("old"), dir.path().join("new"));
    fs::create_dir(old.join(".ammon-swap")).unwrap();
    for file in fs::read_dir(&new).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), old.join(".ammon-swap").join(file.file_name())).unwrap();
    }
    fs::remove_file(old.join("summary.json")).unwrap();
    done(&dir, &["resume", "old"]);
    done(&dir, &["resume", "new"]);
    assert_same_results(&old, &new);
    assert!(!old.join(".ammon-swap").exists());
}

#[test]
fn an_edited_scenario_is_taken_over_where_a_run_can_follow_it() {
    let dir = workshop();
    let begin = |folder: &str| {
        stopped(&dir, folder, 500);
    };
    begin("set");
    done(&dir, &["set", "set", "cortex.optimizer.rate=0.0"]);
    done(&dir, &["resume", "set"]);
    begin("edited");
    let path = dir.path().join("edited/scenario.ron");
    let edited = read(&path).replace("rate: 0.003", "rate: 0.0 /* slower */");
    assert_ne!(edited, read(&path));
    fs::write(&path, &edited).unwrap();
    let (code, _, err) = run(&dir, &["resume", "edited"]);
    assert_eq!(code, 0, "{err}");
    let words = "taken over from scenario.ron: set cortex.optimizer.rate to 0.0";
    assert!(err.contains(words), "{err}");
    // What the user wrote stays, comment and all.
    assert_eq!(read(&path), edited);
    let of = |folder: &str, file: &str| read(dir.path().join(folder).join(file));
    for file in ["metrics.csv", "journal.csv", "replay.csv", "log.csv"] {
        assert_eq!(of("set", file), of("edited", file), "{file}");
    }
    // It is taken over once: a later `set` is not undone by it.
    assert!(
        run(&dir, &["resume", "edited"])
            .2
            .contains("already completed")
    );
}

#[test]
fn a_longer_protocol_goes_on_also_where_the_run_was_over() {
    let dir = workshop();
    done(&dir, &["run", "tiny.ron", "--out", "run"]);
    let path = dir.path().join("run/scenario.ron");
    let steps = || json(&read(dir.path().join("run/summary.json")))["steps"].as_u64();
    let before = steps();
    let text = read(&path);
    let end = text.rfind(']').unwrap();
    let longer = format!(
        "{}    Probe(episodes: 8),\n    {}",
        &text[..end],
        &text[end..]
    );
    fs::write(&path, longer).unwrap();
    let (code, _, err) = run(&dir, &["resume", "run"]);
    assert!(
        code == 0 && err.contains("add Probe(episodes: 8) to the protocol"),
        "{err}"
    );
    assert!(steps() > before);
    assert!(read(dir.path().join("run/journal.csv")).contains("Probe(episodes: 8)"));
}

#[test]
fn an_edit_that_a_run_cannot_follow_is_refused_with_the_difference_and_nothing_changes() {
    let dir = workshop();
    stopped(&dir, "run", 500);
    let path = dir.path().join("run/scenario.ron");
    let (text, metrics) = (read(&path), read(dir.path().join("run/metrics.csv")));
    for (from, to, words) in [
        (
            "units: 8",
            "units: 16",
            "cortex.cell.units: 16, in the run 8",
        ),
        ("seed: 1", "seed: 2", "seed: 2, in the run 1"),
        (
            "Tanh(units: 8, leak: 1.0, ",
            "Gru(units: 8, ",
            "cortex.cell: Gru(",
        ),
        ("Rest(", "Probe(", "protocol"),
        ("units: 8", "unitz: 8", "did you mean `units`"),
    ] {
        let edited = text.replace(from, to);
        if edited == text {
            continue;
        }
        fs::write(&path, &edited).unwrap();
        let (code, _, err) = run(&dir, &["resume", "run"]);
        assert!(code == 2 && err.contains(words), "{from} -> {to}: {err}");
        assert_eq!(read(&path), edited);
        assert_eq!(read(dir.path().join("run/metrics.csv")), metrics);
    }
    fs::write(&path, text).unwrap();
    done(&dir, &["resume", "run"]);
    done(&dir, &["run", "tiny.ron", "--out", "whole"]);
    assert_same_results(&dir.path().join("run"), &dir.path().join("whole"));
}

#[test]
fn a_changed_digit_in_a_table_is_noticed() {
    let dir = workshop();
    stopped(&dir, "run", 500);
    let metrics = dir.path().join("run/metrics.csv");
    let text = read(&metrics);
    let at = text.rfind("loss,").unwrap() + "loss,0.".len();
    let digit = if &text[at..=at] == "5" { "6" } else { "5" };
    fs::write(
        &metrics,
        format!("{}{digit}{}", &text[..at], &text[at + 1..]),
    )
    .unwrap();
    let (code, _, err) = run(&dir, &["resume", "run"]);
    assert!(code == 1, "{err}");
    assert!(
        err.contains("metrics.csv") && err.contains("changed"),
        "{err}"
    );
    fs::write(&metrics, text).unwrap();
    done(&dir, &["resume", "run"]);
}

#[cfg(unix)]
#[test]
fn files_follow_the_umask_and_keep_their_modes() {
    use std::os::unix::fs::PermissionsExt;
    let dir = workshop();
    let program = assert_cmd::cargo::cargo_bin!("ammon").display().to_string();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for (umask, expected) in [("002", 0o664), ("077", 0o600)] {
        let command = format!(
            "umask {umask}; '{program}' run tiny.ron --out r{umask} --stop-at 100 --export csv --quiet"
        );
        let status = std::process::Command::new("sh")
            .args(["-c", &command])
            .current_dir(dir.path())
            .stdout(Stdio::null())
            .status();
        assert!(status.unwrap().success());
        let folder = dir.path().join(format!("r{umask}"));
        for file in fs::read_dir(&folder).unwrap() {
            let path = file.unwrap().path();
            assert_eq!(mode(&path), expected, "{}", path.display());
        }
    }
    let weights = dir.path().join("r002/weights.safetensors");
    fs::set_permissions(&weights, fs::Permissions::from_mode(0o640)).unwrap();
    done(&dir, &["resume", "r002"]);
    assert_eq!(mode(&weights), 0o640);
}

#[test]
fn what_was_made_of_a_part_of_a_run_does_not_stay_beside_the_whole() {
    let dir = workshop();
    done(
        &dir,
        &[
            "run",
            "tiny.ron",
            "--out",
            "run",
            "--stop-at",
            "300",
            "--export",
            "csv",
        ],
    );
    let wide = dir.path().join("run/metrics-wide.csv");
    let part = read(&wide);
    done(&dir, &["resume", "run", "--stop-at", "500"]);
    assert!(!wide.exists());
    done(&dir, &["resume", "run", "--export", "csv"]);
    assert!(read(&wide).len() > part.len());
    // A run that is over is left as it is.
    run(&dir, &["resume", "run"]);
    assert!(wide.exists());
}

#[test]
fn the_command_that_is_offered_can_be_pasted() {
    let dir = workshop();
    let out = "it's my run";
    let (_, _, err) = run(&dir, &["run", "tiny.ron", "--out", out, "--stop-at", "100"]);
    assert!(err.contains(r"`ammon resume 'it'\''s my run'`"), "{err}");
}

#[test]
fn a_run_that_failed_is_kept_up_to_the_moment_before() {
    let dir = workshop();
    let args = [&["run", "tiny.ron", "--out", "run"], &DIVERGE[..]].concat();
    assert_eq!(run(&dir, &args).0, 1);
    let of = |file: &str| fs::read(dir.path().join("run").join(file)).unwrap();
    let steps = || json(&read(dir.path().join("run/summary.json")))["steps"].as_u64();
    let (failed, metrics, weights) = (
        steps().unwrap(),
        of("metrics.csv"),
        of("weights.safetensors"),
    );
    // The checkpoint is of the step before: one step more, and it fails again, to the same rows.
    assert_eq!(run(&dir, &["resume", "run"]).0, 1);
    assert_eq!(steps(), Some(failed));
    assert!(of("metrics.csv") == metrics && of("weights.safetensors") == weights);
    let before = (failed - 1).to_string();
    done(
        &dir,
        &[&args[..3], &["before", "--stop-at", &before], &DIVERGE[..]].concat(),
    );
    let good = fs::read(dir.path().join("before/weights.safetensors")).unwrap();
    assert!(good == weights);
}

#[test]
fn an_edit_that_makes_the_run_fail_at_once_is_kept_with_it() {
    let dir = workshop();
    let mut diverge = DIVERGE;
    diverge[3] = "cortex.optimizer=Sgd(rate: 0.001)";
    let args = ["run", "tiny.ron", "--out", "run", "--stop-at", "500"];
    done(&dir, &[&args[..], &diverge].concat());
    let path = dir.path().join("run");
    let scenario = path.join("scenario.ron");
    let edited = read(&scenario).replace("rate: 0.001", "rate: 1000");
    assert_ne!(edited, read(&scenario));
    fs::write(&scenario, &edited).unwrap();
    let (code, _, err) = run(&dir, &["resume", "run"]);
    assert!(code == 1 && err.contains("taken over"), "{err}");
    assert_eq!(read(&scenario), edited);
    // It goes on with the edit, which is not made a second time.
    let journal = read(path.join("journal.csv"));
    assert!(journal.contains("cortex.optimizer.rate"), "{journal}");
    let (code, _, err) = run(&dir, &["resume", "run"]);
    assert!(code == 1 && !err.contains("taken over"), "{err}");
    assert_eq!(read(path.join("journal.csv")), journal);
}

#[test]
fn a_forged_checkpoint_with_a_right_checksum_is_refused_and_never_a_panic() {
    let dir = workshop();
    stopped(&dir, "run", 500);
    let path = dir.path().join("run/checkpoint.bin");
    let good = fs::read(&path).unwrap();
    let head = 8 + 4 + 24 + 8 + 8;
    let mut refused = 0;
    for i in 0..60 {
        let mut forged = good.clone();
        // The beginning is the scenario; lengths and counters stand everywhere.
        let at = head + i * i * (good.len() - head) / 3600;
        forged[at] = forged[at].wrapping_add(1 + (i * 37 % 255) as u8);
        let checksum = u64::from(crc32fast::hash(&forged[head..]));
        forged[head - 8..head].copy_from_slice(&checksum.to_le_bytes());
        fs::write(&path, &forged).unwrap();
        let (code, _, err) = run(&dir, &["set", "run"]);
        assert!(!err.contains("panicked"), "byte {at}: {err}");
        assert!((0..=2).contains(&code), "byte {at}: {code}");
        if code != 0 {
            assert!(err.contains("run"), "{err}");
            refused += 1;
            continue;
        }
        // What shows only later fails the run in words.
        let copy = format!("copy-{i}");
        let mut copied = Command::new("cp");
        copied.args(["-r", "run", &copy]);
        assert!(copied.current_dir(dir.path()).status().unwrap().success());
        let (code, _, err) = run(&dir, &["resume", &copy, "--stop-at", "3000"]);
        assert!(!err.contains("panicked"), "byte {at}: {err}");
        assert!((0..=2).contains(&code), "byte {at}: {code}");
        fs::remove_dir_all(dir.path().join(&copy)).unwrap();
    }
    assert!(refused > 5, "{refused}");
    fs::write(&path, good).unwrap();
    done(&dir, &["resume", "run"]);
}
