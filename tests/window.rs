//! One real window under Xvfb, driven by xdotool: what it saves is what a headless run writes.
#![cfg(all(feature = "gui", target_os = "linux"))]

use std::path::Path;
use std::process::Command;

#[test]
#[ignore = "needs Xvfb, xdotool and a software renderer: scripts/test installs them and runs this"]
fn a_run_saved_from_the_window_is_that_of_the_command_line() {
    let ammon = env!("CARGO_BIN_EXE_ammon");
    let dir = tempfile::tempdir().unwrap();
    let scenario = dir.path().join("short.ron");
    let flagship = ammon::scenario::bundled()[0];
    let sets = [
        "hippocampus.store.units=400",
        "protocol=[Repeat(times: 30, phases: [Wake(episodes: 8), Sleep(ripples: 8)]), Probe(episodes: 32)]",
    ]
    .map(String::from);
    let short = ammon::engine::load(flagship.document(), &sets, None).unwrap();
    std::fs::write(&scenario, ammon::engine::resolved(&short).unwrap()).unwrap();
    let run = |command: &mut Command| {
        let output = command.output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    let (headless, window) = (dir.path().join("headless"), dir.path().join("window"));
    run(Command::new(ammon)
        .args(["run", "--quiet", "--out"])
        .arg(&headless)
        .arg(&scenario));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/window-test");
    run(Command::new("bash")
        .arg(script)
        .arg(ammon)
        .arg(&scenario)
        .arg(&window));
    for name in ["metrics.csv", "replay.csv", "weights.safetensors"] {
        let read = |folder: &Path| std::fs::read(folder.join(name)).unwrap();
        assert!(read(&headless) == read(&window), "{name} differs");
    }
}
