//! The engine from outside: determinism, resuming, lesions, no hidden tape, and the worker against a headless run.

use std::path::Path;
use std::time::{Duration, Instant};

use ammon::circuit::Place;
use ammon::engine::{
    Activity, Command, Ending, Experiment, Request, Session, Snapshot, Status, Worker,
};
use ammon::engine::{Scenario, load};
use ammon::episode::ContentShape;
use ammon::hippocampus::{CueSpec, Fraction, Hippocampus, HippocampusState, Recall};
use ammon::numeric::Rng;
use ammon::record::{AnyRow, Event, Metric, Order, Outcome, metric};
use ammon::scenario::{Text, bundled};

fn small(sets: &[&str]) -> Scenario {
    let found = bundled()
        .iter()
        .find(|b| b.name == "recall-by-replay")
        .unwrap();
    let mut all: Vec<String> = [
        "task.delay=5",
        "hippocampus.store.units=300",
        "hippocampus.entorhinal.units=500",
        "hippocampus.capacity.steps=60",
        "protocol=[Repeat(times: 6, phases: [Wake(episodes: 6), Sleep(ripples: 6), Probe(episodes: 8)])]",
    ]
    .map(String::from)
    .to_vec();
    all.extend(sets.iter().map(ToString::to_string));
    load(found.document(), &all, None).unwrap_or_else(|e| panic!("{e}"))
}

fn finish(experiment: &mut Experiment<f32>) -> Vec<Event> {
    let mut events = Vec::new();
    while experiment.step(&mut events).unwrap() == Status::Running {}
    events
}

fn run(scenario: &Scenario) -> (Vec<Event>, Experiment<f32>) {
    let mut experiment = Experiment::new(scenario);
    (finish(&mut experiment), experiment)
}

fn last(events: &[Event], metric: &str) -> Option<f64> {
    events.iter().rev().find_map(|e| match e {
        Event::Row(AnyRow::Metric(m)) if m.metric.name() == metric => Some(m.value),
        _ => None,
    })
}

#[test]
fn a_run_is_the_same_whatever_the_number_of_threads() {
    let scenario = small(&[]);
    let within = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| run(&scenario))
    };
    let ((one, a), (many, b)) = (within(1), within(5));
    assert_eq!(format!("{one:?}"), format!("{many:?}"));
    assert_eq!(a.weights(), b.weights());
}

#[test]
fn a_run_saved_at_any_step_goes_on_to_the_same_events() {
    let scenario = small(&[]);
    let (whole, end) = run(&scenario);
    let steps = end.clock().step;
    for stop in (1..steps).step_by((steps / 17) as usize) {
        let mut experiment = Experiment::<f32>::new(&scenario);
        let mut events = Vec::new();
        for _ in 0..stop {
            experiment.step(&mut events).unwrap();
        }
        let bytes = postcard::to_stdvec(&experiment).unwrap();
        let mut again: Experiment<f32> = postcard::from_bytes(&bytes).unwrap();
        events.extend(finish(&mut again));
        assert_eq!(
            format!("{whole:?}"),
            format!("{events:?}"),
            "stopped at {stop}"
        );
        assert_eq!(end.weights(), again.weights());
    }
}

/// Every phase that measures, and sleeps of every kind.
fn measuring() -> Scenario {
    small(&[
        "hippocampus.ripple.length=3",
        "protocol=[MeasureStore(patterns: [10, 30], cues: [0.5, Cortical(0.7)], trials: 6, recalls: 4, sequence: true, states: Lived), \
         MeasureSeparation(similarities: [0.5, 0.9], pairs: 4), \
         MeasureCapacity(capacities: [Fixed(steps: 14), Compress()], episodes: 6, recalls: 8), \
         Wake(episodes: 4), Sleep(ripples: 4, order: Mixed(reverse: 0.5), score: true), \
         Sleep(ripples: 3, order: Shuffled, learn: false), Wake(episodes: 2), Sleep(ripples: 4, refresh: true)]",
    ])
}

