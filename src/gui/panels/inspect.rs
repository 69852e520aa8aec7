//! Inspect: what was clicked, with its numbers, its strongest connections, its activity, and weights as pictures.

use std::sync::Arc;

use egui::{CollapsingHeader, RichText, ScrollArea, Ui};

use super::{Ask, Panel, PanelContext, figure_menu};
use crate::engine::{Findings, Link, Matrix, Subject};
use crate::figure::plot::{Axis, Curve, Drawn, Plot};
use crate::figure::{Matrix as Values, largest};
use crate::gui::chart::chart;
use crate::gui::heatmap::{Heatmap, Picture};
use crate::gui::inspecting::Topic;
use crate::gui::theme::palette;

/// The inspection panel.
#[derive(Default)]
pub struct Inspect {
    maps: Vec<Heatmap>,
}

/// Side of a picture of weights at most, in points.
const SIDE: f32 = 320.0;

impl Panel for Inspect {
    fn title(&self) -> &'static str {
        "Inspect"
    }

    fn help(&self) -> &'static str {
        "What was clicked: a unit in Cortex or CA3, a ripple or an engram, a region or pathway, a point of a curve. Its numbers, \
         its strongest connections in and out, what it takes part in, its activity over the shown episode or ripple, weights \
         as pictures with their eigenvalues. Looking back, it is found out by running to that moment again."
    }

    fn aside(&self) -> bool {
        true
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        let inspecting = &mut *cx.inspecting.borrow_mut();
        inspecting.see();
        let Some(topic) = inspecting.topic().cloned() else {
            ui.label(
                "Click a unit in Cortex or CA3, Inspect on a region, pathway or ripple, or a point of a curve.",
            );
            begin(cx, ui);
            return;
        };
        ui.horizontal(|ui| {
            let before = inspecting.before().map(ToString::to_string);
            let back = ui.add_enabled(before.is_some(), egui::Button::new("< Back"));
            if let Some(before) = before
                && back.on_hover_text(before).clicked()
            {
                inspecting.back();
            }
            if let Some(progress) = inspecting.progress() {
                let bar = egui::ProgressBar::new(progress as f32).desired_width(90.0);
                ui.add(bar)
                    .on_hover_text("running to this moment again, to find it out");
                if ui.button("Give up").clicked() {
                    inspecting.cancel();
                }
            } else if inspecting.given_up() && ui.button("Find out of this moment").clicked() {
                inspecting.again();
            }
        });
        ScrollArea::vertical()
            .auto_shrink(false)
            .show(ui, |ui| match &topic {
                Topic::Ripple(ripple) => self::ripple(cx, *ripple, ui),
                Topic::Point { name, time, value } => point(cx, (name, *time, *value), ui),
                Topic::Subject(subject) => match inspecting.found() {
                    Some((step, Ok(found))) => self.found(cx, subject, step, found, ui),
                    Some((_, Err(why))) => {
                        heading(ui, &subject.to_string());
                        ui.label(why);
                    }
                    None => {
                        heading(ui, &subject.to_string());
                        ui.label("…");
                    }
                },
            });
    }
}

/// Where one can begin.
fn begin(cx: &PanelContext<'_>, ui: &mut Ui) {
    ui.horizontal_wrapped(|ui| {
        for region in &cx.snapshot.regions {
            if ui.link(region.place.name()).clicked() {
                let subject = Subject::Place(region.place);
                (cx.ask)(Ask::Inspect(Topic::Subject(subject)));
            }
        }
    });
}

fn heading(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).strong().size(16.0));
}

fn facts(ui: &mut Ui, facts: &[(String, String)]) {
    egui::Grid::new("facts").num_columns(2).show(ui, |ui| {
        for (name, value) in facts {
            ui.label(name);
            ui.label(RichText::new(value).strong());
            ui.end_row();
        }
    });
}

fn links(cx: &PanelContext<'_>, ui: &mut Ui, links: &[Link]) {
    ui.horizontal_wrapped(|ui| {
        for link in links {
            match &link.to {
                Some(subject) if ui.link(&link.name).clicked() => {
                    let topic = Topic::Subject(subject.clone());
                    (cx.ask)(Ask::Inspect(topic));
                }
                Some(_) => {}
                None => {
                    ui.label(&link.name);
                }
            }
            if !link.value.is_empty() {
                ui.label(RichText::new(&link.value).monospace().size(12.0));
            }
            ui.add_space(6.0);
        }
    });
}

