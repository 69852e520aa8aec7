//! The timeline: the whole course of the run, where one looks, and the controls to move there.
//!
//! From the top: phases; ripples, failed ones red; the accuracy of the probes; marks of lesions, restorations, sets and
//! branches; a line that is bright where every step is kept and dim where frames were thinned.

mod bands;
mod mark;
mod scale;

use egui::{Pos2, Rect, Sense, Shape, Stroke, Ui, pos2, vec2};

use bands::{Bands, KEPT, PHASES, RIPPLES};
use mark::Mark;
use scale::Scale;

use super::looking::{Looking, Unit};
use super::theme::{color32, palette};
use crate::engine::{Base, BranchView, Command, Snapshot};
use crate::figure::Palette;
use crate::record::{Metric, PhaseRecord, metric};

/// What the timeline is to show and to move.
pub struct Timeline<'a> {
    /// The live end.
    pub live: &'a Snapshot,
    /// The moment that the panels show.
    pub shown: &'a Snapshot,
    /// All branches.
    pub runs: &'a [BranchView],
    /// Where one looks.
    pub looking: &'a mut Looking,
    /// How it is shown.
    pub view: &'a mut TimelineView,
}

/// How the timeline is shown.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct TimelineView {
    pub(super) base: Base,
    unit: Unit,
    /// The part that is shown, in steps; all where there is none.
    #[serde(skip)]
    part: Option<(f64, f64)>,
    /// Where a range began that is being marked.
    #[serde(skip)]
    marking: Option<u64>,
    #[serde(skip)]
    bands: Bands,
}

/// What was asked for on the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Nothing that concerns the run.
    Nothing,
    /// Run on from the step that is looked at, as a branch.
    RunOn,
    /// Live the run again from its start.
    Relive,
}

/// Heights of the rows, in points.
const PROBES: f32 = 22.0;
const MARKS: f32 = 12.0;
/// Room for the names of the rows.
const NAMES: f32 = 62.0;
/// Steps that are shown at least.
const NARROWEST: f64 = 20.0;
/// Marks of the protocol that are drawn.
const MOST_MARKS: usize = 1000;

impl<'a> Timeline<'a> {
    /// Draws it.
    pub fn ui(&mut self, ui: &mut Ui) -> Asked {
        let asked = self.controls(ui);
        self.strip(ui);
        asked
    }

    fn controls(&mut self, ui: &mut Ui) -> Asked {
        let mut asked = Asked::Nothing;
        ui.horizontal(|ui| {
            let (live, back) = (self.live, self.looking.at().is_some());
            let unit = self.view.unit;
            let first = ui
                .small_button("|<")
                .on_hover_text("To the first step that is kept (Home)");
            if first.clicked() {
                self.looking.look(0, live);
            }
            if ui
                .small_button("<")
                .on_hover_text("Back by what is chosen (Ctrl+Left: one step)")
                .clicked()
            {
                self.looking.step(unit, -1, live);
            }
            let playing = self.looking.playing();
            let text = if playing { "Stop" } else { "Play" };
            let play = ui.add_enabled(back, egui::Button::new(text).small());
            if play
                .on_hover_text("Play what is kept, at the chosen speed (Space)")
                .clicked()
            {
                self.looking.play(!playing);
            }
            if ui
                .add_enabled(back, egui::Button::new(">").small())
                .on_hover_text("On by what is chosen (Ctrl+Right: one step)")
                .clicked()
            {
                self.looking.step(unit, 1, live);
            }
            let end = ui.add_enabled(back, egui::Button::new("Live").small());
            if end.on_hover_text("To the live end (End)").clicked() {
                self.looking.live();
            }
            let on = ui.add_enabled(back, egui::Button::new("Run on from here").small());
            let hint =
                "Makes a branch that goes on from this step; the run as it is stays (Shift+Space)";
            if on.on_hover_text(hint).clicked() {
                asked = Asked::RunOn;
            }
            if live.kept.after(0).is_some_and(|first| first > 0) {
                let hint = "Nothing is kept of the time before this run was opened: runs it again from its start";
                if ui.small_button("Live it again").on_hover_text(hint).clicked() {
                    asked = Asked::Relive;
                }
            }
            if self.looking.range().is_some() && ui.small_button("No loop").clicked() {
                self.looking.repeat(None, live);
            }
            ui.separator();
            choice(ui, "by", &mut self.view.unit, &Unit::ALL);
            choice(ui, "in", &mut self.view.base, &Base::ALL);
            if self.view.part.is_some() && ui.small_button("Whole run").clicked() {
                self.view.part = None;
            }
            ui.separator();
            ui.add(egui::Label::new(self.told()).truncate());
        });
        asked
    }

    /// What is kept, and where one looks.
    fn told(&self) -> String {
        let (bytes, budget) = self.live.kept.bytes();
        let mb = |bytes: u64| bytes as f64 / f64::from(1 << 20);
        let steps = self.live.live_step + 1;
        let kept = format!(
            "{} of {steps} steps kept, {:.0} of {:.0} MiB",
            (self.live.kept.len() as u64).min(steps),
            mb(bytes),
            mb(budget)
        );
        match self.looking.at() {
            Some(_) => format!(
                "looking at step {} of {} · {kept}",
                self.shown.step, self.live.live_step
            ),
            None => kept,
        }
    }

