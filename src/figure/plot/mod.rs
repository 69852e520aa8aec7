//! Plots: curves over an axis, with levels, marks and bands. What they show is data; `lay` makes a drawing of it.

mod clip;
mod lay;
mod median;
mod names;
mod paint;
mod scale;
mod stack;

pub use lay::Laid;
pub use scale::{Scale, Tick};
pub use stack::{aligned, heights, stacked, tabled};

use super::palette::Color;
use super::table::csv;

/// How a line is broken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dash {
    /// Not at all.
    #[default]
    Solid,
    /// Into dashes.
    Dashed,
    /// Into short dashes far apart.
    Dotted,
    /// Into short dashes.
    Fine,
}

impl Dash {
    /// Of the run at hand, and of those beside it.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Solid, "solid"),
        (Self::Dashed, "dashed"),
        (Self::Dotted, "dotted"),
        (Self::Fine, "finely dashed"),
    ];

    /// Points that are drawn, and points that are not.
    pub fn lengths(self) -> Option<[f32; 2]> {
        match self {
            Self::Solid => None,
            Self::Dashed => Some([8.0, 5.0]),
            Self::Dotted => Some([2.0, 4.0]),
            Self::Fine => Some([3.0, 2.0]),
        }
    }
}

/// An axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    /// What it counts, with its unit.
    pub name: String,
    /// Whether equal factors are equally far apart.
    pub log: bool,
    /// Values that it reaches at least.
    pub include: Vec<f64>,
    /// The values that it runs between, where they are not those of the curves.
    pub view: Option<[f64; 2]>,
    /// Whether nothing is told beside it: another plot below has the same.
    pub bare: bool,
}

impl Axis {
    /// One that reaches these values at least.
    pub fn new(name: impl Into<String>, include: &[f64]) -> Self {
        Self {
            name: name.into(),
            include: include.to_vec(),
            ..Self::default()
        }
    }
}

/// How the points of a curve are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Drawn {
    /// A line; where it is long and noisy, pale behind its running median.
    #[default]
    Smooth,
    /// A line through all points.
    Line,
    /// A line with a dot at each point.
    Both,
    /// Dots.
    Dots,
}

/// A curve.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    /// What it is called; nothing for one that is told apart otherwise.
    pub name: String,
    /// Where it goes.
    pub points: Vec<[f64; 2]>,
    /// The clock at each point, where it was measured over time.
    pub times: Vec<f64>,
    /// Lowest and highest at each point, where there is a spread.
    pub spread: Vec<[f64; 2]>,
    /// Whether the spread is a ribbon rather than bars.
    pub ribbon: bool,
    /// Its colour.
    pub color: Color,
    /// How its line is broken.
    pub dash: Dash,
    /// How it is drawn.
    pub drawn: Drawn,
    /// The run it is of: 0 is the one at hand, others are told apart by how their lines are broken.
    pub run: usize,
}

/// A point that something is said about.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// What.
    pub text: String,
    /// The point.
    pub at: [f64; 2],
}

/// A value across the plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Across {
    /// What it is.
    pub name: String,
    /// The value.
    pub y: f64,
}

/// A moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// What happened.
    pub name: String,
    /// When.
    pub x: f64,
    /// Its colour.
    pub color: Color,
    /// Whether it stands out.
    pub strong: bool,
}

/// A stretch of the axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Stretch {
    /// What it is.
    pub name: String,
    /// Where it begins.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// Its colour.
    pub color: Color,
}

/// What stands beside a plot that is one of many above each other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lane {
    /// To its left: what it is of.
    pub name: String,
    /// To its right: what it comes to.
    pub told: String,
    /// The colour of what it is of.
    pub color: Color,
}

/// A plot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plot {
    /// Along.
    pub x: Axis,
    /// Up.
    pub y: Axis,
    /// The curves, the first ones below.
    pub curves: Vec<Curve>,
    /// Values across.
    pub across: Vec<Across>,
    /// Moments.
    pub moments: Vec<Moment>,
    /// Stretches.
    pub stretches: Vec<Stretch>,
    /// Points that something is said about.
    pub notes: Vec<Note>,
    /// Where it is one of many above each other.
    pub lane: Option<Lane>,
    /// Whether a unit is as long up as along.
    pub equal: bool,
    /// Room to the left and to the right at least, so that plots above each other have one axis.
    pub sides: [f32; 2],
}

impl Plot {
    /// Between these axes.
    pub fn new(x: Axis, y: Axis) -> Self {
        Self {
            x,
            y,
            ..Self::default()
        }
    }

    /// Adds a level, where it is known.
    pub fn level(&mut self, name: &str, y: f64) {
        if y.is_finite() {
            self.across.push(Across {
                name: name.into(),
                y,
            });
        }
    }

    /// The points behind it as CSV: a row each, with the curve it belongs to.
    pub fn table(&self) -> String {
        let name = |axis: &Axis, other: &str| {
            let name = if axis.name.is_empty() {
                other
            } else {
                &axis.name
            };
            name.to_string()
        };
        let spread = self.curves.iter().any(|c| !c.spread.is_empty());
        let mut head = vec!["curve".into(), name(&self.x, "x"), name(&self.y, "y")];
        if spread {
            head.extend(["low".into(), "high".into()]);
        }
        let rows = self.curves.iter().flat_map(|curve| {
            curve.points.iter().enumerate().map(move |(i, [x, y])| {
                let mut row = vec![curve.name.clone(), x.to_string(), y.to_string()];
                if spread {
                    let ends = curve.spread.get(i);
                    row.extend(
                        [0, 1].map(|end| ends.map_or(String::new(), |e| e[end].to_string())),
                    );
                }
                row
            })
        });
        csv(head, rows)
    }
}

#[cfg(test)]
mod tests;
