//! Branches: the runs on the desk, what differs between them, and which are compared.

use egui::{RichText, ScrollArea, Ui};

use super::{Ask, Panel, PanelContext};
use crate::engine::{Activity, BranchView};
use crate::gui::Wish;

/// The branches panel.
#[derive(Default)]
pub struct Branches {
    /// The run that is being renamed, with what was typed so far.
    renaming: Option<(u64, String)>,
}

impl Panel for Branches {
    fn title(&self) -> &'static str {
        "Branches"
    }

    fn help(&self) -> &'static str {
        "The runs on the desk. Running on from the past, or changing something there, makes a branch: what came after it stays \
         in the run that it began in. Click a name to take the run to hand; tick up to three to see their curves beside it."
    }

    fn aside(&self) -> bool {
        true
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        if cx.runs.len() < 2 {
            ui.label(
                "one run so far: look back on the timeline and run on from there, or lesion or set something there, to \
                 make a branch",
            );
        }
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            for run in cx.runs {
                ui.horizontal_wrapped(|ui| self.row(cx, run, ui));
                ui.indent(run.id, |ui| ui.label(about(cx, run)));
                ui.separator();
            }
        });
    }
}

/// Where it begins, what differs, how far it is.
fn about(cx: &PanelContext<'_>, run: &BranchView) -> String {
    let begins = run.origin.map(|(from, step)| {
        let origin = cx.runs.iter().find(|r| r.id == from).map(called);
        let origin = origin.unwrap_or("a run that is deleted".into());
        format!("begins at step {step} of {origin}")
    });
    let doing = match &run.activity {
        Activity::Paused => "paused".to_string(),
        Activity::Running => "running".into(),
        Activity::Reliving { to, .. } => format!("on the way to step {to}"),
        Activity::Finished => "finished".into(),
        Activity::Failed(why) => format!("failed: {why}"),
    };
    let saved = if run.unsaved { "not saved" } else { "" };
    let parts = [begins.unwrap_or_default(), run.changes.join(", ")];
    let rest = [format!("at step {}, {doing}", run.steps), saved.into()];
    let parts = parts.into_iter().chain(rest);
    parts
        .filter(|p| !p.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

/// What a run is called.
pub fn called(run: &BranchView) -> String {
    if run.name.is_empty() {
        format!("run {}", run.id)
    } else {
        run.name.clone()
    }
}

impl Branches {
    fn row(&mut self, cx: &PanelContext<'_>, run: &BranchView, ui: &mut Ui) {
        let wish = |wish| (cx.ask)(Ask::Wish(wish));
        let name = called(run);
        match &mut self.renaming {
            Some((id, text)) if *id == run.id => {
                let edit = ui.add(egui::TextEdit::singleline(text).desired_width(140.0));
                edit.widget_info(|| {
                    let mut info = egui::WidgetInfo::text_edit(true, "", text.as_str(), "");
                    info.label = Some("name of the run".into());
                    info
                });
                edit.request_focus();
                let enter = ui.input(|i| i.key_pressed(egui::Key::Enter));
                if enter || ui.input(|i| i.key_pressed(egui::Key::Escape)) {
                    if enter {
                        wish(Wish::Rename(run.id, text.clone()));
                    }
                    self.renaming = None;
                }
            }
            _ => {
                let label = RichText::new(&name).strong();
                let hint = "Click to take it to hand";
                if ui
                    .selectable_label(run.active, label)
                    .on_hover_text(hint)
                    .clicked()
                {
                    wish(Wish::Activate(run.id));
                }
            }
        }
        let mut compared = run.compared || run.active;
        let check = egui::Checkbox::new(&mut compared, "compare");
        let check = ui.add_enabled(!run.active, check);
        check.widget_info(|| {
            egui::WidgetInfo::selected(
                egui::Role::CheckBox,
                true,
                compared,
                format!("compare {name}"),
            )
        });
        if check
            .on_hover_text("Show its curves beside those at hand")
            .changed()
        {
            wish(Wish::Compare(run.id, compared));
        }
        if ui.small_button("Rename").clicked() {
            self.renaming = Some((run.id, run.name.clone()));
        }
        if ui
            .small_button("Duplicate…")
            .on_hover_text("Put a new run together from its parameters, and change them")
            .clicked()
        {
            (cx.ask)(Ask::Duplicate(run.id));
        }
        if ui.small_button("Save…").clicked() {
            (cx.ask)(Ask::Save(run.id));
        }
        let last = cx.runs.len() < 2;
        if ui
            .add_enabled(!last, egui::Button::new("Delete").small())
            .clicked()
        {
            wish(Wish::Delete(run.id));
        }
    }
}
