//! The app without a renderer: panels on any snapshot, actions in any state, clicks that send requests.

mod common;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use ammon::circuit::Place;
use ammon::engine::{
    Activity, Asking, BranchView, Command, CortexView, Ending, Experiment, Frames, Inquiry,
    LivedView, LogLine, OutputView, Raster, Request, RippleStep, RippleView, Said, Scenario,
    Series, Session, Snapshot, Source, draw, load,
};
use ammon::gui::{Action, App, Documents, FileDialog, Simulation, Wanted, Wish, panels};
use ammon::record::{CapacityRecord, Metric, Order, Outcome, RippleRecord};
use ammon::scenario::{Text, bundled};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use pixels::{Memory, app_after, small};

use common::{ask_to_close, window};

/// A run that stands still and notes what it is asked.
struct Still {
    snapshot: Arc<Snapshot>,
    asked: Rc<RefCell<Vec<String>>>,
}

impl Simulation for Still {
    fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.clone()
    }

    fn send(&mut self, request: Request) {
        self.asked.borrow_mut().push(format!("{request:?}"));
    }

    fn wish(&mut self, wish: Wish) -> Result<(), String> {
        self.asked.borrow_mut().push(format!("{wish:?}"));
        Ok(())
    }

    fn list(&self) -> Vec<BranchView> {
        vec![one(&self.snapshot, false)]
    }

    fn snapshot_of(&self, _: u64) -> Option<Arc<Snapshot>> {
        None
    }

    fn scenario(&self) -> Option<Arc<Scenario>> {
        None
    }

    fn inquire(&self, _: Asking) -> Result<Inquiry, String> {
        Err("it stands still".into())
    }
}

/// The only run there is.
fn one(snapshot: &Snapshot, unsaved: bool) -> BranchView {
    BranchView {
        id: 1,
        name: String::new(),
        origin: None,
        active: true,
        compared: false,
        steps: snapshot.live_step,
        activity: snapshot.activity.clone(),
        changes: Vec::new(),
        unsaved,
    }
}

/// Series by the names of their metrics.
fn named<const N: usize>(series: [(&str, Arc<Series>); N]) -> Arc<BTreeMap<Metric, Arc<Series>>> {
    let named = series.map(|(name, points)| (Metric::named(name), points));
    Arc::new(BTreeMap::from(named))
}

