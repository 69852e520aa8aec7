//! Changing parameters of a stopped run.

use crate::{done, read, run, stopped, workshop};

#[test]
fn a_stopped_run_goes_on_with_another_value_and_says_so() {
    let dir = workshop();
    let begin = |folder: &str| {
        stopped(&dir, folder, 500);
    };
    begin("plain");
    done(&dir, &["resume", "plain"]);
    begin("set");
    let told = done(
        &dir,
        &[
            "set",
            "set",
            "cortex.optimizer.rate=0.0",
            "hippocampus.ripple.cue=Noise(0.1)",
        ],
    );
    assert!(
        told.contains("from step 500: set cortex.optimizer.rate to 0.0"),
        "{told}"
    );
    done(&dir, &["resume", "set"]);
    let of = |folder: &str, file: &str| read(dir.path().join(folder).join(file));
    assert_ne!(of("plain", "metrics.csv"), of("set", "metrics.csv"));
    assert!(of("set", "replay.csv").contains(",Noise,"));
    let journal = of("set", "journal.csv");
    assert_eq!(journal.lines().count(), 3, "{journal}");
    assert!(of("set", "log.csv").contains("cortex.optimizer.rate is 0.0 from here on"));
    // The scenario in the folder is the one that the run began with.
    assert_eq!(of("plain", "scenario.ron"), of("set", "scenario.ron"));
}

#[test]
fn what_cannot_be_set_is_refused_and_the_run_goes_on_as_if_nothing_had_been_asked() {
    let dir = workshop();
    done(&dir, &["run", "tiny.ron", "--out", "plain"]);
    stopped(&dir, "run", 500);
    for (what, word) in [
        ("cortex.cell.units=8", "new run"),
        ("cortex.optimizer.rat=1", "rate"),
        ("rate", "PATH=VALUE"),
        ("cortex.optimizer.rate=fast", "number"),
    ] {
        let (code, _, told) = run(&dir, &["set", "run", what]);
        assert_eq!(code, 2, "{told}");
        assert!(told.contains(word), "{told}");
    }
    done(&dir, &["resume", "run"]);
    let of = |folder: &str| read(dir.path().join(folder).join("metrics.csv"));
    assert_eq!(of("plain"), of("run"));
    let (code, _, told) = run(&dir, &["set", "run", "cortex.optimizer.rate=0.1"]);
    assert!(code == 2 && told.contains("over"), "{told}");
}

#[test]
fn without_a_value_it_lists_what_can_change_with_what_it_is_now() {
    let dir = workshop();
    stopped(&dir, "run", 500);
    done(&dir, &["set", "run", "cortex.optimizer.rate=0.125"]);
    // Rows after the checkpoint, as a killed run leaves them: a look takes nothing away.
    let metrics = dir.path().join("run/metrics.csv");
    let rows = read(&metrics) + "501,1,Wake,loss,0.5\n";
    std::fs::write(&metrics, &rows).unwrap();
    let told = done(&dir, &["set", "run"]);
    assert_eq!(read(&metrics), rows);
    let line = |path: &str| {
        let mut lines = told.lines();
        lines.find(|line| line.split_whitespace().next() == Some(path))
    };
    let rate = line("cortex.optimizer.rate").unwrap_or_default();
    let words: Vec<&str> = rate.split_whitespace().take(3).collect();
    assert_eq!(words, ["cortex.optimizer.rate", "0.125", "Step"], "{told}");
    assert!(line("hippocampus.ripple.cue").is_some(), "{told}");
    assert!(
        line("cortex.cell.units").is_none() && line("seed").is_none(),
        "{told}"
    );
}
