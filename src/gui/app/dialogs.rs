//! What stands before everything else: the path to save to or to open, the command palette, help, and the question before
//! closing.

use std::path::PathBuf;
use std::sync::mpsc::sync_channel;

use egui::{RichText, Ui};

use super::{App, Asking};
use crate::engine::Snapshot;
use crate::gui::action::Action;

impl App {
    /// Closing asks first where work would be lost.
    pub(super) fn guard_closing(&mut self, ctx: &egui::Context, snapshot: &Snapshot) {
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

    pub(super) fn dialogs(&mut self, ctx: &egui::Context) {
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
