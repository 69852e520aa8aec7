//! Where words go: results to standard output, everything else to standard error.

use std::fs::File;
use std::process::Stdio;

use crate::{DIVERGE, ammon, done, run, told, workshop};

#[test]
fn a_closed_pipe_ends_quietly() {
    let dir = workshop();
    for args in [
        &["list", "--json"][..],
        &["run", "tiny.ron"],
        &["--help"],
        &["completions", "bash"],
    ] {
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("ammon"));
        command
            .current_dir(dir.path())
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(0), "{args:?}");
        assert!(
            ended.stderr.is_empty(),
            "{args:?}: {}",
            String::from_utf8_lossy(&ended.stderr)
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let dir = workshop();
    done(&dir, &["run", "tiny.ron", "--out", "run"]);
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("ammon"));
    let full = File::options().write(true).open("/dev/full").unwrap();
    let ended = command.arg("list").stdout(full).output().unwrap();
    assert_eq!(ended.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&ended.stderr).contains("standard output"));
    let (code, _, err) = run(
        &dir,
        &["export", "run", "--format", "csv", "--out", "/dev/full"],
    );
    assert_eq!(code, 1);
    assert!(err.contains("/dev/full"), "{err}");
}

#[test]
fn colour_follows_the_flag_and_no_color() {
    let dir = workshop();
    let escape = '\u{1b}';
    let wrong = ["run", "tiny.ron", "--set", "cortex.cell.unots=9"];
    let coloured = |args: &[&str], no_color: bool| {
        let mut command = ammon(&dir);
        if no_color {
            command.env("NO_COLOR", "1");
        }
        told(command.args(wrong).args(args)).2.contains(escape)
    };
    assert!(!coloured(&[], false), "a pipe is no terminal");
    assert!(coloured(&["--color", "always"], false));
    assert!(!coloured(&["--color", "never"], false));
    assert!(!coloured(&[], true));
    assert!(
        told(ammon(&dir).args(["fly", "--color=always"]))
            .2
            .contains(escape)
    );
    assert!(!told(ammon(&dir).args(["fly"])).2.contains(escape));
}

#[test]
fn progress_is_silent_where_there_is_no_terminal() {
    let dir = workshop();
    let (_, out, err) = run(&dir, &["run", "tiny.ron"]);
    assert!(err.is_empty(), "{err}");
    for words in [
        "completed, seed 1, 920 steps",
        "probe.accuracy",
        "chance",
        "flops/step",
        "ReplayBptt",
    ] {
        assert!(out.contains(words), "{words}: {out}");
    }
    assert!(!out.contains('\u{1b}'));
}

#[test]
fn a_failure_is_told_once_and_only_on_standard_error() {
    let dir = workshop();
    let (code, out, err) = run(&dir, &[&["run", "tiny.ron"], &DIVERGE[..]].concat());
    assert_eq!(code, 1);
    assert!(out.is_empty(), "{out}");
    assert_eq!(err.lines().count(), 1, "{err}");
}
