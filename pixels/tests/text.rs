//! The scenario's text in the app: edited, applied, saved, and never lost.

mod common;

use std::path::Path;
use std::time::Duration;

use ammon::engine::load;
use ammon::gui::App;
use ammon::scenario::{Text, bundled, read_file};
use egui_kittest::kittest::{NodeT, Queryable};
use pixels::{Memory, app_after};

use common::{Window, bring, press};

const SMALL: &str = "Scenario(
    title: \"small\",
    task: Recall(delay: 4),
    learning: (rule: Bptt),
    protocol: [Wake(episodes: 4)],
)
";

fn window(app: App) -> Window {
    let mut harness = common::window(app, 1500.0, 1000.0);
    bring(&mut harness, "Text");
    harness
}

/// A window on a file.
fn on(path: &Path) -> Window {
    let scenario = load(read_file(path).unwrap(), &[], None).unwrap();
    let mut app = app_after(scenario, 0);
    app.know_file(path);
    window(app)
}

fn file(dir: &tempfile::TempDir) -> std::path::PathBuf {
    let path = dir.path().join("small.ron");
    std::fs::write(&path, SMALL).unwrap();
    path
}

fn field(harness: &Window) -> egui_kittest::Node<'_> {
    harness.get_by_role_and_label(egui::Role::MultilineTextInput, "scenario text")
}

fn typed(harness: &Window) -> String {
    field(harness).value().unwrap_or_default()
}

/// Puts the cursor at the end of the text.
fn to_the_end(harness: &mut Window) {
    field(harness).focus();
    harness.run_steps(2);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::End);
    harness.run_steps(2);
}

fn write(harness: &mut Window, text: &str) {
    field(harness).type_text(text);
    harness.run_steps(3);
}

/// Replaces all that is typed.
fn replace(harness: &mut Window, text: &str) {
    field(harness).focus();
    harness.run_steps(2);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness.run_steps(1);
    write(harness, text);
}

/// Long enough for a look at the file.
fn wait(harness: &mut Window) {
    std::thread::sleep(Duration::from_millis(900));
    harness.run_steps(2);
}

#[test]
fn what_is_wrong_is_told_as_it_is_typed_and_what_is_right_runs_beside() {
    let dir = tempfile::tempdir().unwrap();
    let mut harness = on(&file(&dir));
    assert_eq!(typed(&harness), SMALL);
    harness.get_by_label("this can run");
    replace(&mut harness, &SMALL.replace("delay: 4", "dealy: 4"));
    harness.get_by_label("1 problem");
    harness.get_by_label("Go to line 3");
    let apply = harness.get_by_role_and_label(egui::Role::Button, "Apply as a new run");
    assert!(apply.accesskit_node().is_disabled());
    replace(&mut harness, &SMALL.replace("delay: 4", "delay: 9"));
    harness.get_by_label("this can run");
    press(&mut harness, "Apply as a new run");
    let now = harness.state().snapshot();
    let text = ammon::engine::resolved(now.began.as_ref().unwrap()).unwrap();
    assert!(text.contains("delay: 9"), "{text}");
    // The first run is still there, and so is what was typed.
    bring(&mut harness, "Branches");
    assert!(harness.query_all_by_label_contains("as typed").count() > 0);
    bring(&mut harness, "Text");
    assert!(typed(&harness).contains("delay: 9"));
    assert_eq!(std::fs::read_to_string(file(&dir)).unwrap(), SMALL);
}

