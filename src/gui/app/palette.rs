//! The palette: all that can be done or shown, found by a few letters.

use egui::{Key, Modifiers, RichText, ScrollArea};

use super::{App, Middle};
use crate::circuit::Place;
use crate::engine::Command;
use crate::figure::{FIGURES, Figure, Palette as Colors, Wanted, points, svg};
use crate::gui::action::Action;
use crate::gui::panels::Ask;
use crate::gui::theme::STAGE;
use crate::record::Metric;
use crate::scenario::{OtherScenario, TrySpec, bundled};

/// What is typed, and which of what is found is chosen.
#[derive(Clone, Debug, Default)]
pub(super) struct Palette {
    text: String,
    chosen: Option<usize>,
}

/// Entries that are listed at most.
const MOST: usize = 200;

/// Something that can be done or shown.
#[derive(Clone, Debug)]
enum Entry {
    Do(Action),
    Panel(&'static str),
    Lesson(&'static str),
    Scenario(&'static str),
    Plot(Metric),
    LessonStep(isize),
    Lesion(Place, f64),
    Figure(&'static Figure),
    HighContrast,
    Theme(egui::ThemePreference),
    Zoom(f32),
}

impl App {
    /// All entries, with what they are called and what is told beside them.
    fn entries(&self) -> Vec<(Entry, String, String)> {
        let shown = matches!(self.middle, Middle::Panels);
        let mut all: Vec<(Entry, String, String)> = Vec::new();
        let actions = Action::ALL.iter();
        for (action, name, key) in actions.filter(|(a, _, _)| shown || !a.concerns_the_run()) {
            all.push((Entry::Do(*action), (*name).into(), Action::key_text(*key)));
        }
        for panel in &self.panels {
            let name = format!("Panel: {}", panel.title());
            all.push((Entry::Panel(panel.title()), name, String::new()));
        }
        if shown {
            let live = self.simulation.snapshot();
            let regions = live.regions.iter().map(|r| (r.place, r.lesion));
            for (place, lesion) in regions.chain(live.pathways.iter().map(|p| (p.place, p.lesion)))
            {
                for percent in [50.0, 100.0] {
                    let name = format!("Lesion: {percent:.0} % of {place}");
                    let told = place.lesion().to_string();
                    all.push((Entry::Lesion(place, percent / 100.0), name, told));
                }
                if lesion > 0.0 {
                    let name = format!("Restore: {place}");
                    all.push((Entry::Lesion(place, 0.0), name, String::new()));
                }
            }
            for figure in FIGURES.iter().filter(|figure| !figure.of_names()) {
                let name = format!("Figure: {}, SVG, 85 mm", figure.name);
                all.push((Entry::Figure(figure), name, String::new()));
            }
        }
        if let Some((_, lesson, done)) = self.lessons.borrow().current() {
            let told = format!("{done} of {}", lesson.steps.len());
            let mut step =
                |by, name: &str| all.push((Entry::LessonStep(by), name.into(), told.clone()));
            step(1, "Next step of the lesson");
            step(-1, "Previous step of the lesson");
        }
        for (name, lesson, done) in self.lessons.borrow().all() {
            let told = format!("{done} of {}", lesson.steps.len());
            let title = format!("Lesson: {}", lesson.title);
            all.push((Entry::Lesson(name), title, told));
        }
        for scenario in bundled() {
            let name = format!("Scenario: {}", scenario.name);
            all.push((Entry::Scenario(scenario.name), name, String::new()));
        }
        let mut look = |entry, name: &str| all.push((entry, name.into(), String::new()));
        look(Entry::HighContrast, "View: high contrast");
        look(Entry::Theme(egui::ThemePreference::Dark), "View: dark");
        look(Entry::Theme(egui::ThemePreference::Light), "View: light");
        look(Entry::Zoom(1.0), "View: usual size");
        look(Entry::Zoom(STAGE), "View: size for a stage");
        if shown {
            for metric in self.simulation.snapshot().series.keys() {
                let name = format!("Plot: {}", metric.name());
                all.push((Entry::Plot(metric.clone()), name, String::new()));
            }
        }
        all
    }

    pub(super) fn palette_dialog(&mut self, ctx: &egui::Context) {
        let Some(mut palette) = self.palette.take() else {
            return;
        };
        let words = palette.text.to_lowercase();
        let fits = |name: &str| {
            let name = name.to_lowercase();
            words.split_whitespace().all(|word| name.contains(word))
        };
        let mut entries = self.entries();
        entries.retain(|(_, name, _)| fits(name));
        entries.truncate(MOST);
        let last = entries.len().saturating_sub(1);
        let (down, up, enter) = ctx.input_mut(|i| {
            let down = i.count_and_consume_key(Modifiers::NONE, Key::ArrowDown);
            let up = i.count_and_consume_key(Modifiers::NONE, Key::ArrowUp);
            (down, up, i.consume_key(Modifiers::NONE, Key::Enter))
        });
        let moved = down + up > 0;
        if moved {
            let from = palette.chosen.map_or(-1, |at| at as isize);
            let to = from + down as isize - up as isize;
            palette.chosen = Some((to.max(0) as usize).min(last));
        }
        // What is typed chooses the first that fits; nothing typed chooses nothing.
        let chosen = palette.chosen.or((!words.is_empty()).then_some(0));
        let mut done = None;
        let response = egui::Modal::new(egui::Id::unique("palette")).show(ctx, |ui| {
            ui.set_width(460.0);
            let label = ui.label("find a command, panel, quantity, lesson or scenario");
            let edit = egui::TextEdit::singleline(&mut palette.text).desired_width(f32::INFINITY);
            let edit = ui.add(edit).labelled_by(label.id);
            edit.request_focus();
            if edit.changed() {
                palette.chosen = None;
            }
            if entries.is_empty() {
                ui.label("nothing is called like that");
            }
            let list = ScrollArea::vertical()
                .max_height(360.0)
                .auto_shrink([false, true]);
            list.show(ui, |ui| {
                for (i, (entry, name, told)) in entries.iter().enumerate() {
                    let is = chosen == Some(i);
                    let button = egui::Button::new(RichText::new(name))
                        .right_text(RichText::new(told).weak())
                        .selected(is)
                        .frame_when_inactive(false)
                        .min_size(egui::vec2(ui.available_width(), 22.0));
                    let row = ui.add(button);
                    if is && moved {
                        row.scroll_to_me(None);
                    }
                    if row.clicked() || (enter && is) {
                        done = Some(entry.clone());
                    }
                }
            });
        });
        match done {
            Some(entry) => self.enter(entry, ctx),
            None if response.should_close() => {}
            None => self.palette = Some(palette),
        }
    }

    fn enter(&mut self, entry: Entry, ctx: &egui::Context) {
        match entry {
            Entry::Do(action) => self.act(action, ctx),
            Entry::Panel(title) => {
                self.middle = Middle::Panels;
                self.bring_forward(title);
            }
            Entry::Lesson(name) => self.do_asked(Ask::Lesson(Some(name)), ctx),
            Entry::Scenario(name) => {
                let name = name.into();
                self.do_asked(Ask::Try(TrySpec::Scenario(OtherScenario { name })), ctx);
            }
            Entry::Plot(metric) => {
                let mut panels = self.panels.iter_mut();
                if let Some(panel) = panels.find_map(|p| p.plot(&metric).then(|| p.title())) {
                    self.bring_forward(panel);
                }
            }
            Entry::LessonStep(by) => self.lessons.get_mut().step(by),
            Entry::Lesion(target, fraction) => {
                let command = if fraction > 0.0 {
                    Command::Lesion { target, fraction }
                } else {
                    Command::Restore { target }
                };
                self.do_asked(Ask::Change(command), ctx);
            }
            Entry::Figure(figure) => self.figure_of(figure, ctx),
            Entry::HighContrast => self.looks.high_contrast = !self.looks.high_contrast,
            Entry::Theme(theme) => ctx.set_theme(theme),
            Entry::Zoom(zoom) => ctx.set_zoom_factor(zoom),
        }
    }

    /// A figure of what the panels show, to be saved.
    fn figure_of(&mut self, figure: &Figure, ctx: &egui::Context) {
        const COLUMN: f32 = 85.0;
        let live = self.simulation.snapshot();
        let shown = self.looked_at(&live);
        let light = Colors::LIGHT;
        match figure.make(&shown, &Wanted::default(), points(COLUMN), light) {
            Ok(made) => {
                let name = format!("{}-{COLUMN}.svg", figure.name);
                let text = svg(&made.drawing, light.ground);
                self.do_asked(Ask::SaveFigure(name, text.into_bytes()), ctx);
            }
            Err(why) => self.status = Err(format!("no figure of {}: {why}", figure.name)),
        }
    }
}
