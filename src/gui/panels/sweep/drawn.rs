//! A sweep as a picture: a band over one parameter, a heat map over two.

use egui::Ui;

use super::super::{PanelContext, figure_menu};
use super::table::Place;
use crate::engine::{Grid, Raster};
use crate::figure::plot::{Axis, Curve, Drawn, Plot};
use crate::figure::{Called, Matrix};
use crate::gui::chart::chart;
use crate::gui::heatmap::{Heatmap, Picture};
use crate::gui::theme::{Map, palette};

/// Height of a picture in points.
const HEIGHT: f32 = 240.0;
/// Cells that are written into at most.
const WRITTEN: usize = 1000;
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
pub(super) fn map(
    cx: &PanelContext<'_>,
    ui: &mut Ui,
    map: &mut Heatmap,
    grid: &Grid,
    places: &[Place],
    metric: &str,
) -> Option<Vec<usize>> {
    let [across, up] = grid.axes.as_slice() else {
        return None;
    };
    // The first value of the second parameter lies at the bottom, as on a plot.
    let rows = up.values.len();
    let names: Vec<String> = up.values.iter().rev().cloned().collect();
    let mut index: Vec<Option<&Place>> = vec![None; rows * across.values.len()];
    for place in places {
        if let [column, up] = place.at[..]
            && let Some(below) = rows.checked_sub(up + 1)
            && let Some(cell) = index.get_mut(column * rows + below)
        {
            *cell = Some(place);
        }
    }
    let at = |row: usize, column: usize| index.get(column * rows + row).copied().flatten();
    let cells = (0..across.values.len()).flat_map(|i| (0..rows).map(move |j| (j, i)));
    let median = |(row, column)| Some(at(row, column)?.quartiles()?[1] as f32);
    let raster = Raster {
        units: rows,
        values: cells.map(|cell| median(cell).unwrap_or(f32::NAN)).collect(),
    };
    let known = raster.values.iter().filter(|v| v.is_finite());
    let range = known.fold([f32::INFINITY, f32::NEG_INFINITY], |[low, high], v| {
        [low.min(*v), high.max(*v)]
    });
    let range = if range[0] < range[1] {
        range
    } else {
        let middle = if range[0].is_finite() { range[0] } else { 0.0 };
        [middle - 0.5, middle + 0.5]
    };
    let written = |row: usize, column: usize| match at(row, column) {
        Some(place) if place.quartiles().is_none() && place.failed > 0 => "failed".into(),
        Some(place) => place
            .quartiles()
            .map_or(String::new(), |q| format!("{:.2}", q[1])),
        None => String::new(),
    };
    let matrix = Matrix {
        rows: Called::Words(&names),
        across: Called::Words(&across.values),
        range,
        // Of very many none has room for it.
        written: (index.len() <= WRITTEN).then_some(&written),
        ..Matrix::positive(&raster, Map::Viridis, [&across.path, &up.path])
    };
    let told = |row: usize, column: usize, _: f32| {
        let place = at(row, column).map_or(String::new(), Place::told);
        let (x, y) = (&across.values[column], &names[row]);
        format!(
            "{} {x}, {} {y}: {place}\nclick to open it as a run",
            across.path, up.path
        )
    };
    ui.horizontal(|ui| {
        ui.label(format!("{metric}: median over the seeds"));
        let draw = |width: f32, palette| matrix.draw([width, 0.7 * width], palette).drawing;
        let table = || matrix.table();
        figure_menu(cx, ui, "sweep", draw, Some(&table));
    });
    let picture = Picture {
        name: "Sweep",
        matrix,
        told: Some(&told),
    };
    let (row, column) = map.show(ui, &picture, HEIGHT)?;
    Some(vec![column, rows - 1 - row])
}
