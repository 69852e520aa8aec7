//! Suggestions: what the scenario is about, what to watch, what to try, and questions with their answers.

use egui::{CollapsingHeader, RichText, ScrollArea, Ui};

use super::{Ask, Corner, Panel, PanelContext};
use crate::engine::Scenario;

/// The suggestions panel.
#[derive(Default)]
pub struct Suggestions;

impl Panel for Suggestions {
    fn title(&self) -> &'static str {
        "Suggestions"
    }

    fn help(&self) -> &'static str {
        "What this scenario is about and what was found with it; what to watch, and in which panel; what to try, with one click: \
         a change of live parameters or a lesion makes a branch from the moment that is shown, anything else a new run; \
         questions to be answered by looking."
    }

    fn corner(&self) -> Corner {
        Corner::Side
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        let Some(scenario) = &cx.snapshot.began else {
            ui.label("no scenario is loaded");
            return;
        };
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            told(scenario, ui);
            watch(cx, scenario, ui);
            attempts(cx, scenario, ui);
            questions(scenario, ui);
            for reference in &scenario.references {
                match reference.strip_prefix("doi:") {
                    Some(doi) => ui.hyperlink_to(reference, format!("https://doi.org/{doi}")),
                    None => ui.label(reference),
                };
            }
        });
    }
}

fn told(scenario: &Scenario, ui: &mut Ui) {
    for (text, strong) in [(&scenario.finding, true), (&scenario.about, false)] {
        if !text.is_empty() {
            let text = RichText::new(text);
            ui.label(if strong { text.strong() } else { text });
        }
    }
}

fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(6.0);
    ui.label(RichText::new(text).strong().size(15.0));
}

fn watch(cx: &PanelContext<'_>, scenario: &Scenario, ui: &mut Ui) {
    if !scenario.watch.is_empty() {
        heading(ui, "Watch");
    }
    for watch in &scenario.watch {
        ui.horizontal_wrapped(|ui| {
            if ui
                .button(&watch.panel)
                .on_hover_text("Bring it forward")
                .clicked()
            {
                (cx.ask)(Ask::Bring(watch.panel.clone()));
            }
            ui.label(&watch.text);
        });
    }
}

fn attempts(cx: &PanelContext<'_>, scenario: &Scenario, ui: &mut Ui) {
    if !scenario.r#try.is_empty() {
        heading(ui, "Try");
    }
    for (i, attempt) in scenario.r#try.iter().enumerate() {
        ui.horizontal_wrapped(|ui| {
            let button = ui.button(format!("Try {}", i + 1));
            if button
                .on_hover_text(crate::gui::trying::told(&attempt.action))
                .clicked()
            {
                (cx.ask)(Ask::Try(attempt.action.clone()));
            }
            ui.label(&attempt.text);
        });
    }
}

fn questions(scenario: &Scenario, ui: &mut Ui) {
    if !scenario.questions.is_empty() {
        heading(ui, "Questions");
    }
    for question in &scenario.questions {
        ui.label(RichText::new(&question.question).strong());
        CollapsingHeader::new("Answer")
            .id_salt(&question.question)
            .show(ui, |ui| ui.label(&question.answer));
    }
}
