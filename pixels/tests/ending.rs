//! The card at the end of a run, the palette, and help: what a run ends with and how things are found.

mod common;

use ammon::engine::{Activity, load};
use ammon::gui::Action;
use ammon::scenario::{FLAGSHIP, bundled};
use common::{Window, press, wait_for, window};
use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::Queryable;

fn ended(name: &str, sets: &[&str]) -> Window {
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    let found = bundled().iter().find(|b| b.name == name);
    let scenario = load(found.unwrap().document(), &sets, None).unwrap();
    let mut harness = window(pixels::app_after(scenario, 0), 1600.0, 1000.0);
    press(&mut harness, "Run");
    wait_for(&mut harness, "This run has");
    // The card makes room for itself.
    harness.run_steps(3);
    harness
}

const SHORT: [&str; 4] = [
    "task.delay=4",
    "hippocampus.store.units=200",
    "hippocampus.entorhinal.units=100",
    "protocol=[Repeat(times: 3, phases: [Wake(episodes: 4), Sleep(ripples: 4), Probe(episodes: 16)])]",
];

#[test]
fn a_run_that_ends_says_what_came_of_it_and_what_could_be_next() {
    let mut harness = ended(FLAGSHIP, &SHORT);
    harness.get_by_label("This run has ended");
    harness.get_by_label_contains("remote alignment of ReplayBptt");
    assert!(
        harness
            .query_all_by_label_contains(", chance 0.250")
            .count()
            > 0
    );
    press(&mut harness, "Compare with BPTT");
    let begun = std::time::Instant::now();
    while harness.state().snapshot().rule != "Bptt" {
        assert!(begun.elapsed().as_secs() < 60);
        harness.run_steps(1);
    }
    assert_eq!(harness.state().compared(), 1);
    wait_for(&mut harness, "This run has ended");
    key(&mut harness, Key::Escape);
    assert_eq!(harness.query_all_by_label("This run has ended").count(), 0);
    harness
        .state_mut()
        .act(Action::Reset, &egui::Context::default());
    harness.run_steps(3);
    assert_eq!(harness.query_all_by_label("This run has ended").count(), 0);
}

#[test]
fn a_run_that_fails_says_where_and_what_to_try() {
    let mut harness = ended("influence-balancing", &["cortex.optimizer.rate=0.001"]);
    harness.get_by_label("This run has failed");
    let told = harness.query_all_by_label_contains("is no longer a finite number at step");
    assert!(told.count() > 0);
    let failed = harness.state().snapshot();
    assert!(matches!(failed.activity, Activity::Failed(_)));
    press(&mut harness, "Look at the last good moment");
    harness.get_by_label("looking back");
    press(&mut harness, "Run it at a tenth of the rate");
    wait_for(&mut harness, "cortex.optimizer.rate=1e-4");
    let now = harness.state().snapshot().now.clone().unwrap();
    let rate = ammon::registry::get(&*now, "cortex.optimizer.rate").unwrap();
    assert_eq!(rate.value.parse(), Ok(1e-4));
}

fn typed(harness: &mut Window, text: &str) {
    harness.key_press_modifiers(Modifiers::COMMAND, Key::P);
    harness.run_steps(2);
    let label = "find a command, panel, quantity, lesson or scenario";
    harness
        .get_by_role_and_label(Role::TextInput, label)
        .type_text(text);
    harness.run_steps(2);
}

fn key(harness: &mut Window, key: Key) {
    harness.key_press(key);
    harness.run_steps(3);
}

