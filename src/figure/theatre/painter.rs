//! The shapes of the theatre, lane by lane.

use std::sync::Arc;

use super::super::drawing::{Anchor, Area, Cells, Drawing};
use super::super::lanes::{GAP, INSET, Lanes, TEXT};
use super::super::numbers::{largest, letter, short};
use super::super::palette::{Color, Map, Palette, mixed};
use super::front::{Front, Lane};
use crate::engine::{LivedView, Raster};

/// Most powers of ten that |δ| is drawn over.
const DECADES: f32 = 8.0;

/// The norm of each column; NaN where a column is not there.
fn norms(raster: &Raster, columns: usize) -> Vec<f32> {
    let norm = |t| {
        let column = raster.column(t)?;
        Some(column.iter().map(|v| v * v).sum::<f32>().sqrt())
    };
    (0..columns).map(|t| norm(t).unwrap_or(f32::NAN)).collect()
}

/// What a drawing is made of.
pub(super) struct Painter<'a> {
    front: &'a Front,
    shown: Vec<Option<usize>>,
    lanes: Lanes,
}

impl<'a> Painter<'a> {
    /// An empty sheet.
    pub fn new(front: &'a Front, size: [f32; 2], palette: Palette) -> Self {
        Self {
            shown: front.shown(),
            lanes: Lanes::new(size, front.view.length, palette),
            front,
        }
    }

    /// Draws all lanes on a sheet of this height; their places.
    pub fn all(&mut self, height: f32) -> Vec<(Lane, Area)> {
        let lanes = self.places(height);
        for (lane, area) in &lanes {
            self.lane(*lane, *area);
        }
        let whole = lanes.iter().map(|(_, area)| area.bottom());
        self.lanes.axis(whole.fold(0.0, f32::max), "lived step");
        self.front_line(&lanes);
        lanes
    }

    /// What was drawn.
    pub fn done(self) -> Drawing {
        self.lanes.drawing
    }

    /// The lanes with their places.
    fn places(&self, height: f32) -> Vec<(Lane, Area)> {
        let lived = self.front.view.lived.is_some();
        let mut maps = vec![Lane::Reinstated];
        let carries = !self.front.view.rule.is_empty();
        if lived {
            maps.insert(0, Lane::Lived);
        }
        if carries {
            maps.push(Lane::Carried);
        }
        if lived && carries {
            maps.push(Lane::Exact);
            if self.front.further.truncated {
                maps.push(Lane::Truncated);
            }
        }
        maps.extend((0..self.front.parts().len()).map(Lane::Inside));
        let mut lanes = Vec::new();
        // Room for the axis, and half a text above.
        let room = (height - 40.0).max(60.0);
        let (inputs, sizes, cosines) = (20.0, 0.2 * room, (0.11 * room).max(26.0));
        let mut rest = room;
        if lived {
            rest -= inputs + cosines + 2.0 * GAP;
            rest -= if carries { sizes + GAP } else { 0.0 };
        }
        let each = (rest / maps.len() as f32 - GAP).max(8.0);
        let mut y = 6.0;
        let mut place = |lane, height| {
            let area = self.lanes.area(y, height);
            y += height + GAP;
            lanes.push((lane, area));
        };
        if lived {
            place(Lane::Inputs, inputs);
        }
        for lane in maps {
            place(lane, each);
        }
        if lived {
            if carries {
                place(Lane::Sizes, sizes);
            }
            place(Lane::Cosines, cosines);
        }
        lanes
    }

    fn lane(&mut self, lane: Lane, area: Area) {
        let view = &*self.front.view;
        let Some(lived) = &view.lived else {
            // What it was is not known: what comes back is all there is.
            match lane {
                Lane::Reinstated => self.states(area, "re-instated state", None),
                Lane::Inside(part) => self.inside(area, part),
                _ => self.errors(area, &format!("δ, {}", view.rule), None, 0.0),
            }
            return;
        };
        let lived = lived.clone();
        match lane {
            Lane::Inputs => self.inputs(area, &lived),
            Lane::Lived => self.states(area, "lived state", Some(&lived)),
            Lane::Reinstated => self.states(area, "re-instated", None),
            Lane::Carried => self.errors(area, &format!("δ, {}", view.rule), None, 0.0),
            Lane::Exact => self.errors(area, "δ, exact Bptt", Some(&lived.exact), 0.65),
            Lane::Truncated => {
                let label = format!("δ, Tbptt({})", lived.reach);
                self.errors(area, &label, Some(&lived.truncated), 0.65);
            }
            Lane::Inside(part) => self.inside(area, part),
            Lane::Sizes => self.sizes(area, &lived),
            Lane::Cosines => self.cosines(area),
        }
    }

