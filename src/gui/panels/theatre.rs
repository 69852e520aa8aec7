//! Theatre: a ripple over the steps of the episode that it replays, as the run goes or played slowly.

use std::sync::Arc;
use std::time::Duration;

use egui::{Sense, Ui, vec2};

use super::following::Following;
use super::{Ask, Panel, PanelContext, figure_menu, no_ripple};
use crate::engine::{RippleView, Scenario, Subject};
use crate::figure::{Front, Further, Lane, Palette, Theatre as Scene, points, svg};
use crate::gui::inspecting::Topic;
use crate::gui::sheet::Sheet;
use crate::gui::theme::palette;

/// Replayed steps a second that a ripple can be played at.
const SPEEDS: [f64; 5] = [0.1, 1.0, 5.0, 10.0, 50.0];

/// The theatre.
pub struct Theatre {
    sheet: Sheet,
    scene: Scene,
    /// What the scene was drawn of, in which colours, and how large.
    front: Option<Front>,
    drawn: Option<(Palette, [f32; 2])>,
    /// The ripple that is played; without one the run's is shown.
    held: Option<Played>,
    speed: f64,
    again: bool,
    further: Further,
    following: Following,
    run: u64,
}

/// A ripple that is played.
struct Played {
    view: Arc<RippleView>,
    /// Replayed steps that are shown, and a part of the next.
    place: f64,
    /// Whether it goes on.
    goes: bool,
}

impl Default for Theatre {
    fn default() -> Self {
        Self {
            sheet: Sheet::default(),
            scene: Scene::default(),
            front: None,
            drawn: None,
            held: None,
            speed: 5.0,
            again: true,
            further: Further::default(),
            following: Following::default(),
            run: 0,
        }
    }
}

impl Panel for Theatre {
    fn title(&self) -> &'static str {
        "Theatre"
    }

    fn help(&self) -> &'static str {
        "A ripple over the steps of its episode: the input, the states as they were lived, and as the ripple re-instates them. \
         With each state that comes back the rule carries its error δ one step towards the beginning; beside it is δ as exact BPTT \
         has it from a tape of the same episode, on one scale, and if you like as truncated BPTT has it, which ends after a few \
         steps. Below: the length of δ at each step on a logarithmic axis, wide and grey for exact BPTT, and the cosines of states \
         and of δ with what they should be. Of a cell with gates they can be \
         shown too. Play shows a ripple at a speed of its own, whatever the run does."
    }

    fn fits(&self, scenario: &Scenario) -> bool {
        scenario.replays()
    }

    fn play(&mut self, ripple: &Arc<RippleView>) -> bool {
        self.hold(ripple.clone());
        true
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        if self.run != cx.snapshot.run {
            self.run = cx.snapshot.run;
            self.held = None;
        }
        let followed = self.following.ripple(cx.snapshot, ui);
        self.controls(cx, &followed, ui);
        let (view, steps) = match &mut self.held {
            Some(played) => (
                played.view.clone(),
                played.go_on(self.speed, self.again, ui),
            ),
            None => (followed.clone(), followed.steps.len()),
        };
        if view.steps.is_empty() {
            ui.label(no_ripple(cx.snapshot));
            return;
        }
        let had = self.front.take();
        let had = had.filter(|front| front.is(&view, steps, self.further));
        if had.is_none() {
            self.drawn = None;
        }
        let front = had.unwrap_or_else(|| Front::new(view.clone(), steps, self.further));
        let mut caption = front.caption();
        let record = cx.snapshot.ripples.iter().rev();
        let mut record = record.filter(|r| r.ripple == view.ripple && !r.completed);
        if steps == view.steps.len()
            && let Some(failed) = record.next()
        {
            caption = format!("{caption}; {}", failed.outcome.as_str());
        }
        ui.label(&caption);
        let size = ui.available_size().max(vec2(200.0, 120.0));
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &caption));
        let wanted = (palette(ui), [size.x, size.y]);
        if self.drawn != Some(wanted) {
            self.scene = Scene::draw(&front, wanted.1, wanted.0);
            self.drawn = Some(wanted);
        }
        self.sheet.paint(ui, rect.min, &self.scene.drawing);
        let front = self.front.insert(front);
        let Some(pointer) = response.hover_pos() else {
            return;
        };
        let place = [pointer.x - rect.left(), pointer.y - rect.top()];
        let clicked = response.clicked();
        if let Some(told) = self.scene.tell(front, place) {
            response.on_hover_text_at_pointer(told);
        }
        if clicked && let Some((lane, _, part)) = self.scene.at(place) {
            (cx.ask)(Ask::Inspect(meant(lane, part, &view)));
        }
    }
}

/// Width of the frames of a talk in millimetres.
const PAGE: f32 = 120.0;

/// The scene after each replayed step, from none to all, as SVG.
fn frames(front: &Front) -> Vec<String> {
    let steps = 0..=front.view.steps.len();
    let frames = steps.map(|step| {
        let front = Front::new(front.view.clone(), step, front.further);
        let width = points(PAGE);
        let scene = Scene::draw(&front, [width, 0.6 * width], Palette::DARK);
        svg(&scene.drawing, Palette::DARK.ground)
    });
    frames.collect()
}

