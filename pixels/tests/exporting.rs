//! The dialog that exports a run: what it makes is what the command line makes.

mod common;

use std::path::Path;

use ammon::engine::Request;
use ammon::export::{ExportSpec, Job};
use common::{Window, press, wait_for, window};
use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::Queryable;
use pixels::{app_after, small};

fn dialog(harness: &mut Window) {
    harness.key_press_modifiers(Modifiers::COMMAND, Key::E);
    harness.run_steps(3);
    harness.get_by_label("Export the run");
}

fn to_file(harness: &mut Window, path: &Path) {
    let field = harness.get_by_role_and_label(Role::TextInput, "to file");
    field.focus();
    harness.run_steps(2);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    let field = harness.get_by_role_and_label(Role::TextInput, "to file");
    field.type_text(&path.display().to_string());
    harness.run_steps(3);
}

#[test]
fn a_run_is_exported_as_the_command_line_exports_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut harness = window(app_after(small(), 60), 1280.0, 800.0);
    let path = dir.path().join("session.nwb");
    dialog(&mut harness);
    to_file(&mut harness, &path);
    press(&mut harness, "Export");
    wait_for(&mut harness, "exported to");
    // The same run, saved and exported from its folder.
    let mut desk = ammon::engine::Branches::new(small(), || {}).unwrap();
    desk.send(Request::Step(60));
    while desk.snapshot().step < 60 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let (done, answer) = std::sync::mpsc::sync_channel(1);
    let run = dir.path().join("run");
    desk.send(Request::Copy {
        path: run.clone(),
        done,
    });
    answer.recv().unwrap().unwrap();
    let format = ExportSpec::named("nwb").unwrap();
    let other = format.export(&Job::whole(&run), None).unwrap();
    assert!(std::fs::read(&path).unwrap() == std::fs::read(other).unwrap());
    // Not over what is there already, unless that is said.
    dialog(&mut harness);
    press(&mut harness, "Export");
    harness.run_steps(3);
    harness.get_by_label_contains("is there already");
    harness.get_by_label("replace another file there").click();
    harness.run_steps(2);
    press(&mut harness, "Export");
    wait_for(&mut harness, "exported to");
}

#[test]
fn a_part_of_a_run_is_chosen_and_a_wish_that_cannot_be_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let mut harness = window(app_after(small(), 60), 1280.0, 800.0);
    dialog(&mut harness);
    harness.get_by_label("only a part of the time").click();
    harness.run_steps(3);
    harness.get_by_label("from time");
    harness.get_by_label("inputs").click();
    harness.run_steps(2);
    let missing = dir.path().join("missing/session.nwb");
    to_file(&mut harness, &missing);
    press(&mut harness, "Export");
    wait_for(&mut harness, "cannot write");
    let path = dir.path().join("session.nwb");
    to_file(&mut harness, &path);
    press(&mut harness, "Export");
    wait_for(&mut harness, "exported to");
    assert!(path.is_file());
}
