//! Cortex: unit × time activity of the episode being lived, tested or re-instated.

use std::collections::BTreeMap;

use egui::{RichText, Ui};

use super::{Ask, Panel, PanelContext, catalogued};
use crate::engine::{CortexView, OutputView, Source, Subject};
use crate::figure::{Matrix, largest, letter, states};
use crate::gui::heatmap::{Heatmap, Picture};
use crate::gui::inspecting::Topic;
use crate::gui::theme::{Map, color32, palette};

/// The cortex panel.
#[derive(Default)]
pub struct Cortex {
    states: Heatmap,
    inputs: Heatmap,
    /// The locked colour range, where it is locked.
    locked: Option<f32>,
}

impl Panel for Cortex {
    fn title(&self) -> &'static str {
        "Cortex"
    }

    fn help(&self) -> &'static str {
        "Activity of the cortical units, a row a unit, a column a step: blue below zero, red above. While a ripple runs \
         it shows the states that CA1 re-instates, in the order they come. Below: the inputs, and the answers of the first episodes of \
         the batch: the symbol that was asked for, and what was said where that is another."
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        let view = &*cx.snapshot.cortex;
        let colors = palette(ui);
        let (what, color) = match view.source {
            Source::Lived => ("lived", colors.lived),
            Source::Probed => ("tested", colors.tested),
            Source::Reinstated => ("re-instated by a ripple", colors.replayed),
        };
        ui.horizontal_wrapped(|ui| {
            if view.states.steps() > 0 {
                catalogued(cx, ui, "cortex");
            }
            ui.label(format!("episode {}", view.episode));
            ui.label(RichText::new(what).color(color32(color)).strong());
            let mut locked = self.locked.is_some();
            if ui
                .checkbox(&mut locked, "lock colours")
                .on_hover_text("Keep the colour range as it is")
                .changed()
            {
                self.locked = locked.then(|| largest(&view.states.values));
            }
        });
        let strip = if view.inputs.steps() > 0 {
            10.0 * view.inputs.units.min(12) as f32
        } else {
            0.0
        };
        let answers = if view.said.is_empty() { 0.0 } else { 44.0 };
        let height = ui.available_height() - strip - answers - 46.0;
        let picture = Picture {
            name: "Cortical states",
            matrix: states(view, self.locked),
            told: None,
        };
        if let Some((row, _)) = self.states.show(ui, &picture, height) {
            let subject = Subject::Cortical(row as u32);
            (cx.ask)(Ask::Inspect(Topic::Subject(subject)));
        }
        if strip > 0.0 {
            let inputs = Picture {
                name: "Inputs",
                matrix: Matrix {
                    columns: view.length,
                    ..Matrix::positive(&view.inputs, Map::Viridis, ["step", "input"])
                },
                told: None,
            };
            self.inputs.show(ui, &inputs, strip);
            if let Some(names) = view.input_names.first().zip(view.input_names.last()) {
                ui.weak(format!(
                    "inputs, from {} (top) to {} (bottom)",
                    names.0, names.1
                ));
            }
        }
        if let Some(output) = view.outputs.last() {
            ui.label(told(view, output));
        }
        answered(view, ui);
    }
}

/// Outputs that are told at most.
const TOLD: usize = 12;

/// What a class is called: as the input that it repeats.
fn class(view: &CortexView, class: usize) -> String {
    let name = view.input_names.get(class);
    name.and_then(|name| letter(name))
        .unwrap_or_else(|| class.to_string())
}

/// An output with what it should have been.
fn told(view: &CortexView, output: &OutputView) -> String {
    let numbers = |all: &[f32]| {
        let told = all.iter().take(TOLD).map(|v| format!("{v:.2}"));
        told.collect::<Vec<_>>().join("  ")
    };
    let step = output.step;
    if !view.classes {
        let (is, should) = (numbers(&output.values), numbers(&output.targets));
        return format!("output at step {step}: {is}, should be {should}");
    }
    let each = output.values.iter().enumerate().take(TOLD);
    let each: Vec<String> = each
        .map(|(i, v)| format!("{} {v:.2}", class(view, i)))
        .collect();
    let mut asked = output.targets.iter().enumerate().filter(|(_, p)| **p > 0.0);
    let asked = match (asked.next(), asked.next()) {
        (Some((i, _)), None) => format!(", asked for {}", class(view, i)),
        _ => String::new(),
    };
    format!("output at step {step}: {}{asked}", each.join("  "))
}

/// The last answer of each of the first episodes: what was asked for, and what was said where that is something else.
fn answered(view: &CortexView, ui: &mut Ui) {
    let mut last = BTreeMap::new();
    for said in &view.said {
        last.insert(said.b, (said.asked, said.said));
    }
    if last.is_empty() {
        return;
    }
    let name = |i: usize| class(view, i);
    let colors = palette(ui);
    let right = last.values().filter(|(asked, said)| asked == said).count();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        ui.label(format!("answers, {right} of {} right:", last.len()));
        for (asked, said) in last.values() {
            let (text, color) = if asked == said {
                (format!("{} ✔", name(*asked)), colors.lived)
            } else {
                (
                    format!("{} > {} ✖", name(*asked), name(*said)),
                    colors.wrong,
                )
            };
            let hint = format!("asked for {}, said {}", name(*asked), name(*said));
            ui.label(RichText::new(text).color(color32(color)))
                .on_hover_text(hint);
        }
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn an_output_is_told_with_what_was_asked_for() {
        let output = OutputView {
            step: 21,
            values: vec![0.1, 0.9],
            targets: vec![0.0, 1.0],
        };
        let names = ["symbol 1", "symbol 2", "go"].map(String::from);
        let view = CortexView {
            classes: true,
            input_names: Arc::new(names.to_vec()),
            ..CortexView::default()
        };
        let said = "output at step 21: A 0.10  B 0.90, asked for B";
        assert_eq!(told(&view, &output), said);
        // Probabilities ask for none in particular.
        let mixed = OutputView {
            targets: vec![0.5, 0.5],
            ..output.clone()
        };
        assert_eq!(told(&view, &mixed), "output at step 21: A 0.10  B 0.90");
        let values = CortexView::default();
        let said = "output at step 21: 0.10  0.90, should be 0.00  1.00";
        assert_eq!(told(&values, &output), said);
    }
}