impl Inspect {
    fn found(
        &mut self,
        cx: &PanelContext<'_>,
        subject: &Subject,
        step: Option<u64>,
        found: &Findings,
        ui: &mut Ui,
    ) {
        heading(ui, &found.title);
        ui.label(&found.told);
        let of = step.map_or("as of the live end".into(), |step| {
            format!("as of step {step}")
        });
        ui.label(RichText::new(of).weak());
        facts(ui, &found.facts);
        activity(cx, subject, ui);
        for (name, list) in &found.lists {
            CollapsingHeader::new(name)
                .default_open(list.len() <= 24)
                .show(ui, |ui| links(cx, ui, list));
        }
        self.maps
            .resize_with(found.matrices.len(), Heatmap::default);
        for (map, matrix) in self.maps.iter_mut().zip(&found.matrices) {
            weights(cx, map, matrix, ui);
        }
    }
}

/// A unit over the shown episode, or ripple.
fn activity(cx: &PanelContext<'_>, subject: &Subject, ui: &mut Ui) {
    let (snapshot, colors) = (cx.snapshot, palette(ui));
    let (points, label, color): (Vec<[f64; 2]>, _, _) = match subject {
        Subject::Cortical(row) => {
            let states = &snapshot.cortex.states;
            let row = *row as usize;
            if row >= states.units {
                return;
            }
            let values = (0..states.steps()).map(|t| {
                let value = states.values[t * states.units + row];
                [t as f64, f64::from(value)]
            });
            (
                values.collect(),
                "activity over the shown episode",
                colors.lived,
            )
        }
        Subject::Winner(unit) => {
            let steps = snapshot.ripple.steps.iter().enumerate();
            let active = steps.map(|(i, step)| {
                let is = step.active.binary_search(unit).is_ok();
                [i as f64, f64::from(u8::from(is))]
            });
            (
                active.collect(),
                "active in the shown ripple",
                colors.replayed,
            )
        }
        _ => return,
    };
    if points.is_empty() {
        return;
    }
    ui.label(label);
    let mut plot = Plot::new(Axis::new("step", &[]), Axis::new("", &[0.0]));
    plot.curves.push(Curve {
        points,
        color,
        drawn: Drawn::Both,
        ..Curve::default()
    });
    chart(cx, ui, "inspected activity", 90.0, plot);
}

/// Weights as a picture, with their eigenvalues where they feed back.
fn weights(cx: &PanelContext<'_>, map: &mut Heatmap, matrix: &Matrix, ui: &mut Ui) {
    let scale = largest(&matrix.values.values);
    let (rows, columns) = (matrix.values.units, matrix.values.steps());
    ui.add_space(6.0);
    ui.label(RichText::new(&matrix.name).strong());
    let pooled = match matrix.pooled {
        0 | 1 => String::new(),
        n => format!(", {n} × {n} to a cell"),
    };
    ui.label(format!(
        "{} ({rows} rows) by {} ({columns} columns){pooled}",
        matrix.rows, matrix.columns
    ));
    let pool = matrix.pooled.max(1);
    let told = |row: usize, column: usize, value: f32| {
        let span = |name: &str, at: usize| match pool {
            1 => format!("{name} {at}"),
            n => format!("{name}s {} to {}", at * n, (at + 1) * n - 1),
        };
        format!(
            "{}, {}: {value:+.4}",
            span(&matrix.rows, row),
            span(&matrix.columns, column)
        )
    };
    let shown = Values::signed(&matrix.values, scale, [&matrix.columns, &matrix.rows]);
    let draw = |width: f32, palette| {
        let high = width * rows as f32 / columns.max(1) as f32;
        let size = [width, high.clamp(0.3 * width, 2.0 * width)];
        shown.draw(size, palette).drawing
    };
    let table = || shown.table();
    figure_menu(cx, ui, &matrix.name, draw, Some(&table));
    let picture = Picture {
        name: &matrix.name,
        matrix: shown,
        told: Some(&told),
    };
    let side = ui.available_width().min(SIDE);
    let height = (side * rows as f32 / columns.max(1) as f32).clamp(60.0, 2.0 * SIDE);
    let clicked = ui
        .allocate_ui(egui::vec2(side, height), |ui| {
            map.show(ui, &picture, height)
        })
        .inner;
    let spectra = matrix.spectra.iter().enumerate();
    for (i, spectrum) in spectra {
        let which = match matrix.spectra.len() {
            1 => String::new(),
            _ => format!(" of gate {}", i + 1),
        };
        match spectrum {
            Ok(values) => spectrum_plot(cx, ui, &matrix.name, i, &which, values),
            Err(why) => {
                ui.label(format!("no spectrum{which}: {why}"));
            }
        }
    }
    if let Some((row, _)) = clicked.filter(|_| matrix.pooled <= 1 && matrix.rows == "to unit") {
        let subject = Subject::Cortical(row as u32);
        (cx.ask)(Ask::Inspect(Topic::Subject(subject)));
    }
}

