//! The gallery: a card for every bundled scenario.

use egui::{RichText, ScrollArea, Ui};

use crate::engine::{Scenario, load};
use crate::scenario::bundled;

/// What the user chose.
pub enum Choice {
    /// To load a scenario, and whether to run it at once.
    Load(Box<Scenario>, bool),
    /// To go on with what is loaded.
    Back,
    /// To open a file.
    Open,
}

/// The cards.
pub struct Gallery {
    cards: Vec<(&'static str, Scenario)>,
}

impl Gallery {
    /// Reads the bundled scenarios.
    pub fn new() -> Self {
        let read =
            |b: &crate::scenario::Bundled| load(b.document(), &[], None).ok().map(|s| (b.name, s));
        Self {
            cards: bundled().iter().filter_map(read).collect(),
        }
    }

    /// Draws the cards.
    pub fn show(&self, ui: &mut Ui, loaded: &str) -> Option<Choice> {
        let mut choice = None;
        ui.add_space(10.0);
        ui.heading("Does the brain do backpropagation through time by replay?");
        ui.label(
            "A hippocampus stores episodes in one shot and replays them in reverse; a cortex learns from what is \
             re-instated. Choose a scenario, press Run, and watch.",
        );
        ui.add_space(6.0);
        ui.horizontal(|ui| {
            if ui.button("Back to the loaded run").clicked() {
                choice = Some(Choice::Back);
            }
            if ui.button("Open a file or run folder…").clicked() {
                choice = Some(Choice::Open);
            }
            ui.weak("or drop a .ron file on the window");
        });
        ui.add_space(8.0);
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let columns = (ui.available_width() / 400.0).floor().clamp(1.0, 3.0) as usize;
            for row in self.cards.chunks(columns) {
                ui.columns(columns, |columns| {
                    for (ui, (name, scenario)) in columns.iter_mut().zip(row) {
                        if let Some(c) = card(ui, name, scenario, scenario.title == loaded) {
                            choice = Some(c);
                        }
                    }
                });
                ui.add_space(8.0);
            }
        });
        choice
    }
}

fn card(ui: &mut Ui, name: &str, scenario: &Scenario, loaded: bool) -> Option<Choice> {
    let mut choice = None;
    let left = egui::Layout::top_down(egui::Align::Min);
    egui::Frame::group(ui.style())
        .inner_margin(12)
        .show(ui, |ui| {
            let width = ui.available_width();
            // Columns justify their text; a card does not.
            ui.with_layout(left, |ui| {
                ui.set_width(width);
                ui.set_height(188.0);
                ui.label(RichText::new(&scenario.title).heading());
                ui.horizontal(|ui| {
                    ui.monospace(name);
                    if loaded {
                        ui.label(
                            RichText::new("loaded").color(ui.visuals().selection.stroke.color),
                        );
                    }
                });
                let finding = if scenario.finding.is_empty() {
                    &scenario.about
                } else {
                    &scenario.finding
                };
                ui.label(finding).on_hover_text(&scenario.about);
                references(ui, &scenario.references);
                ui.add_space((ui.available_height() - 26.0).max(0.0));
                ui.horizontal(|ui| {
                    let run = egui::Button::new(RichText::new("Run").strong());
                    if ui.add(run).on_hover_text(format!("Run {name}")).clicked() {
                        choice = Some(Choice::Load(Box::new(scenario.clone()), true));
                    }
                    let load = ui.button("Load");
                    if load.on_hover_text(format!("Load {name}, paused")).clicked() {
                        choice = Some(Choice::Load(Box::new(scenario.clone()), false));
                    }
                });
            });
        });
    choice
}

/// The papers a scenario rests on; a DOI is a link.
fn references(ui: &mut Ui, papers: &[String]) {
    ui.horizontal_wrapped(|ui| {
        for paper in papers {
            let text = RichText::new(paper).small();
            if let Some(doi) = paper.strip_prefix("doi:") {
                ui.hyperlink_to(text, format!("https://doi.org/{doi}"));
            } else {
                ui.label(text.weak());
            }
        }
    });
}
