//! The worker: a named thread that owns a run. The app sends requests and reads the latest snapshot; neither waits for
//! the other.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{
    Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError, sync_channel,
};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;

use super::super::command::Command;
use super::super::experiment::Experiment;
use super::super::scenario::Scenario;
use super::super::show::{Activity, Snapshot};
use super::branch::{Branch, Fork, Seed};
use super::ending::SessionError;
use super::inquiry::{Answering, Asking};

/// What the app asks of the worker.
#[derive(Debug)]
pub enum Request {
    /// Step on and on.
    Run,
    /// Stop stepping.
    Pause,
    /// Do this many steps, then pause.
    Step(u64),
    /// Steps a second; `None` is as fast as it goes.
    Speed(Option<f64>),
    /// Change the run.
    Apply(Command),
    /// Take the latest command back. What was lived since goes with it.
    Undo,
    /// Do again what was taken back last.
    Redo,
    /// Say what another branch grows from.
    Fork {
        /// Where it shall begin.
        fork: Fork,
        /// Hears of it.
        seed: Seeding,
    },
    /// Bytes for light frames.
    Budget(u64),
    /// Say what there is to know of a subject, or from what that can be found out.
    Inspect {
        /// What is asked, and of which moment.
        asking: Asking,
        /// Hears of it.
        answering: Answering,
    },
    /// Write a run folder.
    Save {
        /// Where.
        path: PathBuf,
        /// Replace an earlier run folder.
        force: bool,
        /// Hears how it went.
        done: SyncSender<Result<(), String>>,
    },
    /// Write a copy as a run folder, for something that is made of it; nothing is said of it.
    Copy {
        /// Where.
        path: PathBuf,
        /// Hears how it went.
        done: SyncSender<Result<(), String>>,
    },
    /// End the thread.
    Quit,
}

/// Takes what a branch grows from, or why there is nothing.
pub struct Seeding(pub(super) SyncSender<Result<Box<Seed>, String>>);

impl std::fmt::Debug for Seeding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seeding")
    }
}

/// Bytes for light frames, where nothing else is said.
pub const BUDGET: u64 = 256 << 20;
/// Time between snapshots.
const FRAME: Duration = Duration::from_millis(16);

/// A run on a thread of its own.
#[derive(Debug)]
pub struct Worker {
    latest: Arc<ArcSwap<Snapshot>>,
    requests: SyncSender<Request>,
    /// What there was no room for yet.
    backlog: Mutex<VecDeque<Request>>,
    thread: Option<JoinHandle<()>>,
}

/// What is called after each new snapshot.
pub type Wake = Box<dyn Fn() + Send>;

impl Worker {
    /// Starts the thread with a scenario, paused; `wake` is called after each new snapshot.
    pub fn start(
        scenario: &Scenario,
        wake: impl Fn() + Send + 'static,
    ) -> Result<Self, SessionError> {
        Self::begin(scenario, 1, Box::new(wake))
    }

    /// Opens a run folder at its checkpoint, paused. The folder itself is left as it is.
    pub fn open(folder: &Path, wake: impl Fn() + Send + 'static) -> Result<Self, SessionError> {
        Ok(Self::reopen(folder, 1, Box::new(wake))?.0)
    }

    /// A scenario from the start, as the run of this number.
    pub(super) fn begin(scenario: &Scenario, run: u64, wake: Wake) -> Result<Self, SessionError> {
        let branch = Branch::new(Experiment::new(scenario), BUDGET)?;
        Self::of(branch, run, wake)
    }

    /// A run folder, as the run of this number, with what it was made from.
    pub(super) fn reopen(
        folder: &Path,
        run: u64,
        wake: Wake,
    ) -> Result<(Self, Scenario), SessionError> {
        let branch = Branch::open(folder, BUDGET)?;
        let scenario = branch.scenario().clone();
        Ok((Self::of(branch, run, wake)?, scenario))
    }

    fn of(branch: Branch, run: u64, wake: Wake) -> Result<Self, SessionError> {
        let latest = Arc::new(ArcSwap::from_pointee(Snapshot::default()));
        let (requests, inbox) = sync_channel(64);
        let mut host = Host::new(branch, inbox, VecDeque::new(), latest.clone(), wake, run);
        host.publish();
        Self::spawn(latest, requests, move || host.work())
    }

