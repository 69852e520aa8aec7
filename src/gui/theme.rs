//! What the window looks like: colours that can be told apart, sizes that can be read.

use egui::{Color32, FontFamily, FontId, Stroke, Style, TextStyle, Theme, Ui};

pub use crate::figure::Map;
use crate::figure::{Color, Palette, mixed};
use crate::scenario::parse::Role;

/// Sizes of text in points: none is smaller than the first.
const SIZES: [(TextStyle, f32); 5] = [
    (TextStyle::Small, 12.0),
    (TextStyle::Body, 13.0),
    (TextStyle::Button, 13.0),
    (TextStyle::Monospace, 13.0),
    (TextStyle::Heading, 16.0),
];
/// How much larger all is on a stage.
pub const STAGE: f32 = 1.6;
/// Size of the gallery's headline.
pub const HEADLINE: f32 = 22.0;

/// Makes the window look like this, on a dark ground and on a light one.
pub fn apply(ctx: &egui::Context, high: bool) {
    for theme in [Theme::Dark, Theme::Light] {
        ctx.style_mut_of(theme, |style| dress(style, theme == Theme::Dark, high));
    }
    ctx.data_mut(|data| data.insert_temp(high_id(), high));
}

fn high_id() -> egui::Id {
    egui::Id::unique("high contrast")
}

/// What each colour stands for, on the ground that the window has now.
pub fn palette(ui: &Ui) -> Palette {
    let high = ui.data(|data| data.get_temp(high_id())).unwrap_or(false);
    Palette::on(ui.visuals().dark_mode, high)
}

fn dress(style: &mut Style, dark: bool, high: bool) {
    for (text, size) in SIZES {
        let family = if text == TextStyle::Monospace {
            FontFamily::Monospace
        } else {
            FontFamily::Proportional
        };
        style.text_styles.insert(text, FontId::new(size, family));
    }
    let p = Palette::on(dark, high);
    let raised = |part: f32| color32(mixed(p.ground, p.text, part));
    let visuals = &mut style.visuals;
    *visuals = if dark {
        egui::Visuals::dark()
    } else {
        egui::Visuals::light()
    };
    let (text, caption) = (color32(p.text), color32(p.caption));
    visuals.panel_fill = color32(p.ground);
    visuals.window_fill = raised(0.03);
    visuals.faint_bg_color = raised(0.04);
    visuals.extreme_bg_color = raised(0.06);
    visuals.code_bg_color = raised(0.08);
    visuals.weak_text_color = Some(caption);
    visuals.error_fg_color = color32(p.wrong);
    visuals.warn_fg_color = color32(p.replayed);
    visuals.hyperlink_color = color32(p.tested);
    visuals.selection.bg_fill = color32(mixed(p.ground, p.tested, if high { 0.35 } else { 0.3 }));
    visuals.selection.stroke = Stroke::new(1.0, text);
    visuals.window_stroke = Stroke::new(1.0, raised(if high { 0.6 } else { 0.2 }));
    let seen: f32 = if dark { 0.42 } else { 0.48 };
    let edge = if high { 0.7 } else { 0.22 };
    let widgets = &mut visuals.widgets;
    for (widget, fill, ink) in [
        (&mut widgets.noninteractive, 0.0, text),
        (&mut widgets.inactive, 0.1, text),
        (&mut widgets.hovered, 0.18, text),
        (&mut widgets.active, 0.26, text),
        (&mut widgets.open, 0.12, text),
    ] {
        // What has no text, a box to tick or a slider's rail, is seen by its fill alone.
        widget.bg_fill = raised(seen.max(fill));
        widget.weak_bg_fill = raised(fill);
        widget.fg_stroke = Stroke::new(widget.fg_stroke.width, ink);
        widget.bg_stroke.color = raised(edge);
    }
    if high {
        widgets.inactive.bg_stroke = Stroke::new(1.0, raised(edge));
    }
}

/// A colour of a figure on the screen.
pub fn color32([r, g, b, a]: Color) -> Color32 {
    Color32::from_rgba_unmultiplied(r, g, b, a)
}

/// The colour of a phase, by its name.
pub fn phase(name: &str, p: Palette) -> Color32 {
    color32(match name {
        "Wake" | "Stream" => p.lived,
        "Sleep" => p.replayed,
        "Probe" => p.tested,
        _ => mixed(p.ground, p.text, 0.5),
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::contrast;

    fn told(color: Color32) -> Color {
        color.to_srgba_unmultiplied()
    }

    #[test]
    fn all_that_is_written_can_be_read() {
        for (dark, high) in [(true, false), (false, false), (true, true), (false, true)] {
            let mut style = Style::default();
            dress(&mut style, dark, high);
            let v = &style.visuals;
            let least = if high { 7.0 } else { 4.5 };
            let grounds = [
                v.panel_fill,
                v.window_fill,
                v.extreme_bg_color,
                v.faint_bg_color,
            ];
            let mut pairs: Vec<(Color32, Color32)> = Vec::new();
            for ground in grounds {
                let weak = v.weak_text_color.unwrap();
                for ink in [v.text_color(), v.strong_text_color(), weak] {
                    pairs.push((ink, ground));
                }
                for ink in [v.error_fg_color, v.warn_fg_color, v.hyperlink_color] {
                    pairs.push((ink, ground));
                }
            }
            let widgets = [
                &v.widgets.noninteractive,
                &v.widgets.inactive,
                &v.widgets.hovered,
                &v.widgets.active,
                &v.widgets.open,
            ];
            pairs.extend(widgets.map(|w| (w.fg_stroke.color, w.weak_bg_fill)));
            pairs.push((v.selection.stroke.color, v.selection.bg_fill));
            for (ink, ground) in pairs {
                let found = contrast(told(ink), told(ground));
                assert!(
                    found >= least,
                    "{dark} {high} {ink:?} on {ground:?}: {found}"
                );
            }
            for widget in widgets {
                let box_of = contrast(told(widget.bg_fill), told(v.panel_fill));
                let tick = contrast(told(widget.fg_stroke.color), told(widget.bg_fill));
                assert!(
                    box_of >= 3.0 && tick >= 3.0,
                    "{dark} {high}: {box_of} {tick}"
                );
            }
            // What is typed has colours of its own.
            for r in [
                Role::Comment,
                Role::Field,
                Role::Name,
                Role::Number,
                Role::Text,
            ] {
                let found = contrast(told(role(r, v)), told(v.extreme_bg_color));
                assert!(found >= 4.5, "{dark} {r:?}: {found}");
            }
            for font in style.text_styles.values() {
                assert!(font.size >= 12.0);
            }
        }
    }

    #[test]
    fn figures_are_equally_wide() {
        let ctx = egui::Context::default();
        let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
            for font in ui.style().text_styles.values() {
                let width = |c: char| ui.fonts_mut(|fonts| fonts.glyph_width(font, c));
                for digit in '1'..='9' {
                    assert_eq!(width(digit), width('0'), "{digit} of {font:?}");
                }
            }
        });
        output.textures_delta.clear();
    }
}
