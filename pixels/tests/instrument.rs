//! Changing, comparing and trying in the app, on real runs.

mod common;

use std::time::{Duration, Instant};

use ammon::engine::{Activity, Scenario, Snapshot, load};
use ammon::gui::{App, panels};
use ammon::scenario::{LessonStep, TrySpec, bundled, lesson, lesson_texts};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use pixels::{app_after, small};

use common::{bring, lesion, window};

/// An app on a scenario after so many steps.
fn app(scenario: Scenario, steps: u64) -> Harness<'static, App> {
    window(app_after(scenario, steps), 1600.0, 1400.0)
}

/// Waits until something holds of the run at hand.
fn wait(harness: &mut Harness<'static, App>, what: &str, holds: impl Fn(&Snapshot) -> bool) {
    let begun = Instant::now();
    while !holds(&harness.state().snapshot()) {
        assert!(begun.elapsed() < Duration::from_mins(2), "{what}");
        std::thread::sleep(Duration::from_millis(5));
        harness.run_steps(1);
    }
}

fn find(harness: &mut Harness<'static, App>, text: &str) {
    harness
        .get_by_role_and_label(egui::Role::TextInput, "find")
        .click();
    harness.run_steps(2);
    let field = harness.get_by_role_and_label(egui::Role::TextInput, "find");
    field.type_text(text);
    harness.run_steps(3);
}

#[test]
fn a_live_parameter_changes_the_run_and_is_taken_back() {
    let mut harness = app(small(), 50);
    bring(&mut harness, "Parameters");
    find(&mut harness, "optimizer.rate");
    harness
        .get_by_role_and_label(egui::Role::SpinButton, "rate")
        .click();
    harness.run_steps(2);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness
        .get_by_role_and_label(egui::Role::SpinButton, "rate")
        .type_text("0.02");
    harness.run_steps(2);
    harness.key_press(egui::Key::Enter);
    harness.run_steps(2);
    wait(&mut harness, "the rate was not set", |s| {
        s.journal.len() == 1
    });
    let told = harness.state().snapshot().journal[0].command.describe();
    assert_eq!(told, "set cortex.optimizer.rate to 0.02");
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
    harness.run_steps(2);
    wait(&mut harness, "it was not undone", |s| s.journal.is_empty());
    harness.key_press_modifiers(
        egui::Modifiers::COMMAND | egui::Modifiers::SHIFT,
        egui::Key::Z,
    );
    harness.run_steps(2);
    wait(&mut harness, "it was not done again", |s| {
        s.journal.len() == 1
    });
}

#[test]
fn what_a_run_is_made_of_changes_in_a_new_one() {
    let mut harness = app(small(), 50);
    bring(&mut harness, "Parameters");
    find(&mut harness, "separation");
    harness
        .get_by_role_and_label(egui::Role::ComboBox, "separation")
        .click();
    harness.run_steps(3);
    harness.get_by_label("Direct").click();
    harness.run_steps(3);
    harness.get_by_label_contains("a new run with hippocampus.separation=Direct");
    harness.get_by_label("Begin it").click();
    harness.run_steps(3);
    let snapshot = harness.state().snapshot();
    assert_eq!(snapshot.step, 0);
    assert!(format!("{:?}", snapshot.now.as_ref().unwrap().setup).contains("Direct"));
    bring(&mut harness, "Branches");
    harness.get_by_label("run 1");
    harness.get_by_label("hippocampus.separation=Direct");
}

#[test]
fn a_layout_is_kept_by_its_name_and_a_panel_that_was_closed_comes_back() {
    let mut harness = app(small(), 20);
    let view = |harness: &mut Harness<'static, App>| {
        harness.get_by_label("View").click();
        harness.run_steps(3);
    };
    view(&mut harness);
    let name = || egui::Role::TextInput;
    harness.get_by_role_and_label(name(), "layout").click();
    harness.run_steps(2);
    harness
        .get_by_role_and_label(name(), "layout")
        .type_text("mine");
    harness.run_steps(2);
    harness.get_by_label("Keep").click();
    harness.run_steps(3);
    // The menu stays while panels are ticked.
    harness
        .get_by_role_and_label(egui::Role::CheckBox, "Circuit")
        .click();
    harness.run_steps(3);
    assert!(harness.query_by_label("Figure of circuit").is_none());
    harness.get_by_label("mine").click();
    harness.run_steps(3);
    harness.get_by_label("Figure of circuit");
    harness
        .get_by_role_and_label(egui::Role::CheckBox, "Circuit")
        .click();
    harness.run_steps(3);
    harness.state_mut().bring_forward("Circuit");
    harness.run_steps(3);
    harness.get_by_label("Figure of circuit");
}

#[test]
fn what_would_be_undone_is_told() {
    let mut harness = app(small(), 20);
    harness.get_by_label("Edit").click();
    harness.run_steps(3);
    harness.get_by_label("Nothing to undo");
    harness.get_by_label("Nothing to redo");
    harness.key_press(egui::Key::Escape);
    harness.run_steps(2);
    lesion(&mut harness, "Schaffer");
    wait(&mut harness, "no lesion", |s| s.journal.len() == 1);
    harness.get_by_label("Edit").click();
    harness.run_steps(3);
    harness
        .get_by_label("Undo: lesion Schaffer (100 %)")
        .click();
    harness.run_steps(2);
    wait(&mut harness, "it was not undone", |s| s.journal.is_empty());
}

