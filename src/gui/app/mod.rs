//! The window: what it remembers, what actions do, and what stands in the middle.

mod bars;
mod browse;
mod dialogs;

pub use browse::{FileDialog, Wanted};

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};

use super::action::Action;
use super::broken;
use super::dock::Dock;
use super::gallery::{Choice, Gallery};
use super::looking::{Looking, Unit};
use super::panels::{self, Ask, Corner, Panel, PanelContext};
use super::remembered::{Looks, Remembered};
use super::simulation::{Simulation, Wish};
use super::timeline::{Asked, Timeline, TimelineView};
use super::trying::{Trial, trial};
use crate::engine::load;
use crate::engine::{
    Activity, BranchView, Branches, COMPARED, Journalled, Request, Scenario, Snapshot, forget,
};
use crate::scenario::{Diagnostics, TrySpec, read_file};
use crate::trace::{shell, typed};
use egui::Ui;

/// What stands in the middle of the window.
enum Middle {
    Gallery,
    Panels,
    Broken(Diagnostics),
}

/// What is asked in a dialog.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asking {
    Save,
    Open,
}

/// What an unsaved run is left for.
enum Leaving {
    /// The window closes.
    Close,
    /// The same scenario from the start.
    Reset,
    /// Another scenario, run at once or not.
    Load(Box<Scenario>, bool),
    /// A scenario file or a run folder.
    Open(PathBuf),
    /// What a window that was killed has left.
    Recover(PathBuf),
}

/// The app.
#[allow(clippy::struct_excessive_bools)] // each is a dialog that is open or not
pub struct App {
    simulation: Box<dyn Simulation>,
    middle: Middle,
    gallery: Gallery,
    panels: Vec<Box<dyn Panel>>,
    dock: Dock,
    /// The run whose panels were brought forward.
    met: Option<u64>,
    /// Whether one panel stands alone: that of measurements, in a run that does nothing else.
    alone: bool,
    /// Steps a second as the slider has it; `None` is as fast as it goes.
    speed: Option<f64>,
    asking: Option<Asking>,
    path: String,
    /// Where the run is being saved to.
    target: PathBuf,
    force: bool,
    answer: Option<Receiver<Result<(), String>>>,
    chosen: Option<Receiver<Result<PathBuf, String>>>,
    /// How files are looked for.
    file_dialog: FileDialog,
    palette: Option<String>,
    help: bool,
    /// What waits for an answer, because an unsaved run would be lost.
    leaving: Option<Leaving>,
    may_close: bool,
    /// Runs of windows that were killed, which nobody has been asked about yet.
    left_behind: Vec<PathBuf>,
    /// What is remembered of the window.
    looks: Looks,
    /// Which run is being saved, its steps and its journal when that was asked for.
    saving: (u64, u64, Vec<Journalled>),
    /// The moment that is looked at.
    looking: Looking,
    timeline: TimelineView,
    /// Another scenario that was suggested, to be loaded and run.
    opening: Option<Box<Scenario>>,
    /// A run that shall be removed although it is not saved.
    deleting: Option<BranchView>,
    /// Why the path in the dialog did not do.
    problem: Option<String>,
    /// What was done last, or why it could not be.
    status: Result<String, String>,
}

impl App {
    /// The app on a run, with the layout it had last time.
    pub fn new(mut simulation: Box<dyn Simulation>, storage: Option<&dyn eframe::Storage>) -> Self {
        let remembered: Remembered = storage
            .and_then(|s| eframe::get_value(s, eframe::APP_KEY))
            .unwrap_or_default();
        let panels = panels::all();
        let speed = remembered.speed.filter(|s| s.is_finite() && *s >= 1.0);
        simulation.send(Request::Speed(speed));
        Self {
            dock: Dock::restore(remembered.layout, &panels),
            panels,
            simulation,
            middle: Middle::Panels,
            gallery: Gallery::new(),
            met: None,
            alone: false,
            speed,
            asking: None,
            path: String::new(),
            target: PathBuf::new(),
            force: false,
            answer: None,
            chosen: None,
            file_dialog: Arc::new(browse::system),
            palette: None,
            help: false,
            leaving: None,
            may_close: false,
            left_behind: Vec::new(),
            looks: remembered.looks,
            saving: (0, 0, Vec::new()),
            looking: Looking::default(),
            timeline: remembered.timeline,
            opening: None,
            deleting: None,
            problem: None,
            status: Ok("ready".into()),
        }
    }

