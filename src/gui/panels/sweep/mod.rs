//! Sweep: one or two parameters and several seeds, run in the background; a curve with its spread, or a heat map, that fills in.

mod drawn;
mod table;

use std::sync::Arc;

use egui::{RichText, ScrollArea, Ui};

use super::{Ask, Panel, PanelContext};
use crate::engine::{Axis, Cell, Grid, Scenario, Standing, Sweeping, is_text};
use crate::gui::heatmap::Heatmap;
use crate::record::{Metric, metric};
use crate::registry::values;

/// The sweep panel.
#[derive(Default)]
pub struct Sweep {
    form: Form,
    /// Why it could not begin.
    problem: Option<String>,
    running: Option<Running>,
}

/// What is typed: paths and values of two axes, and how many seeds.
struct Form {
    axes: [(String, String); 2],
    seeds: u64,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            axes: Default::default(),
            seeds: 3,
        }
    }
}

/// A sweep with what is shown of it.
struct Running {
    sweeping: Sweeping,
    /// What the runs end with that is shown.
    metric: Option<Metric>,
    standing: Vec<Standing>,
    of: usize,
    /// How many cells stood as they do in the table that was copied.
    copied: usize,
    map: Heatmap,
}

/// Seeds at most.
const MOST_SEEDS: u64 = 100;
/// Paths that are offered at once.
const OFFERED: usize = 12;

impl Panel for Sweep {
    fn title(&self) -> &'static str {
        "Sweep"
    }

    fn help(&self) -> &'static str {
        "Runs the scenario at hand from its start with every value of one or two parameters and several seeds, in the background, \
         on all cores but one. Values are a list (0.1, 0.5) or a range (1..5, 0.1..0.9 by 0.2). What the runs end with is \
         drawn as it comes: median and quartiles over the seeds, or a heat map; click a cell to open it as a run."
    }

    fn unsaved(&self) -> Option<String> {
        let running = self.running.as_ref()?;
        let standing = running.sweeping.standing();
        let done = done(&standing);
        (done != running.copied || !running.sweeping.is_over()).then(|| {
            let all = standing.len();
            format!("A sweep, {done} of {all} runs done: “Copy table” keeps what they ended with.")
        })
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        let Some(now) = &cx.snapshot.now else {
            ui.label("no scenario is loaded");
            return;
        };
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            self.form(now, ui);
            if let Some(problem) = &self.problem {
                ui.colored_label(ui.visuals().error_fg_color, problem);
            }
            match &mut self.running {
                Some(running) => running.ui(cx, ui),
                None => {
                    ui.label("Name a parameter and its values, and begin.");
                }
            }
        });
    }
}

impl Sweep {
    fn form(&mut self, now: &Arc<Scenario>, ui: &mut Ui) {
        for (i, (path, text)) in self.form.axes.iter_mut().enumerate() {
            ui.horizontal_wrapped(|ui| {
                let label = ui.label(format!("parameter {}", i + 1));
                let edit = egui::TextEdit::singleline(path)
                    .desired_width(220.0)
                    .hint_text(["cortex.optimizer.rate", "or none"][i]);
                let edit = ui.add(edit).labelled_by(label.id);
                offer(&edit, path, text, now);
            });
            ui.horizontal_wrapped(|ui| {
                let label = ui.label("values");
                let values = egui::TextEdit::singleline(text).desired_width(180.0);
                ui.add(values).labelled_by(label.id);
            });
        }
        ui.horizontal_wrapped(|ui| {
            let label = ui.label("seeds");
            let seeds = egui::DragValue::new(&mut self.form.seeds).range(1..=MOST_SEEDS);
            ui.add(seeds).labelled_by(label.id);
            let runs = self.running.as_ref().filter(|r| !r.sweeping.is_over());
            if let Some(running) = runs {
                if ui.button("Stop the sweep").clicked() {
                    running.sweeping.stop();
                }
            } else if ui.button("Begin the sweep").clicked() {
                self.begin(now, ui.ctx());
            }
        });
    }

