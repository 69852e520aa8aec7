//! A sweep as a picture: a band over one parameter, a heat map over two.

use egui::{Align2, FontId, Rect, Sense, Stroke, Ui, pos2, vec2};

use super::super::PanelContext;
use super::table::Place;
use crate::engine::Grid;
use crate::figure::plot::{Axis, Curve, Drawn, Plot};
use crate::gui::chart::chart;
use crate::gui::theme::{Map, color32, palette};

/// Height of a picture in points.
const HEIGHT: f32 = 240.0;
/// Points off the pointer that a place may be to be meant.
const NEAR: f32 = 14.0;

/// Where values lie along an axis: as numbers, or one after the other.
fn along(values: &[String]) -> (Vec<f64>, bool) {
    let numbers: Option<Vec<f64>> = values.iter().map(|v| v.parse().ok()).collect();
    match numbers {
        Some(numbers) if numbers.iter().all(|v| v.is_finite()) => (numbers, true),
        _ => ((0..values.len()).map(|i| i as f64).collect(), false),
    }
}

/// Median and quartiles over one parameter, or of the one place that there is; the place that was clicked.
pub(super) fn band(
    cx: &PanelContext<'_>,
    ui: &mut Ui,
    grid: &Grid,
    places: &[Place],
    metric: &str,
) -> Option<Vec<usize>> {
    let none = vec![String::from("0")];
    let axis = grid.axes.first();
    let values = axis.map_or(&none, |axis| &axis.values);
    let (x, numbers) = along(values);
    let name = axis.map_or("", |axis| &axis.path);
    let at = |place: &Place| x.get(place.at.first().copied().unwrap_or(0)).copied();
    let mut known: Vec<(f64, [f64; 3], &Place)> = places
        .iter()
        .filter_map(|place| Some((at(place)?, place.quartiles()?, place)))
        .collect();
    known.sort_by(|a, b| a.0.total_cmp(&b.0));
    if !numbers {
        let named = values.iter().enumerate();
        let told: Vec<String> = named.map(|(i, value)| format!("{i}: {value}")).collect();
        ui.label(told.join(" · "));
    }
    let of = |i: usize| -> Vec<[f64; 2]> { known.iter().map(|(x, q, _)| [*x, q[i]]).collect() };
    let each: Vec<[f64; 2]> = known
        .iter()
        .flat_map(|(x, _, place)| place.values.iter().map(|value| [*x, *value]))
        .collect();
    let failed: Vec<[f64; 2]> = places
        .iter()
        .filter(|place| place.failed > 0)
        .filter_map(|place| Some([at(place)?, 0.0]))
        .collect();
    let colors = palette(ui);
    let mut plot = Plot::new(Axis::new(name, &x), Axis::new(metric, &[0.0]));
    let dots = |name: &str, points, color| Curve {
        name: name.into(),
        points,
        color,
        drawn: Drawn::Dots,
        ..Curve::default()
    };
    plot.curves = vec![
        Curve {
            name: "median".into(),
            points: of(1),
            spread: known.iter().map(|(_, q, _)| [q[0], q[2]]).collect(),
            ribbon: true,
            color: colors.tested,
            drawn: Drawn::Both,
            ..Curve::default()
        },
        dots("runs", each, colors.tested),
        dots("failed", failed, colors.wrong),
    ];
    let shown = chart(cx, ui, "sweep band", HEIGHT, plot);
    let at = shown.pointer?;
    let near = known.iter().filter_map(|(x, [_, middle, _], place)| {
        let [left, top] = [shown.laid.x.place(*x)?, shown.laid.y.place(*middle)?];
        Some(((left - at[0]).hypot(top - at[1]), *place))
    });
    let nearest = near.min_by(|a, b| a.0.total_cmp(&b.0));
    let (_, place) = nearest.filter(|(distance, _)| *distance < NEAR)?;
    let value = place.at.first().and_then(|i| values.get(*i));
    let told = format!(
        "{name} {}: {}\nclick to open it as a run",
        value.map_or("", |v| v),
        place.told()
    );
    let clicked = shown.response.clicked();
    shown.response.on_hover_text_at_pointer(told);
    clicked.then(|| place.at.clone())
}

