//! Doing what was wished: branches, changes, trials, comparisons.

use std::sync::Arc;
use std::time::Duration;

use super::leaving::Leaving;
use super::pictures::Work;
use super::{App, Asking, Middle};
use crate::engine::{Activity, BranchView, COMPARED, Request, Snapshot};
use crate::gui::panels::{Ask, duplicate};
use crate::gui::simulation::Wish;
use crate::gui::trying::{Trial, trial};
use crate::scenario::TrySpec;

/// Seconds for which a panel is outlined.
const OUTLINED: f64 = 2.0;

impl App {
    /// Wishes something; says why where it cannot be, and whether it was done.
    pub(super) fn wish(&mut self, wish: Wish) -> bool {
        let moves = matches!(
            wish,
            Wish::Fork(_)
                | Wish::Relive
                | Wish::Undo
                | Wish::Redo
                | Wish::Activate(_)
                | Wish::Add(..)
        );
        if let Err(error) = self.simulation.wish(wish) {
            self.status = Err(error);
            return false;
        }
        if moves {
            self.looking.live();
        }
        true
    }

    /// Begins a branch at a step; whether there is one now.
    fn branch(&mut self, step: u64) -> bool {
        let begun = self.wish(Wish::Fork(step));
        if begun {
            self.status = Ok(format!("a branch from step {step}"));
        }
        begun
    }

    /// Makes sure that what comes next is of the moment that is looked at: in the past a branch begins there. Where none can,
    /// nothing shall come.
    fn settle(&mut self) -> bool {
        match self.looking.at() {
            Some(step) => self.branch(step),
            None => true,
        }
    }

    /// Runs on from the moment that is looked at, as a branch; at the live end it just runs on.
    pub(super) fn run_on(&mut self) {
        if self.settle() {
            self.simulation.send(Request::Run);
        }
    }

    /// Gives a branch up that is on its way to where it begins.
    pub(super) fn cancel(&mut self) {
        let active = self.simulation.list().into_iter().find(|run| run.active);
        if let Some(run) = active {
            self.wish(Wish::Delete(run.id));
        }
    }

    /// Does what a panel asks for. A change in the past makes a branch.
    pub(super) fn do_asked(&mut self, ask: Ask, ctx: &egui::Context) {
        match ask {
            Ask::Change(command) => {
                if self.settle() {
                    self.simulation.send(Request::Apply(command));
                }
            }
            Ask::Look(step) => {
                let live = self.simulation.snapshot();
                self.looking.look(step, &live);
            }
            Ask::Bring(title) => self.bring_forward(&title),
            Ask::Play(ripple) => {
                let player = self.panels.iter_mut().find_map(|panel| {
                    let plays = panel.play(&ripple);
                    plays.then(|| panel.title())
                });
                if let Some(player) = player {
                    self.bring_forward(player);
                }
            }
            Ask::Alone(title) => self.alone = Some(title),
            Ask::Outline(title) => {
                let now = ctx.input(|i| i.time);
                self.outlined = Some((title, now + OUTLINED));
                ctx.request_repaint_after(Duration::from_secs_f64(OUTLINED));
            }
            Ask::Lesson(name) => self.take_lesson(name, false, ctx),
            Ask::LessonStep(by) => self.lessons.get_mut().step(by),
            Ask::Try(action) => self.attempt(&action),
            Ask::Duplicate(id) => {
                if self.wish(Wish::Activate(id)) {
                    duplicate(ctx, id);
                    self.bring_forward("Parameters");
                }
            }
            Ask::Save(id) => {
                if self.wish(Wish::Activate(id)) {
                    self.ask(Asking::Save);
                }
            }
            Ask::SaveRun => self.ask(Asking::Save),
            Ask::Begin(scenario, name) => {
                if self.wish(Wish::Add(scenario, name)) {
                    self.simulation.send(Request::Run);
                }
            }
            Ask::Inspect(topic) => {
                self.inspecting.get_mut().look_into(topic);
                self.bring_forward("Inspect");
            }
            Ask::SaveText => self.ask(Asking::SaveText),
            Ask::SaveFigure(name, bytes) => self.save_as(name, Work::File(bytes)),
            Ask::SaveFrames(name, svgs, mm) => self.save_as(name, Work::Frames(svgs, mm)),
            Ask::Tell(problem) => self.status = Err(problem),
            Ask::CopyCommand => self.copy_command(ctx),
            Ask::Wish(Wish::Delete(id)) => self.delete(id),
            Ask::Wish(wish) => {
                self.wish(wish);
            }
        }
    }

