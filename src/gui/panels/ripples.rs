//! Ripples: the list of replay events; pick one to see its steps beside the lived episode.

use std::sync::Arc;

use egui::{RichText, ScrollArea, Ui};

use super::{Ask, Panel, PanelContext, no_ripple};
use crate::engine::{Raster, RippleView, Scenario, Snapshot};
use crate::figure::{Matrix, largest, recall};
use crate::gui::chart::chart;
use crate::gui::heatmap::{Heatmap, Picture};
use crate::gui::inspecting::Topic;
use crate::gui::theme::{Map, palette};
use crate::record::{Metric, Order, RippleRecord, metric};

/// The ripples panel.
#[derive(Default)]
pub struct Ripples {
    chosen: Option<u64>,
    /// The steps of a ripple that were looked up.
    found: Option<Arc<RippleView>>,
    /// The run it was chosen in.
    run: u64,
    decoded: Heatmap,
    lived: Heatmap,
    error: Heatmap,
}

impl Panel for Ripples {
    fn title(&self) -> &'static str {
        "Ripples"
    }

    fn help(&self) -> &'static str {
        "Every ripple: its episode, order, cue, steps, overlap with the engrams that should have come, cosine of the decoded \
         with the lived states, and how it ended. Pick one of the latest to see its steps in replayed order beside what \
         was lived."
    }

    fn fits(&self, scenario: &Scenario) -> bool {
        scenario.replays()
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        if self.run != cx.snapshot.run {
            self.run = cx.snapshot.run;
            self.chosen = None;
            self.found = None;
        }
        let ripples = &cx.snapshot.ripples;
        if ripples.is_empty() {
            ui.label(no_ripple(cx.snapshot));
            return;
        }
        if let Some(scores) = scores(cx.snapshot) {
            ui.weak(scores);
        }
        let chosen = self
            .chosen
            .and_then(|n| ripples.iter().find(|r| r.ripple == n));
        let picked = self.chosen.is_some();
        let entry = chosen.or(ripples.last().filter(|_| !picked));
        let number = self.chosen.or(entry.map(|r| r.ripple));
        let detail = number.and_then(|n| self.kept(cx.snapshot, n));
        if picked && detail.is_none() {
            let n = self.chosen.unwrap_or_default();
            ui.label(format!("the steps of ripple {n} are no longer kept"));
            if ui.button("Show the latest").clicked() {
                self.chosen = None;
            }
        }
        let list = if detail.is_some() {
            ui.available_height() * 0.45
        } else {
            ui.available_height() - 20.0
        };
        let head = RichText::new(header()).monospace().size(12.0);
        ui.add(egui::Label::new(head).truncate());
        let row = ui.text_style_height(&egui::TextStyle::Monospace) + 4.0;
        ui.allocate_ui(egui::vec2(ui.available_width(), list), |ui| {
            ScrollArea::vertical().auto_shrink(false).show_rows(
                ui,
                row,
                ripples.len(),
                |ui, rows| {
                    for i in rows {
                        // Newest first.
                        if let Some(entry) = ripples
                            .len()
                            .checked_sub(i + 1)
                            .and_then(|i| ripples.get(i))
                        {
                            self.entry(ui, entry);
                        }
                    }
                },
            );
        });
        if let Some(detail) = detail {
            ui.separator();
            self.detail(cx, ui, &detail);
        }
    }
}

/// The latest replay scores in a line: ripples whose order is significant, and as many by chance.
fn scores(snapshot: &Snapshot) -> Option<String> {
    let last = |declared, area: &'static str| snapshot.last(&Metric::of(declared, area));
    let share = |area: &'static str| {
        let found = last(&metric::SCORE_SIGNIFICANT, area)?;
        let chance = last(&metric::SHUFFLED_SIGNIFICANT, area)?;
        Some(format!(
            "{area} {:.0} % (shuffled {:.1} %)",
            found * 100.0,
            chance * 100.0
        ))
    };
    let areas: Vec<String> = ["CA3", "cortex", "position"]
        .into_iter()
        .filter_map(share)
        .collect();
    let compression = snapshot
        .last(&Metric::new(&metric::SCORE_COMPRESSION))
        .map_or(String::new(), |c| format!(", {c:.0} × as fast as lived"));
    (!areas.is_empty()).then(|| format!("order kept, p < 0.05: {}{compression}", areas.join(", ")))
}

