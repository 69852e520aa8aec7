//! The list of ripples: one is picked and played, and rows stay under the pointer.

mod common;

use common::{Window, bring, press, window};
use egui_kittest::kittest::{NodeT, Queryable};
use pixels::{app_after, small};

/// The ripples that are listed, the first above.
fn listed(harness: &Window) -> Vec<u64> {
    let labels = harness.get_all_by_role(egui::Role::Button);
    let labels = labels.filter_map(|node| node.accesskit_node().label());
    let number = |label: String| {
        let row = label.contains(" rev ").then_some(label)?;
        row.split_whitespace().next()?.parse().ok()
    };
    labels.filter_map(number).collect()
}

#[test]
fn a_ripple_is_picked_and_played_in_the_theatre() {
    let mut harness = window(app_after(small(), 290), 1600.0, 1000.0);
    bring(&mut harness, "Cortex");
    bring(&mut harness, "Ripples");
    let second = listed(&harness)[1];
    let row = format!("{second:>6} ");
    let rows = harness.get_all_by_role(egui::Role::Button);
    let mut rows = rows.filter(|node| {
        let label = node.accesskit_node().label();
        label.is_some_and(|label| label.starts_with(&row))
    });
    rows.next().unwrap().click();
    drop(rows);
    harness.run_steps(2);
    press(&mut harness, "Play it");
    harness.get_by_label("Follow the run");
    let caption = format!("Ripple {second} replays episode");
    assert!(harness.query_all_by_label_contains(&caption).count() > 0);
}

#[test]
fn rows_stay_where_they_are_while_the_pointer_is_on_them() {
    let mut harness = window(app_after(small(), 290), 1600.0, 1000.0);
    bring(&mut harness, "Ripples");
    let before = listed(&harness);
    let rows = harness.get_all_by_role(egui::Role::Button);
    let on = rows
        .filter(|node| {
            node.accesskit_node()
                .label()
                .is_some_and(|l| l.contains(" rev "))
        })
        .map(|node| node.rect().center())
        .next();
    harness.hover_at(on.unwrap());
    harness.run_steps(2);
    let ripples = |harness: &Window| harness.query_all_by_label_contains("newer)").count();
    let begun = harness.state().snapshot().step;
    harness.key_press_modifiers(egui::Modifiers::SHIFT, egui::Key::N);
    harness.run_steps(1);
    while harness.state().snapshot().step < begun + 100 {
        std::thread::sleep(std::time::Duration::from_millis(5));
        harness.run_steps(1);
    }
    harness.run_steps(3);
    assert_eq!(listed(&harness), before);
    assert_eq!(ripples(&harness), 1);
    harness.hover_at(egui::pos2(5.0, 5.0));
    harness.run_steps(3);
    let after = listed(&harness);
    assert!(after[0] > before[0], "{after:?}");
    assert_eq!(ripples(&harness), 0);
}
