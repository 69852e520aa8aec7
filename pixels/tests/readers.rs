//! Three who see the program for the first time, by keyboard alone: what a ripple is, which rule reaches back, a figure of a lesion.
//! `scripts/reader-tests` does the same in a real window, with pictures.

mod common;

use ammon::circuit::Place;
use ammon::engine::Activity;
use common::{Window, wait_for, window};
use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::Queryable;

fn key(harness: &mut Window, key: Key) {
    harness.key_press(key);
    harness.run_steps(3);
}

/// Finds something in the palette by what is typed, and does it.
fn find(harness: &mut Window, text: &str) {
    harness.key_press_modifiers(Modifiers::COMMAND, Key::P);
    harness.run_steps(2);
    let label = "find a command, panel, quantity, lesson or scenario";
    let field = harness.get_by_role_and_label(Role::TextInput, label);
    field.type_text(text);
    harness.run_steps(2);
    key(harness, Key::Enter);
}

fn until(harness: &mut Window, what: &str, holds: impl Fn(&Window) -> bool) {
    let begun = std::time::Instant::now();
    while !holds(harness) {
        assert!(begun.elapsed().as_secs() < 60, "{what}");
        std::thread::sleep(std::time::Duration::from_millis(5));
        harness.run_steps(1);
    }
}

#[test]
fn the_first_sees_what_replay_does() {
    let mut app = pixels::app_after(pixels::small(), 0);
    app.show_gallery();
    let mut harness = window(app, 1600.0, 1000.0);
    harness.get_by_label("Watch replay teach a network");
    find(&mut harness, "lesson: replay carries");
    wait_for(&mut harness, "1 of 8");
    key(&mut harness, Key::Space);
    until(&mut harness, "a ripple", |h| {
        !h.state().snapshot().ripple.steps.is_empty()
    });
    // To the question at the end, one step after the other.
    for step in 2..=8 {
        find(&mut harness, "next step of the lesson");
        harness.get_by_label(&format!("{step} of 8"));
    }
    harness.get_by_label("What did you see?");
    find(&mut harness, "next step of the lesson");
    harness.get_by_label("You have finished this lesson.");
}

#[test]
fn the_second_finds_which_rule_reaches_back() {
    let mut harness = window(pixels::app_after(pixels::small(), 0), 1600.0, 1000.0);
    find(&mut harness, "scenario: six-rules");
    until(&mut harness, "the scenario", |h| {
        h.state().snapshot().title.contains("every answer")
    });
    until(&mut harness, "the rules", |h| {
        let snapshot = h.state().snapshot();
        snapshot.updates > 2
    });
    find(&mut harness, "run / pause");
    find(&mut harness, "panel: alignment");
    // Each rule has a lane with its number.
    let lanes =
        harness.query_all_by_label_contains("plot of cosine with exact BPTT, first quarter");
    assert!(lanes.count() > 6);
    let snapshot = harness.state().snapshot();
    let remote = |rule: &str| {
        let all = snapshot.each_of(&ammon::record::metric::ALIGNMENT_REMOTE);
        let points = all
            .filter(|(label, _)| *label == rule)
            .map(|(_, p)| p[p.len() - 1][1]);
        points.last().unwrap()
    };
    assert!(remote("Rtrl") > 0.99 && remote("Tbptt") == 0.0);
}

#[test]
fn the_third_saves_a_figure_of_learning_under_half_a_lesion() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("half.svg");
    let mut harness = window(pixels::app_after(pixels::small(), 290), 1600.0, 1000.0);
    find(&mut harness, "lesion: 50 % of CA3");
    until(&mut harness, "the lesion", |h| {
        let snapshot = h.state().snapshot();
        snapshot
            .regions
            .iter()
            .any(|r| r.place == Place::Ca3 && r.lesion == 0.5)
    });
    key(&mut harness, Key::Space);
    until(&mut harness, "the end", |h| {
        h.state().snapshot().activity == Activity::Finished
    });
    find(&mut harness, "figure: learning");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run_steps(1);
    let field = harness.get_by_role_and_label(Role::TextInput, "path");
    field.type_text(&file.display().to_string());
    harness.run_steps(2);
    key(&mut harness, Key::Enter);
    harness.run_steps(2);
    let svg = std::fs::read_to_string(&file).unwrap();
    for text in [">accuracy<", ">episodes<", ">awake ", "lesion CA3 (50 %)"] {
        assert!(svg.contains(text), "{text}");
    }
}
