//! The window: menus, keys, dialogs, and what stands in the middle.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};

use egui::{RichText, Ui};
use egui_tiles::Tree;

use super::action::Action;
use super::broken;
use super::dock::{Dock, Pane};
use super::gallery::{Choice, Gallery};
use super::panels::{self, Panel, PanelContext};
use super::simulation::Simulation;
use crate::engine::load;
use crate::engine::{Activity, Request, Snapshot, Worker};
use crate::scenario::{Diagnostics, Text, read_file};

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

/// What is remembered between sittings.
#[derive(Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
struct Remembered {
    layout: Option<Tree<Pane>>,
    speed: Option<f64>,
}

/// The panel of measured stores.
const MEASUREMENTS: &str = "Capacity";

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
    force: bool,
    answer: Option<Receiver<Result<(), String>>>,
    chosen: Option<Receiver<PathBuf>>,
    palette: Option<String>,
    help: bool,
    closing: bool,
    may_close: bool,
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
            force: false,
            answer: None,
            chosen: None,
            palette: None,
            help: false,
            closing: false,
            may_close: false,
            saved,
            saving: saved,
            problem: None,
            status: Ok("ready".into()),
        }
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
            Action::Reset => self.simulation.send(Request::Reset),
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

    /// Loads a scenario from a text: paused, or its problems are shown.
    fn load(&mut self, text: Text) {
        let name = text.name.clone();
        match load(text, &[], None) {
            Ok(scenario) => {
                self.simulation.send(Request::Load(Box::new(scenario)));
                self.middle = Middle::Panels;
                self.status = Ok(format!("loaded {name}"));
            }
            Err(diagnostics) => self.show_problems(diagnostics),
        }
    }

    fn open(&mut self, path: &Path, ctx: &egui::Context) -> Result<(), String> {
        if path.is_dir() {
            let ctx = ctx.clone();
            let worker = Worker::open(path, move || ctx.request_repaint());
            let worker = worker.map_err(|e| e.to_string())?;
            worker.send(Request::Speed(self.speed));
            self.saved = here(&worker.snapshot());
            self.simulation = Box::new(worker);
            self.met = None;
            self.middle = Middle::Panels;
            self.status = Ok(format!("opened {}", path.display()));
        } else {
            self.load(read_file(path).map_err(|e| e.to_string())?);
        }
        Ok(())
    }

    fn save(&mut self) {
        let (done, answer) = sync_channel(1);
        let path = PathBuf::from(self.path.trim());
        self.status = Ok(format!("saving to {} …", path.display()));
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
                    self.status = Ok(format!("saved to {}", self.path));
                    self.saved = self.saving;
                    if self.closing {
                        self.may_close = true;
                        ctx.send_viewport_cmd(egui::ViewportCommand::Close);
                    }
                }
                Err(error) => {
                    self.ask_again(Asking::Save, error);
                }
            }
        }
        if let Some(path) = self.chosen.as_ref().and_then(|c| c.try_recv().ok()) {
            self.chosen = None;
            self.path = path.display().to_string();
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

    /// Closing asks first where work would be lost.
    fn guard_closing(&mut self, ctx: &egui::Context, snapshot: &Snapshot) {
        if ctx.input(|i| i.viewport().close_requested())
            && !self.may_close
            && self.unsaved(snapshot)
        {
            ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            self.closing = true;
        }
        if !self.closing || self.asking.is_some() || self.answer.is_some() {
            return;
        }
        egui::Modal::new(egui::Id::unique("closing")).show(ctx, |ui| {
            ui.heading("This run is not saved");
            ui.label(format!("{} steps would be lost.", snapshot.live_step));
            ui.horizontal(|ui| {
                if ui.button("Save run…").clicked() {
                    self.ask(Asking::Save);
                }
                if ui.button("Discard").clicked() {
                    self.may_close = true;
                    ctx.send_viewport_cmd(egui::ViewportCommand::Close);
                }
                if ui.button("Cancel").clicked() {
                    self.closing = false;
                }
            });
        });
    }

    fn menus(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        let entry = |app: &mut Self, ui: &mut Ui, action: Action| {
            let Some((_, name, key)) = Action::ALL.iter().find(|(a, _, _)| *a == action) else {
                return;
            };
            if ui
                .add(egui::Button::new(*name).shortcut_text(Action::key_text(*key)))
                .clicked()
            {
                ui.close();
                app.act(action, &ctx);
            }
        };
        egui::MenuBar::new().ui(ui, |ui| {
            ui.menu_button("File", |ui| {
                for action in [Action::Gallery, Action::Open, Action::Save, Action::Quit] {
                    entry(self, ui, action);
                }
            });
            ui.menu_button("Edit", |ui| {
                entry(self, ui, Action::Undo);
                entry(self, ui, Action::Redo);
            });
            ui.menu_button("View", |ui| {
                self.dock.menu(ui);
                ui.separator();
                entry(self, ui, Action::ResetLayout);
                egui::widgets::global_theme_preference_buttons(ui);
            });
            ui.menu_button("Help", |ui| {
                entry(self, ui, Action::Help);
                entry(self, ui, Action::Palette);
            });
        });
    }

    fn controls(&mut self, ui: &mut Ui, snapshot: &Snapshot) {
        let ctx = ui.ctx().clone();
        ui.horizontal(|ui| {
            let running = snapshot.activity == Activity::Running;
            let over = matches!(snapshot.activity, Activity::Finished | Activity::Failed(_));
            let text = RichText::new(if running { "Pause" } else { "Run" }).strong();
            if ui
                .add_enabled(!over, egui::Button::new(text))
                .on_hover_text("Space")
                .clicked()
            {
                self.act(Action::PlayPause, &ctx);
            }
            if ui
                .add_enabled(!over, egui::Button::new("Step"))
                .on_hover_text("N")
                .clicked()
            {
                self.act(Action::Step, &ctx);
            }
            if ui
                .button("Reset")
                .on_hover_text("Start the scenario anew")
                .clicked()
            {
                self.act(Action::Reset, &ctx);
            }
            self.speed_slider(ui);
            ui.separator();
            ui.label(RichText::new(&snapshot.title).strong());
            ui.weak(format!("{}, seed {}", snapshot.rule, snapshot.seed))
                .on_hover_text(&snapshot.about);
        });
    }

    fn speed_slider(&mut self, ui: &mut Ui) {
        // The far end of the slider is as fast as it goes.
        const FASTEST: f64 = 1e5;
        let mut value = self.speed.unwrap_or(FASTEST);
        let slider = egui::Slider::new(&mut value, 1.0..=FASTEST)
            .logarithmic(true)
            .text("steps/s")
            .custom_formatter(|v, _| {
                if v >= FASTEST {
                    "max".into()
                } else {
                    format!("{v:.0}")
                }
            });
        if ui.add(slider).on_hover_text("Speed").changed() {
            self.speed = (value < FASTEST).then_some(value);
            self.simulation.send(Request::Speed(self.speed));
        }
    }

    fn status_bar(&self, ui: &mut Ui, snapshot: &Snapshot) {
        ui.horizontal(|ui| {
            let state = match &snapshot.activity {
                Activity::Paused if snapshot.step < snapshot.live_step => {
                    "looking back".to_string()
                }
                Activity::Paused => "paused".into(),
                Activity::Running => format!("running, {:.0} steps/s", snapshot.rate),
                Activity::Finished => "finished".into(),
                Activity::Failed(error) => format!("failed: {error}"),
            };
            ui.label(RichText::new(state).strong());
            ui.add(
                egui::ProgressBar::new(snapshot.progress as f32)
                    .desired_width(120.0)
                    .show_percentage(),
            );
            ui.label(format!("{} · step {}", snapshot.phase, snapshot.step));
            ui.label(format!(
                "episodes {} · updates {} · engrams {}",
                snapshot.episodes, snapshot.updates, snapshot.load
            ));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                match &self.status {
                    Ok(done) => ui.weak(done),
                    Err(error) => ui.colored_label(ui.visuals().error_fg_color, error),
                };
            });
        });
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
                let measuring = |p: &&mut Box<dyn Panel>| p.title() == MEASUREMENTS;
                match self
                    .panels
                    .iter_mut()
                    .find(measuring)
                    .filter(|_| self.alone)
                {
                    Some(panel) => framed(ui, |ui| {
                        ui.horizontal(|ui| {
                            ui.heading(MEASUREMENTS);
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
                        self.simulation.send(Request::Load(scenario));
                        if run {
                            self.simulation.send(Request::Run);
                        }
                        self.middle = Middle::Panels;
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

    fn dialogs(&mut self, ctx: &egui::Context) {
        self.path_dialog(ctx);
        self.palette_dialog(ctx);
        if self.help {
            let response =
                egui::Modal::new(egui::Id::unique("help")).show(ctx, |ui| self.help_text(ui));
            if response.should_close() {
                self.help = false;
            }
        }
    }

    fn path_dialog(&mut self, ctx: &egui::Context) {
        let Some(asking) = self.asking else { return };
        let (title, verb) = match asking {
            Asking::Save => ("Save run", "Save"),
            Asking::Open => ("Open a scenario or run folder", "Open"),
        };
        let mut go = false;
        let response = egui::Modal::new(egui::Id::unique("path")).show(ctx, |ui| {
            ui.set_width(460.0);
            ui.heading(title);
            ui.horizontal(|ui| {
                let label = ui.label("path");
                let edit = egui::TextEdit::singleline(&mut self.path).desired_width(330.0);
                let edit = ui.add(edit).labelled_by(label.id);
                if edit.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter)) {
                    go = true;
                } else {
                    edit.request_focus();
                }
                if ui.button("Browse…").clicked() {
                    self.browse(asking, ctx);
                }
            });
            if let Some(problem) = &self.problem {
                ui.colored_label(ui.visuals().error_fg_color, problem);
            }
            if asking == Asking::Save {
                ui.checkbox(&mut self.force, "replace an earlier run there");
            }
            ui.horizontal(|ui| {
                go |= ui.button(verb).clicked();
                if ui.button("Cancel").clicked() {
                    self.asking = None;
                    self.closing = false;
                }
            });
        });
        if go && !self.path.trim().is_empty() {
            match asking {
                Asking::Save => self.save(),
                Asking::Open => {
                    self.asking = None;
                    let path = PathBuf::from(self.path.trim());
                    if let Err(error) = self.open(&path, ctx) {
                        self.ask_again(Asking::Open, error);
                    }
                }
            }
        } else if response.should_close() {
            self.asking = None;
        }
    }

    /// The system's file dialog, on a thread of its own: it may take its time.
    fn browse(&mut self, asking: Asking, ctx: &egui::Context) {
        let (send, chosen) = sync_channel(1);
        let ctx = ctx.clone();
        let thread = std::thread::Builder::new()
            .name("ammon-dialog".into())
            .spawn(move || {
                let picked = match asking {
                    Asking::Save => rfd::FileDialog::new().set_title("Save run").pick_folder(),
                    Asking::Open => rfd::FileDialog::new()
                        .set_title("Open scenario")
                        .add_filter("scenario", &["ron"])
                        .pick_file(),
                };
                if let Some(path) = picked {
                    drop(send.try_send(path));
                }
                ctx.request_repaint();
            });
        match thread {
            Ok(_) => self.chosen = Some(chosen),
            Err(error) => self.status = Err(format!("no file dialog: {error}")),
        }
    }

    fn palette_dialog(&mut self, ctx: &egui::Context) {
        let Some(mut text) = self.palette.take() else {
            return;
        };
        let mut chosen = None;
        let response = egui::Modal::new(egui::Id::unique("palette")).show(ctx, |ui| {
            ui.set_width(420.0);
            let label = ui.label("command");
            ui.text_edit_singleline(&mut text)
                .labelled_by(label.id)
                .request_focus();
            let wanted = text.to_lowercase();
            let enter = ui.input(|i| i.key_pressed(egui::Key::Enter));
            let found = Action::ALL
                .iter()
                .filter(|(_, name, _)| name.to_lowercase().contains(&wanted));
            for (i, (action, name, key)) in found.enumerate() {
                let button = egui::Button::new(*name)
                    .shortcut_text(Action::key_text(*key))
                    .selected(i == 0);
                if ui.add_sized([410.0, 22.0], button).clicked() || (enter && i == 0) {
                    chosen = Some(*action);
                }
            }
        });
        if chosen.is_none() && !response.should_close() {
            self.palette = Some(text);
        }
        if let Some(action) = chosen {
            self.act(action, ctx);
        }
    }

    fn help_text(&mut self, ui: &mut Ui) {
        ui.set_width(620.0);
        ui.heading("Keys");
        egui::Grid::new("keys")
            .num_columns(4)
            .spacing([18.0, 3.0])
            .show(ui, |ui| {
                for pair in Action::ALL.chunks(2) {
                    for (_, name, key) in pair {
                        ui.monospace(Action::key_text(*key));
                        ui.label(*name);
                    }
                    ui.end_row();
                }
            });
        ui.add_space(8.0);
        ui.heading("Panels");
        for panel in &self.panels {
            ui.label(RichText::new(panel.title()).strong());
            ui.label(panel.help());
        }
        if ui.button("Close").clicked() {
            self.help = false;
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
                self.dock.bring_forward(MEASUREMENTS);
            }
        }
        let busy = self.asking.is_some() || self.palette.is_some() || self.closing;
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
        self.guard_closing(&ctx, &snapshot);
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
        };
        eframe::set_value(storage, eframe::APP_KEY, &remembered);
    }
}
