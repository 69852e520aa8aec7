//! Drawings as SVG: text stays text, and nothing is taken from pixels.

use std::fmt::Write;

use super::drawing::{Anchor, Area, Cells, Drawing, Mark};
use super::palette::Color;

/// Points of a drawing to a millimetre of the sheet: a text of 12 points is 2.1 mm high, as journals want it.
const POINTS_PER_MM: f32 = 480.0 / 85.0;

/// How wide a drawing is to be for a sheet so wide.
pub fn points(mm: f32) -> f32 {
    mm * POINTS_PER_MM
}

/// Most cells of a map that are drawn; of more every so-manieth row or column is.
const MOST_CELLS: usize = 40_000;

/// How far a cell of a map reaches under its neighbours.
const UNDER: f32 = 0.1;

/// A drawing as the text of an SVG file.
pub fn svg(drawing: &Drawing, ground: Color) -> String {
    let [width, height] = drawing.size;
    let (wide, high) = (width / POINTS_PER_MM, height / POINTS_PER_MM);
    let mut out = Svg(String::new());
    out.put(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide:.2}mm\" height=\"{high:.2}mm\" viewBox=\"0 0 {width:.1} {height:.1}\" \
         font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\">\n"
    ));
    let sheet = Area {
        width,
        height,
        ..Area::default()
    };
    out.fill(sheet, ground);
    for mark in &drawing.marks {
        out.mark(mark);
    }
    out.put(format_args!("</svg>\n"));
    out.0
}

struct Svg(String);

impl Svg {
    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        // A string takes whatever is written to it.
        let _ = self.0.write_fmt(text);
    }

    fn fill(&mut self, area: Area, color: Color) {
        let Area {
            x,
            y,
            width,
            height,
        } = area;
        self.put(format_args!(
            "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{width:.2}\" height=\"{height:.2}\" {}/>\n",
            paint("fill", color)
        ));
    }

    fn mark(&mut self, mark: &Mark) {
        match mark {
            Mark::Line {
                points,
                color,
                width,
                dash,
            } => {
                let mut places = String::new();
                for [x, y] in points {
                    let _ = write!(places, "{x:.2},{y:.2} ");
                }
                self.put(format_args!(
                    "<polyline points=\"{}\" fill=\"none\" {} stroke-width=\"{width:.2}\"{}/>\n",
                    places.trim_end(),
                    paint("stroke", *color),
                    dash.lengths().map_or(String::new(), |[on, off]| format!(
                        " stroke-dasharray=\"{on} {off}\""
                    ))
                ));
            }
            Mark::Ribbon { ends, color } => {
                let mut places = String::new();
                let there = ends.iter().map(|end| end[0]);
                for [x, y] in there.chain(ends.iter().rev().map(|end| end[1])) {
                    let _ = write!(places, "{x:.2},{y:.2} ");
                }
                self.put(format_args!(
                    "<polygon points=\"{}\" {}/>\n",
                    places.trim_end(),
                    paint("fill", *color)
                ));
            }
            Mark::Fill { area, color } => self.fill(*area, *color),
            Mark::Dot {
                at: [x, y],
                radius,
                color,
            } => self.put(format_args!(
                "<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"{radius:.2}\" {}/>\n",
                paint("fill", *color)
            )),
            Mark::Map { area, cells } => self.map(*area, cells),
            Mark::Text {
                at: [x, y],
                text,
                size,
                color,
                anchor,
            } => {
                let anchor = match anchor {
                    Anchor::Start => "start",
                    Anchor::Middle => "middle",
                    Anchor::End => "end",
                };
                // The middle of a line is about a third of its height above its foot.
                let foot = y + 0.35 * size;
                self.put(format_args!(
                    "<text x=\"{x:.2}\" y=\"{foot:.2}\" font-size=\"{size:.1}\" text-anchor=\"{anchor}\" {}>{}</text>\n",
                    paint("fill", *color),
                    escaped(text)
                ));
            }
        }
    }

    /// Cells as rectangles: neighbours of one colour in a column are one.
    fn map(&mut self, area: Area, cells: &Cells) {
        let (rows, columns) = (cells.rows, cells.columns());
        if rows == 0 || columns == 0 {
            return;
        }
        // Cells that touch would show the ground between them where edges are smoothed.
        self.put(format_args!("<g shape-rendering=\"crispEdges\">\n"));
        let skip = (rows * columns).div_ceil(MOST_CELLS);
        let (skip_columns, skip_rows) = if columns > rows { (skip, 1) } else { (1, skip) };
        let (wide, high) = (area.width / columns as f32, area.height / rows as f32);
        for column in (0..columns).step_by(skip_columns) {
            let color = |row: usize| cells.colors[column * rows + row];
            let mut row = 0;
            while row < rows {
                let mut end = row + skip_rows;
                while end < rows && color(end) == color(row) {
                    end += skip_rows;
                }
                let end = end.min(rows);
                let [x, y] = [area.x + column as f32 * wide, area.y + row as f32 * high];
                // A little under the ones that come after it: places are rounded when they are written.
                let width = wide * skip_columns.min(columns - column) as f32 + UNDER;
                let height = (end - row) as f32 * high + UNDER;
                let piece = Area {
                    x,
                    y,
                    width: width.min(area.right() - x),
                    height: height.min(area.bottom() - y),
                };
                self.fill(piece, color(row));
                row = end;
            }
        }
        self.put(format_args!("</g>\n"));
    }
}

