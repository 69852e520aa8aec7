//! Values by row and column as colours, with axes and what the colours mean.

use std::sync::Arc;

use super::drawing::{Anchor, Area, Cells, Drawing};
use super::lanes::{TEXT, fitting, width};
use super::numbers::{largest, short};
use super::palette::{Color, Map, Palette, contrast};
use super::plot::Scale;
use super::table::csv;
use crate::engine::Raster;

/// Height of a line of text with room around it.
const ROW: f32 = TEXT + 4.0;
/// Room for the numbers of the rows, and for those of the colours.
const SIDES: [f32; 2] = [36.0, 62.0];
/// A narrower matrix has room for its cells alone, a lower one beside them for what the colours mean.
const LEAST: [f32; 2] = [150.0, 96.0];

/// What the rows or the columns are called.
#[derive(Clone, Copy, Debug, Default)]
pub enum Called<'a> {
    /// By their positions.
    #[default]
    Position,
    /// By numbers.
    Numbers(&'a [usize]),
    /// By words.
    Words(&'a [String]),
}

impl Called<'_> {
    /// The one at a position.
    fn at(&self, i: usize) -> String {
        match self {
            Self::Position => i.to_string(),
            Self::Numbers(all) => all.get(i).copied().unwrap_or(i).to_string(),
            Self::Words(all) => all.get(i).cloned().unwrap_or_default(),
        }
    }

    /// Points that two need from each other: along, or down.
    fn apart(&self, along: bool) -> f32 {
        match self {
            Self::Words(all) if along => {
                let longest = all.iter().map(|word| width(word)).fold(0.0, f32::max);
                longest + 8.0
            }
            Self::Words(_) => ROW,
            _ if along => 50.0,
            _ => 30.0,
        }
    }
}

/// A matrix to be drawn.
#[derive(Clone, Copy)]
pub struct Matrix<'a> {
    /// The values: a row a unit, a column a step.
    pub raster: &'a Raster,
    /// Columns that there are to be, where more than there are now.
    pub columns: usize,
    /// What is counted along.
    pub along: &'a str,
    /// What is counted down.
    pub down: &'a str,
    /// What each row is called.
    pub rows: Called<'a>,
    /// What each column is called.
    pub across: Called<'a>,
    /// The colours.
    pub map: Map,
    /// The values of the first colour and of the last.
    pub range: [f32; 2],
    /// What is written into the cell of a row and a column.
    pub written: Option<&'a dyn Fn(usize, usize) -> String>,
}

