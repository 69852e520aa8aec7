//! A plot laid out on a sheet.

use super::names::{End, ROW, shown};
use super::paint::Sheet;
use super::scale::Scale;
use super::{Axis, Drawn, Plot};
use crate::figure::drawing::{Anchor, Area, Drawing};
use crate::figure::lanes::{TEXT, fitting, width};
use crate::figure::numbers::short;
use crate::figure::palette::Palette;

/// Room for what a lane is called, and for what it comes to.
const ASIDE: [f32; 2] = [122.0, 96.0];
/// Room for how many curves have no room for their names.
const MORE: f32 = 92.0;
/// The part of a sheet that names at the ends of curves may take.
const NAMES: f32 = 0.36;

/// A plot on a sheet: the drawing, and where things lie in it.
#[derive(Clone, Debug)]
pub struct Laid {
    /// What is drawn.
    pub drawing: Drawing,
    /// Where the curves lie.
    pub frame: Area,
    /// Along.
    pub x: Scale,
    /// Up.
    pub y: Scale,
}

impl Laid {
    /// The point of a curve that is nearest to a place: the positions of the curve and of the point, and how far off it is.
    pub fn nearest(&self, plot: &Plot, [x, y]: [f32; 2]) -> Option<(usize, usize, f32)> {
        let mut best: Option<(usize, usize, f32)> = None;
        for (c, curve) in plot.curves.iter().enumerate() {
            for (i, point) in curve.points.iter().enumerate() {
                let (Some(px), Some(py)) = (self.x.place(point[0]), self.y.place(point[1])) else {
                    continue;
                };
                let off = (px - x).hypot(py - y);
                if best.is_none_or(|b| off < b.2) {
                    best = Some((c, i, off));
                }
            }
        }
        best
    }
}

/// The values that an axis runs between.
fn bounds(axis: &Axis, values: impl Iterator<Item = f64>, pad: f64) -> [f64; 2] {
    if let Some([from, to]) = axis.view.filter(|[from, to]| from < to) {
        return [from, to];
    }
    let sound = |v: &f64| v.is_finite() && v.abs() < 1e300 && (!axis.log || *v > 0.0);
    let all = values.chain(axis.include.iter().copied()).filter(sound);
    let (mut low, mut high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
        (low.min(v), high.max(v))
    });
    if low > high {
        (low, high) = if axis.log { (0.1, 1.0) } else { (0.0, 1.0) };
    }
    if axis.log {
        // A tenth of nothing is no range.
        let factor = (high / low)
            .max(1.000_1)
            .powf(pad)
            .max(if high > low { 1.0 } else { 1.5 });
        return [low / factor, high * factor];
    }
    let width = high - low;
    let more = if width > low.abs().max(high.abs()) * 1e-12 {
        width * pad
    } else {
        (low.abs() * 0.1).max(0.5)
    };
    [low - more, high + more]
}

