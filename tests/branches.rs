//! Branches: what was run on from, changed or taken back in the past leaves the old future where it is, and each branch is
//! what a headless run with its journal is, byte for byte.

use std::path::Path;
use std::time::{Duration, Instant};

use ammon::circuit::Place;
use ammon::engine::{
    Activity, Branch, Branches, Command, Ending, Experiment, Fork, Journalled, Request, Scenario,
    Session, Snapshot, Status, load,
};
use ammon::numeric::Rng;
use ammon::scenario::bundled;

const BUDGET: u64 = 1 << 20;

fn small() -> Scenario {
    let sets = [
        "task.delay=4",
        "cortex.cell.units=8",
        "hippocampus.store.units=100",
        "hippocampus.entorhinal.units=100",
        "hippocampus.capacity.steps=40",
        "protocol=[Repeat(times: 3, phases: [Wake(episodes: 4), Sleep(ripples: 4), Probe(episodes: 3)])]",
    ];
    let sets = sets.map(String::from);
    load(bundled()[0].document(), &sets, None).unwrap_or_else(|e| panic!("{e}"))
}

/// A headless run with these commands, as far as this step, in a folder.
fn headless(scenario: &Scenario, journal: &[Journalled], steps: u64, path: &Path) {
    let mut experiment = Experiment::new(scenario);
    let mut session = Session::create(path, false, &experiment).unwrap();
    let mut commands = journal.iter().peekable();
    loop {
        while let Some(next) = commands.next_if(|j| j.step == experiment.clock().step) {
            experiment.apply(&next.command, &mut session).unwrap();
        }
        if experiment.clock().step >= steps {
            break;
        }
        experiment.step(&mut session).unwrap();
    }
    let ending = if experiment.is_done() {
        Ending::Completed
    } else {
        Ending::Stopped
    };
    session.checkpoint(&experiment, &ending).unwrap();
}

fn assert_same(a: &Path, b: &Path) {
    for name in [
        "metrics.csv",
        "replay.csv",
        "phases.csv",
        "log.csv",
        "weights.safetensors",
        "scenario.ron",
        "journal.csv",
    ] {
        let read = |folder: &Path| std::fs::read(folder.join(name)).unwrap_or_default();
        assert!(read(a) == read(b), "{name} differs");
    }
}

