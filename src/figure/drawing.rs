//! Shapes with places and colours, on a sheet.

use std::sync::Arc;

use super::palette::Color;
use super::plot::Dash;

/// Where a text stands beside its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// To the right of it.
    Start,
    /// In the middle.
    Middle,
    /// To the left of it.
    End,
}

/// A rectangle: left, top, width and height, in points.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Area {
    /// Left.
    pub x: f32,
    /// Top.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl Area {
    /// Right.
    pub fn right(&self) -> f32 {
        self.x + self.width
    }

    /// Bottom.
    pub fn bottom(&self) -> f32 {
        self.y + self.height
    }

    /// Middle of its height.
    pub fn middle(&self) -> f32 {
        self.y + self.height / 2.0
    }

    /// Whether a place lies in it.
    pub fn holds(&self, [x, y]: [f32; 2]) -> bool {
        (self.x..self.right()).contains(&x) && (self.y..self.bottom()).contains(&y)
    }
}

/// Coloured cells, column by column from the left, each from the top.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cells {
    /// Rows.
    pub rows: usize,
    /// Their colours.
    pub colors: Vec<Color>,
}

impl Cells {
    /// How many columns there are.
    pub fn columns(&self) -> usize {
        self.colors.len() / self.rows.max(1)
    }
}

/// A shape of a drawing.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A line through points.
    Line {
        /// Where it goes.
        points: Vec<[f32; 2]>,
        /// Its colour.
        color: Color,
        /// How wide it is.
        width: f32,
        /// How it is broken.
        dash: Dash,
    },
    /// What lies between two lines.
    Ribbon {
        /// A place on the one and a place on the other, again and again.
        ends: Vec<[[f32; 2]; 2]>,
        /// Its colour.
        color: Color,
    },
    /// A filled rectangle.
    Fill {
        /// Where.
        area: Area,
        /// Its colour.
        color: Color,
    },
    /// A filled circle.
    Dot {
        /// Its middle.
        at: [f32; 2],
        /// Its radius.
        radius: f32,
        /// Its colour.
        color: Color,
    },
    /// Cells that fill a rectangle.
    Map {
        /// Where.
        area: Area,
        /// The cells.
        cells: Arc<Cells>,
    },
    /// A line of text, in the middle of its height.
    Text {
        /// Its place.
        at: [f32; 2],
        /// What it says.
        text: String,
        /// Its height.
        size: f32,
        /// Its colour.
        color: Color,
        /// How it stands to its place.
        anchor: Anchor,
    },
}

/// Shapes on a sheet, the first ones below.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawing {
    /// Width and height, in points.
    pub size: [f32; 2],
    /// The shapes.
    pub marks: Vec<Mark>,
}

impl Drawing {
    /// An empty sheet.
    pub fn new(size: [f32; 2]) -> Self {
        Self {
            size,
            marks: Vec::new(),
        }
    }

    /// Adds a filled rectangle.
    pub fn fill(&mut self, area: Area, color: Color) {
        self.marks.push(Mark::Fill { area, color });
    }

    /// Adds a line.
    pub fn line(&mut self, points: Vec<[f32; 2]>, color: Color, width: f32) {
        self.broken(points, color, width, Dash::Solid);
    }

    /// Adds a line that may be broken into dashes.
    pub fn broken(&mut self, points: Vec<[f32; 2]>, color: Color, width: f32, dash: Dash) {
        self.marks.push(Mark::Line {
            points,
            color,
            width,
            dash,
        });
    }

    /// Adds what lies between two lines.
    pub fn ribbon(&mut self, ends: Vec<[[f32; 2]; 2]>, color: Color) {
        self.marks.push(Mark::Ribbon { ends, color });
    }

    /// Adds all of another drawing, moved.
    pub fn add(&mut self, other: Self, [dx, dy]: [f32; 2]) {
        let moved = |[x, y]: [f32; 2]| [x + dx, y + dy];
        self.marks.extend(other.marks.into_iter().map(|mut mark| {
            match &mut mark {
                Mark::Line { points, .. } => points.iter_mut().for_each(|p| *p = moved(*p)),
                Mark::Ribbon { ends, .. } => {
                    ends.iter_mut().flatten().for_each(|p| *p = moved(*p));
                }
                Mark::Fill { area, .. } | Mark::Map { area, .. } => {
                    [area.x, area.y] = moved([area.x, area.y]);
                }
                Mark::Dot { at, .. } | Mark::Text { at, .. } => *at = moved(*at),
            }
            mark
        }));
    }

    /// Adds a circle.
    pub fn dot(&mut self, at: [f32; 2], radius: f32, color: Color) {
        self.marks.push(Mark::Dot { at, radius, color });
    }

    /// Adds cells.
    pub fn map(&mut self, area: Area, cells: Arc<Cells>) {
        self.marks.push(Mark::Map { area, cells });
    }

    /// Adds a text.
    pub fn text(
        &mut self,
        at: [f32; 2],
        text: impl Into<String>,
        size: f32,
        color: Color,
        anchor: Anchor,
    ) {
        self.marks.push(Mark::Text {
            at,
            text: text.into(),
            size,
            color,
            anchor,
        });
    }
}
