//! What stands in the middle of the window.

use std::cell::RefCell;

use egui::Ui;

use super::leaving::Leaving;
use super::{App, Asking, Middle};
use crate::engine::{Activity, Snapshot};
use crate::gui::broken::{self, Way};
use crate::gui::closing;
use crate::gui::gallery::Choice;
use crate::gui::looking::Looking;
use crate::gui::panels::PanelContext;

/// The height of a window that has room for the closing card.
const ROOMY: f32 = 480.0;

impl App {
    /// The card at the end of a run, above the timeline, until it is closed.
    pub(super) fn closing(&mut self, ui: &mut Ui, live: &Snapshot) {
        let ended = matches!(live.activity, Activity::Finished | Activity::Failed(_));
        let this = (live.run, live.live_step);
        if !ended
            || live.live_step == 0
            || self.closed == Some(this)
            || ui.available_height() < ROOMY
        {
            return;
        }
        let asked = RefCell::new(Vec::new());
        let ask = |ask| asked.borrow_mut().push(ask);
        let shown = egui::Panel::bottom("closing").show(ui, |ui| closing::card(ui, live, &ask));
        let free = !self.busy() && !egui::Popup::is_any_open(ui.ctx());
        let escaped = free && ui.input(|i| i.key_pressed(egui::Key::Escape));
        if shown.inner || escaped {
            self.closed = Some(this);
        }
        for ask in asked.into_inner() {
            self.do_asked(ask, ui.ctx());
        }
    }

    /// Another run: panels are laid out for its scenario, and those that matter there come forward.
    pub(super) fn meet(&mut self, live: &Snapshot) {
        self.met = Some(live.run);
        self.looking = Looking::default();
        let scenario = live.began.as_deref();
        if let Some(scenario) = scenario {
            self.dock.fit(&self.panels, scenario);
        }
        let measuring = self.panels.iter().find(|p| p.shows_measurements());
        let measuring = measuring
            .map(|panel| panel.title())
            .filter(|_| live.measures);
        let only = measuring.filter(|_| live.only_measures);
        if self.titled != live.title || only.is_some() {
            self.alone = only.map(Into::into);
        }
        self.titled.clone_from(&live.title);
        let panels = self.panels.iter();
        let matter = panels.filter(|p| scenario.is_some_and(|s| p.matters(s)));
        let matter = matter.map(|p| p.title());
        for title in measuring.into_iter().chain(matter) {
            self.dock.bring_forward(title);
        }
    }

    pub(super) fn middle(&mut self, ui: &mut Ui, snapshot: &Snapshot) {
        match &self.middle {
            Middle::Panels => {
                let runs = self.simulation.list();
                let others = self.others(&runs);
                let mut compared = vec![snapshot];
                compared.extend(others.iter().map(|(_, other)| &**other));
                let differ = self.comparing.differences(&compared).to_vec();
                let asked = RefCell::new(Vec::new());
                let now = ui.input(|i| i.time);
                let outlined = self.outlined.as_ref().filter(|(_, until)| now < *until);
                let outlined = outlined.map(|(title, _)| title.clone());
                let ask = |ask| asked.borrow_mut().push(ask);
                let cx = PanelContext {
                    snapshot,
                    runs: &runs,
                    others: &others,
                    base: self.timeline.base,
                    differ: &differ,
                    documents: &self.documents,
                    inspecting: &self.inspecting,
                    lessons: &self.lessons,
                    still: self.looks.still,
                    outlined: outlined.as_deref(),
                    ask: &ask,
                };
                let alone = self.alone.clone();
                let alone = alone.as_deref();
                let side = |title: &str| {
                    let mut panels = self.panels.iter();
                    panels.any(|p| p.title() == title && p.aside())
                };
                if snapshot.only_measures && alone.is_some_and(|title| !side(title)) {
                    // What the scenario suggests stands beside its curves.
                    let side = self.panels.iter_mut().find(|p| p.aside());
                    if let Some(side) = side {
                        egui::Panel::right("beside")
                            .default_size(300.0)
                            .show(ui, |ui| side.ui(&cx, ui));
                    }
                }
                let only = self.panels.iter_mut().find(|p| Some(p.title()) == alone);
                match only {
                    Some(panel) => framed(ui, |ui| {
                        ui.horizontal(|ui| {
                            ui.heading(panel.title());
                            if ui.button("Show all panels").clicked() {
                                self.alone = None;
                            }
                        });
                        panel.ui(&cx, ui);
                    }),
                    None => self.dock.ui(ui, &mut self.panels, &cx),
                }
                for ask in asked.into_inner() {
                    self.do_asked(ask, ui.ctx());
                }
            }
            Middle::Gallery => {
                let lessons = self.lessons.borrow();
                let still = self.looks.still;
                let gallery = &mut self.gallery;
                let chosen = framed(ui, |ui| gallery.show(ui, &snapshot.title, &lessons, still));
                drop(lessons);
                let ctx = ui.ctx().clone();
                match chosen {
                    Some(Choice::Load(scenario, run)) => {
                        self.leave(Leaving::Load(scenario, run), &ctx);
                    }
                    Some(Choice::Edit(scenario)) => {
                        self.dock.bring_forward("Text");
                        self.leave(Leaving::Load(scenario, false), &ctx);
                    }
                    Some(Choice::Lesson(name, run)) => self.take_lesson(Some(name), run, &ctx),
                    Some(Choice::Back) => self.middle = Middle::Panels,
                    Some(Choice::Open) => self.ask(Asking::Open),
                    None => {}
                }
            }
            Middle::Broken(diagnostics, file) => {
                match framed(ui, |ui| broken::show(ui, diagnostics, file.is_some())) {
                    Some(Way::Mend) => {
                        let file = file.clone().unwrap_or_default();
                        self.mend(&file);
                    }
                    Some(Way::Back) => self.middle = Middle::Panels,
                    None => {}
                }
            }
        }
    }
}

fn framed<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    ui.painter().rect_filled(
        ui.available_rect_before_wrap(),
        0.0,
        ui.visuals().panel_fill,
    );
    egui::Frame::new().inner_margin(16).show(ui, content).inner
}