#[test]
fn measurements_are_the_same_whatever_the_number_of_threads_and_wherever_they_are_resumed() {
    let scenario = measuring();
    let within = |threads| {
        let pool = rayon::ThreadPoolBuilder::new();
        let pool = pool.num_threads(threads).build().unwrap();
        pool.install(|| run(&scenario))
    };
    let ((whole, end), (many, _)) = (within(1), within(3));
    assert_eq!(format!("{whole:?}"), format!("{many:?}"));
    let steps = end.clock().step;
    for stop in [1, 2, 3, 4, 5, 6, 7, 9, steps - 30, steps - 5] {
        let mut experiment = Experiment::<f32>::new(&scenario);
        let mut events = Vec::new();
        for _ in 0..stop {
            experiment.step(&mut events).unwrap();
        }
        let bytes = postcard::to_stdvec(&experiment).unwrap();
        let mut again: Experiment<f32> = postcard::from_bytes(&bytes).unwrap();
        events.extend(finish(&mut again));
        assert_eq!(
            format!("{whole:?}"),
            format!("{events:?}"),
            "stopped at {stop}"
        );
    }
}

#[test]
fn swapping_the_rule_leaves_the_experience_unchanged() {
    let frozen = "cortex.optimizer=Sgd(rate: 0.0)";
    let (a, _) = run(&small(&[frozen]));
    let (b, _) = run(&small(&[
        frozen,
        "learning.rule=Tbptt(horizon: 2)",
        "learning.shadows=[]",
    ]));
    assert_eq!(last(&a, "loss"), last(&b, "loss"));
    assert_eq!(last(&a, "probe.loss"), last(&b, "probe.loss"));
}

#[test]
fn a_lesioned_ca3_stops_ripple_learning_and_recall_and_leaves_the_cortex_alone() {
    let mut healthy = Experiment::<f32>::new(&small(&[]));
    let mut events = Vec::new();
    while healthy.clock().updates < 3 {
        healthy.step(&mut events).unwrap();
    }
    let mut hurt = healthy.clone();
    let lesion = Command::Lesion {
        target: Place::Ca3,
        fraction: 1.0,
    };
    hurt.apply(&lesion, &mut ()).unwrap();
    let before = hurt.weights().clone();
    let after = finish(&mut hurt);
    assert_eq!(hurt.weights(), &before);
    assert_eq!(last(&after, "probe.recall.overlap").unwrap_or(0.0), 0.0);
    let silent = |e: &Event| matches!(e, Event::Row(AnyRow::Ripple(r)) if r.outcome != Outcome::Silent && r.steps > 0);
    assert!(!after.iter().skip(1).any(silent));
    // The cortex's own performance is that of the same weights without any lesion.
    let mut frozen = healthy.clone();
    let mut same = Vec::new();
    {
        let target = Place::Schaffer;
        frozen
            .apply(
                &Command::Lesion {
                    target,
                    fraction: 1.0,
                },
                &mut (),
            )
            .unwrap();
    }
    same.extend(finish(&mut frozen));
    assert_eq!(
        last(&after, "probe.accuracy"),
        last(&same, "probe.accuracy")
    );
    assert_eq!(last(&after, "probe.loss"), last(&same, "probe.loss"));
}

#[test]
fn a_restored_ca3_learns_again() {
    let mut experiment = Experiment::<f32>::new(&small(&[]));
    experiment
        .apply(
            &Command::Lesion {
                target: Place::Ca3,
                fraction: 1.0,
            },
            &mut (),
        )
        .unwrap();
    while experiment.clock().episodes < 12 {
        experiment.step(&mut ()).unwrap();
    }
    assert_eq!(experiment.clock().updates, 0);
    experiment
        .apply(&Command::Restore { target: Place::Ca3 }, &mut ())
        .unwrap();
    finish(&mut experiment);
    assert!(experiment.clock().updates > 0);
}

