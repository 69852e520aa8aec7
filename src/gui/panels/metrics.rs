//! Metrics: any quantity of the run over time.

use egui::{ScrollArea, Ui};

use super::plots::{compared, counted, curves, over_time, plot};
use super::{Panel, PanelContext, legend};
use crate::gui::theme::rule;
use crate::record::Metric;

/// The metrics panel.
#[derive(Default)]
pub struct Metrics {
    run: u64,
    chosen: Vec<Metric>,
    filter: String,
}

/// Curves at once.
const MOST: usize = 7;

impl Panel for Metrics {
    fn title(&self) -> &'static str {
        "Metrics"
    }

    fn help(&self) -> &'static str {
        "Every quantity of metrics.csv: choose up to seven, and see them over time, with their last values. Hover a name for \
         what it means."
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        if self.run != cx.snapshot.run {
            self.run = cx.snapshot.run;
            self.chosen.clear();
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
            ui.vertical(|ui| self.plot(cx, ui));
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
                    self.chosen.retain(|m| m != metric);
                    if shown {
                        self.chosen.push(metric.clone());
                        let over = self.chosen.len().saturating_sub(MOST);
                        self.chosen.drain(..over);
                    }
                }
                if let Some(declared) = metric.declared() {
                    check.on_hover_text(format!("{} ({})", declared.doc, declared.unit));
                }
            }
        });
    }

    fn plot(&self, cx: &PanelContext<'_>, ui: &mut Ui) {
        compared(cx, ui);
        let names: Vec<String> = self.chosen.iter().map(Metric::name).collect();
        let entries: Vec<_> = names
            .iter()
            .enumerate()
            .map(|(i, n)| (n.as_str(), rule(i)))
            .collect();
        legend(ui, &entries);
        if self.chosen.is_empty() {
            ui.label("choose what to see");
        }
        let strong = ui.visuals().strong_text_color();
        plot("metrics", counted(cx.base), "")
            .height(ui.available_height().max(40.0))
            .show(ui, |plot| {
                for (i, metric) in self.chosen.iter().enumerate() {
                    curves(plot, cx, &names[i], rule(i), |s| s.points(metric));
                }
                over_time(plot, cx, strong);
            });
    }
}