/// What is meant by a click: a unit where units are drawn, else the ripple.
fn meant(lane: Lane, part: f32, view: &RippleView) -> Topic {
    let units = view.decoded.units as f32;
    match lane {
        Lane::Lived | Lane::Reinstated | Lane::Carried | Lane::Exact | Lane::Truncated => {
            let unit = (part * units).min(units - 1.0).max(0.0);
            Topic::Subject(Subject::Cortical(unit as u32))
        }
        Lane::Inside(which) => {
            let parts = view.parts.map_or(&[][..], |inside| inside.parts);
            let n = view.inside.units / parts.len().max(1);
            let unit = ((part.max(0.0) * n as f32) as usize).min(n.saturating_sub(1));
            let slot = parts.get(which).map_or(0, |part| part.slot);
            Topic::Subject(Subject::Cortical((slot * n + unit) as u32))
        }
        Lane::Inputs | Lane::Sizes | Lane::Cosines => Topic::Ripple(view.ripple),
    }
}

impl Played {
    fn new(view: Arc<RippleView>) -> Self {
        Self {
            view,
            place: 0.0,
            goes: true,
        }
    }

    /// Moves on by what passed since the last frame; the steps that are shown now.
    fn go_on(&mut self, speed: f64, again: bool, ui: &Ui) -> usize {
        let all = self.view.steps.len() as f64;
        if self.goes {
            self.place += f64::from(ui.input(|i| i.stable_dt)) * speed;
            // The whole ripple stays for a while before it comes again.
            let rest = (speed * 1.5).max(1.0);
            if self.place >= all + rest && again {
                self.place = 0.0;
            }
            if self.place >= all && !again {
                self.goes = false;
            } else {
                let next = (self.place.floor() + 1.0 - self.place) / speed;
                let next = Duration::from_secs_f64(next.clamp(1.0 / 60.0, 10.0));
                ui.ctx().request_repaint_after(next);
            }
        }
        self.place.min(all) as usize
    }
}

impl Theatre {
    /// Holds a ripple and plays it from its first step.
    fn hold(&mut self, view: Arc<RippleView>) {
        self.held = Some(Played::new(view));
    }

    fn controls(&mut self, cx: &PanelContext<'_>, followed: &Arc<RippleView>, ui: &mut Ui) {
        let snapshot = cx.snapshot;
        ui.horizontal_wrapped(|ui| {
            let goes = self.held.as_ref().is_some_and(|played| played.goes);
            let there = !followed.steps.is_empty() || self.held.is_some();
            let word = if goes { "Hold" } else { "Play slowly" };
            let play = ui.add_enabled(there, egui::Button::new(word));
            if play
                .on_hover_text("Play this ripple at a speed of its own")
                .clicked()
            {
                match &mut self.held {
                    Some(played) if goes => played.goes = false,
                    Some(played) if (played.place as usize) < played.view.steps.len() => {
                        played.goes = true;
                    }
                    Some(played) => *played = Played::new(played.view.clone()),
                    None => {
                        // Also its steps that are yet to come, where it was looked back at.
                        let whole = snapshot.kept.ripple(followed.ripple).map(Arc::new);
                        self.hold(whole.unwrap_or_else(|| followed.clone()));
                    }
                }
            }
            let name = egui::ComboBox::from_id_salt("replayed steps a second")
                .selected_text(format!("{} steps/s", self.speed))
                .width(84.0)
                .show_ui(ui, |ui| {
                    for speed in SPEEDS {
                        ui.selectable_value(&mut self.speed, speed, format!("{speed} steps/s"));
                    }
                });
            name.response.on_hover_text("Replayed steps a second");
            ui.checkbox(&mut self.again, "again")
                .on_hover_text("From the beginning when it is over");
            let shown = self
                .held
                .as_ref()
                .map_or(followed.ripple, |p| p.view.ripple);
            let more = snapshot.ripples.last().is_some_and(|r| r.ripple > shown);
            let button = ui.add_enabled(there && more, egui::Button::new("Next ripple"));
            if button.clicked()
                && let Some(next) = snapshot.kept.ripple(shown + 1)
            {
                self.hold(Arc::new(next));
            }
            if self.held.is_some() {
                let follow = ui.button("Follow the run");
                if follow
                    .on_hover_text("Show the ripple that the run is at")
                    .clicked()
                {
                    self.held = None;
                }
            }
            let reach = followed.lived.as_ref().map(|lived| lived.reach);
            if let Some(reach) = reach {
                ui.checkbox(&mut self.further.truncated, format!("beside Tbptt({reach})"))
                    .on_hover_text(
                        "Truncated BPTT, which carries each loss back over so many steps",
                    );
            }
            if let Some(inside) = followed.parts {
                ui.checkbox(&mut self.further.inside, inside.name)
                    .on_hover_text("What each unit computes within a step: as lived, pale, then as the ripple makes it again");
            }
            if let Some(front) = self.front.as_ref().filter(|_| there) {
                let draw = |width: f32, palette| {
                    Scene::draw(front, [width, 0.75 * width], palette).drawing
                };
                let table = || front.table();
                figure_menu(cx, ui, "theatre", draw, Some(&table));
                let hint = "A picture of each replayed step, for a talk";
                if ui.button("Frames…").on_hover_text(hint).clicked() {
                    let (name, svgs) = ("theatre.png".into(), frames(front));
                    (cx.ask)(Ask::SaveFrames(name, svgs, PAGE));
                }
            }
        });
    }
}