    /// One letter a step where one input is on, else how large each input is.
    fn inputs(&mut self, area: Area, lived: &LivedView) {
        self.lanes.label(area, "input");
        let one = |column: &[f32]| {
            let mut on = (0..column.len()).filter(|i| column[*i] != 0.0);
            match (on.next(), on.next()) {
                (Some(i), None) if column[i] == 1.0 => Some(Some(i)),
                (None, _) => Some(None),
                _ => None,
            }
        };
        let columns = (0..self.front.view.length).map(|t| lived.inputs.column(t));
        let each: Option<Vec<Option<usize>>> = columns.map(|c| one(c?)).collect();
        let Some(each) = each.filter(|_| self.lanes.column() >= 9.0) else {
            let scale = largest(&lived.inputs.values);
            let cells = cells(&lived.inputs, |v| Map::Viridis.color(v / scale));
            return self.lanes.drawing.map(area, cells);
        };
        let palette = self.lanes.palette;
        for (t, input) in each.into_iter().enumerate() {
            let at = [self.lanes.x(t as f32), area.middle()];
            if lived.scored.get(t).is_some_and(|weight| *weight > 0.0) {
                // The answer is asked for here.
                let under = Area {
                    x: at[0] - self.lanes.column() * 0.4,
                    y: area.bottom() - 3.0,
                    width: self.lanes.column() * 0.8,
                    height: 2.0,
                };
                self.lanes.drawing.fill(under, palette.replayed);
            }
            let name = input.and_then(|i| lived.input_names.get(i));
            match name.map(|name| letter(name)) {
                Some(Some(letter)) => {
                    let size = TEXT.min(self.lanes.column() * 1.1);
                    self.lanes
                        .drawing
                        .text(at, letter, size, palette.text, Anchor::Middle);
                }
                Some(None) => self.lanes.drawing.dot(at, 2.0, palette.caption),
                None => {}
            }
        }
    }

    /// A state a column: as lived, or as it came back.
    fn states(&mut self, area: Area, label: &str, lived: Option<&LivedView>) {
        self.lanes.label(area, label);
        let view = &*self.front.view;
        let known = view.lived.as_ref().map(|lived| &lived.states.values);
        let scale = largest(known.unwrap_or(&view.decoded.values));
        let (ground, empty) = (self.lanes.palette.ground, self.lanes.palette.empty);
        let color = |v: f32| Map::Diverging.color(v / scale);
        let cells = match lived {
            Some(lived) => cells(&lived.states, |v| mixed(ground, color(v), 0.6)),
            None => self.replayed(&view.decoded, empty, color),
        };
        self.lanes.drawing.map(area, cells);
        let (low, high) = (short(-scale), short(scale));
        // Its colours are those of the cells.
        let pale = if lived.is_some() { 0.6 } else { 1.0 };
        let shade = |part: f32| mixed(ground, color((2.0 * part - 1.0) * scale), pale);
        self.lanes.bar(area, shade, &low, &high);
    }

