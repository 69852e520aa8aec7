//! Replay decoded: which lived step each replayed step is like, and the units that say so.

mod curves;

use std::collections::HashMap;
use std::sync::Arc;

use self::curves::{draw_curves, draw_sweeps};
use super::drawing::{Area, Cells, Drawing};
use super::lanes::{GAP, Lanes};
use super::palette::{Color, Map, Palette, mixed};
use crate::engine::RippleView;
use crate::hippocampus::overlap;

/// What a part of the drawing shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Overlap of each replayed state with the engram of each lived step.
    Overlaps,
    /// The units that are active, in the order of the lived steps that they belong to.
    Units,
    /// Overlap with the engram that should have come, strength of the sequence, support of the collaterals.
    Curves,
    /// Overlap and support at each sweep of the attractor dynamics.
    Sweeps,
}

/// Rows of the raster of units at most: of more, neighbours share one.
const ROWS: usize = 500;

/// Sweeps that a hover tells at most.
const SWEEPS_TOLD: usize = 12;

/// A ripple decoded.
#[derive(Clone, Debug, Default)]
pub struct Decoded {
    /// The shapes.
    pub drawing: Drawing,
    /// The parts from above, with their places.
    pub parts: Vec<(Part, Area)>,
    /// Columns: the cue, a gap, and room for every step of the episode.
    columns: usize,
    /// Overlap of the cue (first) and of each replayed state with each lived step.
    overlaps: Vec<Vec<f32>>,
    /// The units that are drawn, by row.
    units: Vec<u32>,
    /// Units to a row.
    pooled: usize,
    rows: usize,
    codes: Arc<Vec<Vec<u32>>>,
}

/// Columns before the first replayed step: the cue and a gap.
const BEFORE: usize = 2;

/// The overlap of a state with an engram: 1 for itself, 0 by chance.
fn likeness(view: &RippleView, active: &[u32], code: &[u32]) -> f32 {
    let chance = view.code_size as f64 / view.units.max(1) as f64;
    let found = overlap(active, code);
    ((found - chance) / (1.0 - chance).max(1e-9)) as f32
}

/// The units of the episode's engrams by the first lived step that they belong to, then those that belong to none.
fn ordered(view: &RippleView) -> Vec<u32> {
    let mut seen = vec![false; view.units];
    let mut units = Vec::new();
    let active = view.steps.iter().map(|step| &step.active);
    for code in view.codes.iter().chain([&view.cue]).chain(active) {
        for &unit in code {
            if let Some(seen) = seen.get_mut(unit as usize).filter(|seen| !**seen) {
                *seen = true;
                units.push(unit);
            }
        }
    }
    units
}

impl Decoded {
    /// Draws a ripple on a sheet of this size, with the sweeps of each step if wanted. Of one that goes on only what is new is
    /// compared.
    pub fn draw(&mut self, view: &RippleView, sweeps: bool, size: [f32; 2], palette: Palette) {
        let steps = view.length.max(view.steps.len());
        let mut overlaps = std::mem::take(&mut self.overlaps);
        if !Arc::ptr_eq(&self.codes, &view.codes) {
            overlaps.clear();
        }
        let states = std::iter::once(&view.cue).chain(view.steps.iter().map(|step| &step.active));
        overlaps.truncate(view.steps.len() + 1);
        for active in states.skip(overlaps.len()) {
            let each = view.codes.iter().map(|code| likeness(view, active, code));
            overlaps.push(each.collect());
        }
        let units = ordered(view);
        let pooled = units.len().div_ceil(ROWS).max(1);
        let mut decoded = Self {
            drawing: Drawing::default(),
            parts: Vec::new(),
            columns: steps + BEFORE,
            overlaps,
            rows: units.len().div_ceil(pooled),
            units,
            pooled,
            codes: view.codes.clone(),
        };
        let mut lanes = Lanes::new(size, decoded.columns, palette);
        // Room for the axis, and half a text above.
        let room = (size[1] - 40.0).max(60.0);
        let has_units = view.units > 0;
        // A tape settles into nothing.
        let sweeps = sweeps && has_units;
        let curves = if has_units { 0.2 * room } else { 0.5 * room };
        let below = if sweeps { curves + GAP } else { 0.0 };
        let each = room - curves - below - 3.0 * GAP;
        let each = each / if has_units { 2.0 } else { 1.0 };
        let mut y = 6.0;
        let mut place = |part, height: f32| {
            let area = lanes.area(y, height.max(8.0));
            y += area.height + GAP;
            decoded.parts.push((part, area));
        };
        place(Part::Overlaps, each);
        if has_units {
            place(Part::Units, each);
        }
        place(Part::Curves, curves);
        if sweeps {
            place(Part::Sweeps, curves);
        }
        let bottom = y - GAP;
        for (part, area) in decoded.parts.clone() {
            match part {
                Part::Overlaps => decoded.draw_overlaps(view, &mut lanes, area),
                Part::Units => decoded.draw_units(view, &mut lanes, area),
                Part::Curves => draw_curves(view, &mut lanes, area),
                Part::Sweeps => draw_sweeps(view, &mut lanes, area),
            }
        }
        lanes.axis_from(bottom, "replayed step", BEFORE, "cue");
        decoded.drawing = lanes.drawing;
        *self = decoded;
    }

