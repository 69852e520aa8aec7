//! A heat map as one texture, made anew only when its values change.

use egui::{Color32, TextureHandle, TextureOptions, Ui, vec2};

use super::sheet::thinned;
use super::theme::{Map, color32};
use crate::engine::Raster;

/// A heat map with its texture.
#[derive(Default)]
pub struct Heatmap {
    texture: Option<TextureHandle>,
    drawn: Option<(u64, f32, Map)>,
}

/// What a heat map shows.
pub struct Picture<'a> {
    /// Accessible name.
    pub name: &'a str,
    /// Units × steps.
    pub raster: &'a Raster,
    /// Colours.
    pub map: Map,
    /// The value that gets the strongest colour.
    pub scale: f32,
    /// Steps there is room for, at least.
    pub steps: usize,
    /// What is said of a unit, a step and a value; where there is nothing, just these.
    pub told: Option<&'a dyn Fn(usize, usize, f32) -> String>,
}

impl Heatmap {
    /// Draws the map into what is left of `ui`, `height` high; the unit and step that was clicked.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        picture: &Picture<'_>,
        height: f32,
    ) -> Option<(usize, usize)> {
        let size = vec2(ui.available_width().max(10.0), height.max(10.0));
        let (rect, response) = ui.allocate_exact_size(size, egui::Sense::click());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, picture.name));
        ui.painter()
            .rect_filled(rect, 2.0, ui.visuals().extreme_bg_color);
        let (units, steps) = (picture.raster.units, picture.raster.steps());
        if units == 0 || steps == 0 {
            let font = egui::TextStyle::Small.resolve(ui.style());
            let color = ui.visuals().weak_text_color();
            ui.painter().text(
                rect.center(),
                egui::Align2::CENTER_CENTER,
                "nothing yet",
                font,
                color,
            );
            return None;
        }
        let texture = self.refresh(ui, picture);
        let room = picture.steps.max(steps);
        let mut filled = rect;
        filled.set_width(rect.width() * steps as f32 / room as f32);
        let whole = egui::Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
        ui.painter().image(texture, filled, whole, Color32::WHITE);
        let pointer = response.hover_pos()?;
        let step = ((pointer.x - rect.left()) / rect.width() * room as f32) as usize;
        let unit = ((pointer.y - rect.top()) / rect.height() * units as f32) as usize;
        let (unit, last) = (unit.min(units - 1), steps - 1);
        // Beyond the last step there is nothing to tell, but the unit is still there.
        let clicked = response.clicked().then_some((unit, step.min(last)));
        if step <= last
            && let Some(value) = picture.raster.values.get(step * units + unit)
        {
            let text = match picture.told {
                Some(told) => told(unit, step, *value),
                None => format!("unit {unit}, step {step}: {value:.3}"),
            };
            response.on_hover_text_at_pointer(text);
        }
        clicked
    }

    fn refresh(&mut self, ui: &Ui, picture: &Picture<'_>) -> egui::TextureId {
        let key = (
            fingerprint(&picture.raster.values),
            picture.scale,
            picture.map,
        );
        if let (Some(texture), true) = (&self.texture, self.drawn == Some(key)) {
            return texture.id();
        }
        let raster = picture.raster;
        let image = thinned(raster.units, raster.steps(), |unit, step| {
            let value = raster.values.get(step * raster.units + unit);
            let value = value.copied().unwrap_or(f32::NAN);
            color32(picture.map.color(value / picture.scale))
        });
        self.drawn = Some(key);
        let options = TextureOptions::NEAREST;
        if let Some(texture) = &mut self.texture {
            texture.set(image, options);
            texture.id()
        } else {
            let texture = ui.ctx().load_texture("heat map", image, options);
            let id = texture.id();
            self.texture = Some(texture);
            id
        }
    }
}

/// Tells values apart: FNV-1a over their bits.
fn fingerprint(values: &[f32]) -> u64 {
    values
        .iter()
        .fold(0xcbf2_9ce4_8422_2325 ^ values.len() as u64, |h, v| {
            (h ^ u64::from(v.to_bits())).wrapping_mul(0x0100_0000_01b3)
        })
}
