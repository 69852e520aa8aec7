//! The worker: a named thread that owns a run. The app sends requests and reads the latest snapshot; neither waits for
//! the other.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{
    Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError, sync_channel,
};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;

use super::super::command::Command;
use super::super::experiment::Experiment;
use super::super::scenario::Scenario;
use super::super::show::{Activity, Snapshot, draw};
use super::ending::SessionError;
use super::run::Run;

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
    /// The scenario from the start, paused.
    Reset,
    /// Another scenario, paused.
    Load(Box<Scenario>),
    /// Change the run.
    Apply(Command),
    /// Take the latest command back.
    Undo,
    /// Do again what was taken back last.
    Redo,
    /// Look at another step of the history. Running goes on from there.
    Seek(u64),
    /// Back to the live end.
    Live,
    /// Write a run folder.
    Save {
        /// Where.
        path: PathBuf,
        /// Replace an earlier run folder.
        force: bool,
        /// Hears how it went.
        done: SyncSender<Result<(), String>>,
    },
    /// End the thread.
    Quit,
}

/// Time between snapshots.
const FRAME: Duration = Duration::from_millis(16);

/// A run on a thread of its own.
#[derive(Debug)]
pub struct Worker {
    latest: Arc<ArcSwap<Snapshot>>,
    scenario: Arc<ArcSwap<Scenario>>,
    requests: SyncSender<Request>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts the thread with a scenario, paused; `wake` is called after each new snapshot.
    pub fn start(
        scenario: Scenario,
        wake: impl Fn() + Send + 'static,
    ) -> Result<Self, SessionError> {
        let run = Run::new(Experiment::new(&scenario))?;
        Self::spawn(run, scenario, Box::new(wake))
    }

    /// Opens a run folder at its checkpoint, paused. The folder itself is left as it is.
    pub fn open(folder: &Path, wake: impl Fn() + Send + 'static) -> Result<Self, SessionError> {
        let run = Run::open(folder)?;
        let scenario = run.frame.experiment.scenario().clone();
        Self::spawn(run, scenario, Box::new(wake))
    }

    fn spawn(
        run: Run,
        scenario: Scenario,
        wake: Box<dyn Fn() + Send>,
    ) -> Result<Self, SessionError> {
        let latest = Arc::new(ArcSwap::from_pointee(Snapshot::default()));
        let scenario = Arc::new(ArcSwap::from_pointee(scenario));
        let (requests, inbox) = sync_channel(64);
        let mut host = Host {
            run,
            inbox,
            latest: latest.clone(),
            scenario: scenario.clone(),
            wake,
            running: false,
            left: None,
            speed: None,
            runs: 1,
            pace: Pace::new(),
        };
        host.publish();
        let thread = std::thread::Builder::new()
            .name("ammon-worker".into())
            .spawn(move || host.work())
            .map_err(SessionError::Thread)?;
        Ok(Self {
            latest,
            scenario,
            requests,
            thread: Some(thread),
        })
    }

