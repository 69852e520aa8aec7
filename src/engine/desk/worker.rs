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

use super::super::command::{Command, Journalled};
use super::super::experiment::{Experiment, Status};
use super::super::lab::RunError;
use super::super::scenario::Scenario;
use super::super::show::{Activity, Snapshot, draw};
use super::history::{Frame, History};
use super::session::{Session, SessionError};

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

/// A run with its history and its tables.
struct Run {
    frame: Frame,
    /// The live end, while looking at the past.
    live: Option<Frame>,
    history: History,
    session: Session,
    failed: Option<String>,
    /// Commands that were taken back, the latest last.
    undone: Vec<Journalled>,
}

impl Run {
    fn new(experiment: Experiment<f32>) -> Result<Self, SessionError> {
        Self::with(experiment, Session::temporary()?)
    }

    fn open(folder: &Path) -> Result<Self, SessionError> {
        let (experiment, session) = Session::copy_of(folder)?;
        Self::with(experiment, session)
    }

    fn with(experiment: Experiment<f32>, mut session: Session) -> Result<Self, SessionError> {
        let mut frame = Frame::new(experiment);
        session.retell(&mut frame.observer)?;
        let history = History::new(frame.clone(), session.flush()?);
        Ok(Self {
            frame,
            live: None,
            history,
            session,
            failed: None,
            undone: Vec::new(),
        })
    }

    /// A step that failed is half done: the state goes back to the last keyframe, the tables keep what was recorded.
    fn fail(&mut self, error: String) {
        let time = self.frame.clock().time;
        let observer = std::mem::take(&mut self.frame.observer);
        self.frame.experiment = self.history.before(u64::MAX).0.experiment;
        self.frame.observer = observer;
        self.frame.observer.say(time, error.clone());
        self.failed = Some(error);
    }

    /// One step of the live end; whether there is more to do.
    fn step(&mut self) -> bool {
        if self.failed.is_some() {
            return false;
        }
        let step = self.frame.clock().step;
        if self.history.due(step)
            && let Ok(offsets) = self.session.flush()
        {
            self.history.keep(&self.frame, offsets);
        }
        match self.frame.step(Some(&mut self.session)) {
            Ok(status) => status == Status::Running,
            Err(error) => {
                self.fail(error.to_string());
                false
            }
        }
    }

    fn apply(&mut self, command: Command) {
        self.settle_here();
        let journalled = Journalled {
            step: self.frame.clock().step,
            command,
        };
        match self.frame.apply(&journalled, Some(&mut self.session)) {
            Ok(()) => self.undone.clear(),
            Err(RunError::Refused(why)) => self.say(format!("refused: {why}")),
            Err(error) => self.failed = Some(error.to_string()),
        }
    }

    /// A line for the log.
    fn say(&mut self, text: String) {
        let time = self.frame.clock().time;
        self.frame.observer.say(time, text);
    }

    /// Looks at another step.
    fn seek(&mut self, step: u64) {
        let live = self.live.take().unwrap_or_else(|| self.frame.clone());
        if step >= live.clock().step {
            self.frame = live;
            return;
        }
        let ahead = self.frame.clock().step <= step && self.frame.clock().step < live.clock().step;
        if !ahead || step - self.frame.clock().step > 2000 {
            self.frame = self.history.before(step).0;
        }
        let result = self.frame.advance(step, live.experiment.journal(), None);
        self.live = Some(live);
        if let Err(error) = result {
            self.failed = Some(error.to_string());
        }
    }

    /// Makes the step looked at the live end: what came after it is forgotten.
    fn settle_here(&mut self) {
        if let Some(live) = self.live.take() {
            let step = self.frame.clock().step;
            let journal = self.frame.experiment.journal().to_vec();
            drop(live);
            self.retrace(step, step, &journal);
        }
    }

    /// Goes back to before `from` and runs to `to` again, with these commands.
    fn retrace(&mut self, from: u64, to: u64, journal: &[Journalled]) {
        self.history.truncate(from);
        let (frame, offsets) = self.history.before(from);
        self.frame = frame;
        self.failed = None;
        let result = self
            .session
            .rewind(offsets)
            .map_err(|e| e.to_string())
            .and_then(|()| {
                self.frame
                    .advance(to, journal, Some(&mut self.session))
                    .map_err(|e| e.to_string())
            });
        if let Err(error) = result {
            self.failed = Some(error);
        }
    }

    /// Takes the latest command back and runs to the present step without it.
    fn undo(&mut self) {
        let mut journal = self.frame.experiment.journal().to_vec();
        let Some(undone) = journal.pop() else { return };
        self.live = None;
        let now = self.frame.clock().step;
        // A keyframe taken at the very step may already contain the command.
        self.retrace(undone.step.saturating_sub(1), now, &journal);
        self.say(format!("undone: {}", undone.command.describe()));
        self.undone.push(undone);
    }

    /// Does again what was taken back last, at the step where it was done, and runs to the present step with it.
    fn redo(&mut self) {
        let Some(again) = self.undone.pop() else {
            return;
        };
        self.live = None;
        let now = self.frame.clock().step;
        let mut journal = self.frame.experiment.journal().to_vec();
        let text = format!("done again: {}", again.command.describe());
        let from = again.step;
        journal.push(again);
        self.retrace(from, now.max(from), &journal);
        self.say(text);
    }

    fn save(&mut self, path: &Path, force: bool) -> Result<(), String> {
        let end = self.live.as_ref().unwrap_or(&self.frame);
        self.session
            .save_as(path, force, &end.experiment, self.failed.as_deref())
            .map_err(|e| e.to_string())
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
                self.run
                    .frame
                    .observer
                    .say(self.run.frame.clock().time, text);
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
