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
}