    /// A branch that grows as soon as the one that it begins in says from what. Until then it looks like `first`.
    pub(super) fn grow(
        seed: Receiver<Result<Box<Seed>, String>>,
        first: Snapshot,
        wake: Wake,
    ) -> Result<Self, SessionError> {
        let run = first.run;
        let latest = Arc::new(ArcSwap::from_pointee(first));
        let (requests, inbox) = sync_channel(64);
        let shown = latest.clone();
        Self::spawn(latest, requests, move || {
            let mut waiting = VecDeque::new();
            match sown(&seed, &inbox, &mut waiting) {
                Some(Ok(seed)) => {
                    let branch = Branch::grow(*seed);
                    Host::new(branch, inbox, waiting, shown, wake, run).work();
                }
                Some(Err(why)) => {
                    let mut failed = Snapshot::clone(&shown.load());
                    failed.activity = Activity::Failed(why);
                    shown.store(Arc::new(failed));
                    wake();
                }
                None => {}
            }
        })
    }

    fn spawn(
        latest: Arc<ArcSwap<Snapshot>>,
        requests: SyncSender<Request>,
        work: impl FnOnce() + Send + 'static,
    ) -> Result<Self, SessionError> {
        let thread = std::thread::Builder::new()
            .name("ammon-worker".into())
            .spawn(work)
            .map_err(SessionError::Thread)?;
        Ok(Self {
            latest,
            requests,
            backlog: Mutex::default(),
            thread: Some(thread),
        })
    }

