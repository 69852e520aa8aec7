//! Capacity: recall curves of measured stores as they fill in, and what memories of several sizes remember and cost.

use std::collections::BTreeMap;

use egui::{RichText, Ui};
use egui_plot::{Line, Plot, PlotPoints, Points};

use super::{Panel, PanelContext};
use crate::analysis::Pivot;
use crate::engine::Snapshot;
use crate::gui::theme::rule;
use crate::record::CapacityRecord;

/// What a curve runs along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Axis {
    Patterns,
    Load,
    Cue,
    Noise,
}

impl Axis {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Patterns, "patterns"),
        (Self::Load, "patterns / unit"),
        (Self::Cue, "cue fraction"),
        (Self::Noise, "noise"),
    ];

    fn of(self, r: &CapacityRecord) -> f64 {
        match self {
            Self::Patterns => r.patterns as f64,
            Self::Load => r.patterns as f64 / r.units.max(1) as f64,
            Self::Cue => r.cue_fraction,
            Self::Noise => r.noise,
        }
    }

    /// What is the same along a curve.
    fn curve(self, r: &CapacityRecord) -> String {
        let cue = if r.noise > 0.0 {
            r.noise
        } else {
            r.cue_fraction
        };
        match self {
            _ if r.cue == "Input" => r.store.clone(),
            Self::Patterns | Self::Load if r.cue == "Forward" || r.cue == "Reverse" => {
                format!("{} {}", r.store, r.cue.to_lowercase())
            }
            Self::Patterns | Self::Load => format!("{} {} {cue}", r.store, r.cue),
            Self::Cue | Self::Noise => format!("{} {}, {} patterns", r.store, r.cue, r.patterns),
        }
    }

    /// The one along which there is most to see.
    fn best(rows: &[CapacityRecord]) -> Self {
        let different = |axis: Self| {
            let mut values: Vec<u64> = rows.iter().map(|r| axis.of(r).to_bits()).collect();
            values.sort_unstable();
            values.dedup();
            values.len()
        };
        let first_store = rows.iter().filter(|r| r.store == rows[0].store);
        let loads = {
            let mut loads: Vec<usize> = first_store.map(|r| r.patterns).collect();
            loads.sort_unstable();
            loads.dedup();
            loads.len()
        };
        if loads >= different(Self::Cue).max(different(Self::Noise)) {
            Self::Patterns
        } else if different(Self::Noise) > different(Self::Cue) {
            Self::Noise
        } else {
            Self::Cue
        }
    }
}

/// The capacity panel.
#[derive(Default)]
pub struct Capacity {
    /// The run that the choices were made in.
    run: u64,
    axis: Option<Axis>,
    exact: bool,
    log: bool,
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
                self.curves(rows, ui);
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
    fn curves(&mut self, rows: &[CapacityRecord], ui: &mut Ui) {
        let mut axis = self.axis.unwrap_or_else(|| Axis::best(rows));
        ui.horizontal_wrapped(|ui| {
            for (choice, name) in Axis::ALL {
                if ui.selectable_value(&mut axis, choice, name).clicked() {
                    self.axis = Some(choice);
                }
            }
            ui.separator();
            ui.selectable_value(&mut self.exact, false, "overlap");
            ui.selectable_value(&mut self.exact, true, "errorless");
            ui.separator();
            ui.checkbox(&mut self.log, "log axis");
        });
        let mut curves: Vec<(String, Vec<&CapacityRecord>)> = Vec::new();
        for row in rows {
            let name = axis.curve(row);
            match curves.iter_mut().find(|c| c.0 == name) {
                Some(curve) => curve.1.push(row),
                None => curves.push((name, vec![row])),
            }
        }
        // A curve of one point says nothing along this axis, unless all are like that.
        if curves.iter().any(|c| c.1.len() > 1) {
            curves.retain(|c| c.1.len() > 1);
        }
        egui::ScrollArea::vertical()
            .id_salt("capacity curves")
            .max_height(44.0)
            .show(ui, |ui| {
                ui.horizontal_wrapped(|ui| {
                    for (i, (name, _)) in curves.iter().enumerate() {
                        ui.label(RichText::new(name).small().color(rule(i)).strong());
                    }
                });
            });
        let (log, exact) = (self.log, self.exact);
        let place = move |x: f64| if log { x.max(1e-3).log10() } else { x };
        let name = match axis {
            Axis::Cue if rows.iter().all(|r| r.cue == "Input") => "overlap of the entorhinal codes",
            _ => Axis::ALL.iter().find(|a| a.0 == axis).map_or("", |a| a.1),
        };
        Plot::new("capacity")
            .height((ui.available_height() - 4.0).max(40.0))
            .include_y(0.0)
            .include_y(1.05)
            .allow_scroll(false)
            .allow_drag(false)
            .allow_zoom(false)
            .allow_boxed_zoom(false)
            .x_axis_label(name)
            .y_axis_label(if exact { "errorless" } else { "overlap" })
            .x_axis_formatter(move |mark, _| {
                let x = if log {
                    10_f64.powf(mark.value)
                } else {
                    mark.value
                };
                format!("{}", (x * 1000.0).round() / 1000.0)
            })
            .show(ui, |plot| {
                for (i, (name, rows)) in curves.iter().enumerate() {
                    let mut rows = rows.clone();
                    rows.sort_by(|a, b| axis.of(a).total_cmp(&axis.of(b)));
                    let y = |r: &CapacityRecord| if exact { r.exact_rate } else { r.overlap_mean };
                    let points: Vec<[f64; 2]> =
                        rows.iter().map(|r| [place(axis.of(r)), y(r)]).collect();
                    plot.points(
                        Points::new(name.clone(), PlotPoints::from(points.clone()))
                            .radius(2.5)
                            .color(rule(i)),
                    );
                    plot.line(super::line(name, &points, rule(i)));
                    if exact {
                        continue;
                    }
                    for r in rows.iter().filter(|r| r.overlap_se > 0.0) {
                        let x = place(axis.of(r));
                        let bar = vec![
                            [x, r.overlap_mean - r.overlap_se],
                            [x, r.overlap_mean + r.overlap_se],
                        ];
                        plot.line(Line::new(name.clone(), bar).color(rule(i)).width(1.0));
                    }
                }
            });
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

    fn row(store: &str, patterns: usize, cue_fraction: f64) -> CapacityRecord {
        CapacityRecord {
            store: store.into(),
            units: 100,
            sparsity: 0.1,
            patterns,
            cue: "Fraction".into(),
            cue_fraction,
            noise: 0.0,
            trials: 3,
            overlap_mean: 0.9,
            overlap_se: 0.01,
            exact_rate: 0.5,
            time: 0,
            label: String::new(),
        }
    }

    #[test]
    fn the_axis_with_most_values_is_shown() {
        let loads: Vec<_> = [10, 20, 30].iter().map(|p| row("Ca3", *p, 0.5)).collect();
        assert_eq!(Axis::best(&loads), Axis::Patterns);
        let cues: Vec<_> = [0.1, 0.5, 0.9].iter().map(|c| row("Ca3", 10, *c)).collect();
        assert_eq!(Axis::best(&cues), Axis::Cue);
    }

    #[test]
    fn numbers_are_brief() {
        assert_eq!(brief(24_184_000.0), "24184000");
        assert_eq!(brief(0.12345), "0.123");
        assert_eq!(brief(f64::NAN), "-");
    }
}
