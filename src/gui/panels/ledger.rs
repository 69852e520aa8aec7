//! Ledger: what each rule keeps and what it costs.

use egui::{Align2, Color32, Response, RichText, Sense, TextStyle, Ui, vec2};

use super::{Panel, PanelContext};
use crate::gui::theme::named;

/// The ledger panel.
#[derive(Default)]
pub struct Ledger;

const WIDTH: f32 = 66.0;

impl Panel for Ledger {
    fn title(&self) -> &'static str {
        "Ledger"
    }

    fn help(&self) -> &'static str {
        "What each rule keeps from step to step and episode (floats), its operations a step counted from sizes, its \
         measured time a step for the whole batch, and the CA3 synapses it leans on. Bars are logarithmic. CA3's \
         synapses are the price of keeping no activity in the cortex."
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        let rows = &cx.snapshot.ledger;
        if rows.is_empty() {
            ui.weak("nothing measured yet");
            return;
        }
        let columns: [Vec<f64>; 4] = [
            rows.iter().map(|r| r.retained_floats as f64).collect(),
            rows.iter().map(|r| r.flops_per_step as f64).collect(),
            rows.iter().map(|r| r.microseconds_per_step).collect(),
            rows.iter().map(|r| r.synapses as f64).collect(),
        ];
        let largest = columns
            .each_ref()
            .map(|c| c.iter().copied().fold(0.0, f64::max));
        egui::ScrollArea::both().auto_shrink(false).show(ui, |ui| {
            egui::Grid::new("ledger").striped(true).show(ui, |ui| {
                for heading in ["rule", "floats kept", "flops/step", "µs/step", "synapses"] {
                    ui.strong(heading);
                }
                ui.end_row();
                let dark = ui.visuals().dark_mode;
                for (i, row) in rows.iter().enumerate() {
                    let color = named(&row.rule, dark);
                    ui.label(RichText::new(&row.rule).color(color).strong());
                    for (column, largest) in columns.iter().zip(largest) {
                        bar(ui, column[i], largest, color);
                    }
                    ui.end_row();
                }
            });
        });
    }
}

/// A number in front of a bar as long as its logarithm.
fn bar(ui: &mut Ui, value: f64, largest: f64, color: Color32) -> Response {
    let height = ui.text_style_height(&TextStyle::Body);
    let (rect, response) = ui.allocate_exact_size(vec2(WIDTH, height), Sense::hover());
    let share = if value > 0.0 && largest > 0.0 {
        ((1.0 + value).ln() / (1.0 + largest).ln()) as f32
    } else {
        0.0
    };
    let mut filled = rect;
    filled.set_width(rect.width() * share);
    ui.painter()
        .rect_filled(filled, 2.0, color.gamma_multiply(0.3));
    ui.painter().text(
        rect.right_center(),
        Align2::RIGHT_CENTER,
        number(value),
        TextStyle::Body.resolve(ui.style()),
        ui.visuals().text_color(),
    );
    response
}

/// Whole numbers in groups of three digits, small ones with a decimal, nothing as a dash.
fn number(value: f64) -> String {
    if value <= 0.0 || !value.is_finite() {
        return "-".into();
    }
    if value < 100.0 && value.fract() != 0.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(number(0.0), "-");
        assert_eq!(number(3.27), "3.3");
        assert_eq!(number(64.0), "64");
        assert_eq!(number(4_000_000.0), "4 000 000");
        assert_eq!(number(12_345.6), "12 346");
    }
}
