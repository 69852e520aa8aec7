//! Colours: viridis for rates, magma for magnitudes, a diverging map for signed values, and what each colour stands for.

/// Red, green, blue and opacity, 0 to 255 each.
pub type Color = [u8; 4];

/// A colour map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
impl Map {
    /// The colour of a value; what is not a number is grey.
    pub fn color(self, value: f32) -> Color {
        if !value.is_finite() {
            return [128, 128, 128, 255];
        }
        match self {
            Self::Viridis => between(&VIRIDIS, value),
            Self::Magma => between(&MAGMA, value),
            Self::Diverging => between(&DIVERGING, f32::midpoint(value, 1.0)),
        }
    }
}

fn between(stops: &[[u8; 3]], value: f32) -> Color {
    let place = value.clamp(0.0, 1.0) * (stops.len() - 1) as f32;
    let low = (place as usize).min(stops.len() - 2);
    let part = place - low as f32;
    let mix = |i: usize| {
        let (a, b) = (f32::from(stops[low][i]), f32::from(stops[low + 1][i]));
        (a + (b - a) * part).round() as u8
    };
    [mix(0), mix(1), mix(2), 255]
}

/// A colour on its way to another: 0 is itself, 1 the other.
pub fn mixed(from: Color, to: Color, part: f32) -> Color {
    std::array::from_fn(|i| {
        let (a, b) = (f32::from(from[i]), f32::from(to[i]));
        (a + (b - a) * part.clamp(0.0, 1.0)).round() as u8
    })
}

/// Okabe and Ito's colours (2008), which those who see few colours can tell apart.
const SERIES: [Color; 7] = [
    rgb(230, 159, 0),
    rgb(86, 180, 233),
    rgb(0, 158, 115),
    rgb(204, 121, 167),
    rgb(213, 94, 0),
    rgb(0, 114, 178),
    rgb(240, 228, 66),
];

