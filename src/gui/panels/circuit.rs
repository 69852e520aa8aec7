//! Circuit: regions and pathways, their activity now, what travels along them, and lesions by click.

use std::collections::HashMap;
use std::time::Duration;

use egui::{Rect, Sense, Ui, pos2, vec2};

use super::{Ask, Panel, PanelContext, catalogued};
use crate::circuit::Place;
use crate::engine::{Activity, Command, Subject};
use crate::figure::{Circuit as Scene, Pulse, doing};
use crate::gui::inspecting::Topic;
use crate::gui::sheet::Sheet;
use crate::gui::theme::palette;

/// The circuit panel.
#[derive(Default)]
pub struct Circuit {
    sheet: Sheet,
    /// The run and the step that was shown last, and since when.
    shown: (u64, u64),
    since: f64,
    /// Activities as they are drawn: at speed their means.
    means: HashMap<Place, f32>,
}

/// Steps a second above which single steps cannot be told apart: means are shown.
const FAST: f64 = 60.0;
/// Steps a second above which what travels does so steadily, not once a step.
const STEADY: f64 = 4.0;
/// Seconds that means are taken over.
const MEAN: f64 = 0.5;
/// Seconds that a pulse takes, and between two of them at speed.
const TRAVELS: f64 = 0.2;
const APART: f64 = 0.8;
/// Activity that is seen to travel.
const SEEN: f32 = 0.01;

impl Panel for Circuit {
    fn title(&self) -> &'static str {
        "Circuit"
    }

    fn help(&self) -> &'static str {
        "Regions and pathways, coloured by their activity now: teal carries what is lived, orange what is replayed. Dots in Cortex \
         and CA3 are units. At speed means of half a second are shown. Click one to lesion a part of it or all, to make it whole \
         again, or to inspect it; Alt-click lesions or restores it at once. Animation can be switched off in View."
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        let snapshot = cx.snapshot;
        let fast = snapshot.activity == Activity::Running && snapshot.rate > FAST;
        ui.horizontal(|ui| {
            let replays = snapshot.began.as_ref().is_some_and(|s| s.replays());
            let told = match (fast, replays) {
                (true, true) => format!("by turns awake and asleep, {:.0} steps/s", snapshot.rate),
                (true, false) => format!("{}, {:.0} steps/s", snapshot.phase, snapshot.rate),
                (false, _) => doing(snapshot),
            };
            catalogued(cx, ui, "circuit");
            ui.add(egui::Label::new(told).truncate());
        });
        let size = ui.available_size().max(vec2(120.0, 100.0));
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        let pulses = self.pulses(cx, fast, ui);
        let means = &self.means;
        let shown = |place: Place| means.get(&place).copied().unwrap_or(0.0);
        let scene = Scene::draw(snapshot, &shown, &pulses, [size.x, size.y], palette(ui));
        let before = ui.clip_rect();
        // Where there is hardly any room its loops stay off what is above it.
        ui.set_clip_rect(before.intersect(rect));
        self.sheet.paint(ui, rect.min, &scene.drawing);
        ui.set_clip_rect(before);
        for (place, [x, y]) in &scene.pathways {
            let at = rect.min + vec2(*x, *y);
            let grip = Rect::from_center_size(at, vec2(18.0, 18.0));
            self::place(cx, ui, *place, grip, shown(*place));
        }
        for (place, area) in &scene.regions {
            let min = rect.min + vec2(area.x, area.y);
            let rect = Rect::from_min_size(pos2(min.x, min.y), vec2(area.width, area.height));
            self::place(cx, ui, *place, rect, shown(*place));
        }
    }
}

