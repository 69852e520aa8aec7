//! One widget that draws any declared parameter: a slider, a field, a tick or a choice.

use egui::{Color32, Id, Stroke, Ui, pos2};

use crate::registry::{At, Bounds, Kind};

/// What became of a parameter's control.
pub enum Control {
    /// Nothing.
    Same,
    /// It is being typed or dragged: so far this.
    Editing(String),
    /// It was left as it was.
    Left,
    /// It has another value, in RON.
    Changed(String),
}

/// A slider's width.
const WIDTH: f32 = 110.0;

/// Draws the control of a parameter; `typed` is what was typed or dragged so far.
pub fn control(ui: &mut Ui, at: &At, path: &str, label: Id, typed: Option<&str>) -> Control {
    kind(ui, &at.field.kind, at, path, label, typed)
}

fn kind(
    ui: &mut Ui,
    kind_here: &Kind,
    at: &At,
    path: &str,
    label: Id,
    typed: Option<&str>,
) -> Control {
    match kind_here {
        Kind::Bool => {
            let mut on = at.value == "true";
            let changed = ui.checkbox(&mut on, "").labelled_by(label).changed();
            changed_to(changed, on.to_string())
        }
        Kind::Int(bounds) | Kind::Float(bounds) if at.value.parse::<f64>().is_ok() => {
            let whole = matches!(kind_here, Kind::Int(_));
            number(
                ui,
                at,
                bounds.within(at.field.bounds.min, at.field.bounds.max),
                whole,
                label,
                typed,
            )
        }
        Kind::Choice { variants, .. } => {
            let mut chosen = at.word().to_string();
            let before = chosen.clone();
            let combo = egui::ComboBox::from_id_salt(("parameter", path))
                .selected_text(&chosen)
                .show_ui(ui, |ui| {
                    for variant in variants() {
                        ui.selectable_value(&mut chosen, variant.name.to_string(), variant.name)
                            .on_hover_text(variant.doc.trim());
                    }
                });
            combo.response.labelled_by(label);
            changed_to(chosen != before, chosen)
        }
        Kind::Optional(item) => {
            let mut there = at.value != "None";
            let check = ui.checkbox(&mut there, "").labelled_by(label);
            if check.on_hover_text("whether there is one").changed() {
                return Control::Changed(if there { first(&item()) } else { "None".into() });
            }
            if !there {
                ui.label("none");
                return Control::Same;
            }
            let inner = At {
                value: bare(&at.value),
                ..at.clone()
            };
            kind(ui, &item(), &inner, path, label, typed)
        }
        // Its fields are shown below it.
        Kind::Struct { .. } => Control::Same,
        Kind::List { .. } if at.value.len() > 120 => {
            ui.label("…");
            Control::Same
        }
        _ => text(ui, at, label, typed),
    }
}

fn changed_to(changed: bool, value: String) -> Control {
    if changed {
        Control::Changed(value)
    } else {
        Control::Same
    }
}

/// What stands in `Some(…)`.
fn bare(value: &str) -> String {
    let inner = value
        .strip_prefix("Some(")
        .and_then(|v| v.strip_suffix(')'));
    inner.unwrap_or(value).to_string()
}

/// A value to begin with.
fn first(kind: &Kind) -> String {
    match kind {
        Kind::Bool => "true".into(),
        Kind::Int(b) | Kind::Float(b) => {
            let low = if b.min.is_finite() { b.min } else { 0.0 };
            let value = low.max(1.0).min(b.max);
            value.to_string()
        }
        Kind::Choice { variants, .. } => variants()
            .first()
            .map_or(String::new(), |v| v.name.to_string()),
        Kind::Text(_) => "\"\"".into(),
        Kind::List { .. } => "[]".into(),
        Kind::Struct { .. } => "()".into(),
        Kind::Optional(_) => "None".into(),
    }
}