fn header() -> String {
    format!(
        "{:>6} {:>7} {:<3} {:>5} {:>7} {:>6} outcome",
        "ripple", "episode", "way", "steps", "overlap", "cosine"
    )
}

/// A number of a row; nothing where there is none.
fn number(value: f64, decimals: usize) -> String {
    if value.is_finite() {
        // Without a sign where nothing is left of it.
        format!("{:.decimals$}", value + 0.0).replace("-0.00", "0.00")
    } else {
        "-".into()
    }
}

impl Ripples {
    /// The steps of a ripple, from what is kept of the run.
    fn kept(&mut self, snapshot: &Snapshot, ripple: u64) -> Option<Arc<RippleView>> {
        if self
            .found
            .as_ref()
            .is_none_or(|found| found.ripple != ripple)
        {
            self.found = snapshot.kept.ripple(ripple).map(Arc::new);
        }
        self.found.clone()
    }

    fn entry(&mut self, ui: &mut Ui, r: &RippleRecord) {
        let order = match r.order {
            Order::REVERSE => "rev",
            Order::FORWARD => "fwd",
            Order::Shuffled => "mix",
        };
        let text = format!(
            "{:>6} {:>7} {order:<3} {:>5} {:>7} {:>6} {}",
            r.ripple,
            r.episode,
            r.steps,
            number(r.overlap_mean, 2),
            number(r.cosine, 2),
            r.outcome.as_str()
        );
        let hint = format!(
            "time {}, engram {}, {} replay from a {} cue ({:.0} % right), smallest overlap {:.3}",
            r.time,
            r.engram.map_or("none".to_string(), |e| e.to_string()),
            r.order.as_str(),
            r.cue,
            r.cue_fraction * 100.0,
            r.overlap_min
        );
        let color = if r.completed {
            ui.visuals().text_color()
        } else {
            ui.visuals().error_fg_color
        };
        let picked = self.chosen == Some(r.ripple);
        let label = RichText::new(text).monospace().size(12.0).color(color);
        let row = egui::Button::selectable(picked, label).truncate();
        if ui.add(row).on_hover_text(hint).clicked() {
            self.chosen = if picked { None } else { Some(r.ripple) };
        }
    }

    fn detail(&mut self, cx: &PanelContext<'_>, ui: &mut Ui, view: &RippleView) {
        let which = if self.chosen.is_some() {
            "ripple"
        } else {
            "latest ripple:"
        };
        ui.label(format!(
            "{which} {} of episode {}, states in replayed order",
            view.ripple, view.episode
        ));
        if ui.button("Inspect this ripple").clicked() {
            (cx.ask)(Ask::Inspect(Topic::Ripple(view.ripple)));
        }
        let lived = view.expected();
        let scale = largest(&view.decoded.values).max(largest(&lived.values));
        let apart = view
            .decoded
            .values
            .iter()
            .zip(&lived.values)
            .map(|(a, b)| (a - b).abs())
            .collect();
        let error = Raster {
            units: view.decoded.units,
            values: apart,
        };
        let height = (ui.available_height() - 24.0).max(30.0);
        ui.columns(4, |columns| {
            let axes = ["replayed step", "unit"];
            let signed = |name, raster| Picture {
                name,
                matrix: Matrix {
                    // The same steps side by side, also where some have no lived state.
                    columns: view.decoded.steps(),
                    ..Matrix::signed(raster, scale, axes)
                },
                told: None,
            };
            columns[0].weak("re-instated");
            self.decoded.show(
                &mut columns[0],
                &signed("Re-instated states", &view.decoded),
                height,
            );
            columns[1].weak("lived");
            self.lived
                .show(&mut columns[1], &signed("Lived states", &lived), height);
            let mean = error.values.iter().sum::<f32>() / error.values.len().max(1) as f32;
            columns[2].weak(format!("error, {mean:.3} on average"));
            let error = Picture {
                name: "Error",
                matrix: Matrix::positive(&error, Map::Magma, axes),
                told: None,
            };
            self.error.show(&mut columns[2], &error, height);
            let ui = &mut columns[3];
            let plot = recall(view, palette(ui));
            chart(cx, ui, "ripple overlap", height + 18.0, plot);
        });
    }
}
