//! The desktop app: it draws snapshots and sends requests, and knows no weights.
//!
//! A panel is one file in `panels/` and one line in its registry.

mod action;
mod app;
mod broken;
mod chart;
mod closing;
mod command_line;
mod comparing;
mod control;
mod dock;
mod documents;
mod editor;
mod gallery;
mod heatmap;
mod inspecting;
mod layouts;
mod lessons;
mod looking;
pub mod panels;
mod papers;
mod remembered;
mod sheet;
mod simulation;
mod theme;
mod timeline;
mod trying;

pub use action::Action;
pub use app::{App, FileDialog, Wanted};
pub use documents::Documents;
pub use inspecting::{Inspecting, Topic};
pub use lessons::{Lessons, Progress};
pub use looking::{Looking, Unit};
pub use sheet::Sheet;
pub use simulation::{Simulation, Wish};
pub use theme::apply as dress;

use std::sync::{Arc, Mutex};

use crate::engine::{Branches, Opening, Scenario, left_behind, load};
use crate::scenario::{FLAGSHIP, bundled};

/// The name that the window, and what it remembers, goes by.
const APP: &str = "ammon";

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
            .with_app_id(APP)
            .with_title("Ammon")
            .with_inner_size([1280.0, 800.0])
            .with_min_inner_size([480.0, 320.0])
            .with_drag_and_drop(true),
        renderer: eframe::Renderer::Glow,
        persist_window: false,
        ..Default::default()
    };
    remembered::sound(APP);
    let create: eframe::AppCreator<'_> = Box::new(|cc| {
        let ctx = cc.egui_ctx.clone();
        let wake = move || ctx.request_repaint();
        let desk = match &start {
            Opening::Folder(folder) => Branches::open(folder, wake)?,
            Opening::Scenario(scenario, _) => Branches::new((**scenario).clone(), wake)?,
            Opening::Gallery | Opening::Broken(..) => Branches::new(flagship()?, wake)?,
        };
        let mut app = App::new(Box::new(desk), cc.storage);
        app.look(&cc.egui_ctx);
        let known = cc
            .storage
            .is_some_and(|s| s.get_string(eframe::APP_KEY).is_some());
        if !known {
            app.begin_slowly();
        }
        app.offer(left_behind());
        match start {
            Opening::Gallery => app.show_gallery(),
            Opening::Broken(diagnostics, path) => app.show_problems(diagnostics, Some(&path)),
            Opening::Scenario(_, path) => app.know_file(&path),
            Opening::Folder(_) => {}
        }
        Ok(Box::new(app))
    });
    opened(|| eframe::run_native("Ammon", options, create).map_err(|e| anyhow::anyhow!("{e}")))
}

/// Runs the window. Where the window system lacks what winit takes for granted, it panics before there is a window: that is
/// an error here, in words.
fn opened(run: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
    let earlier = std::panic::take_hook();
    let said = Arc::new(Mutex::new(String::new()));
    let heard = said.clone();
    let this = std::thread::current().id();
    let hook = Arc::new(earlier);
    let pass_on = hook.clone();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == this
            && info
                .location()
                .is_some_and(|at| at.file().contains("winit"))
            && let Ok(mut heard) = heard.lock()
        {
            let words = info.payload_as_str().unwrap_or("no reason is given");
            *heard = words.into();
        } else {
            pass_on(info);
        }
    }));
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
    drop(std::panic::take_hook());
    std::panic::set_hook(Box::new(move |info| hook(info)));
    match result {
        Ok(result) => result,
        Err(panic) => {
            let words = said.lock().map(|words| words.clone()).unwrap_or_default();
            if words.is_empty() {
                std::panic::resume_unwind(panic);
            }
            Err(anyhow::anyhow!(
                "the window system lacks something that is needed (an X server without RANDR, for example): {words}"
            ))
        }
    }
}
