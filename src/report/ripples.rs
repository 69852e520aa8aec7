//! Ripples on the page, each with a slider along its steps.
//!
//! A ripple is drawn twice: before its first step, and above that as a whole, of which the page lets through the columns of the
//! steps that have come.

use std::fmt::Write;
use std::sync::Arc;

use super::Told;
use super::html::{escaped, figure, inline};
use super::{WIDE, both, html};
use crate::engine::RippleView;
use crate::figure::{Decoded, Drawing, Front, Further, Palette, Theatre};

/// Height of the theatre, as a part of its width.
const HIGH: f32 = 0.85;

/// All ripples of all runs.
pub(super) fn all(runs: &[Told]) -> String {
    let mut out = String::new();
    let mut number = 0;
    for run in runs {
        for view in &run.ripples {
            let of = if runs.len() > 1 {
                format!("{}, ", run.name)
            } else {
                String::new()
            };
            let title = format!(
                "{of}ripple {}, episode {}, {}",
                view.ripple,
                view.episode,
                view.order.as_str().to_lowercase()
            );
            ripple(&mut out, view, &title, number);
            number += 1;
        }
    }
    out
}

fn ripple(out: &mut String, view: &Arc<RippleView>, title: &str, number: usize) {
    let further = Further {
        truncated: true,
        inside: false,
    };
    let steps = view.steps.len();
    let size = [WIDE, HIGH * WIDE];
    let whole = Front::new(view.clone(), steps, further);
    let before = Front::new(view.clone(), 0, further);
    let _ = writeln!(
        out,
        "<h3>{}</h3>\n<div class=\"grid\">\n<figure class=\"ripple\">",
        escaped(title)
    );
    let grounds = both(|palette| Theatre::draw(&whole, size, palette).drawing);
    for ((drawing, palette), class) in grounds.iter().zip(["light", "dark"]) {
        let empty = Theatre::draw(&before, size, *palette).drawing;
        let id = format!("come-{number}-{class}");
        let _ = writeln!(
            out,
            "<div class=\"{class} stack\">\n<div>{}</div>\n<div class=\"come\">{}</div>\n</div>",
            inline(&empty, *palette),
            clipped(&inline(drawing, *palette), view, &whole, &id)
        );
    }
    let told: Vec<String> = (0..=steps).map(|step| told(&whole, step)).collect();
    let told = serde_json::to_string(&told).unwrap_or_default();
    let _ = writeln!(
        out,
        "<div class=\"slide\" data-told=\"{}\">\n<button type=\"button\">Play</button>\n\
         <input type=\"range\" min=\"0\" max=\"{steps}\" value=\"{steps}\" aria-label=\"step of {}\">\n<output></output>\n</div>",
        escaped(&told),
        escaped(title)
    );
    let _ = writeln!(
        out,
        "<figcaption>{}</figcaption>\n</figure>",
        escaped(&whole.caption())
    );
    figure(
        out,
        "Which lived step each replayed step is like, and the units that say so",
        |palette| decoded(view, palette),
    );
    out.push_str("</div>\n");
}

fn decoded(view: &Arc<RippleView>, palette: Palette) -> Drawing {
    let mut decoded = Decoded::default();
    decoded.draw(view, false, [WIDE, HIGH * WIDE], palette);
    decoded.drawing
}

/// What the slider says at a step.
fn told(front: &Front, step: usize) -> String {
    let view = &front.view;
    let all = view.steps.len();
    let Some(last) = step.checked_sub(1).and_then(|at| view.steps.get(at)) else {
        return format!("before the first of {all} steps");
    };
    let lived = last
        .lived_step
        .map_or("a step that was not lived".into(), |t| {
            format!("lived step {t} comes back")
        });
    let mut text = format!(
        "step {step} of {all}: {lived}, overlap {}",
        html::brief(last.overlap.into())
    );
    let agreement = &front.agreement;
    for (name, cosines) in [("states", &agreement.states), ("δ", &agreement.deltas)] {
        let cosine = last.lived_step.and_then(|t| cosines.get(t));
        if let Some(cosine) = cosine.filter(|cosine| cosine.is_finite()) {
            let _ = write!(text, ", cosine of {name} {cosine:.3}");
        }
    }
    text
}

/// The whole drawing, of which only the columns show that the page lets through, in the order in which they come.
fn clipped(svg: &str, view: &RippleView, front: &Front, id: &str) -> String {
    let size = [WIDE, HIGH * WIDE];
    let drawn = Theatre::draw(front, size, Palette::on(false, false));
    let Some((_, area)) = drawn.lanes.first() else {
        return svg.into();
    };
    let column = area.width / drawn.steps.max(1) as f32;
    let mut clip = format!("<defs><clipPath id=\"{id}\">");
    for step in &view.steps {
        // A step that was not lived has no column of its own, and keeps its place in the order.
        let at = step.lived_step.filter(|t| *t < drawn.steps);
        let (x, width) = at.map_or((0.0, 0.0), |t| (area.x + t as f32 * column, column));
        let high = size[1];
        let _ = write!(
            clip,
            "<rect x=\"{x:.2}\" y=\"0\" width=\"{width:.2}\" height=\"{high:.1}\"/>"
        );
    }
    let _ = write!(clip, "</clipPath></defs><g clip-path=\"url(#{id})\">");
    match (svg.find(">\n"), svg.rfind("</svg>")) {
        (Some(head), Some(tail)) => format!(
            "{}{clip}{}</g>{}",
            &svg[..=head],
            &svg[head + 1..tail],
            &svg[tail..]
        ),
        _ => svg.into(),
    }
}