    fn strip(&mut self, ui: &mut Ui) {
        let height = PHASES + RIPPLES + PROBES + MARKS + KEPT;
        let size = vec2(ui.available_width(), height);
        let (whole, _) = ui.allocate_exact_size(size, Sense::hover());
        let named = if size.x > 3.0 * NAMES { NAMES } else { 0.0 };
        let (names, rect) = whole.split_left_right_at_x(whole.left() + named);
        row_names(ui, names);
        let id = ui.scope_id().with("timeline");
        let response = ui.interact(rect, id, Sense::click_and_drag());
        let scale = self.scale(rect, palette(ui));
        let name = || {
            let mut info = egui::WidgetInfo::slider(true, self.shown.step as f64, "timeline");
            info.value = Some(self.shown.step as f64);
            info
        };
        response.widget_info(name);
        self.draw(ui, rect, &scale);
        self.move_by(ui, &response, &scale);
        if let Some(at) = response.hover_pos() {
            let text = self.hover(&scale, at.x);
            response.on_hover_text_at_pointer(text);
        }
    }

    fn scale(&self, rect: Rect, palette: Palette) -> Scale<'a> {
        let live = self.live;
        let whole = (0.0, (live.live_step as f64).max(1.0));
        let (from, to) = self.view.part.unwrap_or(whole);
        let mut scale = Scale {
            live,
            base: self.view.base,
            end: live.end(self.view.base),
            rect,
            from: 0.0,
            to: 1.0,
            palette,
        };
        scale.from = scale.counted(from);
        scale.to = scale.counted(to).max(scale.from + 1e-9);
        scale
    }

    fn move_by(&mut self, ui: &Ui, response: &egui::Response, scale: &Scale<'_>) {
        let (shift, scroll, pointer) = ui.input(|i| {
            let scroll = i.smooth_scroll_delta;
            (i.modifiers.shift, scroll, i.pointer.interact_pos())
        });
        let live = self.live;
        if let Some(at) = pointer.filter(|_| response.dragged() || response.clicked()) {
            let step = scale.step_at(at.x);
            if shift || self.view.marking.is_some() {
                let begun = *self.view.marking.get_or_insert(step);
                self.looking
                    .repeat(Some((begun.min(step), begun.max(step))), live);
            } else {
                self.looking.look(step, live);
                self.looking.play(false);
            }
        }
        if !response.dragged() {
            self.view.marking = None;
        }
        if let (Some(at), true) = (response.hover_pos(), scroll.y.abs() > 0.0) {
            let (from, to) = (
                scale.exactly_at(scale.rect.left()),
                scale.exactly_at(scale.rect.right()),
            );
            let (here, factor) = (scale.exactly_at(at.x), (-f64::from(scroll.y) / 200.0).exp());
            let whole = live.live_step as f64;
            let part = (
                (here - (here - from) * factor).max(0.0),
                (here + (to - here) * factor).min(whole),
            );
            let width = part.1 - part.0;
            if width >= whole {
                self.view.part = None;
            } else if width >= NARROWEST {
                self.view.part = Some(part);
            }
        }
        if response.double_clicked() {
            self.view.part = None;
        }
    }

    fn hover(&self, scale: &Scale<'_>, x: f32) -> String {
        let step = scale.step_at(x);
        let mut lines = vec![match self.live.course.phase_at(step) {
            Some((_, began)) => format!(
                "step {step}, {}, episode {}, update {}",
                began.phase, began.episode, began.updates
            ),
            None => format!("step {step}"),
        }];
        for (at, mark, _) in self.marks() {
            if (scale.x(at as f64) - x).abs() < 5.0 {
                lines.push(format!("{mark}, step {at}"));
            }
        }
        lines.push("click or drag to look, Shift+drag to loop, scroll to zoom".into());
        lines.join("\n")
    }

    /// Step, words and kind of everything that was done.
    fn marks(&self) -> Vec<(u64, String, Mark)> {
        let mut marks: Vec<(u64, String, Mark)> = Vec::new();
        for journalled in &self.live.journal {
            let mark = match &journalled.command {
                Command::Lesion { .. } => Mark::Cross,
                Command::Restore { .. } => Mark::Ring,
                Command::Set { .. } | Command::Extend { .. } => Mark::Diamond,
            };
            marks.push((journalled.step, journalled.command.describe(), mark));
        }
        let here = self.runs.iter().find(|run| run.active).map(|run| run.id);
        for run in self.runs {
            if let Some((origin, step)) = run.origin {
                let text = if run.active {
                    "this branch begins".to_string()
                } else if Some(origin) == here {
                    format!("branch {} begins", run.name)
                } else {
                    continue;
                };
                marks.push((step, text, Mark::Fork));
            }
        }
        let of_protocol = |name: &str| match name {
            "Lesion" => Some(Mark::Cross),
            "Restore" => Some(Mark::Ring),
            "Switch" => Some(Mark::Diamond),
            _ => None,
        };
        let course = &self.live.course;
        if course
            .names()
            .iter()
            .any(|name| of_protocol(name.as_str()).is_some())
        {
            let these = course
                .phases()
                .iter()
                .filter_map(|p| Some((p, of_protocol(p.phase.as_str())?)));
            let told = |p: &PhaseRecord| format!("{} of the protocol", p.phase);
            marks.extend(
                these
                    .take(MOST_MARKS)
                    .map(|(p, mark)| (p.step, told(p), mark)),
            );
        }
        marks
    }

    fn draw(&mut self, ui: &Ui, rect: Rect, scale: &Scale<'_>) {
        let painter = ui.painter().with_clip_rect(rect);
        painter.rect_filled(rect, 2.0, ui.visuals().extreme_bg_color);
        let top = rect.top() + PHASES + RIPPLES;
        let probes = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), PROBES));
        let kept = probes.bottom() + MARKS;
        let now = ui.input(|i| i.time);
        let (part, bands) = (self.view.part, &mut self.view.bands);
        painter.add(Shape::mesh(bands.mesh(scale, part, kept, now)));
        self.probes(&painter, scale, probes);
        for (step, _, mark) in self.marks() {
            let at = pos2(scale.x(step as f64), probes.bottom() + MARKS / 2.0);
            mark.draw(&painter, at, scale.palette);
        }
        if let Some((from, to)) = self.looking.range() {
            let range =
                Rect::from_x_y_ranges(scale.x(from as f64)..=scale.x(to as f64), rect.y_range());
            painter.rect_filled(
                range,
                0.0,
                ui.visuals().selection.bg_fill.gamma_multiply(0.35),
            );
        }
        let here = scale
            .x(self.shown.step as f64)
            .clamp(rect.left() + 1.0, rect.right() - 1.0);
        let cursor = Stroke::new(2.0, ui.visuals().strong_text_color());
        painter.line_segment([pos2(here, rect.top()), pos2(here, rect.bottom())], cursor);
    }

    /// The accuracy of the probes, or else while awake, over the whole run.
    fn probes(&self, painter: &egui::Painter, scale: &Scale<'_>, rect: Rect) {
        let of = |declared| self.live.points(&Metric::new(declared));
        let found = [of(&metric::PROBE_ACCURACY), of(&metric::ACCURACY)];
        let points = found
            .into_iter()
            .find(|p| !p.is_empty())
            .unwrap_or_default();
        let line: Vec<Pos2> = points
            .iter()
            .filter(|p| p[1].is_finite())
            .map(|p| {
                let step = self.live.course.step_at(p[0] as u64);
                let y = rect.bottom() - p[1].clamp(0.0, 1.0) as f32 * rect.height();
                pos2(scale.x(step as f64), y)
            })
            .collect();
        let color = color32(scale.palette.tested);
        if let [only] = line[..] {
            painter.circle_filled(only, 2.5, color);
        }
        painter.add(Shape::line(line, Stroke::new(1.5, color)));
    }
}

