//! The runs on the desk: each with its branches, each on a thread of its own. One of them is at hand.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use super::super::command::Journalled;
use super::super::scenario::Scenario;
use super::super::show::{Activity, Snapshot};
use super::branch::Fork;
use super::inquiry::{Asking, Inquirer, Inquiry};
use super::listed::{BranchView, Origin, Run};
use super::worker::{BUDGET, Request, Seeding, Worker};

/// Runs and branches at most: each has a thread and its tables.
const MOST: usize = 16;
/// Runs that are compared at most.
pub const COMPARED: usize = 4;

/// The runs on the desk.
pub struct Branches {
    runs: Vec<Run>,
    active: u64,
    next: u64,
    speed: Option<f64>,
    budget: u64,
    wake: Arc<dyn Fn() + Send + Sync>,
    inquirer: Inquirer,
}

type Done = Result<(), String>;

impl Branches {
    /// A desk with one run; `wake` is called when there is something new to be seen.
    pub fn new(
        scenario: Scenario,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Result<Self, String> {
        let mut desk = Self::empty(wake);
        desk.add(scenario, String::new())?;
        Ok(desk)
    }

    /// A desk with what lies in a run folder.
    pub fn open(folder: &Path, wake: impl Fn() + Send + Sync + 'static) -> Result<Self, String> {
        let mut desk = Self::empty(wake);
        desk.add_folder(folder)?;
        Ok(desk)
    }

    fn empty(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            runs: Vec::new(),
            active: 0,
            next: 1,
            speed: None,
            budget: BUDGET,
            wake: Arc::new(wake),
            inquirer: Inquirer::default(),
        }
    }

    fn at_hand(&self) -> Option<&Run> {
        self.runs.iter().find(|run| run.id == self.active)
    }

    fn run(&self, id: u64) -> Option<&Run> {
        self.runs.iter().find(|run| run.id == id)
    }

    fn run_mut(&mut self, id: u64) -> Option<&mut Run> {
        self.runs.iter_mut().find(|run| run.id == id)
    }

    fn waking(&self) -> Box<dyn Fn() + Send> {
        let wake = self.wake.clone();
        Box::new(move || wake())
    }

    /// Whether there is room for another one.
    fn room(&self) -> Done {
        if self.runs.len() < MOST {
            return Ok(());
        }
        Err(format!(
            "{MOST} runs and branches are open: delete one of them first"
        ))
    }

    fn put(&mut self, run: Run) -> u64 {
        let id = run.id;
        run.worker.send(Request::Speed(self.speed));
        self.runs.push(run);
        self.active = id;
        self.next += 1;
        self.share();
        id
    }

    /// All runs together keep within the budget of light frames.
    fn share(&self) {
        let each = self.budget / self.runs.len().max(1) as u64;
        for run in &self.runs {
            run.worker.send(Request::Budget(each));
        }
    }

    /// Another run of a scenario, from its start, paused; it is at hand then.
    pub fn add(&mut self, scenario: Scenario, name: String) -> Result<u64, String> {
        self.room()?;
        let worker = Worker::begin(&scenario, self.next, self.waking());
        let worker = worker.map_err(|e| e.to_string())?;
        Ok(self.put(Run {
            id: self.next,
            name,
            origin: None,
            worker,
            scenario: Arc::new(scenario),
            compared: false,
            touched: false,
            saved: None,
        }))
    }

    /// A copy of what lies in a run folder, paused; it is at hand then.
    pub fn add_folder(&mut self, folder: &Path) -> Result<u64, String> {
        self.room()?;
        let worker = Worker::reopen(folder, self.next, self.waking());
        let (worker, scenario) = worker.map_err(|e| e.to_string())?;
        let snapshot = worker.snapshot();
        let name = folder.file_name().map(|name| name.to_string_lossy());
        Ok(self.put(Run {
            id: self.next,
            name: name.unwrap_or_default().into_owned(),
            origin: None,
            scenario: Arc::new(scenario),
            worker,
            compared: false,
            touched: false,
            saved: Some((snapshot.live_step, snapshot.journal.clone())),
        }))
    }

    /// Clears the desk for another run.
    pub fn load(&mut self, scenario: Scenario) -> Done {
        self.replace(|desk| desk.add(scenario, String::new()))
    }

    /// Clears the desk for what lies in a run folder.
    pub fn load_folder(&mut self, folder: &Path) -> Done {
        self.replace(|desk| desk.add_folder(folder))
    }

    /// What was there goes only where the new run could be made.
    fn replace(&mut self, with: impl FnOnce(&mut Self) -> Result<u64, String>) -> Done {
        let before = (std::mem::take(&mut self.runs), self.active);
        match with(self) {
            Ok(_) => Ok(()),
            Err(error) => {
                (self.runs, self.active) = before;
                Err(error)
            }
        }
    }

