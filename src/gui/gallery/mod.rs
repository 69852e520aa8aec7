//! The gallery: what the program shows, and a card for every bundled scenario.

mod picture;
mod shelves;

use std::sync::Arc;

use egui::{RichText, ScrollArea, Sense, Ui, vec2};

use super::lessons::Lessons;
use super::papers::papers;
use super::theme::HEADLINE;
use super::trying::told;
use crate::engine::{Scenario, load};
use crate::scenario::bundled;
use picture::{Pictures, fitted};
use shelves::{SHELVES, frames, took};

/// What the user chose.
pub enum Choice {
    /// To load a scenario, and whether to run it at once.
    Load(Box<Scenario>, bool),
    /// To load a scenario and to edit its text.
    Edit(Box<Scenario>),
    /// To take a lesson, and to run its scenario at once or not.
    Lesson(&'static str, bool),
    /// To go on with what is loaded.
    Back,
    /// To open a file.
    Open,
}

/// The cards.
pub struct Gallery {
    cards: Vec<(&'static str, Arc<Scenario>)>,
    pictures: Pictures,
    /// The card whose page is open.
    page: Option<&'static str>,
}

/// Width of a card, and the height of its picture and of the whole.
const CARD: [f32; 3] = [292.0, 150.0, 306.0];
/// Seconds that a picture of the theatre stands.
const STANDS: f64 = 0.5;

impl Gallery {
    /// Reads the bundled scenarios.
    pub fn new() -> Self {
        let read = |b: &crate::scenario::Bundled| {
            let scenario = load(b.document(), &[], None).ok()?;
            Some((b.name, Arc::new(scenario)))
        };
        Self {
            cards: bundled().iter().filter_map(read).collect(),
            pictures: Pictures::default(),
            page: None,
        }
    }

    fn card_of(&self, name: &str) -> Option<(&'static str, Arc<Scenario>)> {
        let found = self.cards.iter().find(|(n, _)| *n == name);
        found.cloned()
    }

