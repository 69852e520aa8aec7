//! The command line as its users see it: exit codes, files, formats.

mod commands;
mod durable;
mod export;
mod figure;
mod folder;
mod gradients;
mod interrupt;
mod measure;
mod output;
mod report;
mod rules;
mod seeds;
mod set;
mod sweep;

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use assert_cmd::Command;
use tempfile::TempDir;

/// A scenario that takes a moment: 920 steps of waking, sleep, a lesion and a probe.
const TINY: &str = r#"Scenario(
    title: "Tiny",
    task: Recall(symbols: 2, delay: 4, distractors: 2),
    cortex: (cell: Tanh(units: 8)),
    hippocampus: (
        store: Ca3(units: 200, sparsity: 0.05),
        capacity: Fixed(steps: 60, evict: Oldest),
        entorhinal: (units: 400),
    ),
    learning: (rule: ReplayBptt, shadows: [Bptt, Tbptt(horizon: 2)]),
    protocol: [
        Repeat(times: 30, phases: [Wake(episodes: 4), Sleep(ripples: 4)]),
        Lesion(target: CA3, fraction: 0.5),
        Sleep(ripples: 4),
        Restore(target: CA3),
        Probe(episodes: 16),
    ],
)
"#;

/// Changes that make a run fail: the loss becomes infinite.
const DIVERGE: [&str; 6] = [
    "--set",
    "cortex.cell=Linear",
    "--set",
    "cortex.optimizer=Sgd(rate: 1000)",
    "--set",
    "cortex.clip=None",
];

/// An empty folder with the tiny scenario in it.
fn workshop() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("tiny.ron"), TINY).unwrap();
    dir
}

/// The program, in this folder.
fn ammon(dir: &TempDir) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ammon"));
    command
        .current_dir(dir.path())
        .env_remove("NO_COLOR")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY");
    command
}

/// Runs the program; its exit code, standard output and standard error.
fn run(dir: &TempDir, args: &[&str]) -> (i32, String, String) {
    told(ammon(dir).args(args))
}

fn told(command: &mut Command) -> (i32, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// Runs the program, which must succeed; its standard output.
fn done(dir: &TempDir, args: &[&str]) -> String {
    let (code, out, err) = run(dir, args);
    assert_eq!(code, 0, "{args:?}: {err}");
    out
}

/// Stops the tiny scenario after so many steps; its folder.
fn stopped(dir: &TempDir, folder: &str, steps: u64) -> PathBuf {
    let steps = steps.to_string();
    let args = ["run", "tiny.ron", "--out", folder, "--stop-at", &steps];
    done(dir, &args);
    dir.path().join(folder)
}

/// Starts the tiny scenario so that it would take hours, with more arguments, and waits until this file is there.
fn endless(dir: &TempDir, more: &[&str], file: &str) -> Child {
    let child = std::process::Command::new(assert_cmd::cargo::cargo_bin!("ammon"))
        .current_dir(dir.path())
        .args(["run", "tiny.ron", "--set", "protocol.0.times=10000000"])
        .args(more)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for(dir, file);
    child
}

fn wait_for(dir: &TempDir, file: &str) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !dir.path().join(file).exists() {
        assert!(Instant::now() < deadline, "{file} does not come");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Sends a signal, as `-INT`.
#[cfg(unix)]
fn signal(child: &Child, which: &str) {
    let mut kill = std::process::Command::new("kill");
    let sent = kill.args([which, &child.id().to_string()]).status();
    assert!(sent.unwrap().success());
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(path.as_ref())
        .unwrap_or_else(|e| panic!("{}: {e}", path.as_ref().display()))
}

/// Asserts that two run folders hold the same results, byte for byte.
fn assert_same_results(a: &Path, b: &Path) {
    for name in [
        "scenario.ron",
        "metrics.csv",
        "replay.csv",
        "weights.safetensors",
    ] {
        let bytes = |folder: &Path| std::fs::read(folder.join(name)).unwrap();
        assert!(bytes(a) == bytes(b), "{name} differs");
    }
}
