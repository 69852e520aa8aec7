//! The layout is that of a scenario's kind, and a panel can have all the room.

mod common;

use ammon::engine::{Scenario, load};
use ammon::scenario::bundled;
use common::{bring, press, window};
use egui_kittest::kittest::Queryable;
use pixels::{app_after, small};

fn scenario(name: &str) -> Scenario {
    let found = bundled().iter().find(|b| b.name == name).unwrap();
    load(found.document(), &[], None).unwrap()
}

#[test]
fn panels_that_matter_to_a_scenario_are_in_front() {
    for (name, front) in [
        (
            "recall-by-replay",
            ["Circuit", "Theatre", "Learning", "Alignment"],
        ),
        ("six-rules", ["Alignment", "Ledger", "Learning", "Guide"]),
        (
            "copy-attention",
            ["Attention", "Circuit", "Learning", "Guide"],
        ),
        (
            "influence-balancing",
            ["Cortex", "Circuit", "Learning", "Guide"],
        ),
    ] {
        let harness = window(app_after(scenario(name), 0), 1600.0, 1000.0);
        for title in front {
            let told = format!("Help of {title}");
            let found = harness.query_by_label(&told);
            assert!(found.is_some(), "{name}: {title}");
        }
    }
}

#[test]
fn a_panel_has_all_the_room_until_all_are_wanted_again() {
    let mut harness = window(app_after(small(), 50), 1600.0, 1000.0);
    bring(&mut harness, "Cortex");
    press(&mut harness, "Cortex alone, as large as there is room");
    let shown = |harness: &common::Window, told: &str| harness.query_by_label(told).is_some();
    assert!(shown(&harness, "lock colours") && !shown(&harness, "Help of Learning"));
    press(&mut harness, "Show all panels");
    assert!(shown(&harness, "lock colours") && shown(&harness, "Help of Learning"));
    // Also one of those along the side.
    press(&mut harness, "Guide alone, as large as there is room");
    assert!(!shown(&harness, "Help of Learning"));
    // What another panel is asked for is not hidden by it.
    bring(&mut harness, "Learning");
    assert!(shown(&harness, "Help of Learning"));
}

#[test]
fn a_panel_that_was_dragged_goes_back_where_it_was() {
    let mut harness = window(app_after(small(), 50), 1600.0, 1000.0);
    let place = |harness: &common::Window| harness.get_by_label("Help of Learning").rect();
    let before = place(&harness);
    // The guide has a button of this name too.
    let named = harness.get_all_by_label("Learning");
    let mut tabs = named.map(|node| node.rect().center());
    let tab = tabs
        .find(|at| (at.y - before.center().y).abs() < 12.0)
        .unwrap();
    drop(tabs);
    let onto = harness.get_by_label("Help of Theatre").rect().center() + egui::vec2(-200.0, 300.0);
    harness.drag_at(tab);
    harness.run_steps(2);
    for part in [0.1, 0.4, 0.7, 1.0] {
        harness.hover_at(tab + (onto - tab) * part);
        harness.run_steps(1);
    }
    harness.drop_at(onto);
    harness.run_steps(4);
    assert_ne!(place(&harness), before);
    press(&mut harness, "View");
    press(&mut harness, "Undo the last move");
    harness.key_press(egui::Key::Escape);
    harness.run_steps(4);
    assert_eq!(place(&harness), before);
}
