//! Colours of the window: Okabe and Ito's for rules, those of phases and of a scenario's text.

use egui::Color32;

pub use crate::figure::Map;
use crate::figure::{Color, Palette};
use crate::scenario::parse::Role;

/// What each colour stands for, on the ground that the window has now.
pub fn palette(ui: &egui::Ui) -> Palette {
    Palette::on(ui.visuals().dark_mode)
}

/// A colour of a figure on the screen.
pub fn color32([r, g, b, a]: Color) -> Color32 {
    Color32::from_rgba_unmultiplied(r, g, b, a)
}

/// What is lived.
pub const LIVED: Color32 = Color32::from_rgb(0x2B, 0xB3, 0xA3);
/// What is replayed.
pub const REPLAYED: Color32 = Color32::from_rgb(0xF2, 0xA1, 0x3B);
/// What is tested.
pub const TESTED: Color32 = Color32::from_rgb(0x5A, 0xB0, 0xF2);
/// What is lesioned, or went wrong.
pub const LESION: Color32 = Color32::from_rgb(0xFF, 0x6B, 0x5E);

/// The colour of a phase, by its name.
pub fn phase(name: &str) -> Color32 {
    match name {
        "Wake" | "Stream" => LIVED,
        "Sleep" => REPLAYED,
        "Probe" => TESTED,
        _ => Color32::from_gray(128),
    }
}

/// The colour of a piece of a scenario's text.
pub fn role(role: Role, visuals: &egui::Visuals) -> Color32 {
    let of = |dark: [u8; 3], light: [u8; 3]| {
        let [r, g, b] = if visuals.dark_mode { dark } else { light };
        Color32::from_rgb(r, g, b)
    };
    match role {
        Role::Comment => of([0x8A, 0xA0, 0x86], [0x4B, 0x6B, 0x45]),
        Role::Field => of([0x8F, 0xC7, 0xF5], [0x0B, 0x55, 0x8F]),
        Role::Name => of([0xF2, 0xA1, 0x3B], [0x8F, 0x4D, 0x00]),
        Role::Number => of([0x5F, 0xD0, 0xB8], [0x00, 0x66, 0x55]),
        Role::Text => of([0xD9, 0xB8, 0xE8], [0x7A, 0x2E, 0x8F]),
        Role::Mark => visuals.text_color(),
    }
}
