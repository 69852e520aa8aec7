//! The window: what it remembers, what actions do, and what stands in the middle.

mod bars;
mod browse;
mod dialogs;
mod doing;
mod exporting;
mod leaving;
mod middle;
mod palette;
mod pictures;

pub use browse::{FileDialog, Wanted};

use exporting::Exporting;
use leaving::Leaving;
use pictures::Figures;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use super::action::Action;
use super::comparing::Comparing;
use super::dock::Dock;
use super::documents::Documents;
use super::gallery::Gallery;
use super::inspecting::Inspecting;
use super::layouts::Kind;
use super::lessons::Lessons;
use super::looking::{Looking, Unit};
use super::panels::{self, Panel};
use super::remembered::{Looks, Remembered};
use super::simulation::{Simulation, Wish};
use super::theme;
use super::timeline::{Asked, Timeline, TimelineView};
use crate::engine::{Activity, BUDGET, BranchView, Journalled, Request, Scenario, Snapshot};
use crate::scenario::Diagnostics;
use egui::Ui;

/// What stands in the middle of the window.
enum Middle {
    Gallery,
    Panels,
    /// What is wrong with a scenario, and its file, where there is one to mend.
    Broken(Diagnostics, Option<PathBuf>),
}

/// What is asked in a dialog.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asking {
    Save,
    Open,
    /// Where to save the scenario's text.
    SaveText,
    /// Where to save a figure.
    SaveFigure,
}

/// Steps a second at which a network can be watched at work.
const SLOW: f64 = 25.0;
/// Steps a second at which the first ripple is seen.
const SLOWER: f64 = 4.0;
/// MiB that light frames may be given.
const BUDGETS: std::ops::RangeInclusive<u32> = 16..=65_536;

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
    /// The panel that stands alone, by its title: at first that of measurements, in a run that does nothing else.
    alone: Option<String>,
    /// The title of the run's scenario when that was decided.
    titled: String,
    /// Steps a second as the slider has it; `None` is as fast as it goes.
    speed: Option<f64>,
    /// The speed at which a first sitting goes, until its first ripple is over.
    slow_motion: Option<f64>,
    /// What it was before it went as fast as it goes.
    slow: f64,
    /// MiB for light frames.
    budget: u32,
    settings: bool,
    asking: Option<Asking>,
    path: String,
    /// Whether the dialog was opened just now: its path is to be typed.
    fresh: bool,
    /// Where the run is being saved to.
    target: PathBuf,
    force: bool,
    answer: Option<Receiver<Result<(), String>>>,
    chosen: Option<Receiver<Result<PathBuf, String>>>,
    /// How files are looked for.
    file_dialog: FileDialog,
    palette: Option<palette::Palette>,
    help: bool,
    /// What waits for an answer, because an unsaved run would be lost.
    leaving: Option<Leaving>,
    may_close: bool,
    /// Runs of windows that were killed, which nobody has been asked about yet.
    left_behind: Vec<PathBuf>,
    /// What is remembered of the window.
    looks: Looks,
    /// The contrast that the window was dressed with.
    dressed: Option<bool>,
    /// Which run is being saved, its steps and its journal when that was asked for.
    saving: (u64, u64, Vec<Journalled>),
    /// The moment that is looked at.
    looking: Looking,
    timeline: TimelineView,
    comparing: Comparing,
    /// The scenarios' texts.
    documents: RefCell<Documents>,
    inspecting: RefCell<Inspecting>,
    lessons: RefCell<Lessons>,
    /// The panel that is outlined, and until when.
    outlined: Option<(String, f64)>,
    /// The run, and its steps, whose closing card was closed.
    closed: Option<(u64, u64)>,
    /// Figures that are to be saved.
    figures: Figures,
    exporting: Exporting,
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
        let usual = (BUDGET >> 20) as u32;
        let budget = remembered.budget.unwrap_or(usual);
        let budget = budget.clamp(*BUDGETS.start(), *BUDGETS.end());
        // Runs that stand still have none.
        drop(simulation.wish(Wish::Budget(u64::from(budget) << 20)));
        Self {
            dock: Dock::restore(
                remembered.layout,
                remembered.layouts,
                remembered.hidden,
                remembered.kind,
                &panels,
            ),
            panels,
            simulation,
            middle: Middle::Panels,
            gallery: Gallery::new(),
            met: None,
            alone: None,
            titled: String::new(),
            speed,
            slow_motion: None,
            slow: speed.unwrap_or(SLOW),
            budget,
            settings: false,
            asking: None,
            path: String::new(),
            fresh: false,
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
            dressed: None,
            saving: (0, 0, Vec::new()),
            looking: Looking::default(),
            timeline: remembered.timeline,
            comparing: Comparing::default(),
            documents: RefCell::new(Documents::new(remembered.documents)),
            inspecting: RefCell::default(),
            lessons: RefCell::new(Lessons::new(remembered.lessons)),
            outlined: None,
            closed: None,
            figures: Figures::default(),
            exporting: Exporting::default(),
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
        // One that stands alone would hide it.
        if self.alone.as_deref() != Some(title) {
            self.alone = None;
        }
        self.dock.bring_forward(title);
    }

    /// Shows the gallery.
    pub fn show_gallery(&mut self) {
        self.middle = Middle::Gallery;
    }

    /// Shows what is wrong with a scenario, which can be mended here where it lies in a file.
    pub fn show_problems(&mut self, diagnostics: Diagnostics, file: Option<&Path>) {
        let file = file.filter(|path| path.is_file());
        self.middle = Middle::Broken(diagnostics, file.map(Path::to_path_buf));
    }

    /// In the first sitting runs begin slowly, so that something can be seen, and the first ripple is slower still.
    pub fn begin_slowly(&mut self) {
        self.slow_motion = Some(SLOW);
        self.set_speed(Some(SLOW));
        self.status = Ok("slow enough to watch; Full speed, or F, lets it go".into());
    }

    /// The first ripple of a first sitting goes step by step; then the run goes on as before.
    fn slow_motion(&mut self, live: &Snapshot) {
        let Some(speed) = self.slow_motion else {
            return;
        };
        if self.speed.is_none_or(|s| s != speed) {
            // Another speed was chosen.
            self.slow_motion = None;
            return;
        }
        let ripple = &live.ripple;
        let first = ripple.ripple == 0 && !ripple.steps.is_empty();
        let over = !live.ripples.is_empty() || live.activity == Activity::Finished;
        if over && speed == SLOWER {
            self.slow_motion = None;
            self.begin(SLOW, "Full speed, or F, lets it go");
        } else if first && !over && speed == SLOW {
            self.slow_motion = Some(SLOWER);
            self.begin(SLOWER, "the first ripple, in slow motion: states come back from the last step to the first");
        } else if over {
            self.slow_motion = None;
        }
    }

    fn begin(&mut self, speed: f64, told: &str) {
        self.set_speed(Some(speed));
        self.status = Ok(told.into());
    }

    fn set_speed(&mut self, speed: Option<f64>) {
        self.slow = speed.unwrap_or(self.slow);
        self.speed = speed;
        self.simulation.send(Request::Speed(speed));
    }

    /// Notes that a scenario lies in this file.
    pub fn know_file(&mut self, path: &Path) {
        self.documents.get_mut().know_file(path);
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
            Action::Undo => {
                self.wish(Wish::Undo);
            }
            Action::Redo => {
                self.wish(Wish::Redo);
            }
            Action::Gallery => self.show_gallery(),
            Action::Open => self.ask(Asking::Open),
            Action::Save => self.ask(Asking::Save),
            Action::Palette => self.palette = Some(palette::Palette::default()),
            Action::FullSpeed => {
                let faster = self.speed.take();
                let (speed, status) = match faster {
                    Some(_) => (None, "full speed".into()),
                    None => (Some(self.slow), format!("{:.0} steps/s", self.slow)),
                };
                self.set_speed(speed);
                self.status = Ok(status);
            }
            Action::Export => self.ask_export(),
            Action::Picture => self.picture_of_window(ctx),
            Action::Settings => self.settings = !self.settings,
            Action::Help => self.help = !self.help,
            Action::ResetLayout => {
                let scenario = self.simulation.snapshot().began.clone();
                let kind = scenario.as_deref().map_or(Kind::usual(), Kind::of);
                self.dock.reset(kind, &self.panels);
                self.alone = None;
            }
            Action::CopyCommand => self.copy_command(ctx),
            Action::Quit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
        }
    }

    fn unsaved(&self) -> bool {
        self.simulation.list().iter().any(|run| run.unsaved)
    }
}

