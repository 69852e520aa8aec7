//! Attention: which remembered steps the network attends to.

use egui::Ui;

use super::{Panel, PanelContext};
use crate::figure::largest;
use crate::gui::heatmap::{Heatmap, Picture};
use crate::gui::theme::Map;
use crate::record::{Metric, metric};

/// The attention panel.
#[derive(Default)]
pub struct Attention {
    weights: Heatmap,
}

impl Panel for Attention {
    fn title(&self) -> &'static str {
        "Attention"
    }

    fn help(&self) -> &'static str {
        "Weights of the attention over remembered steps in the first episode of the last batch: a row a step that attends, a \
         column a step of the episode. Only a rule that reminds the network of steps long past has one."
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        let Some(view) = &cx.snapshot.attention else {
            ui.weak(
                "no attention: only a rule that reminds the network of steps long past has one, and only after a batch of episodes",
            );
            return;
        };
        let ends = view.queries.first().zip(view.queries.last());
        if let Some((first, last)) = ends {
            ui.label(format!(
                "steps {first} (top) to {last} (bottom) attend to steps 0 (left) to {} (right)",
                view.weights.steps().saturating_sub(1)
            ));
        }
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
        let picture = Picture {
            name: "Attention weights",
            raster: &view.weights,
            map: Map::Viridis,
            scale: largest(&view.weights.values),
            steps: view.weights.steps(),
            told: None,
        };
        let height = ui.available_height() - 4.0;
        self.weights.show(ui, &picture, height);
    }
}
