//! What stands before everything else: the path to save to or to open, the command palette, help, and the question before
//! closing.

use std::path::Path;

use egui::{RichText, Ui};

use super::browse::{Wanted, browse};
use super::leaving::Leaving;
use super::{App, Asking};
use crate::engine::forget;
use crate::gui::action::Action;
use crate::gui::simulation::Wish;
use crate::trace::{SUMMARY, typed};

/// What is known of a run that was left behind.
fn left_run(path: &Path) -> String {
    let text = std::fs::read(path.join(SUMMARY)).unwrap_or_default();
    let summary: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
    let title = summary["scenario"].as_str().filter(|t| !t.is_empty());
    let steps = summary["steps"].as_u64().unwrap_or_default();
    format!(
        "{}, seed {}, {steps} steps",
        title.unwrap_or("without a title"),
        summary["seed"]
    )
}

impl App {
    /// One guard for every way out of an unsaved run: closing, resetting, loading, opening, dropping.
    pub(super) fn guard(&mut self, ctx: &egui::Context) {
        let closes = ctx.input(|i| i.viewport().close_requested()) && !self.may_close;
        if closes && (self.unsaved() || !self.held().is_empty()) {
            ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            self.leaving = Some(Leaving::Close);
        }
        if self.asking.is_some() || self.answer.is_some() || self.leaving.is_none() {
            return;
        }
        // Other ways out leave the panels as they are.
        let closing = matches!(self.leaving, Some(Leaving::Close));
        let held = if closing { self.held() } else { Vec::new() };
        let runs = self.simulation.list();
        let unsaved: Vec<_> = runs.iter().filter(|run| run.unsaved).collect();
        let (mut go, mut stay) = (false, false);
        let response = egui::Modal::new(egui::Id::unique("leaving")).show(ctx, |ui| {
            ui.heading(match unsaved.len() {
                0 => "Something here lies nowhere else".to_string(),
                1 => "This run is not saved".to_string(),
                n => format!("{n} runs are not saved"),
            });
            for run in &unsaved {
                let of = match run.name.as_str() {
                    _ if unsaved.len() < 2 => String::new(),
                    "" => " of the first run".into(),
                    name => format!(" of {name}"),
                };
                ui.label(format!("{} steps{of} would be lost.", run.steps));
            }
            for text in &held {
                ui.label(text);
            }
            ui.horizontal(|ui| {
                if !unsaved.is_empty() && ui.button("Save run…").clicked() {
                    // The one at hand first.
                    let next = unsaved.iter().find(|run| run.active).or(unsaved.first());
                    if let Some(run) = next {
                        self.wish(Wish::Activate(run.id));
                    }
                    self.ask(Asking::Save);
                }
                go = ui.button("Discard").clicked();
                stay = ui.button("Cancel").clicked();
            });
        });
        if stay || (response.should_close() && self.asking.is_none()) {
            self.leaving = None;
        } else if go && let Some(leaving) = self.leaving.take() {
            self.left(leaving, ctx);
        }
    }

    /// What panels hold that closing would lose.
    pub(super) fn held(&self) -> Vec<String> {
        self.panels.iter().filter_map(|p| p.unsaved()).collect()
    }

    /// Asks before a run that is not saved is removed.
    pub(super) fn delete_dialog(&mut self, ctx: &egui::Context) {
        let Some(run) = self.deleting.clone() else {
            return;
        };
        let (mut go, mut stay) = (false, false);
        let response = egui::Modal::new(egui::Id::unique("deleting")).show(ctx, |ui| {
            ui.heading("This branch is not saved");
            ui.label(format!("{}: {} steps would be lost.", run.name, run.steps));
            ui.horizontal(|ui| {
                go = ui.button("Delete").clicked();
                stay = ui.button("Keep").clicked();
            });
        });
        if go {
            self.wish(Wish::Delete(run.id));
        }
        if go || stay || response.should_close() {
            self.deleting = None;
        }
    }

    /// Runs of windows that were killed are offered, one after the other.
    fn offer_dialog(&mut self, ctx: &egui::Context) {
        let Some(path) = self.left_behind.first().cloned() else {
            return;
        };
        let told = left_run(&path);
        let (mut open, mut discard, mut later) = (false, false, false);
        let response = egui::Modal::new(egui::Id::unique("left behind")).show(ctx, |ui| {
            ui.heading("A window that was killed has left a run");
            ui.label(told);
            ui.weak(path.display().to_string());
            ui.horizontal(|ui| {
                open = ui.button("Open it").clicked();
                discard = ui.button("Discard it").clicked();
                later = ui.button("Ask again next time").clicked();
            });
        });
        if open {
            self.left_behind.clear();
            self.leave(Leaving::Recover(path), ctx);
        } else if discard {
            forget(&path);
            self.left_behind.remove(0);
        } else if later || response.should_close() {
            self.left_behind.clear();
        }
    }