impl<'a> Matrix<'a> {
    /// Steps along and units down, in colours from blue to red.
    pub fn signed(raster: &'a Raster, scale: f32, [along, down]: [&'a str; 2]) -> Self {
        Self {
            raster,
            columns: 0,
            along,
            down,
            rows: Called::Position,
            across: Called::Position,
            map: Map::Diverging,
            range: [-scale, scale],
            written: None,
        }
    }

    /// The same from nothing to the largest value.
    pub fn positive(raster: &'a Raster, map: Map, names: [&'a str; 2]) -> Self {
        let range = [0.0, largest(&raster.values)];
        Self {
            map,
            range,
            ..Self::signed(raster, 1.0, names)
        }
    }
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
    /// The colour of a value.
    fn color(&self, value: f32) -> Color {
        let [low, high] = self.range;
        let part = (value - low) / (high - low).max(f32::MIN_POSITIVE);
        match self.map {
            Map::Diverging => self.map.color(2.0 * part - 1.0),
            _ => self.map.color(part),
        }
    }

    /// Draws it; without axes where there is no room for them.
    pub fn draw(&self, size: [f32; 2], palette: Palette) -> Drawn {
        let (rows, steps) = (self.raster.units, self.raster.steps());
        let columns = self.columns.max(steps).max(1);
        let (narrow, low) = (size[0] < LEAST[0], size[1] < LEAST[1]);
        let [mut left, right] = SIDES;
        if let Called::Words(words) = self.rows {
            let longest = words.iter().map(|word| width(word)).fold(0.0, f32::max);
            left = (longest + 8.0).clamp(left, (0.3 * size[0]).max(left));
        }
        let [left, right] = if narrow { [0.0, 0.0] } else { [left, right] };
        let axes = if narrow || low { 0.0 } else { ROW };
        let area = Area {
            x: left,
            y: axes,
            width: (size[0] - left - right).max(10.0),
            height: (size[1] - 3.0 * axes).max(10.0),
        };
        let mut drawing = Drawing::new(size);
        drawing.fill(area, palette.empty);
        if rows > 0 && steps > 0 {
            let color = |v: &f32| self.color(*v);
            let cells = Cells {
                rows,
                colors: self.raster.values.iter().map(color).collect(),
            };
            let filled = Area {
                width: area.width * steps as f32 / columns as f32,
                ..area
            };
            drawing.map(filled, Arc::new(cells));
            self.write(&mut drawing, filled);
        }
        if axes > 0.0 {
            self.axes(&mut drawing, area, columns, palette);
        }
        if !narrow && !self.raster.values.is_empty() {
            self.bar(&mut drawing, area, palette);
        }
        Drawn {
            drawing,
            area,
            columns,
            rows,
        }
    }

    /// What is written into the cells, where they have room for it.
    fn write(&self, drawing: &mut Drawing, area: Area) {
        let Some(written) = self.written else { return };
        let (rows, columns) = (self.raster.units, self.raster.steps());
        let (wide, high) = (area.width / columns as f32, area.height / rows as f32);
        if high < ROW {
            return;
        }
        for column in 0..columns {
            for row in 0..rows {
                let text = written(row, column);
                if wide < width(&text) + 4.0 {
                    continue;
                }
                let ground = self.color(self.raster.values[column * rows + row]);
                let [black, white] = [[0, 0, 0, 255], [255, 255, 255, 255]];
                let dark = contrast(white, ground) > contrast(black, ground);
                let ink = if dark { white } else { black };
                let at = [
                    area.x + (column as f32 + 0.5) * wide,
                    area.y + (row as f32 + 0.5) * high,
                ];
                drawing.text(at, text, TEXT, ink, Anchor::Middle);
            }
        }
    }

    /// What is counted.
    fn axes(&self, drawing: &mut Drawing, area: Area, columns: usize, palette: Palette) {
        let rows = self.raster.units;
        let down = [0.0, TEXT / 2.0 + 1.0];
        drawing.text(down, self.down, TEXT, palette.text, Anchor::Start);
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
        for (row, y) in axis(rows, [area.y, area.bottom()], self.rows.apart(false)) {
            let told = fitting(&self.rows.at(row), area.x - 6.0);
            drawing.text([area.x - 5.0, y], told, TEXT, caption, Anchor::End);
        }
        let below = area.bottom() + ROW / 2.0 + 2.0;
        for (column, x) in axis(columns, [area.x, area.right()], self.across.apart(true)) {
            let at = [x, below];
            drawing.text(at, self.across.at(column), TEXT, caption, Anchor::Middle);
        }
        let at = [area.x + area.width / 2.0, below + ROW - 2.0];
        drawing.text(at, self.along, TEXT, palette.text, Anchor::Middle);
    }

    /// What the colours mean.
    fn bar(&self, drawing: &mut Drawing, area: Area, palette: Palette) {
        const SHADES: usize = 48;
        let [low, high] = self.range;
        let shade = |i: usize| {
            let part = 1.0 - (i as f32 + 0.5) / SHADES as f32;
            self.color(low + part * (high - low))
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
        for (value, y) in [(high, bar.y + TEXT / 2.0), (low, bar.bottom() - TEXT / 2.0)] {
            if y == bar.bottom() - TEXT / 2.0 && bar.height < 2.0 * TEXT {
                continue;
            }
            let at = [bar.right() + 4.0, y];
            drawing.text(at, short(value), TEXT, palette.caption, Anchor::Start);
        }
    }

    /// Its values as CSV: a row each.
    pub fn table(&self) -> String {
        let steps = (0..self.raster.steps()).filter_map(|s| Some((s, self.raster.column(s)?)));
        let rows = steps.flat_map(|(step, column)| {
            column.iter().enumerate().map(move |(row, value)| {
                [self.rows.at(row), self.across.at(step), value.to_string()]
            })
        });
        csv([self.down, self.along, "value"], rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Mark;

    #[test]
    fn words_name_rows_and_columns_and_cells_are_written_into() {
        let raster = Raster {
            units: 2,
            values: vec![0.5, 1.0, 0.75, f32::NAN],
        };
        let words = ["0.1", "Fraction(0.5)"].map(String::from);
        let written = |row: usize, column: usize| format!("{row}/{column}");
        let matrix = Matrix {
            rows: Called::Words(&words),
            across: Called::Words(&words),
            range: [0.5, 1.0],
            written: Some(&written),
            ..Matrix::positive(&raster, Map::Viridis, ["cue", "load"])
        };
        let texts = |size: [f32; 2]| {
            let marks = matrix.draw(size, Palette::DARK).drawing.marks.into_iter();
            let texts = marks.filter_map(|mark| match mark {
                Mark::Text { text, .. } => Some(text),
                _ => None,
            });
            texts.collect::<Vec<_>>()
        };
        let large = texts([500.0, 300.0]);
        for text in [
            "0.1",
            "Fraction(0.5)",
            "cue",
            "load",
            "0/0",
            "1/1",
            "0.5",
            "1",
        ] {
            assert!(large.iter().any(|t| t == text), "{text}: {large:?}");
        }
        // Cells alone, where there is no room for anything else.
        assert!(texts([60.0, 30.0]).iter().all(|t| t.contains('/')));
        assert_eq!(matrix.table().lines().nth(2), Some("Fraction(0.5),0.1,1"));
        assert_eq!(matrix.color(0.5), Map::Viridis.color(0.0));
        assert_eq!(matrix.color(0.75), Map::Viridis.color(0.5));
    }

    #[test]
    fn a_cell_is_found_where_it_is_drawn() {
        let raster = Raster {
            units: 3,
            values: (0..12).map(|v| v as f32).collect(),
        };
        let matrix = Matrix {
            raster: &raster,
            columns: 8,
            rows: Called::Numbers(&[7, 8, 9]),
            ..Matrix::positive(&raster, Map::Viridis, ["step", "unit"])
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
        let marks = |size| none.draw(size, Palette::LIGHT).drawing.marks.len();
        assert!(marks([0.0, 0.0]) == 1 && marks([300.0, 200.0]) > 2);
    }
}
