//! Cortex: unit × time activity of the episode being lived, tested or re-instated.

use std::collections::BTreeMap;

use egui::{RichText, Ui};

use super::{Ask, Corner, Panel, PanelContext, catalogued};
use crate::engine::{CortexView, Source, Subject};
use crate::figure::{largest, letter};
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

    fn corner(&self) -> Corner {
        Corner::Stage
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
            let scale = self.locked.unwrap_or_else(|| largest(&view.states.values));
            ui.label(format!("-{scale:.2} to {scale:.2}"));
        });
        let scale = self.locked.unwrap_or_else(|| largest(&view.states.values));
        let strip = if view.inputs.steps() > 0 {
            10.0 * view.inputs.units.min(12) as f32
        } else {
            0.0
        };
        let answers = if view.said.is_empty() { 0.0 } else { 44.0 };
        let height = ui.available_height() - strip - answers - 46.0;
        let picture = Picture {
            name: "Cortical states",
            raster: &view.states,
            map: Map::Diverging,
            scale,
            steps: view.length,
            told: None,
        };
        if let Some((row, _)) = self.states.show(ui, &picture, height) {
            let subject = Subject::Cortical(row as u32);
            (cx.ask)(Ask::Inspect(Topic::Subject(subject)));
        }
        if strip > 0.0 {
            let inputs = Picture {
                name: "Inputs",
                raster: &view.inputs,
                map: Map::Viridis,
                scale: largest(&view.inputs.values),
                steps: view.length,
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
        if let Some((t, output)) = view.outputs.last() {
            let numbers: Vec<String> = output.iter().take(12).map(|v| format!("{v:.2}")).collect();
            ui.label(format!("output at step {t}: {}", numbers.join("  ")));
        }
        answered(view, ui);
    }
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
    let name = |class: usize| {
        let name = view.input_names.get(class);
        name.and_then(|name| letter(name))
            .unwrap_or_else(|| class.to_string())
    };
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