    /// A row a lived step, the first above; a column a replayed one. Backwards is a diagonal that rises.
    fn draw_overlaps(&self, view: &RippleView, lanes: &mut Lanes, area: Area) {
        lanes.label(area, "lived step");
        let rows = self.codes.len();
        let empty = lanes.palette.empty;
        let mut colors = vec![empty; rows * self.columns];
        let mut column = |at: usize, values: &[f32]| {
            for (row, value) in values.iter().enumerate() {
                colors[at * rows + row] = Map::Viridis.color(*value);
            }
        };
        for (state, values) in self.overlaps.iter().enumerate() {
            if view.units > 0 {
                let at = if state == 0 { 0 } else { state - 1 + BEFORE };
                column(at, values);
            } else if let Some(step) = state.checked_sub(1).and_then(|at| view.steps.get(at)) {
                // A tape has no units: it is at the step that should have come, or it is not.
                let there = step.lived_step.filter(|_| step.overlap > 0.5);
                let values: Vec<f32> = (0..rows)
                    .map(|row| f32::from(u8::from(Some(row) == there)))
                    .collect();
                column(state - 1 + BEFORE, &values);
            }
        }
        let cells = Cells { rows, colors };
        lanes.drawing.map(area, Arc::new(cells));
        lanes.bar(area, |part| Map::Viridis.color(part), "0", "overlap 1");
    }

    /// A row a unit, in the order of the lived steps; its colour says whether it belongs to the engram that should have come.
    fn draw_units(&self, view: &RippleView, lanes: &mut Lanes, area: Area) {
        lanes.label(area, "CA3 unit");
        let palette = lanes.palette;
        let row: HashMap<u32, usize> = self
            .units
            .iter()
            .enumerate()
            .map(|(i, unit)| (*unit, i / self.pooled))
            .collect();
        let mut colors = vec![palette.empty; self.rows * self.columns];
        let mut column = |at: usize, active: &[u32], right: Option<&Vec<u32>>| {
            let mut counts = vec![[0_u32; 2]; self.rows];
            for unit in active {
                if let Some(row) = row.get(unit) {
                    let belongs = right.is_some_and(|code| code.binary_search(unit).is_ok());
                    counts[*row][usize::from(!belongs)] += 1;
                }
            }
            for (row, [right, wrong]) in counts.into_iter().enumerate() {
                let all = right + wrong;
                if all > 0 {
                    let color = mixed(palette.replayed, palette.wrong, wrong as f32 / all as f32);
                    // One unit of many is to be seen too.
                    let part = 0.4 + 0.6 * all as f32 / self.pooled as f32;
                    colors[at * self.rows + row] = mixed(palette.empty, color, part);
                }
            }
        };
        let code = |step: Option<usize>| self.codes.get(step?);
        column(
            0,
            &view.cue,
            code(view.steps.first().and_then(|s| s.lived_step)),
        );
        for (at, step) in view.steps.iter().enumerate() {
            column(at + BEFORE, &step.active, code(step.lived_step));
        }
        let cells = Cells {
            rows: self.rows,
            colors,
        };
        lanes.drawing.map(area, Arc::new(cells));
        let x = area.right() + 8.0;
        let mut key = |y: f32, text: &str, color: Color| {
            lanes.key([x, y], text, color);
        };
        key(area.y + 8.0, "its own", palette.replayed);
        key(area.y + 24.0, "other", palette.wrong);
    }

