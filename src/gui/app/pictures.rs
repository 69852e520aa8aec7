//! Figures, frames of the theatre and pictures of the window, on their way to files.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};

use egui::{ColorImage, ViewportCommand};

use super::{App, Asking};
use crate::figure::{encoded_png, png};
use crate::gui::documents::REPLACED;
use crate::trace::{is_free, numbered, typed, write_atomic};

/// What is to be saved.
#[derive(Clone, Debug)]
pub(super) enum Work {
    /// A file.
    File(Vec<u8>),
    /// A picture for each of these SVGs, so many millimetres wide.
    Frames(Vec<String>, f32),
}

/// Figures that wait for a path, and pictures that are on their way.
pub(super) struct Figures {
    /// The name that is suggested, and what is to be saved.
    waiting: (String, Work),
    /// A picture of the window that was asked for.
    window: Option<Receiver<Arc<ColorImage>>>,
    /// Frames that are being written: how many at last, or why not.
    written: Option<Receiver<Result<String, String>>>,
}

impl Default for Figures {
    fn default() -> Self {
        Self {
            waiting: (String::new(), Work::File(Vec::new())),
            window: None,
            written: None,
        }
    }
}

impl Figures {
    /// The name that is suggested.
    pub(super) fn name(&self) -> &str {
        &self.waiting.0
    }
}

impl App {
    /// Asks where something is to be saved.
    pub(super) fn save_as(&mut self, name: String, work: Work) {
        self.figures.waiting = (name, work);
        self.ask(Asking::SaveFigure);
    }

    /// Asks the window for a picture of itself.
    pub(super) fn picture_of_window(&mut self, ctx: &egui::Context) {
        let (tell, heard) = sync_channel(1);
        let again = ctx.clone();
        let callback = egui::ScreenshotCallback::new(move |image| {
            // Who no longer listens needs no picture.
            let _ = tell.send(image);
            again.request_repaint();
        });
        ctx.send_viewport_cmd(ViewportCommand::Screenshot(callback));
        self.figures.window = Some(heard);
    }

    /// Saves the figure that was made.
    pub(super) fn save_figure(&mut self, ctx: &egui::Context) {
        let saved = typed(&self.path).and_then(|path| match &self.figures.waiting.1 {
            Work::File(bytes) => {
                is_free(&path, self.force, REPLACED)?;
                let written = write_atomic(&path, bytes);
                written.map_err(|error| error.to_string())?;
                Ok(format!("saved {}", path.display()))
            }
            Work::Frames(svgs, mm) => {
                for i in 0..svgs.len() {
                    is_free(&numbered(&path, i), self.force, REPLACED)?;
                }
                let (svgs, mm) = (svgs.clone(), *mm);
                let told = format!("writing {} pictures", svgs.len());
                self.figures.written = Some(in_background(path, svgs, mm, ctx.clone()));
                Ok(told)
            }
        });
        match saved {
            Ok(told) => {
                self.status = Ok(told);
                self.asking = None;
            }
            Err(error) => self.ask_again(Asking::SaveFigure, error),
        }
    }

    /// Hears of pictures that were on their way.
    pub(super) fn hear_pictures(&mut self) {
        let window = self.figures.window.as_ref().and_then(|w| w.try_recv().ok());
        if let Some(image) = window {
            self.figures.window = None;
            let [width, height] = image.size;
            let dots = image
                .pixels
                .iter()
                .flat_map(egui::Color32::to_array)
                .collect();
            match encoded_png(width, height, dots) {
                Ok(bytes) => self.save_as("window.png".into(), Work::File(bytes)),
                Err(error) => self.status = Err(format!("no picture of the window: {error}")),
            }
        }
        let written = self.figures.written.as_ref().map(Receiver::try_recv);
        match written {
            Some(Ok(told)) => {
                self.figures.written = None;
                self.status = told;
            }
            Some(Err(TryRecvError::Disconnected)) => {
                self.figures.written = None;
                self.status = Err("the pictures were not all written".into());
            }
            Some(Err(TryRecvError::Empty)) | None => {}
        }
    }
}

/// Writes frames on a thread of their own: each takes a tenth of a second or so.
fn in_background(
    path: PathBuf,
    svgs: Vec<String>,
    mm: f32,
    ctx: egui::Context,
) -> Receiver<Result<String, String>> {
    let (tell, heard) = sync_channel(1);
    let work = move || {
        let write = |(i, svg): (usize, &String)| {
            let bytes = png(svg, mm).map_err(|e| e.to_string())?;
            write_atomic(&numbered(&path, i), &bytes).map_err(|e| e.to_string())
        };
        let written: Result<(), String> = svgs.iter().enumerate().try_for_each(write);
        let told = written.map(|()| {
            let first = numbered(&path, 0);
            format!(
                "saved {} pictures, the first is {}",
                svgs.len(),
                first.display()
            )
        });
        let _ = tell.send(told);
        ctx.request_repaint();
    };
    // Where no thread can be had nothing is heard of it, and that is told.
    drop(
        std::thread::Builder::new()
            .name("pictures".into())
            .spawn(work),
    );
    heard
}