    /// Makes the window look as it did last time.
    pub fn look(&self, ctx: &egui::Context) {
        self.looks.apply(ctx);
    }

    /// Looks for files with another dialog than the system's.
    pub fn browse_with(&mut self, dialog: FileDialog) {
        self.file_dialog = dialog;
    }

    /// Offers runs of windows that were killed.
    pub fn offer(&mut self, left_behind: Vec<PathBuf>) {
        self.left_behind = left_behind;
    }

    /// The latest snapshot of the run at hand.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.simulation.snapshot()
    }

    /// How many runs are compared with the one at hand.
    pub fn compared(&self) -> usize {
        self.others(&self.simulation.list()).len()
    }

    /// Brings a panel to the front of its tabs.
    pub fn bring_forward(&mut self, title: &str) {
        self.dock.bring_forward(title);
    }

    /// Shows the gallery.
    pub fn show_gallery(&mut self) {
        self.middle = Middle::Gallery;
    }

    /// Shows what is wrong with a scenario.
    pub fn show_problems(&mut self, diagnostics: Diagnostics) {
        self.middle = Middle::Broken(diagnostics);
    }

    /// Does what an action says.
    pub fn act(&mut self, action: Action, ctx: &egui::Context) {
        let live = self.simulation.snapshot();
        let back = self.looking.at().is_some();
        let looking = &mut self.looking;
        match action {
            Action::PlayPause if back => looking.play(!looking.playing()),
            Action::PlayPause => {
                let running = live.activity == Activity::Running;
                self.simulation.send(if running {
                    Request::Pause
                } else {
                    Request::Run
                });
                self.middle = Middle::Panels;
            }
            Action::RunOn => self.run_on(),
            Action::Step if back => looking.step(Unit::Step, 1, &live),
            Action::StepMany if back => looking.jump(100, &live),
            Action::Step => self.simulation.send(Request::Step(1)),
            Action::StepMany => self.simulation.send(Request::Step(100)),
            Action::Reset => self.leave(Leaving::Reset, ctx),
            Action::Back => looking.step(Unit::Step, -1, &live),
            Action::Forth => looking.step(Unit::Step, 1, &live),
            Action::FarBack => looking.jump(-25, &live),
            Action::FarForth => looking.jump(25, &live),
            Action::FasterBack => looking.jump(-1000, &live),
            Action::FasterForth => looking.jump(1000, &live),
            Action::First => looking.look(0, &live),
            Action::Live => looking.live(),
            Action::Undo => self.wish(Wish::Undo),
            Action::Redo => self.wish(Wish::Redo),
            Action::Gallery => self.show_gallery(),
            Action::Open => self.ask(Asking::Open),
            Action::Save => self.ask(Asking::Save),
            Action::Palette => self.palette = Some(String::new()),
            Action::Help => self.help = !self.help,
            Action::ResetLayout => {
                self.dock.reset(&self.panels);
                self.alone = false;
            }
            Action::Quit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
        }
    }

    /// Wishes something, and says why where it cannot be.
    fn wish(&mut self, wish: Wish) {
        let moves = matches!(
            wish,
            Wish::Fork(_)
                | Wish::Relive
                | Wish::Undo
                | Wish::Redo
                | Wish::Activate(_)
                | Wish::Add(..)
        );
        match self.simulation.wish(wish) {
            Ok(()) if moves => self.looking.live(),
            Ok(()) => {}
            Err(error) => self.status = Err(error),
        }
    }

    /// Runs on from the moment that is looked at, as a branch; at the live end it just runs on.
    fn run_on(&mut self) {
        if let Some(step) = self.looking.at() {
            self.status = Ok(format!("a branch from step {step}"));
            self.wish(Wish::Fork(step));
        }
        self.simulation.send(Request::Run);
    }

    /// Gives a branch up that is on its way to where it begins.
    fn cancel(&mut self) {
        let active = self.simulation.list().into_iter().find(|run| run.active);
        if let Some(run) = active {
            self.wish(Wish::Delete(run.id));
        }
    }

    /// Does what a panel asks for. A change in the past makes a branch.
    fn do_asked(&mut self, ask: Ask) {
        match ask {
            Ask::Change(command) => {
                if let Some(step) = self.looking.at() {
                    self.status = Ok(format!("a branch from step {step}"));
                    self.wish(Wish::Fork(step));
                }
                self.simulation.send(Request::Apply(command));
            }
            Ask::Look(step) => {
                let live = self.simulation.snapshot();
                self.looking.look(step, &live);
            }
            Ask::Bring(title) => self.dock.bring_forward(&title),
            Ask::Try(action) => self.attempt(&action),
            Ask::Wish(Wish::Delete(id)) => self.delete(id),
            Ask::Wish(wish) => self.wish(wish),
        }
    }

    /// Tries what the scenario suggests.
    fn attempt(&mut self, action: &TrySpec) {
        let live = self.simulation.snapshot();
        let (Some(began), Some(now)) = (&live.began, &live.now) else {
            return;
        };
        match trial(action, began, now) {
            Ok(Trial::Branch(commands)) => {
                let step = self.looking.at().unwrap_or(live.live_step);
                self.status = Ok(format!("a branch from step {step}"));
                self.wish(Wish::Fork(step));
                for command in commands {
                    self.simulation.send(Request::Apply(command));
                }
                self.simulation.send(Request::Run);
            }
            Ok(Trial::Run(scenario, name, compared)) => {
                let before = self.simulation.list().into_iter().find(|run| run.active);
                self.status = Ok(format!("a new run: {name}"));
                self.wish(Wish::Add(scenario, name));
                if let Some(before) = before.filter(|_| compared) {
                    self.wish(Wish::Compare(before.id, true));
                }
                self.simulation.send(Request::Run);
            }
            Ok(Trial::Load(scenario)) => self.opening = Some(scenario),
            Err(why) => self.status = Err(why),
        }
    }

    /// The runs that are compared with the one at hand, with what is to be seen of them.
    fn others(&self, runs: &[BranchView]) -> Vec<(BranchView, Arc<Snapshot>)> {
        let others = runs.iter().filter(|run| run.compared && !run.active);
        let seen = others.filter_map(|run| {
            let snapshot = self.simulation.snapshot_of(run.id)?;
            Some((run.clone(), snapshot))
        });
        seen.take(COMPARED - 1).collect()
    }

    /// Removes a run; one that is not saved is asked about.
    fn delete(&mut self, id: u64) {
        let runs = self.simulation.list();
        match runs.into_iter().find(|run| run.id == id) {
            Some(run) if run.unsaved => self.deleting = Some(run),
            Some(run) => self.wish(Wish::Delete(run.id)),
            None => {}
        }
    }

    fn ask(&mut self, asking: Asking) {
        self.asking = Some(asking);
        self.problem = None;
        self.force = false;
        if asking == Asking::Save && self.path.is_empty() {
            self.path = "run".into();
        }
    }

    /// Asks for another path where this one did not do.
    fn ask_again(&mut self, asking: Asking, problem: String) {
        self.asking = Some(asking);
        self.problem = Some(problem);
    }

    /// Leaves the present run for something else; asks first where it would be lost.
    fn leave(&mut self, leaving: Leaving, ctx: &egui::Context) {
        if self.unsaved() {
            self.leaving = Some(leaving);
        } else {
            self.left(leaving, ctx);
        }
    }

    /// Leaves the present run.
    fn left(&mut self, leaving: Leaving, ctx: &egui::Context) {
        match leaving {
            Leaving::Close => {
                self.may_close = true;
                ctx.send_viewport_cmd(egui::ViewportCommand::Close);
            }
            Leaving::Reset => self.wish(Wish::Reset),
            Leaving::Load(scenario, run) => {
                self.wish(Wish::Load(scenario));
                if run {
                    self.simulation.send(Request::Run);
                }
                self.middle = Middle::Panels;
            }
            Leaving::Open(path) => {
                if let Err(error) = self.open_folder(&path, ctx) {
                    self.status = Err(error.clone());
                    self.ask_again(Asking::Open, error);
                }
            }
            Leaving::Recover(path) => match self.open_folder(&path, ctx) {
                Ok(()) => {
                    // It is a copy: what it was made from has done its duty once this one is saved.
                    self.wish(Wish::Unsaved);
                    forget(&path);
                    self.status = Ok("recovered; save it to keep it".into());
                }
                Err(error) => self.status = Err(error),
            },
        }
    }

    /// Opens a scenario or a run folder; an unsaved run is asked about first.
    fn open(&mut self, path: &Path, ctx: &egui::Context) -> Result<(), String> {
        if path.is_dir() {
            self.leave(Leaving::Open(path.to_path_buf()), ctx);
            return Ok(());
        }
        let text = read_file(path).map_err(|e| e.to_string())?;
        let name = text.name.clone();
        match load(text, &[], None) {
            Ok(scenario) => {
                self.status = Ok(format!("loaded {name}"));
                self.leave(Leaving::Load(Box::new(scenario), false), ctx);
            }
            Err(diagnostics) => self.show_problems(diagnostics),
        }
        Ok(())
    }

    fn open_folder(&mut self, path: &Path, ctx: &egui::Context) -> Result<(), String> {
        let wake = ctx.clone();
        let mut desk = Branches::open(path, move || wake.request_repaint())?;
        desk.send(Request::Speed(self.speed));
        self.simulation = Box::new(desk);
        self.met = None;
        self.middle = Middle::Panels;
        self.status = Ok(format!("opened {}", path.display()));
        Ok(())
    }

    fn save(&mut self) {
        let (done, answer) = sync_channel(1);
        let path = match typed(&self.path) {
            Ok(path) => path,
            Err(error) => return self.ask_again(Asking::Save, error),
        };
        self.status = Ok(format!("saving to {} …", path.display()));
        self.target.clone_from(&path);
        // A run that goes on before it hears of this has saved more than that, never less.
        let snapshot = self.simulation.snapshot();
        let active = self.simulation.list().into_iter().find(|run| run.active);
        self.saving = (
            active.map_or(0, |run| run.id),
            snapshot.live_step,
            snapshot.journal.clone(),
        );
        self.simulation.send(Request::Save {
            path,
            force: self.force,
            done,
        });
        self.answer = Some(answer);
        self.asking = None;
    }

    /// Hears what dialogs and the worker answered.
    fn listen(&mut self, ctx: &egui::Context) {
        let answered = self.answer.as_ref().and_then(|a| match a.try_recv() {
            Ok(result) => Some(result),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err("the run's thread has ended".into())),
        });
        if let Some(result) = answered {
            self.answer = None;
            match result {
                Ok(()) => {
                    self.status = Ok(format!("saved to {}", self.target.display()));
                    let (run, steps, journal) = self.saving.clone();
                    self.wish(Wish::Saved(run, steps, journal));
                    // Where others are not saved either, they are asked about next.
                    if !self.unsaved()
                        && let Some(leaving) = self.leaving.take()
                    {
                        self.left(leaving, ctx);
                    }
                }
                Err(error) => {
                    self.ask_again(Asking::Save, error);
                }
            }
        }
        if let Some(chosen) = self.chosen.as_ref().and_then(|c| c.try_recv().ok()) {
            self.chosen = None;
            match chosen {
                Ok(path) => self.path = shell(&path),
                Err(problem) => self.problem = Some(problem),
            }
        }
        let dropped = ctx.input(|i| i.raw.dropped_files.clone());
        for file in dropped {
            let path = file.path().to_path_buf();
            if let Err(error) = self.open(&path, ctx) {
                self.status = Err(error);
            }
        }
    }

    fn unsaved(&self) -> bool {
        self.simulation.list().iter().any(|run| run.unsaved)
    }

    fn middle(&mut self, ui: &mut Ui, snapshot: &Snapshot) {
        match &self.middle {
            Middle::Panels => {
                let runs = self.simulation.list();
                let others = self.others(&runs);
                let asked = RefCell::new(Vec::new());
                let ask = |ask| asked.borrow_mut().push(ask);
                let cx = PanelContext {
                    snapshot,
                    runs: &runs,
                    others: &others,
                    ask: &ask,
                };
                if self.alone {
                    // What the scenario suggests stands beside its curves.
                    let side = self.panels.iter_mut().find(|p| p.corner() == Corner::Side);
                    if let Some(side) = side {
                        egui::Panel::right("beside")
                            .default_size(300.0)
                            .show(ui, |ui| side.ui(&cx, ui));
                    }
                }
                let measuring = |p: &&mut Box<dyn Panel>| p.shows_measurements();
                let only = self.panels.iter_mut().find(measuring);
                match only.filter(|_| self.alone) {
                    Some(panel) => framed(ui, |ui| {
                        ui.horizontal(|ui| {
                            ui.heading(panel.title());
                            if ui.button("Show all panels").clicked() {
                                self.alone = false;
                            }
                        });
                        panel.ui(&cx, ui);
                    }),
                    None => self.dock.ui(ui, &mut self.panels, &cx),
                }
                for ask in asked.into_inner() {
                    self.do_asked(ask);
                }
            }
            Middle::Gallery => {
                let chosen = framed(ui, |ui| self.gallery.show(ui, &snapshot.title));
                match chosen {
                    Some(Choice::Load(scenario, run)) => {
                        let ctx = ui.ctx().clone();
                        self.leave(Leaving::Load(scenario, run), &ctx);
                    }
                    Some(Choice::Back) => self.middle = Middle::Panels,
                    Some(Choice::Open) => self.ask(Asking::Open),
                    None => {}
                }
            }
            Middle::Broken(diagnostics) => {
                if framed(ui, |ui| broken::show(ui, diagnostics)) {
                    self.middle = Middle::Panels;
                }
            }
        }
    }
}