/// A slider where the range has two ends, and a number to type or drag.
fn number(
    ui: &mut Ui,
    at: &At,
    bounds: Bounds,
    whole: bool,
    label: Id,
    typed: Option<&str>,
) -> Control {
    let text = typed.unwrap_or(&at.value);
    let Ok(mut value) = text.parse::<f64>() else {
        return Control::Left;
    };
    let before = value;
    let ends = bounds.min.is_finite() && bounds.max.is_finite();
    let mut done = false;
    let mut active = false;
    // Larger whole numbers, a seed for example, are not found by dragging.
    if ends && bounds.max <= 1e9 {
        let wide = bounds.max - bounds.min > 1000.0
            || (bounds.min > 0.0 && bounds.max / bounds.min > 1000.0);
        ui.spacing_mut().slider_width = WIDTH;
        let mut slider = egui::Slider::new(&mut value, bounds.min..=bounds.max)
            .show_value(false)
            .logarithmic(wide)
            .smallest_positive(if whole { 1.0 } else { 1e-6 });
        if whole {
            slider = slider.integer();
        }
        let rail = ui.add(slider).labelled_by(label);
        mark_default(ui, &rail, at, bounds, wide, whole);
        done |= rail.drag_stopped() || (rail.changed() && !rail.dragged());
        active |= rail.dragged();
    }
    let speed = if whole {
        0.2
    } else {
        (value.abs() * 0.01).max(1e-6)
    };
    let mut field = egui::DragValue::new(&mut value)
        .speed(speed)
        .range(bounds.min..=bounds.max);
    field = if whole {
        field.max_decimals(0)
    } else {
        field.max_decimals(9)
    };
    let field = ui.add(field).labelled_by(label);
    done |= field.drag_stopped()
        || field.lost_focus()
        || (field.changed() && !field.dragged() && !field.has_focus());
    active |= field.dragged() || field.has_focus();
    let told = if whole {
        format!("{value:.0}")
    } else {
        shortest(value)
    };
    let now = at.value.parse::<f64>().unwrap_or(f64::NAN);
    let differs = value != now;
    if done && differs {
        Control::Changed(told)
    } else if done {
        Control::Left
    } else if active && (value != before || typed.is_some()) {
        Control::Editing(told)
    } else {
        Control::Same
    }
}

/// As short as it can be written, and a number with a point.
fn shortest(value: f64) -> String {
    format!("{value:?}")
}

/// A mark at the default on a slider.
fn mark_default(ui: &Ui, rail: &egui::Response, at: &At, bounds: Bounds, wide: bool, whole: bool) {
    let default = at
        .field
        .default
        .as_deref()
        .and_then(|d| bare(d).parse::<f64>().ok());
    let Some(default) = default.filter(|d| bounds.contain(*d)) else {
        return;
    };
    let part = if wide {
        let least = if whole { 1.0_f64 } else { 1e-6 };
        let place = |v: f64| v.max(least).ln();
        (place(default) - place(bounds.min)) / (place(bounds.max) - place(bounds.min))
    } else {
        (default - bounds.min) / (bounds.max - bounds.min)
    };
    // The handle's middle stops half its width before either end.
    let inset = rail.rect.height() / 2.5;
    let (left, right) = (rail.rect.left() + inset, rail.rect.right() - inset);
    let x = left + (right - left) * part.clamp(0.0, 1.0) as f32;
    let stroke = Stroke::new(1.5, Color32::from_gray(150));
    let bottom = rail.rect.bottom();
    ui.painter()
        .line_segment([pos2(x, bottom - 3.0), pos2(x, bottom)], stroke);
}

/// RON to type.
fn text(ui: &mut Ui, at: &At, label: Id, typed: Option<&str>) -> Control {
    let mut value = typed.unwrap_or(&at.value).to_string();
    let edit = ui.add(egui::TextEdit::singleline(&mut value).desired_width(WIDTH * 1.6));
    let edit = edit.labelled_by(label);
    if edit.lost_focus() {
        if value == at.value || ui.input(|i| i.key_pressed(egui::Key::Escape)) {
            return Control::Left;
        }
        return Control::Changed(value);
    }
    if edit.changed() {
        return Control::Editing(value);
    }
    Control::Same
}
