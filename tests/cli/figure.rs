//! `ammon figure`: a panel as SVG.

use std::fs;

use crate::{done, run, workshop};

fn texts(svg: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(svg).unwrap();
    let texts = document.descendants().filter(|n| n.has_tag_name("text"));
    texts.map(|n| n.text().unwrap().to_string()).collect()
}

#[test]
fn figures_hold_their_labels_and_numbers_as_text() {
    let dir = workshop();
    // Before the lesion every ripple is whole.
    let whole = "protocol=[Repeat(times: 3, phases: [Wake(episodes: 4), Sleep(ripples: 4)])]";
    done(&dir, &["run", "tiny.ron", "--set", whole, "--out", "r"]);
    let figure = |panel: &str, width: &str| {
        let file = format!("{panel}-{width}.svg");
        let args = [
            "figure", "r", "--panel", panel, "--width", width, "--out", &file,
        ];
        assert_eq!(done(&dir, &args).trim(), file);
        let svg = fs::read_to_string(dir.path().join(&file)).unwrap();
        assert!(svg.contains(&format!("width=\"{width}.00mm\"")));
        assert_eq!(
            done(
                &dir,
                &[
                    "figure", "r", "--panel", panel, "--width", width, "--out", "-"
                ]
            ),
            svg
        );
        texts(&svg)
    };
    for width in ["85", "180"] {
        let theatre = figure("theatre", width);
        for text in [
            "lived step",
            "re-instated",
            "δ, ReplayBptt",
            "δ, exact Bptt",
            "δ, Tbptt(2)",
            "|δ|, log",
        ] {
            assert!(theatre.iter().any(|t| t == text), "{text}: {theatre:?}");
        }
        assert!(
            theatre
                .iter()
                .any(|t| t.starts_with("δ 0.") || t.starts_with("δ 1."))
        );
        let ca3 = figure("ca3", width);
        for text in ["replayed step", "lived step", "CA3 unit", "cue", "support"] {
            assert!(ca3.iter().any(|t| t == text), "{text}: {ca3:?}");
        }
    }
    // Sweeps are kept in the checkpoint.
    let args = "figure r --panel ca3 --with sweeps --out -";
    let ca3 = done(&dir, &args.split(' ').collect::<Vec<_>>());
    assert!(texts(&ca3).iter().any(|t| t == "each sweep"));
    // The run folder is left as it is.
    assert!(!dir.path().join("r/theatre.svg").exists());
}

#[test]
fn gates_are_there_where_a_cell_has_some() {
    let dir = workshop();
    let theatre = |set: &str, folder: &str| {
        done(&dir, &["run", "tiny.ron", "--set", set, "--out", folder]);
        let args = [
            "figure", folder, "--panel", "theatre", "--with", "gates", "--out", "-",
        ];
        run(&dir, &args)
    };
    let rows = [
        ("Gru(units: 5)", vec!["reset gate r", "update gate u"]),
        ("Lstm(units: 5)", vec!["forget gate f", "output gate o"]),
        ("Reversible(units: 5)", vec!["output of A", "output of B"]),
    ];
    for (i, (cell, names)) in rows.into_iter().enumerate() {
        let (code, svg, said) = theatre(&format!("cortex.cell={cell}"), &i.to_string());
        assert_eq!(code, 0, "{said}");
        let texts = texts(&svg);
        for name in names {
            assert!(texts.iter().any(|t| t == name), "{name}: {texts:?}");
        }
    }
    let (code, _, said) = theatre("seed=2", "plain");
    assert!(code == 2 && said.contains("has no gates"), "{code} {said}");
    let args = "figure plain --panel learning --with sweeps --out f.svg";
    let (code, _, said) = run(&dir, &args.split(' ').collect::<Vec<_>>());
    assert!(code == 2 && said.contains("--panel ca3"), "{code} {said}");
}

#[test]
fn what_measurements_varied_is_the_axis_of_their_curves() {
    let dir = workshop();
    let lesions = "protocol=[MeasureLesions(label: \"a\", targets: [CA3], fractions: [0, 0.5, 0.9], episodes: 2), Wake(episodes: 2), Sleep(ripples: 2)]";
    done(&dir, &["run", "tiny.ron", "--set", lesions, "--out", "r"]);
    let figure = |more: &[&str]| {
        let args = ["figure", "r", "--panel", "measured", "--out", "-"];
        run(&dir, &[&args[..], more].concat())
    };
    let curves = [
        "lesion.a.CA3-after.completed",
        "lesion.a.CA3-before.completed",
    ];
    let (code, svg, said) = figure(&["--metric", curves[0], "--metric", curves[1]]);
    assert_eq!(code, 0, "{said}");
    let all = texts(&svg);
    for text in ["lesion completed", "fraction lesioned", "0.4"] {
        assert!(all.iter().any(|t| t == text), "{text}: {all:?}");
    }
    assert!(all.iter().any(|t| t.starts_with("after")), "{all:?}");
    let (_, table, _) = figure(&["--metric", curves[0], "--format", "csv"]);
    assert_eq!(table.lines().count(), 4, "{table}");
    let (code, _, said) = figure(&["--metric", "lesion.a.CA3-after.complete"]);
    assert!(code == 2 && said.contains(curves[0]), "{said}");
    let (code, _, said) = figure(&[]);
    assert!(code == 2 && said.contains("--metric NAME"), "{said}");
    assert!(
        said.contains("lesion.a.CA3-after.completed for example"),
        "{said}"
    );
}

