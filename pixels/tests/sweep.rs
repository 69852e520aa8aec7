//! Sweeps from the window.

mod common;

use std::time::{Duration, Instant};

use ammon::engine::Activity;
use egui_kittest::kittest::Queryable;
use pixels::{app_after, small};

use common::{Window, ask_to_close, bring, press, wait_for};

fn window() -> Window {
    let mut harness = common::window(app_after(small(), 0), 1500.0, 1600.0);
    bring(&mut harness, "Sweep");
    harness
}

fn write(harness: &mut Window, field: usize, label: &str, text: &str) {
    let fields = harness.get_all_by_role_and_label(egui::Role::TextInput, label);
    let field = fields.into_iter().nth(field).unwrap();
    field.click();
    harness.run_steps(2);
    let fields = harness.get_all_by_role_and_label(egui::Role::TextInput, label);
    let which = fields.into_iter().find(|f| f.is_focused()).unwrap();
    which.type_text(text);
    harness.run_steps(2);
    harness.key_press(egui::Key::Escape);
    harness.run_steps(2);
}

#[test]
fn one_parameter_gives_a_band_and_its_runs_can_be_opened() {
    let mut harness = window();
    write(
        &mut harness,
        0,
        "parameter 1",
        "hippocampus.ripple.cue.fraction",
    );
    write(&mut harness, 0, "values", "0.1, 0.9");
    press(&mut harness, "Begin the sweep");
    wait_for(&mut harness, "ended: 6 of 6 runs done");
    press(&mut harness, "Copy table");
    harness.get_by_label("Runs").click();
    harness.run_steps(5);
    let open = harness.get_all_by_role_and_label(egui::Role::Button, "Open");
    open.into_iter().next().unwrap().click();
    harness.run_steps(3);
    let begun = Instant::now();
    while harness.state().snapshot().activity != Activity::Finished {
        assert!(begun.elapsed() < Duration::from_mins(1));
        std::thread::sleep(Duration::from_millis(10));
        harness.run_steps(1);
    }
    let now = harness.state().snapshot().now.clone().unwrap();
    let hippocampus = now.setup.hippocampus.clone().unwrap();
    assert!(format!("{:?}", hippocampus.ripple.cue).contains("0.1"));
    bring(&mut harness, "Branches");
    let named = harness.query_all_by_label_contains("fraction=0.1, seed 1");
    assert!(named.count() > 0);
}

#[test]
fn two_parameters_give_a_map_and_a_click_opens_a_cell() {
    let mut harness = window();
    write(&mut harness, 0, "parameter 1", "cortex.cell.units");
    write(&mut harness, 0, "values", "8..10 by 2");
    write(&mut harness, 0, "parameter 2", "task.delay");
    write(&mut harness, 1, "values", "2, 3");
    press(&mut harness, "Begin the sweep");
    wait_for(&mut harness, "ended: 12 of 12 runs done");
    harness.get_by_label_contains("median over the seeds");
    let map = harness.get_by_role_and_label(egui::Role::Image, "Sweep");
    map.click();
    harness.run_steps(3);
    let now = harness.state().snapshot().now.clone().unwrap();
    let said = ammon::engine::resolved(&now).unwrap();
    assert!(
        said.contains("units: 10") || said.contains("units: 8"),
        "{said}"
    );
}

#[test]
fn what_cannot_be_is_said_before_anything_runs() {
    let mut harness = window();
    write(&mut harness, 0, "parameter 1", "cortex.cell.unitz");
    write(&mut harness, 0, "values", "8");
    press(&mut harness, "Begin the sweep");
    harness.get_by_label_contains("did you mean `units`");
    assert!(harness.query_by_label_contains("runs done").is_none());
}

#[test]
fn a_sweep_is_stopped_and_keeps_what_is_done() {
    let mut harness = window();
    write(&mut harness, 0, "parameter 1", "cortex.cell.units");
    write(&mut harness, 0, "values", "8..40");
    press(&mut harness, "Begin the sweep");
    wait_for(&mut harness, "running: ");
    press(&mut harness, "Stop the sweep");
    wait_for(&mut harness, "ended: ");
    harness.get_by_label("Begin the sweep");
}

#[test]
fn what_a_sweep_found_is_not_lost_unasked() {
    let mut harness = window();
    write(&mut harness, 0, "parameter 1", "cortex.cell.units");
    write(&mut harness, 0, "values", "8, 9");
    press(&mut harness, "Begin the sweep");
    wait_for(&mut harness, "ended: 6 of 6 runs done");
    ask_to_close(&mut harness);
    harness.get_by_label_contains("A sweep, 6 of 6 runs done");
    press(&mut harness, "Cancel");
    press(&mut harness, "Copy table");
    ask_to_close(&mut harness);
    assert!(harness.query_by_label("Discard").is_none());
}