/// The medians over two parameters, the first from left to right; the place that was clicked.
pub(super) fn map(ui: &mut Ui, grid: &Grid, places: &[Place], metric: &str) -> Option<Vec<usize>> {
    let [across, up] = grid.axes.as_slice() else {
        return None;
    };
    let medians = places.iter().filter_map(|p| p.quartiles().map(|q| q[1]));
    let (low, high) = medians.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    let font = FontId::proportional(12.0);
    let (plain, quiet) = (ui.visuals().text_color(), ui.visuals().extreme_bg_color);
    ui.label(format!("{metric}: median over the seeds"));
    scale(ui, low, high);
    let left = 90.0_f32.min(ui.available_width() * 0.3);
    let size = vec2(ui.available_width().max(160.0), HEIGHT);
    let (whole, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, "Sweep"));
    let area = Rect::from_min_max(whole.min + vec2(left, 0.0), whole.max - vec2(0.0, 34.0));
    let cell = vec2(
        area.width() / across.values.len().max(1) as f32,
        area.height() / up.values.len().max(1) as f32,
    );
    let rect = |at: &[usize]| {
        let [i, j] = at else { return Rect::NOTHING };
        // The first value of the second parameter lies at the bottom, as on a plot.
        let min = pos2(
            area.left() + *i as f32 * cell.x,
            area.bottom() - (*j + 1) as f32 * cell.y,
        );
        Rect::from_min_size(min, cell).shrink(1.0)
    };
    for place in places {
        let rect = rect(&place.at);
        let painter = ui.painter();
        let Some([_, middle, _]) = place.quartiles() else {
            painter.rect_filled(rect, 2.0, quiet);
            if place.failed > 0 {
                let stroke = Stroke::new(2.0, color32(palette(ui).wrong));
                painter.line_segment([rect.left_top(), rect.right_bottom()], stroke);
            }
            continue;
        };
        let part = if high > low {
            (middle - low) / (high - low)
        } else {
            0.5
        };
        painter.rect_filled(rect, 2.0, color32(Map::Viridis.color(part as f32)));
        if cell.x > 38.0 && cell.y > 16.0 {
            let ink = if part > 0.6 {
                egui::Color32::BLACK
            } else {
                egui::Color32::WHITE
            };
            let text = format!("{middle:.2}");
            painter.text(
                rect.center(),
                Align2::CENTER_CENTER,
                text,
                font.clone(),
                ink,
            );
        }
    }
    labels(ui, across.values.len(), cell.x, |i| {
        let at = pos2(area.left() + (i as f32 + 0.5) * cell.x, area.bottom() + 3.0);
        (at, Align2::CENTER_TOP, across.values[i].clone())
    });
    labels(ui, up.values.len(), cell.y * 3.0, |j| {
        let at = pos2(area.left() - 6.0, area.bottom() - (j as f32 + 0.5) * cell.y);
        (at, Align2::RIGHT_CENTER, up.values[j].clone())
    });
    let below = pos2(area.center().x, whole.bottom());
    let name = format!("{} (across), {} (up)", across.path, up.path);
    ui.painter()
        .text(below, Align2::CENTER_BOTTOM, name, font, plain);
    let pointer = response.hover_pos()?;
    let place = places
        .iter()
        .find(|place| rect(&place.at).contains(pointer))?;
    let [i, j] = place.at.as_slice() else {
        return None;
    };
    let told = format!(
        "{} {}, {} {}: {}\nclick to open it as a run",
        across.path,
        across.values[*i],
        up.path,
        up.values[*j],
        place.told()
    );
    let clicked = response.clicked();
    response.on_hover_text_at_pointer(told);
    clicked.then(|| place.at.clone())
}

/// What the colours mean.
fn scale(ui: &mut Ui, low: f64, high: f64) {
    if !low.is_finite() {
        return;
    }
    ui.horizontal(|ui| {
        ui.label(format!("{low:.3}"));
        let (rect, _) = ui.allocate_exact_size(vec2(120.0, 10.0), Sense::hover());
        for i in 0..60 {
            let part = i as f32 / 60.0;
            let at = pos2(rect.left() + part * rect.width(), rect.top());
            let piece = Rect::from_min_size(at, vec2(rect.width() / 60.0 + 0.5, rect.height()));
            ui.painter()
                .rect_filled(piece, 0.0, color32(Map::Viridis.color(part)));
        }
        ui.label(format!("{high:.3}"));
    });
}

/// Names along an axis, as many as there is room for.
fn labels(ui: &Ui, count: usize, room: f32, of: impl Fn(usize) -> (egui::Pos2, Align2, String)) {
    let font = FontId::proportional(12.0);
    let every = (34.0 / room.max(1.0)).ceil().max(1.0) as usize;
    for i in (0..count).step_by(every) {
        let (at, align, text) = of(i);
        let short: String = text.chars().take(14).collect();
        let color = ui.visuals().text_color();
        ui.painter().text(at, align, short, font.clone(), color);
    }
}
