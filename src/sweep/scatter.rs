//! What a sweep came to, run by run, against what else its runs ended with.

use std::collections::{BTreeMap, BTreeSet};

use super::collect::{Cells, Standing};
use crate::figure::plot::{Axis, Curve, Drawn, Plot};
use crate::figure::{Anchor, Drawing, Palette, csv, points, svg};
use crate::numeric::statistics::{area_under_curve, mean};
use crate::record::metric;

/// Millimetres that a panel is wide, and high.
const PANEL: [f32; 2] = [88.0, 82.0];
/// Size of what is written, and height of a row of it, in points.
const TEXT: [f32; 2] = [12.0, 16.0];
/// How far above all others stand the runs that never came to it, as a part of the axis.
const ABOVE: f64 = 1.12;

/// A finished run.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Its cell.
    pub cell: usize,
    /// What it came to; nothing where it never did.
    pub came_to: Option<f64>,
    /// What else it ended with, as far as that is defined.
    pub against: Vec<Option<f64>>,
}

/// Finished runs that differ in nothing but their seed.
#[derive(Clone, Debug)]
pub struct Place {
    /// The first of them.
    pub cell: usize,
    /// How many there are.
    pub runs: usize,
    /// What they came to, those that did, ascending.
    pub came_to: Vec<f64>,
    /// Means of what else they ended with, as far as that is defined.
    pub against: Vec<f64>,
}

/// How well a value tells runs that came to something from runs that never did.
#[derive(Clone, Copy, Debug)]
pub struct Telling {
    /// The area under the curve over all runs; NaN where all or none came to it.
    pub area: f64,
    /// The smallest and the largest area of the runs of one seed.
    pub of_seeds: Option<(f64, f64)>,
    /// The smallest value of a run that came to it: below it none did.
    pub least_that_came: Option<f64>,
    /// The largest value of a run that never did: above it all came to it.
    pub most_that_never: Option<f64>,
}

/// A final value of all finished runs against others.
#[derive(Clone, Debug)]
pub struct Scatter<'a> {
    cells: &'a Cells,
    /// The final value.
    pub metric: String,
    /// The others.
    pub against: Vec<String>,
    /// The finished runs.
    pub runs: Vec<Run>,
}

impl<'a> Scatter<'a> {
    /// Of what is finished.
    pub fn new(cells: &'a Cells, metric: &str, against: &[String]) -> Self {
        let done = (0..cells.last.len()).filter(|i| cells.standing[*i] == Standing::Done);
        let runs = done.map(|cell| {
            let value = |name: &str| cells.last[cell].get(name).copied();
            Run {
                cell,
                came_to: value(metric),
                against: against.iter().map(|name| value(name)).collect(),
            }
        });
        Self {
            cells,
            metric: metric.into(),
            against: against.into(),
            runs: runs.collect(),
        }
    }

    /// How well the i-th value tells runs that came to it from runs that never did.
    pub fn telling(&self, i: usize) -> Telling {
        let of = |came: bool, seed: Option<u64>| -> Vec<f64> {
            let runs = self.runs.iter().filter(|run| {
                let own = self.cells.plan.cells[run.cell].seed;
                run.came_to.is_some() == came && seed.is_none_or(|seed| seed == own)
            });
            runs.filter_map(|run| run.against[i]).collect()
        };
        let area = |seed| area_under_curve(&of(true, seed), &of(false, seed));
        let cells = self.runs.iter().map(|run| run.cell);
        let seeds: BTreeSet<u64> = cells.map(|i| self.cells.plan.cells[i].seed).collect();
        let of_seeds = seeds.into_iter().map(|seed| area(Some(seed)));
        let of_seeds: Vec<f64> = of_seeds.filter(|area| area.is_finite()).collect();
        let least = |values: Vec<f64>| values.into_iter().reduce(f64::min);
        let most = |values: Vec<f64>| values.into_iter().reduce(f64::max);
        Telling {
            area: area(None),
            of_seeds: least(of_seeds.clone()).zip(most(of_seeds)),
            least_that_came: least(of(true, None)),
            most_that_never: most(of(false, None)),
        }
    }

    /// Runs that came to it.
    pub fn reached(&self) -> usize {
        self.runs.iter().filter(|run| run.came_to.is_some()).count()
    }