    fn begin(&mut self, now: &Scenario, ctx: &egui::Context) {
        let named = self
            .form
            .axes
            .iter()
            .filter(|(path, _)| !path.trim().is_empty());
        let axes: Result<Vec<Axis>, String> = named
            .map(|(path, text)| Axis::new(path, text).map_err(|why| format!("{path}: {why}")))
            .collect();
        let first = now.setup.seed;
        let begun = axes.and_then(|axes| {
            let seeds = (first..).take(self.form.seeds.clamp(1, MOST_SEEDS) as usize);
            let grid = Grid {
                axes,
                seeds: seeds.collect(),
            };
            let wake = ctx.clone();
            Sweeping::begin(now, grid, move || wake.request_repaint())
        });
        match begun {
            Ok(sweeping) => {
                self.problem = None;
                self.running = Some(Running {
                    standing: sweeping.standing(),
                    sweeping,
                    metric: None,
                    of: usize::MAX,
                    copied: 0,
                    map: Heatmap::default(),
                });
            }
            Err(why) => self.problem = Some(why),
        }
    }
}

/// Runs that have ended as they should.
fn done(standing: &[Standing]) -> usize {
    let ended = standing.iter().filter(|s| matches!(s, Standing::Done(_)));
    ended.count()
}

/// Offers the paths that have what is typed in them.
fn offer(edit: &egui::Response, path: &mut String, text: &mut String, now: &Arc<Scenario>) {
    let popup =
        egui::Popup::from_response(edit).close_behavior(egui::PopupCloseBehavior::IgnoreClicks);
    let shown = popup.open(edit.has_focus() && !path.is_empty()).show(|ui| {
        let wanted = path.to_lowercase();
        let all = values(&**now).into_iter();
        let fits = all.filter(|(p, at)| {
            p.to_lowercase().contains(&wanted) && !is_text(p) && p != "seed" && at.value.len() < 60
        });
        let mut chosen = None;
        for (found, at) in fits.take(OFFERED) {
            let entry = egui::Button::selectable(false, &found)
                .right_text(RichText::new(&at.value).weak())
                .truncate();
            if ui
                .add(entry)
                .on_hover_text(at.field.kind.describe())
                .clicked()
            {
                chosen = Some((found, at.value));
            }
        }
        chosen
    });
    // A name that is there in full is not offered again.
    if let Some((found, value)) = shown.and_then(|shown| shown.inner) {
        *path = found;
        if text.is_empty() {
            *text = value;
        }
        edit.surrender_focus();
    }
}

