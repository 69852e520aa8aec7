//! Log: what just happened, in words.

use egui::{RichText, ScrollArea, Ui};

use super::{Panel, PanelContext};

/// The log panel.
#[derive(Default)]
pub struct Log {
    filter: String,
}

impl Panel for Log {
    fn title(&self) -> &'static str {
        "Log"
    }

    fn help(&self) -> &'static str {
        "What just happened, in words: probes, ripples that failed, evictions, lesions, saves. Type to filter."
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        ui.horizontal(|ui| {
            let label = ui.label("filter");
            ui.add(egui::TextEdit::singleline(&mut self.filter).desired_width(160.0))
                .labelled_by(label.id);
        });
        let wanted = self.filter.to_lowercase();
        let lines: Vec<_> = cx
            .snapshot
            .log
            .iter()
            .filter(|l| wanted.is_empty() || l.text.to_lowercase().contains(&wanted))
            .collect();
        let row = ui.text_style_height(&egui::TextStyle::Body);
        ScrollArea::both()
            .auto_shrink(false)
            .stick_to_bottom(true)
            .show_rows(ui, row, lines.len(), |ui, rows| {
                for line in lines.get(rows).unwrap_or_default() {
                    ui.horizontal(|ui| {
                        ui.label(
                            RichText::new(format!("{:>8}", line.time))
                                .monospace()
                                .weak(),
                        );
                        ui.add(egui::Label::new(&line.text).extend());
                    });
                }
            });
    }
}