    /// Draws the cards, or the page of one. `still` is whether nothing shall move by itself.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        loaded: &str,
        lessons: &Lessons,
        still: bool,
    ) -> Option<Choice> {
        if let Some((name, scenario)) = self.page.and_then(|name| self.card_of(name)) {
            return self.page(ui, name, &scenario);
        }
        let mut choice = None;
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            choice = self.hero(ui, lessons, still);
            for (shelf, names) in SHELVES {
                ui.add_space(14.0);
                ui.heading(shelf);
                ui.horizontal_wrapped(|ui| {
                    ui.spacing_mut().item_spacing = vec2(10.0, 10.0);
                    for name in names {
                        if let Some((name, scenario)) = self.card_of(name) {
                            let chosen = self.card(ui, name, &scenario, scenario.title == loaded);
                            choice = chosen.or(choice.take());
                        }
                    }
                });
            }
        });
        choice
    }

    /// What the program is for, the way into it, and a ripple.
    fn hero(&mut self, ui: &mut Ui, lessons: &Lessons, still: bool) -> Option<Choice> {
        let mut choice = None;
        let side = ui.available_width() > 900.0;
        ui.horizontal_top(|ui| {
            let words = ui.available_width() * if side { 0.48 } else { 1.0 };
            ui.vertical(|ui| {
                ui.set_max_width(words);
                let headline = "Does the brain do backpropagation through time by replay?";
                ui.label(RichText::new(headline).size(HEADLINE).strong());
                ui.add_space(6.0);
                ui.label(
                    "A hippocampus stores episodes in one shot and replays them in reverse. A cortex learns from the states that are \
                     re-instated: the error travels back through them, step by step. Every rival way to assign credit runs beside it.",
                );
                ui.add_space(8.0);
                if let Some((first, lesson, _)) = lessons.all().next() {
                    let text = RichText::new("Watch replay teach a network").strong().size(16.0);
                    let button = egui::Button::new(text)
                        .fill(ui.visuals().selection.bg_fill)
                        .min_size(vec2(0.0, 36.0));
                    let hint = format!("The lesson “{}”, with its run", lesson.title);
                    if ui.add(button).on_hover_text(hint).clicked() {
                        choice = Some(Choice::Lesson(first, true));
                    }
                }
                ui.add_space(4.0);
                ui.horizontal_wrapped(|ui| {
                    if ui.button("Back to the loaded run").clicked() {
                        choice = Some(Choice::Back);
                    }
                    if ui.button("Open a file or run folder…").clicked() {
                        choice = Some(Choice::Open);
                    }
                    ui.weak("or drop a .ron file on the window");
                });
                ui.add_space(8.0);
                ui.label("Lessons, a few minutes each:");
                for (name, lesson, done) in lessons.all() {
                    let all = lesson.steps.len();
                    ui.horizontal(|ui| {
                        let link = ui.link(&lesson.title);
                        if link.on_hover_text(&lesson.about).clicked() {
                            choice = Some(Choice::Lesson(name, false));
                        }
                        if done > 0 {
                            ui.weak(format!("{done} of {all}"));
                        }
                    });
                }
            });
            if side {
                self.ripple(ui, still);
            }
        });
        choice
    }

    /// A recorded ripple, over and over; whole where nothing shall move.
    fn ripple(&mut self, ui: &mut Ui, still: bool) {
        let all = frames();
        // The whole ripple stays for a while.
        let turn = all.len() + 4;
        let now = ui.input(|i| i.time);
        let at = if still {
            all.len() - 1
        } else {
            ((now / STANDS) as usize % turn).min(all.len() - 1)
        };
        let Some(texture) = self.pictures.frame(ui, at) else {
            return;
        };
        let room = vec2(ui.available_width(), 320.0);
        let shown = ui.add(fitted(&texture, room));
        let told = "A recorded ripple: lived states, states that are re-instated from the last step to the first, and the error that \
                    travels with them";
        shown.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, told));
        if !still {
            let next = STANDS - now % STANDS;
            let next = std::time::Duration::from_secs_f64(next.clamp(0.02, STANDS));
            ui.ctx().request_repaint_after(next);
        }
    }

    fn card(
        &mut self,
        ui: &mut Ui,
        name: &'static str,
        scenario: &Scenario,
        loaded: bool,
    ) -> Option<Choice> {
        let mut choice = None;
        let [width, picture, height] = CARD;
        let layout = egui::Layout::top_down(egui::Align::Min);
        ui.allocate_ui_with_layout(vec2(width, height), layout, |ui| {
            let frame = egui::Frame::group(ui.style()).inner_margin(8);
            frame.show(ui, |ui| {
                ui.set_width(width - 18.0);
                ui.set_height(height - 18.0);
                let room = vec2(width - 18.0, picture);
                let visible = ui.is_rect_visible(egui::Rect::from_min_size(ui.cursor().min, room));
                // A picture is read when it is first seen.
                let texture = visible.then(|| self.pictures.of(ui, name)).flatten();
                let opened = match texture {
                    Some(texture) => ui.add(fitted(&texture, room).sense(Sense::click())),
                    None => ui.allocate_exact_size(room, Sense::click()).1,
                };
                let told = format!("Details of {name}");
                opened.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &told));
                if opened.on_hover_text("All that it says").clicked() {
                    self.page = Some(name);
                }
                ui.label(RichText::new(&scenario.title).strong().size(14.0));
                let finding = if scenario.finding.is_empty() {
                    &scenario.about
                } else {
                    &scenario.finding
                };
                let room = (ui.available_height() - 28.0).max(14.0);
                ui.allocate_ui(vec2(ui.available_width(), room), |ui| {
                    ui.set_max_height(room);
                    clamped(ui, finding, room);
                });
                let gap = (ui.available_height() - 24.0).max(0.0);
                ui.add_space(gap);
                ui.horizontal(|ui| {
                    let run = egui::Button::new(RichText::new("Run").strong());
                    if ui.add(run).on_hover_text(format!("Run {name}")).clicked() {
                        choice = Some(Choice::Load(Box::new(scenario.clone()), true));
                    }
                    let load = ui.button("Load");
                    if load.on_hover_text(format!("Load {name}, paused")).clicked() {
                        choice = Some(Choice::Load(Box::new(scenario.clone()), false));
                    }
                    if loaded {
                        ui.weak("loaded");
                    }
                    let about = chips(name, scenario).join(" · ");
                    let about = egui::Label::new(RichText::new(&about).weak()).truncate();
                    let hint = "How long it took at full speed on two cores of a server; the rule that learns; the store";
                    ui.add(about).on_hover_text(hint);
                });
            });
        });
        choice
    }

    /// All that a scenario says.
    fn page(&mut self, ui: &mut Ui, name: &'static str, scenario: &Scenario) -> Option<Choice> {
        let mut choice = None;
        let boxed = || Box::new(scenario.clone());
        ui.horizontal_wrapped(|ui| {
            if ui.button("All scenarios").clicked() {
                self.page = None;
            }
            let run = egui::Button::new(RichText::new("Run").strong());
            if ui.add(run).clicked() {
                choice = Some(Choice::Load(boxed(), true));
            }
            if ui.button("Load paused").clicked() {
                choice = Some(Choice::Load(boxed(), false));
            }
            if ui.button("Edit its text").clicked() {
                choice = Some(Choice::Edit(boxed()));
            }
            ui.monospace(name);
        });
        ui.add_space(6.0);
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(860.0);
            ui.label(RichText::new(&scenario.title).size(HEADLINE).strong());
            if let Some(texture) = self.pictures.of(ui, name) {
                let room = vec2(ui.available_width().min(700.0), 360.0);
                let picture = ui.add(fitted(&texture, room));
                let told = format!("A recorded run of {name}");
                picture.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &told));
            }
            ui.label(RichText::new(&scenario.finding).strong());
            ui.label(&scenario.about);
            let part = |ui: &mut Ui, heading: &str, there: bool| {
                if there {
                    ui.add_space(6.0);
                    ui.heading(heading);
                }
            };
            part(ui, "Watch", !scenario.watch.is_empty());
            for watch in &scenario.watch {
                ui.label(format!("{}: {}", watch.panel, watch.text));
            }
            part(ui, "Try", !scenario.r#try.is_empty());
            for attempt in &scenario.r#try {
                ui.label(&attempt.text).on_hover_text(told(&attempt.action));
            }
            part(ui, "Questions", !scenario.questions.is_empty());
            for question in &scenario.questions {
                egui::CollapsingHeader::new(&question.question)
                    .show(ui, |ui| ui.label(&question.answer));
            }
            part(ui, "References", !scenario.references.is_empty());
            papers(ui, &scenario.references);
        });
        choice
    }
}

/// How long a scenario takes, what learns in it, and from what store.
fn chips(name: &str, scenario: &Scenario) -> Vec<String> {
    let setup = &scenario.setup;
    let took = took(name).map(|seconds| match seconds {
        seconds if seconds < 90.0 => format!("{:.0} s", seconds.max(1.0)),
        seconds => format!("{:.0} min", seconds / 60.0),
    });
    let rule = (!scenario.only_measures()).then(|| setup.learning.rule.name().to_string());
    let store = setup
        .hippocampus
        .as_ref()
        .map(|h| h.store.name().to_string());
    took.into_iter().chain(rule).chain(store).collect()
}

/// As many lines of a text as there is room for; the whole on hover.
fn clamped(ui: &mut Ui, text: &str, room: f32) {
    let font = egui::TextStyle::Body.resolve(ui.style());
    let row = ui.text_style_height(&egui::TextStyle::Body);
    let mut job = egui::text::LayoutJob::simple(
        text.into(),
        font,
        ui.visuals().text_color(),
        ui.available_width(),
    );
    job.wrap.max_rows = ((room / row).floor() as usize).max(1);
    ui.label(job).on_hover_text(text);
}