/// A hippocampus with a few random episodes in it.
fn stored() -> HippocampusState<f32> {
    let shape = ContentShape {
        state: 12,
        input: 4,
        target: 3,
    };
    let mut spec = Hippocampus::default();
    if let ammon::hippocampus::StoreSpec::Ca3(p) = &mut spec.store {
        p.units = 400;
    }
    let mut h = HippocampusState::new(&spec, shape, 3);
    let mut rng = Rng::named(3, "test");
    let (_, fit) = h.open(&[0, 1, 2, 3], 9);
    for _ in 0..9 {
        let contents: Vec<f32> = (0..4 * shape.len()).map(|_| rng.normal() as f32).collect();
        h.encode(&contents, &[true; 4], fit, &mut rng);
    }
    h.close(fit, &[ammon::hippocampus::Outcome::default(); 4]);
    h.fall_asleep();
    h
}

#[test]
fn there_is_no_hidden_tape() {
    let before = stored();
    let mut rng = Rng::named(5, "cue");
    let spec = CueSpec::Fraction(Fraction { fraction: 0.5 });
    let path: Vec<usize> = (0..9).rev().collect();
    let cues: Vec<_> = (0..4)
        .map(|i| before.start(i, Order::REVERSE, &path, &spec, &mut rng))
        .collect();
    let told = |h: &HippocampusState<f32>| {
        let contents = |state: &Recall| {
            let mut content = vec![0.0_f32; h.shape().len()];
            h.content(state, &mut content);
            content.iter().map(|v| v.to_bits()).collect::<Vec<_>>()
        };
        let walks = h.walks(&cues);
        walks
            .iter()
            .map(|w| {
                (
                    format!("{w:?}"),
                    w.states.iter().map(contents).collect::<Vec<_>>(),
                )
            })
            .collect::<Vec<_>>()
    };
    let with = told(&before);
    assert!(before.walks(&cues).iter().all(|w| w.states.len() == 9));
    let mut after = before.clone();
    after.forget_bookkeeping();
    // Solving anew from what is left must change nothing either.
    after.fall_asleep();
    assert_eq!(with, told(&after));
}

