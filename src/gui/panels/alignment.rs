//! Alignment: how well each rule's gradient agrees with exact BPTT.

use egui::Ui;

use super::plots::{compared, counted, curves, curves_as, over_time, plot};
use super::{Corner, Panel, PanelContext, legend, level};
use crate::gui::theme::named;
use crate::numeric::statistics::{deviation, mean};
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

/// With more rules than this each has a lane of its own: their curves would hide each other.
const LANES: usize = 4;

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
        if found.len() > LANES {
            lanes(cx, self.quantity, &found, ui);
            return;
        }
        let weak = ui.visuals().weak_text_color();
        let strong = ui.visuals().strong_text_color();
        let quantity = self.quantity;
        let y = QUANTITIES
            .iter()
            .find(|(_, declared)| std::ptr::eq(*declared, quantity));
        plot(
            "alignment",
            counted(cx.base),
            y.map_or("", |(name, _)| name),
        )
        .height(ui.available_height().max(40.0))
        .include_y(0.0)
        .include_y(1.1)
        .show(ui, |plot| {
            plot.hline(level("exact BPTT", 1.0, weak));
            // The yardstick lies behind what it is held against.
            found.sort_by_key(|(_, name, _)| !name.starts_with("Bptt"));
            for (_, name, _) in &found {
                let metric = Metric::of(quantity, (*name).to_string());
                curves(plot, cx, name, named(name, dark), |s| s.points(&metric));
            }
            over_time(plot, cx, strong);
        });
    }
}

/// A lane for each rule: its curve, and the mean of its last tenth with the spread.
fn lanes(
    cx: &PanelContext<'_>,
    quantity: &'static Declared,
    found: &[(usize, &str, &[[f64; 2]])],
    ui: &mut Ui,
) {
    // Of norms it is the factor that counts.
    let norm: &Declared = &metric::ALIGNMENT_NORM;
    let logarithmic = std::ptr::eq(quantity, norm);
    if logarithmic {
        ui.label(
            "decimal logarithm of the ratio: 0 is the norm of exact BPTT, 1 ten times as much",
        );
    }
    let as_drawn = |value: f64| if logarithmic { value.log10() } else { value };
    let (dark, strong) = (ui.visuals().dark_mode, ui.visuals().strong_text_color());
    let weak = ui.visuals().weak_text_color();
    egui::ScrollArea::vertical()
        .auto_shrink(false)
        .show(ui, |ui| {
            let room = ui.available_height() / found.len().max(1) as f32 - 24.0;
            for (_, name, points) in found {
                let color = named(name, dark);
                ui.horizontal(|ui| {
                    let size = egui::vec2(12.0, 12.0);
                    let (swatch, _) = ui.allocate_exact_size(size, egui::Sense::hover());
                    ui.painter().rect_filled(swatch, 2.0, color);
                    ui.label(*name);
                    let tenth = &points[points.len() - points.len().div_ceil(10)..];
                    let values = tenth.iter().map(|p| p[1]).filter(|v| v.is_finite());
                    let values: Vec<f64> = values.collect();
                    if !values.is_empty() {
                        let spread = Some(deviation(&values)).filter(|d| d.is_finite());
                        let told = format!("{:.3} ± {:.3}", mean(&values), spread.unwrap_or(0.0));
                        ui.monospace(told)
                            .on_hover_text("mean and standard deviation of the last tenth");
                    }
                });
                plot(&format!("lane {name}"), "", "")
                    .height(room.clamp(36.0, 120.0))
                    .include_y(0.0)
                    .include_y(if logarithmic { 0.5 } else { 1.05 })
                    .show_axes([false, true])
                    .show(ui, |plot| {
                        let reference = if logarithmic { 0.0 } else { 1.0 };
                        plot.hline(level("exact BPTT", reference, weak));
                        let metric = Metric::of(quantity, (*name).to_string());
                        curves_as(plot, cx, name, color, |s| s.points(&metric), as_drawn);
                        over_time(plot, cx, strong);
                    });
            }
        });
}
