//! The system's file dialogs, on a thread of their own: they may take their time, or never come.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A folder to save to.
    Folder,
    /// A scenario file.
    Scenario,
    /// A file to save a scenario to.
    NewScenario,
    /// A file to save a figure to.
    NewFigure,
}

/// A file dialog: what was picked, or nothing.
pub type FileDialog = Arc<dyn Fn(Wanted) -> Option<PathBuf> + Send + Sync>;

/// That of the system.
pub fn system(wanted: Wanted) -> Option<PathBuf> {
    let dialog = rfd::FileDialog::new();
    match wanted {
        Wanted::Folder => dialog.set_title("Save run").pick_folder(),
        Wanted::Scenario => dialog
            .set_title("Open scenario")
            .add_filter("scenario", &["ron"])
            .pick_file(),
        Wanted::NewScenario => dialog
            .set_title("Save scenario")
            .add_filter("scenario", &["ron"])
            .save_file(),
        Wanted::NewFigure => dialog
            .set_title("Save figure")
            .add_filter("figure", &["svg"])
            .save_file(),
    }
}

/// A dialog that ends without an answer before this was never seen.
const SOONEST: Duration = Duration::from_millis(300);
const NO_DIALOG: &str =
    "this system shows no file dialog (it takes a desktop portal, or zenity): type the path above";

/// Shows the dialog. What comes is the path, or why there was no dialog; nothing comes where it was cancelled.
pub fn browse(
    dialog: &FileDialog,
    wanted: Wanted,
    ctx: &egui::Context,
) -> std::io::Result<Receiver<Result<PathBuf, String>>> {
    let (send, chosen) = sync_channel(1);
    let (dialog, ctx) = (dialog.clone(), ctx.clone());
    let thread = std::thread::Builder::new().name("ammon-dialog".into());
    thread.spawn(move || {
        let begun = Instant::now();
        let answer = match catch_unwind(AssertUnwindSafe(|| dialog(wanted))) {
            Ok(Some(path)) => Some(Ok(path)),
            // Nobody cancels a dialog as fast as one that never came.
            Ok(None) if begun.elapsed() >= SOONEST => None,
            Ok(None) | Err(_) => Some(Err(NO_DIALOG.into())),
        };
        if let Some(answer) = answer {
            drop(send.try_send(answer));
        }
        ctx.request_repaint();
    })?;
    Ok(chosen)
}
