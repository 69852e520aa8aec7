use super::super::session::Session;
use super::*;
use crate::engine::{Command, Ending, load};
use crate::record::{AnyRow, PhaseRecord, RippleRecord};
use crate::scenario::{Text, bundled};

/// Counts what it sees.
#[derive(Default)]
struct Seen {
    phases: Vec<PhaseRecord>,
    lived: Vec<(u64, u64, usize)>,
    bound: usize,
    ripples: Vec<RippleRecord>,
    told: Vec<String>,
    states: Vec<f32>,
}

impl Witness for Seen {
    fn phase(&mut self, row: &PhaseRecord) -> Result<(), FolderError> {
        self.phases.push(row.clone());
        Ok(())
    }

    fn row(&mut self, row: &AnyRow) -> Result<(), FolderError> {
        if let AnyRow::Log(row) = row {
            self.told.push(row.text.clone());
        }
        Ok(())
    }

    fn lived(&mut self, trace: &LivedTrace<'_>) -> Result<(), FolderError> {
        self.lived.push((trace.episode, trace.begun, trace.steps));
        self.bound += trace.bound.iter().flatten().count();
        self.states.extend(&trace.states);
        Ok(())
    }

    fn ripple(&mut self, trace: &RippleTrace<'_>) -> Result<(), FolderError> {
        assert_eq!(trace.codes.len(), trace.record.steps);
        assert_eq!(trace.truth.len(), trace.record.steps);
        self.ripples.push(trace.record.clone());
        self.states.extend(trace.states);
        Ok(())
    }
}

/// A short run with two cycles, with a lesion between them, written to `folder`.
fn written(folder: &Path) {
    let sets = [
        "hippocampus.store.units=300",
        "hippocampus.entorhinal.units=600",
        "protocol=[Repeat(times: 2, phases: [Wake(episodes: 4), Sleep(ripples: 3, score: true)]), Rest(steps: 5), Probe(episodes: 2)]",
    ]
    .map(String::from);
    let scenario = load(bundled()[0].document(), &sets, None).unwrap();
    let mut run = Experiment::<f32>::new(&scenario);
    let mut session = Session::create(folder, false, &run).unwrap();
    while !run.is_done() {
        // In the midst of a batch, and of a sleep.
        if [10, 60].contains(&run.clock().step) {
            let lesion = Command::Lesion {
                target: crate::circuit::Place::ALL[0],
                fraction: 0.1,
            };
            run.apply(&lesion, &mut session).unwrap();
        }
        run.step(&mut session).unwrap();
    }
    session.checkpoint(&run, &Ending::Completed).unwrap();
}

fn seen(folder: &Path, window: Range<u64>) -> Seen {
    let mut seen = Seen::default();
    let rerun = Rerun::of(folder, window).unwrap();
    rerun.live(&mut seen, &|_| true).unwrap();
    seen
}

#[test]
fn a_run_that_is_lived_again_shows_what_units_did() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path());
    let all = seen(dir.path(), 0..u64::MAX);
    assert_eq!(all.lived.len(), 4 + 4 + 2);
    assert_eq!(all.lived[0], (0, 0, 22));
    assert_eq!(all.lived[4].0, 4);
    assert_eq!(all.bound, 8 * 22);
    assert_eq!(all.ripples.len(), 6);
    assert_eq!(all.phases.len(), 6);
    let lesions = all.told.iter().filter(|t| t.starts_with("lesion: 10 %"));
    assert_eq!(lesions.count(), 2);
    // A window shows the episodes and ripples that touch it, whole.
    let sleep = all.phases[1].time;
    let part = seen(dir.path(), sleep..sleep + 1);
    assert_eq!((part.lived.len(), part.ripples.len()), (0, 1));
    assert_eq!(part.ripples[0], all.ripples[0]);
    let awake = seen(dir.path(), 3..4);
    assert_eq!((awake.lived.len(), awake.ripples.len()), (4, 0));
    assert_eq!(awake.states[..], all.states[..awake.states.len()]);
}

#[test]
fn a_run_that_tells_something_else_is_refused_and_so_is_one_of_another_build() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path());
    let table = dir.path().join("replay.csv");
    let rows = std::fs::read_to_string(&table).unwrap();
    let line = rows.lines().nth(2).unwrap();
    std::fs::write(&table, rows.replace(line, &line.replacen("1,", "2,", 1))).unwrap();
    let rerun = Rerun::of(dir.path(), 0..u64::MAX).unwrap();
    let error = rerun.live(&mut Seen::default(), &|_| true).unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, RerunError::Parted { .. }), "{text}");
    assert!(text.contains("replay.csv, line 3") && text.contains(line));
    let checkpoint = dir.path().join("checkpoint.bin");
    let mut bytes = std::fs::read(&checkpoint).unwrap();
    bytes[8] ^= 1;
    std::fs::write(&checkpoint, bytes).unwrap();
    let error = Rerun::of(dir.path(), 0..u64::MAX).err().unwrap();
    assert!(matches!(error, RerunError::Start(_)), "{error}");
    assert!(error.to_string().contains("another version"), "{error}");
}

#[test]
fn a_window_behind_the_end_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path());
    let error = Rerun::of(dir.path(), 100_000..100_001).err().unwrap();
    assert!(error.to_string().contains("has come to time"), "{error}");
}

#[test]
fn who_gives_it_up_is_not_kept_waiting() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path());
    let rerun = Rerun::of(dir.path(), 0..u64::MAX).unwrap();
    let error = rerun.live(&mut Seen::default(), &|_| false).unwrap_err();
    assert!(matches!(error, RerunError::GivenUp));
}

#[test]
fn inputs_that_are_called_otherwise_after_a_switch_have_both_names() {
    let of = |other: &str| {
        let text = format!(
            "Scenario(title: \"t\", task: Adding(length: 6), protocol: [Repeat(times: 2, phases: [\
             Wake(episodes: 2), Switch(task: {other})]), Wake(episodes: 2)])"
        );
        let name = "t.ron".into();
        let scenario = load(Text { name, text }, &[], None).unwrap_or_else(|e| panic!("{e}"));
        Scene::of(&scenario).inputs
    };
    assert_eq!(of("Adding(length: 8)"), ["number", "marker"]);
    let both = ["number / input 1", "marker / input 2"];
    assert_eq!(of("Mimic(inputs: 2, outputs: 1)"), both);
}
