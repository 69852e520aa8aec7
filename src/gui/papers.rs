//! The papers that something rests on.

use egui::Ui;

/// Each on a line; a DOI is a link.
pub fn papers(ui: &mut Ui, papers: &[String]) {
    for paper in papers {
        match paper.strip_prefix("doi:") {
            Some(doi) => ui.hyperlink_to(paper, format!("https://doi.org/{doi}")),
            None => ui.label(paper),
        };
    }
}