    /// The latest snapshot.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.hand_over();
        self.latest.load_full()
    }

    /// Sends a request. Nothing is dropped, and nobody waits: what finds no room is sent with the next request, or when the
    /// next snapshot is asked for.
    pub fn send(&self, request: Request) {
        if let Ok(mut backlog) = self.backlog.lock() {
            backlog.push_back(request);
        }
        self.hand_over();
    }

    fn hand_over(&self) {
        let Ok(mut backlog) = self.backlog.lock() else {
            return;
        };
        while let Some(request) = backlog.pop_front() {
            match self.requests.try_send(request) {
                Err(TrySendError::Full(request)) => {
                    backlog.push_front(request);
                    return;
                }
                // Where the thread has ended nobody is left to hear it.
                Ok(()) | Err(TrySendError::Disconnected(_)) => {}
            }
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Nobody is left to hear it once the thread has ended.
        drop(self.requests.send(Request::Quit));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// Waits for what a branch grows from; nothing where it is no longer wanted.
fn sown(
    seed: &Receiver<Result<Box<Seed>, String>>,
    inbox: &Receiver<Request>,
    waiting: &mut VecDeque<Request>,
) -> Option<Result<Box<Seed>, String>> {
    loop {
        match seed.recv_timeout(FRAME) {
            Ok(found) => return Some(found),
            Err(RecvTimeoutError::Disconnected) => {
                return Some(Err("the run that this one begins in has ended".into()));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        loop {
            match inbox.try_recv() {
                Ok(Request::Quit) | Err(TryRecvError::Disconnected) => return None,
                Ok(request) => waiting.push_back(request),
                Err(TryRecvError::Empty) => break,
            }
        }
    }
}

/// Steps a second, lately.
struct Pace {
    since: Instant,
    steps: u64,
    rate: f64,
}

impl Pace {
    fn new() -> Self {
        Self {
            since: Instant::now(),
            steps: 0,
            rate: 0.0,
        }
    }

    fn tick(&mut self, steps: u64) {
        self.steps += steps;
        let elapsed = self.since.elapsed();
        if elapsed > Duration::from_millis(500) {
            self.rate = self.steps as f64 / elapsed.as_secs_f64();
            self.since = Instant::now();
            self.steps = 0;
        }
    }
}

/// The thread's state.
struct Host {
    branch: Branch,
    inbox: Receiver<Request>,
    /// What waits until the branch is where it begins.
    waiting: VecDeque<Request>,
    latest: Arc<ArcSwap<Snapshot>>,
    wake: Wake,
    run: u64,
    running: bool,
    /// Steps left to do before pausing.
    left: Option<u64>,
    speed: Option<f64>,
    pace: Pace,
}

impl Host {
    fn new(
        branch: Branch,
        inbox: Receiver<Request>,
        waiting: VecDeque<Request>,
        latest: Arc<ArcSwap<Snapshot>>,
        wake: Wake,
        run: u64,
    ) -> Self {
        Self {
            branch,
            inbox,
            waiting,
            latest,
            wake,
            run,
            running: false,
            left: None,
            speed: None,
            pace: Pace::new(),
        }
    }

    fn work(&mut self) {
        let mut owed = 0.0;
        loop {
            let begun = Instant::now();
            if !self.read_requests() {
                return;
            }
            if self.branch.goal().is_some() {
                let on_the_way = self.branch.relive(begun + FRAME);
                // What waits is done before anything is shown.
                if on_the_way || self.waiting.is_empty() {
                    self.publish();
                }
                continue;
            }
            if !self.running {
                continue;
            }
            owed = self.speed.map_or(f64::INFINITY, |s| {
                (owed + s * FRAME.as_secs_f64()).min(s.max(1.0))
            });
            // On one of the threads that do what is done side by side: it goes on by itself where the others are busy.
            let done = rayon::scope(|_| self.slice(begun, &mut owed));
            self.pace.tick(done);
            self.publish();
            if self.speed.is_some() {
                std::thread::sleep(FRAME.saturating_sub(begun.elapsed()));
            }
        }
    }

    /// As many steps as are owed and fit in a frame that began then; says how many.
    fn slice(&mut self, begun: Instant, owed: &mut f64) -> u64 {
        let mut done = 0;
        while self.running && *owed >= 1.0 && begun.elapsed() < FRAME {
            *owed -= 1.0;
            done += 1;
            let more = self.branch.step();
            self.left = self.left.map(|l| l.saturating_sub(1));
            if !more || self.left == Some(0) {
                self.running = false;
            }
        }
        done
    }

    /// Handles what is waiting; where there is nothing to do, waits for something. False when the thread shall end.
    fn read_requests(&mut self) -> bool {
        let there = self.branch.goal().is_none();
        let idle = there && !self.running && self.waiting.is_empty();
        let mut next = if idle {
            match self.inbox.recv_timeout(Duration::from_millis(500)) {
                Ok(request) => Ok(request),
                Err(RecvTimeoutError::Timeout) => Err(TryRecvError::Empty),
                Err(RecvTimeoutError::Disconnected) => Err(TryRecvError::Disconnected),
            }
        } else {
            self.inbox.try_recv()
        };
        if idle && matches!(next, Err(TryRecvError::Empty)) {
            self.branch.keep_safe();
        }
        loop {
            match next {
                Ok(Request::Quit) | Err(TryRecvError::Disconnected) => return false,
                Ok(request) => self.waiting.push_back(request),
                Err(TryRecvError::Empty) => break,
            }
            next = self.inbox.try_recv();
        }
        let mut changed = false;
        while self.branch.goal().is_none()
            && let Some(request) = self.waiting.pop_front()
        {
            self.handle(request);
            changed = true;
        }
        if changed {
            self.publish();
        }
        true
    }

    fn handle(&mut self, request: Request) {
        match request {
            Request::Run => self.go(None),
            // Steps that are asked for while others are still to be done come on top.
            Request::Step(steps) => {
                let before = self.left.filter(|_| self.running);
                self.go(Some(before.unwrap_or(0).saturating_add(steps)));
            }
            Request::Pause => self.running = false,
            Request::Speed(speed) => self.speed = speed.filter(|s| s.is_finite() && *s > 0.0),
            Request::Apply(command) => self.branch.apply(command),
            Request::Undo => self.branch.undo(),
            Request::Redo => self.branch.redo(),
            Request::Inspect { asking, answering } => {
                answering.hear(self.branch.knows(&asking));
            }
            Request::Budget(budget) => self.branch.set_budget(budget),
            Request::Fork { fork, seed } => {
                let grown = self.branch.seed(fork).map(Box::new);
                // Where nobody wants it any more, it goes.
                drop(seed.0.try_send(grown.map_err(|e| e.to_string())));
            }
            Request::Save { path, force, done } => {
                let result = self.branch.save(&path, force);
                let text = match &result {
                    Ok(()) => format!("saved to {}", path.display()),
                    Err(error) => format!("not saved: {error}"),
                };
                self.branch.say(text);
                drop(done.try_send(result));
            }
            Request::Copy { path, done } => drop(done.try_send(self.branch.save(&path, false))),
            Request::Quit => {}
        }
    }

    fn go(&mut self, left: Option<u64>) {
        self.left = left;
        self.running = !self.branch.is_over();
        self.pace = Pace::new();
    }

    fn publish(&mut self) {
        let branch = &self.branch;
        let activity = match (branch.failed(), branch.goal()) {
            (Some(error), _) => Activity::Failed(error.into()),
            (None, Some((from, to))) => Activity::Reliving {
                from,
                at: branch.steps(),
                to,
            },
            (None, None) if self.running => Activity::Running,
            (None, None) if branch.is_over() => Activity::Finished,
            (None, None) => Activity::Paused,
        };
        let mut snapshot = Snapshot {
            run: self.run,
            activity,
            rate: if self.running { self.pace.rate } else { 0.0 },
            ..Snapshot::default()
        };
        branch.draw(&mut snapshot);
        self.latest.store(Arc::new(snapshot));
        (self.wake)();
    }
}