/// How bright a colour is, 0 to 1 (relative luminance, WCAG 2.2).
fn luminance([r, g, b, _]: Color) -> f64 {
    let linear = |c: u8| {
        let c = f64::from(c) / 255.0;
        if c <= 0.040_45 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

/// How well two colours can be told apart: 1 not at all, 21 black from white (contrast ratio, WCAG 2.2).
pub fn contrast(a: Color, b: Color) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The colour, moved away from the ground until its contrast is as large as it is to be.
fn legible(color: Color, ground: Color, least: f64) -> Color {
    let far = if luminance(ground) < 0.18 {
        rgb(255, 255, 255)
    } else {
        rgb(0, 0, 0)
    };
    let steps = (0..=50).map(|i| mixed(color, far, i as f32 / 50.0));
    let mut enough = steps.filter(|c| contrast(*c, ground) >= least);
    enough.next().unwrap_or(far)
}

const fn rgb(r: u8, g: u8, b: u8) -> Color {
    [r, g, b, 255]
}

/// What each colour stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Palette {
    /// What is drawn upon.
    pub ground: Color,
    /// Where something can come but has not.
    pub empty: Color,
    /// Text.
    pub text: Color,
    /// Text that is less important.
    pub caption: Color,
    /// Lines behind what is drawn.
    pub faint: Color,
    /// What is lived.
    pub lived: Color,
    /// What is replayed.
    pub replayed: Color,
    /// What is tested.
    pub tested: Color,
    /// Exact BPTT, what all is held against.
    pub exact: Color,
    /// Truncated BPTT.
    pub truncated: Color,
    /// What went wrong.
    pub wrong: Color,
}

impl Palette {
    /// On a dark ground.
    pub const DARK: Self = Self {
        ground: rgb(0x1B, 0x1B, 0x1B),
        empty: rgb(0x26, 0x26, 0x26),
        text: rgb(0xE8, 0xE8, 0xE8),
        caption: rgb(0xB8, 0xB8, 0xB8),
        faint: rgb(0x4A, 0x4A, 0x4A),
        lived: rgb(0x2B, 0xB3, 0xA3),
        replayed: rgb(0xF2, 0xA1, 0x3B),
        tested: rgb(0x5A, 0xB0, 0xF2),
        exact: rgb(0xE1, 0xE1, 0xE1),
        truncated: rgb(0xE3, 0x6A, 0x1C),
        wrong: rgb(0xFF, 0x6B, 0x5E),
    };
    /// On a light ground.
    pub const LIGHT: Self = Self {
        ground: rgb(0xFF, 0xFF, 0xFF),
        empty: rgb(0xEC, 0xEC, 0xEC),
        text: rgb(0x1A, 0x1A, 0x1A),
        caption: rgb(0x4D, 0x4D, 0x4D),
        faint: rgb(0xC4, 0xC4, 0xC4),
        lived: rgb(0x0B, 0x80, 0x73),
        replayed: rgb(0xA2, 0x55, 0x00),
        tested: rgb(0x0B, 0x62, 0xA8),
        exact: rgb(0x28, 0x28, 0x28),
        truncated: rgb(0xC2, 0x41, 0x0C),
        wrong: rgb(0xC6, 0x28, 0x1C),
    };

    /// On black, where contrast is to be as high as it can be.
    pub const HIGH_DARK: Self = Self {
        ground: rgb(0, 0, 0),
        empty: rgb(0x16, 0x16, 0x16),
        text: rgb(0xFF, 0xFF, 0xFF),
        caption: rgb(0xE6, 0xE6, 0xE6),
        faint: rgb(0x80, 0x80, 0x80),
        lived: rgb(0x4F, 0xE3, 0xD0),
        replayed: rgb(0xFF, 0xC0, 0x5C),
        tested: rgb(0x8C, 0xCC, 0xFF),
        exact: rgb(0xFF, 0xFF, 0xFF),
        truncated: rgb(0xFF, 0x96, 0x55),
        wrong: rgb(0xFF, 0x8F, 0x85),
    };
    /// On white, where contrast is to be as high as it can be.
    pub const HIGH_LIGHT: Self = Self {
        ground: rgb(0xFF, 0xFF, 0xFF),
        empty: rgb(0xEC, 0xEC, 0xEC),
        text: rgb(0, 0, 0),
        caption: rgb(0x1F, 0x1F, 0x1F),
        faint: rgb(0x80, 0x80, 0x80),
        lived: rgb(0x00, 0x55, 0x4C),
        replayed: rgb(0x7A, 0x40, 0x00),
        tested: rgb(0x00, 0x45, 0x7C),
        exact: rgb(0, 0, 0),
        truncated: rgb(0x8F, 0x2C, 0x00),
        wrong: rgb(0x9C, 0x0E, 0x06),
    };

    /// The colour of the i-th of several things; from the eighth on the same colours, halfway to grey.
    pub fn series(&self, i: usize) -> Color {
        let color = SERIES[i % SERIES.len()];
        let pale = !(i / SERIES.len()).is_multiple_of(2);
        let color = mixed(color, rgb(128, 128, 128), if pale { 0.5 } else { 0.0 });
        legible(color, self.ground, 3.0)
    }

    /// The colour of a rule, by its name; what follows a hyphen tells it from others of its kind.
    pub fn rule(&self, rule: &str) -> Color {
        let name = rule.split(['-', '(']).next().unwrap_or_default();
        let color = match name {
            "Bptt" => self.exact,
            "CheckpointedBptt" => rgb(150, 165, 205),
            "ReplayBptt" => SERIES[0],
            "ReversibleReplay" => rgb(180, 120, 0),
            "Tbptt" => SERIES[4],
            "Rtrl" => SERIES[2],
            "Snap" => rgb(170, 215, 90),
            "Uoro" => rgb(90, 140, 60),
            "KfRtrl" => rgb(120, 205, 190),
            "Rflo" => SERIES[1],
            "Eprop" => SERIES[5],
            "Sab" => SERIES[3],
            "ReadoutOnly" => rgb(128, 128, 128),
            // Another one: a colour that is always its own.
            other => return self.series(other.bytes().map(usize::from).sum()),
        };
        legible(color, self.ground, 3.0)
    }

    /// The one for a dark or a light ground, and for contrast as high as it can be.
    pub fn on(dark: bool, high: bool) -> Self {
        match (dark, high) {
            (true, false) => Self::DARK,
            (false, false) => Self::LIGHT,
            (true, true) => Self::HIGH_DARK,
            (false, true) => Self::HIGH_LIGHT,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learning::RuleSpec;

    #[test]
    fn contrast_is_that_of_the_guidelines() {
        let (black, white) = (rgb(0, 0, 0), rgb(255, 255, 255));
        assert!((contrast(black, white) - 21.0).abs() < 1e-9);
        assert_eq!(contrast(white, white), 1.0);
        // The examples of WCAG 2.2, understanding 1.4.3.
        assert!((contrast(rgb(0x76, 0x76, 0x76), white) - 4.54).abs() < 0.01);
    }

    #[test]
    fn text_and_graphics_can_be_told_from_their_ground() {
        for (dark, high) in [(true, false), (false, false), (true, true), (false, true)] {
            let p = Palette::on(dark, high);
            let (text, graphics): (f64, f64) = if high { (12.0, 4.5) } else { (4.5, 3.0) };
            for ground in [p.ground, p.empty] {
                for color in [p.text, p.caption] {
                    let found = contrast(color, ground);
                    assert!(found >= text, "{dark} {high} {color:?}: {found}");
                }
            }
            let named = [p.lived, p.replayed, p.tested, p.exact, p.truncated, p.wrong];
            for color in named {
                assert!(
                    contrast(color, p.ground) >= graphics,
                    "{dark} {high} {color:?}"
                );
            }
            let rules = RuleSpec::variants()
                .into_iter()
                .map(|rule| p.rule(rule.name));
            for color in rules.chain((0..20).map(|i| p.series(i))) {
                assert!(contrast(color, p.ground) >= 3.0, "{dark} {high} {color:?}");
            }
        }
    }

    #[test]
    fn every_rule_has_a_colour_of_its_own() {
        for p in [Palette::DARK, Palette::LIGHT] {
            let all = RuleSpec::variants();
            let mut colors: Vec<_> = all.iter().map(|rule| p.rule(rule.name)).collect();
            colors.sort_unstable();
            let all = colors.len();
            colors.dedup();
            // Bptt and CheckpointedBptt have the same gradient, and the same colour.
            assert!(colors.len() >= all - 1, "{colors:?}");
            assert_eq!(p.rule("Tbptt"), p.rule("Tbptt-4"));
        }
    }
}