fn framed<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    ui.painter()
        .rect_filled(ui.max_rect(), 0.0, ui.visuals().panel_fill);
    egui::Frame::new().inner_margin(16).show(ui, content).inner
}

impl App {
    /// What the panels show: the live end, or the moment that is looked at.
    fn looked_at(&self, live: &Arc<Snapshot>) -> Arc<Snapshot> {
        let Some(step) = self.looking.at() else {
            return live.clone();
        };
        let mut snapshot = Snapshot::clone(live);
        if live.kept.draw(step, &mut snapshot) {
            Arc::new(snapshot)
        } else {
            live.clone()
        }
    }

    /// One frame of the window.
    pub fn frame(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        self.listen(&ctx);
        let live: Arc<Snapshot> = self.simulation.snapshot();
        if self.met != Some(live.run) {
            self.met = Some(live.run);
            self.looking = Looking::default();
            self.alone = live.only_measures;
            if live.measures {
                for panel in self.panels.iter().filter(|p| p.shows_measurements()) {
                    self.dock.bring_forward(panel.title());
                }
            }
        }
        let passed = ctx.input(|i| f64::from(i.stable_dt));
        self.looking.pass(passed, self.speed, &live);
        if self.looking.playing() {
            ctx.request_repaint();
        }
        let busy = self.asking.is_some()
            || self.palette.is_some()
            || self.leaving.is_some()
            || self.deleting.is_some()
            || !self.left_behind.is_empty();
        if !busy && !ctx.egui_wants_keyboard_input() {
            let shown = matches!(self.middle, Middle::Panels);
            for action in ui.input_mut(Action::pressed) {
                if shown || !action.concerns_the_run() {
                    self.act(action, &ctx);
                }
            }
        }
        let live = self.simulation.snapshot();
        let snapshot = self.looked_at(&live);
        egui::Panel::top("menus").show(ui, |ui| {
            self.menus(ui);
            self.controls(ui, &snapshot);
        });
        egui::Panel::bottom("status").show(ui, |ui| self.status_bar(ui, &snapshot));
        if matches!(self.middle, Middle::Panels) {
            let asked = egui::Panel::bottom("timeline").show(ui, |ui| {
                let mut timeline = Timeline {
                    live: &live,
                    shown: &snapshot,
                    runs: &self.simulation.list(),
                    looking: &mut self.looking,
                    view: &mut self.timeline,
                };
                timeline.ui(ui)
            });
            match asked.inner {
                Asked::RunOn => self.run_on(),
                Asked::Relive => self.wish(Wish::Relive),
                Asked::Nothing => {}
            }
        }
        egui::CentralPanel::no_frame().show(ui, |ui| self.middle(ui, &snapshot));
        self.dialogs(&ctx);
        if let Some(scenario) = self.opening.take() {
            self.leave(Leaving::Load(scenario, true), &ctx);
        }
        self.guard(&ctx);
        self.delete_dialog(&ctx);
        self.looks.note(&ctx);
    }
}

impl eframe::App for App {
    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        self.frame(ui);
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        let remembered = Remembered {
            layout: Some(self.dock.tree.clone()),
            speed: self.speed,
            looks: self.looks.clone(),
            timeline: self.timeline.clone(),
        };
        eframe::set_value(storage, eframe::APP_KEY, &remembered);
    }

    /// What is worth remembering is told by the app itself, and checked when it is read.
    fn persist_egui_memory(&self) -> bool {
        false
    }
}
