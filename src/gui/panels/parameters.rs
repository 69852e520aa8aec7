//! Parameters: every declared parameter of the scenario, to be seen and changed. What is live changes the run; anything else
//! begins a new one.

use std::sync::Arc;

use egui::{CollapsingHeader, RichText, ScrollArea, Ui};

use super::{Ask, Panel, PanelContext};
use crate::engine::{Command, Scenario, given, is_text, sound};
use crate::gui::Wish;
use crate::gui::control::{Control, control};
use crate::gui::theme::{color32, palette};
use crate::registry::{At, each, values};

/// The parameters panel.
#[derive(Default)]
pub struct Parameters {
    run: u64,
    /// A new run that is being put together: its scenario, and what was changed for it.
    draft: Option<(Scenario, Vec<String>)>,
    /// The value that is being typed or dragged, by its path.
    editing: Option<(String, String)>,
    filter: String,
    /// Why the latest value did not do.
    problem: Option<String>,
    /// What is shown, and what it was made from.
    shown: Vec<Row>,
    of: Option<Arc<Scenario>>,
}

/// A parameter as it is shown.
struct Row {
    path: String,
    at: At,
    /// What the file says, where that differs.
    file: Option<String>,
}

/// Where it is noted that a new run shall be put together.
fn wanted() -> egui::Id {
    egui::Id::unique("a run to be duplicated")
}

/// A new run shall be put together from the parameters of this one, which is at hand.
pub fn duplicate(ctx: &egui::Context, run: u64) {
    ctx.data_mut(|data| data.insert_temp(wanted(), run));
}

impl Panel for Parameters {
    fn title(&self) -> &'static str {
        "Parameters"
    }

    fn help(&self) -> &'static str {
        "Every parameter of the scenario, grouped as in the file; hover a name for what it means. Those that are live change at \
         the next step, are written into the journal and marked on the timeline, and Ctrl+Z takes them back; in the past they \
         make a branch. Those with a lock say what the run is made of: changing them puts a new run together. A dot marks \
         what is no longer as the file has it."
    }

    fn aside(&self) -> bool {
        true
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        let (Some(began), Some(now)) = (&cx.snapshot.began, &cx.snapshot.now) else {
            ui.label("no scenario is loaded");
            return;
        };
        if self.run != cx.snapshot.run {
            *self = Self {
                run: cx.snapshot.run,
                ..Self::default()
            };
        }
        let wanted: Option<u64> = ui.data_mut(|data| data.remove_temp(wanted()));
        if wanted == Some(cx.snapshot.run) && self.draft.is_none() {
            self.draft = Some((Scenario::clone(now), Vec::new()));
            self.shown.clear();
        }
        self.bar(cx, now, ui);
        if let Some(problem) = &self.problem {
            ui.colored_label(ui.visuals().error_fg_color, problem);
        }
        self.renew(began, now);
        let wanted = self.filter.to_lowercase();
        let mut changed = None;
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let rows = std::mem::take(&mut self.shown);
            let mut groups: Vec<(&str, Vec<&Row>)> = Vec::new();
            for row in &rows {
                let group = row.path.split('.').next().unwrap_or_default();
                match groups.last_mut() {
                    Some((name, of)) if *name == group => of.push(row),
                    _ => groups.push((group, vec![row])),
                }
            }
            for (name, rows) in groups {
                let fits = |row: &&&Row| row.path.to_lowercase().contains(&wanted);
                let found: Vec<_> = rows.iter().filter(fits).collect();
                if found.is_empty() {
                    continue;
                }
                let open = name != "protocol" || !wanted.is_empty();
                CollapsingHeader::new(RichText::new(name).strong())
                    .default_open(open)
                    .show(ui, |ui| {
                        for row in found {
                            if let Some(value) = self.row(row, ui) {
                                changed = Some((row.path.clone(), value, row.at.live));
                            }
                        }
                    });
            }
            self.shown = rows;
        });
        if let Some((path, value, live)) = changed {
            self.change(cx, now, path, value, live);
        }
    }
}

impl Parameters {
    /// What is shown follows the run, or the new one that is being put together.
    fn renew(&mut self, began: &Arc<Scenario>, now: &Arc<Scenario>) {
        let fresh = self.of.as_ref().is_some_and(|of| Arc::ptr_eq(of, now));
        if fresh && !self.shown.is_empty() {
            return;
        }
        self.of = Some(now.clone());
        let of = self.draft.as_ref().map_or(&**now, |(draft, _)| draft);
        let file = values(&**began);
        self.shown.clear();
        each(of, &mut |path, at| {
            if !is_text(path) {
                let file = file.get(path).map(|at| at.value.clone());
                self.shown.push(Row {
                    path: path.into(),
                    file: Some(file.unwrap_or("nothing".into())).filter(|was| *was != at.value),
                    at,
                });
            }
        });
    }

