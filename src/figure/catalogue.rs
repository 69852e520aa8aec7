//! The figures that can be made of a run, by name.

use super::attention::weights;
use super::capacity::{Extent, capacity};
use super::circuit::Circuit;
use super::cortex::states;
use super::decoded::Decoded;
use super::drawing::Drawing;
use super::ledger::{LEDGER, ledger, ledger_table};
use super::measured::{measured, measured_plot};
use super::over_time::{Along, Quantity, Seen, alignment, learning, metrics};
use super::palette::Palette;
use super::plot::{Plot, stacked, tabled};
use super::recall::recall;
use super::table::csv;
use super::theatre::{Front, Further, Theatre};
use crate::circuit::Place;
use crate::engine::Snapshot;
use crate::record::Metric;

/// What is to be drawn of a run.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Quantities, for the figure of metrics.
    pub metrics: Vec<Metric>,
    /// Names of curves, for the figure of what was measured.
    pub measured: Vec<String>,
    /// What they are drawn along.
    pub along: Along,
    /// The measure of agreement, for the figure of alignment.
    pub quantity: Quantity,
    /// Its height in points, where it shall not be the usual one.
    pub height: Option<f32>,
    /// Whether the theatre shows the gates of the cell too.
    pub inside: bool,
    /// Whether ca3 shows the sweeps of each replayed step too.
    pub sweeps: bool,
    /// Replayed steps that are shown, where it shall not be all of them.
    pub steps: Option<usize>,
}

impl Wanted {
    fn size(&self, width: f32, share: f32) -> [f32; 2] {
        [width, self.height.unwrap_or(share * width)]
    }
}

/// A figure that can be made of a run.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// The panel that it is of, as the command line has it.
    pub name: &'static str,
    /// What it shows.
    pub doc: &'static str,
    make: fn(&Snapshot, &Wanted, f32, Palette) -> Result<Made, String>,
}

/// A figure as made: what is drawn, and the table behind it.
#[derive(Clone, Debug)]
pub struct Made {
    /// What is drawn.
    pub drawing: Drawing,
    /// The table behind it, as CSV.
    pub table: String,
}

/// All figures.
pub const FIGURES: [Figure; 11] = [
    Figure {
        name: "circuit",
        doc: "regions and pathways with their activity and lesions",
        make: |snapshot, wanted, width, palette| Ok(circuit(snapshot, wanted, width, palette)),
    },
    Figure {
        name: "theatre",
        doc: "the last ripple over the steps of its episode, with the error it carries back",
        make: theatre,
    },
    Figure {
        name: "cortex",
        doc: "the states of the cortex in the episode at hand",
        make: cortex,
    },
    Figure {
        name: "ca3",
        doc: "the last ripple decoded: which lived step each replayed step is like, and the units that say so",
        make: ca3,
    },
    Figure {
        name: "learning",
        doc: "accuracy and loss over time, with lesions and the levels of chance and of no memory",
        make: |snapshot, wanted, width, palette| {
            let plots = learning(&Seen::alone(snapshot, palette));
            of_plots(&plots, wanted, width, 0.5, palette)
        },
    },
    Figure {
        name: "alignment",
        doc: "how well each rule's gradient agrees with exact BPTT",
        make: |snapshot, wanted, width, palette| {
            let plots = alignment(&Seen::alone(snapshot, palette), wanted.quantity);
            let share = if plots.len() > 1 { 0.12 } else { 0.6 };
            of_plots(&plots, wanted, width, share, palette)
        },
    },
    Figure {
        name: "ledger",
        doc: "what each rule keeps and what it costs",
        make: |snapshot, _, width, palette| {
            let rows = &snapshot.ledger;
            if width < LEDGER {
                return Err("a ledger needs a sheet of 85 mm at least".into());
            }
            let drawing = ledger(rows, width, palette);
            let table = ledger_table(rows);
            Ok(Made { drawing, table })
        },
    },
    Figure {
        name: "attention",
        doc: "which remembered steps the network attends to",
        make: |snapshot, wanted, width, palette| {
            let none = "the rule of this run attends to nothing";
            let view = snapshot.attention.as_ref().ok_or(none)?;
            let matrix = weights(view);
            let drawing = matrix.draw(wanted.size(width, 0.8), palette).drawing;
            let table = matrix.table();
            Ok(Made { drawing, table })
        },
    },
    Figure {
        name: "capacity",
        doc: "recall of the stores that were measured, against load, cue or noise",
        make: |snapshot, wanted, width, palette| {
            let rows = &snapshot.capacity;
            if rows.is_empty() {
                return Err("no store was measured in this run".into());
            }
            let plot = capacity(rows, Extent::best(rows), false, palette);
            of_plots(&[plot], wanted, width, 0.6, palette)
        },
    },
    Figure {
        name: "measured",
        doc: "what measurements came to, along what they varied: lesions by fraction, memories by age",
        make: |snapshot, wanted, width, palette| {
            let curves = measured(snapshot);
            let chosen = curves.iter().filter(|c| wanted.measured.contains(&c.name));
            let plot = measured_plot(&chosen.collect::<Vec<_>>(), palette);
            of_plots(&[plot], wanted, width, 0.6, palette)
        },
    },
    Figure {
        name: "metrics",
        doc: "quantities of metrics.csv over time, or along another one",
        make: |snapshot, wanted, width, palette| {
            let plot = metrics(
                &Seen::alone(snapshot, palette),
                &wanted.metrics,
                &wanted.along,
            );
            of_plots(&[plot], wanted, width, 0.6, palette)
        },
    },
];

