//! The app without a renderer: panels on any snapshot, actions in any state, clicks that send requests.
#![cfg(feature = "gui")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use ammon::engine::{
    Activity, Command, CortexView, Experiment, LogLine, Raster, Request, RippleEntry, RippleStep,
    RippleView, Snapshot, Source,
};
use ammon::event::{Direction, Outcome, RippleRecord};
use ammon::gui::{Action, App, Simulation, panels};
use ammon::scenario::{Text, bundled, load};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

/// A run that stands still and notes what it is asked.
struct Still {
    snapshot: Arc<Snapshot>,
    asked: Rc<RefCell<Vec<String>>>,
}

impl Simulation for Still {
    fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.clone()
    }

    fn send(&self, request: Request) {
        self.asked.borrow_mut().push(format!("{request:?}"));
    }
}

fn record(ripple: u64, completed: bool) -> RippleRecord {
    RippleRecord {
        ripple,
        time: ripple / 2,
        engram: 7,
        episode: 3,
        order: Direction::Reverse,
        cue: "Fraction".into(),
        cue_fraction: 0.5,
        steps: 4,
        overlap_mean: 0.9,
        overlap_min: 0.8,
        completed,
        cosine: if completed { 1.0 } else { f64::NAN },
        outcome: if completed {
            Outcome::Completed
        } else {
            Outcome::Lost
        },
    }
}

fn full() -> Snapshot {
    let scenario = load(
        bundled()[0].document(),
        &["hippocampus.store.units=100".into()],
        None,
    )
    .unwrap();
    let mut snapshot = Snapshot {
        activity: Activity::Paused,
        live_step: 9,
        ..Snapshot::default()
    };
    Experiment::<f32>::new(&scenario).draw(&mut snapshot);
    let wave = |n: usize| (0..n).map(|i| (i as f32 * 0.7).sin()).collect::<Vec<f32>>();
    snapshot.cortex = Arc::new(CortexView {
        source: Source::Lived,
        episode: 3,
        length: 6,
        states: Raster {
            units: 8,
            values: wave(40),
        },
        inputs: Raster {
            units: 3,
            values: wave(15),
        },
        outputs: vec![(5, vec![0.7, 0.2, 0.1])],
        input_names: Arc::new(vec!["symbol 1".into(), "go".into()]),
    });
    let steps = (0..4).map(|i| RippleStep {
        active: vec![i, i + 5, 90 + i],
        overlap: 0.9,
        strength: 0.8,
        support: 1.0,
        sweeps: 2,
        lived_step: Some(3 - i as usize),
    });
    let view = Arc::new(RippleView {
        ripple: 1,
        episode: 3,
        order: Direction::Reverse,
        units: 100,
        code_size: 3,
        cue: vec![1, 4],
        steps: steps.collect(),
        decoded: Raster {
            units: 8,
            values: wave(32),
        },
        lived: Raster {
            units: 8,
            values: wave(32),
        },
    });
    snapshot.ripple = view.clone();
    snapshot.ripples = Arc::new(vec![
        RippleEntry {
            record: record(0, false),
            detail: None,
        },
        RippleEntry {
            record: record(1, true),
            detail: Some(view),
        },
    ]);
    let series = |v: f64| Arc::new((0..50).map(|i| [f64::from(i), v]).collect::<Vec<_>>());
    snapshot.series = Arc::new(BTreeMap::from([
        ("loss".into(), series(1.0)),
        ("accuracy".into(), series(0.3)),
        ("probe.accuracy".into(), series(0.25)),
        ("alignment.ReplayBptt.remote".into(), series(0.99)),
        ("alignment.Tbptt.remote".into(), series(0.0)),
    ]));
    snapshot.log = Arc::new(vec![LogLine {
        time: 4,
        text: "ripple 0 of episode 3: attractor lost".into(),
    }]);
    snapshot
}