/// A colour as an attribute.
fn paint(what: &str, [r, g, b, a]: Color) -> String {
    let opaque = format!("{what}=\"#{r:02x}{g:02x}{b:02x}\"");
    if a == 255 {
        return opaque;
    }
    format!("{opaque} {what}-opacity=\"{:.3}\"", f32::from(a) / 255.0)
}

/// A text that holds no markup, in XML and in HTML, in a line.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // Nothing that XML does not allow.
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn shapes_become_elements_and_text_stays_text() {
        let mut drawing = Drawing::new([480.0, 240.0]);
        drawing.text(
            [10.0, 20.0],
            "a < b & \"c\"",
            12.0,
            [1, 2, 3, 255],
            Anchor::End,
        );
        drawing.line(vec![[0.0, 0.0], [5.0, 5.5]], [255, 0, 0, 128], 2.0);
        drawing.dot([1.0, 2.0], 3.0, [0, 0, 0, 255]);
        let (red, blue) = ([255, 0, 0, 255], [0, 0, 255, 255]);
        let area = Area {
            x: 10.0,
            y: 10.0,
            width: 20.0,
            height: 30.0,
        };
        let cells = Cells {
            rows: 3,
            colors: vec![red, red, blue, blue, blue, blue],
        };
        drawing.map(area, Arc::new(cells));
        let text = svg(&drawing, [255; 4]);
        assert!(text.contains("width=\"85.00mm\" height=\"42.50mm\" viewBox=\"0 0 480.0 240.0\""));
        assert!(
            text.contains(
                "text-anchor=\"end\" fill=\"#010203\">a &lt; b &amp; &quot;c&quot;</text>"
            )
        );
        assert!(text.contains("stroke=\"#ff0000\" stroke-opacity=\"0.502\""));
        // The sheet; the first column in two pieces, the second in one.
        assert_eq!(text.matches("<rect").count(), 4);
        let second =
            "<rect x=\"20.00\" y=\"10.00\" width=\"10.00\" height=\"30.00\" fill=\"#0000ff\"/>";
        assert!(text.contains(second), "{text}");
    }

    #[test]
    fn a_large_map_is_thinned() {
        let mut drawing = Drawing::new([100.0, 100.0]);
        let noise = |i: u32| [(i * 7) as u8, (i * 13) as u8, (i * 29) as u8, 255];
        let cells = Cells {
            rows: 500,
            colors: (0..500_000).map(noise).collect(),
        };
        let area = Area {
            width: 100.0,
            height: 100.0,
            ..Area::default()
        };
        drawing.map(area, Arc::new(cells));
        let rects = svg(&drawing, [255; 4]).matches("<rect").count();
        assert!((20_000..=MOST_CELLS + 1).contains(&rects), "{rects}");
    }
}
