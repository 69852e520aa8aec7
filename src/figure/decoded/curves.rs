//! How well a ripple goes: step by step, and sweep by sweep within each step.

use super::super::drawing::Area;
use super::super::lanes::{INSET, Lanes};
use super::super::palette::Color;
use super::super::recall::measures;
use super::BEFORE;
use crate::engine::RippleView;

/// The highest value that has a place of its own.
const HIGHEST: f32 = 1.1;

/// Where a value lies in a lane.
fn place(area: Area, value: f32) -> f32 {
    let height = area.height - 2.0 * INSET;
    area.bottom() - INSET - value.clamp(0.0, HIGHEST) / HIGHEST * height
}

/// A lane from 0 to 1 with the names of its curves.
fn lane(lanes: &mut Lanes, area: Area, label: &str, curves: &[(&str, Color)]) {
    lanes.label(area, label);
    for level in [0.0, 0.5, 1.0] {
        lanes.rule(area, place(area, level));
    }
    lanes.levels(area, [0.0, 1.0].map(|level| place(area, level)));
    for (i, (name, color)) in curves.iter().enumerate() {
        let y = area.y + 6.0 + 15.0 * i as f32;
        if y < area.bottom() {
            lanes.key([area.right() + 8.0, y], name, *color);
        }
    }
}

/// Values with their places along the lane, as a line, or as a dot where there is only one.
fn curve(lanes: &mut Lanes, area: Area, points: &[(f32, f32)], color: Color, width: f32) {
    let there = points.iter().filter(|(_, value)| value.is_finite());
    let points: Vec<[f32; 2]> = there.map(|(x, value)| [*x, place(area, *value)]).collect();
    match points[..] {
        [only] => lanes.drawing.dot(only, width.max(2.0), color),
        _ => lanes.drawing.line(points, color, width),
    }
}

/// Overlap, strength and support at each replayed step.
pub(super) fn draw_curves(view: &RippleView, lanes: &mut Lanes, area: Area) {
    let palette = lanes.palette;
    let [overlap, sequence, support] = measures(palette);
    let curves = [
        ("overlap", overlap),
        ("sequence", sequence),
        ("support", support),
    ];
    lane(lanes, area, "how well", &curves);
    for (i, (_, color)) in curves.into_iter().enumerate() {
        let points = view.steps.iter().enumerate().map(|(at, step)| {
            let value = [step.overlap, step.strength, step.support][i];
            (lanes.x((at + BEFORE) as f32), value)
        });
        let points: Vec<(f32, f32)> = points.collect();
        curve(lanes, area, &points, color, [4.0, 1.5, 1.5][i]);
    }
}

/// Overlap and support at each sweep, from left to right within the column of each replayed step.
pub(super) fn draw_sweeps(view: &RippleView, lanes: &mut Lanes, area: Area) {
    let palette = lanes.palette;
    let [overlap, _, support] = measures(palette);
    let curves = [("overlap", overlap), ("support", support)];
    lane(lanes, area, "each sweep", &curves);
    let column = lanes.column();
    let radius = (0.12 * column).clamp(0.8, 2.5);
    for (at, step) in view.steps.iter().enumerate() {
        let sweeps = step.sweeps.len().max(1) as f32;
        let middle = lanes.x((at + BEFORE) as f32);
        let x = |i: usize| middle + ((i as f32 + 0.5) / sweeps - 0.5) * 0.8 * column;
        let each = step.sweeps.iter().enumerate();
        let overlaps: Vec<_> = each.clone().map(|(i, s)| (x(i), s.overlap)).collect();
        let supports: Vec<_> = each.map(|(i, s)| (x(i), s.support)).collect();
        for (values, color, width) in [(&overlaps, overlap, 3.0), (&supports, support, 1.5)] {
            curve(lanes, area, values, color, width);
        }
        // A dot a sweep, so that they can be counted.
        for (x, value) in supports.into_iter().filter(|(_, value)| value.is_finite()) {
            let at = [x, place(area, value)];
            lanes.drawing.dot(at, radius, support);
        }
    }
}
