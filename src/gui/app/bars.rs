//! What stands above and below: menus, the run's controls, the status bar.

use egui::{RichText, Ui};

use super::App;
use crate::engine::{Activity, Snapshot};
use crate::gui::action::Action;
use crate::gui::theme::STAGE;

impl App {
    pub(super) fn menus(&mut self, ui: &mut Ui) {
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
                let actions = [
                    Action::Gallery,
                    Action::Open,
                    Action::Save,
                    Action::Export,
                    Action::CopyCommand,
                    Action::Picture,
                    Action::Quit,
                ];
                for action in actions {
                    entry(self, ui, action);
                }
            });
            ui.menu_button("Edit", |ui| {
                let live = self.simulation.snapshot();
                let last = live.journal.last().filter(|_| live.can_undo());
                let commands = [
                    (Action::Undo, "Undo", last),
                    (Action::Redo, "Redo", live.undone.last()),
                ];
                for (action, name, journalled) in commands {
                    let text = match journalled {
                        Some(j) => format!("{name}: {}", j.command.describe()),
                        None => format!("Nothing to {}", name.to_lowercase()),
                    };
                    let button = egui::Button::new(text);
                    if ui.add_enabled(journalled.is_some(), button).clicked() {
                        ui.close();
                        self.act(action, &ctx);
                    }
                }
                entry(self, ui, Action::Settings);
            });
            let stays = egui::PopupCloseBehavior::CloseOnClickOutside;
            let view = egui::containers::menu::MenuButton::new("View");
            let view = view.config(egui::containers::menu::MenuConfig::new().close_behavior(stays));
            view.ui(ui, |ui| {
                self.dock.menu(ui);
                ui.separator();
                self.dock.layouts(&self.panels, ui);
                entry(self, ui, Action::ResetLayout);
                ui.separator();
                egui::widgets::global_theme_preference_buttons(ui);
                ui.checkbox(&mut self.looks.high_contrast, "high contrast");
                ui.checkbox(&mut self.looks.still, "no animation")
                    .on_hover_text("Activity is shown, but nothing moves by itself");
                text_sizes(ui);
            });
            ui.menu_button("Help", |ui| {
                entry(self, ui, Action::Help);
                entry(self, ui, Action::Palette);
            });
        });
    }

    pub(super) fn controls(&mut self, ui: &mut Ui, snapshot: &Snapshot) {
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
            self.set_speed((value < FASTEST).then_some(value));
        }
        let full = self.speed.is_none();
        let text = if full { "Slow down" } else { "Full speed" };
        let hint = "As fast as it goes, or slow enough to watch (F)";
        if ui.button(text).on_hover_text(hint).clicked() {
            let ctx = ui.ctx().clone();
            self.act(Action::FullSpeed, &ctx);
        }
    }

    pub(super) fn status_bar(&mut self, ui: &mut Ui, snapshot: &Snapshot) {
        ui.horizontal(|ui| {
            let state = match &snapshot.activity {
                Activity::Paused => "paused".to_string(),
                Activity::Reliving { at, to, .. } => {
                    format!("on the way to step {to}, now at {at}")
                }
                // What is measured is counted as progress alone.
                Activity::Running if snapshot.only_measures => "measuring".into(),
                Activity::Running => format!("running, {:.0} steps/s", snapshot.rate),
                Activity::Finished => "finished".into(),
                Activity::Failed(error) => format!("failed: {error}"),
            };
            let failed = matches!(snapshot.activity, Activity::Failed(_));
            let color = if failed {
                ui.visuals().error_fg_color
            } else {
                ui.visuals().strong_text_color()
            };
            ui.label(RichText::new(state).strong().color(color));
            if snapshot.step < snapshot.live_step {
                ui.label(RichText::new("looking back").strong());
            }
            if let Activity::Reliving { from, at, to } = snapshot.activity {
                let part = at.saturating_sub(from) as f32 / to.saturating_sub(from).max(1) as f32;
                ui.add(egui::ProgressBar::new(part).desired_width(120.0));
                if ui.button("Cancel").clicked() {
                    self.cancel();
                }
            }
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
            self.export_progress(ui);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                match &self.status {
                    Ok(done) => ui.weak(done),
                    Err(error) => ui.colored_label(ui.visuals().error_fg_color, error),
                };
            });
        });
    }
}

/// How large all is: as it comes, larger, and on a stage.
fn text_sizes(ui: &mut Ui) {
    ui.horizontal(|ui| {
        ui.label("size");
        let now = ui.ctx().zoom_factor();
        for (name, zoom) in [("usual", 1.0), ("larger", 1.25), ("stage", STAGE)] {
            let chosen = ui.selectable_label((now - zoom).abs() < 0.01, name);
            if chosen
                .on_hover_text(format!("{:.0} %", zoom * 100.0))
                .clicked()
            {
                ui.ctx().set_zoom_factor(zoom);
            }
        }
    });
}
