//! Circuit: regions and pathways, their activity now, and lesions by click.

use egui::{Color32, Pos2, Rect, Sense, Stroke, Ui, pos2, vec2};

use super::{Ask, Corner, Panel, PanelContext};
use crate::circuit::Place;
use crate::engine::{Command, PathwayView, RegionView, Subject};
use crate::gui::inspecting::Topic;
use crate::gui::theme::{Map, color32};

/// The circuit panel.
#[derive(Default)]
pub struct Circuit;

const BOX: egui::Vec2 = vec2(84.0, 34.0);
/// How far a loop stands off its region.
const LOOP: f32 = 30.0;

impl Panel for Circuit {
    fn title(&self) -> &'static str {
        "Circuit"
    }

    fn help(&self) -> &'static str {
        "Regions and pathways, coloured by their activity now. Click one to lesion a part of it or all, to make it whole again, \
         or to inspect it; Alt-click lesions or restores it at once."
    }

    fn corner(&self) -> Corner {
        Corner::Above
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        ui.weak("click to lesion, restore or inspect");
        let rect = ui.available_rect_before_wrap();
        ui.allocate_rect(rect, Sense::hover());
        let regions = &cx.snapshot.regions;
        let places: Vec<Rect> = regions
            .iter()
            .map(|r| Rect::from_center_size(position(r.place, rect), BOX))
            .collect();
        for pathway in &cx.snapshot.pathways {
            if let (Some(from), Some(to)) = (places.get(pathway.from), places.get(pathway.to)) {
                draw_pathway(cx, ui, pathway, *from, *to);
            }
        }
        for (region, place) in regions.iter().zip(&places) {
            draw_region(cx, ui, region, *place);
        }
    }
}

/// Where a region is drawn: the cortical column left, the hippocampal loop right. Boxes and loops stay inside.
fn position(place: Place, rect: Rect) -> Pos2 {
    let (x, y) = match place {
        Place::Input => (0.0, 1.0),
        Place::Cortex => (0.0, 0.5),
        Place::Readout => (0.0, 0.0),
        Place::Entorhinal => (0.5, 0.94),
        Place::Dentate => (1.0, 0.94),
        Place::Ca3 => (1.0, 0.38),
        Place::Ca1 => (0.5, 0.14),
        // A pathway has no box of its own.
        _ => (0.5, 0.5),
    };
    let half = BOX / 2.0 + vec2(6.0, 6.0);
    let low = rect.min + half + vec2(LOOP, 0.0);
    let room = (rect.max - half - low).max(egui::Vec2::ZERO);
    low + vec2(x * room.x, y * room.y)
}

fn draw_region(cx: &PanelContext<'_>, ui: &mut Ui, region: &RegionView, rect: Rect) {
    let response = ui.interact(rect, ui.scope_id().with(region.place), Sense::click());
    let fill = color32(Map::Viridis.color(region.activity));
    let light = region.activity > 0.6;
    let hurt = region.lesion > 0.0;
    let edge = if hurt {
        ui.visuals().error_fg_color
    } else {
        ui.visuals().widgets.noninteractive.fg_stroke.color
    };
    let width = if response.hovered() || hurt { 2.5 } else { 1.0 };
    ui.painter().rect(
        rect,
        6.0,
        fill,
        Stroke::new(width, edge),
        egui::StrokeKind::Inside,
    );
    let text = if hurt {
        format!("{} -{:.0} %", region.place, region.lesion * 100.0)
    } else {
        region.place.to_string()
    };
    let font = egui::FontId::proportional(if hurt { 11.0 } else { 13.0 });
    let color = if light {
        Color32::BLACK
    } else {
        Color32::WHITE
    };
    ui.painter().text(
        rect.center(),
        egui::Align2::CENTER_CENTER,
        text,
        font,
        color,
    );
    choose(cx, &response, region.place, region.lesion);
    let text = format!(
        "{}: {}\nactivity {:.2}",
        region.place,
        region.place.role(),
        region.activity
    );
    response.on_hover_text(text);
}

