//! A plot in the window: one cursor through all plots over time, a range by dragging, axes that may be logarithmic, figures.

use egui::{Rect, Response, Sense, Ui, UiBuilder, pos2, vec2};

use super::inspecting::Topic;
use super::panels::{Ask, PanelContext, save_figure};
use super::sheet::Sheet;
use super::theme::palette;
use crate::figure::plot::{Laid, Moment, Plot, tabled};

/// Points off the pointer that a point of a curve may be to be told, and to be looked into.
const NEAR: [f32; 2] = [24.0, 8.0];
/// Points that are dragged over at least to choose a range.
const RANGE: f32 = 6.0;
/// Lowest plot.
const LOWEST: f32 = 36.0;

/// How a plot is looked at.
#[derive(Clone, Debug, Default, PartialEq)]
struct View {
    /// In which run that was chosen.
    run: u64,
    /// The range along, where it does not follow the run.
    range: Option<[f64; 2]>,
    /// Whether the axes are logarithmic, where that was chosen.
    log: [Option<bool>; 2],
}

/// Where the pointer is along all plots that have the same axis, and in which frame that was.
#[derive(Clone, Debug, Default)]
struct Cursor {
    x: f64,
    frame: u64,
}

/// What came of showing a plot.
pub struct Shown {
    /// As it was drawn, its left upper corner at that of the response.
    pub laid: Laid,
    /// What was done with it.
    pub response: Response,
    /// The pointer in the drawing, where it is over the plot.
    pub pointer: Option<[f32; 2]>,
}

/// Shows a plot so wide as there is room, and so high. `name` is unique in the window.
pub fn chart(cx: &PanelContext<'_>, ui: &mut Ui, name: &str, height: f32, mut plot: Plot) -> Shown {
    let id = egui::Id::unique(("chart", name));
    let mut view: View = ui.data(|data| data.get_temp(id)).unwrap_or_default();
    if view.run != cx.snapshot.run {
        view = View {
            run: cx.snapshot.run,
            ..View::default()
        };
    }
    let before = view.clone();
    plot.x.view = view.range.or(plot.x.view);
    plot.x.log = view.log[0].unwrap_or(plot.x.log);
    plot.y.log = view.log[1].unwrap_or(plot.y.log);

    let size = vec2(ui.available_width().max(80.0), height.max(LOWEST));
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let called = if plot.y.name.is_empty() {
        name.to_string()
    } else {
        plot.y.name.clone()
    };
    let told = format!("plot of {called}");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &told));
    linked(&mut plot, ui);
    let laid = plot.lay([size.x, size.y], palette(ui));
    if plot.curves.iter().all(|curve| curve.points.is_empty()) {
        // Axes of nothing would tell something.
        let (font, color) = (
            egui::TextStyle::Body.resolve(ui.style()),
            ui.visuals().weak_text_color(),
        );
        let text = format!("{} nothing yet", plot.y.name);
        let at = rect.left_center() + vec2(8.0, 0.0);
        ui.painter()
            .text(at, egui::Align2::LEFT_CENTER, text.trim(), font, color);
    } else {
        Sheet::default().paint(ui, rect.min, &laid.drawing);
    }
    let pointer = response
        .hover_pos()
        .map(|at| [at.x - rect.left(), at.y - rect.top()]);
    if let Some(at) = pointer.filter(|at| laid.frame.holds(*at)) {
        point_at(cx, ui, &plot, &laid, &response, at);
    }
    ranged(ui, &mut view, &laid, &response, rect);
    if plot.lane.is_none() && rect.width() > 160.0 {
        let corner = Rect::from_min_size(pos2(rect.left(), rect.top() - 3.0), vec2(size.x, 18.0));
        let builder = UiBuilder::new()
            .max_rect(corner)
            .layout(egui::Layout::right_to_left(egui::Align::Center));
        let mut corner = ui.new_child(builder);
        menu(cx, &mut corner, &called, &plot, &laid, &mut view);
    }
    if view != before {
        ui.data_mut(|data| data.insert_temp(id, view));
    }
    Shown {
        laid,
        response,
        pointer,
    }
}

fn cursor_id() -> egui::Id {
    egui::Id::unique("cursor of all plots")
}

/// Whether a plot is one over time: others have other axes.
fn over_time(plot: &Plot) -> bool {
    plot.curves.iter().any(|curve| !curve.times.is_empty())
}

/// The cursor of another plot, where this one has the same axis.
fn linked(plot: &mut Plot, ui: &Ui) {
    let cursor: Option<Cursor> = ui.data(|data| data.get_temp(cursor_id()));
    let now = ui.ctx().cumulative_frame_nr();
    if let Some(cursor) = cursor.filter(|c| over_time(plot) && c.frame + 1 >= now) {
        plot.moments.push(Moment {
            name: String::new(),
            x: cursor.x,
            color: palette(ui).caption,
            strong: true,
        });
    }
}

