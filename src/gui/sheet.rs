//! A drawing on the screen.

use egui::{Align2, Color32, ColorImage, FontId, Mesh, Pos2, Rect, Shape, Stroke, TextureHandle};
use egui::{TextureOptions, Ui, pos2, vec2};

use super::theme::color32;
use crate::figure::{Anchor, Cells, Drawing, Mark};

/// Widest and highest texture; what is larger is thinned.
const LARGEST: usize = 2048;

/// The textures of a drawing's cells, made anew only where they change.
#[derive(Default)]
pub struct Sheet {
    maps: Vec<(std::sync::Arc<Cells>, TextureHandle)>,
}

impl Sheet {
    /// Paints a drawing where the cursor is, and takes its room.
    pub fn show(&mut self, ui: &mut Ui, drawing: &Drawing) {
        let [width, height] = drawing.size;
        let (rect, _) = ui.allocate_exact_size(vec2(width, height), egui::Sense::hover());
        self.paint(ui, rect.min, drawing);
    }

    /// Paints a drawing with its left upper corner at `corner`.
    pub fn paint(&mut self, ui: &Ui, corner: Pos2, drawing: &Drawing) {
        let at = |[x, y]: [f32; 2]| corner + vec2(x, y);
        let rect = |area: &crate::figure::Area| {
            Rect::from_min_size(at([area.x, area.y]), vec2(area.width, area.height))
        };
        let painter = ui.painter();
        let mut maps = 0;
        for mark in &drawing.marks {
            match mark {
                Mark::Line {
                    points,
                    color,
                    width,
                    dash,
                } => {
                    let points: Vec<Pos2> = points.iter().map(|p| at(*p)).collect();
                    let stroke = Stroke::new(*width, color32(*color));
                    match dash.lengths() {
                        None => drop(painter.add(Shape::line(points, stroke))),
                        Some([on, off]) => {
                            painter.extend(Shape::dashed_line(&points, stroke, on, off));
                        }
                    }
                }
                Mark::Ribbon { ends, color } => {
                    let mut mesh = Mesh::default();
                    for [above, below] in ends {
                        let next = mesh.vertices.len() as u32;
                        mesh.colored_vertex(at(*above), color32(*color));
                        mesh.colored_vertex(at(*below), color32(*color));
                        if next > 0 {
                            mesh.add_triangle(next - 2, next - 1, next);
                            mesh.add_triangle(next - 1, next, next + 1);
                        }
                    }
                    painter.add(mesh);
                }
                Mark::Fill { area, color } => {
                    painter.rect_filled(rect(area), 0.0, color32(*color));
                }
                Mark::Dot {
                    at: middle,
                    radius,
                    color,
                } => {
                    painter.circle_filled(at(*middle), *radius, color32(*color));
                }
                Mark::Map { area, cells } => {
                    if cells.columns() > 0 && cells.rows > 0 {
                        let texture = self.texture(ui, maps, cells);
                        let whole = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
                        painter.image(texture, rect(area), whole, Color32::WHITE);
                        maps += 1;
                    }
                }
                Mark::Text {
                    at: place,
                    text,
                    size,
                    color,
                    anchor,
                } => {
                    let align = match anchor {
                        Anchor::Start => Align2::LEFT_CENTER,
                        Anchor::Middle => Align2::CENTER_CENTER,
                        Anchor::End => Align2::RIGHT_CENTER,
                    };
                    let font = FontId::proportional(*size);
                    painter.text(at(*place), align, text, font, color32(*color));
                }
            }
        }
        self.maps.truncate(maps);
    }

    /// The texture of the map at this position of the drawing.
    fn texture(
        &mut self,
        ui: &Ui,
        position: usize,
        cells: &std::sync::Arc<Cells>,
    ) -> egui::TextureId {
        if let Some((drawn, texture)) = self.maps.get_mut(position) {
            if drawn != cells {
                texture.set(image(cells), TextureOptions::NEAREST);
                drawn.clone_from(cells);
            }
            return texture.id();
        }
        let options = TextureOptions::NEAREST;
        let texture = ui.ctx().load_texture("map", image(cells), options);
        let id = texture.id();
        self.maps.push((cells.clone(), texture));
        id
    }
}

fn image(cells: &Cells) -> ColorImage {
    let color = |row: usize, column: usize| cells.colors.get(column * cells.rows + row);
    thinned(cells.rows, cells.columns(), |row, column| {
        color(row, column).map_or(Color32::TRANSPARENT, |color| color32(*color))
    })
}

/// A pixel a cell; where there are more than a texture holds, every so-manieth row and column.
fn thinned(rows: usize, columns: usize, color: impl Fn(usize, usize) -> Color32) -> ColorImage {
    let (skip_rows, skip_columns) = (rows.div_ceil(LARGEST), columns.div_ceil(LARGEST));
    let (height, width) = (rows.div_ceil(skip_rows), columns.div_ceil(skip_columns));
    let mut image = ColorImage::filled([width, height], Color32::TRANSPARENT);
    for (i, pixel) in image.pixels.iter_mut().enumerate() {
        *pixel = color(i / width * skip_rows, i % width * skip_columns);
    }
    image
}