    /// The part, the column and the row, as a part of its height from above, at a place.
    fn at(&self, place: [f32; 2]) -> Option<(Part, usize, f32)> {
        let (part, area) = self.parts.iter().find(|(_, area)| area.holds(place))?;
        let column = (place[0] - area.x) / area.width * self.columns as f32;
        let down = (place[1] - area.y) / area.height;
        Some((
            *part,
            (column as usize).min(self.columns.checked_sub(1)?),
            down,
        ))
    }

    /// The units that are drawn at a place.
    pub fn units_at(&self, place: [f32; 2]) -> &[u32] {
        match self.at(place) {
            Some((Part::Units, _, down)) => {
                let row = (down * self.rows as f32) as usize;
                let from = (row * self.pooled).min(self.units.len());
                &self.units[from..(from + self.pooled).min(self.units.len())]
            }
            _ => &[],
        }
    }

    /// What there is at a place, in words.
    pub fn tell(&self, view: &RippleView, place: [f32; 2]) -> Option<String> {
        let (part, column, down) = self.at(place)?;
        let replayed = column.checked_sub(BEFORE);
        let step = replayed.and_then(|at| view.steps.get(at));
        let when = match (column, replayed) {
            (0, _) => "in the cue".into(),
            (_, Some(at)) => format!("at replayed step {at}"),
            _ => return None,
        };
        Some(match part {
            Part::Overlaps => {
                let row = ((down * self.codes.len() as f32) as usize).min(self.codes.len());
                let state = if column == 0 {
                    Some(0)
                } else {
                    replayed.map(|at| at + 1)
                };
                let value = state.and_then(|at| self.overlaps.get(at)?.get(row).copied());
                let value = value.filter(|_| view.units > 0);
                let value = value.map_or("nothing yet".into(), |v| format!("{v:.3}"));
                format!("overlap with the engram of lived step {row} {when}: {value}")
            }
            Part::Units => {
                let units = self.units_at(place);
                let active = if column == 0 {
                    Some(&view.cue)
                } else {
                    step.map(|step| &step.active)
                };
                let first = |unit: &u32| {
                    let of = |code: &Vec<u32>| code.binary_search(unit).is_ok();
                    match self.codes.iter().position(of) {
                        Some(step) => format!("unit {unit} (lived step {step})"),
                        None => format!("unit {unit} (of another episode)"),
                    }
                };
                let named: Vec<String> = units.iter().take(4).map(first).collect();
                let on = units
                    .iter()
                    .filter(|unit| active.is_some_and(|active| active.binary_search(unit).is_ok()));
                let more = units.len().saturating_sub(named.len());
                let more = if more > 0 {
                    format!(" and {more} more")
                } else {
                    String::new()
                };
                let on = on.count();
                format!("{}{more}: {on} active {when}", named.join(", "))
            }
            Part::Curves => match step {
                Some(step) => format!(
                    "{when}: overlap {:.3}, sequence strength {:.3}, support {:.3}",
                    step.overlap, step.strength, step.support
                ),
                None => return None,
            },
            Part::Sweeps => {
                let each = step?.sweeps.iter().map(|sweep| {
                    let or = |value: f32, none: &str| match value {
                        value if value.is_finite() => format!("{value:.3}"),
                        _ => none.into(),
                    };
                    let (overlap, support) = (or(sweep.overlap, "none"), or(sweep.support, "–"));
                    format!("overlap {overlap}, support {support}")
                });
                let each: Vec<String> = each.take(SWEEPS_TOLD).collect();
                format!("{when}, sweep by sweep: {}", each.join("; "))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::RippleStep;
    use crate::figure::Mark;
    use crate::record::Order;

    /// Four engrams of two units each, replayed backwards; at its last step a unit of another episode is active.
    fn ripple(steps: usize) -> RippleView {
        let code = |t: usize| vec![2 * t as u32, 2 * t as u32 + 1];
        let step = |at: usize| RippleStep {
            active: if at == 3 { vec![0, 19] } else { code(3 - at) },
            overlap: 1.0,
            lived_step: Some(3 - at),
            ..RippleStep::default()
        };
        RippleView {
            length: 4,
            order: Order::REVERSE,
            units: 20,
            code_size: 2,
            cue: vec![7],
            codes: Arc::new((0..4).map(code).collect()),
            steps: (0..steps).map(step).collect(),
            ..RippleView::default()
        }
    }

    fn drawn(view: &RippleView) -> Decoded {
        let mut decoded = Decoded::default();
        decoded.draw(view, false, [500.0, 400.0], Palette::DARK);
        decoded
    }

    #[test]
    fn backwards_is_a_diagonal_that_rises() {
        let decoded = drawn(&ripple(4));
        for (at, column) in decoded.overlaps[1..].iter().enumerate() {
            let best = column.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            assert_eq!(best.unwrap().0, 3 - at);
        }
        assert!((decoded.overlaps[1][3] - 1.0).abs() < 1e-6);
        assert!(
            (decoded.overlaps[0][3] - 4.0 / 9.0).abs() < 1e-6,
            "half a cue"
        );
        let maps = decoded.drawing.marks.iter().filter_map(|mark| match mark {
            Mark::Map { cells, .. } => Some((cells.rows, cells.columns())),
            _ => None,
        });
        let maps: Vec<(usize, usize)> = maps.collect();
        // Overlaps with room for the cue, a gap and four steps; what their colours mean; eight units and one more.
        assert_eq!(maps, [(4, 6), (32, 1), (9, 6)]);
    }

    #[test]
    fn a_ripple_that_goes_on_is_drawn_as_if_anew() {
        let mut grown = Decoded::default();
        let whole = ripple(4);
        for steps in [1, 3, 2, 4] {
            let mut view = ripple(steps);
            view.codes = whole.codes.clone();
            grown.draw(&view, false, [500.0, 400.0], Palette::DARK);
            assert_eq!(grown.drawing, drawn(&view).drawing, "{steps}");
        }
    }

    #[test]
    fn hovers_name_the_true_step_unit_and_value() {
        let view = ripple(4);
        let decoded = drawn(&view);
        let at = |part: Part, column: f32, down: f32| {
            let area = decoded.parts.iter().find(|(p, _)| *p == part).unwrap().1;
            let x = area.x + (column + 0.5) / 6.0 * area.width;
            let place = [x, area.y + down * area.height];
            (decoded.tell(&view, place), decoded.units_at(place).to_vec())
        };
        let said = |part, column, down| at(part, column, down).0.unwrap();
        let told = "overlap with the engram of lived step 3 at replayed step 0: 1.000";
        assert_eq!(said(Part::Overlaps, 2.0, 0.9), told);
        let told = "overlap with the engram of lived step 3 in the cue: 0.444";
        assert_eq!(said(Part::Overlaps, 0.0, 0.9), told);
        assert_eq!(
            said(Part::Units, 5.0, 0.99),
            "unit 19 (of another episode): 1 active at replayed step 3"
        );
        assert_eq!(
            said(Part::Units, 5.0, 0.01),
            "unit 0 (lived step 0): 1 active at replayed step 3"
        );
        assert_eq!(at(Part::Units, 3.0, 0.5).1, [4]);
        assert_eq!(at(Part::Curves, 1.0, 0.5).0, None, "the gap");
    }

    #[test]
    fn any_ripple_is_decoded_on_any_sheet() {
        let mut tape = ripple(3);
        (tape.units, tape.code_size) = (0, 0);
        tape.steps.iter_mut().for_each(|step| step.active.clear());
        let mut broken = ripple(4);
        broken.steps[2].active = vec![u32::MAX];
        broken.steps[1].lived_step = Some(77);
        let mut large = ripple(4);
        large.units = 5000;
        large.codes = Arc::new(
            (0..4)
                .map(|t| (t * 1000..t * 1000 + 900).collect())
                .collect(),
        );
        for view in [&tape, &broken, &large, &RippleView::default()] {
            for size in [[1.0, 1.0], [300.0, 90.0], [3000.0, 2000.0]] {
                let mut decoded = Decoded::default();
                decoded.draw(view, true, size, Palette::LIGHT);
                assert!(decoded.rows <= ROWS);
                for x in 0..20 {
                    for y in 0..20 {
                        let part = |i: i32, all: f32| (i as f32 + 0.5) / 20.0 * all;
                        decoded.tell(view, [part(x, size[0]), part(y, size[1])]);
                    }
                }
            }
        }
    }
}
