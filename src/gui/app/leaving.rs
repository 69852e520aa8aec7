//! Leaving the present run for something else, saving it before, and what is opened instead.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{TryRecvError, sync_channel};

use super::{App, Asking, Middle};
use crate::engine::{Request, Scenario, forget, load};
use crate::gui::simulation::Wish;
use crate::gui::theme::HEADLINE;
use crate::scenario::read_file;
use crate::trace::{CHECKPOINT, shell, typed};

/// What an unsaved run is left for.
pub(super) enum Leaving {
    /// The window closes.
    Close,
    /// The same scenario from the start.
    Reset,
    /// Another scenario, run at once or not.
    Load(Box<Scenario>, bool),
    /// A scenario file or a run folder.
    Open(PathBuf),
    /// What a window that was killed has left.
    Recover(PathBuf),
}

impl App {
    pub(super) fn ask(&mut self, asking: Asking) {
        self.asking = Some(asking);
        self.fresh = true;
        self.problem = None;
        self.force = false;
        match asking {
            Asking::Save if self.target.as_os_str().is_empty() => self.path = "run".into(),
            Asking::Save => self.path = shell(&self.target),
            Asking::SaveText => {
                let document = self.documents.get_mut().document();
                self.path = document.map_or(String::new(), |document| {
                    shell(document.path.as_deref().unwrap_or(document.name.as_ref()))
                });
            }
            Asking::SaveFigure => self.path = self.figures.name().into(),
            Asking::Open => self.path.clear(),
        }
    }

    /// Asks for another path where this one did not do.
    pub(super) fn ask_again(&mut self, asking: Asking, problem: String) {
        self.asking = Some(asking);
        self.fresh = true;
        self.problem = Some(problem);
    }

    /// Leaves the present run for something else; asks first where it would be lost.
    pub(super) fn leave(&mut self, leaving: Leaving, ctx: &egui::Context) {
        if self.unsaved() {
            self.leaving = Some(leaving);
        } else {
            self.left(leaving, ctx);
        }
    }

    /// Leaves the present run.
    pub(super) fn left(&mut self, leaving: Leaving, ctx: &egui::Context) {
        match leaving {
            Leaving::Close => {
                self.may_close = true;
                ctx.send_viewport_cmd(egui::ViewportCommand::Close);
            }
            Leaving::Reset => {
                self.wish(Wish::Reset);
            }
            Leaving::Load(scenario, run) => {
                if self.wish(Wish::Load(scenario)) && run {
                    self.simulation.send(Request::Run);
                }
                self.middle = Middle::Panels;
            }
            Leaving::Open(path) => {
                if let Err(error) = self.open_folder(&path) {
                    self.status = Err(error.clone());
                    self.ask_again(Asking::Open, error);
                }
            }
            Leaving::Recover(path) => match self.open_folder(&path) {
                Ok(()) => {
                    // It is a copy: what it was made from has done its duty once this one is saved.
                    self.wish(Wish::Unsaved);
                    forget(&path);
                    self.status = Ok("recovered; save it to keep it".into());
                }
                Err(error) => self.status = Err(error),
            },
        }
    }

    /// Opens a scenario or a run folder; an unsaved run is asked about first.
    pub(super) fn open(&mut self, path: &Path, ctx: &egui::Context) -> Result<(), String> {
        if path.is_dir() {
            if !path.join(CHECKPOINT).is_file() {
                let path = path.display();
                return Err(format!(
                    "no run lies in the folder {path}: open a scenario file, or the folder of a run"
                ));
            }
            self.leave(Leaving::Open(path.to_path_buf()), ctx);
            return Ok(());
        }
        let text = read_file(path).map_err(|e| e.to_string())?;
        let name = text.name.clone();
        match load(text.clone(), &[], None) {
            Ok(scenario) => {
                let documents = self.documents.get_mut();
                documents.know(&scenario, text, Some(path.to_path_buf()));
                self.status = Ok(format!("loaded {name}"));
                self.leave(Leaving::Load(Box::new(scenario), false), ctx);
            }
            Err(diagnostics) => self.show_problems(diagnostics, Some(path)),
        }
        Ok(())
    }

    fn open_folder(&mut self, path: &Path) -> Result<(), String> {
        let folder = path.to_path_buf();
        self.simulation.wish(Wish::LoadFolder(folder))?;
        self.middle = Middle::Panels;
        self.status = Ok(format!("opened {}", path.display()));
        Ok(())
    }