/// Everything that bundled scenarios suggest to try does what it says.
#[test]
fn every_suggestion_is_done_with_one_click_and_has_its_effect() {
    for scenario in bundled() {
        let loaded = load(scenario.document(), &[], None).unwrap();
        for (i, attempt) in loaded.r#try.iter().enumerate() {
            let of = format!("{}: {}", scenario.name, attempt.text);
            let mut harness = app(loaded.clone(), 0);
            bring(&mut harness, "Guide");
            harness.get_by_label(&format!("Try {}", i + 1)).click();
            harness.run_steps(3);
            effect(&mut harness, &attempt.action, 1, &of);
        }
    }
}

/// Waits until what was tried has its effect; so many runs are compared then.
fn effect(harness: &mut Harness<'static, App>, action: &TrySpec, compared: usize, of: &str) {
    match action {
        TrySpec::Lesion(lesion) => wait(harness, of, |s| {
            let regions = s.regions.iter().map(|r| (r.place, r.lesion));
            let mut all = regions.chain(s.pathways.iter().map(|p| (p.place, p.lesion)));
            all.any(|(place, part)| place == lesion.target && part == lesion.fraction)
        }),
        TrySpec::Set(set) => wait(harness, of, |s| has(s, &set.changes.0)),
        TrySpec::Compare(changed) => {
            wait(harness, of, |s| has(s, &changed.changes.0) && s.step > 0);
            assert_eq!(harness.state().compared(), compared, "{of}");
        }
        TrySpec::Scenario(other) => {
            let other = bundled().iter().find(|b| b.name == other.name).expect(of);
            let title = load(other.document(), &[], None).unwrap().title;
            // What was lived so far may be asked about.
            if harness.query_all_by_label("Discard").count() > 0 {
                harness.get_by_label("Discard").click();
                harness.run_steps(2);
            }
            wait(harness, of, |s| s.title == title);
        }
    }
    wait(harness, of, |s| {
        s.step > 0 || matches!(s.activity, Activity::Running | Activity::Finished)
    });
}

/// Every lesson is taken from its first step to its last with its own buttons, and what is to be done in it has its effect.
#[test]
fn every_lesson_leads_from_its_first_step_to_its_last() {
    let titles: Vec<&str> = panels::all().iter().map(|p| p.title()).collect();
    for (name, text) in lesson_texts() {
        let wanted = lesson(name, text).unwrap();
        let scenario = bundled().iter().find(|b| b.name == wanted.scenario);
        let scenario = load(scenario.unwrap().document(), &[], None).unwrap();
        let mut harness = app(pixels::small(), 0);
        bring(&mut harness, "Guide");
        let chooser = |harness: &mut Harness<'static, App>| {
            harness
                .get_by_role_and_label(egui::Role::ComboBox, "guide")
                .click();
            harness.run_steps(2);
        };
        chooser(&mut harness);
        let all = wanted.steps.len();
        let mut compared = 0;
        harness
            .get_by_label(&format!("{} (0 of {all})", wanted.title))
            .click();
        harness.run_steps(2);
        wait(&mut harness, name, |s| s.title == scenario.title);
        for (i, step) in wanted.steps.iter().enumerate() {
            let of = format!("{name}, step {}", i + 1);
            harness.get_by_label(&format!("{} of {all}", i + 1));
            match step {
                LessonStep::Read(read) => {
                    harness.get_by_label(&read.text);
                }
                LessonStep::Watch(watch) => {
                    assert!(titles.contains(&watch.panel.as_str()), "{of}");
                    harness.get_by_label(&watch.text);
                }
                LessonStep::Question(question) => {
                    harness.get_by_label(&question.question);
                    assert_eq!(harness.query_all_by_label(&question.answer).count(), 0);
                    // Those of earlier steps stand above it.
                    harness.query_all_by_label("Answer").last().unwrap().click();
                    harness.run_steps(20);
                    harness.get_by_label(&question.answer);
                }
                LessonStep::Try(attempt) => {
                    harness.query_all_by_label("Do it").last().unwrap().click();
                    harness.run_steps(3);
                    compared += usize::from(matches!(attempt.action, TrySpec::Compare(_)));
                    effect(&mut harness, &attempt.action, compared, &of);
                }
            }
            let on = if i + 1 == all { "Finish" } else { "Next step" };
            harness.get_by_label(on).click();
            harness.run_steps(2);
        }
        harness.get_by_label("You have finished this lesson.");
        chooser(&mut harness);
        harness.get_by_label(&format!("{} ({all} of {all})", wanted.title));
    }
}

/// Whether parameters have these values now.
fn has(snapshot: &Snapshot, changes: &[String]) -> bool {
    let Some(now) = &snapshot.now else {
        return false;
    };
    changes.iter().all(|change| {
        let (path, value) = change.split_once('=').unwrap();
        ammon::engine::given(now, path, value).is_ok_and(|(same, _)| same == **now)
    })
}

#[test]
fn suggestions_name_panels_that_are_there() {
    let titles: Vec<&str> = panels::all().iter().map(|p| p.title()).collect();
    for scenario in bundled() {
        let loaded = load(scenario.document(), &[], None).unwrap();
        for watch in &loaded.watch {
            let name = scenario.name;
            assert!(
                titles.contains(&watch.panel.as_str()),
                "{name}: {}",
                watch.panel
            );
        }
    }
}
