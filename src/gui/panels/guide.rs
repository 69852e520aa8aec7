//! Guide: what the scenario is about, what to watch, to try and to ask; and lessons that lead through it step by step.

use egui::{CollapsingHeader, Frame, RichText, ScrollArea, Stroke, Ui};

use super::{Ask, Panel, PanelContext};
use crate::engine::Scenario;
use crate::gui::lessons::Lessons;
use crate::gui::papers::papers;
use crate::gui::theme::{color32, palette};
use crate::gui::trying::told as told_of;
use crate::scenario::{Attempt, LessonStep, Question, Watch};

/// The guide panel.
#[derive(Default)]
pub struct Guide {
    /// The step of the lesson that was shown last.
    shown: Option<(&'static str, usize)>,
}

impl Panel for Guide {
    fn title(&self) -> &'static str {
        "Guide"
    }

    fn help(&self) -> &'static str {
        "What this scenario is about and what was found with it; what to watch, and in which panel; what to try, with one click: \
         a change of live parameters or a lesion makes a branch from the moment that is shown, anything else a new run; \
         questions to be answered by looking. A lesson, chosen above, leads through a scenario step by step."
    }

    fn aside(&self) -> bool {
        true
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        let lessons = cx.lessons.borrow();
        let mut chosen = None;
        ui.horizontal(|ui| {
            let label = ui.label("guide");
            let now = lessons
                .current()
                .map(|(name, lesson, _)| (name, lesson.title.clone()));
            let text = now.as_ref().map_or("this scenario", |(_, title)| title);
            let combo = egui::ComboBox::from_id_salt("guide")
                .selected_text(text)
                .width((ui.available_width() - 16.0).max(80.0))
                .show_ui(ui, |ui| {
                    let none = ui.selectable_label(now.is_none(), "this scenario");
                    if none.clicked() {
                        (cx.ask)(Ask::Lesson(None));
                    }
                    for (name, lesson, done) in lessons.all() {
                        let all = lesson.steps.len();
                        let text = format!("{} ({done} of {all})", lesson.title);
                        let is = now.as_ref().is_some_and(|(n, _)| *n == name);
                        let hint = &lesson.about;
                        if ui.selectable_label(is, text).on_hover_text(hint).clicked() {
                            chosen = Some(name);
                        }
                    }
                });
            combo.response.labelled_by(label.id);
        });
        if let Some(name) = chosen {
            (cx.ask)(Ask::Lesson(Some(name)));
        }
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            if lessons.current().is_some() {
                let here = lessons.current().map(|(name, _, done)| (name, done));
                let moved = std::mem::replace(&mut self.shown, here) != here;
                lesson(cx, &lessons, moved, ui);
            } else {
                match &cx.snapshot.began {
                    Some(scenario) => whole(cx, scenario, ui),
                    None => drop(ui.label("no scenario is loaded")),
                }
            }
        });
    }
}

/// All that the scenario says.
fn whole(cx: &PanelContext<'_>, scenario: &Scenario, ui: &mut Ui) {
    for (text, strong) in [(&scenario.finding, true), (&scenario.about, false)] {
        if !text.is_empty() {
            let text = RichText::new(text);
            ui.label(if strong { text.strong() } else { text });
        }
    }
    heading(ui, "Watch", scenario.watch.is_empty());
    for watched in &scenario.watch {
        watch(cx, watched, ui);
    }
    heading(ui, "Try", scenario.r#try.is_empty());
    for (i, tried) in scenario.r#try.iter().enumerate() {
        attempt(cx, &format!("Try {}", i + 1), tried, ui);
    }
    heading(ui, "Questions", scenario.questions.is_empty());
    for asked in &scenario.questions {
        question(asked, ui);
    }
    papers(ui, &scenario.references);
}

fn heading(ui: &mut Ui, text: &str, empty: bool) {
    if !empty {
        ui.add_space(6.0);
        ui.heading(text);
    }
}

fn watch(cx: &PanelContext<'_>, watch: &Watch, ui: &mut Ui) {
    ui.horizontal_wrapped(|ui| {
        let button = ui.button(&watch.panel);
        let button = button.on_hover_text("Bring it forward");
        if button.clicked() {
            (cx.ask)(Ask::Bring(watch.panel.clone()));
        }
        if button.clicked() || button.hovered() || button.has_focus() {
            (cx.ask)(Ask::Outline(watch.panel.clone()));
        }
        ui.label(&watch.text);
    });
}

fn attempt(cx: &PanelContext<'_>, name: &str, attempt: &Attempt, ui: &mut Ui) {
    ui.horizontal_wrapped(|ui| {
        let button = ui.button(name);
        if button.on_hover_text(told_of(&attempt.action)).clicked() {
            (cx.ask)(Ask::Try(attempt.action.clone()));
        }
        ui.label(&attempt.text);
    });
}

fn question(question: &Question, ui: &mut Ui) {
    ui.label(RichText::new(&question.question).strong());
    CollapsingHeader::new("Answer")
        .id_salt(&question.question)
        .show(ui, |ui| ui.label(&question.answer));
}

/// The lesson that is taken, up to the step that is at hand.
fn lesson(cx: &PanelContext<'_>, lessons: &Lessons, moved: bool, ui: &mut Ui) {
    let Some((name, lesson, done)) = lessons.current() else {
        return;
    };
    ui.heading(&lesson.title);
    ui.label(&lesson.about);
    ui.add_space(6.0);
    let steps = lesson.steps.len();
    for (i, kind) in lesson.steps.iter().enumerate().take(done + 1) {
        let here = i == done;
        let edge = if here {
            Stroke::new(1.5, color32(palette(ui).replayed))
        } else {
            Stroke::NONE
        };
        let step = Frame::group(ui.style()).stroke(edge).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.push_id(i, |ui| {
                ui.horizontal(|ui| {
                    let mark = if here { "" } else { " ✔" };
                    ui.label(format!("{} of {steps}{mark}", i + 1));
                });
                match kind {
                    LessonStep::Read(read) => drop(ui.label(&read.text)),
                    LessonStep::Watch(watched) => watch(cx, watched, ui),
                    LessonStep::Try(tried) => attempt(cx, "Do it", tried, ui),
                    LessonStep::Question(asked) => question(asked, ui),
                }
                if here {
                    ui.horizontal(|ui| {
                        let back = egui::Button::new("Previous step");
                        if ui.add_enabled(i > 0, back).clicked() {
                            (cx.ask)(Ask::LessonStep(-1));
                        }
                        let last = i + 1 == steps;
                        let on = if last { "Finish" } else { "Next step" };
                        if ui.button(RichText::new(on).strong()).clicked() {
                            (cx.ask)(Ask::LessonStep(1));
                        }
                    });
                }
            });
        });
        if here && moved {
            step.response.scroll_to_me(None);
        }
    }
    if done < steps {
        return;
    }
    ui.label(RichText::new("You have finished this lesson.").strong());
    match lessons.next() {
        Some((next, after)) => {
            if ui.button(format!("Next lesson: {}", after.title)).clicked() {
                (cx.ask)(Ask::Lesson(Some(next)));
            }
        }
        None => drop(ui.label("It was the last one: now change something yourself.")),
    }
    if ui.button("Begin it again").clicked() {
        (cx.ask)(Ask::Lesson(Some(name)));
    }
}
