//! Colours of the window: Okabe and Ito's for rules, those of phases and of a scenario's text.

use egui::Color32;

use crate::figure::Color;
pub use crate::figure::Map;
use crate::scenario::parse::Role;

/// Okabe and Ito's colours, for rules.
const RULES: [Color32; 7] = [
    Color32::from_rgb(230, 159, 0),
    Color32::from_rgb(86, 180, 233),
    Color32::from_rgb(0, 158, 115),
    Color32::from_rgb(204, 121, 167),
    Color32::from_rgb(213, 94, 0),
    Color32::from_rgb(0, 114, 178),
    Color32::from_rgb(240, 228, 66),
];

/// The colour of the `i`-th rule; from the eighth on the same colours, halfway to grey.
pub fn rule(i: usize) -> Color32 {
    let color = RULES[i % RULES.len()];
    if (i / RULES.len()).is_multiple_of(2) {
        color
    } else {
        color.lerp_to_gamma(Color32::GRAY, 0.5)
    }
}

/// The colour of a rule, by its name; what follows a hyphen tells it from others of its kind.
pub fn named(rule: &str, dark: bool) -> Color32 {
    let name = rule.split('-').next().unwrap_or_default();
    match name {
        // The yardstick.
        "Bptt" | "CheckpointedBptt" if dark => Color32::from_gray(225),
        "Bptt" | "CheckpointedBptt" => Color32::from_gray(40),
        "ReplayBptt" => RULES[0],
        "ReversibleReplay" => Color32::from_rgb(180, 120, 0),
        "Tbptt" => RULES[4],
        "Rtrl" => RULES[2],
        "Snap" => Color32::from_rgb(110, 190, 110),
        "Uoro" => Color32::from_rgb(90, 140, 60),
        "KfRtrl" => Color32::from_rgb(0, 120, 110),
        "Rflo" => RULES[1],
        "Eprop" => RULES[5],
        "Sab" => RULES[3],
        "ReadoutOnly" => Color32::GRAY,
        // Another one: a colour that is always its own.
        other => self::rule(other.bytes().map(usize::from).sum()),
    }
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