    /// Takes a lesson: its scenario is loaded where another one is at hand, and run slowly at once or not.
    pub(super) fn take_lesson(&mut self, name: Option<&str>, run: bool, ctx: &egui::Context) {
        let lessons = self.lessons.get_mut();
        let Some(name) = name else {
            lessons.leave();
            return;
        };
        let Some(scenario) = lessons.take(name) else {
            self.status = Err(format!("there is no lesson {name}"));
            return;
        };
        self.dock.bring_forward("Guide");
        if run {
            self.begin_slowly();
        }
        let live = self.simulation.snapshot();
        if live.title != scenario.title {
            self.leave(Leaving::Load(Box::new(scenario), run), ctx);
            return;
        }
        self.middle = Middle::Panels;
        if run && live.activity == Activity::Paused {
            self.simulation.send(Request::Run);
        }
    }

    /// Tries what the scenario suggests.
    pub(super) fn attempt(&mut self, action: &TrySpec) {
        let live = self.simulation.snapshot();
        let (Some(began), Some(now)) = (&live.began, &live.now) else {
            return;
        };
        match trial(action, began, now) {
            Ok(Trial::Branch(commands)) => {
                let step = self.looking.at().unwrap_or(live.live_step);
                if self.branch(step) {
                    for command in commands {
                        self.simulation.send(Request::Apply(command));
                    }
                    self.simulation.send(Request::Run);
                }
            }
            Ok(Trial::Run(scenario, name, compared)) => {
                let before = self.simulation.list().into_iter().find(|run| run.active);
                let told = format!("a new run: {name}");
                if !self.wish(Wish::Add(scenario, name)) {
                    return;
                }
                self.status = Ok(told);
                if let Some(before) = before.filter(|_| compared) {
                    self.wish(Wish::Compare(before.id, true));
                }
                self.simulation.send(Request::Run);
            }
            Ok(Trial::Load(scenario)) => self.opening = Some(scenario),
            Err(why) => self.status = Err(why),
        }
    }

    /// Puts the command that does the run at hand in a terminal on the clipboard.
    pub(super) fn copy_command(&mut self, ctx: &egui::Context) {
        let live = self.simulation.snapshot();
        let Some(began) = &live.began else { return };
        self.status = self.documents.borrow().command_line(began).map(|command| {
            let told = match live.journal.len() {
                0 => format!("copied: {command}"),
                n => format!("copied, without the {n} changes made while it ran: {command}"),
            };
            ctx.copy_text(command);
            told
        });
    }

    /// The runs that are compared with the one at hand, with what is to be seen of them.
    pub(super) fn others(&self, runs: &[BranchView]) -> Vec<(BranchView, Arc<Snapshot>)> {
        let others = runs.iter().filter(|run| run.compared && !run.active);
        let seen = others.filter_map(|run| {
            let mut snapshot = self.simulation.snapshot_of(run.id)?;
            // All are looked at at the same moment.
            if let Some(step) = self.looking.at() {
                let mut then = Snapshot::clone(&snapshot);
                if snapshot.kept.draw(step, &mut then) {
                    snapshot = Arc::new(then);
                }
            }
            Some((run.clone(), snapshot))
        });
        seen.take(COMPARED - 1).collect()
    }

    /// Removes a run; one that is not saved is asked about.
    pub(super) fn delete(&mut self, id: u64) {
        let runs = self.simulation.list();
        match runs.into_iter().find(|run| run.id == id) {
            Some(run) if run.unsaved => self.deleting = Some(run),
            Some(run) => {
                self.wish(Wish::Delete(run.id));
            }
            None => {}
        }
    }
}
