//! Keys of the run also work where Tab has led to a button, but for those that are the button's own.

mod common;

use common::{Window, press, window};
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use pixels::{app_after, small};

fn step(harness: &Window) -> u64 {
    harness.state().snapshot().step
}

#[test]
fn keys_reach_the_run_past_a_focused_button() {
    let mut harness = window(app_after(small(), 60), 1280.0, 800.0);
    let before = step(&harness);
    harness
        .get_by_role_and_label(egui::Role::Button, "Step")
        .focus();
    harness.run_steps(2);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::ArrowLeft);
    harness.run_steps(3);
    harness.get_by_label_contains(&format!("looking at step {}", before - 1));
    // An arrow alone leads to another button, and Space presses it.
    harness.key_press(Key::ArrowLeft);
    harness.run_steps(3);
    harness.get_by_label_contains(&format!("looking at step {}", before - 1));
    harness.key_press_modifiers(Modifiers::COMMAND, Key::S);
    harness.run_steps(3);
    harness.get_by_role_and_label(egui::Role::TextInput, "path");
    // What is typed there is typed, and nothing else.
    harness.key_press(Key::Home);
    harness.run_steps(3);
    press(&mut harness, "Cancel");
    harness.get_by_label_contains(&format!("looking at step {}", before - 1));
}
