//! Attention: which remembered steps the network attends to.

use egui::Ui;

use super::{Panel, PanelContext, catalogued};
use crate::engine::Scenario;
use crate::figure::weights;
use crate::gui::sheet::Sheet;
use crate::gui::theme::palette;
use crate::record::{Metric, metric};

/// The attention panel.
#[derive(Default)]
pub struct Attention {
    sheet: Sheet,
}

impl Panel for Attention {
    fn title(&self) -> &'static str {
        "Attention"
    }

    fn help(&self) -> &'static str {
        "Weights of the attention over remembered steps in the first episode of the last batch: a row a step that attends, a \
         column a step of the episode. Only a rule that reminds the network of steps long past has one."
    }

    fn fits(&self, scenario: &Scenario) -> bool {
        scenario.attends()
    }

    fn matters(&self, scenario: &Scenario) -> bool {
        self.fits(scenario)
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        let Some(view) = &cx.snapshot.attention else {
            ui.weak(
                "no attention: only a rule that reminds the network of steps long past has one, and only after a batch of episodes",
            );
            return;
        };
        let told = |declared| {
            let rule = cx.snapshot.rule.clone();
            cx.snapshot.last(&Metric::of(declared, rule))
        };
        let (near, lag) = (told(&metric::NEAR_ORIGIN), told(&metric::ATTENTION_LAG));
        if let (Some(near), Some(lag)) = (near, lag) {
            ui.label(format!(
                "{:.0} % of the weight lies within five steps after the step that is asked for; on average {lag:.1} steps after it",
                near * 100.0
            ));
        }
        let matrix = weights(view);
        catalogued(cx, ui, "attention");
        let size = ui.available_size().max(egui::vec2(120.0, 60.0));
        let (rect, response) = ui.allocate_exact_size(size, egui::Sense::hover());
        let named = || egui::WidgetInfo::labeled(egui::Role::Image, true, "Attention weights");
        response.widget_info(named);
        let drawn = matrix.draw([size.x, size.y], palette(ui));
        self.sheet.paint(ui, rect.min, &drawn.drawing);
        let at = response.hover_pos().map(|at| at - rect.min);
        if let Some([row, step]) = at.and_then(|at| drawn.cell([at.x, at.y]))
            && let Some(weight) = view.weights.column(step).and_then(|c| c.get(row))
        {
            let query = view.queries.get(row).copied().unwrap_or(row);
            let told = format!("step {query} attends to step {step}: {weight:.4}");
            response.on_hover_text_at_pointer(told);
        }
    }
}