impl Running {
    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        let news = self.sweeping.news();
        let over = self.sweeping.is_over();
        if news != self.of || !over {
            self.of = news;
            self.standing = self.sweeping.standing();
        }
        self.bar(over, ui);
        let known = table::metrics(&self.standing);
        let usual = [&metric::PROBE_ACCURACY, &metric::PROBE_LOSS, &metric::LOSS];
        if self.metric.is_none() {
            let usual = usual.map(Metric::new).into_iter();
            let found = usual
                .chain(known.iter().cloned())
                .find(|m| known.contains(m));
            self.metric = found;
        }
        let Some(metric) = self.metric.clone() else {
            ui.label("nothing has ended yet");
            self.progress(ui);
            return;
        };
        ui.horizontal_wrapped(|ui| {
            let label = ui.label("shown");
            egui::ComboBox::from_id_salt("sweep metric")
                .selected_text(metric.name())
                .width(220.0)
                .show_ui(ui, |ui| {
                    for other in &known {
                        let is = *other == metric;
                        if ui.selectable_label(is, other.name()).clicked() {
                            self.metric = Some(other.clone());
                        }
                    }
                })
                .response
                .labelled_by(label.id);
            if ui
                .button("Copy table")
                .on_hover_text("Every cell with all that it ended with, as CSV")
                .clicked()
            {
                self.copied = done(&self.standing);
                let table = table::csv(&self.sweeping, &self.standing);
                ui.ctx().copy_text(table);
            }
        });
        self.progress(ui);
        let places = table::places(&self.sweeping, &self.standing, &metric);
        let grid = self.sweeping.grid();
        let opened = match grid.axes.as_slice() {
            [_, _] => drawn::map(cx, ui, &mut self.map, grid, &places, &metric.name()),
            _ => drawn::band(cx, ui, grid, &places, &metric.name()),
        };
        if let Some(at) = opened {
            self.open(cx, &at);
        }
        self.cells(cx, ui);
    }

    /// How far it is.
    fn bar(&self, over: bool, ui: &mut Ui) {
        let all = self.standing.len();
        let count = |of: fn(&Standing) -> bool| self.standing.iter().filter(|s| of(s)).count();
        let done = done(&self.standing);
        let failed = count(|s| matches!(s, Standing::Failed(_)));
        let parts = self.standing.iter().map(|s| match s {
            Standing::Waiting => 0.0,
            Standing::Running(part) => *part,
            Standing::Done(_) | Standing::Failed(_) => 1.0,
        });
        let part = parts.sum::<f64>() / all.max(1) as f64;
        ui.horizontal_wrapped(|ui| {
            ui.add(
                egui::ProgressBar::new(part as f32)
                    .desired_width(140.0)
                    .show_percentage(),
            );
            let state = if over { "ended" } else { "running" };
            ui.label(format!("{state}: {done} of {all} runs done"));
            if failed > 0 {
                ui.colored_label(ui.visuals().error_fg_color, format!("{failed} failed"));
            }
        });
    }

    /// While something runs the window looks again.
    fn progress(&self, ui: &Ui) {
        if !self.sweeping.is_over() {
            ui.ctx()
                .request_repaint_after(std::time::Duration::from_millis(250));
        }
    }

    /// Opens a place with its first seed as a run.
    fn open(&self, cx: &PanelContext<'_>, at: &[usize]) {
        let found = self.sweeping.cells().iter().find(|cell| cell.at == at);
        if let Some(cell) = found {
            self.open_cell(cx, cell);
        }
    }

    fn open_cell(&self, cx: &PanelContext<'_>, cell: &Cell) {
        if let Ok(scenario) = self.sweeping.scenario(cell) {
            (cx.ask)(Ask::Begin(Box::new(scenario), self.called(cell)));
        }
    }

    fn called(&self, cell: &Cell) -> String {
        let changes = self.sweeping.grid().changes(cell).into_iter();
        let mut told: Vec<String> = changes
            .map(|(path, value)| format!("{}={value}", path.rsplit('.').next().unwrap_or(path)))
            .collect();
        told.push(format!("seed {}", cell.seed));
        told.join(", ")
    }

    /// Every run, to be opened.
    fn cells(&self, cx: &PanelContext<'_>, ui: &mut Ui) {
        egui::CollapsingHeader::new("Runs").show(ui, |ui| {
            let row = ui.spacing().interact_size.y;
            let cells = self.sweeping.cells();
            let list = ScrollArea::vertical().max_height(220.0).auto_shrink(false);
            list.show_rows(ui, row, cells.len(), |ui, rows| {
                for i in rows {
                    let (cell, standing) = (&cells[i], &self.standing[i]);
                    ui.horizontal(|ui| {
                        let open = ui.button("Open").on_hover_text("As a run, from its start");
                        if open.clicked() {
                            self.open_cell(cx, cell);
                        }
                        ui.label(self.called(cell));
                        let error = ui.visuals().error_fg_color;
                        match standing {
                            Standing::Waiting => ui.label("waits"),
                            Standing::Running(part) => ui.label(format!("{:.0} %", part * 100.0)),
                            Standing::Failed(why) => ui.colored_label(error, why),
                            Standing::Done(values) => {
                                let value = self.metric.as_ref().and_then(|m| values.get(m));
                                ui.label(value.map_or("-".into(), |v| format!("{v:.4}")))
                            }
                        };
                    });
                }
            });
        });
    }
}
