//! Metrics: any quantity of the run over time.

use egui::{ScrollArea, Ui};

use super::plots::{compared, others, seen};
use super::{Panel, PanelContext};
use crate::figure::{Along, counted, metrics};
use crate::gui::chart::chart;
use crate::gui::theme::palette;
use crate::record::Metric;

/// The metrics panel.
#[derive(Default)]
pub struct Metrics {
    run: u64,
    chosen: Vec<Metric>,
    along: Along,
    /// What was asked for elsewhere.
    wanted: Option<Metric>,
    filter: String,
}

/// Curves at once.
const MOST: usize = 7;

impl Panel for Metrics {
    fn title(&self) -> &'static str {
        "Metrics"
    }

    fn help(&self) -> &'static str {
        "Every quantity of metrics.csv: choose up to seven, and see them over time, or along another quantity, with their last values. \
         Hover a name for what it means."
    }

    fn plot(&mut self, metric: &Metric) -> bool {
        self.wanted = Some(metric.clone());
        true
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        if self.run != cx.snapshot.run {
            self.run = cx.snapshot.run;
            self.chosen.clear();
            self.along = Along::Time;
        }
        if let Some(wanted) = self.wanted.take() {
            self.choose(&wanted);
        }
        if cx.snapshot.series.is_empty() {
            ui.label("nothing is measured yet: quantities come as the run goes on");
            return;
        }
        let list = (ui.available_width() * 0.4).min(260.0);
        let height = ui.available_height();
        ui.horizontal_top(|ui| {
            ui.allocate_ui(egui::vec2(list, height), |ui| {
                ui.vertical(|ui| self.list(cx, ui));
            });
            ui.vertical(|ui| self.shown(cx, ui));
        });
    }
}

impl Metrics {
    fn list(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        ui.horizontal(|ui| {
            let label = ui.label("find");
            let edit = egui::TextEdit::singleline(&mut self.filter).desired_width(f32::INFINITY);
            ui.add(edit).labelled_by(label.id);
        });
        let wanted = self.filter.to_lowercase();
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            for (metric, points) in cx.snapshot.series.iter() {
                let name = metric.name();
                if !name.to_lowercase().contains(&wanted) {
                    continue;
                }
                let mut shown = self.chosen.contains(metric);
                let value = points.last().map_or(f64::NAN, |p| p[1]);
                let check = ui.checkbox(&mut shown, format!("{name}  {value:.4}"));
                if check.changed() {
                    if shown {
                        self.choose(metric);
                    } else {
                        self.chosen.retain(|m| m != metric);
                    }
                }
                if let Some(declared) = metric.declared() {
                    check.on_hover_text(format!("{} ({})", declared.doc, declared.unit));
                }
            }
        });
    }

    fn shown(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        compared(cx, ui);
        if self.chosen.is_empty() {
            ui.label("choose what to see");
        }
        ui.horizontal(|ui| {
            let label = ui.label("along");
            let name = match &self.along {
                Along::Time => counted(cx.base).to_string(),
                Along::Metric(metric) => metric.name(),
            };
            let combo = egui::ComboBox::from_id_salt("along").selected_text(name);
            let combo = combo.show_ui(ui, |ui| {
                ui.selectable_value(&mut self.along, Along::Time, counted(cx.base));
                for metric in cx.snapshot.series.keys() {
                    let along = Along::Metric(metric.clone());
                    ui.selectable_value(&mut self.along, along, metric.name());
                }
            });
            combo.response.labelled_by(label.id);
        });
        let others = others(cx);
        let plot = metrics(&seen(cx, &others, palette(ui)), &self.chosen, &self.along);
        chart(cx, ui, "metrics", ui.available_height(), plot);
    }

    /// Shows a quantity, beside those that are shown.
    fn choose(&mut self, metric: &Metric) {
        self.chosen.retain(|m| m != metric);
        self.chosen.push(metric.clone());
        let over = self.chosen.len().saturating_sub(MOST);
        self.chosen.drain(..over);
    }
}