#[test]
fn a_figure_that_cannot_be_made_is_refused_in_words() {
    let dir = workshop();
    done(&dir, &["run", "tiny.ron", "--out", "r"]);
    let refused = |args: &[&str]| {
        let (code, _, said) = run(&dir, args);
        assert_eq!(code, 2, "{args:?}: {said}");
        said
    };
    let said = refused(&["figure", "r", "--panel", "theater", "--out", "f.svg"]);
    assert!(
        said.contains("theatre") && said.contains("similar"),
        "{said}"
    );
    let said = refused(&["figure", "nothing", "--panel", "ca3", "--out", "f.svg"]);
    assert!(said.contains("nothing is not a run folder"), "{said}");
    fs::write(dir.path().join("mine.svg"), "mine").unwrap();
    let said = refused(&["figure", "r", "--panel", "ca3", "--out", "mine.svg"]);
    assert!(said.contains("--force"), "{said}");
    assert_eq!(
        fs::read_to_string(dir.path().join("mine.svg")).unwrap(),
        "mine"
    );
    let awake = [
        "run",
        "tiny.ron",
        "--set",
        "protocol=[Wake(episodes: 4)]",
        "--set",
        "learning=(rule: Bptt)",
        "--out",
        "w",
    ];
    done(&dir, &awake);
    let said = refused(&["figure", "w", "--panel", "theatre", "--out", "f.svg"]);
    assert!(said.contains("no ripple came"), "{said}");
    assert!(!dir.path().join("f.svg").exists());
}

#[test]
fn every_panel_of_a_run_becomes_a_figure_a_picture_and_a_table() {
    let dir = workshop();
    done(&dir, &["run", "tiny.ron", "--out", "r"]);
    for (panel, words) in [
        ("circuit", vec!["CA3", "Cortex", "perforant path"]),
        ("cortex", vec!["cortical unit", "step"]),
        ("learning", vec!["accuracy", "loss", "episodes", "chance"]),
        (
            "alignment",
            vec!["cosine with exact BPTT, first quarter of the steps"],
        ),
        ("ledger", vec!["floats kept", "ReplayBptt"]),
    ] {
        let svg = done(&dir, &["figure", "r", "--panel", panel, "--out", "-"]);
        let told = texts(&svg);
        for word in words {
            assert!(told.iter().any(|t| t == word), "{panel}, {word}: {told:?}");
        }
        let file = format!("{panel}.csv");
        done(&dir, &["figure", "r", "--panel", panel, "--out", &file]);
        let table = fs::read_to_string(dir.path().join(&file)).unwrap();
        assert!(
            table.lines().count() > 1 && table.contains(','),
            "{panel}: {table}"
        );
        let file = format!("{panel}.png");
        done(
            &dir,
            &["figure", "r", "--panel", panel, "--out", &file, "--dark"],
        );
        let picture = fs::read(dir.path().join(&file)).unwrap();
        assert_eq!(picture[1..4], *b"PNG");
        // 85 mm at 300 dots an inch: the width stands in the header.
        assert_eq!(
            u32::from_be_bytes(picture[16..20].try_into().unwrap()),
            1004
        );
    }
}

#[test]
fn quantities_are_drawn_over_time_and_along_each_other() {
    let dir = workshop();
    // Without a lesion time is counted in updates.
    let whole = "protocol=[Repeat(times: 3, phases: [Wake(episodes: 4), Sleep(ripples: 4)])]";
    done(&dir, &["run", "tiny.ron", "--set", whole, "--out", "r"]);
    let figure = |more: &[&str]| {
        let args = ["figure", "r", "--panel", "metrics", "--out", "-"];
        done(&dir, &[&args[..], more].concat())
    };
    let told = texts(&figure(&["--metric", "loss", "--metric", "accuracy"]));
    assert!(told.iter().any(|t| t.starts_with("loss ")) && told.contains(&"updates".into()));
    let told = texts(&figure(&["--metric", "loss", "--along", "store.load"]));
    assert!(told.contains(&"store.load (steps)".into()), "{told:?}");
    let refused = |more: &[&str], said: &str| {
        let args = ["figure", "r", "--panel", "metrics", "--out", "x.svg"];
        let (code, _, err) = run(&dir, &[&args[..], more].concat());
        assert!(code == 2 && err.contains(said), "{err}");
    };
    refused(&[], "--metric NAME");
    refused(&["--metric", "los"], "did you mean loss?");
    let (code, _, err) = run(
        &dir,
        &["figure", "r", "--panel", "ledger", "--out", "x.pdf"],
    );
    assert!(code == 2 && err.contains(".svg, .png or .csv"), "{err}");
}

#[test]
fn the_theatre_becomes_a_picture_for_each_replayed_step() {
    let dir = workshop();
    let whole = "protocol=[Repeat(times: 3, phases: [Wake(episodes: 4), Sleep(ripples: 4)])]";
    done(&dir, &["run", "tiny.ron", "--set", whole, "--out", "r"]);
    let args = [
        "figure", "r", "--panel", "theatre", "--frames", "--out", "t.png", "--width", "40",
    ];
    let written = done(&dir, &args);
    let files: Vec<&str> = written.lines().collect();
    assert!(files.len() > 4 && files[0] == "t-000.png", "{files:?}");
    let bytes: Vec<_> = files
        .iter()
        .map(|f| fs::read(dir.path().join(f)).unwrap())
        .collect();
    assert!(bytes.windows(2).all(|w| w[0] != w[1]));
    // None is replaced unasked.
    let (code, _, err) = run(&dir, &args);
    assert!(code == 2 && err.contains("t-000.png"), "{err}");
    let (code, _, err) = run(
        &dir,
        &[
            "figure", "r", "--panel", "ca3", "--frames", "--out", "t.png",
        ],
    );
    assert!(code == 2 && err.contains("--panel theatre"), "{err}");
}
