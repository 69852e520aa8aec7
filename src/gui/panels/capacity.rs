//! Capacity: recall curves of measured stores as they fill in, and what memories of several sizes remember and cost.

use std::collections::BTreeMap;

use egui::{RichText, Ui};

use super::{Panel, PanelContext};
use crate::analysis::Pivot;
use crate::engine::{Scenario, Snapshot};
use crate::figure::{Extent, capacity};
use crate::gui::chart::chart;
use crate::gui::theme::palette;

/// The capacity panel.
#[derive(Default)]
pub struct Capacity {
    /// The run that the choices were made in.
    run: u64,
    axis: Option<Extent>,
    exact: bool,
}

impl Panel for Capacity {
    fn title(&self) -> &'static str {
        "Capacity"
    }

    fn help(&self) -> &'static str {
        "Recall curves of the stores that the protocol measures: mean overlap with the right pattern (bars: standard error \
         over trials), or the rate of recalls without any error, against load, cue or noise; for sequences the part replayed \
         before the first error. Below: what each store's curve comes to, and what memories of several sizes remember, by \
         age of the episode, and cost."
    }

    fn shows_measurements(&self) -> bool {
        true
    }

    fn fits(&self, scenario: &Scenario) -> bool {
        scenario.measures()
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        if self.run != cx.snapshot.run {
            *self = Self {
                run: cx.snapshot.run,
                ..Self::default()
            };
        }
        let rows = &cx.snapshot.capacity;
        let tables = tables(cx.snapshot);
        if rows.is_empty() && tables.is_empty() {
            ui.weak(
                "nothing measured: stores are measured where the protocol has a phase MeasureStore, MeasureSeparation or \
                 MeasureCapacity",
            );
            return;
        }
        let mut height = ui.available_height();
        if !tables.is_empty() {
            height *= 0.6;
        }
        if !rows.is_empty() {
            ui.allocate_ui(egui::vec2(ui.available_width(), height), |ui| {
                self.curves(cx, ui);
            });
        }
        if !tables.is_empty() {
            ui.separator();
            // Bars that can be seen: columns beyond the panel's width are easily missed.
            ui.spacing_mut().scroll = egui::style::ScrollStyle::solid();
            egui::ScrollArea::both().auto_shrink(false).show(ui, |ui| {
                for (family, table) in tables {
                    for (name, part) in table.parts(FEW) {
                        grid(format!("{family} {name}").trim(), &part, ui);
                    }
                }
            });
        }
    }
}

impl Capacity {
    fn curves(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        let rows = &cx.snapshot.capacity;
        let mut axis = self.axis.unwrap_or_else(|| Extent::best(rows));
        ui.horizontal_wrapped(|ui| {
            for (choice, name) in Extent::ALL {
                if ui.selectable_value(&mut axis, choice, name).clicked() {
                    self.axis = Some(choice);
                }
            }
            ui.separator();
            ui.selectable_value(&mut self.exact, false, "overlap");
            ui.selectable_value(&mut self.exact, true, "errorless");
        });
        let plot = capacity(rows, axis, self.exact, palette(ui));
        chart(cx, ui, "capacity", ui.available_height() - 4.0, plot);
    }
}

/// Columns that fit beside each other.
const FEW: usize = 12;

/// What stores and memories came to, from the metrics.
fn tables(snapshot: &Snapshot) -> BTreeMap<&'static str, Pivot> {
    let mut tables = BTreeMap::new();
    for prefix in ["capacity", "separation", "memory", "lesion", "attention"] {
        let metrics = snapshot
            .series
            .iter()
            .filter_map(|(metric, points)| Some((metric, points.last()?[1])));
        let table = Pivot::of(metrics, prefix);
        if !table.rows.is_empty() {
            tables.insert(prefix, table);
        }
    }
    tables
}

fn grid(name: &str, table: &Pivot, ui: &mut Ui) {
    egui::Grid::new(name).striped(true).show(ui, |ui| {
        ui.strong(name);
        for heading in &table.columns {
            ui.label(RichText::new(heading).small().strong());
        }
        ui.end_row();
        for (row, values) in &table.rows {
            ui.label(RichText::new(row).small());
            for value in values {
                ui.label(RichText::new(brief(*value)).small().monospace());
            }
            ui.end_row();
        }
    });
}

/// Four digits that matter.
fn brief(value: f64) -> String {
    if !value.is_finite() {
        return "-".into();
    }
    let size = value.abs();
    if value.fract() == 0.0 && size < 1e12 {
        format!("{value:.0}")
    } else if size >= 100.0 {
        format!("{value:.1}")
    } else if size >= 0.001 {
        format!("{value:.3}")
    } else {
        format!("{value:.1e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_brief() {
        assert_eq!(brief(24_184_000.0), "24184000");
        assert_eq!(brief(0.12345), "0.123");
        assert_eq!(brief(f64::NAN), "-");
    }
}
