//! The panels: each reads the snapshot and sends requests.

mod alignment;
mod attention;
mod branches;
mod ca3;
mod capacity;
mod circuit;
mod compare;
mod cortex;
mod following;
mod guide;
mod inspect;
mod learning;
mod ledger;
mod log;
mod metrics;
mod parameters;
mod plots;
mod ripples;
mod sweep;
mod text;
mod theatre;

pub(super) use parameters::duplicate;

use std::cell::RefCell;
use std::sync::Arc;

use super::Wish;
use super::documents::Documents;
use super::inspecting::{Inspecting, Topic};
use super::lessons::Lessons;
use crate::engine::{Base, BranchView, Command, RippleView, Scenario, Snapshot};
use crate::figure::{DPI, Drawing, Figure, Palette, Wanted, pixels, png, points, svg};
use crate::record::Metric;
use crate::scenario::TrySpec;

/// What a panel may ask for.
#[derive(Debug)]
pub enum Ask {
    /// A change of the run, at the moment that is looked at.
    Change(Command),
    /// To look at a step.
    Look(u64),
    /// Something of the runs on the desk.
    Wish(Wish),
    /// A panel brought to the front, by its title.
    Bring(String),
    /// To play a ripple slowly.
    Play(Arc<RippleView>),
    /// A panel as large as there is room, by its title.
    Alone(String),
    /// A panel outlined for a moment, by its title.
    Outline(String),
    /// A lesson to be taken, by its name, or none.
    Lesson(Option<&'static str>),
    /// To go on in the lesson by so many steps, or back.
    LessonStep(isize),
    /// To try what the scenario suggests.
    Try(TrySpec),
    /// To put a new run together from the parameters of a run.
    Duplicate(u64),
    /// To save a run.
    Save(u64),
    /// To save the run at hand.
    SaveRun,
    /// To begin a new run beside the others, and run it.
    Begin(Box<Scenario>, String),
    /// To look into something.
    Inspect(Topic),
    /// To save the text that is shown, under another name.
    SaveText,
    /// To save a figure: the name it may have, and its bytes.
    SaveFigure(String, Vec<u8>),
    /// To save a picture of each of these SVGs, so many millimetres wide: the name they may have.
    SaveFrames(String, Vec<String>, f32),
    /// Something that went wrong, in words.
    Tell(String),
    /// The command that runs the scenario at hand, to the clipboard.
    CopyCommand,
}

/// What a panel may look at and ask for.
pub struct PanelContext<'a> {
    /// The moment that is looked at. What is measured over time is there up to the live end.
    pub snapshot: &'a Snapshot,
    /// The runs on the desk.
    pub runs: &'a [BranchView],
    /// Those that are compared with the one at hand.
    pub others: &'a [(BranchView, Arc<Snapshot>)],
    /// What plots over time are counted in.
    pub base: Base,
    /// What differs between these and the one at hand.
    pub differ: &'a [String],
    /// The scenarios' texts.
    pub documents: &'a RefCell<Documents>,
    /// The lessons.
    pub lessons: &'a RefCell<Lessons>,
    /// Whether nothing shall move by itself.
    pub still: bool,
    /// The panel that is outlined.
    pub outlined: Option<&'a str>,
    /// What is looked into.
    pub inspecting: &'a RefCell<Inspecting>,
    /// Asks for something.
    pub ask: &'a dyn Fn(Ask),
}

/// A panel of the dock.
pub trait Panel {
    /// Its title, unique.
    fn title(&self) -> &'static str;
    /// What it shows and what to do with it.
    fn help(&self) -> &'static str;
    /// Whether it stands along the right side where no layout places it; else it is a tab below.
    fn aside(&self) -> bool {
        false
    }
    /// Whether it is the one that shows measured stores: forward in a run that measures, alone in one that does nothing else.
    fn shows_measurements(&self) -> bool {
        false
    }
    /// Whether there can be something to see in it where this scenario runs: else it is not shown.
    fn fits(&self, _: &Scenario) -> bool {
        true
    }
    /// Whether it is what one wants to see first where this scenario runs.
    fn matters(&self, _: &Scenario) -> bool {
        false
    }
    /// Shows a quantity beside those that it shows; whether it can.
    fn plot(&mut self, _: &Metric) -> bool {
        false
    }
    /// Plays a ripple slowly; whether it can.
    fn play(&mut self, _: &Arc<RippleView>) -> bool {
        false
    }
    /// What it holds that lies nowhere else, in words: asked about before the window closes.
    fn unsaved(&self) -> Option<String> {
        None
    }
    /// Draws it.
    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut egui::Ui);
}