    pub(super) fn save(&mut self) {
        let (done, answer) = sync_channel(1);
        let path = match typed(&self.path) {
            Ok(path) => path,
            Err(error) => return self.ask_again(Asking::Save, error),
        };
        self.status = Ok(format!("saving to {} …", path.display()));
        self.target.clone_from(&path);
        // A run that goes on before it hears of this has saved more than that, never less.
        let snapshot = self.simulation.snapshot();
        let active = self.simulation.list().into_iter().find(|run| run.active);
        self.saving = (
            active.map_or(0, |run| run.id),
            snapshot.live_step,
            snapshot.journal.clone(),
        );
        self.simulation.send(Request::Save {
            path,
            force: self.force,
            done,
        });
        self.answer = Some(answer);
        self.asking = None;
    }

    /// Opens the text of a file that cannot run, to be mended.
    pub(super) fn mend(&mut self, file: &Path) {
        match read_file(file) {
            Ok(text) => {
                let run = self.simulation.snapshot().run;
                let documents = self.documents.get_mut();
                documents.open(text, Some(file.to_path_buf()), run);
                self.middle = Middle::Panels;
                self.bring_forward("Text");
            }
            Err(error) => self.status = Err(error.to_string()),
        }
    }

    /// Saves the text that is shown under another name.
    pub(super) fn save_text(&mut self) {
        let saved = typed(&self.path).and_then(|path| {
            let document = self.documents.get_mut().document();
            let document = document.ok_or("there is no text")?;
            document.save(&path, self.force)?;
            Ok(path)
        });
        match saved {
            Ok(path) => {
                self.documents.get_mut().know_file(&path);
                self.status = Ok(format!("saved {}", path.display()));
                self.asking = None;
            }
            Err(error) => self.ask_again(Asking::SaveText, error),
        }
    }

    /// Hears what dialogs and the worker answered.
    pub(super) fn listen(&mut self, ctx: &egui::Context) {
        self.hear_pictures();
        let answered = self.answer.as_ref().and_then(|a| match a.try_recv() {
            Ok(result) => Some(result),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err("the run's thread has ended".into())),
        });
        if let Some(result) = answered {
            self.answer = None;
            match result {
                Ok(()) => {
                    self.status = Ok(format!("saved to {}", self.target.display()));
                    let (run, steps, journal) = self.saving.clone();
                    self.wish(Wish::Saved(run, steps, journal));
                    // Where others are not saved either, they are asked about next.
                    let closing = matches!(self.leaving, Some(Leaving::Close));
                    if !self.unsaved()
                        && (!closing || self.held().is_empty())
                        && let Some(leaving) = self.leaving.take()
                    {
                        self.left(leaving, ctx);
                    }
                }
                Err(error) => {
                    self.ask_again(Asking::Save, error);
                }
            }
        }
        if let Some(chosen) = self.chosen.as_ref().and_then(|c| c.try_recv().ok()) {
            self.chosen = None;
            match chosen {
                Ok(path) => self.path = shell(&path),
                Err(problem) => self.problem = Some(problem),
            }
        }
        let hovering = ctx.input(|i| i.raw.hovered_files.len());
        if hovering > 0 {
            invite(ctx, hovering);
        }
        let dropped = ctx.input(|i| i.raw.dropped_files.clone());
        if let Some(file) = dropped.first() {
            let path = file.path().to_path_buf();
            match self.open(&path, ctx) {
                Err(error) => self.status = Err(error),
                Ok(()) if dropped.len() > 1 => {
                    let count = dropped.len();
                    self.status = Ok(format!("of {count} files the first is opened"));
                }
                Ok(()) => {}
            }
        }
    }
}

/// Says over the whole window what comes of files that are let go here.
fn invite(ctx: &egui::Context, files: usize) {
    let layer = egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("dropping"));
    let (painter, whole) = (ctx.layer_painter(layer), ctx.content_rect());
    painter.rect_filled(whole, 0.0, egui::Color32::from_black_alpha(160));
    let text = match files {
        1 => "Drop here to open: a scenario, or the folder of a run".to_string(),
        n => format!("Drop here to open the first of {n} files"),
    };
    let font = egui::FontId::proportional(HEADLINE);
    painter.text(
        whole.center(),
        egui::Align2::CENTER_CENTER,
        text,
        font,
        egui::Color32::WHITE,
    );
}