/// Values that no run should make, and that must do no harm.
fn hostile() -> Snapshot {
    let mut snapshot = full();
    let mut cortex = (*snapshot.cortex).clone();
    cortex.states = Raster {
        units: 7,
        values: vec![f32::NAN, f32::INFINITY, 1e38],
    };
    cortex.inputs = Raster {
        units: 0,
        values: vec![1.0; 5],
    };
    cortex.outputs = vec![(usize::MAX, vec![])];
    cortex.length = 0;
    cortex.input_names = Arc::default();
    snapshot.cortex = Arc::new(cortex);
    let mut ripple = (*snapshot.ripple).clone();
    ripple.units = 0;
    ripple.steps[0].active = vec![u32::MAX];
    ripple.steps[1].overlap = f32::NAN;
    ripple.lived = Raster {
        units: 3,
        values: vec![f32::NAN; 4],
    };
    snapshot.ripple = Arc::new(ripple.clone());
    snapshot.ripples = Arc::new(vec![RippleEntry {
        record: record(u64::MAX, true),
        detail: Some(Arc::new(ripple)),
    }]);
    let bad = vec![
        [f64::NAN, 1.0],
        [1.0, f64::INFINITY],
        [2.0, f64::NEG_INFINITY],
    ];
    snapshot.series = Arc::new(BTreeMap::from([
        ("loss".into(), Arc::new(bad.clone())),
        ("alignment..remote".into(), Arc::new(bad)),
        ("alignment.".into(), Arc::default()),
    ]));
    snapshot.pathways.iter_mut().for_each(|p| p.to = 99);
    snapshot.regions.iter_mut().for_each(|r| {
        r.activity = f32::NAN;
        r.lesion = 1.0;
    });
    snapshot.progress = f64::NAN;
    snapshot.rate = f64::NAN;
    snapshot.activity = Activity::Failed("the loss is no longer a finite number".into());
    snapshot
}

fn app(snapshot: Snapshot) -> (Harness<'static, App>, Rc<RefCell<Vec<String>>>) {
    let asked = Rc::new(RefCell::new(Vec::new()));
    let still = Still {
        snapshot: Arc::new(snapshot),
        asked: asked.clone(),
    };
    let app = App::new(Box::new(still), None);
    let harness = Harness::builder()
        .with_size([1280.0, 800.0])
        .with_max_steps(12)
        .build_ui_state(|ui, app: &mut App| app.frame(ui), app);
    (harness, asked)
}

#[test]
fn every_panel_draws_any_snapshot() {
    for snapshot in [Snapshot::default(), full(), hostile()] {
        for mut panel in panels::all() {
            assert!(panel.help().len() > 40, "{}", panel.title());
            let cx_snapshot = snapshot.clone();
            let mut harness = Harness::new_ui(move |ui| {
                let cx = panels::PanelContext {
                    snapshot: &cx_snapshot,
                    send: &|_| {},
                };
                panel.ui(&cx, ui);
            });
            harness.run_steps(3);
        }
    }
}

#[test]
fn every_action_is_safe_in_every_state() {
    for snapshot in [Snapshot::default(), full(), hostile()] {
        for (action, _, _) in Action::ALL {
            let (mut harness, _) = app(snapshot.clone());
            let ctx = harness.ctx.clone();
            harness.state_mut().act(action, &ctx);
            harness.run_steps(3);
            harness.state_mut().show_gallery();
            harness.state_mut().act(action, &ctx);
            harness.run_steps(3);
        }
    }
}

#[test]
fn keys_and_clicks_send_requests() {
    let (mut harness, asked) = app(full());
    harness.run_steps(2);
    harness.key_press(egui::Key::Space);
    harness.run_steps(2);
    assert!(
        asked.borrow().contains(&format!("{:?}", Request::Run)),
        "{asked:?}"
    );
    // A region's own name is also that of its panel's tab: a pathway is told apart.
    harness.get_by_label("Schaffer").click();
    harness.run_steps(2);
    let lesion = Request::Apply(Command::Lesion {
        target: "Schaffer".into(),
        fraction: 1.0,
    });
    assert!(asked.borrow().contains(&format!("{lesion:?}")), "{asked:?}");
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::ArrowLeft);
    harness.run_steps(2);
    assert!(
        asked.borrow().iter().any(|r| r.starts_with("Seek")),
        "{asked:?}"
    );
}

#[test]
fn a_broken_scenario_shows_its_problems() {
    let text = Text {
        name: "broken.ron".into(),
        text: "Scenario(sed: 1, protocol: [Wak(episodes: 2)])".into(),
    };
    let diagnostics = load(text, &[], None).unwrap_err();
    let (mut harness, _) = app(full());
    harness.state_mut().show_problems(diagnostics);
    harness.run_steps(3);
    harness.get_by_label_contains("broken.ron:1:10");
    harness.get_by_label_contains("2 problems");
    harness.get_by_label("Back").click();
    harness.run_steps(3);
    harness.get_by_label_contains("click to lesion");
}

#[test]
fn the_gallery_loads_and_runs_a_scenario() {
    let (mut harness, asked) = app(full());
    harness.state_mut().show_gallery();
    harness.run_steps(3);
    harness.get_by_label("recall-truncated");
    let runs: Vec<_> = harness.get_all_by_label("Run").collect();
    // The first is the one of the bar above; the next that of the first card.
    runs[1].click();
    harness.run_steps(3);
    let asked = asked.borrow();
    assert!(
        asked.iter().any(|r| r.starts_with("Load")) && asked.iter().any(|r| r == "Run"),
        "{}",
        asked.len()
    );
}
