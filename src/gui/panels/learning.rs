//! Learning: loss and accuracy, with the levels of chance and of no memory.

use egui::Ui;

use super::plots::{compared, others, seen, stack};
use super::{Panel, PanelContext, figure_menu};
use crate::engine::Scenario;
use crate::figure::learning;
use crate::figure::plot::{stacked, tabled};
use crate::gui::theme::palette;

/// The learning panel.
#[derive(Default)]
pub struct Learning;

impl Panel for Learning {
    fn title(&self) -> &'static str {
        "Learning"
    }

    fn help(&self) -> &'static str {
        "Accuracy and loss of each waking phase and of each probe. Dashed: what guessing reaches, the best loss of a network \
         without memory, and for some tasks the losses on the way from knowing nothing to knowing all. Where the task has \
         it, also the share of episodes that are correct as a whole; below, weights that stand alone. Drag over a plot to see a \
         range of it; click a point to look into it."
    }

    fn fits(&self, scenario: &Scenario) -> bool {
        !scenario.only_measures()
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        let others = others(cx);
        let plots = learning(&seen(cx, &others, palette(ui)));
        ui.horizontal_wrapped(|ui| {
            compared(cx, ui);
            figure_menu(
                cx,
                ui,
                "learning",
                |width, palette| {
                    let plots = learning(&seen(cx, &others, palette));
                    let height = 0.5 * width * plots.len() as f32;
                    stacked(&plots, [width, height], palette)
                },
                Some(&|| tabled(&plots)),
            );
        });
        stack(cx, ui, "learning", plots.clone());
    }
}
