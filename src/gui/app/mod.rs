//! The window: what it remembers, what actions do, and what stands in the middle.

mod bars;
mod browse;
mod dialogs;

pub use browse::{FileDialog, Wanted};

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};

use super::action::Action;
use super::broken;
use super::dock::Dock;
use super::gallery::{Choice, Gallery};
use super::panels::{self, Panel, PanelContext};
use super::remembered::{Looks, Remembered};
use super::simulation::Simulation;
use crate::engine::load;
use crate::engine::{Activity, Request, Scenario, Snapshot, Worker, forget};
use crate::scenario::{Diagnostics, read_file};
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
    /// Run and step that lie on disk, or had nothing to save.
    saved: (u64, u64),
    /// Run and step when saving was asked for.
    saving: (u64, u64),
    /// Why the path in the dialog did not do.
    problem: Option<String>,
    /// What was done last, or why it could not be.
    status: Result<String, String>,
}

impl App {
    /// The app on a run, with the layout it had last time.
    pub fn new(simulation: Box<dyn Simulation>, storage: Option<&dyn eframe::Storage>) -> Self {
        let remembered: Remembered = storage
            .and_then(|s| eframe::get_value(s, eframe::APP_KEY))
            .unwrap_or_default();
        let panels = panels::all();
        let speed = remembered.speed.filter(|s| s.is_finite() && *s >= 1.0);
        simulation.send(Request::Speed(speed));
        let saved = here(&simulation.snapshot());
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
            saved,
            saving: saved,
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
        let snapshot = self.simulation.snapshot();
        let seek = |by: i64| Request::Seek(snapshot.step.saturating_add_signed(by));
        match action {
            Action::PlayPause => {
                let running = snapshot.activity == Activity::Running;
                self.simulation.send(if running {
                    Request::Pause
                } else {
                    Request::Run
                });
                self.middle = Middle::Panels;
            }
            Action::Step => self.simulation.send(Request::Step(1)),
            Action::StepMany => self.simulation.send(Request::Step(100)),
            Action::Reset => self.leave(Leaving::Reset, ctx),
            Action::Back => self.simulation.send(seek(-1)),
            Action::Forth => self.simulation.send(seek(1)),
            Action::FarBack => self.simulation.send(seek(-25)),
            Action::FarForth => self.simulation.send(seek(25)),
            Action::FasterBack => self.simulation.send(seek(-1000)),
            Action::FasterForth => self.simulation.send(seek(1000)),
            Action::First => self.simulation.send(Request::Seek(0)),
            Action::Live => self.simulation.send(Request::Live),
            Action::Undo => self.simulation.send(Request::Undo),
            Action::Redo => self.simulation.send(Request::Redo),
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
        if self.unsaved(&self.simulation.snapshot()) {
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
            Leaving::Reset => self.simulation.send(Request::Reset),
            Leaving::Load(scenario, run) => {
                self.simulation.send(Request::Load(scenario));
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
                    self.saved = (u64::MAX, u64::MAX);
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
        let worker = Worker::open(path, move || wake.request_repaint());
        let worker = worker.map_err(|e| e.to_string())?;
        worker.send(Request::Speed(self.speed));
        self.saved = here(&worker.snapshot());
        self.simulation = Box::new(worker);
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
        self.saving = here(&self.simulation.snapshot());
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
                    self.saved = self.saving;
                    if let Some(leaving) = self.leaving.take() {
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

    fn unsaved(&self, snapshot: &Snapshot) -> bool {
        snapshot.live_step > 0 && self.saved != here(snapshot)
    }

    fn middle(&mut self, ui: &mut Ui, snapshot: &Snapshot) {
        match &self.middle {
            Middle::Panels => {
                let simulation = &self.simulation;
                let send = |request| simulation.send(request);
                let cx = PanelContext {
                    snapshot,
                    send: &send,
                };
                let measuring = |p: &&mut Box<dyn Panel>| p.shows_measurements();
                match self
                    .panels
                    .iter_mut()
                    .find(measuring)
                    .filter(|_| self.alone)
                {
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

/// The run and the step that its live end has reached.
fn here(snapshot: &Snapshot) -> (u64, u64) {
    (snapshot.run, snapshot.live_step)
}

fn framed<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    ui.painter()
        .rect_filled(ui.max_rect(), 0.0, ui.visuals().panel_fill);
    egui::Frame::new().inner_margin(16).show(ui, content).inner
}

impl App {
    /// One frame of the window.
    pub fn frame(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        let snapshot: Arc<Snapshot> = self.simulation.snapshot();
        self.listen(&ctx);
        if self.met != Some(snapshot.run) {
            self.met = Some(snapshot.run);
            self.alone = snapshot.only_measures;
            if snapshot.measures {
                for panel in self.panels.iter().filter(|p| p.shows_measurements()) {
                    self.dock.bring_forward(panel.title());
                }
            }
        }
        let busy = self.asking.is_some()
            || self.palette.is_some()
            || self.leaving.is_some()
            || !self.left_behind.is_empty();
        if !busy && !ctx.egui_wants_keyboard_input() {
            for action in ui.input_mut(Action::pressed) {
                self.act(action, &ctx);
            }
        }
        egui::Panel::top("menus").show(ui, |ui| {
            self.menus(ui);
            self.controls(ui, &snapshot);
        });
        egui::Panel::bottom("status").show(ui, |ui| self.status_bar(ui, &snapshot));
        egui::CentralPanel::no_frame().show(ui, |ui| self.middle(ui, &snapshot));
        self.dialogs(&ctx);
        self.guard(&ctx, &snapshot);
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
        };
        eframe::set_value(storage, eframe::APP_KEY, &remembered);
    }

    /// What is worth remembering is told by the app itself, and checked when it is read.
    fn persist_egui_memory(&self) -> bool {
        false
    }
}
