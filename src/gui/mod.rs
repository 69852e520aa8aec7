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

use std::path::PathBuf;

use crate::engine::Worker;
use crate::engine::{Scenario, load};
use crate::scenario::{Diagnostics, FLAGSHIP, bundled};

/// What the window opens on.
#[derive(Debug)]
pub enum Start {
    /// The gallery, with the flagship scenario loaded.
    Gallery,
    /// A scenario, by its name.
    Scenario(Box<Scenario>, String),
    /// A run folder.
    Folder(PathBuf),
    /// A scenario that cannot run: its problems.
    Broken(Diagnostics),
}

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
pub fn run(start: Start) -> anyhow::Result<()> {
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
            Start::Folder(folder) => Worker::open(folder, wake)?,
            Start::Scenario(scenario, _) => Worker::start((**scenario).clone(), wake)?,
            Start::Gallery | Start::Broken(_) => Worker::start(flagship()?, wake)?,
        };
        let mut app = App::new(Box::new(worker), cc.storage);
        match start {
            Start::Gallery => app.show_gallery(),
            Start::Broken(diagnostics) => app.show_problems(diagnostics),
            Start::Scenario(..) | Start::Folder(_) => {}
        }
        Ok(Box::new(app))
    });
    eframe::run_native("Ammon", options, create).map_err(|e| anyhow::anyhow!("{e}"))
}