    /// The places, in the order in which they come.
    pub fn places(&self) -> Vec<Place> {
        let of: BTreeMap<usize, &Run> = self.runs.iter().map(|run| (run.cell, run)).collect();
        let place = |cells: Vec<usize>| {
            let runs: Vec<&Run> = cells.iter().map(|cell| of[cell]).collect();
            let mut came_to: Vec<f64> = runs.iter().filter_map(|run| run.came_to).collect();
            came_to.sort_by(f64::total_cmp);
            let against = (0..self.against.len()).map(|i| {
                let values: Vec<f64> = runs.iter().filter_map(|run| run.against[i]).collect();
                mean(&values)
            });
            Place {
                cell: cells[0],
                runs: runs.len(),
                came_to,
                against: against.collect(),
            }
        };
        let places = self.cells.alike(of.keys().copied());
        places.into_iter().map(place).collect()
    }

    /// A row for each finished run.
    pub fn table(&self) -> String {
        let head = ["cell", "kind", "variation", "seed"].into_iter();
        let values = self.against.iter().chain([&self.metric]);
        let head = head.chain(values.map(String::as_str));
        let told = |value: &Option<f64>| value.map_or(String::new(), |v| v.to_string());
        let rows = self.runs.iter().map(|run| {
            let cell = &self.cells.plan.cells[run.cell];
            let row = [
                run.cell.to_string(),
                cell.kind.clone(),
                cell.called(),
                cell.seed.to_string(),
            ];
            let values = run.against.iter().chain([&run.came_to]).map(told);
            row.into_iter().chain(values).collect::<Vec<_>>()
        });
        csv(head, rows)
    }

    /// Kinds of changes, in the order in which they come.
    fn kinds(&self) -> Vec<&str> {
        let mut kinds = Vec::new();
        for run in &self.runs {
            let kind = self.cells.plan.cells[run.cell].kind.as_str();
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds
    }

    /// A panel for each of the others, with the area under the curve, and below what the colours mean; as SVG.
    pub fn figure(&self) -> String {
        let palette = Palette::LIGHT;
        let kinds = self.kinds();
        let [wide, high] = PANEL.map(points);
        let legend: Vec<&str> = kinds.iter().copied().filter(|k| !k.is_empty()).collect();
        let across = self.against.len() as f32 * wide;
        let each = 104.0;
        let columns = ((across / each) as usize).max(1);
        let rows = legend.len().div_ceil(columns) as f32;
        let mut sheet = Drawing::new([across, high + rows * TEXT[1] + 8.0]);
        for i in 0..self.against.len() {
            let panel = self.panel(i, &kinds, palette).lay([wide, high], palette);
            sheet.add(panel.drawing, [i as f32 * wide, 0.0]);
        }
        for (i, kind) in legend.iter().enumerate() {
            let x = (i % columns) as f32 * each + 12.0;
            let y = high + ((i / columns) as f32 + 0.5) * TEXT[1];
            let own = kinds.iter().position(|k| k == kind).unwrap_or(0);
            sheet.dot([x, y], 3.0, palette.series(own));
            sheet.text([x + 8.0, y], *kind, TEXT[0], palette.text, Anchor::Start);
        }
        svg(&sheet, palette.ground)
    }

    fn panel(&self, i: usize, kinds: &[&str], palette: Palette) -> Plot {
        let most = self.runs.iter().filter_map(|run| run.came_to);
        // Where it counts updates, none came to it within as many as there were.
        let within = self.runs.iter().filter_map(|run| {
            let updates = metric::PROBE_UPDATES.name;
            let counted = self.metric == metric::UPDATES_TO_LEARN.name;
            let of = self.cells.last[run.cell].get(updates);
            of.copied().filter(|_| counted)
        });
        let never = most.chain(within).fold(0.0, f64::max) * ABOVE;
        let area = self.telling(i).area;
        let name = if area.is_finite() {
            format!("{} (area under curve {area:.2})", self.against[i])
        } else {
            self.against[i].clone()
        };
        let mut plot = Plot::new(
            Axis::new(name, &[0.0, 1.0]),
            Axis::new(&self.metric, &[0.0, never]),
        );
        if self.reached() < self.runs.len() {
            plot.level("never", never);
        }
        plot.curves = (kinds.iter().enumerate())
            .map(|(own, kind)| {
                let of = |run: &&Run| self.cells.plan.cells[run.cell].kind == *kind;
                let runs = self.runs.iter().filter(of);
                let points =
                    runs.filter_map(|run| Some([run.against[i]?, run.came_to.unwrap_or(never)]));
                Curve {
                    points: points.collect(),
                    color: palette.series(own),
                    drawn: Drawn::Dots,
                    ..Curve::default()
                }
            })
            .collect();
        plot
    }
}
