//! Driving the app in tests. Each file takes what it needs.
#![allow(dead_code)]

use std::time::{Duration, Instant};

use ammon::gui::App;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

pub type Window = Harness<'static, App>;

/// A window of this size on an app.
pub fn window(app: App, width: f32, height: f32) -> Window {
    let mut harness = Harness::builder()
        .with_size([width, height])
        .with_max_steps(12)
        .build_ui_state(|ui, app: &mut App| app.frame(ui), app);
    harness.run_steps(3);
    harness
}

/// Waits until something is told.
pub fn wait_for(harness: &mut Window, text: &str) {
    let begun = Instant::now();
    while harness.query_all_by_label_contains(text).count() == 0 {
        assert!(begun.elapsed() < Duration::from_mins(2), "no `{text}`");
        std::thread::sleep(Duration::from_millis(10));
        harness.run_steps(1);
    }
}

/// Clicks a button.
pub fn press(harness: &mut Window, button: &str) {
    harness
        .get_by_role_and_label(egui::Role::Button, button)
        .click();
    harness.run_steps(3);
}

/// Brings a panel to the front.
pub fn bring(harness: &mut Window, title: &str) {
    harness.state_mut().bring_forward(title);
    harness.run_steps(3);
}

/// Lesions the whole of a place, by its popover.
pub fn lesion(harness: &mut Window, place: &str) {
    press(harness, place);
    press(harness, "Lesion");
}

/// Asks the window to close, once.
pub fn ask_to_close(harness: &mut Window) {
    let input = harness.input_mut();
    let id = input.viewport_id;
    let viewport = input.viewports.entry(id).or_default();
    viewport.events.push(egui::ViewportEvent::Close);
    harness.step();
    let input = harness.input_mut();
    input.viewports.entry(id).or_default().events.clear();
    harness.run_steps(2);
}
