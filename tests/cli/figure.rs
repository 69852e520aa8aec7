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
            "|δ|",
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
    // The run folder is left as it is.
    assert!(!dir.path().join("r/theatre.svg").exists());
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
