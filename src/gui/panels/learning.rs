//! Learning: loss and accuracy, with the levels of chance and of no memory.

use egui::Ui;
use egui_plot::Plot;

use super::{Panel, PanelContext, legend, level, line};
use crate::gui::theme::rule;

/// The learning panel.
#[derive(Default)]
pub struct Learning;

impl Panel for Learning {
    fn title(&self) -> &'static str {
        "Learning"
    }

    fn help(&self) -> &'static str {
        "Accuracy and loss of each waking phase and of each probe. Dashed: what guessing reaches, and the best loss of a \
         network without memory."
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        let weak = ui.visuals().weak_text_color();
        let dashed = "dashed: chance, no memory";
        legend(
            ui,
            &[("awake", rule(1)), ("probe", rule(4)), (dashed, weak)],
        );
        let height = (ui.available_height() - 8.0) / 2.0;
        let known = cx.snapshot.baselines;
        let series = |name: &str| {
            cx.snapshot
                .series
                .get(name)
                .map_or(&[][..], |s| s.as_slice())
        };
        let plot = |id: &'static str, label: &'static str| {
            Plot::new(id)
                .height(height.max(40.0))
                .include_y(0.0)
                .allow_scroll(false)
                .x_axis_label("time (steps)")
                .y_axis_label(label)
        };
        plot("accuracy", "accuracy")
            .include_y(1.0)
            .show(ui, |plot| {
                if let Some(known) = known {
                    plot.hline(level("chance", known.chance_accuracy, weak));
                }
                plot.line(line("awake", series("accuracy"), rule(1)));
                plot.line(line("probe", series("probe.accuracy"), rule(4)));
            });
        plot("loss", "loss").show(ui, |plot| {
            if let Some(known) = known {
                plot.hline(level("no memory", known.memoryless_loss, weak));
            }
            plot.line(line("awake", series("loss"), rule(1)));
            plot.line(line("probe", series("probe.loss"), rule(4)));
        });
    }
}
