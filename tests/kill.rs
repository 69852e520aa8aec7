//! A process that is killed at any moment leaves a folder to go on from, or one that says that it never began: `KILLS` moments
//! each of a run, of a sweep and of a save; a few here, a hundred in `scripts/kill-test`.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use ammon::engine::{Request, Worker, load};
use ammon::numeric::Rng;
use ammon::scenario::Text;

const SCENARIO: &str = "Scenario(
    task: Recall(symbols: 2, delay: 4, distractors: 2),
    cortex: (cell: Tanh(units: 8)),
    hippocampus: (store: Ca3(units: 200, sparsity: 0.05), capacity: Fixed(steps: 60), entorhinal: (units: 400)),
    learning: (rule: ReplayBptt, shadows: [Bptt]),
    protocol: [Repeat(times: 150, phases: [Wake(episodes: 4), Sleep(ripples: 4)]), Probe(episodes: 16)],
)
";
/// Milliseconds after which a process is killed, at most.
const LONGEST: f64 = 300.0;
/// Minutes between checkpoints: as often as can be.
const OFTEN: &str = "0.0001";

fn kills() -> u64 {
    let asked = std::env::var("KILLS").ok().and_then(|n| n.parse().ok());
    asked.unwrap_or(6)
}

fn ammon(dir: &Path) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ammon"));
    command.current_dir(dir).stdin(Stdio::null());
    command
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs a command that must do what it is told.
fn done(dir: &Path, args: &[&str]) {
    let output = ammon(dir).args(args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", told(&output));
}

/// Starts a process and kills it after a random while.
fn killed(mut command: Command, rng: &mut Rng) {
    let command = command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    std::thread::sleep(Duration::from_secs_f64(rng.uniform() * LONGEST / 1000.0));
    // It may be over already.
    drop(child.kill());
    child.wait().unwrap();
}

fn workshop() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("s.ron"), SCENARIO).unwrap();
    done(dir.path(), &["run", "s.ron", "--out", "whole", "--quiet"]);
    dir
}

fn assert_same(dir: &Path, whole: &str, other: &str) {
    for file in ["metrics.csv", "replay.csv", "weights.safetensors"] {
        let bytes = |folder: &str| std::fs::read(dir.join(folder).join(file)).unwrap();
        assert!(bytes(whole) == bytes(other), "{other}/{file} differs");
    }
    let leftovers = std::fs::read_dir(dir.join(other)).unwrap();
    for entry in leftovers {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(!name.starts_with('.'), "{other}/{name} is left over");
    }
}

/// Goes on with a folder; where it says that it never began, begins it.
fn gone_on(dir: &Path, folder: &str) {
    let output = ammon(dir)
        .args(["resume", folder, "--quiet"])
        .output()
        .unwrap();
    if output.status.success() {
        return;
    }
    let why = told(&output);
    let missing = !dir.join(folder).join("summary.json").exists();
    assert!(why.contains("never began") || missing, "{why}");
    done(
        dir,
        &["run", "s.ron", "--out", folder, "--force", "--quiet"],
    );
}

#[test]
fn a_run_that_is_killed_goes_on_to_the_same_bytes() {
    let dir = workshop();
    let mut rng = Rng::named(1, "kill a run");
    for i in 0..kills() {
        let folder = format!("run-{i}");
        let mut command = ammon(dir.path());
        command.args([
            "run",
            "s.ron",
            "--out",
            &folder,
            "--checkpoint-every",
            OFTEN,
        ]);
        killed(command, &mut rng);
        // And once more while it goes on.
        let mut command = ammon(dir.path());
        command.args(["resume", &folder, "--checkpoint-every", OFTEN]);
        killed(command, &mut rng);
        gone_on(dir.path(), &folder);
        assert_same(dir.path(), "whole", &folder);
        std::fs::remove_dir_all(dir.path().join(folder)).unwrap();
    }
}

#[test]
fn a_sweep_that_is_killed_goes_on_to_the_same_bytes() {
    let dir = workshop();
    for seed in ["2", "3"] {
        let folder = format!("whole-{seed}");
        done(
            dir.path(),
            &["run", "s.ron", "--seed", seed, "--out", &folder, "--quiet"],
        );
    }
    let mut rng = Rng::named(1, "kill a sweep");
    for i in 0..kills() {
        let folder = format!("sweep-{i}");
        let args = [
            "run", "s.ron", "--seeds", "2..3", "--quiet", "--out", &folder,
        ];
        let mut command = ammon(dir.path());
        command.args(args).args(["--checkpoint-every", OFTEN]);
        killed(command, &mut rng);
        if dir.path().join(&folder).join("sweep.json").exists() {
            done(dir.path(), &["resume", &folder, "--quiet"]);
        } else {
            done(dir.path(), &[&args[..], &["--force"]].concat());
        }
        for seed in ["2", "3"] {
            let own = format!("{folder}/seed-{seed}");
            assert_same(dir.path(), &format!("whole-{seed}"), &own);
        }
        std::fs::remove_dir_all(dir.path().join(folder)).unwrap();
    }
}

#[test]
fn a_save_that_is_killed_leaves_the_run_that_was_there_or_the_new_one() {
    let dir = workshop();
    let mut rng = Rng::named(1, "kill a save");
    for i in 0..kills() {
        let folder = format!("save-{i}");
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--ignored", "--exact", "saves_without_end"])
            .env("SAVE_TO", dir.path().join(&folder))
            .env("TMPDIR", dir.path());
        killed(command, &mut rng);
        gone_on(dir.path(), &folder);
        assert_same(dir.path(), "whole", &folder);
        std::fs::remove_dir_all(dir.path().join(folder)).unwrap();
    }
}

/// What is killed: a window's worker that saves its run again and again.
#[test]
#[ignore = "does not end by itself"]
fn saves_without_end() {
    let Some(path) = std::env::var_os("SAVE_TO") else {
        return;
    };
    let text = SCENARIO.into();
    let name = "s.ron".into();
    let scenario = load(Text { name, text }, &[], None).unwrap();
    let worker = Worker::start(&scenario, || {}).unwrap();
    loop {
        worker.send(Request::Step(20));
        let (done, answer) = sync_channel(1);
        worker.send(Request::Save {
            path: path.clone().into(),
            force: true,
            done,
        });
        answer.recv().unwrap().unwrap();
    }
}
