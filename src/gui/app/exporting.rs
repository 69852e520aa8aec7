//! The run on its way into another format: what is asked of it, and how far it is.
//!
//! The run at hand is copied into a temporary folder and exported from there in the background, so that it can go on meanwhile.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::thread::JoinHandle;

use egui::Ui;
use tempfile::TempDir;

use super::App;
use crate::engine::Request;
use crate::export::{ExportSpec, Job, What, Wish};
use crate::gui::documents::REPLACED;
use crate::trace::{is_free, typed};

/// Parts in which progress is told.
const PARTS: f64 = 1000.0;
/// Width of the dialog and of what is typed.
const WIDTH: f32 = 480.0;
const FIELD: f32 = 330.0;

/// What is asked of an export, and the one under way.
pub(super) struct Exporting {
    /// Whether the dialog is shown.
    pub(super) open: bool,
    /// The format, among all.
    format: usize,
    path: String,
    replace: bool,
    /// Whether only a part of the time is wanted, and from and to when.
    part: bool,
    from: u64,
    to: u64,
    /// What units do: all of it but what is not wanted.
    unwanted: Vec<What>,
    /// Percent of the units.
    percent: f64,
    problem: Option<String>,
    way: Way,
}

/// How far it is.
enum Way {
    Nowhere,
    /// The run is copied.
    Copying(Box<Copying>),
    /// It is exported.
    Going(Box<Going>),
}

struct Copying {
    folder: TempDir,
    answer: Receiver<Result<(), String>>,
    format: ExportSpec,
    wish: Wish,
    to: PathBuf,
}