/// Eigenvalues in the complex plane, with the unit circle: what lies outside it grows.
fn spectrum_plot(
    cx: &PanelContext<'_>,
    ui: &mut Ui,
    name: &str,
    block: usize,
    which: &str,
    values: &[[f64; 2]],
) {
    let radius = values
        .iter()
        .map(|[re, im]| re.hypot(*im))
        .fold(0.0, f64::max);
    ui.label(format!(
        "eigenvalues of {name}{which}: the largest has modulus {radius:.3}"
    ));
    let circle: Vec<[f64; 2]> = (0..=96)
        .map(|i| f64::from(i) / 96.0 * std::f64::consts::TAU)
        .map(|angle| [angle.cos(), angle.sin()])
        .collect();
    let colors = palette(ui);
    let mut plot = Plot::new(
        Axis::new("real", &[-1.0, 1.0]),
        Axis::new("imaginary", &[-1.0, 1.0]),
    );
    plot.equal = true;
    plot.curves = vec![
        Curve {
            name: "unit circle".into(),
            points: circle,
            color: colors.caption,
            drawn: Drawn::Line,
            run: 1,
            ..Curve::default()
        },
        Curve {
            name: "eigenvalues".into(),
            points: values.to_vec(),
            color: colors.text,
            drawn: Drawn::Dots,
            run: 1,
            ..Curve::default()
        },
    ];
    let side = ui.available_width().min(SIDE);
    let name = format!("spectrum {name} {block}");
    let size = egui::vec2(side, side);
    ui.allocate_ui(size, |ui| chart(cx, ui, &name, side, plot));
}

/// A ripple, from what is kept of the run.
fn ripple(cx: &PanelContext<'_>, number: u64, ui: &mut Ui) {
    heading(ui, &format!("Ripple {number}"));
    let ripples = &cx.snapshot.ripples;
    let record = ripples.iter().find(|r| r.ripple == number);
    let view = cx.snapshot.kept.ripple(number).map(Arc::new);
    if record.is_none() && view.is_none() {
        ui.label("nothing is kept of this ripple any more");
        return;
    }
    let mut told: Vec<(String, String)> = Vec::new();
    let mut fact = |name: &str, value: String| told.push((name.into(), value));
    let mut lead = Vec::new();
    let mut go = |name: String, to: Subject| {
        lead.push(Link {
            name,
            value: String::new(),
            to: Some(to),
        });
    };
    if let Some(r) = record {
        fact("order", r.order.as_str().to_lowercase());
        fact("ended", r.outcome.as_str().to_string());
        fact(
            "cue",
            format!("{}, {:.0} % right", r.cue, r.cue_fraction * 100.0),
        );
        fact("steps", r.steps.to_string());
        fact("overlap, mean", format!("{:.3}", r.overlap_mean));
        fact("overlap, smallest", format!("{:.3}", r.overlap_min));
        if r.cosine.is_finite() {
            fact("decoded against lived, cosine", format!("{:.3}", r.cosine));
        }
        if let Some(engram) = r.engram {
            go(format!("the cued engram {engram}"), Subject::Engram(engram));
        }
        go(
            format!("episode {}", r.episode),
            Subject::Episode(r.episode),
        );
    }
    facts(ui, &told);
    links(cx, ui, &lead);
    if let Some(mark) = cx
        .snapshot
        .course
        .ripples()
        .iter()
        .find(|r| r.ripple == number)
        && ui.button("Look at its end").clicked()
    {
        (cx.ask)(Ask::Look(mark.step));
    }
    let Some(view) = view else { return };
    ui.label("its steps");
    egui::Grid::new("ripple steps")
        .num_columns(5)
        .striped(true)
        .show(ui, |ui| {
            for heading in ["replayed", "lived", "overlap", "strength", "support"] {
                ui.label(RichText::new(heading).size(12.0));
            }
            ui.end_row();
            for (i, step) in view.steps.iter().enumerate() {
                let lived = step.lived_step.map_or("none".into(), |s| s.to_string());
                for value in [
                    i.to_string(),
                    lived,
                    format!("{:.3}", step.overlap),
                    format!("{:.3}", step.strength),
                    format!("{:.3}", step.support),
                ] {
                    ui.label(RichText::new(value).monospace().size(12.0));
                }
                ui.end_row();
            }
        });
}

/// A point of a curve.
fn point(cx: &PanelContext<'_>, (name, time, value): (&str, f64, f64), ui: &mut Ui) {
    heading(ui, name);
    let course = &cx.snapshot.course;
    let step = course.step_at(time.max(0.0) as u64);
    let mut told = vec![
        ("value".to_string(), format!("{value:.6}")),
        ("clock".into(), format!("{time:.0}")),
        ("step".into(), step.to_string()),
    ];
    if let Some((_, phase)) = course.phase_at(step) {
        told.push(("phase".into(), phase.phase.to_string()));
        told.push((
            "episodes, when the phase began".into(),
            phase.episode.to_string(),
        ));
        told.push((
            "updates, when the phase began".into(),
            phase.updates.to_string(),
        ));
    }
    facts(ui, &told);
    if ui.button("Look at this moment").clicked() {
        (cx.ask)(Ask::Look(step));
    }
}
