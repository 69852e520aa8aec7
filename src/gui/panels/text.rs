//! Text: the scenario as it is written, to be edited, with what is wrong told as it is typed.

use egui::{RichText, ScrollArea, Ui};

use super::{Ask, Panel, PanelContext};
use crate::engine::Scenario;
use crate::gui::Wish;
use crate::gui::documents::Documents;
use crate::gui::editor::Editor;
use crate::registry::{Bounds, Kind, Parameter};
use crate::scenario::diagnostics::Item;

/// The text panel.
#[derive(Default)]
pub struct Text {
    editor: Editor,
    kind: Option<Kind>,
    /// What was done last, or why it could not be.
    told: Option<Result<String, String>>,
}

impl Panel for Text {
    fn title(&self) -> &'static str {
        "Text"
    }

    fn help(&self) -> &'static str {
        "The scenario as it is written, in RON, to be edited. What is wrong stands under its line as you type; names are offered \
         as you begin them, or with Ctrl+Space. “Apply” begins a new run with this text, beside the others. What you typed stays, \
         also for the next sitting, until you save or revert it; Ctrl+Z takes typing back."
    }

    fn aside(&self) -> bool {
        true
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        let documents = &mut *cx.documents.borrow_mut();
        if let Some(began) = &cx.snapshot.began {
            let active = cx.runs.iter().find(|run| run.active);
            let name = active.map_or("", |run| run.name.as_str());
            documents.follow(cx.snapshot.run, name, began);
        }
        if documents.look(ui.ctx()) {
            self.told = Some(Ok(
                "the file changed outside: this is what it says now".into()
            ));
        }
        if documents.document().is_none() {
            ui.label("no scenario is loaded");
            return;
        }
        tabs(documents, ui);
        let problems: Vec<Item> = match documents.reading() {
            Some(Err(wrong)) => wrong.items().to_vec(),
            _ => Vec::new(),
        };
        self.bar(cx, documents, ui);
        self.verdict(documents, &problems, ui);
        let Some(document) = documents.document() else {
            return;
        };
        let kind = *self
            .kind
            .get_or_insert_with(|| Scenario::kind(Bounds::NONE));
        let label = ui
            .label(RichText::new("scenario text").weak().size(12.0))
            .id;
        let id = ui.make_persistent_id(("scenario text", document.id));
        ScrollArea::both()
            .id_salt(document.id)
            .auto_shrink(false)
            .show(ui, |ui| {
                let text = &mut document.text;
                self.editor.ui(ui, (id, label), text, &problems, &kind);
            });
    }
}

/// Those that are open, where there is more than one.
fn tabs(documents: &mut Documents, ui: &mut Ui) {
    let names = documents.names();
    if names.len() < 2 {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        for (i, (name, changed)) in names.iter().enumerate() {
            let short = name.rsplit('/').next().unwrap_or(name);
            let text = format!("{short}{}", if *changed { " •" } else { "" });
            if ui
                .selectable_label(documents.shown() == i, text)
                .on_hover_text(name)
                .clicked()
            {
                documents.show(i);
            }
        }
    });
}

impl Text {
    fn bar(&mut self, cx: &PanelContext<'_>, documents: &mut Documents, ui: &mut Ui) {
        let sound = matches!(documents.reading(), Some(Ok(_)));
        let Some(document) = documents.document() else {
            return;
        };
        let mut applied = false;
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(&document.name).strong());
            if document.is_changed() {
                ui.label("• changed");
            }
        });
        ui.horizontal_wrapped(|ui| {
            let apply = egui::Button::new("Apply as a new run");
            applied = ui.add_enabled(sound, apply).clicked();
            let path = document.path.clone();
            let can_save = path.is_some() && document.is_changed();
            if ui
                .add_enabled(can_save, egui::Button::new("Save text"))
                .clicked()
                && let Some(path) = &path
            {
                let done = document.save(path, false);
                self.told = Some(done.map(|()| format!("saved {}", path.display())));
            }
            if ui.button("Save text as…").clicked() {
                (cx.ask)(Ask::SaveText);
            }
            if ui
                .add_enabled(document.is_changed(), egui::Button::new("Revert"))
                .on_hover_text("Back to what is saved; Ctrl+Z in the text brings it back")
                .clicked()
            {
                document.revert();
                self.told = None;
            }
            if ui
                .button("Copy as command line")
                .on_hover_text("The command that does the run at hand in a terminal")
                .clicked()
            {
                (cx.ask)(Ask::CopyCommand);
            }
        });
        if document.changed_outside() {
            ui.horizontal_wrapped(|ui| {
                ui.colored_label(
                    ui.visuals().warn_fg_color,
                    "The file changed outside while you typed.",
                );
                if ui.button("Reload").clicked() {
                    document.revert();
                }
                if ui.button("Keep this text").clicked() {
                    document.keep();
                }
            });
        }
        if let Some((scenario, name)) = applied.then(|| documents.apply()).flatten() {
            (cx.ask)(Ask::Wish(Wish::Add(Box::new(scenario), name)));
        }
    }

    /// Whether the text can run, and what was done last.
    fn verdict(&mut self, documents: &mut Documents, problems: &[Item], ui: &mut Ui) {
        match self.told.as_ref() {
            Some(Ok(told)) => {
                ui.label(told);
            }
            Some(Err(problem)) => {
                ui.colored_label(ui.visuals().error_fg_color, problem);
            }
            None => {}
        }
        let Some(document) = documents.document() else {
            return;
        };
        let Some(first) = problems.first() else {
            ui.label("this can run");
            return;
        };
        ui.horizontal_wrapped(|ui| {
            let count = match problems.len() {
                1 => "1 problem".to_string(),
                n => format!("{n} problems"),
            };
            ui.colored_label(ui.visuals().error_fg_color, count);
            if ui
                .button(format!("Go to line {}", first.line))
                .on_hover_text(&first.message)
                .clicked()
            {
                self.editor.go_to(&document.text, first.line, first.column);
            }
        });
    }
}
