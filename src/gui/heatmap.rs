//! A matrix in the window: drawn anew only when what it shows changes.

use std::hash::{DefaultHasher, Hash, Hasher};

use egui::{Ui, vec2};

use super::sheet::Sheet;
use super::theme::palette;
use crate::figure::{Called, Drawn, Matrix, Palette};

/// A matrix with its textures.
#[derive(Default)]
pub struct Heatmap {
    sheet: Sheet,
    drawn: Option<(u64, Palette, Drawn)>,
}

/// What is shown.
pub struct Picture<'a> {
    /// Accessible name.
    pub name: &'a str,
    /// The values with their colours.
    pub matrix: Matrix<'a>,
    /// What is said of a row, a column and a value; where there is nothing, just these.
    pub told: Option<&'a dyn Fn(usize, usize, f32) -> String>,
}

impl Heatmap {
    /// Draws the matrix into what is left of `ui`, `height` high; the row and column that was clicked.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        picture: &Picture<'_>,
        height: f32,
    ) -> Option<(usize, usize)> {
        let size = vec2(ui.available_width().max(10.0), height.max(10.0));
        let (rect, response) = ui.allocate_exact_size(size, egui::Sense::click());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, picture.name));
        let matrix = &picture.matrix;
        let (key, colors) = (fingerprint(matrix, [size.x, size.y]), palette(ui));
        let had = self.drawn.take();
        let had = had.filter(|(had, on, _)| (*had, *on) == (key, colors));
        let drawn = had.map_or_else(|| matrix.draw([size.x, size.y], colors), |had| had.2);
        self.sheet.paint(ui, rect.min, &drawn.drawing);
        let pointer = response.hover_pos().map(|at| at - rect.min);
        let at = pointer.and_then(|at| drawn.cell([at.x, at.y]));
        self.drawn = Some((key, colors, drawn));
        let (rows, steps) = (matrix.raster.units, matrix.raster.steps());
        if rows == 0 || steps == 0 {
            let font = egui::TextStyle::Small.resolve(ui.style());
            let (middle, color) = (rect.center(), ui.visuals().weak_text_color());
            let align = egui::Align2::CENTER_CENTER;
            ui.painter().text(middle, align, "nothing yet", font, color);
            return None;
        }
        let [row, column] = at?;
        // Beyond the last step there is nothing to tell, but the row is still there.
        let clicked = response.clicked().then_some((row, column.min(steps - 1)));
        if let Some(value) = matrix.raster.column(column).and_then(|c| c.get(row)) {
            let text = match picture.told {
                Some(told) => told(row, column, *value),
                None => format!("unit {row}, {} {column}: {value:.3}", matrix.along),
            };
            response.on_hover_text_at_pointer(text);
        }
        clicked
    }
}

/// Tells what is shown apart.
fn fingerprint(matrix: &Matrix<'_>, size: [f32; 2]) -> u64 {
    let mut hasher = DefaultHasher::new();
    let shown = size.iter().chain(&matrix.range);
    for value in shown.chain(&matrix.raster.values) {
        value.to_bits().hash(&mut hasher);
    }
    (matrix.raster.units, matrix.columns).hash(&mut hasher);
    (matrix.along, matrix.down, matrix.map).hash(&mut hasher);
    for called in [&matrix.rows, &matrix.across] {
        if let Called::Words(words) = called {
            words.hash(&mut hasher);
        }
    }
    if let Some(written) = matrix.written {
        for column in 0..matrix.raster.steps() {
            (0..matrix.raster.units).for_each(|row| written(row, column).hash(&mut hasher));
        }
    }
    hasher.finish()
}
