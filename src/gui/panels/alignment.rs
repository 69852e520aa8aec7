//! Alignment: how well each rule's gradient agrees with exact BPTT.

use egui::{RichText, Ui};
use egui_plot::Plot;

use super::{Panel, PanelContext, level, line};
use crate::gui::theme::rule;

/// The alignment panel.
pub struct Alignment {
    quantity: &'static str,
}

impl Default for Alignment {
    fn default() -> Self {
        Self { quantity: "remote" }
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

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        ui.horizontal(|ui| {
            for name in ["remote", "cosine", "norm_ratio"] {
                ui.selectable_value(&mut self.quantity, name, name.replace('_', " "));
            }
        });
        let suffix = format!(".{}", self.quantity);
        // In the order, and the colours, of the Ledger; then what sleeps in another order gave.
        let known = cx.snapshot.ledger.iter().map(|row| row.rule.as_str());
        let others = cx.snapshot.series.keys().filter_map(|name| {
            let label = name
                .strip_prefix("alignment.")?
                .strip_suffix(suffix.as_str())?;
            (!cx.snapshot.ledger.iter().any(|row| row.rule == label)).then_some(label)
        });
        let found: Vec<(usize, &str, &[[f64; 2]])> = known
            .chain(others)
            .enumerate()
            .filter_map(|(i, label)| {
                let points = cx
                    .snapshot
                    .series
                    .get(&format!("alignment.{label}{suffix}"))?;
                Some((i, label, points.as_slice()))
            })
            .collect();
        if found.is_empty() {
            ui.weak(
                "nothing measured yet; in a stream, or with `learning.align: false`, nothing is",
            );
        }
        ui.horizontal_wrapped(|ui| {
            for (i, name, points) in &found {
                let value = points.last().map_or(f64::NAN, |p| p[1]);
                ui.label(
                    RichText::new(format!("{name} {value:.3}"))
                        .color(rule(*i))
                        .strong(),
                );
            }
        });
        let weak = ui.visuals().weak_text_color();
        Plot::new("alignment")
            .height(ui.available_height().max(40.0))
            .include_y(0.0)
            .include_y(1.1)
            .allow_scroll(false)
            .x_axis_label("time (steps)")
            .show(ui, |plot| {
                plot.hline(level("exact BPTT", 1.0, weak));
                for (i, name, points) in &found {
                    plot.line(line(name, points, rule(*i)));
                }
            });
    }
}
