//! CA3: the winners of each step of a ripple, and how well they match the engram that should have come.

use std::sync::Arc;

use egui::Ui;

use super::plots::plot;
use super::{Ask, Corner, Panel, PanelContext, legend, level, line};
use crate::engine::{Raster, RippleView, Subject};
use crate::gui::heatmap::{Heatmap, Picture};
use crate::gui::inspecting::Topic;
use crate::gui::theme::{Map, rule};

/// The CA3 panel.
#[derive(Default)]
pub struct Ca3 {
    raster: Heatmap,
    made: Raster,
    of: Option<Arc<RippleView>>,
}

/// Rows of the raster: more units are pooled.
const ROWS: usize = 250;

impl Panel for Ca3 {
    fn title(&self) -> &'static str {
        "CA3"
    }

    fn help(&self) -> &'static str {
        "The ripple that runs, or ran last: the cue in the first column, then the winners of each step (units pooled into \
         rows). Below: overlap with the engram that should have come, strength of the sequence input, support by the \
         collaterals; 1 is a stored pattern, 0 is chance."
    }

    fn corner(&self) -> Corner {
        Corner::Above
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        let ripple = &cx.snapshot.ripple;
        if ripple.steps.is_empty() && ripple.cue.is_empty() {
            ui.weak("no ripple yet: ripples come when the protocol sleeps");
        } else {
            let (n, order) = (ripple.ripple, ripple.order.as_str().to_lowercase());
            ui.label(format!(
                "ripple {n} of episode {}, {order}, {} of {} units",
                ripple.episode, ripple.code_size, ripple.units
            ));
        }
        if self.of.as_ref().is_none_or(|of| !Arc::ptr_eq(of, ripple)) {
            self.made = pooled(ripple);
            self.of = Some(ripple.clone());
        }
        let half = ui.available_height() * 0.55;
        let scale = self.made.values.iter().copied().fold(1.0, f32::max);
        let rows = ripple.units.clamp(1, ROWS);
        let told = |row: usize, column: usize, active: f32| {
            let (from, to) = (row * ripple.units / rows, (row + 1) * ripple.units / rows);
            let when = match column.checked_sub(1) {
                None => "in the cue".to_string(),
                Some(step) => format!("at replayed step {step}"),
            };
            if to <= from + 1 {
                let is = if active > 0.0 { "active" } else { "silent" };
                return format!("unit {from} is {is} {when}");
            }
            format!(
                "{active:.0} of units {from} to {} are active {when}",
                to - 1
            )
        };
        let picture = Picture {
            name: "CA3 winners",
            raster: &self.made,
            map: Map::Magma,
            scale,
            steps: 0,
            told: Some(&told),
        };
        if let Some((row, column)) = self.raster.show(ui, &picture, half)
            && let Some(unit) = active_in(ripple, rows, row, column)
        {
            (cx.ask)(Ask::Inspect(Topic::Subject(Subject::Winner(unit))));
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

/// The first unit of a row that is active in a column, or else the first one.
fn active_in(ripple: &RippleView, rows: usize, row: usize, column: usize) -> Option<u32> {
    let active = match column.checked_sub(1) {
        None => &ripple.cue,
        Some(step) => &ripple.steps.get(step)?.active,
    };
    let within = |unit: &&u32| **unit as usize * rows / ripple.units.max(1) == row;
    let first = (row * ripple.units).div_ceil(rows) as u32;
    Some(active.iter().find(within).copied().unwrap_or(first))
}

/// The cue and the winners of every step, units pooled into rows.
fn pooled(ripple: &RippleView) -> Raster {
    let units = ripple.units.clamp(1, ROWS);
    let columns = std::iter::once(&ripple.cue).chain(ripple.steps.iter().map(|s| &s.active));
    let mut values = Vec::new();
    for active in columns {
        let from = values.len();
        values.resize(from + units, 0.0);
        for &unit in active {
            let row = unit as usize * units / ripple.units.max(1);
            if let Some(v) = values.get_mut(from + row.min(units - 1)) {
                *v += 1.0;
            }
        }
    }
    Raster { units, values }
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
        plot.line(line("overlap", &overlap, rule(2)));
        plot.line(line("sequence strength", &strength, rule(1)));
        plot.line(line("support", &support, rule(0)));
    });
}