impl Plot {
    /// Lays it out.
    pub fn lay(&self, size: [f32; 2], palette: Palette) -> Laid {
        let head = if self.lane.is_some() || self.y.name.is_empty() {
            4.0
        } else {
            ROW
        };
        let below = match (self.x.bare, self.x.name.is_empty()) {
            (true, _) => 4.0,
            (false, true) => ROW + 2.0,
            (false, false) => 2.0 * ROW,
        };
        let (top, bottom) = (head, (size[1] - below).max(head + 16.0));
        let x_bounds = bounds(
            &self.x,
            self.curves
                .iter()
                .flat_map(|c| c.points.iter().map(|p| p[0])),
            0.0,
        );
        let mut y = Scale {
            from: 0.0,
            to: 1.0,
            log: self.y.log,
            places: [bottom, top],
        };
        [y.from, y.to] = bounds(&self.y, self.seen(x_bounds), 0.04);
        let marks = y.ticks(34.0);
        let told = marks.iter().map(|t| width(&t.text)).fold(0.0, f32::max);
        let lane = self.lane.as_ref().map_or(0.0, |_| ASIDE[0]);
        let left = (lane + told + 8.0).max(self.sides[0]);
        let mut x = Scale {
            from: x_bounds[0],
            to: x_bounds[1],
            log: self.x.log,
            places: [left, left + 1.0],
        };
        let ends = if self.lane.is_some() {
            Vec::new()
        } else {
            self.ends(&y)
        };
        let named = ends.iter().map(|e| width(&e.told()) + 20.0);
        let more = if ends.len() > shown(bottom - top) {
            MORE
        } else {
            14.0
        };
        let names = named.fold(more, f32::max);
        let right = if self.lane.is_some() {
            ASIDE[1]
        } else {
            names.min(size[0] * NAMES).max(self.sides[1])
        };
        x.places[1] = (size[0] - right).max(left + 20.0);
        if self.equal {
            make_equal(&mut x, &mut y);
        }
        let frame = Area {
            x: left,
            y: top,
            width: x.places[1] - left,
            height: bottom - top,
        };
        let mut sheet = Sheet {
            drawing: Drawing::new(size),
            palette,
            frame,
            x,
            y,
        };
        sheet.stretches(self);
        sheet.axes(self, &if self.equal { y.ticks(34.0) } else { marks });
        for curve in &self.curves {
            sheet.curve(curve);
        }
        let named = sheet.moments(self);
        sheet.levels(self, named);
        sheet.notes(self);
        sheet.names(ends);
        if let Some(lane) = &self.lane {
            let middle = frame.middle();
            sheet.drawing.dot([6.0, middle], 4.0, lane.color);
            let name = fitting(&lane.name, ASIDE[0] - 16.0);
            sheet
                .drawing
                .text([14.0, middle], name, TEXT, palette.text, Anchor::Start);
            let at = [size[0], middle];
            sheet
                .drawing
                .text(at, &*lane.told, TEXT, palette.text, Anchor::End);
        }
        Laid {
            drawing: sheet.drawing,
            frame,
            x,
            y,
        }
    }

    /// All values that lie in this part of the axis.
    fn seen(&self, [from, to]: [f64; 2]) -> impl Iterator<Item = f64> {
        let within = move |x: f64| x >= from && x <= to;
        let points = self.curves.iter().flat_map(move |curve| {
            let points = curve.points.iter().filter(move |p| within(p[0]));
            let spread = curve.points.iter().zip(&curve.spread);
            let spread = spread.filter(move |(p, _)| within(p[0]));
            points.map(|p| p[1]).chain(spread.flat_map(|(_, s)| *s))
        });
        points.chain(self.across.iter().map(|level| level.y))
    }

    /// The names of the curves with their last values.
    fn ends(&self, y: &Scale) -> Vec<End> {
        let named = self
            .curves
            .iter()
            .filter(|c| !c.name.is_empty() && c.run == 0);
        let named = named.filter_map(|curve| {
            let last = curve.points.iter().rev().find(|p| p[1].is_finite())?;
            let value = (curve.drawn != Drawn::Dots).then(|| short(last[1] as f32));
            Some(End {
                name: curve.name.clone(),
                value: value.unwrap_or_default(),
                color: curve.color,
                dash: curve.dash,
                y: y.place(last[1])?,
            })
        });
        named.collect()
    }
}

/// As many points to a unit up as along.
fn make_equal(x: &mut Scale, y: &mut Scale) {
    let density = |s: &Scale| f64::from((s.places[1] - s.places[0]).abs()) / (s.to - s.from);
    let least = density(x).min(density(y));
    for scale in [x, y] {
        let half = f64::from((scale.places[1] - scale.places[0]).abs()) / least / 2.0;
        let middle = f64::midpoint(scale.from, scale.to);
        [scale.from, scale.to] = [middle - half, middle + half];
    }
}
