//! Learning: loss and accuracy, with the levels of chance and of no memory.

use egui::Ui;

use super::plots::{compared, counted, curves, over_time, plot};
use super::{Corner, Panel, PanelContext, legend, level};
use crate::gui::theme::rule;
use crate::record::{Metric, metric};

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
         it, also the share of episodes that are correct as a whole; below, weights that stand alone."
    }

    fn corner(&self) -> Corner {
        Corner::Below
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        let weak = ui.visuals().weak_text_color();
        let series = |declared| cx.snapshot.points(&Metric::new(declared));
        // Weights that stand alone, such as θ of a chain.
        let weights: Vec<_> = cx.snapshot.each_of(&metric::WEIGHT).collect();
        let mut entries = vec![("awake", rule(1)), ("probe", rule(4))];
        if !series(&metric::CORRECT).is_empty() {
            entries.extend([
                ("episodes correct, awake", rule(2)),
                ("in the probe", rule(3)),
            ]);
        }
        let told: Vec<String> = weights
            .iter()
            .map(|(name, points)| format!("{name} {:.4}", points.last().map_or(f64::NAN, |p| p[1])))
            .collect();
        entries.extend(told.iter().enumerate().map(|(i, t)| (t.as_str(), rule(i))));
        entries.push(("dashed: chance, no memory", weak));
        legend(ui, &entries);
        let levels = &cx.snapshot.levels;
        if !levels.is_empty() {
            let told: Vec<_> = levels
                .iter()
                .map(|l| format!("{} {:.3}", l.name, l.loss))
                .collect();
            ui.weak(format!("losses: {}", told.join(", ")));
        }
        compared(cx, ui);
        let strong = ui.visuals().strong_text_color();
        let plots = if weights.is_empty() { 2.0 } else { 3.0 };
        let height = (ui.available_height() - 8.0) / plots;
        let known = cx.snapshot.baselines;
        let plot = |id: &'static str, label: &'static str| {
            plot(id, counted(cx.base), label)
                .height(height.max(40.0))
                .include_y(0.0)
        };
        plot("accuracy", "accuracy")
            .include_y(1.0)
            .show(ui, |plot| {
                if let Some(chance) = known.map(|k| k.chance_accuracy).filter(|c| c.is_finite()) {
                    plot.hline(level("chance", chance, weak));
                }
                for (name, declared, color) in [
                    ("awake", &metric::ACCURACY, rule(1)),
                    ("probe", &metric::PROBE_ACCURACY, rule(4)),
                    ("correct, awake", &metric::CORRECT, rule(2)),
                    ("correct, probe", &metric::PROBE_CORRECT, rule(3)),
                ] {
                    let metric = Metric::new(declared);
                    curves(plot, cx, name, color, |s| s.points(&metric));
                }
                over_time(plot, cx, strong);
            });
        plot("loss", "loss").show(ui, |plot| {
            if let Some(loss) = known.map(|k| k.memoryless_loss).filter(|l| l.is_finite()) {
                plot.hline(level("no memory", loss, weak));
            }
            for known in levels {
                plot.hline(level(known.name, known.loss, weak));
            }
            for (name, declared, color) in [
                ("awake", &metric::LOSS, rule(1)),
                ("probe", &metric::PROBE_LOSS, rule(4)),
            ] {
                let metric = Metric::new(declared);
                curves(plot, cx, name, color, |s| s.points(&metric));
            }
            over_time(plot, cx, strong);
        });
        if !weights.is_empty() {
            plot("weights", "weight").show(ui, |plot| {
                for (i, (name, _)) in weights.iter().enumerate() {
                    let metric = Metric::of(&metric::WEIGHT, (*name).to_string());
                    curves(plot, cx, name, rule(i), |s| s.points(&metric));
                }
                over_time(plot, cx, strong);
            });
        }
    }
}
