//! Alignment: how well each rule's gradient agrees with exact BPTT.

use egui::Ui;

use super::plots::{compared, curves, over_time, plot};
use super::{Corner, Panel, PanelContext, legend, level};
use crate::gui::theme::named;
use crate::record::{Declared, Metric, metric};

/// The alignment panel.
pub struct Alignment {
    quantity: &'static Declared,
}

/// What can be looked at.
const QUANTITIES: [(&str, &Declared); 3] = [
    ("remote", &metric::ALIGNMENT_REMOTE),
    ("cosine", &metric::ALIGNMENT_COSINE),
    ("norm ratio", &metric::ALIGNMENT_NORM),
];

impl Default for Alignment {
    fn default() -> Self {
        Self {
            quantity: &metric::ALIGNMENT_REMOTE,
        }
    }
}

impl Panel for Alignment {
    fn title(&self) -> &'static str {
        "Alignment"
    }

    fn help(&self) -> &'static str {
        "Agreement of each rule's gradient of the recurrent weights with exact BPTT. The cosine of the whole can be high for \
         a rule that does not reach back; 'remote' compares only what the first quarter of the steps contributes."
    }

    fn corner(&self) -> Corner {
        Corner::Below
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        ui.horizontal(|ui| {
            for (name, declared) in QUANTITIES {
                let chosen = std::ptr::eq(self.quantity, declared);
                if ui.selectable_label(chosen, name).clicked() {
                    self.quantity = declared;
                }
            }
        });
        // In the order, and the colours, of the Ledger; then what sleeps in another order gave.
        let ledger = &cx.snapshot.ledger;
        let mut found: Vec<(usize, &str, &[[f64; 2]])> = Vec::new();
        let mut others = ledger.len();
        for (label, points) in cx.snapshot.each_of(self.quantity) {
            let position = ledger.iter().position(|row| row.rule == label);
            found.push((position.unwrap_or(others), label, points));
            others += usize::from(position.is_none());
        }
        found.sort_by_key(|(position, _, _)| *position);
        if found.is_empty() {
            ui.weak(
                "nothing measured yet; in a stream, or with `learning.align: false`, nothing is",
            );
        }
        compared(cx, ui);
        let dark = ui.visuals().dark_mode;
        let told: Vec<(String, egui::Color32)> = found
            .iter()
            .map(|(_, name, points)| {
                let value = points.last().map_or(f64::NAN, |p| p[1]);
                let told = if value.is_finite() {
                    format!("{name} {value:.3}")
                } else {
                    format!("{name} -")
                };
                (told, named(name, dark))
            })
            .collect();
        let entries: Vec<_> = told
            .iter()
            .map(|(text, color)| (text.as_str(), *color))
            .collect();
        legend(ui, &entries);
        let weak = ui.visuals().weak_text_color();
        let strong = ui.visuals().strong_text_color();
        let quantity = self.quantity;
        let y = QUANTITIES
            .iter()
            .find(|(_, declared)| std::ptr::eq(*declared, quantity));
        plot("alignment", "time (steps)", y.map_or("", |(name, _)| name))
            .height(ui.available_height().max(40.0))
            .include_y(0.0)
            .include_y(1.1)
            .show(ui, |plot| {
                plot.hline(level("exact BPTT", 1.0, weak));
                for (_, name, _) in &found {
                    let metric = Metric::of(quantity, (*name).to_string());
                    curves(plot, cx, name, named(name, dark), |s| s.points(&metric));
                }
                over_time(plot, cx, strong);
            });
    }
}
