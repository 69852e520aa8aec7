//! What the window remembers between sittings, taken only as far as it can be used.

use std::collections::HashMap;
use std::path::Path;

use egui_tiles::Tree;

use super::dock::Layout;
use super::documents::Document;
use super::layouts::Pane;
use super::lessons::Progress;
use super::timeline::TimelineView;
use crate::trace::write_atomic;

/// What is remembered.
#[derive(Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub(super) struct Remembered {
    pub(super) layout: Option<Tree<Pane>>,
    pub(super) layouts: Vec<Layout>,
    /// Panels that are hidden because they would be empty.
    pub(super) hidden: Vec<String>,
    /// Which layout it is, where it is one that every sitting has.
    pub(super) kind: Option<String>,
    pub(super) speed: Option<f64>,
    pub(super) looks: Looks,
    pub(super) timeline: TimelineView,
    pub(super) documents: Vec<Document>,
    pub(super) lessons: Progress,
    /// MiB for light frames.
    pub(super) budget: Option<u32>,
}

/// What the window looks like. Where it stood is left to the window manager, which knows the screens there are now.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub(super) struct Looks {
    /// Width and height, in points.
    size: Option<[f32; 2]>,
    maximized: bool,
    zoom: Option<f32>,
    theme: Option<egui::ThemePreference>,
    /// Whether contrast is as high as it can be.
    pub(super) high_contrast: bool,
    /// Whether nothing moves by itself.
    pub(super) still: bool,
}

/// Points that a window is wide and high at least, and at most.
const SIZES: [(f32, f32); 2] = [(480.0, 16384.0), (320.0, 16384.0)];
/// Zoom factors that leave something to be read.
const ZOOMS: (f32, f32) = (0.2, 5.0);

impl Looks {
    /// Makes the window look like this, as far as that makes sense.
    pub(super) fn apply(&self, ctx: &egui::Context) {
        let within = |value: f32, (least, most): (f32, f32)| {
            value.is_finite() && value >= least && value <= most
        };
        if let Some(zoom) = self.zoom.filter(|zoom| within(*zoom, ZOOMS)) {
            ctx.set_zoom_factor(zoom);
        }
        if let Some(theme) = self.theme {
            ctx.set_theme(theme);
        }
        let sound = |size: &[f32; 2]| size.iter().zip(SIZES).all(|(s, range)| within(*s, range));
        if let Some([width, height]) = self.size.filter(sound) {
            let size = egui::vec2(width, height);
            ctx.send_viewport_cmd(egui::ViewportCommand::InnerSize(size));
        }
        if self.maximized {
            ctx.send_viewport_cmd(egui::ViewportCommand::Maximized(true));
        }
    }

    /// Notes what the window looks like now.
    pub(super) fn note(&mut self, ctx: &egui::Context) {
        let (size, maximized) = ctx.input(|input| {
            let viewport = input.viewport();
            let size = viewport.inner_rect.map(|rect| rect.size());
            (size, viewport.maximized.unwrap_or_default())
        });
        if let (Some(size), false) = (size, maximized) {
            self.size = Some([size.x, size.y]);
        }
        self.maximized = maximized;
        self.zoom = Some(ctx.zoom_factor());
        self.theme = Some(ctx.options(|options| options.theme_preference));
    }
}

/// Takes out of the file that eframe keeps what it would use unchecked, before it reads it: a zoom of 0 or a place off
/// every screen leaves no window to be seen. A file that cannot be read at all is left to it.
pub(super) fn sound(app: &str) {
    if let Some(folder) = eframe::storage_dir(app) {
        // What cannot be mended is not worth staying away for.
        mend(&folder.join("app.ron"));
    }
}

/// Whether it is sound now.
fn mend(file: &Path) -> bool {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let Ok(mut kept) = ron::from_str::<HashMap<String, String>>(&text) else {
        return false;
    };
    let before = kept.len();
    kept.retain(|key, _| key == eframe::APP_KEY);
    kept.len() == before
        || ron::to_string(&kept).is_ok_and(|text| write_atomic(file, text.as_bytes()).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_eframe_would_take_unchecked_goes_and_the_rest_stays() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("app.ron");
        std::fs::write(
            &file,
            r#"{"egui_memory": "(options:(zoom_factor:0.0))", "window": "(off)", "app": "(speed:None)"}"#,
        )
        .unwrap();
        assert!(mend(&file));
        let kept: HashMap<String, String> =
            ron::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept["app"], "(speed:None)");
        std::fs::write(&file, "not ron").unwrap();
        assert!(!mend(&file));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "not ron");
    }

    #[test]
    fn looks_that_leave_nothing_to_be_seen_are_not_taken() {
        let ctx = egui::Context::default();
        let looks = |zoom| Looks {
            zoom: Some(zoom),
            size: Some([0.0, f32::NAN]),
            ..Looks::default()
        };
        for zoom in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e9] {
            looks(zoom).apply(&ctx);
            frame(&ctx);
            assert_eq!(ctx.zoom_factor(), 1.0, "{zoom}");
        }
        looks(1.5).apply(&ctx);
        frame(&ctx);
        assert_eq!(ctx.zoom_factor(), 1.5);
    }

    fn frame(ctx: &egui::Context) {
        let mut output = ctx.run_ui(egui::RawInput::default(), |_| {});
        // Nobody draws here.
        output.textures_delta.clear();
    }
}
