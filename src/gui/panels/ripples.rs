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

/// Width for states beside each other, and height for anything.
const LEAST: [f32; 2] = [560.0, 90.0];

/// The ripples panel.
#[derive(Default)]
pub struct Ripples {
    chosen: Option<u64>,
    /// The steps of a ripple that were looked up.
    found: Option<Arc<RippleView>>,
    /// The run it was chosen in.
    run: u64,
    maps: [Heatmap; 3],
    /// Where the list was.
    list: Option<egui::Rect>,
    /// The newest ripple that is listed.
    newest: Option<u64>,
}

impl Panel for Ripples {
    fn title(&self) -> &'static str {
        "Ripples"
    }

    fn help(&self) -> &'static str {
        "Every ripple: its episode, order, cue, steps, overlap with the engrams that should have come, cosine of the decoded \
         with the lived states, and how it ended. Pick one of the latest to see its steps in replayed order beside what \
         was lived, or to play it in the theatre. While the pointer is on the list newer ones wait."
    }

    fn fits(&self, scenario: &Scenario) -> bool {
        scenario.replays()
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        if self.run != cx.snapshot.run {
            self.run = cx.snapshot.run;
            self.chosen = None;
            self.found = None;
            self.newest = None;
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
        let room = ui.available_height();
        let list = match &detail {
            None => room - 20.0,
            // With no room for steps there is room for what can be done.
            Some(_) => (room * 0.45).max((room - 70.0).min(2.0 * LEAST[1])),
        };
        let wide = ui.available_width() >= WIDE;
        // Rows do not run away from under the pointer.
        let over = self.list.is_some_and(|rect| ui.rect_contains_pointer(rect));
        let newest = ripples.last().map(|r| r.ripple);
        self.newest = if over { self.newest.or(newest) } else { newest };
        let shown = ripples.partition_point(|r| Some(r.ripple) <= self.newest);
        let waiting = match ripples.len() - shown {
            0 => String::new(),
            n => format!(" ({n} newer)"),
        };
        let head = RichText::new(header(wide) + &waiting)
            .monospace()
            .size(12.0);
        ui.add(egui::Label::new(head).truncate());
        let row = ui.text_style_height(&egui::TextStyle::Monospace) + 4.0;
        let part = ui.allocate_ui(egui::vec2(ui.available_width(), list), |ui| {
            let area = ScrollArea::vertical().auto_shrink(false);
            area.show_rows(ui, row, shown, |ui, rows| {
                for i in rows {
                    // Newest first.
                    let at = shown.checked_sub(i + 1);
                    if let Some(entry) = at.and_then(|at| ripples.get(at)) {
                        self.entry(ui, entry, wide);
                    }
                }
            });
        });
        self.list = Some(part.response.rect);
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

/// Width for all columns.
const WIDE: f32 = 400.0;

fn header(wide: bool) -> String {
    row(
        wide,
        [
            "ripple", "episode", "way", "steps", "overlap", "cosine", "outcome",
        ],
    )
}

/// A row of the list: where there is little room, without what is told above its steps.
fn row(wide: bool, [ripple, episode, way, steps, overlap, cosine, outcome]: [&str; 7]) -> String {
    if wide {
        format!("{ripple:>6} {episode:>7} {way:<3} {steps:>5} {overlap:>7} {cosine:>6} {outcome}")
    } else {
        format!("{ripple:>6} {way:<3} {overlap:>7} {cosine:>6} {outcome}")
    }
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

    fn entry(&mut self, ui: &mut Ui, r: &RippleRecord, wide: bool) {
        let order = match r.order {
            Order::REVERSE => "rev",
            Order::FORWARD => "fwd",
            Order::Shuffled => "mix",
        };
        let columns = [
            &*r.ripple.to_string(),
            &r.episode.to_string(),
            order,
            &r.steps.to_string(),
            &number(r.overlap_mean, 2),
            &number(r.cosine, 2),
            r.outcome.as_str(),
        ];
        let text = row(wide, columns);
        let hint = format!(
            "episode {}, {} steps, time {}, engram {}, {} replay from a {} cue ({:.0} % right), smallest overlap {:.3}",
            r.episode,
            r.steps,
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

    /// The steps of a ripple, as far as there is room for them.
    fn detail(&mut self, cx: &PanelContext<'_>, ui: &mut Ui, view: &Arc<RippleView>) {
        let which = if self.chosen.is_some() {
            "ripple"
        } else {
            "latest ripple:"
        };
        let (ripple, episode) = (view.ripple, view.episode);
        ui.horizontal_wrapped(|ui| {
            ui.label(format!("{which} {ripple} of episode {episode}"));
            let play = ui.button("Play it");
            if play
                .on_hover_text("Play it slowly in the theatre")
                .clicked()
            {
                (cx.ask)(Ask::Play(view.clone()));
            }
            if ui.button("Inspect this ripple").clicked() {
                (cx.ask)(Ask::Inspect(Topic::Ripple(ripple)));
            }
        });
        let (width, height) = (ui.available_width(), ui.available_height());
        if height < LEAST[1] {
            return;
        }
        if width < LEAST[0] {
            let plot = recall(view, palette(ui));
            chart(cx, ui, "ripple overlap", height - 4.0, plot);
            return;
        }
        let lived = view.expected();
        let scale = largest(&view.decoded.values).max(largest(&lived.values));
        let apart = (view.decoded.values.iter().zip(&lived.values))
            .map(|(a, b)| (a - b).abs())
            .collect();
        let error = Raster {
            units: view.decoded.units,
            values: apart,
        };
        let axes = ["replayed step", "unit"];
        let signed = |raster| Matrix {
            // The same steps side by side, also where some have no lived state.
            columns: view.decoded.steps(),
            ..Matrix::signed(raster, scale, axes)
        };
        let mean = error.values.iter().sum::<f32>() / error.values.len().max(1) as f32;
        let maps = [
            ("re-instated", "Re-instated states", signed(&view.decoded)),
            ("lived", "Lived states", signed(&lived)),
            (
                &*format!("error, {mean:.3} on average"),
                "Error",
                Matrix::positive(&error, Map::Magma, axes),
            ),
        ];
        ui.columns(4, |columns| {
            for ((column, (told, name, matrix)), map) in
                columns.iter_mut().zip(maps).zip(&mut self.maps)
            {
                column.add(egui::Label::new(told).truncate());
                let picture = Picture {
                    name,
                    matrix,
                    told: None,
                };
                map.show(column, &picture, height - 24.0);
            }
            let ui = &mut columns[3];
            let plot = recall(view, palette(ui));
            chart(cx, ui, "ripple overlap", height - 6.0, plot);
        });
    }
}
