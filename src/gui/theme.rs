//! Colours: viridis for rates, magma for magnitudes, a diverging map for signed values, Okabe and Ito's for rules.

use egui::Color32;

use crate::scenario::parse::Role;

/// A colour map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Map {
    /// Rates, 0 to 1.
    Viridis,
    /// Magnitudes, 0 to 1.
    Magma,
    /// Signed values, −1 to 1.
    Diverging,
}

const VIRIDIS: [[u8; 3]; 9] = [
    [68, 1, 84],
    [71, 44, 122],
    [59, 81, 139],
    [44, 113, 142],
    [33, 144, 141],
    [39, 173, 129],
    [92, 200, 99],
    [170, 220, 50],
    [253, 231, 37],
];
const MAGMA: [[u8; 3]; 9] = [
    [0, 0, 4],
    [28, 16, 68],
    [79, 18, 123],
    [129, 37, 129],
    [181, 54, 122],
    [229, 80, 100],
    [251, 135, 97],
    [254, 194, 135],
    [252, 253, 191],
];
const DIVERGING: [[u8; 3]; 7] = [
    [33, 102, 172],
    [103, 169, 207],
    [209, 229, 240],
    [247, 247, 247],
    [253, 219, 199],
    [239, 138, 98],
    [178, 24, 43],
];
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

impl Map {
    /// The colour of a value; what is not a number is grey.
    pub fn color(self, value: f32) -> Color32 {
        if !value.is_finite() {
            return Color32::GRAY;
        }
        match self {
            Self::Viridis => between(&VIRIDIS, value),
            Self::Magma => between(&MAGMA, value),
            Self::Diverging => between(&DIVERGING, f32::midpoint(value, 1.0)),
        }
    }
}

fn between(stops: &[[u8; 3]], value: f32) -> Color32 {
    let place = value.clamp(0.0, 1.0) * (stops.len() - 1) as f32;
    let low = (place as usize).min(stops.len() - 2);
    let part = place - low as f32;
    let mix = |i: usize| {
        let (a, b) = (f32::from(stops[low][i]), f32::from(stops[low + 1][i]));
        (a + (b - a) * part).round() as u8
    };
    Color32::from_rgb(mix(0), mix(1), mix(2))
}

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
