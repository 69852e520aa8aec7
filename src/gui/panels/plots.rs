//! What all plots over time have in common: ticks that can be read, where one looks, what was done, and the curves of runs that
//! are compared.

use egui::{Color32, Ui};
use egui_plot::{AxisHints, GridInput, GridMark, LineStyle, Plot, PlotPoint, PlotUi, VLine};

use super::branches::called;
use super::{Ask, PanelContext, line};
use crate::engine::{Base, Command, Snapshot};
use crate::gui::inspecting::Topic;
use crate::gui::theme::{LESION, TESTED};

/// A plot that does not move under the pointer by accident, with ticks at round numbers.
pub fn plot<'a>(id: &str, x: &'a str, y: &'a str) -> Plot<'a> {
    let axis = |axis: AxisHints<'a>| {
        axis.formatter(|mark, _| tick(mark))
            .label_spacing(1.0..=2.0)
    };
    Plot::new(id.to_string())
        .include_x(0.0)
        .allow_scroll(false)
        .allow_drag(false)
        .allow_zoom(false)
        .allow_boxed_zoom(false)
        .allow_axis_zoom_drag(false)
        .allow_double_click_reset(false)
        .x_grid_spacer(|input| spaced(&input, 64.0))
        .y_grid_spacer(|input| spaced(&input, 22.0))
        .custom_x_axes(vec![axis(AxisHints::new_x()).label(x)])
        .custom_y_axes(vec![axis(AxisHints::new_y()).label(y)])
}

/// Points that the finest grid has between its lines.
const FINEST: f64 = 8.0;

/// Marks at round numbers, about so many points apart, but two or three at least and seven or so at most.
fn spaced(input: &GridInput, apart: f64) -> Vec<GridMark> {
    let (from, to) = input.bounds;
    let points = (to - from) / input.base_step_size * FINEST;
    let wide = (to - from) / (points / apart).clamp(2.0, 5.0);
    let mut step = round_step(wide * 1.9999);
    if (to / step).floor() - (from / step).ceil() < 2.0 {
        step = round_step(wide);
    }
    if !step.is_finite() || step <= 0.0 {
        return Vec::new();
    }
    let (first, last) = ((from / step).ceil(), (to / step).floor());
    let marks = (0..=50).map(|i| first + f64::from(i));
    // A label at the very edge would be cut off.
    let edge = to - (to - from) * 0.03;
    let marks = marks.take_while(|i| *i <= last && *i * step < edge);
    let mark = |i: f64| GridMark {
        value: i * step,
        step_size: step,
    };
    marks.map(mark).collect()
}

/// 1, 2 or 5 times a power of ten, the largest that is not larger.
fn round_step(width: f64) -> f64 {
    let power = 10_f64.powf(width.log10().floor());
    let steps = [5.0, 2.0, 1.0].map(|m| m * power);
    steps
        .into_iter()
        .find(|s| *s <= width * 1.0001)
        .unwrap_or(power)
}

/// A number as short as it can be: 20k, 0.25.
fn tick(mark: GridMark) -> String {
    let (value, step) = (mark.value, mark.step_size);
    let decimals = |step: f64| (-step.log10().floor()).clamp(0.0, 9.0) as usize;
    let size = value.abs().max(step);
    let (factor, unit) = if size >= 1e6 {
        (1e6, "M")
    } else if size >= 1e4 {
        (1e3, "k")
    } else {
        (1.0, "")
    };
    if value == 0.0 {
        return "0".into();
    }
    format!("{:.*}{unit}", decimals(step / factor), value / factor)
}

/// The style of the lines of the run at hand, and of those beside it.
pub fn style(other: Option<usize>) -> LineStyle {
    match other {
        None => LineStyle::Solid,
        Some(0) => LineStyle::Dashed { length: 8.0 },
        Some(1) => LineStyle::Dotted { spacing: 5.0 },
        Some(_) => LineStyle::Dashed { length: 3.0 },
    }
}

/// What the styles are called.
pub const STYLES: [&str; 4] = ["solid", "dashed", "dotted", "finely dashed"];

/// The curves of one colour: of the run at hand and of those beside it.
pub fn curves<'a>(
    plot: &mut PlotUi<'_>,
    cx: &PanelContext<'a>,
    name: &str,
    color: Color32,
    of: impl Fn(&'a Snapshot) -> &'a [[f64; 2]],
) {
    curves_as(plot, cx, name, color, of, |value| value);
}

