//! Keys of the run also work where Tab has led to a button, but for those that are the button's own.

mod common;

use common::{Window, bring, press, window};
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
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

/// What can be pressed, chosen, moved or typed into.
const INPUTS: [egui::Role; 8] = [
    egui::Role::Button,
    egui::Role::CheckBox,
    egui::Role::ComboBox,
    egui::Role::Slider,
    egui::Role::SpinButton,
    egui::Role::TextInput,
    egui::Role::RadioButton,
    egui::Role::Link,
];

/// The places of all inputs that are not disabled, with their names.
fn inputs(harness: &Window) -> Vec<(egui::Rect, String)> {
    let mut found = Vec::new();
    for role in INPUTS {
        for node in harness.query_all_by_role(role) {
            let inner = node.accesskit_node();
            if !inner.is_disabled() {
                let told = inner.label().or(inner.placeholder().map(Into::into));
                let told = told.unwrap_or_default();
                found.push((node.rect(), format!("{role:?} {told}")));
            }
        }
    }
    found
}

#[test]
fn every_input_has_a_name_and_tab_leads_to_it() {
    let titles: Vec<&str> = ammon::gui::panels::all()
        .iter()
        .map(|p| p.title())
        .collect();
    let mut harness = window(app_after(small(), 120), 1600.0, 1000.0);
    for title in titles {
        bring(&mut harness, title);
        let all = inputs(&harness);
        assert!(all.len() > 20, "{title}: {}", all.len());
        for (place, told) in &all {
            let name = told.split_once(' ').map_or("", |(_, name)| name);
            assert!(!name.trim().is_empty(), "{title}: {told} at {place:?}");
        }
        // As often as there are inputs, and some more for what is no input but can be reached.
        let mut reached: Vec<egui::Rect> = Vec::new();
        for _ in 0..3 * all.len() {
            harness.key_press(Key::Tab);
            harness.run_steps(1);
            let focused = harness.ctx.memory(|memory| memory.focused());
            let response = focused.and_then(|id| harness.ctx.read_response(id));
            reached.extend(response.map(|r| r.rect));
        }
        let missed: Vec<&String> = (all.iter())
            .filter(|(place, _)| {
                !reached
                    .iter()
                    .any(|r| r.center().distance(place.center()) < 4.0)
            })
            .map(|(_, told)| told)
            .collect();
        assert!(missed.is_empty(), "{title}: {missed:?}");
        harness.key_press(Key::Escape);
        harness.run_steps(1);
    }
}
