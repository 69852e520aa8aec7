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
    harness.get_by_label_contains("· step 300");
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

/// The step that is looked at.
fn looked_at(harness: &Harness<'static, App>) -> u64 {
    use egui_kittest::kittest::NodeT;
    let node = harness.get_by_label_contains("looking at step");
    let accessible = node.accesskit_node();
    let told = accessible.label().or(accessible.value()).unwrap();
    let step = told.split_whitespace().nth(3).unwrap();
    step.parse().unwrap()
}

#[test]
fn a_range_is_marked_and_played_over_and_over() {
    let mut harness = app(300);
    let strip = harness.get_by_label("timeline").rect();
    let at = |part: f32| egui::pos2(strip.left() + strip.width() * part, strip.center().y);
    harness.event(egui::Event::ModifiersChanged(egui::Modifiers::SHIFT));
    harness.hover_at(at(0.6));
    harness.drag_at(at(0.6));
    harness.run_steps(2);
    for part in [0.55, 0.5, 0.45, 0.4] {
        harness.hover_at(at(part));
        harness.run_steps(1);
    }
    harness.drop_at(at(0.4));
    harness.run_steps(1);
    harness.event(egui::Event::ModifiersChanged(egui::Modifiers::NONE));
    harness.run_steps(2);
    harness.get_by_label("No loop");
    if harness.query_by_label("Stop").is_none() {
        key(&mut harness, egui::Modifiers::NONE, egui::Key::Space);
    }
    let mut seen = Vec::new();
    for _ in 0..300 {
        harness.step();
        seen.push(looked_at(&harness));
    }
    assert!(
        seen.iter().all(|step| (119..=181).contains(step)),
        "{seen:?}"
    );
    let back = seen.windows(2).filter(|w| w[1] < w[0]).count();
    assert!(back >= 2, "it begins again: {seen:?}");
    harness.get_by_label("No loop").click();
    harness.run_steps(2);
    assert!(harness.query_by_label("No loop").is_none());
}

#[test]
fn one_moves_by_ripples_episodes_updates_and_phases_in_any_base() {
    let mut harness = app(300);
    let choose = |harness: &mut Harness<'static, App>, which: usize, name: &str| {
        let all = harness.get_all_by_role(egui::Role::ComboBox);
        let combos: Vec<_> = all.filter(|node| node.rect().top() > 600.0).collect();
        combos[which].click();
        harness.run_steps(3);
        harness
            .get_by_role_and_label(egui::Role::Button, name)
            .click();
        harness.run_steps(3);
    };
    let mut places: Vec<Vec<u64>> = Vec::new();
    for unit in ["step", "ripple", "episode", "update", "phase"] {
        choose(&mut harness, 0, unit);
        key(&mut harness, egui::Modifiers::NONE, egui::Key::Home);
        let mut steps = vec![0];
        loop {
            common::press(&mut harness, ">");
            if steps.len() > 40 || harness.query_by_label_contains("looking at").is_none() {
                break;
            }
            steps.push(looked_at(&harness));
        }
        assert!(steps.windows(2).all(|w| w[1] > w[0]), "{unit}: {steps:?}");
        places.push(steps);
    }
    // Each of them stops at places of its own, and larger ones at fewer.
    let [step, ripple, episode, update, phase] = &places[..] else {
        panic!("{places:?}");
    };
    assert!(step.windows(2).all(|w| w[1] == w[0] + 1));
    assert!(update.len() < episode.len() && episode.len() < ripple.len());
    // Four ripples make an update, and with it the sleep is over.
    assert!(update[1..].iter().all(|step| phase.contains(&(step + 1))));
    for base in ["updates", "episodes", "steps"] {
        choose(&mut harness, 1, base);
        key(&mut harness, egui::Modifiers::NONE, egui::Key::End);
    }
}

#[test]
fn a_branch_is_renamed_and_compared() {
    let mut harness = app(300);
    key(&mut harness, egui::Modifiers::NONE, egui::Key::Home);
    key(&mut harness, egui::Modifiers::SHIFT, egui::Key::Space);
    wait_for(&mut harness, "finished");
    bring(&mut harness, "Branches");
    harness.get_all_by_label("Rename").last().unwrap().click();
    harness.run_steps(3);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness.run_steps(1);
    harness
        .get_by_role_and_label(egui::Role::TextInput, "name of the run")
        .type_text("lived again");
    harness.run_steps(2);
    harness.key_press(egui::Key::Enter);
    harness.run_steps(3);
    harness.get_by_label("lived again");
    harness.get_by_label("compare run 1").click();
    harness.run_steps(3);
    assert_eq!(harness.state().compared(), 1);
}
