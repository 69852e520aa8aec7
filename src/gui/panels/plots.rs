//! What panels of plots have in common: what is seen, plots above each other, and how runs are told apart.

use egui::Ui;

use super::PanelContext;
use super::branches::called;
use crate::engine::Snapshot;
use crate::figure::plot::{Dash, Plot, aligned, heights};
use crate::figure::{Palette, Seen};
use crate::gui::chart::chart;

/// The runs beside the one at hand, by their names.
pub type Others<'a> = Vec<(String, &'a Snapshot)>;

/// The runs that are compared with the one at hand.
pub fn others<'a>(cx: &PanelContext<'a>) -> Others<'a> {
    let others = cx.others.iter();
    others.map(|(run, s)| (called(run), &**s)).collect()
}

/// What is seen, in these colours.
pub fn seen<'a>(cx: &PanelContext<'a>, others: &'a Others<'a>, palette: Palette) -> Seen<'a> {
    Seen {
        snapshot: cx.snapshot,
        others,
        base: cx.base,
        palette,
    }
}

/// Least height of plots that are many.
const LOWEST: f32 = 44.0;

/// Plots above each other; where they are too many for the panel it scrolls.
pub fn stack(cx: &PanelContext<'_>, ui: &mut Ui, panel: &str, mut plots: Vec<Plot>) {
    let room = ui.available_height().max(LOWEST * plots.len() as f32);
    let scrolls = egui::ScrollArea::vertical().auto_shrink(false);
    scrolls.id_salt(panel).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        // A scroll bar lies beside the numbers, not on them.
        let scrolls = room > ui.clip_rect().height() + 1.0;
        let bar = if scrolls { 14.0 } else { 0.0 };
        ui.set_max_width(ui.available_width() - bar);
        aligned(&mut plots, [ui.available_width(), room]);
        for (i, (height, plot)) in heights(&plots, room).into_iter().zip(plots).enumerate() {
            chart(cx, ui, &format!("{panel} {i}"), height, plot);
        }
    });
}

/// Which run is drawn how, and what differs between them; nothing where there is one.
pub fn compared(cx: &PanelContext<'_>, ui: &mut Ui) {
    if cx.others.is_empty() {
        return;
    }
    let here = cx.runs.iter().filter(|run| run.active);
    let all = here.chain(cx.others.iter().map(|(run, _)| run));
    let names = all
        .zip(Dash::ALL)
        .map(|(run, (_, style))| format!("{style}: {}", called(run)));
    ui.label(names.collect::<Vec<_>>().join(" · "));
    if !cx.differ.is_empty() {
        ui.label(cx.differ.join(" · "));
    }
}
