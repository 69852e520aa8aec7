//! Runs as one page.

use std::fs;

use super::{done, read, run, workshop};

#[test]
fn a_page_holds_all_that_it_needs_and_nothing_of_a_text_becomes_markup() {
    let dir = workshop();
    let title = "title=\"<script>alert(1)</script> & more\"";
    let short = "protocol=[Repeat(times: 3, phases: [Wake(episodes: 4), Sleep(ripples: 4)]), Probe(episodes: 4)]";
    let args = ["run", "tiny.ron", "--quiet", "--set", short, "--set", title];
    done(&dir, &[&args[..], &["--out", "a"]].concat());
    let other = ["--out", "b", "--set", "task.delay=6"];
    done(&dir, &[&args[..], &other].concat());
    done(
        &dir,
        &[
            "report",
            "a",
            "b",
            "--out",
            "page.html",
            "--ripples",
            "2,5",
            "--quiet",
        ],
    );
    let page = read(dir.path().join("page.html"));
    assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"));
    assert!(!page.contains("<script>alert") && page.contains("&lt;script&gt;alert(1)"));
    // Nothing is fetched: the only addresses are names of formats and places within the page.
    for (at, _) in page.match_indices("http") {
        let told = &page[at..page.len().min(at + 40)];
        assert!(told.starts_with("http://www.w3.org/"), "{told}");
    }
    assert!(!page.contains(" src=") && !page.contains("@import") && !page.contains("<link"));
    for part in [
        "2 runs compared",
        "<td>task.delay</td><td class=\"number\">4</td><td class=\"number\">6</td>",
        "a, ripple 2, episode",
        "b, ripple 5, episode",
        "What each rule keeps and costs",
        "ammon run scenario.ron --seed 1 --out run",
        "a: solid, b: dashed",
    ] {
        assert!(page.contains(part), "{part}");
    }
    // The same again is the same page.
    let again = [
        "report",
        "a",
        "b",
        "--out",
        "-",
        "--ripples",
        "2,5",
        "--quiet",
    ];
    assert!(done(&dir, &again) == page);
}

#[test]
fn stores_that_were_measured_and_runs_without_ripples_have_pages_too() {
    let dir = workshop();
    let measuring = r#"Scenario(
        title: "Stores",
        hippocampus: (store: Ca3(units: 100, sparsity: 0.1)),
        protocol: [MeasureStore(patterns: [5, 10], trials: 2)],
    )"#;
    fs::write(dir.path().join("stores.ron"), measuring).unwrap();
    done(&dir, &["run", "stores.ron", "--out", "run", "--quiet"]);
    done(&dir, &["report", "run", "--out", "page.html", "--quiet"]);
    let page = read(dir.path().join("page.html"));
    assert!(page.contains("<h2>Stores</h2>") && page.contains(" measurements</summary>"));
    assert!(!page.contains("<h2>Ripples</h2>"));
}

#[test]
fn what_was_edited_in_the_folder_since_is_not_what_was_run() {
    let dir = workshop();
    let rate = "cortex.optimizer.rate=0.0125";
    let args = ["run", "tiny.ron", "--quiet", "--set", rate];
    let stopped = ["--out", "run", "--stop-at", "9"];
    let (code, _, _) = run(&dir, &[&args[..], &stopped].concat());
    assert_eq!(code, 0);
    let file = dir.path().join("run/scenario.ron");
    let text = read(&file);
    assert!(text.contains("0.0125"));
    fs::write(&file, text.replace("0.0125", "0.0625")).unwrap();
    done(&dir, &["report", "run", "--out", "page.html", "--quiet"]);
    let page = read(dir.path().join("page.html"));
    let (_, repeated) = page.split_once("Save this as scenario.ron").unwrap();
    let (repeated, _) = repeated.split_once("</details>").unwrap();
    assert!(repeated.contains("0.0125") && !repeated.contains("0.0625"));
}

#[test]
fn what_cannot_be_reported_is_told() {
    let dir = workshop();
    done(&dir, &["run", "tiny.ron", "--out", "run", "--quiet"]);
    fs::write(dir.path().join("mine.html"), "mine").unwrap();
    for (args, word) in [
        (
            &["report", "nowhere", "--out", "page.html"][..],
            "is not a run folder",
        ),
        (&["report", "run", "--out", "mine.html"], "is there already"),
        (
            &["report", "run", "--out", "page.html", "--ripples", "9999"],
            "the last one is",
        ),
        (&["report", "--out", "page.html"], "required"),
    ] {
        let (code, _, told) = run(&dir, args);
        assert!(code == 2 && told.contains(word), "{told}");
    }
    assert_eq!(read(dir.path().join("mine.html")), "mine");
    // A run whose tables were changed is no run.
    let table = dir.path().join("run/replay.csv");
    let text = read(&table);
    fs::write(&table, text.replacen(",Reverse,", ",Forward,", 1)).unwrap();
    let (code, _, told) = run(&dir, &["report", "run", "--out", "page.html", "--quiet"]);
    assert!(code == 1 && told.contains("has been changed"), "{told}");
    assert!(!dir.path().join("page.html").exists());
}
