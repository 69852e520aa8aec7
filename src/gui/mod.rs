//! The desktop app: it draws snapshots and sends requests, and knows no weights.
//!
//! A panel is one file in `panels/` and one line in its registry.

mod action;
mod app;
mod broken;
mod dock;
mod gallery;
mod heatmap;
pub mod panels;
mod simulation;
mod theme;

pub use action::Action;
pub use app::App;
pub use simulation::Simulation;

use crate::engine::{Opening, Scenario, Worker, load};
use crate::scenario::{FLAGSHIP, bundled};

/// Whether there is a display to open a window on.
pub fn display_available() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

/// The flagship scenario.
pub(crate) fn flagship() -> anyhow::Result<Scenario> {
    let found = bundled().iter().find(|b| b.name == FLAGSHIP);
    let found = found.ok_or_else(|| anyhow::anyhow!("the scenario {FLAGSHIP} is not bundled"))?;
    Ok(load(found.document(), &[], None)?)
}

/// Opens the window and returns when it is closed.
pub fn run(start: Opening) -> anyhow::Result<()> {
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_app_id("ammon")
            .with_title("Ammon")
            .with_inner_size([1280.0, 800.0])
            .with_min_inner_size([480.0, 320.0])
            .with_drag_and_drop(true),
        renderer: eframe::Renderer::Glow,
        ..Default::default()
    };
    let create: eframe::AppCreator<'_> = Box::new(|cc| {
        let ctx = cc.egui_ctx.clone();
        let wake = move || ctx.request_repaint();
        let worker = match &start {
            Opening::Folder(folder) => Worker::open(folder, wake)?,
            Opening::Scenario(scenario) => Worker::start((**scenario).clone(), wake)?,
            Opening::Gallery | Opening::Broken(_) => Worker::start(flagship()?, wake)?,
        };
        let mut app = App::new(Box::new(worker), cc.storage);
        match start {
            Opening::Gallery => app.show_gallery(),
            Opening::Broken(diagnostics) => app.show_problems(diagnostics),
            Opening::Scenario(_) | Opening::Folder(_) => {}
        }
        Ok(Box::new(app))
    });
    eframe::run_native("Ammon", options, create).map_err(|e| anyhow::anyhow!("{e}"))
}
