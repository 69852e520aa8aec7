//! Values by row and column as colours, with axes and what the colours mean.

use std::sync::Arc;

use super::drawing::{Anchor, Area, Cells, Drawing};
use super::lanes::TEXT;
use super::numbers::short;
use super::palette::{Map, Palette};
use super::plot::Scale;
use super::table::csv;
use crate::engine::Raster;

/// Height of a line of text with room around it.
const ROW: f32 = TEXT + 4.0;
/// Room for the colours' numbers, and for those of the rows.
const SIDES: [f32; 2] = [36.0, 62.0];

/// A matrix to be drawn.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    /// The values: a row a unit, a column a step.
    pub raster: &'a Raster,
    /// Columns that there are to be, where more than there are now.
    pub columns: usize,
    /// What is counted along.
    pub along: &'a str,
    /// What is counted down.
    pub down: &'a str,
    /// What the number of each row is; its position where there are none.
    pub rows: &'a [usize],
    /// The colours.
    pub map: Map,
    /// The value of the last colour.
    pub scale: f32,
}

/// A matrix as drawn: the drawing, and where its cells lie.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// What is drawn.
    pub drawing: Drawing,
    /// Where the cells lie.
    pub area: Area,
    columns: usize,
    rows: usize,
}

impl Drawn {
    /// The row and the column at a place.
    pub fn cell(&self, [x, y]: [f32; 2]) -> Option<[usize; 2]> {
        if !self.area.holds([x, y]) {
            return None;
        }
        let part = |at: f32, from: f32, length: f32, count: usize| {
            (((at - from) / length * count as f32) as usize).min(count.saturating_sub(1))
        };
        let row = part(y, self.area.y, self.area.height, self.rows);
        Some([row, part(x, self.area.x, self.area.width, self.columns)])
    }
}

impl Matrix<'_> {
    /// Draws it.
    pub fn draw(&self, size: [f32; 2], palette: Palette) -> Drawn {
        let (rows, steps) = (self.raster.units, self.raster.steps());
        let columns = self.columns.max(steps).max(1);
        let [left, right] = SIDES;
        let area = Area {
            x: left,
            y: ROW,
            width: (size[0] - left - right).max(10.0),
            height: (size[1] - 3.0 * ROW).max(10.0),
        };
        let mut drawing = Drawing::new(size);
        let down = [0.0, TEXT / 2.0 + 1.0];
        drawing.text(down, self.down, TEXT, palette.text, Anchor::Start);
        drawing.fill(area, palette.empty);
        if rows > 0 && steps > 0 {
            let low = self.map == Map::Diverging;
            let color = |v: &f32| self.map.color(*v / self.scale);
            let cells = Cells {
                rows,
                colors: self.raster.values.iter().map(color).collect(),
            };
            let filled = Area {
                width: area.width * steps as f32 / columns as f32,
                ..area
            };
            drawing.map(filled, Arc::new(cells));
            self.bar(&mut drawing, area, low, palette);
        }
        let caption = palette.caption;
        let axis = |count: usize, places: [f32; 2], apart: f32| {
            let scale = Scale {
                from: -0.5,
                to: count as f64 - 0.5,
                log: false,
                places,
            };
            let ticks = scale.ticks(apart).into_iter();
            let whole = ticks.filter(|t| t.value.fract() == 0.0 && t.value >= 0.0);
            let placed = whole.filter_map(move |t| Some((t.value as usize, scale.place(t.value)?)));
            placed.collect::<Vec<_>>()
        };
        for (row, y) in axis(rows, [area.y, area.bottom()], 30.0) {
            let told = self.rows.get(row).copied().unwrap_or(row).to_string();
            drawing.text([left - 5.0, y], told, TEXT, caption, Anchor::End);
        }
        let below = area.bottom() + ROW / 2.0 + 2.0;
        for (column, x) in axis(columns, [area.x, area.right()], 50.0) {
            let at = [x, below];
            drawing.text(at, column.to_string(), TEXT, caption, Anchor::Middle);
        }
        let at = [area.x + area.width / 2.0, below + ROW - 2.0];
        drawing.text(at, self.along, TEXT, palette.text, Anchor::Middle);
        Drawn {
            drawing,
            area,
            columns,
            rows,
        }
    }

    /// What the colours mean.
    fn bar(&self, drawing: &mut Drawing, area: Area, signed: bool, palette: Palette) {
        const SHADES: usize = 48;
        let shade = |i: usize| {
            let part = 1.0 - (i as f32 + 0.5) / SHADES as f32;
            self.map.color(if signed { 2.0 * part - 1.0 } else { part })
        };
        let cells = Cells {
            rows: SHADES,
            colors: (0..SHADES).map(shade).collect(),
        };
        let bar = Area {
            x: area.right() + 8.0,
            width: 8.0,
            ..area
        };
        drawing.map(bar, Arc::new(cells));
        let low = if signed { -self.scale } else { 0.0 };
        for (value, y) in [
            (self.scale, bar.y + TEXT / 2.0),
            (low, bar.bottom() - TEXT / 2.0),
        ] {
            let at = [bar.right() + 4.0, y];
            drawing.text(at, short(value), TEXT, palette.caption, Anchor::Start);
        }
    }

    /// Its values as CSV: a row each.
    pub fn table(&self) -> String {
        let steps = (0..self.raster.steps()).filter_map(|s| Some((s, self.raster.column(s)?)));
        let rows = steps.flat_map(|(step, column)| {
            column.iter().enumerate().map(move |(row, value)| {
                let row = self.rows.get(row).copied().unwrap_or(row);
                [row.to_string(), step.to_string(), value.to_string()]
            })
        });
        csv([self.down, self.along, "value"], rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_found_where_it_is_drawn() {
        let raster = Raster {
            units: 3,
            values: (0..12).map(|v| v as f32).collect(),
        };
        let matrix = Matrix {
            raster: &raster,
            columns: 8,
            along: "step",
            down: "unit",
            rows: &[7, 8, 9],
            map: Map::Viridis,
            scale: 11.0,
        };
        let drawn = matrix.draw([300.0, 200.0], Palette::DARK);
        let at = |row: f32, column: f32| {
            let area = drawn.area;
            let x = area.x + (column + 0.5) / 8.0 * area.width;
            drawn.cell([x, area.y + (row + 0.5) / 3.0 * area.height])
        };
        assert_eq!(at(0.0, 0.0), Some([0, 0]));
        assert_eq!(at(2.0, 7.0), Some([2, 7]));
        assert_eq!(drawn.cell([0.0, 0.0]), None);
        assert_eq!(matrix.table().lines().nth(5), Some("8,1,4"));
        let empty = Raster::default();
        let none = Matrix {
            raster: &empty,
            columns: 0,
            ..matrix
        };
        assert!(none.draw([0.0, 0.0], Palette::LIGHT).drawing.marks.len() > 1);
    }
}