fn record(ripple: u64, completed: bool) -> RippleRecord {
    RippleRecord {
        ripple,
        time: ripple / 2,
        engram: Some(7),
        episode: 3,
        order: Order::REVERSE,
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
    draw(
        &Experiment::<f32>::new(&scenario),
        &Frames::new(0),
        &mut snapshot,
    );
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
        outputs: vec![OutputView {
            step: 5,
            values: vec![0.7, 0.2, 0.1],
            targets: vec![1.0, 0.0, 0.0],
        }],
        classes: true,
        input_names: Arc::new(vec!["symbol 1".into(), "go".into()]),
        said: vec![
            Said {
                t: 5,
                b: 0,
                asked: 0,
                said: 0,
            },
            Said {
                t: 5,
                b: 1,
                asked: 0,
                said: 2,
            },
        ],
    });
    let steps = (0..4).map(|i| RippleStep {
        active: vec![i, i + 5, 90 + i],
        overlap: 0.9,
        strength: 0.8,
        support: 1.0,
        sweeps: vec![],
        lived_step: Some(3 - i as usize),
    });
    let view = Arc::new(RippleView {
        ripple: 1,
        length: 6,
        episode: 3,
        order: Order::REVERSE,
        step_ms: 5.0,
        units: 100,
        code_size: 3,
        cue: vec![1, 4],
        steps: steps.collect(),
        decoded: Raster {
            units: 8,
            values: wave(32),
        },
        delta: Raster {
            units: 8,
            values: wave(32),
        },
        rule: "ReplayBptt".into(),
        lived_ms: 100.0,
        codes: Arc::new((0..6).map(|i| vec![i, i + 5, 90 + i]).collect()),
        lived: Some(Arc::new(LivedView {
            states: Raster {
                units: 8,
                values: wave(48),
            },
            inputs: Raster {
                units: 2,
                values: [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]
                    .into_iter()
                    .chain([0.0, 0.0, 0.0, 0.0, 0.0, 1.0])
                    .collect(),
            },
            input_names: Arc::new(vec!["symbol 1".into(), "go".into()]),
            scored: vec![0.0, 0.0, 0.0, 0.0, 0.0, 1.0],
            exact: Raster {
                units: 8,
                values: wave(48),
            },
            reach: 4,
            truncated: Raster {
                units: 8,
                values: wave(48),
            },
            ..LivedView::default()
        })),
        ..RippleView::default()
    });
    snapshot.ripple = view;
    snapshot.ripples = Arc::new(vec![record(0, false), record(1, true)]);
    let series = |v: f64| Arc::new((0..50).map(|i| [f64::from(i), v]).collect::<Vec<_>>());
    snapshot.series = named([
        ("loss", series(1.0)),
        ("accuracy", series(0.3)),
        ("probe.accuracy", series(0.25)),
        ("alignment.ReplayBptt.remote", series(0.99)),
        ("alignment.Tbptt.remote", series(0.0)),
        ("capacity.Ca3-100-0.03.patterns_at_0.9", series(41.0)),
        ("memory.late.Compress-0.3.ratio", series(f64::NAN)),
        ("score.CA3.significant", series(1.0)),
        ("score.shuffled.CA3.significant", series(0.05)),
    ]);
    snapshot.capacity = Arc::new(
        (1..6)
            .map(|i| CapacityRecord {
                store: "Ca3-100-0.03".into(),
                units: 100,
                sparsity: 0.03,
                patterns: 10 * i,
                cue: if i == 5 { "Forward" } else { "Fraction" }.into(),
                cue_fraction: 0.5,
                noise: 0.0,
                trials: 4,
                overlap_mean: 1.0 / i as f64,
                overlap_se: if i == 2 { f64::NAN } else { 0.05 },
                exact_rate: 0.5,
                time: 0,
                label: String::new(),
            })
            .collect(),
    );
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
    cortex.outputs = vec![OutputView {
        step: usize::MAX,
        ..OutputView::default()
    }];
    cortex.said[0].asked = usize::MAX;
    cortex.length = 0;
    cortex.input_names = Arc::default();
    snapshot.cortex = Arc::new(cortex);
    let mut ripple = (*snapshot.ripple).clone();
    ripple.units = 0;
    ripple.steps[0].active = vec![u32::MAX];
    ripple.steps[1].overlap = f32::NAN;
    ripple.delta.values.truncate(5);
    ripple.lived = Some(Arc::new(LivedView {
        states: Raster {
            units: 3,
            values: vec![f32::NAN; 4],
        },
        ..LivedView::default()
    }));
    snapshot.ripple = Arc::new(ripple);
    snapshot.ripples = Arc::new(vec![record(u64::MAX, true)]);
    let bad = vec![
        [f64::NAN, 1.0],
        [1.0, f64::INFINITY],
        [2.0, f64::NEG_INFINITY],
    ];
    snapshot.series = named([
        ("loss", Arc::new(bad.clone())),
        ("alignment..remote", Arc::new(bad)),
        ("alignment.", Arc::default()),
    ]);
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
            let documents = RefCell::new(Documents::new(Vec::new()));
            let mut harness = Harness::new_ui(move |ui| {
                let cx = panels::PanelContext {
                    snapshot: &cx_snapshot,
                    runs: &[one(&cx_snapshot, true)],
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
    harness.run_steps(3);
    harness
        .get_by_role_and_label(egui::Role::Button, "Lesion")
        .click();
    harness.run_steps(2);
    let lesion = Request::Apply(Command::Lesion {
        target: Place::Schaffer,
        fraction: 1.0,
    });
    assert!(asked.borrow().contains(&format!("{lesion:?}")), "{asked:?}");
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
    harness.run_steps(2);
    assert!(asked.borrow().iter().any(|r| r == "Undo"), "{asked:?}");
}

#[test]
fn a_broken_scenario_shows_its_problems() {
    let text = Text {
        name: "broken.ron".into(),
        text: "Scenario(sed: 1, protocol: [Wak(episodes: 2)])".into(),
    };
    let diagnostics = load(text, &[], None).unwrap_err();
    let (mut harness, _) = app(full());
    harness.state_mut().show_problems(diagnostics, None);
    harness.run_steps(3);
    harness.get_by_label_contains("broken.ron:1:10");
    harness.get_by_label_contains("2 problems");
    harness.get_by_label("Back").click();
    harness.run_steps(3);
    harness.get_by_label("Figure of circuit");
}

#[test]
fn the_gallery_loads_and_runs_a_scenario() {
    let (mut harness, asked) = app(full());
    harness.state_mut().show_gallery();
    harness.run_steps(3);
    harness.get_by_label("Rival rules");
    common::press(&mut harness, "Details of recall-truncated");
    harness.get_by_label("Truncated credit does not reach back to the symbol");
    harness.get_by_label("How can the cosine be 0.92 while nothing is learned?");
    common::press(&mut harness, "All scenarios");
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

/// A run whose answers a test decides.
fn answered(snapshot: Snapshot, answer: Result<(), String>) -> Harness<'static, App> {
    struct Answering(Arc<Snapshot>, Result<(), String>);
    impl Simulation for Answering {
        fn snapshot(&self) -> Arc<Snapshot> {
            self.0.clone()
        }

        fn send(&mut self, request: Request) {
            if let Request::Save { done, .. } = request {
                done.try_send(self.1.clone()).unwrap();
            }
        }

        fn wish(&mut self, _: Wish) -> Result<(), String> {
            Ok(())
        }

        fn list(&self) -> Vec<BranchView> {
            vec![one(&self.0, false)]
        }

        fn snapshot_of(&self, _: u64) -> Option<Arc<Snapshot>> {
            None
        }

        fn scenario(&self) -> Option<Arc<Scenario>> {
            None
        }

        fn inquire(&self, _: Asking) -> Result<Inquiry, String> {
            Err("it stands still".into())
        }
    }
    let app = App::new(Box::new(Answering(Arc::new(snapshot), answer)), None);
    Harness::builder()
        .with_size([1280.0, 800.0])
        .with_max_steps(12)
        .build_ui_state(|ui, app: &mut App| app.frame(ui), app)
}

#[test]
fn shift_makes_a_key_do_more() {
    let (mut harness, asked) = app(full());
    harness.run_steps(2);
    for (key, modifiers, request) in [
        (egui::Key::N, egui::Modifiers::NONE, Request::Step(1)),
        (egui::Key::N, egui::Modifiers::SHIFT, Request::Step(100)),
    ] {
        asked.borrow_mut().clear();
        harness.key_press_modifiers(modifiers, key);
        harness.run_steps(2);
        assert_eq!(*asked.borrow(), [format!("{request:?}")]);
    }
}

#[test]
fn every_key_does_its_own_action() {
    for (action, name, key) in Action::ALL {
        let Some((modifiers, key)) = key else {
            continue;
        };
        let mut input = egui::InputState::default();
        input.events.push(egui::Event::Key {
            key,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers,
        });
        assert!(Action::pressed(&mut input, false) == [action], "{name}");
    }
}

#[test]
fn a_save_that_fails_says_why_where_it_was_asked() {
    let mut harness = answered(full(), Err("run is not empty".into()));
    let ctx = harness.ctx.clone();
    harness.state_mut().act(Action::Save, &ctx);
    harness.run_steps(3);
    harness.get_by_label("Save").click();
    harness.run_steps(4);
    harness.get_by_label_contains("run is not empty");
    harness.get_by_label("Save");
}

#[test]
fn a_path_that_cannot_be_opened_says_so_where_it_was_asked() {
    let (mut harness, _) = app(full());
    let ctx = harness.ctx.clone();
    harness.state_mut().act(Action::Open, &ctx);
    harness.run_steps(3);
    harness
        .get_by_role_and_label(egui::Role::TextInput, "path")
        .type_text("/nowhere/at/all.ron");
    harness.run_steps(2);
    harness.get_by_label("Open").click();
    harness.run_steps(4);
    harness.get_by_label_contains("all.ron");
    harness.get_by_label("Cancel");
}

/// A folder as a window leaves it, with a summary.
fn left(dir: &Path, name: &str, title: &str) -> PathBuf {
    let path = dir.join(name);
    std::fs::create_dir(&path).unwrap();
    let summary = format!(r#"{{"scenario": "{title}", "seed": 4, "steps": 1234}}"#);
    std::fs::write(path.join("summary.json"), summary).unwrap();
    path
}

#[test]
fn runs_left_behind_are_offered_one_after_the_other() {
    let dir = tempfile::tempdir().unwrap();
    let first = left(dir.path(), "ammon-run-a", "The first");
    let second = left(dir.path(), "ammon-run-b", "");
    let (mut harness, _) = app(full());
    harness
        .state_mut()
        .offer(vec![first.clone(), second.clone()]);
    harness.run_steps(3);
    harness.get_by_label_contains("was killed has left a run");
    harness.get_by_label("The first, seed 4, 1234 steps");
    harness.get_by_label("Discard it").click();
    harness.run_steps(3);
    assert!(!first.exists() && second.exists());
    harness.get_by_label("without a title, seed 4, 1234 steps");
    harness.get_by_label("Ask again next time").click();
    harness.run_steps(3);
    assert!(second.exists() && harness.query_by_label("Discard it").is_none());
}

#[test]
fn a_run_left_behind_that_cannot_be_opened_stays_where_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let broken = left(dir.path(), "ammon-run-c", "Half written");
    let mut harness = window(app_after(small(), 0), 1280.0, 800.0);
    harness.state_mut().offer(vec![broken.clone()]);
    harness.run_steps(3);
    harness.get_by_label("Open it").click();
    harness.run_steps(3);
    assert!(broken.exists() && harness.query_by_label("Open it").is_none());
    harness.get_by_label_contains("ammon-run-c");
}

#[test]
fn a_run_left_behind_is_opened_and_asked_about_before_it_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ammon-run-d");
    let sets = [
        "protocol=[Wake(episodes: 4), Sleep(ripples: 4)]",
        "hippocampus.store.units=100",
    ]
    .map(String::from);
    let scenario = load(bundled()[0].document(), &sets, None).unwrap();
    let mut experiment = Experiment::<f32>::new(&scenario);
    let mut session = Session::create(&path, false, &experiment).unwrap();
    for _ in 0..7 {
        experiment.step(&mut session).unwrap();
    }
    session.checkpoint(&experiment, &Ending::Running).unwrap();
    drop(session);
    let mut harness = window(app_after(small(), 0), 1280.0, 800.0);
    harness.state_mut().offer(vec![path.clone()]);
    harness.run_steps(3);
    harness.get_by_label("Open it").click();
    harness.run_steps(3);
    harness.get_by_label_contains("recovered; save it to keep it");
    ask_to_close(&mut harness);
    harness.get_by_label("7 steps would be lost.");
}

#[test]
fn a_file_dialog_that_never_comes_or_breaks_is_told_and_one_that_comes_fills_in_the_path() {
    let dialogs: [(FileDialog, &str); 3] = [
        (Arc::new(|_| None), "shows no file dialog"),
        (Arc::new(|_| panic!("no portal")), "shows no file dialog"),
        (
            Arc::new(|wanted| {
                assert_eq!(wanted, Wanted::Scenario);
                Some("/some where/it's.ron".into())
            }),
            "",
        ),
    ];
    for (dialog, told) in dialogs {
        let (mut harness, _) = app(full());
        harness.state_mut().browse_with(dialog);
        let ctx = harness.ctx.clone();
        harness.state_mut().act(Action::Open, &ctx);
        harness.run_steps(3);
        harness.get_by_label("Browse…").click();
        let filled = |harness: &Harness<'static, App>| {
            let path = harness.get_by_role_and_label(egui::Role::TextInput, "path");
            path.value().unwrap_or_default()
        };
        for _ in 0..100 {
            harness.run_steps(2);
            let problem = harness.query_by_label_contains("shows no file dialog");
            if problem.is_some() || !filled(&harness).is_empty() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        if told.is_empty() {
            assert_eq!(filled(&harness), r"'/some where/it'\''s.ron'");
        } else {
            harness.get_by_label_contains(told);
        }
    }
}

/// A run that moves on after the app has seen it.
fn moved_on() -> (Harness<'static, App>, Arc<std::sync::Mutex<Snapshot>>) {
    /// The run, and the steps that are saved.
    struct Moving(Arc<std::sync::Mutex<Snapshot>>, u64);
    impl Simulation for Moving {
        fn snapshot(&self) -> Arc<Snapshot> {
            Arc::new(self.0.lock().unwrap().clone())
        }

        fn wish(&mut self, wish: Wish) -> Result<(), String> {
            if let Wish::Saved(_, steps, _) = wish {
                self.1 = steps;
            }
            Ok(())
        }

        fn list(&self) -> Vec<BranchView> {
            let snapshot = self.0.lock().unwrap();
            vec![one(&snapshot, snapshot.live_step != self.1)]
        }

        fn snapshot_of(&self, _: u64) -> Option<Arc<Snapshot>> {
            None
        }

        fn scenario(&self) -> Option<Arc<Scenario>> {
            None
        }

        fn inquire(&self, _: Asking) -> Result<Inquiry, String> {
            Err("it stands still".into())
        }

        fn send(&mut self, request: Request) {
            if let Request::Save { done, .. } = request {
                // It goes on stepping before the app hears that it was saved.
                self.0.lock().unwrap().live_step += 5;
                done.try_send(Ok(())).unwrap();
            }
        }
    }
    let shared = Arc::new(std::sync::Mutex::new(full()));
    let app = App::new(Box::new(Moving(shared.clone(), 9)), None);
    let harness = Harness::builder()
        .with_size([1280.0, 800.0])
        .with_max_steps(12)
        .build_ui_state(|ui, app: &mut App| app.frame(ui), app);
    (harness, shared)
}

#[test]
fn closing_asks_only_where_work_would_be_lost() {
    // As it was opened: nothing is lost.
    let (mut harness, shared) = moved_on();
    ask_to_close(&mut harness);
    assert!(harness.query_by_label("Discard").is_none());
    // A step later: it is.
    shared.lock().unwrap().live_step += 1;
    harness.run_steps(1);
    ask_to_close(&mut harness);
    harness.get_by_label("Discard");
    harness.get_by_label("Cancel").click();
    harness.run_steps(3);
    assert!(harness.query_by_label("Discard").is_none());
}

#[test]
fn steps_done_after_a_save_are_not_taken_for_saved() {
    let (mut harness, _) = moved_on();
    let ctx = harness.ctx.clone();
    harness.state_mut().act(Action::Save, &ctx);
    harness.run_steps(3);
    harness.get_by_label("Save").click();
    harness.run_steps(4);
    ask_to_close(&mut harness);
    harness.get_by_label("Discard");
}

#[test]
fn a_folder_opened_in_the_window_keeps_the_chosen_speed() {
    use ammon::engine::Worker;
    let sets = ["hippocampus.store.units=100".to_string()];
    let scenario = load(bundled()[0].document(), &sets, None).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("run");
    let worker = Worker::start(&scenario, || {}).unwrap();
    worker.send(Request::Step(3));
    while worker.snapshot().step < 3 {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let (done, answer) = std::sync::mpsc::sync_channel(1);
    worker.send(Request::Save {
        path: run.clone(),
        force: false,
        done,
    });
    answer.recv().unwrap().unwrap();
    let remembered = "(speed:Some(5.0))".to_string();
    let storage = Memory(BTreeMap::from([(eframe::APP_KEY.into(), remembered)]));
    let desk = ammon::engine::Branches::new(small(), || {}).unwrap();
    let app = App::new(Box::new(desk), Some(&storage));
    let mut harness = window(app, 1280.0, 800.0);
    harness
        .input_mut()
        .dropped_files
        .push(Arc::new(Dropped(run)));
    harness.run_steps(2);
    harness.get_by_label("Wake · step 3");
    // It lies on disk as it was opened.
    ask_to_close(&mut harness);
    assert!(harness.query_by_label("Discard").is_none());
    let ctx = harness.ctx.clone();
    harness.state_mut().act(Action::PlayPause, &ctx);
    std::thread::sleep(std::time::Duration::from_millis(700));
    harness.state_mut().act(Action::PlayPause, &ctx);
    std::thread::sleep(std::time::Duration::from_millis(200));
    harness.run_steps(2);
    // In full: "step 4" also begins "step 4000".
    let slow = (4..30).any(|n| {
        harness
            .query_by_label(&format!("Wake · step {n}"))
            .is_some()
    });
    assert!(slow, "the run did not keep to five steps a second");
}

#[derive(Debug)]
struct Dropped(std::path::PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &std::path::Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("a folder".into())
    }
}

#[test]
fn what_is_remembered_comes_back_and_what_cannot_be_read_is_left() {
    let still = || {
        Box::new(Still {
            snapshot: Arc::new(full()),
            asked: Rc::default(),
        })
    };
    let mut storage = Memory::default();
    eframe::App::save(&mut App::new(still(), None), &mut storage);
    let good = storage.0[eframe::APP_KEY].clone();
    let broken = [
        String::new(),
        "(((".into(),
        "(layout:Some(4),speed:None)".into(),
        good.replace("Circuit", "Thalamus"),
        good.replace("Cortex", "Circuit"),
        good.clone(),
    ];
    for text in broken {
        let storage = Memory(BTreeMap::from([(eframe::APP_KEY.into(), text)]));
        let app = App::new(still(), Some(&storage));
        let mut harness = Harness::builder()
            .with_size([1280.0, 800.0])
            .build_ui_state(|ui, app: &mut App| app.frame(ui), app);
        harness.run_steps(3);
        // Where a panel was there twice, one of them is left, in front or not.
        harness.state_mut().bring_forward("Circuit");
        harness.run_steps(3);
        harness.get_by_label("Figure of circuit");
    }
}

#[test]
fn the_capacity_panel_comes_forward_where_stores_are_measured() {
    let snapshot = Snapshot {
        measures: true,
        ..full()
    };
    let (mut harness, _) = app(snapshot);
    harness.run_steps(3);
    // What it shows is there, and its axis can be changed.
    assert!(
        harness.query_by_label("Circuit").is_some()
            || harness.query_by_label("Alignment").is_some()
    );
    harness.get_by_label("errorless").click();
    harness.run_steps(2);
    harness.get_by_label("cue fraction").click();
    harness.run_steps(2);
    harness.get_by_label_contains("patterns at 0.9");
}

#[test]
fn a_run_that_only_measures_shows_its_curves_alone_until_all_panels_are_asked_for() {
    let snapshot = Snapshot {
        measures: true,
        only_measures: true,
        ..full()
    };
    let (mut harness, _) = app(snapshot);
    harness.run_steps(3);
    assert!(harness.query_by_label("Alignment").is_none());
    harness.get_by_label("errorless");
    harness.get_by_label("Show all panels").click();
    harness.run_steps(3);
    harness.get_by_label("Alignment");
}

#[test]
fn a_ripple_is_played_at_a_speed_of_its_own_and_then_the_run_is_followed_again() {
    let mut harness = common::window(pixels::app_after(pixels::small(), 290), 1600.0, 1000.0);
    let caption = |harness: &common::Window| {
        let found = harness.get_all_by_role(egui::Role::Image);
        let labels = found.map(|node| {
            use egui_kittest::kittest::NodeT;
            node.accesskit_node().label().unwrap_or_default()
        });
        let mut labels = labels.filter(|label| label.starts_with("Ripple "));
        labels.next().unwrap()
    };
    let live = caption(&harness);
    common::press(&mut harness, "Play slowly");
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..20 {
        harness.run_steps(1);
        seen.insert(caption(&harness));
    }
    assert!(seen.len() >= 3, "{seen:?}");
    common::press(&mut harness, "Hold");
    let held = caption(&harness);
    harness.run_steps(40);
    assert_eq!(caption(&harness), held);
    common::press(&mut harness, "Follow the run");
    assert_eq!(caption(&harness), live);
}

#[test]
fn the_theatre_and_ca3_are_saved_as_figures_and_nothing_is_replaced_unasked() {
    let dir = tempfile::tempdir().unwrap();
    let mut harness = common::window(pixels::app_after(pixels::small(), 290), 1600.0, 1000.0);
    for (panel, suggested, what) in [
        ("Theatre", "theatre-85.svg", "Save SVG, 85 mm…"),
        ("CA3", "ca3-85.svg", "Save SVG, 85 mm…"),
        ("CA3", "ca3-180.png", "Save PNG, 180 mm…"),
        ("Learning", "learning.csv", "Save CSV…"),
        ("Alignment", "alignment-180.svg", "Save SVG, 180 mm…"),
    ] {
        let file = dir.path().join(suggested);
        std::fs::write(&file, "mine").unwrap();
        common::bring(&mut harness, panel);
        common::press(&mut harness, &format!("Figure of {}", panel.to_lowercase()));
        common::press(&mut harness, what);
        let path = harness.get_by_role_and_label(egui::Role::TextInput, "path");
        assert_eq!(path.value().as_deref(), Some(suggested));
        path.focus();
        harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
        harness.run_steps(1);
        harness
            .get_by_role_and_label(egui::Role::TextInput, "path")
            .type_text(&file.display().to_string());
        harness.run_steps(2);
        common::press(&mut harness, "Save");
        harness.get_by_label_contains("is there already");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
        harness.get_by_label("replace another file there").click();
        harness.run_steps(2);
        common::press(&mut harness, "Save");
        harness.get_by_label_contains("saved ");
        let saved = std::fs::read(&file).unwrap();
        let text = String::from_utf8_lossy(&saved);
        match suggested.rsplit_once('.').unwrap().1 {
            "svg" => assert!(text.starts_with("<svg ") && text.contains("</text>")),
            "csv" => assert!(text.contains("curve,") && text.contains("awake,")),
            _ => assert_eq!(saved[1..4], *b"PNG"),
        }
    }
}

/// Panels that would be empty are not shown, come back with a scenario that fills them, and a panel that was closed stays closed.
#[test]
fn panels_are_those_that_the_scenario_fills() {
    let of = |name: &str| {
        let found = bundled().iter().find(|b| b.name == name).unwrap();
        load(found.document(), &[], None).unwrap()
    };
    let tabs = |harness: &common::Window, title: &str| harness.query_all_by_label(title).count();
    let mut harness = common::window(pixels::app_after(of("r2n2-maze"), 0), 1600.0, 1000.0);
    for hidden in ["Theatre", "CA3", "Ripples", "Attention", "Capacity"] {
        // CA3 is also a region, where there is a hippocampus.
        assert_eq!(tabs(&harness, hidden), 0, "{hidden}");
    }
    assert!(tabs(&harness, "Cortex") > 0 && tabs(&harness, "Learning") > 0);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::P);
    harness.run_steps(2);
    let label = "find a command, panel, quantity, lesson or scenario";
    harness
        .get_by_role_and_label(egui::Role::TextInput, label)
        .type_text("scenario: copy-attention");
    harness.run_steps(2);
    harness.key_press(egui::Key::Enter);
    let begun = std::time::Instant::now();
    while !harness.state().snapshot().title.contains("skips back") {
        assert!(begun.elapsed().as_secs() < 60);
        harness.run_steps(1);
    }
    harness.run_steps(3);
    assert!(tabs(&harness, "Attention") > 0);
    assert_eq!(tabs(&harness, "Capacity"), 0);
}