impl Figure {
    /// The one of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FIGURES.iter().find(|figure| figure.name == name)
    }

    /// Whether it needs to be told what it shall show.
    pub fn of_names(&self) -> bool {
        ["metrics", "measured"].contains(&self.name)
    }

    /// Makes it so many points wide; why it cannot be, where there is nothing to show.
    pub fn make(
        &self,
        snapshot: &Snapshot,
        wanted: &Wanted,
        width: f32,
        palette: Palette,
    ) -> Result<Made, String> {
        (self.make)(snapshot, wanted, width, palette)
    }
}

/// Plots above each other, each so high as this share of the width.
fn of_plots(
    plots: &[Plot],
    wanted: &Wanted,
    width: f32,
    share: f32,
    palette: Palette,
) -> Result<Made, String> {
    if plots.iter().all(|plot| plot.curves.is_empty()) {
        return Err("nothing of it was measured in this run".into());
    }
    let share = (share * plots.len() as f32).max(0.5);
    Ok(Made {
        drawing: stacked(plots, wanted.size(width, share), palette),
        table: tabled(plots),
    })
}

fn theatre(
    snapshot: &Snapshot,
    wanted: &Wanted,
    width: f32,
    palette: Palette,
) -> Result<Made, String> {
    let view = &snapshot.ripple;
    if view.steps.is_empty() {
        return Err("no ripple came in this run".into());
    }
    if wanted.inside && view.parts.is_none() {
        return Err("the cell of this run has no gates".into());
    }
    let steps = wanted.steps.unwrap_or(view.steps.len());
    let front = Front::new(
        view.clone(),
        steps,
        Further {
            truncated: true,
            inside: wanted.inside,
        },
    );
    Ok(Made {
        drawing: Theatre::draw(&front, wanted.size(width, 0.75), palette).drawing,
        table: front.table(),
    })
}

fn cortex(
    snapshot: &Snapshot,
    wanted: &Wanted,
    width: f32,
    palette: Palette,
) -> Result<Made, String> {
    let matrix = states(&snapshot.cortex, None);
    if matrix.raster.values.is_empty() {
        return Err("no episode is at hand in this run".into());
    }
    let drawing = matrix.draw(wanted.size(width, 0.7), palette).drawing;
    let table = matrix.table();
    Ok(Made { drawing, table })
}

fn ca3(snapshot: &Snapshot, wanted: &Wanted, width: f32, palette: Palette) -> Result<Made, String> {
    let view = &snapshot.ripple;
    if view.steps.is_empty() {
        return Err("no ripple came in this run".into());
    }
    if wanted.sweeps && view.units == 0 {
        return Err("the store of this run has no sweeps".into());
    }
    let mut decoded = Decoded::default();
    decoded.draw(view, wanted.sweeps, wanted.size(width, 0.75), palette);
    Ok(Made {
        drawing: decoded.drawing,
        table: recall(view, palette).table(),
    })
}

fn circuit(snapshot: &Snapshot, wanted: &Wanted, width: f32, palette: Palette) -> Made {
    let active = |place: Place| snapshot.at(place).map_or(0.0, |(active, _)| active);
    let size = wanted.size(width, 0.75);
    let there = Place::ALL.into_iter();
    let rows = there.filter_map(|place| {
        let (active, lesion) = snapshot.at(place)?;
        Some([place.to_string(), active.to_string(), lesion.to_string()])
    });
    Made {
        drawing: Circuit::draw(snapshot, &active, &[], size, palette).drawing,
        table: csv(["place", "activity", "lesion"], rows),
    }
}
