//! Marks of what was done.

use egui::{Pos2, Shape, Stroke, vec2};

use crate::figure::Palette;
use crate::gui::theme::color32;

/// What was done, as it is drawn.
#[derive(Clone, Copy)]
pub(super) enum Mark {
    /// A lesion.
    Cross,
    /// A restoration.
    Ring,
    /// Another value, phase or task.
    Diamond,
    /// A branch.
    Fork,
}

impl Mark {
    pub(super) fn draw(self, painter: &egui::Painter, at: Pos2, palette: Palette) {
        const R: f32 = 4.0;
        let stroke = |color| Stroke::new(2.0, color32(color));
        match self {
            Self::Cross => {
                for side in [1.0, -1.0] {
                    let arm = vec2(R, R * side);
                    painter.line_segment([at - arm, at + arm], stroke(palette.wrong));
                }
            }
            Self::Ring => {
                painter.circle_stroke(at, R, stroke(palette.wrong));
            }
            Self::Diamond => {
                let points = [vec2(0.0, -R), vec2(R, 0.0), vec2(0.0, R), vec2(-R, 0.0)];
                let points = points.map(|p| at + p).to_vec();
                painter.add(Shape::convex_polygon(
                    points,
                    color32(palette.tested),
                    Stroke::NONE,
                ));
            }
            Self::Fork => {
                let points = [vec2(0.0, -R), vec2(R, R), vec2(-R, R)];
                let points = points.map(|p| at + p).to_vec();
                painter.add(Shape::convex_polygon(
                    points,
                    color32(palette.caption),
                    Stroke::NONE,
                ));
            }
        }
    }
}