/// Waits until the run at hand does nothing any more.
fn settled(desk: &Branches) -> std::sync::Arc<Snapshot> {
    let begun = Instant::now();
    loop {
        let snapshot = desk.snapshot();
        match snapshot.activity {
            Activity::Running | Activity::Reliving { .. } => {}
            _ => return snapshot,
        }
        assert!(begun.elapsed() < Duration::from_mins(1));
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Runs to the end.
fn run(desk: &mut Branches) -> std::sync::Arc<Snapshot> {
    desk.send(Request::Run);
    let begun = Instant::now();
    while desk.snapshot().activity != Activity::Finished {
        assert!(begun.elapsed() < Duration::from_mins(1));
        std::thread::sleep(Duration::from_millis(2));
    }
    desk.snapshot()
}

/// Asks for so many steps and waits until they are done.
fn step(desk: &mut Branches, steps: u64) {
    let to = desk.snapshot().live_step + steps;
    desk.send(Request::Step(steps));
    let begun = Instant::now();
    while desk.snapshot().live_step < to {
        assert!(begun.elapsed() < Duration::from_mins(1));
        std::thread::sleep(Duration::from_millis(2));
    }
    settled(desk);
}

fn saved(desk: &mut Branches, path: &Path) {
    let (done, answer) = std::sync::mpsc::sync_channel(1);
    desk.send(Request::Save {
        path: path.into(),
        force: false,
        done,
    });
    let answer = answer.recv_timeout(Duration::from_secs(30));
    answer.unwrap().unwrap();
}

fn rate(value: &str) -> Command {
    Command::Set {
        path: "cortex.optimizer.rate".into(),
        value: value.into(),
    }
}

fn lesion(fraction: f64) -> Command {
    let target = Place::Ca3;
    Command::Lesion { target, fraction }
}

#[test]
fn what_is_done_in_the_past_leaves_the_old_future_where_it_is() {
    let scenario = small();
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Branches::new(scenario.clone(), || {}).unwrap();
    let whole = run(&mut desk);
    let first = desk.list()[0].id;
    // On from the past; a lesion there; a rate there.
    desk.fork(30).unwrap();
    run(&mut desk);
    desk.fork(41).unwrap();
    desk.send(Request::Apply(lesion(1.0)));
    step(&mut desk, 20);
    let third = desk.list()[2].id;
    desk.fork(45).unwrap();
    desk.send(Request::Apply(rate("0.05")));
    step(&mut desk, 9);
    // What is taken back after steps were done is another branch, and doing it again comes back.
    desk.undo().unwrap();
    let without = settled(&desk);
    assert_eq!(without.live_step, 54);
    assert_eq!(desk.list().len(), 5);
    desk.redo().unwrap();
    assert_eq!(desk.snapshot().journal.len(), 2);
    // Back in the first one all is as it was.
    desk.activate(first).unwrap();
    let again = desk.snapshot();
    assert_eq!(again.live_step, whole.live_step);
    for step in 0..=whole.live_step {
        assert_eq!(again.kept.before(step), Some(step));
    }
    for (i, view) in desk.list().into_iter().enumerate() {
        desk.activate(view.id).unwrap();
        let snapshot = settled(&desk);
        let (mine, theirs) = (
            dir.path().join(format!("a{i}")),
            dir.path().join(format!("h{i}")),
        );
        saved(&mut desk, &mine);
        headless(&scenario, &snapshot.journal, snapshot.live_step, &theirs);
        assert_same(&mine, &theirs);
    }
    let list = desk.list();
    assert_eq!(list[2].changes, ["lesion CA3 (100 %)"]);
    assert_eq!(list[3].origin, Some((third, 45)));
    assert_eq!(list[3].changes, ["set cortex.optimizer.rate to 0.05"]);
    assert_eq!(
        list[4].changes,
        ["without set cortex.optimizer.rate to 0.05"]
    );
    desk.delete(third).unwrap();
    assert_eq!(desk.list().len(), 4);
}

#[test]
fn a_run_that_is_opened_is_lived_again_to_be_looked_at_and_changed() {
    let scenario = small();
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Branches::new(scenario.clone(), || {}).unwrap();
    step(&mut desk, 30);
    desk.send(Request::Apply(rate("0.01")));
    step(&mut desk, 30);
    saved(&mut desk, &dir.path().join("run"));
    let mut again = Branches::open(&dir.path().join("run"), || {}).unwrap();
    assert_eq!(again.snapshot().kept.after(0), Some(60));
    again.relive().unwrap();
    let lived = settled(&again);
    assert_eq!((lived.live_step, lived.journal.len()), (60, 1));
    for step in 0..=60 {
        assert_eq!(lived.kept.before(step), Some(step));
    }
    saved(&mut again, &dir.path().join("again"));
    assert_same(&dir.path().join("run"), &dir.path().join("again"));
    // What was done before it was opened can be taken back.
    again.undo().unwrap();
    let without = settled(&again);
    assert_eq!(without.live_step, 60);
    saved(&mut again, &dir.path().join("without"));
    headless(&scenario, &[], 60, &dir.path().join("plain"));
    assert_same(&dir.path().join("plain"), &dir.path().join("without"));
}

#[test]
fn the_latest_wish_counts_and_nothing_that_was_done_is_dropped() {
    let mut desk = Branches::new(small(), || {}).unwrap();
    let end = run(&mut desk).live_step;
    // Where nothing was done in a branch that is not there yet, the next one takes its place.
    for step in [10, 20, 30] {
        desk.fork(step).unwrap();
        assert!(desk.list().len() <= 4);
    }
    settled(&desk);
    desk.fork(12).unwrap();
    desk.send(Request::Apply(lesion(0.5)));
    let kept = desk.list().last().unwrap().id;
    desk.fork(5).unwrap();
    desk.activate(kept).unwrap();
    let begun = Instant::now();
    while desk.snapshot().journal.len() != 1 {
        assert!(begun.elapsed() < Duration::from_mins(1));
        std::thread::sleep(Duration::from_millis(2));
    }
    // More requests than the queue holds wait for their place.
    let mut many = Branches::new(small(), || {}).unwrap();
    for _ in 0..300.min(end) {
        many.send(Request::Step(1));
    }
    let begun = Instant::now();
    while many.snapshot().step < 100 && begun.elapsed() < Duration::from_mins(1) {
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(many.snapshot().step >= 100);
}

#[test]
fn a_branch_that_begins_in_one_on_its_way_has_all_of_its_commands() {
    let sets = [
        "hippocampus.store.units=1000",
        "protocol=[Repeat(times: 9, phases: [Wake(episodes: 8), Sleep(ripples: 8)])]",
    ];
    let scenario = load(bundled()[0].document(), &sets.map(String::from), None).unwrap();
    let mut desk = Branches::new(scenario, || {}).unwrap();
    step(&mut desk, 100);
    desk.send(Request::Apply(rate("0.05")));
    let end = run(&mut desk).live_step;
    for (first, second, commands) in [(end - 10, end - 20, 1), (end - 5, 150, 1), (end - 5, 99, 0)]
    {
        let ids: Vec<u64> = desk.list().iter().map(|view| view.id).collect();
        desk.activate(ids[0]).unwrap();
        desk.fork(first).unwrap();
        desk.fork(second).unwrap();
        let arrived = settled(&desk);
        assert_eq!(
            (arrived.live_step, arrived.journal.len()),
            (second, commands)
        );
    }
}

#[test]
fn a_desk_is_full_at_some_time_and_says_so() {
    let mut desk = Branches::new(small(), || {}).unwrap();
    for i in 0..15 {
        desk.add(small(), format!("run {i}")).unwrap();
    }
    assert!(
        desk.add(small(), String::new())
            .unwrap_err()
            .contains("delete")
    );
    let ids: Vec<u64> = desk.list().iter().map(|view| view.id).collect();
    assert!(desk.compare(ids[0], true).is_ok() && desk.compare(ids[1], true).is_ok());
    assert!(desk.compare(ids[2], true).is_ok());
    assert!(desk.compare(ids[3], true).unwrap_err().contains("at most"));
    for id in &ids[1..] {
        desk.delete(*id).unwrap();
    }
    assert!(desk.delete(ids[0]).is_err());
}

/// A branch with what it is to be.
struct Known {
    branch: Branch,
    steps: u64,
    journal: Vec<Journalled>,
    undone: Vec<Journalled>,
}

impl Known {
    fn check(&self) {
        let mut snapshot = Snapshot::default();
        self.branch.draw(&mut snapshot);
        assert_eq!(snapshot.live_step, self.steps);
        assert_eq!(snapshot.journal, self.journal);
        assert_eq!(snapshot.undone, self.undone);
        let (bytes, budget) = snapshot.kept.bytes();
        assert!(bytes <= budget + (1 << 19), "{bytes}");
        assert_eq!(snapshot.kept.before(u64::MAX), Some(self.steps));
    }

    fn fork(&mut self, fork: Fork) -> Self {
        let (steps, journal, undone) = (fork.to, fork.journal.clone(), fork.undone.clone());
        let mut branch = Branch::grow(self.branch.seed(fork).unwrap());
        while branch.relive(Instant::now() + Duration::from_millis(50)) {}
        Self {
            branch,
            steps,
            journal,
            undone,
        }
    }

    /// It is what a headless run with its journal is.
    fn compare(&mut self, scenario: &Scenario, folder: &Path) {
        let (mine, theirs) = (folder.join("mine"), folder.join("theirs"));
        self.branch.save(&mine, false).unwrap();
        headless(scenario, &self.journal, self.steps, &theirs);
        assert_same(&mine, &theirs);
        for folder in [mine, theirs] {
            std::fs::remove_dir_all(folder).unwrap();
        }
    }

    fn step(&mut self, steps: usize) {
        for _ in 0..steps {
            let before = self.steps;
            self.branch.step();
            self.steps = self.branch.steps();
            assert!(self.steps == before + 1 || self.branch.is_over());
        }
    }

    fn apply(&mut self, command: Command) {
        self.branch.apply(command.clone());
        self.journal.push(Journalled {
            step: self.steps,
            command,
        });
        self.undone.clear();
    }

    /// As the desk does it: in place, or else as another branch.
    fn undo(&mut self, room: bool) -> Option<Self> {
        let last = self.journal.last().cloned()?;
        if last.step == self.steps {
            self.branch.undo();
            while self
                .branch
                .relive(Instant::now() + Duration::from_millis(50))
            {}
            self.journal.pop();
            self.undone.push(last);
            return None;
        }
        let mut journal = self.journal.clone();
        journal.pop();
        let fork = Fork {
            from: last.step,
            to: self.steps,
            journal,
            undone: [self.undone.clone(), vec![last]].concat(),
            whole: false,
        };
        room.then(|| {
            let other = self.fork(fork);
            // A run may end before that without the command.
            let steps = other.branch.steps();
            Self { steps, ..other }
        })
    }

    fn redo(&mut self) {
        let here = self.undone.last().is_some_and(|j| j.step == self.steps);
        if here {
            self.branch.redo();
            self.journal.extend(self.undone.pop());
        }
    }

    fn look(&self, step: u64) {
        let mut snapshot = Snapshot::default();
        self.branch.draw(&mut snapshot);
        let kept = snapshot.kept.clone();
        assert!(kept.draw(step, &mut snapshot));
        assert!(snapshot.step <= step);
    }
}

fn any_command(rng: &mut Rng) -> Command {
    match rng.below(4) {
        0 => lesion(rng.below(11) as f64 / 10.0),
        1 => Command::Restore { target: Place::Ca3 },
        2 => rate(["0.001", "0.01", "0.0"][rng.below(3)]),
        _ => Command::Lesion {
            target: Place::Recurrent,
            fraction: rng.below(5) as f64 / 10.0,
        },
    }
}

#[test]
fn twenty_thousand_actions_lose_nothing() {
    let scenario = small();
    let mut end = Experiment::<f32>::new(&scenario);
    while end.step(&mut ()).unwrap() == Status::Running {}
    let end = end.clock().step as usize;
    let mut rng = Rng::named(1, "actions");
    let mut known = vec![Known {
        branch: Branch::new(Experiment::new(&scenario), BUDGET).unwrap(),
        steps: 0,
        journal: Vec::new(),
        undone: Vec::new(),
    }];
    let dir = tempfile::tempdir().unwrap();
    for action in 0..20_000 {
        let count = known.len();
        let at = rng.below(count);
        let now = &mut known[at];
        let mut other = None;
        match rng.below(12) {
            0..=4 => now.step(1 + rng.below(9)),
            5 | 6 if now.journal.len() < 12 => now.apply(any_command(&mut rng)),
            7 => other = now.undo(count < 9),
            8 => now.redo(),
            9 if count < 9 => {
                let step = rng.below(now.steps as usize + 1) as u64;
                other = Some(now.fork(Fork::at(step, &now.journal)));
            }
            11 => now.look(rng.below(end) as u64),
            _ => {}
        }
        now.check();
        if action % 400 == 0 {
            now.compare(&scenario, dir.path());
        }
        if action % 12 == 0 && count > 4 {
            known.swap_remove(at);
        }
        known.extend(other);
    }
    for now in &mut known {
        now.check();
        now.compare(&scenario, dir.path());
    }
}