/// The same with every value drawn as something else.
pub fn curves_as<'a>(
    plot: &mut PlotUi<'_>,
    cx: &PanelContext<'a>,
    name: &str,
    color: Color32,
    of: impl Fn(&'a Snapshot) -> &'a [[f64; 2]],
    as_drawn: impl Fn(f64) -> f64,
) {
    let drawn = |snapshot: &'a Snapshot| {
        let mut points = placed(snapshot, of(snapshot), cx.base);
        points.iter_mut().for_each(|p| p[1] = as_drawn(p[1]));
        points
    };
    let points = drawn(cx.snapshot);
    plot.line(line(name, &points, color));
    look_into(plot, cx, name, &points, of(cx.snapshot));
    if let [only] = points[..] {
        // A curve of one point would not be seen.
        plot.points(
            egui_plot::Points::new(name.to_string(), vec![only])
                .radius(3.0)
                .color(color),
        );
    }
    for (i, (_, other)) in cx.others.iter().enumerate() {
        plot.line(line(name, &drawn(other), color).style(style(Some(i))));
    }
}

/// Points off the pointer that a point of a curve may be to be meant.
const NEAR: f32 = 8.0;

/// The point of a curve that is clicked is looked into.
fn look_into(
    plot: &PlotUi<'_>,
    cx: &PanelContext<'_>,
    name: &str,
    placed: &[[f64; 2]],
    points: &[[f64; 2]],
) {
    let clicked = plot.response().clicked();
    let Some(pointer) = plot.response().interact_pointer_pos().filter(|_| clicked) else {
        return;
    };
    let near = placed.iter().zip(points).map(|(place, point)| {
        let at = plot.screen_from_plot(PlotPoint::new(place[0], place[1]));
        (at.distance(pointer), point)
    });
    let nearest = near.min_by(|a, b| a.0.total_cmp(&b.0));
    if let Some((_, [time, value])) = nearest.filter(|(distance, _)| *distance < NEAR) {
        (cx.ask)(Ask::Inspect(Topic::Point {
            name: name.into(),
            time: *time,
            value: *value,
        }));
    }
}

/// What was measured, at the places that it has when counted in `base`.
fn placed(snapshot: &Snapshot, points: &[[f64; 2]], base: Base) -> Vec<[f64; 2]> {
    let times = points.iter().map(|point| point[0]);
    let along = snapshot.course.along(times, base, snapshot.end(base));
    let placed = along.zip(points).map(|(x, point)| [x, point[1]]);
    placed.collect()
}

/// What is counted along a plot over time.
pub fn counted(base: Base) -> &'static str {
    let named = Base::ALL.iter().find(|(other, _)| *other == base);
    named.map_or("", |(_, name)| name)
}

/// Where one looks, and what was done in the run at hand.
pub fn over_time(plot: &mut PlotUi<'_>, cx: &PanelContext<'_>, strong: Color32) {
    let snapshot = cx.snapshot;
    let end = snapshot.end(cx.base);
    for done in snapshot.journal.iter().take(200) {
        let color = match done.command {
            Command::Lesion { .. } | Command::Restore { .. } => LESION,
            Command::Set { .. } | Command::Extend { .. } => TESTED,
        };
        let at = snapshot.course.counted(done.step as f64, cx.base, end);
        let mark = VLine::new(done.command.describe(), at)
            .color(color)
            .width(1.0);
        plot.vline(mark.style(LineStyle::dashed_dense()));
    }
    if snapshot.step < snapshot.live_step {
        let at = snapshot.course.counted(snapshot.step as f64, cx.base, end);
        plot.vline(VLine::new("looked at", at).color(strong).width(1.5));
    }
}

/// Which run is drawn how, and what differs between them; nothing where there is one.
pub fn compared(cx: &PanelContext<'_>, ui: &mut Ui) {
    if cx.others.is_empty() {
        return;
    }
    let here = cx.runs.iter().filter(|run| run.active);
    let all = here.chain(cx.others.iter().map(|(run, _)| run));
    let names = all
        .zip(STYLES)
        .map(|(run, style)| format!("{style}: {}", called(run)));
    ui.label(names.collect::<Vec<_>>().join(" · "));
    if !cx.differ.is_empty() {
        ui.label(cx.differ.join(" · "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_at_least_three() {
        for width in [1e-4, 0.3, 1.0, 1.1, 7.0, 21.0, 999.0, 74_800.0, 9.1e5, 3e9] {
            let input = GridInput {
                bounds: (-0.05 * width, 1.05 * width),
                base_step_size: width / 40.0,
            };
            let marks = spaced(&input, 64.0);
            assert!((3..=12).contains(&marks.len()), "{width}: {}", marks.len());
            let told: Vec<String> = marks.iter().map(|m| tick(*m)).collect();
            let mut unlike = told.clone();
            unlike.dedup();
            assert_eq!(told, unlike);
        }
        let mark = |value, step_size| tick(GridMark { value, step_size });
        assert_eq!(mark(20_000.0, 10_000.0), "20k");
        assert_eq!(mark(0.25, 0.05), "0.25");
        assert_eq!(mark(1_500_000.0, 500_000.0), "1.5M");
    }
}