/// What each row is.
fn row_names(ui: &mut Ui, rect: Rect) {
    if rect.width() < NAMES {
        return;
    }
    let color = ui.visuals().weak_text_color();
    let font = egui::TextStyle::Small.resolve(ui.style());
    let accuracy = PHASES + RIPPLES + PROBES / 2.0;
    for (name, y) in [
        ("phases", PHASES / 2.0),
        ("accuracy", accuracy),
        ("done", PHASES + RIPPLES + PROBES + MARKS / 2.0),
    ] {
        let at = pos2(rect.left(), rect.top() + y);
        let align = egui::Align2::LEFT_CENTER;
        ui.painter().text(at, align, name, font.clone(), color);
    }
    let hint = "Phases: teal is awake, orange asleep, blue tested, grey measured. Below them a tick a ripple, red where it failed. \
         Accuracy of the probes, else while awake, from 0 to 1. What was done: a cross is a lesion, a ring its end, a diamond \
         another parameter or task, a fork a branch.";
    ui.interact(
        rect,
        ui.scope_id().with("rows of the timeline"),
        Sense::hover(),
    )
    .on_hover_text(hint);
}

/// A choice of a few, with what it is for before it.
fn choice<T: Copy + PartialEq>(ui: &mut Ui, what: &str, value: &mut T, all: &[(T, &str)]) {
    let chosen = all
        .iter()
        .find(|(v, _)| v == value)
        .map_or("", |(_, name)| name);
    let label = ui.label(what).id;
    let shown = egui::ComboBox::from_id_salt(("timeline", what))
        .selected_text(chosen)
        .width(74.0)
        .show_ui(ui, |ui| {
            for (choice, name) in all {
                ui.selectable_value(value, *choice, *name);
            }
        });
    shown.response.labelled_by(label);
}