#[test]
fn names_are_offered_and_taken() {
    let dir = tempfile::tempdir().unwrap();
    let mut harness = on(&file(&dir));
    replace(&mut harness, "(ta");
    harness.get_by_label_contains("What is experienced");
    harness.key_press(egui::Key::Enter);
    harness.run_steps(3);
    assert_eq!(typed(&harness), "(task: ");
    // What may stand there is offered at once: the second is chosen with a key.
    harness.get_by_label_contains("Recall");
    harness.key_press(egui::Key::ArrowDown);
    harness.run_steps(2);
    harness.key_press(egui::Key::Tab);
    harness.run_steps(3);
    assert_eq!(typed(&harness), "(task: Copy");
    write(&mut harness, ", protocol: [W");
    harness.key_press(egui::Key::Escape);
    harness.run_steps(2);
    harness.key_press(egui::Key::Enter);
    harness.run_steps(2);
    assert_eq!(typed(&harness), "(task: Copy, protocol: [W\n");
    // Asked for where no word is begun.
    replace(&mut harness, "(learning: (rule: ");
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Space);
    harness.run_steps(3);
    harness.key_press(egui::Key::Enter);
    harness.run_steps(3);
    assert_eq!(typed(&harness), "(learning: (rule: Bptt");
}

#[test]
fn texts_are_saved_and_nothing_is_replaced_unasked() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(&dir);
    let mut harness = on(&path);
    let changed = SMALL.replace("delay: 4", "delay: 5");
    replace(&mut harness, &changed);
    press(&mut harness, "Save text");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), changed);
    // Under another name, where something lies already.
    let other = dir.path().join("other.ron");
    std::fs::write(&other, "mine").unwrap();
    press(&mut harness, "Save text as…");
    let name = || "path";
    harness
        .get_by_role_and_label(egui::Role::TextInput, name())
        .focus();
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness.run_steps(1);
    harness
        .get_by_role_and_label(egui::Role::TextInput, name())
        .type_text(&other.display().to_string());
    harness.run_steps(2);
    press(&mut harness, "Save");
    harness.get_by_label_contains("is there already");
    assert_eq!(std::fs::read_to_string(&other).unwrap(), "mine");
    harness
        .get_by_role_and_label(egui::Role::CheckBox, "replace another file there")
        .click();
    harness.run_steps(2);
    press(&mut harness, "Save");
    assert_eq!(std::fs::read_to_string(&other).unwrap(), changed);
    harness.get_by_label(&other.display().to_string());
}

#[test]
fn a_file_that_changes_outside_is_followed_or_asked_about() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(&dir);
    let mut harness = on(&path);
    let outside = SMALL.replace("delay: 4", "delay: 6");
    std::thread::sleep(Duration::from_millis(20));
    std::fs::write(&path, &outside).unwrap();
    wait(&mut harness);
    assert_eq!(typed(&harness), outside);
    // With something typed, it is asked.
    replace(&mut harness, &SMALL.replace("delay: 4", "delay: 7"));
    let again = SMALL.replace("delay: 4", "delay: 8");
    std::fs::write(&path, &again).unwrap();
    wait(&mut harness);
    assert!(typed(&harness).contains("delay: 7"));
    press(&mut harness, "Save text");
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        again,
        "not over what is new there"
    );
    press(&mut harness, "Reload");
    assert_eq!(typed(&harness), again);
    // What was typed can still be taken back to.
    field(&harness).focus();
    harness.run_steps(2);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
    harness.run_steps(3);
    assert!(typed(&harness).contains("delay: 7"), "{}", typed(&harness));
}

#[test]
fn what_was_typed_is_there_in_the_next_sitting_and_beside_another_run() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(&dir);
    let mut harness = on(&path);
    to_the_end(&mut harness);
    write(&mut harness, "// and more");
    let mut storage = Memory::default();
    eframe::App::save(harness.state_mut(), &mut storage);
    let scenario = load(bundled()[0].document(), &[], None).unwrap();
    let desk = ammon::engine::Branches::new(scenario, || {}).unwrap();
    let mut harness = window(App::new(Box::new(desk), Some(&storage)));
    // The run at hand has its own text; the other stands beside it.
    assert!(typed(&harness).contains("Recall by replay") || typed(&harness).contains("ReplayBptt"));
    harness.get_by_label("small.ron •").click();
    harness.run_steps(3);
    assert!(typed(&harness).ends_with("// and more"));
    press(&mut harness, "Revert");
    assert_eq!(typed(&harness), SMALL);
}

