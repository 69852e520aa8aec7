//! Pictures of the window and of every panel, from a real run that stands still at its end.

use std::cell::RefCell;
use std::sync::Arc;

use ammon::circuit::Place;
use ammon::engine::load;
use ammon::engine::{Activity, BranchView, Command, Journalled, Request, Snapshot, Worker};
use ammon::gui::{App, Documents, Inspecting, Topic, panels};
use ammon::scenario::bundled;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use pixels::Still;

/// The end of a short run: the same bytes each time, once the measured times are taken out.
fn ended() -> Arc<Snapshot> {
    let mut snapshot = (*run()).clone();
    for row in &mut snapshot.ledger {
        row.microseconds_per_step = 0.0;
    }
    Arc::new(snapshot)
}

fn run() -> Arc<Snapshot> {
    let sets = [
        "hippocampus.store.units=1000",
        "hippocampus.entorhinal.units=500",
        "protocol=[MeasureStore(patterns: [200, 500, 800, 1100, 1500], cues: [0.3, Noise(0.4)], trials: 3, sequence: true), \
         MeasureCapacity(label: \"early\", capacities: [Unbounded, Fixed(steps: 66), Compress()], episodes: 8, recalls: 32), \
         Repeat(times: 12, phases: [Wake(episodes: 16), Sleep(ripples: 4)]), Probe(episodes: 16), Wake(episodes: 4), Sleep(ripples: 2, score: true)]",
    ]
    .map(String::from);
    let scenario = load(bundled()[0].document(), &sets, None).unwrap();
    let worker = Worker::start(&scenario, || {}).unwrap();
    worker.send(Request::Run);
    for _ in 0..6000 {
        if worker.snapshot().activity == Activity::Finished {
            return worker.snapshot();
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("the run did not end");
}

/// Runs as the branches panel lists them.
fn runs() -> Vec<BranchView> {
    let first = BranchView {
        id: 1,
        name: String::new(),
        origin: None,
        active: false,
        compared: true,
        steps: 1416,
        activity: Activity::Finished,
        changes: Vec::new(),
        unsaved: false,
    };
    let hurt = BranchView {
        id: 2,
        name: "without CA3".into(),
        origin: Some((1, 800)),
        active: true,
        compared: false,
        steps: 830,
        activity: Activity::Reliving {
            from: 600,
            at: 830,
            to: 860,
        },
        changes: vec!["lesion CA3 (100 %)".into()],
        unsaved: true,
    };
    let failed = BranchView {
        id: 3,
        name: "fast".into(),
        origin: Some((2, 860)),
        active: false,
        activity: Activity::Failed("not finite".into()),
        changes: vec!["set cortex.optimizer.rate to 0.5".into()],
        ..hurt.clone()
    };
    vec![first, hurt, failed]
}

#[test]
fn every_panel_looks_as_it_did() {
    let snapshot = ended();
    let mut results = egui_kittest::SnapshotResults::new();
    for dark in [true, false] {
        let theme = if dark {
            egui::Theme::Dark
        } else {
            egui::Theme::Light
        };
        for mut panel in panels::all() {
            let name = format!(
                "{}-{}",
                panel.title().to_lowercase().replace(' ', "-"),
                if dark { "dark" } else { "light" }
            );
            let shown = snapshot.clone();
            let documents = RefCell::new(Documents::new(Vec::new()));
            let mut harness = Harness::builder()
                .with_size([480.0, 380.0])
                .with_theme(theme)
                .build_ui(move |ui| {
                    ammon::gui::dress(ui.ctx(), false);
                    let cx = panels::PanelContext {
                        snapshot: &shown,
                        runs: &runs(),
                        others: &[],
                        base: ammon::engine::Base::Steps,
                        differ: &[],
                        documents: &documents,
                        inspecting: &RefCell::default(),
                        lessons: &RefCell::new(ammon::gui::Lessons::new(
                            ammon::gui::Progress::default(),
                        )),
                        still: true,
                        outlined: None,
                        ask: &|_| {},
                    };
                    panel.ui(&cx, ui);
                });
            harness.run_steps(4);
            results.add(harness.try_snapshot(name));
        }
    }
}

/// Where a run goes on, where there is none, and where one has failed.
fn states() -> [Arc<Snapshot>; 3] {
    let mut running = (*ended()).clone();
    running.kept.clone().draw(700, &mut running);
    running.activity = Activity::Running;
    running.live_step = running.step;
    let mut failed = (*ended()).clone();
    let why = "the loss is no longer a finite number at step 1416";
    failed.activity = Activity::Failed(why.into());
    failed.kept.clone().draw(1400, &mut failed);
    [Arc::default(), Arc::new(running), Arc::new(failed)]
}

#[test]
fn panels_look_as_they_did_without_a_run_in_one_and_after_one_has_failed() {
    let titles = [
        "Branches",
        "Parameters",
        "Guide",
        "Metrics",
        "Text",
        "Inspect",
        "Side by side",
        "CA3",
        "Alignment",
        "Theatre",
    ];
    let mut results = egui_kittest::SnapshotResults::new();
    let states = states();
    for theme in [egui::Theme::Dark, egui::Theme::Light] {
        for title in titles {
            let named = title.to_lowercase().replace(' ', "-");
            let name = format!("{named}-states-{}", format!("{theme:?}").to_lowercase());
            let find = || panels::all().into_iter().find(|p| p.title() == title);
            let mut three: Vec<_> = states
                .iter()
                .map(|state| {
                    let documents = RefCell::new(Documents::new(Vec::new()));
                    let inspecting = RefCell::new(Inspecting::default());
                    (find().unwrap(), state.clone(), documents, inspecting)
                })
                .collect();
            three[1].3.get_mut().look_into(Topic::Ripple(20));
            three[2].3.get_mut().look_into(Topic::Point {
                name: "loss".into(),
                time: 900.0,
                value: 1.25,
            });
            let other = states[2].clone();
            let mut harness = Harness::builder()
                .with_size([1260.0, 360.0])
                .with_theme(theme)
                .build_ui(move |ui| {
                    ammon::gui::dress(ui.ctx(), false);
                    ui.columns(3, |columns| {
                        let all = columns.iter_mut().zip(&mut three).enumerate();
                        for (i, (ui, (panel, snapshot, documents, inspecting))) in all {
                            let runs = runs();
                            let others = [(runs[0].clone(), other.clone())];
                            let cx = panels::PanelContext {
                                snapshot,
                                runs: if i == 0 { &[] } else { &runs },
                                others: if i == 1 { &others } else { &[] },
                                base: ammon::engine::Base::Updates,
                                differ: &["cue 0.5 | 0.1".to_string()],
                                documents,
                                inspecting,
                                lessons: &RefCell::new(ammon::gui::Lessons::new(
                                    ammon::gui::Progress::default(),
                                )),
                                still: true,
                                outlined: None,
                                ask: &|_| {},
                            };
                            ui.push_id(i, |ui| panel.ui(&cx, ui));
                        }
                    });
                });
            harness.run_steps(4);
            results.add(harness.try_snapshot(name));
        }
    }
}

#[test]
fn the_timeline_looks_as_it_did() {
    let mut results = egui_kittest::SnapshotResults::new();
    let mut hurt = (*ended()).clone();
    let commands = [
        Command::Lesion {
            target: Place::Ca3,
            fraction: 0.5,
        },
        Command::Set {
            path: "cortex.optimizer.rate".into(),
            value: "0.01".into(),
        },
    ];
    for (step, command) in [400, 900].into_iter().zip(commands) {
        hurt.journal.push(Journalled { step, command });
    }
    for (name, snapshot) in [("ended", Arc::new(hurt)), ("empty", Arc::default())] {
        for theme in [egui::Theme::Dark, egui::Theme::Light] {
            let app = App::new(Box::new(Still(snapshot.clone())), None);
            let mut harness = Harness::builder()
                .with_size([900.0, 300.0])
                .with_theme(theme)
                .build_ui_state(|ui, app: &mut App| app.frame(ui), app);
            harness.run_steps(3);
            if name == "ended" {
                harness.key_press_modifiers(egui::Modifiers::SHIFT, egui::Key::ArrowLeft);
                harness.run_steps(3);
            }
            let theme = format!("{theme:?}").to_lowercase();
            results.add(harness.try_snapshot(format!("timeline-{name}-{theme}")));
        }
    }
}

#[test]
fn a_sweep_looks_as_it_did() {
    let mut results = egui_kittest::SnapshotResults::new();
    for (name, second) in [("band", ""), ("map", "task.delay")] {
        for theme in [egui::Theme::Dark, egui::Theme::Light] {
            let snapshot = Snapshot {
                now: Some(Arc::new(pixels::small())),
                ..Snapshot::default()
            };
            let mut panel = panels::all()
                .into_iter()
                .find(|p| p.title() == "Sweep")
                .unwrap();
            let documents = RefCell::new(Documents::new(Vec::new()));
            let inspecting = RefCell::new(Inspecting::default());
            let mut harness = Harness::builder()
                .with_size([480.0, 560.0])
                .with_theme(theme)
                .build_ui(move |ui| {
                    ammon::gui::dress(ui.ctx(), false);
                    let cx = panels::PanelContext {
                        snapshot: &snapshot,
                        runs: &[],
                        others: &[],
                        base: ammon::engine::Base::Steps,
                        differ: &[],
                        documents: &documents,
                        inspecting: &inspecting,
                        lessons: &RefCell::new(ammon::gui::Lessons::new(
                            ammon::gui::Progress::default(),
                        )),
                        still: true,
                        outlined: None,
                        ask: &|_| {},
                    };
                    panel.ui(&cx, ui);
                });
            harness.run_steps(2);
            let texts = [
                ("parameter 1", 0, "cortex.cell.units"),
                ("values", 0, "4, 8, 12"),
                ("parameter 2", 0, second),
                ("values", 1, if second.is_empty() { "" } else { "2, 3" }),
            ];
            for (label, which, text) in texts.into_iter().filter(|(_, _, text)| !text.is_empty()) {
                let role = egui::Role::TextInput;
                let fields: Vec<_> = harness.get_all_by_role_and_label(role, label).collect();
                fields[which].click();
                drop(fields);
                harness.run_steps(2);
                let fields: Vec<_> = harness.get_all_by_role_and_label(role, label).collect();
                fields[which].type_text(text);
                drop(fields);
                harness.run_steps(2);
                harness.key_press(egui::Key::Escape);
                harness.run_steps(2);
            }
            harness.get_by_label("Begin the sweep").click();
            harness.run_steps(2);
            for _ in 0..6000 {
                if harness.query_by_label_contains("ended: ").is_some() {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(10));
                harness.run_steps(1);
            }
            // Nothing is hovered.
            harness.hover_at(egui::pos2(470.0, 550.0));
            harness.run_steps(4);
            let theme = format!("{theme:?}").to_lowercase();
            results.add(harness.try_snapshot(format!("sweep-{name}-{theme}")));
        }
    }
}

#[test]
fn the_window_looks_as_it_did() {
    let mut results = egui_kittest::SnapshotResults::new();
    let snapshot = ended();
    let measured = Arc::new(Snapshot {
        only_measures: true,
        ..(*snapshot).clone()
    });
    for (name, snapshot) in [
        ("window", &snapshot),
        ("gallery", &snapshot),
        ("window-of-measurements", &measured),
    ] {
        let mut app = App::new(Box::new(Still(snapshot.clone())), None);
        if name == "gallery" {
            app.show_gallery();
        }
        let mut harness = Harness::builder()
            .with_size([1280.0, 800.0])
            .with_theme(egui::Theme::Dark)
            .build_ui_state(|ui, app: &mut App| app.frame(ui), app);
        harness.run_steps(4);
        results.add(harness.try_snapshot(name));
    }
}

#[test]
fn the_export_dialog_looks_as_it_did() {
    let mut results = egui_kittest::SnapshotResults::new();
    for (name, part) in [("whole", false), ("part", true)] {
        for theme in [egui::Theme::Dark, egui::Theme::Light] {
            let app = App::new(Box::new(Still(ended())), None);
            let mut harness = Harness::builder()
                .with_size([900.0, 600.0])
                .with_theme(theme)
                .build_ui_state(|ui, app: &mut App| app.frame(ui), app);
            harness.run_steps(3);
            harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::E);
            harness.run_steps(3);
            if part {
                harness.get_by_label("only a part of the time").click();
                harness.run_steps(3);
            }
            results.add(harness.try_snapshot(format!("export-{name}-{theme:?}").to_lowercase()));
        }
    }
}
