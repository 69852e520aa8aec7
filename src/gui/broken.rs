//! A scenario that cannot run: its problems, with the lines they stand in.

use egui::{RichText, ScrollArea, Ui};

use crate::scenario::Diagnostics;

/// How the user goes on.
pub enum Way {
    /// To what was there before.
    Back,
    /// To the text, to mend it.
    Mend,
}

/// Shows the problems, and how one may go on; `can_mend` where there is a file to be mended.
pub fn show(ui: &mut Ui, diagnostics: &Diagnostics, can_mend: bool) -> Option<Way> {
    let mut way = None;
    ui.add_space(12.0);
    let count = diagnostics.items().len() + diagnostics.more();
    ui.heading(format!(
        "This scenario cannot run: {count} problem{}",
        if count == 1 { "" } else { "s" }
    ));
    ui.label("Mend it here, or mend the file and drop it on the window again. The run that was loaded before is still there.");
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        if can_mend && ui.button("Mend it here").clicked() {
            way = Some(Way::Mend);
        }
        if ui.button("Back").clicked() {
            way = Some(Way::Back);
        }
    });
    ui.add_space(8.0);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        for item in diagnostics.items() {
            egui::Frame::group(ui.style())
                .inner_margin(10)
                .show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    ui.label(
                        RichText::new(&item.message)
                            .strong()
                            .color(ui.visuals().error_fg_color),
                    );
                    ui.label(
                        RichText::new(format!("{}:{}:{}", item.file, item.line, item.column))
                            .weak(),
                    );
                    let marker =
                        " ".repeat(item.marker_start) + &"^".repeat(item.marker_len.max(1));
                    ui.label(RichText::new(format!("{}\n{marker}", item.source_line)).monospace());
                    if let Some(help) = &item.help {
                        ui.label(RichText::new(help).italics());
                    }
                });
            ui.add_space(6.0);
        }
    });
    way
}