    pub(super) fn dialogs(&mut self, ctx: &egui::Context) {
        self.offer_dialog(ctx);
        self.path_dialog(ctx);
        self.palette_dialog(ctx);
        self.settings_dialog(ctx);
        self.export_dialog(ctx);
        if self.help {
            let response =
                egui::Modal::new(egui::Id::unique("help")).show(ctx, |ui| self.help_text(ui));
            if response.should_close() {
                self.help = false;
            }
        }
    }

    fn settings_dialog(&mut self, ctx: &egui::Context) {
        if !self.settings {
            return;
        }
        let mut close = false;
        let response = egui::Modal::new(egui::Id::unique("settings")).show(ctx, |ui| {
            ui.set_width(420.0);
            ui.heading("Settings");
            ui.horizontal(|ui| {
                let label = ui.label("memory for looking back");
                let field = egui::DragValue::new(&mut self.budget)
                    .range(super::BUDGETS)
                    .suffix(" MiB");
                ui.add(field).labelled_by(label.id);
            });
            ui.label(
                "All runs that are open share it. Beyond it every other scene of the older half is dropped; the grey line under \
                 the timeline shows how much is kept.",
            );
            close = ui.button("Close").clicked();
        });
        if close || response.should_close() {
            self.settings = false;
            // Not while it is typed: what a smaller number takes does not come back.
            self.wish(Wish::Budget(u64::from(self.budget) << 20));
        }
    }

    fn path_dialog(&mut self, ctx: &egui::Context) {
        let Some(asking) = self.asking else { return };
        let (title, verb) = match asking {
            Asking::Save => ("Save run", "Save"),
            Asking::Open => ("Open a scenario or run folder", "Open"),
            Asking::SaveText => ("Save the scenario's text", "Save"),
            Asking::SaveFigure => ("Save the figure", "Save"),
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
                } else if std::mem::take(&mut self.fresh) {
                    edit.request_focus();
                }
                if ui.button("Browse…").clicked() {
                    self.browse(asking, ctx);
                }
            });
            if let Some(problem) = &self.problem {
                ui.colored_label(ui.visuals().error_fg_color, problem);
            }
            match asking {
                Asking::Save => {
                    ui.checkbox(&mut self.force, "replace an earlier run there");
                }
                Asking::SaveText | Asking::SaveFigure => {
                    ui.checkbox(&mut self.force, "replace another file there");
                }
                Asking::Open => {}
            }
            ui.horizontal(|ui| {
                go |= ui.button(verb).clicked();
                if ui.button("Cancel").clicked() {
                    self.asking = None;
                    self.leaving = None;
                }
            });
        });
        if go && !self.path.trim().is_empty() {
            match asking {
                Asking::Save => self.save(),
                Asking::SaveText => self.save_text(),
                Asking::SaveFigure => self.save_figure(ctx),
                Asking::Open => {
                    self.asking = None;
                    let opened = typed(&self.path).and_then(|path| self.open(&path, ctx));
                    if let Err(error) = opened {
                        self.ask_again(Asking::Open, error);
                    }
                }
            }
        } else if response.should_close() {
            self.asking = None;
        }
    }

    fn browse(&mut self, asking: Asking, ctx: &egui::Context) {
        let wanted = match asking {
            Asking::Save => Wanted::Folder,
            Asking::SaveText => Wanted::NewScenario,
            Asking::SaveFigure => Wanted::NewFigure,
            Asking::Open => Wanted::Scenario,
        };
        match browse(&self.file_dialog, wanted, ctx) {
            Ok(chosen) => self.chosen = Some(chosen),
            Err(error) => self.problem = Some(format!("no file dialog: {error}")),
        }
    }

    fn help_text(&mut self, ui: &mut Ui) {
        ui.set_width(620.0);
        let height = (ui.ctx().content_rect().height() - 120.0).max(120.0);
        let scroll = egui::ScrollArea::vertical().max_height(height);
        scroll.auto_shrink([false, true]).show(ui, |ui| {
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
        });
        if ui.button("Close help").clicked() {
            self.help = false;
        }
    }
}
