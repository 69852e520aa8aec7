//! One real window under Xvfb, driven by xdotool: what it saves is what a headless run writes.
#![cfg(all(feature = "gui", target_os = "linux"))]

use std::path::{Path, PathBuf};
use std::process::Command;

/// Ends with success, or the test fails with what it said.
fn run(command: &mut Command) {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

fn script(name: &str) -> Command {
    let mut bash = Command::new("bash");
    bash.arg(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("scripts")
            .join(name),
    );
    bash.arg(env!("CARGO_BIN_EXE_ammon"));
    bash
}

/// A file with a short run.
fn short(dir: &tempfile::TempDir) -> PathBuf {
    let scenario = dir.path().join("short.ron");
    let flagship = ammon::scenario::bundled()[0];
    let sets = [
        "hippocampus.store.units=400",
        "protocol=[Repeat(times: 30, phases: [Wake(episodes: 8), Sleep(ripples: 8)]), Probe(episodes: 32)]",
    ]
    .map(String::from);
    let short = ammon::engine::load(flagship.document(), &sets, None).unwrap();
    std::fs::write(&scenario, ammon::engine::resolved(&short).unwrap()).unwrap();
    scenario
}

#[test]
#[ignore = "needs Xvfb, xdotool and a software renderer: scripts/test installs them and runs this"]
fn a_run_saved_from_the_window_is_that_of_the_command_line() {
    let ammon = env!("CARGO_BIN_EXE_ammon");
    let dir = tempfile::tempdir().unwrap();
    let scenario = short(&dir);
    let (headless, window) = (dir.path().join("headless"), dir.path().join("window"));
    run(Command::new(ammon)
        .args(["run", "--quiet", "--out"])
        .arg(&headless)
        .arg(&scenario));
    run(script("window-test").arg(&scenario).arg(&window));
    for name in ["metrics.csv", "replay.csv", "weights.safetensors"] {
        let read = |folder: &Path| std::fs::read(folder.join(name)).unwrap();
        assert!(read(&headless) == read(&window), "{name} differs");
    }
}

/// The number of pixels that differ between two pictures.
fn apart(a: &Path, b: &Path) -> usize {
    let mut compare = Command::new("compare");
    let output = compare
        .args(["-metric", "AE"])
        .args([a, b])
        .arg("null:")
        .output();
    let told = String::from_utf8(output.unwrap().stderr).unwrap();
    let pixels = told.split_whitespace().next();
    let pixels = pixels.and_then(|pixels| pixels.parse::<f64>().ok());
    pixels.unwrap_or_else(|| panic!("{told}")) as usize
}

#[test]
#[ignore = "needs Xvfb, xdotool, ImageMagick and a software renderer: scripts/test installs them and runs this"]
fn a_lesion_in_the_past_makes_a_branch_that_is_compared_and_saved() {
    let dir = tempfile::tempdir().unwrap();
    let scenario = short(&dir);
    let out = dir.path().join("out");
    run(script("window-instrument").arg(&scenario).arg(&out));
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    // What was lived before the lesion is the same, what came after it is not; the first run has no lesion.
    let journal = read("second/journal.csv");
    let row = journal.lines().nth(1).unwrap_or_default();
    let (step, command) = row.split_once(',').unwrap_or_else(|| panic!("{journal}"));
    let percent = command
        .strip_prefix("lesion CA3 (")
        .and_then(|c| c.strip_suffix(" %)"));
    let percent: u32 = percent
        .and_then(|p| p.parse().ok())
        .unwrap_or_else(|| panic!("{journal}"));
    assert!((20..80).contains(&percent), "{journal}");
    let step: u64 = step.parse().unwrap();
    assert!(!out.join("first/journal.csv").exists());
    let (first, second) = (read("first/metrics.csv"), read("second/metrics.csv"));
    let time = |line: &str| line.split(',').next().unwrap().parse::<u64>().unwrap_or(0);
    let before = |text: &str| {
        let until = text.lines().take_while(|line| time(line) + 200 < step);
        until.map(String::from).collect::<Vec<_>>()
    };
    assert!(before(&first).len() > 10);
    assert_eq!(before(&first), before(&second));
    assert_ne!(first, second);
    // The other run's curves are there, and what differs.
    let differ = apart(&out.join("alone.png"), &out.join("compared.png"));
    assert!(differ > 300, "{differ} pixels differ");
}

/// Boxes in place of letters would all look the same.
#[test]
#[ignore = "needs Xvfb, xdotool, ImageMagick and a font with the letters: scripts/test installs them and runs this"]
fn titles_in_other_scripts_are_drawn_as_they_are() {
    let dir = tempfile::tempdir().unwrap();
    let picture = |name: &str, title: &str| {
        let scenario = dir.path().join("titled.ron");
        let titled = format!("title=\"{title}\"");
        let flagship = ammon::scenario::bundled()[0].document();
        let loaded = ammon::engine::load(flagship, &[titled], None).unwrap();
        std::fs::write(&scenario, ammon::engine::resolved(&loaded).unwrap()).unwrap();
        let path = dir.path().join(name);
        run(script("window-picture").arg(&scenario).arg(&path));
        path
    };
    let first = picture("first.png", "海馬体回路");
    let same = picture("same.png", "海馬体回路");
    let other = picture("other.png", "皮質之学習");
    assert_eq!(apart(&first, &same), 0);
    let differ = apart(&first, &other);
    assert!(differ > 100, "{differ} pixels differ");
}