    /// The scenario of the run at hand, as it was at its start.
    pub fn scenario(&self) -> Option<Arc<Scenario>> {
        Some(self.at_hand()?.scenario.clone())
    }

    /// The latest snapshot of the run at hand.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        // Those that are not at hand hand over what there was no room for, too.
        for run in &self.runs {
            if run.id != self.active {
                drop(run.worker.snapshot());
            }
        }
        self.at_hand()
            .map(|run| run.worker.snapshot())
            .unwrap_or_default()
    }

    /// The latest snapshot of any.
    pub fn snapshot_of(&self, id: u64) -> Option<Arc<Snapshot>> {
        Some(self.run(id)?.worker.snapshot())
    }

    /// Asks something of the run at hand.
    pub fn send(&mut self, request: Request) {
        if let Request::Speed(speed) = request {
            self.speed = speed;
        }
        let active = self.active;
        if let Some(run) = self.run_mut(active) {
            let matters = !matches!(
                request,
                Request::Speed(_) | Request::Pause | Request::Run | Request::Step(_)
            );
            run.touched |= matters;
            run.worker.send(request);
        }
    }

    /// Asks about a subject of the run at hand. What is of the past is found out by running there again, on a thread of its own.
    pub fn inquire(&self, asking: Asking) -> Result<Inquiry, String> {
        let run = self.at_hand().ok_or("there is no run")?;
        let (inquiry, answering) = self.inquirer.begin(run.id, &asking, self.waking())?;
        run.worker.send(Request::Inspect { asking, answering });
        Ok(inquiry)
    }

    /// Bytes for the light frames of all runs together.
    pub fn set_budget(&mut self, budget: u64) {
        self.budget = budget;
        self.share();
    }

    /// Another branch of the run at hand, from this step on; it is at hand then. Where the run at hand is itself only on its way
    /// to where it begins, and nothing was done in it, it goes: the latest wish counts.
    pub fn fork(&mut self, step: u64) -> Result<u64, String> {
        let Some(run) = self.at_hand() else {
            return Err("there is no run".into());
        };
        let snapshot = run.worker.snapshot();
        let fork = match (&snapshot.activity, &run.origin) {
            // On its way it has not yet met all of its commands.
            (Activity::Reliving { to, .. }, Some(origin)) => {
                let step = if step >= snapshot.live_step {
                    *to
                } else {
                    step
                };
                Fork::at(step, &origin.journal)
            }
            _ => Fork::at(step, &snapshot.journal),
        };
        self.grow(&snapshot, fork, None)
    }

    /// The run at hand where its journal is whole.
    fn arrived(&self) -> Result<Arc<Snapshot>, String> {
        let snapshot = self.snapshot();
        match snapshot.activity {
            Activity::Reliving { .. } => {
                Err("the branch is on its way: wait until it is there, or cancel it".into())
            }
            _ => Ok(snapshot),
        }
    }

    /// The run at hand once more from its start to where it is, as a branch, so that all of it can be looked at; for a run that was
    /// opened, of whose past nothing is kept.
    pub fn relive(&mut self) -> Done {
        let snapshot = self.arrived()?;
        let fork = Fork {
            whole: true,
            ..Fork::at(snapshot.live_step, &snapshot.journal)
        };
        self.grow(&snapshot, fork, None).map(drop)
    }

    fn grow(
        &mut self,
        snapshot: &Snapshot,
        fork: Fork,
        undone: Option<Journalled>,
    ) -> Result<u64, String> {
        let mut parent = self.active;
        let on_the_way = matches!(snapshot.activity, Activity::Reliving { .. });
        let given_up = self
            .at_hand()
            .filter(|run| on_the_way && !run.touched)
            .and_then(|run| Some((run.id, run.origin.as_ref()?.branch)));
        if let Some((_, before)) = given_up {
            parent = before;
        } else {
            self.room()?;
        }
        let id = self.next;
        let (sow, seed) = sync_channel(1);
        let mut first = snapshot.clone();
        if let Some(run) = self.run(parent) {
            run.worker.send(Request::Pause);
            let kept = first.kept.clone();
            kept.draw(fork.from, &mut first);
        }
        first.live_step = first.step;
        first.activity = Activity::Reliving {
            from: fork.from,
            at: fork.from,
            to: fork.to,
        };
        let worker = Worker::grow(seed, first, self.waking()).map_err(|e| e.to_string())?;
        let name = match &undone {
            Some(undone) => format!("without {}", undone.command.describe()),
            None if fork.whole => "lived again".into(),
            None => format!("from step {}", fork.from),
        };
        let origin = Origin {
            branch: parent,
            step: fork.from,
            journal: fork.journal.clone(),
            undone,
        };
        let Some(run) = self.run(parent) else {
            return Err("the run is no more".into());
        };
        let scenario = run.scenario.clone();
        run.worker.send(Request::Fork {
            fork,
            seed: Seeding(sow),
        });
        if let Some((gone, _)) = given_up {
            self.runs.retain(|run| run.id != gone);
        }
        Ok(self.put(Run {
            id,
            name,
            origin: Some(origin),
            worker,
            scenario,
            compared: false,
            touched: false,
            saved: None,
        }))
    }

    /// Takes the latest command of the run at hand back: in it where nothing was lived since, in another branch else, which runs
    /// to the same step without it.
    pub fn undo(&mut self) -> Done {
        let snapshot = self.arrived()?;
        let Some(last) = snapshot.journal.last().filter(|_| snapshot.can_undo()) else {
            return Err("there is nothing to undo".into());
        };
        if last.step == snapshot.live_step && snapshot.activity != Activity::Running {
            self.send(Request::Undo);
            return Ok(());
        }
        let mut journal = snapshot.journal.clone();
        let Some(undone) = journal.pop() else {
            return Ok(());
        };
        let fork = Fork {
            from: undone.step,
            to: snapshot.live_step,
            journal,
            undone: [snapshot.undone.clone(), vec![undone.clone()]].concat(),
            whole: false,
        };
        self.grow(&snapshot, fork, Some(undone)).map(drop)
    }

    /// Does again what was taken back last. Where that made a branch, it is the one that it began in that comes back.
    pub fn redo(&mut self) -> Done {
        let snapshot = self.arrived()?;
        let Some(again) = snapshot.undone.last() else {
            return Err("there is nothing to do again".into());
        };
        let origin = self.at_hand().and_then(|run| run.origin.clone());
        if let Some(origin) = origin
            && origin.undone.as_ref() == Some(again)
            && origin.journal == snapshot.journal
            && self.run(origin.branch).is_some()
        {
            return self.activate(origin.branch);
        }
        if again.step == snapshot.live_step && snapshot.activity != Activity::Running {
            self.send(Request::Redo);
            return Ok(());
        }
        let (mut journal, mut undone) = (snapshot.journal.clone(), snapshot.undone.clone());
        journal.extend(undone.pop());
        let from = journal.last().map_or(0, |j| j.step);
        let fork = Fork {
            from,
            to: snapshot.live_step.max(from),
            journal,
            undone,
            whole: false,
        };
        self.grow(&snapshot, fork, None).map(drop)
    }

    /// Takes another run to hand.
    pub fn activate(&mut self, id: u64) -> Done {
        if self.run(id).is_none() {
            return Err("this run is no more".into());
        }
        self.active = id;
        Ok(())
    }

    /// Gives a run another name.
    pub fn rename(&mut self, id: u64, name: &str) -> Done {
        let run = self.run_mut(id).ok_or("this run is no more")?;
        run.name = name.trim().chars().take(80).collect();
        run.touched = true;
        Ok(())
    }

    /// Shows a run beside the one at hand, or no more.
    pub fn compare(&mut self, id: u64, compared: bool) -> Done {
        let active = self.active;
        let shown = self
            .runs
            .iter()
            .filter(|run| run.compared && run.id != active);
        if compared && shown.count() + 1 >= COMPARED {
            return Err(format!("{COMPARED} runs are compared at most"));
        }
        let run = self.run_mut(id).ok_or("this run is no more")?;
        run.compared = compared;
        run.touched = true;
        Ok(())
    }

    /// Removes a run; the last one stays. Where it is at hand, the one that it began in comes to hand, or else the one before.
    pub fn delete(&mut self, id: u64) -> Done {
        if self.runs.len() < 2 {
            return Err("the last run stays".into());
        }
        let at = self.runs.iter().position(|run| run.id == id);
        let at = at.ok_or("this run is no more")?;
        let gone = self.runs.remove(at);
        if self.active == id {
            let origin = gone.origin.as_ref().map(|origin| origin.branch);
            let origin = origin.filter(|id| self.run(*id).is_some());
            self.active = origin.unwrap_or(self.runs[at.saturating_sub(1)].id);
        }
        self.share();
        Ok(())
    }

    /// What the run at hand was when this many steps were done lies on disk.
    pub fn saved(&mut self, id: u64, steps: u64, journal: Vec<Journalled>) {
        if let Some(run) = self.run_mut(id) {
            run.saved = Some((steps, journal));
        }
    }

    /// Nothing of the run at hand lies anywhere else.
    pub fn unsaved(&mut self) {
        let active = self.active;
        if let Some(run) = self.run_mut(active) {
            run.saved = None;
        }
    }

    /// The scenario of the run at hand from its start, in place of all that is there.
    pub fn reset(&mut self) -> Done {
        match self.scenario() {
            Some(scenario) => self.load(Scenario::clone(&scenario)),
            None => Err("there is no run".into()),
        }
    }

    /// All runs, in the order they came.
    pub fn list(&self) -> Vec<BranchView> {
        let each = self.runs.iter();
        each.map(|run| run.view(run.id == self.active)).collect()
    }
}
