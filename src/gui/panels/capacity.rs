//! Capacity: recall curves of measured stores as they fill in, and what memories of several sizes remember and cost.

use std::collections::BTreeMap;

use egui::{RichText, Ui};

use super::{Panel, PanelContext};
use crate::analysis::Pivot;
use crate::engine::{Scenario, Snapshot};
use crate::figure::{Extent, Measured, capacity, measured, measured_plot};
use crate::gui::chart::chart;
use crate::gui::theme::palette;

/// The capacity panel.
#[derive(Default)]
pub struct Capacity {
    /// The run that the choices were made in.
    run: u64,
    axis: Option<Extent>,
    exact: bool,
    /// Which quantity of what was measured along something is shown, where it is not a recall curve.
    quantity: Option<String>,
    /// What the names of its curves have in them, where that was typed.
    only: Option<String>,
}

impl Panel for Capacity {
    fn title(&self) -> &'static str {
        "Capacity"
    }

    fn help(&self) -> &'static str {
        "Recall curves of the stores that the protocol measures: mean overlap with the right pattern (bars: standard error \
         over trials), or the rate of recalls without any error, against load, cue or noise; for sequences the part replayed \
         before the first error. Below: what each store's curve comes to, and what memories of several sizes remember, by \
         age of the episode, and cost. Quantities that were measured along something, as lesions by their fraction, are curves too."
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
        let measured = measured(cx.snapshot);
        if rows.is_empty() && tables.is_empty() {
            ui.weak(
                "nothing measured: stores are measured where the protocol has a phase MeasureStore, MeasureSeparation, \
                 MeasureCapacity or MeasureLesions",
            );
            return;
        }
        let room = ui.available_height();
        let curves = !rows.is_empty() || !measured.is_empty();
        let height = match (curves, tables.is_empty()) {
            (false, _) => 0.0,
            (true, true) => room,
            (true, false) => (room * 0.6).max(LOWEST),
        };
        // Bars that can be seen: columns beyond the panel's width are easily missed.
        ui.spacing_mut().scroll = egui::style::ScrollStyle::solid();
        // In a low panel plot and tables scroll together.
        let whole = egui::ScrollArea::vertical()
            .id_salt("all of it")
            .max_height(room);
        whole.auto_shrink(false).show(ui, |ui| {
            if curves {
                ui.allocate_ui(egui::vec2(ui.available_width(), height), |ui| {
                    self.curves(cx, &measured, ui);
                });
            }
            if tables.is_empty() {
                return;
            }
            ui.separator();
            let height = (room - height - 20.0).max(LOWEST);
            let both = egui::ScrollArea::both().max_height(height);
            both.auto_shrink(false).show(ui, |ui| {
                for (family, table) in tables {
                    for (name, part) in table.parts(FEW) {
                        grid(format!("{family} {name}").trim(), &part, ui);
                        ui.add_space(10.0);
                    }
                }
            });
        });
    }
}

impl Capacity {
    fn curves(&mut self, cx: &PanelContext<'_>, measured: &[Measured], ui: &mut Ui) {
        let rows = &cx.snapshot.capacity;
        let mut quantities: Vec<&str> = measured.iter().map(|c| c.quantity.as_str()).collect();
        quantities.sort_unstable();
        quantities.dedup();
        if rows.is_empty() && self.quantity.is_none() {
            // What there is of CA3 is what most come for.
            let mut of_ca3 = measured.iter().filter(|c| c.subject.contains(CA3));
            let first = of_ca3.next().map(|c| c.quantity.as_str());
            self.quantity = first.or(quantities.first().copied()).map(Into::into);
        }
        let quantity = self.quantity.clone().unwrap_or_default();
        let only = self.only.clone();
        let only = only.unwrap_or_else(|| usual(&quantity, measured));
        let mut axis = self.axis.unwrap_or_else(|| Extent::best(rows));
        ui.horizontal_wrapped(|ui| {
            if !rows.is_empty() {
                for (choice, name) in Extent::ALL {
                    let chosen = self.quantity.is_none() && axis == choice;
                    if ui.selectable_label(chosen, name).clicked() {
                        axis = choice;
                        self.axis = Some(choice);
                        self.quantity = None;
                    }
                }
            }
            for name in quantities {
                let chosen = self.quantity.as_deref() == Some(name);
                if ui.selectable_label(chosen, name).clicked() {
                    self.quantity = Some(name.into());
                }
            }
            ui.separator();
            if self.quantity.is_some() {
                let label = ui.label("only");
                let mut typed = only.clone();
                let field = egui::TextEdit::singleline(&mut typed).desired_width(110.0);
                let field = ui.add(field).labelled_by(label.id);
                if field.changed() {
                    self.only = Some(typed);
                }
                field.on_hover_text("Curves with this in their names, of all that were measured");
            } else {
                ui.selectable_value(&mut self.exact, false, "overlap");
                ui.selectable_value(&mut self.exact, true, "errorless");
            }
        });
        let height = ui.available_height() - 4.0;
        let Some(quantity) = &self.quantity else {
            let plot = capacity(rows, axis, self.exact, palette(ui));
            chart(cx, ui, "capacity", height, plot);
            return;
        };
        let shown = measured.iter().filter(|c| c.quantity == *quantity);
        let shown: Vec<&Measured> = shown.filter(|c| c.subject.contains(&only)).collect();
        if shown.is_empty() {
            ui.label(format!("no curve has {only} in its name"));
        }
        let plot = measured_plot(&shown, palette(ui));
        chart(cx, ui, "measured", height, plot);
    }
}

/// What is in the names of the curves that are shown where nothing is typed: of many those of CA3, or those like the first.
fn usual(quantity: &str, measured: &[Measured]) -> String {
    let of = measured.iter().filter(|c| c.quantity == quantity);
    let subjects: Vec<&str> = of.map(|c| c.subject.as_str()).collect();
    let first = subjects.first().and_then(|s| s.rsplit_once('-'));
    if subjects.len() <= MANY {
        String::new()
    } else if subjects.iter().any(|s| s.contains(CA3)) {
        CA3.into()
    } else {
        first.map_or(String::new(), |first| format!("{}-", first.0))
    }
}

/// Least height of the plot, and of the tables.
const LOWEST: f32 = 170.0;
/// In the names of curves of CA3 itself.
const CA3: &str = "CA3-";
/// Curves of one plot that can be told apart.
const MANY: usize = 12;

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
            let words = heading.replace('_', " ");
            ui.label(RichText::new(words).small().strong())
                .on_hover_text(heading);
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
