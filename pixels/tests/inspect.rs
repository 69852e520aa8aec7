//! Looking into units, engrams, ripples, pathways and points of curves.

mod common;

use std::time::{Duration, Instant};

use ammon::engine::{Activity, load};
use ammon::gui::App;
use ammon::scenario::bundled;
use egui_kittest::kittest::Queryable;
use pixels::{app_after, small};

use common::{Window, bring, press, wait_for};

fn window(app: App) -> Window {
    common::window(app, 1600.0, 1400.0)
}

fn click_in(harness: &mut Window, picture: &str) {
    harness
        .get_by_role_and_label(egui::Role::Image, picture)
        .click();
    harness.run_steps(3);
}

fn link(harness: &mut Window, text: &str) {
    let found = harness.get_all_by_role(egui::Role::Link);
    let label = |node: &egui_kittest::Node<'_>| {
        use egui_kittest::kittest::NodeT;
        node.accesskit_node().label().unwrap_or_default()
    };
    let link = found.into_iter().find(|node| label(node).contains(text));
    link.unwrap_or_else(|| panic!("no link `{text}`")).click();
    harness.run_steps(3);
}

#[test]
fn a_unit_that_is_clicked_leads_to_others_and_back() {
    let mut harness = window(app_after(small(), 290));
    bring(&mut harness, "Cortex");
    click_in(&mut harness, "Cortical states");
    wait_for(&mut harness, "Cortical unit");
    wait_for(&mut harness, "strongest weights in (W)");
    wait_for(&mut harness, "strongest weights to the readout (V)");
    harness.get_by_label("activity over the shown episode");
    link(&mut harness, "unit ");
    wait_for(&mut harness, "strongest weights in (W)");
    let back = harness.get_by_role_and_label(egui::Role::Button, "< Back");
    back.click();
    harness.run_steps(3);
    wait_for(&mut harness, "strongest inputs (U)");
}

#[test]
fn from_a_winner_to_its_engram_and_its_episode() {
    let mut harness = window(app_after(small(), 290));
    bring(&mut harness, "CA3");
    click_in(&mut harness, "CA3 winners");
    wait_for(&mut harness, "takes part in");
    wait_for(&mut harness, "collaterals: most often active together");
    link(&mut harness, "of episode");
    wait_for(&mut harness, "decoded against lived state, cosine");
    wait_for(&mut harness, "most alike, by overlap of codes");
    link(&mut harness, "episode ");
    harness.run_steps(3);
    wait_for(&mut harness, "Engram");
}

#[test]
fn a_pathway_shows_its_weights_and_their_eigenvalues() {
    let mut harness = window(app_after(small(), 100));
    press(&mut harness, "Recurrent");
    harness.get_by_label("cuts units off from each other");
    press(&mut harness, "Inspect it");
    wait_for(&mut harness, "to unit (32 rows) by from unit (32 columns)");
    wait_for(&mut harness, "eigenvalues of W: the largest has modulus");
    click_in(&mut harness, "W");
    wait_for(&mut harness, "Cortical unit");
}

#[test]
fn of_the_past_it_is_found_out_by_running_there_again() {
    let mut harness = window(app_after(small(), 290));
    bring(&mut harness, "Cortex");
    click_in(&mut harness, "Cortical states");
    wait_for(&mut harness, "as of the live end");
    let weights = |harness: &Window| {
        use egui_kittest::kittest::NodeT;
        let all = harness.query_all_by_label_contains("+0.");
        let told = all.filter_map(|node| node.accesskit_node().label().or(node.value()));
        told.collect::<Vec<_>>()
    };
    let now = weights(&harness);
    harness.key_press(egui::Key::Home);
    harness.run_steps(2);
    wait_for(&mut harness, "as of step 0");
    let then = weights(&harness);
    assert!(!now.is_empty() && !then.is_empty() && now != then);
    // The run itself has not moved.
    let live = harness.state().snapshot();
    assert_eq!((live.live_step, &live.activity), (290, &Activity::Paused));
    harness.key_press(egui::Key::End);
    harness.run_steps(2);
    wait_for(&mut harness, "as of the live end");
    assert_eq!(weights(&harness), now);
}

#[test]
fn a_way_to_the_past_can_be_given_up() {
    let scenario = load(bundled()[0].document(), &[], None).unwrap();
    let mut harness = window(app_after(scenario, 12_000));
    bring(&mut harness, "Cortex");
    click_in(&mut harness, "Cortical states");
    wait_for(&mut harness, "as of the live end");
    // So near the end of a stretch between two states that it takes a while.
    harness.key_press(egui::Key::ArrowLeft);
    harness.run_steps(2);
    let begun = Instant::now();
    loop {
        if let Some(button) = harness.query_by_role_and_label(egui::Role::Button, "Give up") {
            button.click();
            harness.run_steps(3);
            // It may have come there in the meantime.
            if let Some(again) = harness.query_by_label("Find out of this moment") {
                again.click();
                harness.run_steps(3);
            }
            break;
        }
        // It may have been there at once.
        if harness.query_by_label_contains("as of step ").is_some() {
            break;
        }
        assert!(begun.elapsed() < Duration::from_mins(1));
        std::thread::sleep(Duration::from_millis(5));
        harness.run_steps(1);
    }
    wait_for(&mut harness, "as of step 11975");
}

#[test]
fn a_ripple_and_what_it_replayed() {
    let mut harness = window(app_after(small(), 290));
    bring(&mut harness, "Ripples");
    press(&mut harness, "Inspect this ripple");
    harness.get_by_label("overlap, smallest");
    harness.get_by_label("its steps");
    link(&mut harness, "the cued engram");
    wait_for(&mut harness, "trace strength");
}