#[test]
fn the_palette_finds_commands_panels_quantities_lessons_and_scenarios_by_keyboard() {
    let mut harness = window(pixels::app_after(pixels::small(), 290), 1600.0, 1000.0);
    let step = harness.state().snapshot().step;
    harness.key_press_modifiers(Modifiers::COMMAND, Key::P);
    harness.run_steps(2);
    // Nothing typed, nothing chosen: Enter starts no run.
    key(&mut harness, Key::Enter);
    assert_eq!(harness.state().snapshot().activity, Activity::Paused);
    key(&mut harness, Key::Escape);
    assert_eq!(harness.state().snapshot().step, step);

    // Also from the gallery.
    harness.state_mut().show_gallery();
    harness.run_steps(2);
    typed(&mut harness, "panel ledger");
    key(&mut harness, Key::Enter);
    harness.get_by_label_contains("Costs of the rules");

    // The second of what is found: one down from the first.
    typed(&mut harness, "plot: replay.");
    key(&mut harness, Key::ArrowDown);
    key(&mut harness, Key::ArrowDown);
    key(&mut harness, Key::Enter);
    let names: Vec<_> = harness
        .state()
        .snapshot()
        .series
        .keys()
        .map(|m| m.name())
        .collect();
    let second = names
        .iter()
        .filter(|n| n.starts_with("replay."))
        .nth(1)
        .unwrap();
    harness.get_by_label_contains(&format!("plot of {second}"));

    typed(&mut harness, "lesson the price");
    key(&mut harness, Key::Enter);
    wait_for(&mut harness, "not saved");
    press(&mut harness, "Discard");
    wait_for(&mut harness, "The price: load and interference");

    typed(&mut harness, "nothing is like this");
    harness.get_by_label("nothing is called like that");
    key(&mut harness, Key::Escape);
    typed(&mut harness, "high contrast");
    key(&mut harness, Key::Enter);
    typed(&mut harness, "scenario switch");
    key(&mut harness, Key::Enter);
    let begun = std::time::Instant::now();
    while !harness.state().snapshot().title.contains("longer delay") {
        assert!(begun.elapsed().as_secs() < 60);
        harness.run_steps(1);
    }
}

#[test]
fn help_scrolls_in_a_small_window_and_its_button_is_seen() {
    let mut harness = window(pixels::app_after(pixels::small(), 0), 700.0, 420.0);
    key(&mut harness, Key::Questionmark);
    let close = harness
        .get_by_role_and_label(Role::Button, "Close help")
        .rect();
    assert!(close.bottom() < 420.0, "{close:?}");
    press(&mut harness, "Close help");
}

#[test]
fn every_panel_in_front_has_its_help_beside_it() {
    let mut harness = window(pixels::app_after(pixels::small(), 290), 1600.0, 1000.0);
    for panel in ["Theatre", "Learning", "Guide"] {
        press(&mut harness, &format!("Help of {panel}"));
        let all = ammon::gui::panels::all();
        let help = all.iter().find(|p| p.title() == panel).unwrap().help();
        harness.get_by_label(help);
        key(&mut harness, Key::Escape);
        assert_eq!(harness.query_all_by_label(help).count(), 0);
    }
}

#[test]
fn the_theatre_is_saved_as_frames_for_a_talk_and_none_is_replaced_unasked() {
    let dir = tempfile::tempdir().unwrap();
    let mut harness = window(pixels::app_after(pixels::small(), 290), 1600.0, 1000.0);
    let save = |harness: &mut Window| {
        press(harness, "Frames…");
        harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        harness.run_steps(1);
        let path = dir.path().join("talk.png");
        let field = harness.get_by_role_and_label(Role::TextInput, "path");
        field.type_text(&path.display().to_string());
        harness.run_steps(2);
        press(harness, "Save");
    };
    save(&mut harness);
    wait_for(&mut harness, " pictures, the first is ");
    // One before the first replayed step, and one after each.
    let frames = harness.state().snapshot().ripple.steps.len() + 1;
    harness.get_by_label_contains(&format!("saved {frames} pictures"));
    let mut files: Vec<_> = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|f| f.unwrap().file_name())
        .collect();
    files.sort();
    assert!(files.len() == frames && frames > 2);
    assert_eq!(files[0], "talk-000.png");
    save(&mut harness);
    harness.get_by_label_contains("is there already");
}