    fn bar(&mut self, cx: &PanelContext<'_>, now: &Arc<Scenario>, ui: &mut Ui) {
        ui.horizontal_wrapped(|ui| {
            let label = ui.label("find");
            let edit = egui::TextEdit::singleline(&mut self.filter).desired_width(110.0);
            ui.add(edit).labelled_by(label.id);
            let Some((draft, changes)) = self.draft.clone() else {
                let hint = "Puts a new run together from these parameters";
                if ui
                    .button("Duplicate and change…")
                    .on_hover_text(hint)
                    .clicked()
                {
                    self.draft = Some((Scenario::clone(now), Vec::new()));
                    self.shown.clear();
                }
                return;
            };
            ui.label(match changes.len() {
                0 => "a new run with these parameters:".to_string(),
                1 => format!("a new run with {}:", changes[0]),
                n => format!("a new run with {n} changes:"),
            })
            .on_hover_text(changes.join("\n"));
            if ui.button("Begin it").clicked() {
                match sound(draft) {
                    Ok(scenario) => {
                        let name = changes.join(", ");
                        (cx.ask)(Ask::Wish(Wish::Add(Box::new(scenario), name)));
                        self.leave_draft();
                    }
                    Err(problem) => self.problem = Some(problem),
                }
            }
            if ui.button("Discard").clicked() {
                self.leave_draft();
            }
        });
    }

    fn leave_draft(&mut self) {
        self.draft = None;
        self.problem = None;
        self.shown.clear();
    }

    /// A parameter; its new value where there is one.
    fn row(&mut self, row: &Row, ui: &mut Ui) -> Option<String> {
        let depth = row.path.matches('.').count();
        let name = row.path.rsplit('.').next().unwrap_or_default();
        let mut value = None;
        ui.horizontal(|ui| {
            ui.add_space(10.0 * depth.saturating_sub(1) as f32);
            let drafted = self.draft.is_some();
            let label = ui.label(name).on_hover_ui(|ui| told(row, ui));
            if let Some(file) = &row.file {
                ui.colored_label(color32(palette(ui).tested), "•")
                    .on_hover_text(format!("the file has {file}"));
            }
            let editing = self.editing.as_ref().filter(|(path, _)| *path == row.path);
            let typed = editing.map(|(_, text)| text.clone());
            match control(ui, &row.at, &row.path, label.id, typed.as_deref()) {
                Control::Same => {}
                Control::Editing(text) => self.editing = Some((row.path.clone(), text)),
                Control::Left => self.editing = None,
                Control::Changed(text) => {
                    self.editing = None;
                    value = Some(text);
                }
            }
            if !row.at.field.unit.is_empty() {
                ui.label(row.at.field.unit);
            }
            if !row.at.live && !drafted {
                ui.label("🔒")
                    .on_hover_text("applies from step 0: a change makes a new run");
            }
        });
        value
    }

    /// What is live changes the run, unless a new one is being put together.
    fn change(
        &mut self,
        cx: &PanelContext<'_>,
        now: &Arc<Scenario>,
        path: String,
        value: String,
        live: bool,
    ) {
        self.problem = None;
        self.shown.clear();
        if live && self.draft.is_none() {
            match given(now, &path, &value).and_then(|(next, _)| sound(next)) {
                Ok(_) => (cx.ask)(Ask::Change(Command::Set { path, value })),
                Err(problem) => self.problem = Some(problem),
            }
            return;
        }
        let (draft, mut changes) = self
            .draft
            .take()
            .unwrap_or_else(|| (Scenario::clone(now), Vec::new()));
        match given(&draft, &path, &value) {
            Ok((next, _)) => {
                changes.retain(|change| !change.starts_with(&format!("{path}=")));
                changes.push(format!("{path}={value}"));
                self.draft = Some((next, changes));
            }
            Err(problem) => {
                self.problem = Some(problem);
                self.draft = (!changes.is_empty()).then_some((draft, changes));
            }
        }
    }
}

/// What is known of a parameter.
fn told(row: &Row, ui: &mut Ui) {
    let field = &row.at.field;
    ui.set_max_width(360.0);
    ui.label(RichText::new(&row.path).strong());
    if !field.doc.trim().is_empty() {
        ui.label(field.doc.trim());
    }
    ui.label(field.kind.describe());
    if let Some(default) = &field.default {
        ui.label(format!("default {default}"));
    }
    ui.label(if row.at.live {
        "changes at the next step"
    } else {
        "applies from step 0: a change makes a new run"
    });
}