#[test]
fn a_file_that_cannot_run_is_mended_in_the_window() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("broken.ron");
    std::fs::write(&path, SMALL.replace("Recall", "Recal")).unwrap();
    let text = read_file(&path).unwrap();
    let wrong = load(text, &[], None).unwrap_err();
    // The panel has not been seen before.
    let mut harness = common::window(app_after(pixels::small(), 0), 1500.0, 1000.0);
    harness.state_mut().show_problems(wrong, Some(&path));
    harness.run_steps(3);
    press(&mut harness, "Mend it here");
    harness.get_by_label("1 problem");
    assert!(typed(&harness).contains("Recal("));
    replace(&mut harness, SMALL);
    press(&mut harness, "Save text");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), SMALL);
    press(&mut harness, "Apply as a new run");
    let title = harness.state().snapshot().title.clone();
    assert_eq!(title, "small");
}

#[test]
fn a_run_is_copied_as_a_command_line() {
    let sets = ["seed=5".to_string(), "task.delay=7".to_string()];
    let document: Text = bundled()[0].document();
    let app = app_after(load(document, &sets, None).unwrap(), 0);
    let mut harness = window(app);
    press(&mut harness, "Copy as command line");
    let copied: Option<String> = harness
        .output()
        .platform_output
        .commands
        .iter()
        .find_map(|c| match c {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        });
    let told = "copied: ammon run recall-by-replay --seed 5 --set task.delay=7";
    harness.get_by_label(told);
    assert!(copied.is_none_or(|copied| told.ends_with(&*copied)));
}

#[test]
fn all_that_is_told_of_parameters_can_be_drawn() {
    use ammon::registry::{Bounds, Kind, Parameter};
    let harness = window(app_after(pixels::small(), 0));
    let drawn = |text: &str| {
        let font = egui::FontId::proportional(12.0);
        for c in text.chars().filter(|c| !c.is_whitespace()) {
            let drawn = harness.ctx.fonts_mut(|fonts| fonts.has_glyph(&font, c));
            assert!(drawn, "{c} in {text}");
        }
    };
    ammon::engine::Scenario::kind(Bounds::NONE).each(&mut |_, kind| match kind {
        Kind::Struct { doc, fields, .. } => {
            drawn(doc);
            fields().iter().for_each(|field| drawn(field.doc));
        }
        Kind::Choice { doc, variants, .. } => {
            drawn(doc);
            for variant in variants() {
                drawn(variant.doc);
                (variant.fields)().iter().for_each(|field| drawn(field.doc));
            }
        }
        _ => {}
    });
}

#[test]
fn a_run_folder_that_is_opened_shows_its_own_text_and_saving_a_run_offers_no_texts_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(&dir);
    let folder = dir.path().join("other");
    let scenario = load(bundled()[1].document(), &[], None).unwrap();
    let start = ammon::engine::Experiment::new(&scenario);
    let mut run = ammon::engine::Session::create(&folder, false, &start).unwrap();
    run.checkpoint(&start, &ammon::engine::Ending::Stopped)
        .unwrap();
    drop(run);
    let mut harness = on(&path);
    assert_eq!(typed(&harness), SMALL);
    press(&mut harness, "Save text as…");
    press(&mut harness, "Cancel");
    let ctx = harness.ctx.clone();
    harness.state_mut().act(ammon::gui::Action::Save, &ctx);
    harness.run_steps(3);
    let name = harness.get_by_role_and_label(egui::Role::TextInput, "path");
    assert_eq!(name.value().as_deref(), Some("run"));
    press(&mut harness, "Cancel");
    harness.state_mut().act(ammon::gui::Action::Open, &ctx);
    harness.run_steps(3);
    harness
        .get_by_role_and_label(egui::Role::TextInput, "path")
        .type_text(&folder.display().to_string());
    harness.run_steps(2);
    press(&mut harness, "Open");
    harness.run_steps(3);
    assert!(
        typed(&harness).contains(&scenario.title),
        "{}",
        typed(&harness)
    );
}
