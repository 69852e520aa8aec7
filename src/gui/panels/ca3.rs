//! CA3: the winners of each step of a ripple, and how well they match the engram that should have come.

use std::sync::Arc;

use egui::Ui;

use super::plots::plot;
use super::{Ask, Corner, Panel, PanelContext, legend, level, line, no_ripple};
use crate::engine::{Raster, RippleView, Subject};
use crate::gui::heatmap::{Heatmap, Picture};
use crate::gui::inspecting::Topic;
use crate::gui::theme::{Map, rule};

/// The CA3 panel.
#[derive(Default)]
pub struct Ca3 {
    raster: Heatmap,
    sorted: Sorted,
    of: Option<Arc<RippleView>>,
}

/// Rows of the raster: of more units neighbours share one.
const ROWS: usize = 250;

impl Panel for Ca3 {
    fn title(&self) -> &'static str {
        "CA3"
    }

    fn help(&self) -> &'static str {
        "The ripple that runs, or ran last: the cue in the first column, then the winners of each step. Units stand in the order \
         in which they first win, so that a sequence is a staircase and a code that comes again lies beside itself; click \
         one to look into it. Below: overlap with the engram that should have come, strength of the sequence input, support by the \
         collaterals; 1 is a stored pattern, 0 is chance."
    }

    fn corner(&self) -> Corner {
        Corner::Stage
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        let ripple = &cx.snapshot.ripple;
        if ripple.steps.is_empty() && ripple.cue.is_empty() {
            ui.label(no_ripple(cx.snapshot));
        } else {
            let (n, order) = (ripple.ripple, ripple.order.as_str().to_lowercase());
            ui.label(format!(
                "ripple {n} of episode {}, {order}, {} of {} units",
                ripple.episode, ripple.code_size, ripple.units
            ));
        }
        if self.of.as_ref().is_none_or(|of| !Arc::ptr_eq(of, ripple)) {
            self.sorted = Sorted::new(ripple);
            self.of = Some(ripple.clone());
        }
        let half = ui.available_height() * 0.55;
        let sorted = &self.sorted;
        let told = |row: usize, column: usize, active: f32| {
            let when = match column.checked_sub(1) {
                None => "in the cue".to_string(),
                Some(step) => format!("at replayed step {step}"),
            };
            match sorted.row(row) {
                [] => "no unit yet".into(),
                [unit] => {
                    let is = if active > 0.0 { "active" } else { "silent" };
                    format!("unit {unit} is {is} {when}")
                }
                units => {
                    let names: Vec<String> = units.iter().map(ToString::to_string).collect();
                    format!(
                        "{active:.0} of units {} are active {when}",
                        names.join(", ")
                    )
                }
            }
        };
        let picture = Picture {
            name: "CA3 winners",
            raster: &sorted.raster,
            map: Map::Magma,
            scale: sorted.pooled.max(1) as f32,
            steps: if ripple.steps.is_empty() {
                0
            } else {
                ripple.length + 1
            },
            told: Some(&told),
        };
        if let Some((row, _)) = self.raster.show(ui, &picture, half)
            && let Some(unit) = sorted.row(row).first().or(sorted.units.last())
        {
            (cx.ask)(Ask::Inspect(Topic::Subject(Subject::Winner(*unit))));
        }
        let weak = ui.visuals().weak_text_color();
        legend(
            ui,
            &[
                ("overlap", rule(2)),
                ("sequence strength", rule(1)),
                ("support", rule(0)),
                ("dashed: threshold", weak),
            ],
        );
        overlap_plot(ui, "ca3 overlap", ripple, ui.available_height(), true);
    }
}

/// What is drawn of a ripple: the units that win in it, in the order in which they first do.
#[derive(Default)]
struct Sorted {
    raster: Raster,
    units: Vec<u32>,
    /// Units to a row.
    pooled: usize,
}

impl Sorted {
    fn new(ripple: &RippleView) -> Self {
        let columns = || std::iter::once(&ripple.cue).chain(ripple.steps.iter().map(|s| &s.active));
        let mut rows = vec![u32::MAX; ripple.units];
        let mut units = Vec::new();
        for &unit in columns().flatten() {
            if let Some(row) = rows.get_mut(unit as usize).filter(|row| **row == u32::MAX) {
                *row = units.len() as u32;
                units.push(unit);
            }
        }
        // Room for all that may come, so that nothing moves while it does.
        let most = (ripple.code_size * ripple.length.max(1))
            .max(units.len())
            .max(1);
        let pooled = most.div_ceil(ROWS);
        let height = most.div_ceil(pooled);
        let mut values = Vec::new();
        for active in columns() {
            let from = values.len();
            values.resize(from + height, 0.0);
            for &unit in active {
                let row = rows.get(unit as usize).map(|row| *row as usize / pooled);
                if let Some(value) = row.and_then(|row| values.get_mut(from + row)) {
                    *value += 1.0;
                }
            }
        }
        Self {
            raster: Raster {
                units: height,
                values,
            },
            units,
            pooled,
        }
    }

    /// The units of a row.
    fn row(&self, row: usize) -> &[u32] {
        let from = (row * self.pooled).min(self.units.len());
        let to = (from + self.pooled).min(self.units.len());
        &self.units[from..to]
    }
}

/// Overlap, strength and support against the step.
pub(super) fn overlap_plot(ui: &mut Ui, id: &str, ripple: &RippleView, height: f32, labels: bool) {
    let points = |of: &dyn Fn(&crate::engine::RippleStep) -> f32| -> Vec<[f64; 2]> {
        ripple
            .steps
            .iter()
            .enumerate()
            .map(|(i, s)| [i as f64, f64::from(of(s))])
            .collect()
    };
    let (overlap, strength, support) = (
        points(&|s| s.overlap),
        points(&|s| s.strength),
        points(&|s| s.support),
    );
    let weak = ui.visuals().weak_text_color();
    let label = match ripple.steps.len() {
        _ if !labels => String::new(),
        0 => "replayed step".to_string(),
        n => format!(
            "replayed step ({} ms each, {:.0} ms in all)",
            ripple.step_ms,
            ripple.step_ms * n as f64
        ),
    };
    let plot = plot(id, &label, "")
        .height(height.max(40.0))
        .include_y(0.0)
        .include_y(1.1);
    plot.show(ui, |plot| {
        plot.hline(level("threshold", 0.5, weak));
        // Where the strength is the overlap, both are to be seen.
        plot.line(line("overlap", &overlap, rule(2)).width(4.0));
        plot.line(line("sequence strength", &strength, rule(1)));
        plot.line(line("support", &support, rule(0)));
    });
}