/// All panels.
pub fn all() -> Vec<Box<dyn Panel>> {
    vec![
        Box::<circuit::Circuit>::default(),
        Box::<theatre::Theatre>::default(),
        Box::<cortex::Cortex>::default(),
        Box::<ca3::Ca3>::default(),
        Box::<ripples::Ripples>::default(),
        Box::<learning::Learning>::default(),
        Box::<alignment::Alignment>::default(),
        Box::<ledger::Ledger>::default(),
        Box::<attention::Attention>::default(),
        Box::<capacity::Capacity>::default(),
        Box::<metrics::Metrics>::default(),
        Box::<compare::Compare>::default(),
        Box::<sweep::Sweep>::default(),
        Box::<guide::Guide>::default(),
        Box::<parameters::Parameters>::default(),
        Box::<text::Text>::default(),
        Box::<inspect::Inspect>::default(),
        Box::<branches::Branches>::default(),
        Box::<log::Log>::default(),
    ]
}

/// A menu that saves a panel as a figure: `draw` makes it so wide, and as high as it likes; `table` is what lies behind it.
pub(super) fn figure_menu(
    cx: &PanelContext<'_>,
    ui: &mut egui::Ui,
    name: &str,
    draw: impl Fn(f32, Palette) -> Drawing,
    table: Option<&dyn Fn() -> String>,
) {
    let shown = ui.menu_button("Figure", |ui| save_figure(cx, ui, name, draw, table));
    let told = format!("Figure of {name}");
    let button = shown.response;
    button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &told));
}

/// The same for a panel that shows just what the figure of this name does, where it shows something.
pub(super) fn catalogued(cx: &PanelContext<'_>, ui: &mut egui::Ui, name: &str) {
    let Some(figure) = Figure::named(name) else {
        return;
    };
    let wanted = Wanted::default();
    let made = |width, palette| figure.make(cx.snapshot, &wanted, width, palette);
    let draw =
        |width, palette| made(width, palette).map_or_else(|_| Drawing::default(), |m| m.drawing);
    let table = || made(points(85.0), Palette::LIGHT).map_or(String::new(), |m| m.table);
    figure_menu(cx, ui, name, draw, Some(&table));
}

/// The ways to save and to copy a figure.
pub(super) fn save_figure(
    cx: &PanelContext<'_>,
    ui: &mut egui::Ui,
    name: &str,
    draw: impl Fn(f32, Palette) -> Drawing,
    table: Option<&dyn Fn() -> String>,
) {
    let text = |mm| svg(&draw(points(mm), Palette::LIGHT), Palette::LIGHT.ground);
    let save = |file: String, bytes| (cx.ask)(Ask::SaveFigure(file, bytes));
    for (mm, what) in [(85.0, "a column"), (180.0, "a page")] {
        let wide = format!("As wide as {what} of a journal");
        let button = ui.button(format!("Save SVG, {mm} mm…"));
        if button.on_hover_text(&wide).clicked() {
            save(format!("{name}-{mm}.svg"), text(mm).into_bytes());
        }
        let button = ui.button(format!("Save PNG, {mm} mm…"));
        let hint = format!("{wide}, {DPI} dots an inch");
        if button.on_hover_text(hint).clicked() {
            match png(&text(mm), mm) {
                Ok(bytes) => save(format!("{name}-{mm}.png"), bytes),
                Err(error) => (cx.ask)(Ask::Tell(format!("no picture of {name}: {error}"))),
            }
        }
    }
    if let Some(table) = table {
        if ui.button("Save CSV…").clicked() {
            save(format!("{name}.csv"), table().into_bytes());
        }
        if ui.button("Copy table").clicked() {
            ui.ctx().copy_text(table());
        }
    }
    if ui.button("Copy SVG").clicked() {
        ui.ctx().copy_text(text(85.0));
    }
    if ui.button("Copy picture").clicked()
        && let Ok(picture) = pixels(&text(180.0), 1600.0)
    {
        let size = [picture.width() as usize, picture.height() as usize];
        let image = egui::ColorImage::from_rgba_premultiplied(size, picture.data());
        ui.ctx().copy_image(image);
    }
}

/// Why there is no ripple to be seen.
pub(super) fn no_ripple(snapshot: &Snapshot) -> &'static str {
    match &snapshot.began {
        Some(scenario) if !scenario.replays() => {
            "no ripple comes in this scenario: its protocol has no sleep, or there is no hippocampus"
        }
        _ => "no ripple yet: ripples come when the protocol sleeps",
    }
}