    /// The latest snapshot.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.latest.load_full()
    }

    /// The scenario being run.
    pub fn scenario(&self) -> Arc<Scenario> {
        self.scenario.load_full()
    }

    /// Sends a request. Where the queue is full (sixty-four are waiting), a look at another step is dropped, for another
    /// will follow; everything else waits for its place.
    pub fn send(&self, request: Request) {
        match self.requests.try_send(request) {
            Err(TrySendError::Full(Request::Seek(_))) | Ok(()) => {}
            // Nobody is left to hear it once the thread has ended.
            Err(TrySendError::Full(request) | TrySendError::Disconnected(request)) => {
                drop(self.requests.send(request));
            }
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.send(Request::Quit);
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
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
    run: Run,
    inbox: Receiver<Request>,
    latest: Arc<ArcSwap<Snapshot>>,
    scenario: Arc<ArcSwap<Scenario>>,
    wake: Box<dyn Fn() + Send>,
    running: bool,
    /// Steps left to do before pausing.
    left: Option<u64>,
    speed: Option<f64>,
    runs: u64,
    pace: Pace,
}

impl Host {
    fn work(&mut self) {
        let mut owed = 0.0;
        loop {
            let begun = Instant::now();
            if !self.read_requests() {
                return;
            }
            if !self.running {
                continue;
            }
            owed = self.speed.map_or(f64::INFINITY, |s| {
                (owed + s * FRAME.as_secs_f64()).min(s.max(1.0))
            });
            let mut done = 0;
            while self.running && owed >= 1.0 && begun.elapsed() < FRAME {
                owed -= 1.0;
                done += 1;
                let more = self.run.step();
                self.left = self.left.map(|l| l.saturating_sub(1));
                if !more || self.left == Some(0) {
                    self.running = false;
                }
            }
            self.pace.tick(done);
            self.publish();
            if self.speed.is_some() {
                std::thread::sleep(FRAME.saturating_sub(begun.elapsed()));
            }
        }
    }

    /// Handles what is waiting; while paused, waits for something. False when the thread shall end.
    fn read_requests(&mut self) -> bool {
        let first = if self.running {
            self.inbox.try_recv()
        } else {
            match self.inbox.recv_timeout(Duration::from_millis(500)) {
                Ok(request) => Ok(request),
                Err(RecvTimeoutError::Timeout) => Err(TryRecvError::Empty),
                Err(RecvTimeoutError::Disconnected) => Err(TryRecvError::Disconnected),
            }
        };
        let mut next = first;
        let mut changed = false;
        // Of several looks at other steps that follow each other only the last one counts.
        let mut sought = None;
        loop {
            if let (Some(step), false) = (sought, matches!(next, Ok(Request::Seek(_)))) {
                self.handle(Request::Seek(step));
                sought = None;
            }
            match next {
                Ok(Request::Quit) | Err(TryRecvError::Disconnected) => return false,
                Ok(Request::Seek(step)) => sought = Some(step),
                Ok(request) => self.handle(request),
                Err(TryRecvError::Empty) => break,
            }
            changed = true;
            next = self.inbox.try_recv();
        }
        if changed {
            self.publish();
        }
        true
    }

    fn handle(&mut self, request: Request) {
        match request {
            Request::Run => self.go(None),
            Request::Step(steps) => self.go(Some(steps)),
            Request::Pause => self.running = false,
            Request::Speed(speed) => self.speed = speed.filter(|s| s.is_finite() && *s > 0.0),
            Request::Reset => {
                let scenario = Scenario::clone(&self.scenario.load());
                self.replace(&scenario);
            }
            Request::Load(scenario) => {
                self.scenario.store(Arc::new((*scenario).clone()));
                self.replace(&scenario);
            }
            Request::Apply(command) => self.run.apply(command),
            Request::Undo => self.run.undo(),
            Request::Redo => self.run.redo(),
            Request::Seek(step) => {
                self.running = false;
                self.run.seek(step);
            }
            Request::Live => self.run.seek(u64::MAX),
            Request::Save { path, force, done } => {
                let result = self.run.save(&path, force);
                let text = match &result {
                    Ok(()) => format!("saved to {}", path.display()),
                    Err(error) => format!("not saved: {error}"),
                };
                self.run.say(text);
                drop(done.try_send(result));
            }
            Request::Quit => {}
        }
    }

    fn go(&mut self, left: Option<u64>) {
        self.run.settle_here();
        self.left = left;
        self.running = self.run.failed.is_none() && !self.run.frame.experiment.is_done();
        self.pace = Pace::new();
    }

    fn replace(&mut self, scenario: &Scenario) {
        self.running = false;
        match Run::new(Experiment::new(scenario)) {
            Ok(run) => self.run = run,
            Err(error) => self.run.failed = Some(error.to_string()),
        }
        self.runs += 1;
        self.pace = Pace::new();
    }

    fn publish(&mut self) {
        let run = &self.run;
        let activity = match &run.failed {
            Some(error) => Activity::Failed(error.clone()),
            None if self.running => Activity::Running,
            None if run.frame.experiment.is_done() && run.live.is_none() => Activity::Finished,
            None => Activity::Paused,
        };
        let mut snapshot = Snapshot {
            run: self.runs,
            activity,
            rate: if self.running { self.pace.rate } else { 0.0 },
            live_step: run.live.as_ref().unwrap_or(&run.frame).clock().step,
            ..Snapshot::default()
        };
        draw(&run.frame.experiment, &mut snapshot);
        run.frame.observer.draw(&mut snapshot);
        snapshot.redo = run.undone.iter().map(|j| j.command.describe()).collect();
        self.latest.store(Arc::new(snapshot));
        (self.wake)();
    }
}
