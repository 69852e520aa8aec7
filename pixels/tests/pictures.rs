//! Pictures of the window and of every panel, from a real run that stands still at its end.

use std::cell::RefCell;
use std::sync::Arc;

use ammon::engine::load;
use ammon::engine::{Activity, BranchView, Request, Snapshot, Worker};
use ammon::gui::{App, Documents, panels};
use ammon::scenario::bundled;
use egui_kittest::Harness;
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
                    let cx = panels::PanelContext {
                        snapshot: &shown,
                        runs: &runs(),
                        others: &[],
                        base: ammon::engine::Base::Steps,
                        differ: &[],
                        documents: &documents,
                        inspecting: &RefCell::default(),
                        ask: &|_| {},
                    };
                    panel.ui(&cx, ui);
                });
            harness.run_steps(4);
            results.add(harness.try_snapshot(name));
        }
    }
}

#[test]
fn the_window_looks_as_it_did() {
    let mut results = egui_kittest::SnapshotResults::new();
    let snapshot = ended();
    for (name, gallery) in [("window", false), ("gallery", true)] {
        let mut app = App::new(Box::new(Still(snapshot.clone())), None);
        if gallery {
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
