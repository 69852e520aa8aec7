//! Alignment: how well each rule's gradient agrees with exact BPTT.

use egui::Ui;

use super::plots::{compared, others, seen, stack};
use super::{Panel, PanelContext, figure_menu};
use crate::engine::Scenario;
use crate::figure::plot::{stacked, tabled};
use crate::figure::{Palette, Quantity, alignment};
use crate::gui::theme::palette;

/// The alignment panel.
#[derive(Default)]
pub struct Alignment {
    quantity: Quantity,
}

impl Panel for Alignment {
    fn title(&self) -> &'static str {
        "Alignment"
    }

    fn help(&self) -> &'static str {
        "Agreement of each rule's gradient of the recurrent weights with exact BPTT. The cosine of the whole can be high for \
         a rule that does not reach back; 'remote' compares only what the first quarter of the steps contributes. With more than \
         four rules each has a lane; the numbers are the mean and the standard deviation of the last tenth."
    }

    fn fits(&self, scenario: &Scenario) -> bool {
        scenario.setup.learning.align && scenario.lives_episodes()
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        let others = others(cx);
        ui.horizontal_wrapped(|ui| {
            for (quantity, name) in Quantity::ALL {
                ui.selectable_value(&mut self.quantity, quantity, name);
            }
            let quantity = self.quantity;
            let plots = |palette| alignment(&seen(cx, &others, palette), quantity);
            figure_menu(
                cx,
                ui,
                "alignment",
                |width, palette| {
                    let plots = plots(palette);
                    let height = (0.1 * width * plots.len() as f32).max(0.55 * width);
                    stacked(&plots, [width, height], palette)
                },
                Some(&|| tabled(&plots(Palette::LIGHT))),
            );
        });
        let plots = alignment(&seen(cx, &others, palette(ui)), self.quantity);
        if plots.iter().all(|plot| plot.curves.is_empty()) {
            ui.label(
                "nothing measured yet; in a stream, or with `learning.align: false`, nothing is",
            );
        }
        compared(cx, ui);
        if let [first, _, ..] = plots.as_slice() {
            ui.label(format!(
                "{}; mean ± standard deviation of the last tenth",
                first.y.name
            ));
        }
        stack(cx, ui, "alignment", plots);
    }
}