    /// |δ| of each unit a column: as the ripple carries it, or of the whole episode, dimmed where the ripple has not come.
    fn errors(&mut self, area: Area, label: &str, whole: Option<&Raster>, dimmed: f32) {
        self.lanes.label(area, label);
        let view = &*self.front.view;
        let known = view.lived.as_ref().map(|lived| &lived.exact.values);
        let scale = largest(known.unwrap_or(&view.delta.values));
        let (ground, empty) = (self.lanes.palette.ground, self.lanes.palette.empty);
        let color = |v: f32| Map::Magma.color(v.abs() / scale);
        let cells = match whole {
            Some(raster) => {
                let mut whole = Cells::clone(&cells(raster, color));
                let columns = whole.colors.chunks_mut(raster.units.max(1));
                for (column, shown) in columns.zip(&self.shown) {
                    if shown.is_none() {
                        let dim = |c: &mut Color| *c = mixed(*c, ground, dimmed);
                        column.iter_mut().for_each(dim);
                    }
                }
                Arc::new(whole)
            }
            None => self.replayed(&view.delta, empty, color),
        };
        self.lanes.drawing.map(area, cells);
        self.lanes
            .bar(area, |part| color(part * scale), "0", &short(scale));
    }

    /// A raster over replayed steps, each where it was lived.
    fn replayed(&self, raster: &Raster, empty: Color, color: impl Fn(f32) -> Color) -> Arc<Cells> {
        let units = raster.units;
        let column = |shown: &Option<usize>| match shown.and_then(|at| raster.column(at)) {
            Some(values) => values.iter().map(|v| color(*v)).collect(),
            None => vec![empty; units],
        };
        Arc::new(Cells {
            rows: units,
            colors: self.shown.iter().flat_map(column).collect(),
        })
    }

    /// A gate of each unit a column: as lived, pale, and where the ripple has been as it makes it again.
    fn inside(&mut self, area: Area, part: usize) {
        let of = &self.front.parts()[part];
        self.lanes.label(area, of.name);
        let (ground, empty) = (self.lanes.palette.ground, self.lanes.palette.empty);
        let shades = if of.signed {
            Map::Diverging
        } else {
            Map::Viridis
        };
        let color = |v: f32| shades.color(v);
        let columns: Vec<[Option<&[f32]>; 2]> = (self.shown.iter().enumerate())
            .map(|(t, replayed)| self.front.inside(part, t, *replayed))
            .collect();
        let rows = columns.iter().flatten().flatten().map(|c| c.len());
        let rows = rows.max().unwrap_or(0);
        let column = |[lived, again]: &[Option<&[f32]>; 2]| -> Vec<Color> {
            let shade = |v: &f32| match again {
                Some(_) => color(*v),
                None => mixed(ground, color(*v), 0.5),
            };
            let values = again.or(*lived);
            values.map_or(vec![empty; rows], |v| v.iter().map(shade).collect())
        };
        let cells = Cells {
            rows,
            colors: columns.iter().flat_map(column).collect(),
        };
        self.lanes.drawing.map(area, Arc::new(cells));
        let (low, from) = if of.signed { ("-1", -1.0) } else { ("0", 0.0) };
        let at = |part: f32| color(from + part * (1.0 - from));
        self.lanes.bar(area, at, low, "1");
    }

