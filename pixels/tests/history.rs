//! Looking back and branching in the app, on a real run.

mod common;

use std::time::Duration;

use ammon::engine::{Branches, Request};
use ammon::gui::{Action, App};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use pixels::{app_after, small};

use common::{bring, lesion, wait_for, window};

/// An app on a run of so many steps.
fn app(steps: u64) -> Harness<'static, App> {
    window(app_after(small(), steps), 1280.0, 900.0)
}

fn key(harness: &mut Harness<'static, App>, modifiers: egui::Modifiers, key: egui::Key) {
    harness.key_press_modifiers(modifiers, key);
    harness.run_steps(2);
}

#[test]
fn keys_move_over_what_is_kept_and_nothing_pressed_is_lost() {
    let mut harness = app(300);
    harness.get_by_label_contains("step 300");
    key(&mut harness, egui::Modifiers::NONE, egui::Key::Home);
    harness.get_by_label_contains("looking at step 0 of 300");
    key(&mut harness, egui::Modifiers::NONE, egui::Key::End);
    assert!(harness.query_by_label_contains("looking at").is_none());
    // More presses than frames: each counts.
    for _ in 0..7 {
        harness.key_press(egui::Key::ArrowLeft);
    }
    harness.run_steps(2);
    harness.get_by_label_contains("looking at step 125 of 300");
    for _ in 0..30 {
        harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::ArrowRight);
    }
    harness.run_steps(2);
    harness.get_by_label_contains("looking at step 155 of 300");
    key(&mut harness, egui::Modifiers::SHIFT, egui::Key::ArrowRight);
    assert!(harness.query_by_label_contains("looking at").is_none());
}

#[test]
fn running_on_from_the_past_makes_a_branch_and_a_change_there_another() {
    let mut harness = app(300);
    key(&mut harness, egui::Modifiers::NONE, egui::Key::Home);
    key(&mut harness, egui::Modifiers::SHIFT, egui::Key::Space);
    wait_for(&mut harness, "finished");
    let ctx = harness.ctx.clone();
    // Both are there; the first one as it was.
    bring(&mut harness, "Branches");
    harness.get_by_label("from step 0");
    harness.get_by_label("run 1").click();
    harness.run_steps(3);
    harness.get_by_label_contains("step 300");
    // A lesion in the past.
    for _ in 0..4 {
        harness.state_mut().act(Action::FarBack, &ctx);
    }
    harness.run_steps(2);
    lesion(&mut harness, "Schaffer");
    bring(&mut harness, "Branches");
    wait_for(&mut harness, "lesion Schaffer (100 %)");
    // What is not saved is asked about before it goes.
    harness.get_all_by_label("Delete").last().unwrap().click();
    harness.run_steps(3);
    harness.get_by_label("This branch is not saved");
    harness.get_by_label("Keep").click();
    harness.run_steps(3);
    harness.get_by_label("from step 200");
    // Taken back at once, it goes in place.
    harness.state_mut().act(Action::Undo, &ctx);
    std::thread::sleep(Duration::from_millis(300));
    harness.run_steps(3);
    assert!(
        harness
            .query_by_label_contains("lesion Schaffer (100 %)")
            .is_none()
    );
}

#[test]
fn where_no_branch_can_begin_the_run_at_hand_is_left_alone() {
    let mut desk = Branches::new(small(), || {}).unwrap();
    for i in 0..15 {
        desk.add(small(), format!("run {i}")).unwrap();
    }
    desk.send(Request::Step(30));
    while desk.snapshot().step < 30 {
        std::thread::sleep(Duration::from_millis(5));
    }
    let mut harness = window(App::new(Box::new(desk), None), 1280.0, 900.0);
    key(&mut harness, egui::Modifiers::NONE, egui::Key::Home);
    key(&mut harness, egui::Modifiers::SHIFT, egui::Key::Space);
    lesion(&mut harness, "Schaffer");
    std::thread::sleep(Duration::from_millis(300));
    harness.run_steps(2);
    harness.get_by_label_contains("delete one of them first");
    let snapshot = harness.state().snapshot();
    assert_eq!((snapshot.live_step, snapshot.journal.len()), (30, 0));
}

#[test]
fn keys_act_only_on_what_is_shown() {
    let mut harness = app(40);
    harness.state_mut().show_gallery();
    harness.run_steps(2);
    key(&mut harness, egui::Modifiers::COMMAND, egui::Key::R);
    key(&mut harness, egui::Modifiers::NONE, egui::Key::N);
    assert!(harness.query_by_label("Discard").is_none());
    harness.get_by_label_contains("step 40");
}

#[test]
fn what_is_kept_can_be_played_and_scrubbed() {
    let mut harness = app(300);
    let strip = harness.get_by_label("timeline").rect();
    let at = egui::pos2(strip.left() + strip.width() / 2.0, strip.center().y);
    harness.hover_at(at);
    harness.drag_at(at);
    harness.run_steps(2);
    harness.drop_at(at);
    harness.run_steps(2);
    harness.get_by_label_contains("looking at step 150 of 300");
    key(&mut harness, egui::Modifiers::NONE, egui::Key::Space);
    for _ in 0..400 {
        harness.step();
        if harness.query_by_label_contains("looking at").is_none() {
            return;
        }
    }
    panic!("it did not come to the live end");
}
