//! Ledger: what each rule keeps and what it costs.

use egui::{Sense, Ui, vec2};

use super::{Panel, PanelContext, catalogued};
use crate::engine::Scenario;
use crate::figure::{LEDGER, ledger, ledger_height, ledger_table};
use crate::gui::sheet::Sheet;
use crate::gui::theme::palette;

/// The ledger panel.
#[derive(Default)]
pub struct Ledger {
    sheet: Sheet,
}

impl Panel for Ledger {
    fn title(&self) -> &'static str {
        "Ledger"
    }

    fn help(&self) -> &'static str {
        "What each rule keeps from step to step and episode (floats), its operations a step counted from sizes, its \
         measured time a step for the whole batch, and the CA3 synapses it leans on. Bars are logarithmic. CA3's \
         synapses are the price of keeping no activity in the cortex."
    }

    fn fits(&self, scenario: &Scenario) -> bool {
        !scenario.only_measures()
    }

    fn matters(&self, scenario: &Scenario) -> bool {
        scenario.has_rivals()
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        let rows = &cx.snapshot.ledger;
        if rows.is_empty() {
            ui.label("nothing measured yet");
            return;
        }
        catalogued(cx, ui, "ledger");
        egui::ScrollArea::both().auto_shrink(false).show(ui, |ui| {
            let size = vec2(ui.available_width().max(LEDGER), ledger_height(rows.len()));
            let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
            let told = format!("Costs of the rules\n{}", ledger_table(rows));
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &told));
            self.sheet
                .paint(ui, rect.min, &ledger(rows, size.x, palette(ui)));
        });
    }
}