fn wait(worker: &Worker, what: impl Fn(&Activity) -> bool) {
    let begun = Instant::now();
    while !what(&worker.snapshot().activity) {
        assert!(
            begun.elapsed() < Duration::from_mins(1),
            "{:?}",
            worker.snapshot().activity
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn headless(scenario: &Scenario, path: &Path) {
    let mut experiment = Experiment::new(scenario);
    let mut session = Session::create(path, false, &experiment).unwrap();
    while experiment.step(&mut session).unwrap() == Status::Running {}
    session.checkpoint(&experiment, &Ending::Completed).unwrap();
}

fn save(worker: &Worker, path: &Path) {
    let (done, answer) = std::sync::mpsc::sync_channel(1);
    worker.send(Request::Save {
        path: path.into(),
        force: false,
        done,
    });
    answer
        .recv_timeout(Duration::from_secs(30))
        .unwrap()
        .unwrap();
}

fn assert_same(a: &Path, b: &Path) {
    for name in [
        "metrics.csv",
        "replay.csv",
        "weights.safetensors",
        "scenario.ron",
    ] {
        assert!(
            std::fs::read(a.join(name)).unwrap() == std::fs::read(b.join(name)).unwrap(),
            "{name} differs"
        );
    }
}

#[test]
fn the_worker_writes_the_same_files_as_a_headless_run_and_a_folder_tells_them_again() {
    let scenario = small(&[]);
    let dir = tempfile::tempdir().unwrap();
    headless(&scenario, &dir.path().join("headless"));
    let worker = Worker::start(&scenario, || {}).unwrap();
    worker.send(Request::Step(130));
    wait(&worker, |a| *a == Activity::Paused);
    worker.send(Request::Apply(Command::Lesion {
        target: Place::Ca3,
        fraction: 1.0,
    }));
    worker.send(Request::Step(3));
    worker.send(Request::Undo);
    worker.send(Request::Run);
    wait(&worker, |a| *a == Activity::Finished);
    save(&worker, &dir.path().join("app"));
    assert_same(&dir.path().join("headless"), &dir.path().join("app"));
    // A saved run can be opened and is finished.
    let again = Worker::open(&dir.path().join("app"), || {}).unwrap();
    assert_eq!(again.snapshot().activity, Activity::Finished);
    let now = again.snapshot();
    assert!(now.last(&Metric::new(&metric::PROBE_ACCURACY)).is_some());
    // Everything that the run showed, the folder shows again.
    let told = |s: &Snapshot| format!("{:?}{:?}{:?}", s.series, s.capacity, s.ripples);
    assert_eq!(told(&worker.snapshot()), told(&now));
    let lines = |s: &Snapshot| {
        let lines = s.log.iter().map(|l| l.text.clone());
        let mut lines: Vec<_> = lines
            .filter(|l| !l.contains("saved to") && !l.contains("undone"))
            .collect();
        lines.sort_unstable();
        lines
    };
    assert_eq!(lines(&worker.snapshot()), lines(&now));
}

#[test]
fn a_run_that_blows_up_says_where_and_can_still_be_saved() {
    let sets = [
        "cortex.cell=Linear(units: 8, init: Gaussian(gain: 10.0))",
        "task.delay=200",
        "hippocampus=None",
    ];
    let more = ["learning=(rule: Bptt)", "protocol=[Wake(episodes: 4)]"];
    let found = bundled()
        .iter()
        .find(|b| b.name == "recall-by-bptt")
        .unwrap();
    let sets: Vec<String> = sets.iter().chain(&more).map(ToString::to_string).collect();
    let scenario = load(found.document(), &sets, None).unwrap_or_else(|e| panic!("{e}"));
    let worker = Worker::start(&scenario, || {}).unwrap();
    worker.send(Request::Run);
    wait(&worker, |a| matches!(a, Activity::Failed(_)));
    let Activity::Failed(why) = &worker.snapshot().activity else {
        panic!()
    };
    assert!(
        why.contains("step") && why.contains("Wake") && why.contains("finite"),
        "{why}"
    );
    let dir = tempfile::tempdir().unwrap();
    save(&worker, &dir.path().join("failed"));
    let summary = std::fs::read_to_string(dir.path().join("failed/summary.json")).unwrap();
    assert!(summary.contains("\"failed\""));
}

#[test]
fn conflicts_are_refused_before_anything_runs() {
    let text = |body: &str| Text {
        name: "x.ron".into(),
        text: format!("Scenario({body})"),
    };
    let refused = |body: &str, word: &str| {
        let error = load(text(body), &[], None).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    };
    refused(
        "learning: (rule: ReplayBptt), protocol: [Wake(episodes: 2)]",
        "hippocampus",
    );
    refused("protocol: [Sleep(ripples: 2)]", "hippocampus");
    refused("protocol: [Lesion(\"CA3\")]", "hippocampus");
    refused(
        "learning: (rule: Bptt, update: EveryStep), protocol: [Wake(episodes: 2)]",
        "gradient",
    );
    refused(
        "hippocampus: (capacity: Fixed(steps: 5)), protocol: [Wake(episodes: 2)]",
        "room",
    );
    refused(
        "hippocampus: (store: Exact, ripple: (cue: Noise)), protocol: [Wake(episodes: 2)]",
        "Exact",
    );
    refused(
        "learning: (shadows: [Bptt]), protocol: [Wake(episodes: 2)]",
        "twice",
    );
    refused(
        "task: Copy(delay: 10000, length: 1000), cortex: (cell: Tanh(units: 4096)), protocol: [Wake]",
        "memory",
    );
}

#[test]
fn a_lesion_between_two_ripples_of_a_chain_breaks_it_off_with_a_row_of_its_own() {
    let scenario = small(&[
        "hippocampus.ripple.length=3",
        "protocol=[Wake(episodes: 2), Sleep(ripples: 2)]",
    ]);
    let mut experiment = Experiment::<f32>::new(&scenario);
    let mut events = Vec::new();
    // Seven steps awake, then the first ripple of a chain.
    for _ in 0..10 {
        experiment.step(&mut events).unwrap();
    }
    let lesion = Command::Lesion {
        target: Place::Sequence,
        fraction: 1.0,
    };
    experiment.apply(&lesion, &mut events).unwrap();
    events.extend(finish(&mut experiment));
    let ripples: Vec<(u64, usize, bool)> = events
        .iter()
        .filter_map(|e| match e {
            Event::Row(AnyRow::Ripple(r)) => Some((r.ripple, r.steps, r.completed)),
            _ => None,
        })
        .collect();
    assert_eq!(ripples[..2], [(0, 3, true), (1, 0, false)]);
    assert!(
        ripples.windows(2).all(|w| w[1].0 == w[0].0 + 1),
        "{ripples:?}"
    );
    assert!(ripples[2..].iter().all(|r| r.1 <= 1), "{ripples:?}");
}

/// A lesion of CA3 after so many steps, whole and restored at once: the run must go on as if nothing had been lost.
fn disturbed(scenario: &Scenario, after: u64) -> Vec<Event> {
    let mut experiment = Experiment::<f32>::new(scenario);
    let mut events = Vec::new();
    for _ in 0..after {
        experiment.step(&mut events).unwrap();
    }
    let target = Place::Ca3;
    let lesion = Command::Lesion {
        target,
        fraction: 1.0,
    };
    experiment.apply(&lesion, &mut events).unwrap();
    let restore = Command::Restore { target };
    experiment.apply(&restore, &mut events).unwrap();
    events.extend(finish(&mut experiment));
    events
}

#[test]
fn a_lesion_while_awake_or_measuring_loses_nothing_of_the_phase() {
    let scenario = small(&[
        "protocol=[MeasureStore(patterns: [5, 10, 20], trials: 6), Wake(episodes: 6), Sleep(ripples: 6)]",
    ]);
    let (whole, _) = run(&scenario);
    let without = |events: &[Event]| -> Vec<String> {
        let kept = events
            .iter()
            .filter(|e| !matches!(e, Event::Damaged { .. }));
        kept.map(|e| format!("{e:?}")).collect()
    };
    // In the middle of the measurement, and of the episodes.
    for after in [3, 9] {
        assert_eq!(
            without(&whole),
            without(&disturbed(&scenario, after)),
            "{after}"
        );
    }
}

#[test]
fn a_lesion_while_asleep_breaks_off_one_ripple_and_the_others_still_come() {
    let scenario = small(&["protocol=[Wake(episodes: 6), Sleep(ripples: 6)]"]);
    // Seven steps awake; in the first ripple, and in the last.
    for after in [9, 7 + 5 * 7 + 3] {
        let events = disturbed(&scenario, after);
        let ripples = events
            .iter()
            .filter(|e| matches!(e, Event::Row(AnyRow::Ripple(_))))
            .count();
        assert_eq!(ripples, 6, "{after}");
        assert!(last(&events, "replay.overlap").is_some());
        assert!(events.iter().any(|e| matches!(e, Event::Updated { .. })));
    }
}

#[test]
fn episodes_of_unequal_length_fade_without_harm_to_those_still_open() {
    let scenario = small(&[
        "task=Anbn(min: 1, max: 12)",
        "hippocampus.capacity=Palimpsest(half_life: 10)",
        "protocol=[Repeat(times: 3, phases: [Wake(episodes: 16), Sleep(ripples: 4)]), \
         MeasureCapacity(capacities: [Palimpsest(half_life: 5), Fixed(steps: 30)], episodes: 12, recalls: 8)]",
    ]);
    let (events, experiment) = run(&scenario);
    assert!(experiment.is_done());
    assert!(last(&events, "replay.overlap").unwrap() > 0.5);
    assert!(last(&events, "memory.Fixed-30-Oldest.episodes").unwrap() >= 1.0);
}

#[test]
fn a_run_that_fails_in_the_window_is_saved_as_the_command_line_writes_it_and_can_be_looked_back_at()
{
    let scenario = small(&[
        "cortex=(cell: Linear(units: 8), optimizer: Sgd(rate: 1000.0), clip: None)",
        "learning=(rule: Bptt)",
        "protocol=[Repeat(times: 50, phases: [Wake(episodes: 4), Probe(episodes: 4)])]",
    ]);
    let dir = tempfile::tempdir().unwrap();
    let (headless, window) = (dir.path().join("headless"), dir.path().join("window"));
    let mut experiment = Experiment::new(&scenario);
    let mut session = Session::create(&headless, false, &experiment).unwrap();
    let error = loop {
        match experiment.step(&mut session) {
            Ok(status) => assert_eq!(status, Status::Running),
            Err(error) => break error.to_string(),
        }
    };
    let failed = experiment.clock().step;
    let ending = Ending::Failed(error.clone());
    session.fail(&experiment, &ending).unwrap();
    drop(session);
    let worker = Worker::start(&scenario, || {}).unwrap();
    worker.send(Request::Run);
    wait(&worker, |activity| matches!(activity, Activity::Failed(_)));
    // The step that failed is there to be seen, and the one before.
    assert_eq!(worker.snapshot().step, failed);
    save(&worker, &window);
    for file in ["metrics.csv", "weights.safetensors"] {
        let bytes = |folder: &Path| std::fs::read(folder.join(file)).unwrap();
        assert!(bytes(&headless) == bytes(&window), "{file}");
    }
    for folder in [&headless, &window] {
        let summary = std::fs::read_to_string(folder.join("summary.json")).unwrap();
        let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
        assert_eq!(
            (summary["status"].as_str(), summary["steps"].as_u64()),
            (Some("failed"), Some(failed))
        );
        assert_eq!(summary["error"].as_str(), Some(error.as_str()));
        // The last good moment is what is gone on from.
        let (good, _session) = Session::resume(folder).unwrap();
        assert_eq!(good.clock().step, failed - 1);
    }
    // The steps before it, and the one that failed, can be looked at.
    let snapshot = worker.snapshot();
    let mut before = Snapshot::clone(&snapshot);
    assert!(snapshot.kept.draw(failed - 1, &mut before));
    assert_eq!((before.step, snapshot.step), (failed - 1, failed));
    assert_eq!(snapshot.kept.before(u64::MAX), Some(failed));
}

#[test]
fn a_folder_that_is_opened_shows_its_curves() {
    let scenario = small(&[
        "protocol=[MeasureStore(patterns: [5, 10], trials: 2, sequence: true), Wake, Sleep]",
    ]);
    let dir = tempfile::tempdir().unwrap();
    headless(&scenario, &dir.path().join("run"));
    let worker = Worker::open(&dir.path().join("run"), || {}).unwrap();
    let (events, _) = run(&scenario);
    let measured: Vec<_> = events
        .iter()
        .filter_map(|e| match e {
            Event::Row(AnyRow::Capacity(record)) => Some(record.clone()),
            _ => None,
        })
        .collect();
    let shown = worker.snapshot().capacity.clone();
    assert_eq!(shown.len(), measured.len());
    for (shown, measured) in shown.iter().zip(&measured) {
        assert_eq!(
            (&shown.cue, shown.patterns),
            (&measured.cue, measured.patterns)
        );
        assert!((shown.overlap_mean - measured.overlap_mean).abs() < 1e-9);
    }
}

fn set(path: &str, value: &str) -> Command {
    Command::Set {
        path: path.into(),
        value: value.into(),
    }
}

#[test]
fn a_parameter_set_in_a_run_counts_from_there_on_and_survives_saving() {
    let scenario = small(&[]);
    let rate = set("cortex.optimizer.rate", "0.0");
    let mut experiment = Experiment::<f32>::new(&scenario);
    let mut events = Vec::new();
    while experiment.clock().updates < 2 {
        experiment.step(&mut events).unwrap();
    }
    experiment.apply(&rate, &mut events).unwrap();
    let frozen = experiment.weights().clone();
    let bytes = postcard::to_stdvec(&experiment).unwrap();
    let whole = finish(&mut experiment);
    assert_eq!(experiment.weights(), &frozen);
    assert_ne!(experiment.now(), scenario);
    assert_eq!(experiment.scenario(), &scenario);
    let mut again: Experiment<f32> = postcard::from_bytes(&bytes).unwrap();
    assert_eq!(format!("{whole:?}"), format!("{:?}", finish(&mut again)));
    // In the middle of a sleep, what is replayed next is cued anew.
    let mut asleep = Experiment::<f32>::new(&scenario);
    let mut before = Vec::new();
    while before.iter().filter_map(Event::ripple).count() < 2 {
        asleep.step(&mut before).unwrap();
    }
    let cue = set("hippocampus.ripple.cue", "Noise(fraction: 0.1)");
    asleep.apply(&cue, &mut before).unwrap();
    let after = finish(&mut asleep);
    let cues: Vec<_> = after.iter().filter_map(Event::ripple).collect();
    assert!(cues.iter().skip(1).all(|r| r.cue == "Noise"));
    assert_eq!(cues.len() + 2, 6 * 6);
}

#[test]
fn what_cannot_change_in_a_run_is_refused_and_changes_nothing() {
    let mut experiment = Experiment::<f32>::new(&small(&[]));
    for command in [
        set("cortex.cell.units", "8"),
        set("no.such", "1"),
        set("cortex.clip", "-1.0"),
    ] {
        let refused = experiment.apply(&command, &mut ());
        assert!(matches!(refused, Err(ammon::engine::RunError::Refused(_))));
    }
    assert!(experiment.journal().is_empty());
}

#[test]
fn a_set_is_undone_and_done_again_in_the_worker() {
    let scenario = small(&[]);
    let dir = tempfile::tempdir().unwrap();
    headless(&scenario, &dir.path().join("plain"));
    let worker = Worker::start(&scenario, || {}).unwrap();
    worker.send(Request::Step(60));
    wait(&worker, |a| *a == Activity::Paused);
    for _ in 0..2 {
        worker.send(Request::Apply(set("cortex.optimizer.rate", "0.1")));
        worker.send(Request::Undo);
    }
    worker.send(Request::Redo);
    worker.send(Request::Undo);
    worker.send(Request::Run);
    wait(&worker, |a| *a == Activity::Finished);
    assert_eq!(worker.snapshot().undone.len(), 1);
    save(&worker, &dir.path().join("undone"));
    assert_same(&dir.path().join("plain"), &dir.path().join("undone"));
}

#[test]
fn each_phase_that_begins_is_a_row() {
    let scenario = small(&[
        "protocol=[Repeat(times: 2, phases: [Wake(episodes: 2)]), Switch(task: Recall(symbols: 4, delay: 3, distractors: 4)), Sleep(ripples: 2)]",
    ]);
    let (events, _) = run(&scenario);
    let rows: Vec<_> = events
        .iter()
        .filter_map(|e| match e {
            Event::Row(AnyRow::Phase(row)) => Some((row.phase.to_string(), row.episode)),
            _ => None,
        })
        .collect();
    let expected = [("Wake", 0), ("Wake", 2), ("Switch", 4), ("Sleep", 4)];
    assert_eq!(
        rows,
        expected.map(|(name, episode)| (name.to_string(), episode))
    );
}
