//! CA3: which lived step each state of a ripple is like, the units that say so, and how well they match what should have come.

use std::sync::Arc;

use egui::{Sense, Ui, vec2};

use super::following::Following;
use super::{Ask, Panel, PanelContext, figure_menu, no_ripple};
use crate::engine::{RippleView, Scenario, Subject};
use crate::figure::{Decoded, Palette, recall};
use crate::gui::inspecting::Topic;
use crate::gui::sheet::Sheet;
use crate::gui::theme::palette;

/// The CA3 panel.
#[derive(Default)]
pub struct Ca3 {
    following: Following,
    sheet: Sheet,
    decoded: Decoded,
    /// Whether each sweep is shown.
    sweeps: bool,
    /// What was drawn: the ripple, with its sweeps or not, the size, the colours.
    drawn: Option<(Arc<RippleView>, bool, egui::Vec2, Palette)>,
}

impl Panel for Ca3 {
    fn title(&self) -> &'static str {
        "CA3"
    }

    fn help(&self) -> &'static str {
        "The ripple that runs, or ran last, decoded. Above: how much each replayed state (a column, the cue first) is like the engram of \
         each lived step (a row, the first above): backwards is a diagonal that rises, forwards one that falls, a store that is \
         too full smears. In the middle: the units that are active, in the order of the lived steps that they belong to; \
         red ones do not belong to the engram that should have come; click one to look into it. Below: overlap with that engram, \
         strength of the sequence input, support by the collaterals; 1 is a stored pattern, 0 is chance. Each sweep shows how the attractor dynamics gets there within each step."
    }

    fn fits(&self, scenario: &Scenario) -> bool {
        scenario.replays()
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        let ripple = &self.following.ripple(cx.snapshot, ui);
        if ripple.steps.is_empty() && ripple.cue.is_empty() {
            ui.label(no_ripple(cx.snapshot));
            return;
        }
        let (n, order) = (ripple.ripple, ripple.order.as_str().to_lowercase());
        ui.horizontal_wrapped(|ui| {
            ui.label(format!(
                "ripple {n} of episode {}, {order}, {} of {} units",
                ripple.episode, ripple.code_size, ripple.units
            ));
            if ripple.units > 0 {
                ui.checkbox(&mut self.sweeps, "each sweep")
                    .on_hover_text("Overlap and support at each sweep of the attractor dynamics");
            }
            let sweeps = self.sweeps;
            let draw = |width: f32, palette| {
                let mut decoded = Decoded::default();
                decoded.draw(ripple, sweeps, [width, 0.75 * width], palette);
                decoded.drawing
            };
            let table = || recall(ripple, Palette::LIGHT).table();
            figure_menu(cx, ui, "ca3", draw, Some(&table));
        });
        let size = ui.available_size().max(vec2(200.0, 120.0));
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        let name = "CA3 winners";
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, name));
        let colors = palette(ui);
        let same = self.drawn.as_ref().is_some_and(|(of, sweeps, at, on)| {
            Arc::ptr_eq(of, ripple) && (*sweeps, *at, *on) == (self.sweeps, size, colors)
        });
        if !same {
            self.decoded
                .draw(ripple, self.sweeps, [size.x, size.y], colors);
            self.drawn = Some((ripple.clone(), self.sweeps, size, colors));
        }
        self.sheet.paint(ui, rect.min, &self.decoded.drawing);
        let Some(pointer) = response.hover_pos() else {
            return;
        };
        let place = [pointer.x - rect.left(), pointer.y - rect.top()];
        if response.clicked() {
            let unit = self.decoded.units_at(place).first();
            let topic = unit.map_or(Topic::Ripple(n), |unit| {
                Topic::Subject(Subject::Winner(*unit))
            });
            (cx.ask)(Ask::Inspect(topic));
        }
        if let Some(told) = self.decoded.tell(ripple, place) {
            response.on_hover_text_at_pointer(told);
        }
    }
}