impl App {
    /// Whether something is asked that keys belong to.
    pub(super) fn busy(&self) -> bool {
        self.asking.is_some()
            || self.settings
            || self.exporting.open
            || self.palette.is_some()
            || self.leaving.is_some()
            || self.deleting.is_some()
            || !self.left_behind.is_empty()
    }

    /// What the panels show: the live end, or the moment that is looked at.
    pub(super) fn looked_at(&self, live: &Arc<Snapshot>) -> Arc<Snapshot> {
        // On the way to where a branch begins its last moment is shown, not the way.
        let reliving = matches!(live.activity, Activity::Reliving { .. });
        let last = reliving.then_some(live.live_step);
        let Some(step) = self.looking.at().or(last) else {
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
        let high = self.looks.high_contrast;
        if self.dressed.replace(high) != Some(high) {
            theme::apply(&ctx, high);
        }
        let live: Arc<Snapshot> = self.simulation.snapshot();
        if self.met != Some(live.run) {
            self.meet(&live);
        }
        self.slow_motion(&live);
        let passed = ctx.input(|i| f64::from(i.stable_dt));
        self.looking.pass(passed, self.speed, &live);
        if self.looking.playing() {
            ctx.request_repaint();
        }
        let busy = self.busy();
        if !busy && !ctx.text_edit_focused() {
            let shown = matches!(self.middle, Middle::Panels);
            let focused = ctx.egui_wants_keyboard_input();
            for action in ui.input_mut(|input| Action::pressed(input, focused)) {
                if shown || !action.concerns_the_run() {
                    self.act(action, &ctx);
                }
            }
        }
        let live = self.simulation.snapshot();
        let snapshot = self.looked_at(&live);
        let inspecting = self.inspecting.get_mut();
        inspecting.renew(&*self.simulation, &live, self.looking.at());
        if inspecting.waits() {
            ctx.request_repaint_after(Duration::from_millis(100));
        }
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
                Asked::Relive => {
                    self.wish(Wish::Relive);
                }
                Asked::Nothing => {}
            }
            self.closing(ui, &live);
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
            layouts: self.dock.named.clone(),
            hidden: self.dock.hidden.clone(),
            kind: self.dock.kind.clone(),
            speed: self.speed,
            looks: self.looks.clone(),
            timeline: self.timeline.clone(),
            documents: self.documents.borrow().kept(),
            lessons: self.lessons.borrow().progress(),
            budget: Some(self.budget),
        };
        eframe::set_value(storage, eframe::APP_KEY, &remembered);
    }

    /// What is worth remembering is told by the app itself, and checked when it is read.
    fn persist_egui_memory(&self) -> bool {
        false
    }
}