impl Circuit {
    /// Takes in what is active now; what travels along the pathways.
    fn pulses(&mut self, cx: &PanelContext<'_>, fast: bool, ui: &Ui) -> Vec<Pulse> {
        let snapshot = cx.snapshot;
        let (now, passed) = ui.input(|i| (i.time, f64::from(i.stable_dt)));
        let here = (snapshot.run, snapshot.step);
        let moved = std::mem::replace(&mut self.shown, here) != here;
        if moved {
            self.since = now;
        }
        // Means only where steps pass faster than they can be seen.
        let part = if fast {
            (passed / MEAN).min(1.0) as f32
        } else {
            1.0
        };
        for place in Place::ALL {
            let mean = self.means.entry(place).or_default();
            let active = snapshot.at(place).map_or(0.0, |(active, _)| active);
            *mean += (active - *mean) * part;
        }
        let running = snapshot.activity == Activity::Running;
        if cx.still || !(running || moved || now - self.since < TRAVELS) {
            return Vec::new();
        }
        let since = now - self.since;
        let steady = running && snapshot.rate > STEADY;
        let at = if steady {
            (now % APART) / TRAVELS
        } else {
            since / TRAVELS
        };
        if at > 1.2 && !steady {
            return Vec::new();
        }
        ui.ctx().request_repaint_after(Duration::from_millis(16));
        // Fast at first; what has arrived goes on, and its trail with it.
        let eased = if at < 1.0 {
            1.0 - (1.0 - at).powi(2)
        } else {
            at
        };
        let active = snapshot.pathways.iter().map(|p| p.place);
        let active = active.filter(|place| self.means[place] > SEEN);
        let pulse = |along| Pulse {
            along,
            at: eased as f32,
        };
        active.map(pulse).collect()
    }
}

/// What can be done with a region or pathway, and what is told of it.
fn place(cx: &PanelContext<'_>, ui: &Ui, place: Place, rect: Rect, active: f32) {
    let lesion = cx.snapshot.at(place).map_or(0.0, |(_, lesion)| lesion);
    let response = ui.interact(rect, ui.scope_id().with(place), Sense::click());
    if response.hovered() || response.has_focus() {
        let stroke = egui::Stroke::new(2.0, ui.visuals().strong_text_color());
        let kind = egui::StrokeKind::Outside;
        ui.painter().rect_stroke(rect, 8.0, stroke, kind);
    }
    choose(cx, &response, place, lesion);
    let missing = if lesion > 0.0 {
        format!(", {:.0} % missing", lesion * 100.0)
    } else {
        String::new()
    };
    let text = format!("{place}: {}\nactivity {active:.2}{missing}", place.role());
    response.on_hover_text(text);
}

/// A click shows what the place is, with a lesion of any size; with Alt it is lesioned, or restored, at once.
fn choose(cx: &PanelContext<'_>, response: &egui::Response, target: Place, lesion: f64) {
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, target.name()));
    let apply = |fraction: f64| {
        let command = if fraction > 0.0 {
            Command::Lesion { target, fraction }
        } else {
            Command::Restore { target }
        };
        (cx.ask)(Ask::Change(command));
    };
    let at_once = response.clicked() && response.ctx.input(|i| i.modifiers.alt);
    if at_once {
        apply(if lesion > 0.0 { 0.0 } else { 1.0 });
        return;
    }
    let wanted = response.id.with("wanted");
    if response.clicked() {
        let percent = if lesion > 0.0 { lesion * 100.0 } else { 100.0 };
        response
            .ctx
            .data_mut(|data| data.insert_temp(wanted, percent));
    }
    let close = egui::PopupCloseBehavior::CloseOnClickOutside;
    let popup = egui::Popup::from_toggle_button_response(response).close_behavior(close);
    popup.show(|ui| {
        ui.set_max_width(280.0);
        ui.strong(target.name());
        ui.label(target.role());
        let mut percent: f64 = ui.data(|data| data.get_temp(wanted)).unwrap_or(100.0);
        ui.horizontal(|ui| {
            let label = ui.label("lesion");
            let slider = egui::Slider::new(&mut percent, 0.0..=100.0)
                .fixed_decimals(0)
                .suffix(" %");
            ui.add(slider).labelled_by(label.id);
        });
        ui.data_mut(|data| data.insert_temp(wanted, percent));
        ui.label(target.lesion());
        ui.horizontal(|ui| {
            if ui.button("Lesion").clicked() {
                apply(percent.round() / 100.0);
                ui.close();
            }
            if ui
                .add_enabled(lesion > 0.0, egui::Button::new("Restore"))
                .clicked()
            {
                apply(0.0);
                ui.close();
            }
            if ui.button("Inspect it").clicked() {
                (cx.ask)(Ask::Inspect(Topic::Subject(Subject::Place(target))));
                ui.close();
            }
        });
    });
}