fn draw_pathway(cx: &PanelContext<'_>, ui: &mut Ui, pathway: &PathwayView, from: Rect, to: Rect) {
    let path = route(pathway.place, from, to);
    let middle = path[path.len() / 2];
    let grip = Rect::from_center_size(middle, vec2(18.0, 18.0));
    let response = ui.interact(grip, ui.scope_id().with(pathway.place), Sense::click());
    let hurt = pathway.lesion > 0.0;
    let color = if hurt {
        ui.visuals().error_fg_color
    } else {
        color32(Map::Viridis.color(pathway.activity))
    };
    let quiet = ui.visuals().weak_text_color();
    let color = if !hurt && pathway.activity <= 0.01 {
        quiet
    } else {
        color
    };
    let stroke = Stroke::new(
        if response.hovered() {
            3.5
        } else {
            1.5 + 2.0 * pathway.activity
        },
        color,
    );
    if hurt {
        ui.painter()
            .extend(egui::Shape::dashed_line(&path, stroke, 6.0, 5.0));
    } else {
        ui.painter().line(path.clone(), stroke);
    }
    if let [.., before, tip] = path[..] {
        let along = (tip - before).normalized() * 9.0;
        let side = along.rot90() * 0.45;
        let head = vec![tip, tip - along + side, tip - along - side];
        ui.painter()
            .add(egui::Shape::convex_polygon(head, color, Stroke::NONE));
    }
    ui.painter().circle(
        middle,
        4.0,
        ui.visuals().panel_fill,
        Stroke::new(1.5, color),
    );
    choose(cx, &response, pathway.place, pathway.lesion);
    let text = format!(
        "{}: {}\nactivity {:.2}, cut {:.0} %",
        pathway.place,
        pathway.place.role(),
        pathway.activity,
        pathway.lesion * 100.0
    );
    response.on_hover_text(text);
}

/// The points of a pathway: a straight line between edges, or a loop beside its region.
fn route(pathway: Place, from: Rect, to: Rect) -> Vec<Pos2> {
    if from == to {
        return loop_beside(pathway, from);
    }
    let (a, b) = (edge(from, to.center()), edge(to, from.center()));
    (0..=8).map(|i| a + (b - a) * (i as f32 / 8.0)).collect()
}

/// A pathway of a region to itself: left of the cortex, side by side above CA3.
fn loop_beside(pathway: Place, region: Rect) -> Vec<Pos2> {
    // A cubic curve reaches three quarters of the way to its control points.
    let far = LOOP / 0.75;
    let curve = if pathway == Place::Recurrent {
        let (x, y) = (region.left(), region.center().y);
        let turn = |side: f32| (pos2(x, y + 8.0 * side), pos2(x - far, y + 22.0 * side));
        [turn(1.0), turn(-1.0)]
    } else {
        let side = if pathway == Place::Sequence {
            1.0
        } else {
            -1.0
        };
        let (x, y) = (region.center().x + 21.0 * side, region.top());
        let turn = |s: f32| (pos2(x + 7.0 * s, y), pos2(x + 20.0 * s, y - far));
        [turn(-1.0), turn(1.0)]
    };
    let [(start, out), (end, back)] = curve;
    (0..=24)
        .map(|i| {
            let t = i as f32 / 24.0;
            let u = 1.0 - t;
            let sum = start.to_vec2() * (u * u * u)
                + out.to_vec2() * (3.0 * u * u * t)
                + back.to_vec2() * (3.0 * u * t * t)
                + end.to_vec2() * (t * t * t);
            sum.to_pos2()
        })
        .collect()
}

/// Where the line from a box's centre to a point leaves the box.
fn edge(rect: Rect, towards: Pos2) -> Pos2 {
    let d = towards - rect.center();
    let half = rect.size() / 2.0 + vec2(3.0, 3.0);
    let scale = (half.x / d.x.abs().max(1e-3)).min(half.y / d.y.abs().max(1e-3));
    rect.center() + d * scale.min(1.0)
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