    /// |δ| at each step as bars on a logarithmic axis.
    fn sizes(&mut self, area: Area, lived: &LivedView) {
        self.lanes.label(area, "|δ|, log");
        let steps = self.front.view.length;
        let exact = norms(&lived.exact, steps);
        let carried = norms(&self.front.view.delta, self.front.view.steps.len());
        let positive = exact.iter().filter(|v| **v > 0.0 && v.is_finite());
        let logs: Vec<f32> = positive.map(|v| v.log10()).collect();
        let most = logs.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let least = logs.iter().copied().fold(f32::INFINITY, f32::min);
        if !most.is_finite() {
            return;
        }
        let high = most.ceil().max(least.floor() + 1.0);
        let low = least.floor().max(high - DECADES);
        let part = |v: f32| ((v.log10() - low) / (high - low)).clamp(0.0, 1.0);
        let palette = self.lanes.palette;
        for power in low as i32..=high as i32 {
            let y = area.bottom() - (power as f32 - low) / (high - low) * area.height;
            self.lanes.rule(area, y);
        }
        let column = self.lanes.column();
        let lanes = &mut self.lanes;
        let mut bar = |t: usize, value: f32, part_of: f32, color: Color| {
            if value > 0.0 && value.is_finite() {
                let (width, height) = (column * part_of, part(value) * area.height);
                let area = Area {
                    x: lanes.x(t as f32) - width / 2.0,
                    y: area.bottom() - height,
                    width,
                    height,
                };
                lanes.drawing.fill(area, color);
            }
        };
        let behind = mixed(palette.exact, palette.ground, 0.55);
        for (t, (exact, shown)) in exact.iter().zip(&self.shown).enumerate() {
            bar(t, *exact, 0.86, behind);
            let replayed = shown.and_then(|at| carried.get(at));
            bar(t, replayed.copied().unwrap_or(0.0), 0.5, palette.replayed);
        }
        if self.front.further.truncated {
            let truncated = norms(&lived.truncated, steps);
            for (t, value) in truncated.iter().enumerate() {
                if *value > 0.0 {
                    let y = area.bottom() - part(*value) * area.height;
                    let (from, to) = (
                        self.lanes.x(t as f32) - column * 0.43,
                        self.lanes.x(t as f32) + column * 0.43,
                    );
                    self.lanes
                        .drawing
                        .line(vec![[from, y], [to, y]], palette.truncated, 2.5);
                }
            }
        }
        let power = |log: f32| short(10_f32.powf(log));
        self.lanes.ends(area, 8.0, &power(low), &power(high));
        if area.height >= 5.0 * TEXT {
            let x = area.right() + 8.0;
            let mut key = |y: f32, name: &str, color| self.lanes.key([x, y], name, color);
            key(area.middle() - 0.6 * TEXT, "ripple", palette.replayed);
            key(area.middle() + 0.6 * TEXT, "exact", behind);
        }
    }

    /// Cosines at each step as dots.
    fn cosines(&mut self, area: Area) {
        self.lanes.label(area, "cosine");
        self.lanes.levels(area, [area.bottom(), area.y]);
        let palette = self.lanes.palette;
        for y in [area.y, area.bottom()] {
            self.lanes.rule(area, y);
        }
        let agreement = &self.front.agreement;
        let radius = (self.lanes.column() * 0.28).clamp(1.0, 3.5);
        let both = [
            (&agreement.states, palette.lived, radius * 1.5),
            (&agreement.deltas, palette.replayed, radius * 0.8),
        ];
        for (values, color, radius) in both {
            for (t, value) in values.iter().enumerate() {
                if value.is_finite() {
                    let height = area.height - 2.0 * INSET;
                    let y = area.bottom() - INSET - value.clamp(0.0, 1.0) * height;
                    self.lanes
                        .drawing
                        .dot([self.lanes.x(t as f32), y], radius, color);
                }
            }
        }
        let x = area.right() + 8.0;
        let half = TEXT / 2.0;
        let told = |value: f64, what: &str| {
            if value.is_finite() {
                format!("{what} {value:.3}")
            } else {
                format!("{what} –")
            }
        };
        let ends = [
            (
                area.y + half - 2.0,
                told(agreement.state, "state"),
                palette.lived,
            ),
            (
                area.bottom() - half + 2.0,
                told(agreement.delta, "δ"),
                palette.replayed,
            ),
        ];
        for (y, text, color) in ends {
            self.lanes.key([x, y], &text, color);
        }
    }

    /// Where the ripple is, across all lanes.
    fn front_line(&mut self, lanes: &[(Lane, Area)]) {
        let Some(t) = self.front.latest() else { return };
        let (Some(first), Some(last)) = (lanes.first(), lanes.last()) else {
            return;
        };
        // At the side of the column where the ripple goes on.
        let side = if self.front.view.order.as_str() == "Forward" {
            0.5
        } else {
            -0.5
        };
        let x = self.lanes.x(t as f32 + side);
        let points = vec![[x, first.1.y], [x, last.1.bottom()]];
        self.lanes
            .drawing
            .line(points, self.lanes.palette.text, 2.0);
    }
}

/// A raster as cells.
fn cells(raster: &Raster, color: impl Fn(f32) -> Color) -> Arc<Cells> {
    Arc::new(Cells {
        rows: raster.units,
        colors: raster.values.iter().map(|v| color(*v)).collect(),
    })
}