struct Going {
    done: Receiver<Result<PathBuf, String>>,
    told: Arc<Told>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Going {
    /// Nothing is left in temporary folders by a program that ends meanwhile.
    fn drop(&mut self) {
        self.told.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

#[derive(Default)]
struct Told {
    /// Part that is done.
    part: AtomicU32,
    /// Whether it is given up.
    stop: AtomicBool,
}

impl Default for Exporting {
    fn default() -> Self {
        let names = ExportSpec::variants();
        let usual = names.iter().position(|v| v.name == "Nwb");
        let mut exporting = Self {
            open: false,
            format: usual.unwrap_or_default(),
            path: String::new(),
            replace: false,
            part: false,
            from: 0,
            to: 0,
            unwanted: Vec::new(),
            percent: 100.0,
            problem: None,
            way: Way::Nowhere,
        };
        exporting.suggest();
        exporting
    }
}

impl Exporting {
    fn format(&self) -> Option<ExportSpec> {
        let variants = ExportSpec::variants();
        ExportSpec::named(variants.get(self.format)?.name)
    }

    /// What units do that the format holds.
    fn held(&self) -> &'static [What] {
        self.format().map_or(&[], |format| format.kind().holds())
    }

    fn wish(&self) -> Wish {
        let held = self.held();
        let wanted = |what: &&What| !self.unwanted.contains(what);
        let what: Vec<What> = held.iter().filter(wanted).copied().collect();
        let all = what.len() == held.len();
        Wish {
            window: self.part.then_some(self.from..self.to),
            what: (!all).then_some(what),
            unit_fraction: (self.percent < 100.0).then_some(self.percent / 100.0),
            trust_recording: false,
        }
    }

    /// The name that is suggested.
    fn suggest(&mut self) {
        if let Some(format) = self.format() {
            self.path = format.kind().file_name(&self.wish()).into();
        }
    }

    fn under_way(&self) -> bool {
        !matches!(self.way, Way::Nowhere)
    }

    /// Part that is done, of one that is under way.
    fn part(&self) -> f32 {
        match &self.way {
            Way::Going(going) => {
                (f64::from(going.told.part.load(Ordering::Relaxed)) / PARTS) as f32
            }
            Way::Nowhere | Way::Copying(_) => 0.0,
        }
    }

    fn stop(&mut self) {
        match &self.way {
            Way::Going(going) => going.told.stop.store(true, Ordering::Relaxed),
            // Nothing was begun yet.
            Way::Copying(_) | Way::Nowhere => self.way = Way::Nowhere,
        }
    }
}

impl App {
    /// Asks what is to be exported.
    pub(super) fn ask_export(&mut self) {
        let live = self.simulation.snapshot();
        let exporting = &mut self.exporting;
        exporting.open = true;
        exporting.problem = None;
        if !exporting.part {
            (exporting.from, exporting.to) = (0, live.time);
        }
    }

    pub(super) fn export_dialog(&mut self, ctx: &egui::Context) {
        self.hear_export(ctx);
        if !self.exporting.open {
            return;
        }
        let longest = self.simulation.snapshot().time;
        let (mut go, mut close) = (false, false);
        let exporting = &mut self.exporting;
        let response = egui::Modal::new(egui::Id::unique("export")).show(ctx, |ui| {
            ui.set_width(WIDTH);
            ui.heading("Export the run");
            let under_way = exporting.under_way();
            ui.add_enabled_ui(!under_way, |ui| exporting.wishes(ui, longest));
            if let Some(problem) = &exporting.problem {
                ui.colored_label(ui.visuals().error_fg_color, problem);
            }
            if under_way {
                let bar = egui::ProgressBar::new(exporting.part()).show_percentage();
                ui.add(bar.desired_width(WIDTH - 20.0));
                ui.weak("The run can go on meanwhile.");
            }
            ui.horizontal(|ui| {
                if under_way {
                    close = ui.button("Go on in the background").clicked();
                    if ui.button("Give it up").clicked() {
                        exporting.stop();
                    }
                } else {
                    go = ui.button("Export").clicked();
                    close = ui.button("Cancel").clicked();
                }
            });
        });
        if close || response.should_close() {
            self.exporting.open = false;
        }
        if go {
            self.export();
        }
    }

    /// How far an export is whose dialog was closed.
    pub(super) fn export_progress(&mut self, ui: &mut Ui) {
        if self.exporting.open || !self.exporting.under_way() {
            return;
        }
        ui.label("exporting");
        let bar = egui::ProgressBar::new(self.exporting.part());
        ui.add(bar.desired_width(80.0).show_percentage());
        if ui.button("Give up").clicked() {
            self.exporting.stop();
        }
    }

    /// Copies the run; it is exported when the copy is there.
    fn export(&mut self) {
        let begun = self.begin_export();
        match begun {
            Ok(copying) => {
                self.exporting.problem = None;
                self.exporting.way = Way::Copying(Box::new(copying));
            }
            Err(why) => self.exporting.problem = Some(why),
        }
    }

    fn begin_export(&mut self) -> Result<Copying, String> {
        let exporting = &self.exporting;
        let to = typed(&exporting.path)?;
        is_free(&to, exporting.replace, REPLACED)?;
        let format = exporting.format().ok_or("there is no such format")?;
        let folder = tempfile::tempdir().map_err(|e| format!("no temporary folder: {e}"))?;
        let (done, answer) = sync_channel(1);
        let wish = exporting.wish();
        self.simulation.send(Request::Copy {
            path: folder.path().join("run"),
            done,
        });
        Ok(Copying {
            folder,
            answer,
            format,
            wish,
            to,
        })
    }

    /// Hears of a copy, and of an export.
    fn hear_export(&mut self, ctx: &egui::Context) {
        let exporting = &mut self.exporting;
        let told: Result<String, String> = match std::mem::replace(&mut exporting.way, Way::Nowhere)
        {
            Way::Nowhere => return,
            Way::Copying(copying) => match copying.answer.try_recv() {
                Ok(Ok(())) => {
                    exporting.way = Way::Going(Box::new(in_background(*copying, ctx.clone())));
                    return;
                }
                Err(TryRecvError::Empty) => {
                    exporting.way = Way::Copying(copying);
                    return;
                }
                Ok(Err(error)) => Err(error),
                Err(TryRecvError::Disconnected) => Err("the run is gone".into()),
            },
            Way::Going(going) => match going.done.try_recv() {
                Ok(Ok(path)) => Ok(format!("exported to {}", path.display())),
                Ok(Err(error)) => Err(error),
                Err(TryRecvError::Empty) => {
                    exporting.way = Way::Going(going);
                    return;
                }
                Err(TryRecvError::Disconnected) => Err("the export broke off".into()),
            },
        };
        match told {
            Ok(told) => {
                exporting.open = false;
                self.status = Ok(told);
            }
            Err(why) if exporting.open => exporting.problem = Some(why),
            Err(why) => self.status = Err(format!("not exported: {why}")),
        }
    }
}

impl Exporting {
    /// What can be asked.
    fn wishes(&mut self, ui: &mut Ui, longest: u64) {
        let before = (self.format, self.wish().asks_for_activity());
        let variants = ExportSpec::variants();
        let chosen = variants.get(self.format).map_or("", |v| v.name);
        let formats = egui::ComboBox::from_label("format").selected_text(chosen);
        formats.show_ui(ui, |ui| {
            for (i, variant) in variants.iter().enumerate() {
                ui.selectable_value(&mut self.format, i, variant.name)
                    .on_hover_text(in_a_line(variant.doc));
            }
        });
        if let Some(variant) = variants.get(self.format) {
            ui.weak(in_a_line(variant.doc));
        }
        ui.checkbox(&mut self.part, "only a part of the time");
        if self.part {
            ui.horizontal(|ui| {
                let label = ui.label("from time");
                let field = egui::DragValue::new(&mut self.from).range(0..=longest.max(1) - 1);
                ui.add(field).labelled_by(label.id);
                let label = ui.label("to");
                let after = self.from + 1;
                self.to = self.to.max(after);
                let field = egui::DragValue::new(&mut self.to).range(after..=longest.max(after));
                ui.add(field).labelled_by(label.id);
                ui.weak("steps; episodes and ripples that touch it are whole");
            });
        }
        ui.horizontal_wrapped(|ui| {
            for what in self.held().iter().copied() {
                let name = what.name();
                let mut wanted = !self.unwanted.contains(&what);
                if ui.checkbox(&mut wanted, name).changed() {
                    if wanted {
                        self.unwanted.retain(|own| *own != what);
                    } else {
                        self.unwanted.push(what);
                    }
                }
            }
        });
        ui.horizontal(|ui| {
            let label = ui.label("units seen");
            let slider = egui::Slider::new(&mut self.percent, 1.0..=100.0);
            ui.add(slider.suffix(" %").fixed_decimals(0))
                .labelled_by(label.id)
                .on_hover_text("as electrodes see a few of many; drawn by the seed");
        });
        if before != (self.format, self.wish().asks_for_activity()) {
            self.suggest();
        }
        ui.horizontal(|ui| {
            let label = ui.label("to file");
            let edit = egui::TextEdit::singleline(&mut self.path).desired_width(FIELD);
            ui.add(edit).labelled_by(label.id);
        });
        ui.checkbox(&mut self.replace, "replace another file there");
    }
}

/// A help text as it is declared, without the ends of its lines.
fn in_a_line(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn in_background(copying: Copying, ctx: egui::Context) -> Going {
    let told = Arc::new(Told::default());
    let (send, done) = sync_channel(1);
    let telling = told.clone();
    let work = move || {
        let run = copying.folder.path().join("run");
        let last = AtomicU32::new(0);
        let goes_on = |part: f64| {
            let part = (part * PARTS) as u32;
            telling.part.store(part, Ordering::Relaxed);
            if last.swap(part, Ordering::Relaxed) != part {
                ctx.request_repaint();
            }
            !telling.stop.load(Ordering::Relaxed)
        };
        let job = Job {
            folder: &run,
            wish: copying.wish,
            goes_on: &goes_on,
        };
        let exported = copying.format.export(&job, Some(&copying.to));
        drop(send.try_send(exported.map_err(|e| e.to_string())));
        ctx.request_repaint();
    };
    let thread = std::thread::Builder::new().name("ammon-export".into());
    // Where there is no thread, the sender is gone, and that is heard.
    let thread = thread.spawn(work).ok();
    Going { done, told, thread }
}