/// What is under the pointer is told; a click looks into it.
fn point_at(
    cx: &PanelContext<'_>,
    ui: &Ui,
    plot: &Plot,
    laid: &Laid,
    response: &Response,
    at: [f32; 2],
) {
    let x = laid.x.value(at[0]);
    if over_time(plot) {
        let frame = ui.ctx().cumulative_frame_nr();
        let before: Option<Cursor> = ui.data(|data| data.get_temp(cursor_id()));
        ui.data_mut(|data| data.insert_temp(cursor_id(), Cursor { x, frame }));
        // Plots above this one were drawn already.
        if before.is_none_or(|before| before.x != x) {
            ui.ctx().request_repaint();
        }
    }
    let mut told: Vec<String> = Vec::new();
    let near = laid.nearest(plot, at);
    if let Some((c, i, off)) = near.filter(|(_, _, off)| *off < NEAR[0]) {
        let (curve, point) = (&plot.curves[c], plot.curves[c].points[i]);
        let [x_name, y_name] = [&plot.x.name, &plot.y.name];
        told.push(
            format!("{} {y_name} {:.4}", curve.name, point[1])
                .trim()
                .into(),
        );
        told.push(
            format!("at {:.6} {x_name}", (point[0] * 1e4).round() / 1e4)
                .trim_end()
                .into(),
        );
        if response.clicked()
            && off < NEAR[1]
            && let Some(time) = curve.times.get(i)
        {
            (cx.ask)(Ask::Inspect(Topic::Point {
                name: curve.name.clone(),
                time: *time,
                value: point[1],
            }));
        }
    }
    let close = |m: &&Moment| laid.x.place(m.x).is_some_and(|x| (x - at[0]).abs() < 4.0);
    let moments = plot
        .moments
        .iter()
        .filter(|m| !m.name.is_empty())
        .filter(close);
    told.extend(moments.map(|m| m.name.clone()));
    let under = plot.stretches.iter().filter(|s| s.from <= x && x <= s.to);
    told.extend(under.map(|s| s.name.clone()));
    if !told.is_empty() {
        response.clone().on_hover_text_at_pointer(told.join("\n"));
    }
}

/// A range that is dragged over is shown alone; a double click follows the run again.
fn ranged(ui: &Ui, view: &mut View, laid: &Laid, response: &Response, rect: Rect) {
    let id = response.id.with("dragged from");
    if response.double_clicked() {
        view.range = None;
    }
    let pointer = response.interact_pointer_pos();
    let here = pointer.map(|at| (at.x - rect.left()).clamp(laid.frame.x, laid.frame.right()));
    if response.drag_started()
        && let Some(here) = here
    {
        ui.data_mut(|data| data.insert_temp(id, here));
    }
    let from: Option<f32> = ui.data(|data| data.get_temp(id));
    let (Some(from), Some(here)) = (from, here) else {
        return;
    };
    let wide = (here - from).abs();
    if response.dragged() && wide > RANGE {
        let chosen = Rect::from_x_y_ranges(
            rect.left() + from.min(here)..=rect.left() + from.max(here),
            rect.top() + laid.frame.y..=rect.top() + laid.frame.bottom(),
        );
        let color = ui.visuals().selection.bg_fill.gamma_multiply(0.35);
        ui.painter().rect_filled(chosen, 0.0, color);
    }
    if response.drag_stopped() {
        if wide > RANGE {
            let (low, high) = (from.min(here), from.max(here));
            view.range = Some([laid.x.value(low), laid.x.value(high)]);
        }
        ui.data_mut(|data| data.remove_temp::<f32>(id));
    }
}

/// What can be done with a plot: its range, its axes, figures of it.
fn menu(
    cx: &PanelContext<'_>,
    ui: &mut Ui,
    called: &str,
    plot: &Plot,
    laid: &Laid,
    view: &mut View,
) {
    let name = |response: &Response, what: &str| {
        let told = format!("{what}: {called}");
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &told));
    };
    let shown = ui.menu_button("Plot", |ui| {
        let whole = {
            let mut whole = plot.clone();
            whole.x.view = None;
            whole.lay(laid.drawing.size, palette(ui)).x
        };
        let end = whole.value(whole.places[1]);
        ui.horizontal(|ui| {
            ui.label("show");
            if ui.selectable_label(view.range.is_none(), "all").clicked() {
                view.range = None;
            }
            for (words, part) in [("last half", 0.5), ("last tenth", 0.1)] {
                if ui.selectable_label(false, words).clicked() {
                    let [first, last] = whole.places;
                    let from = whole.value(last - part * (last - first));
                    view.range = Some([from, end]);
                }
            }
        });
        for (axis, log, words) in [
            (0, plot.x.log, "log axis along"),
            (1, plot.y.log, "log axis up"),
        ] {
            let mut log = log;
            if ui.checkbox(&mut log, words).changed() {
                view.log[axis] = Some(log);
            }
        }
        ui.separator();
        let plots = [plot.clone()];
        save_figure(
            cx,
            ui,
            called.split([' ', '/']).next().unwrap_or(called),
            |width, palette| plots[0].lay([width, 0.6 * width], palette).drawing,
            Some(&|| tabled(&plots)),
        );
    });
    name(&shown.response, "Plot");
    if view.range.is_some() {
        let follow = ui.small_button("Follow");
        name(&follow, "Follow");
        let follow = follow.on_hover_text("Show all again, and what comes (double click)");
        if follow.clicked() {
            view.range = None;
        }
    }
}
