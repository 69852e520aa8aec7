//! Pictures of the gallery, read when they are first seen.

use std::collections::HashMap;

use egui::{ColorImage, TextureHandle, TextureOptions, Ui, Vec2};

use super::shelves::{frames, pictures};
use crate::figure::decoded_png;

/// The pictures that were seen; nothing for one that cannot be read.
#[derive(Default)]
pub struct Pictures {
    read: HashMap<String, Option<TextureHandle>>,
}

impl Pictures {
    /// That of a scenario.
    pub fn of(&mut self, ui: &Ui, name: &str) -> Option<TextureHandle> {
        let (_, bytes) = pictures().iter().find(|(other, _)| *other == name)?;
        self.read(ui, name, bytes)
    }

    /// That of the theatre, the i-th.
    pub fn frame(&mut self, ui: &Ui, i: usize) -> Option<TextureHandle> {
        let bytes = frames().get(i)?;
        self.read(ui, &format!("frame {i}"), bytes)
    }

    fn read(&mut self, ui: &Ui, name: &str, bytes: &[u8]) -> Option<TextureHandle> {
        let texture = || {
            let picture = decoded_png(bytes).ok()?;
            let size = [picture.width() as usize, picture.height() as usize];
            let image = ColorImage::from_rgba_premultiplied(size, picture.data());
            Some(ui.ctx().load_texture(name, image, TextureOptions::LINEAR))
        };
        self.read.entry(name.into()).or_insert_with(texture).clone()
    }
}

/// A picture as large as it can be in a room.
pub fn fitted(texture: &TextureHandle, room: Vec2) -> egui::Image<'static> {
    let size = texture.size_vec2();
    let scale = (room.x / size.x).min(room.y / size.y);
    egui::Image::new((texture.id(), size * scale)).fit_to_exact_size(size * scale)
}
