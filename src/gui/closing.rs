//! The card at the end of a run: what came of it, or why it failed, and what could be done next.

use egui::{Pos2, Sense, Shape, Stroke, Ui, pos2, vec2};

use super::panels::Ask;
use super::theme::{color32, palette};
use crate::engine::{Activity, Base, Snapshot};
use crate::figure::{Seen, learning, load_where_lost};
use crate::record::{Declared, Metric, metric};
use crate::registry::get;
use crate::scenario::{CompareRun, OneOrMore, TrySpec};

/// Quantities that are told with their curves.
const TOLD: [&Declared; 6] = [
    &metric::PROBE_ACCURACY,
    &metric::ACCURACY,
    &metric::PROBE_LOSS,
    &metric::LOSS,
    &metric::REPLAY_COMPLETED,
    &metric::STORE_LOAD,
];
/// The most of them.
const MOST: usize = 3;
/// Agreement below which it is called lost.
const LOST: f64 = 0.9;

/// The card; whether it is closed now.
pub fn card(ui: &mut Ui, live: &Snapshot, ask: &dyn Fn(Ask)) -> bool {
    let mut close = false;
    let failed = match &live.activity {
        Activity::Failed(why) => Some(why),
        _ => None,
    };
    ui.add_space(2.0);
    ui.horizontal_wrapped(|ui| {
        if failed.is_some() {
            let red = color32(palette(ui).wrong);
            ui.heading(egui::RichText::new("This run has failed").color(red));
        } else {
            ui.heading("This run has ended");
            ui.label(results(ui, live).join("; "));
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let button = ui.button("Close the card");
            close = button.on_hover_text("Esc").clicked();
        });
    });
    match failed {
        Some(why) => self::failed(ui, live, why, ask),
        None => finished(ui, live, ask),
    }
    ui.add_space(2.0);
    close
}

/// What came of it, in sentences.
fn results(ui: &Ui, live: &Snapshot) -> Vec<String> {
    let mut told = Vec::new();
    // As the scenarios say it.
    let mut seen = Seen::alone(live, palette(ui));
    if live.updates > 0 {
        seen.base = Base::Updates;
    }
    let plots = learning(&seen);
    told.extend(
        plots
            .iter()
            .flat_map(|plot| &plot.notes)
            .map(|n| n.text.clone()),
    );
    let remote = Metric::of(&metric::ALIGNMENT_REMOTE, live.rule.clone());
    if let Some(value) = live.last(&remote).filter(|v| v.is_finite()) {
        told.push(format!("remote alignment of {} {value:.3}", live.rule));
    }
    if let Some(load) = load_where_lost(live, &remote, LOST) {
        told.push(format!("it falls below {LOST} at {load:.0} engrams"));
    }
    told
}

fn finished(ui: &mut Ui, live: &Snapshot, ask: &dyn Fn(Ask)) {
    let known = live.baselines;
    ui.horizontal_wrapped(|ui| {
        // Where answers are no classes an accuracy means nothing.
        let classes = known.is_none_or(|known| known.chance_accuracy.is_finite());
        let told = TOLD
            .iter()
            .filter(|d| classes || !d.name.ends_with("accuracy"));
        let there = told.filter_map(|declared| {
            let points = live.points(&Metric::new(declared));
            Some((declared, points, points.last()?[1]))
        });
        for (declared, points, last) in there.take(MOST) {
            let level = if declared.name.ends_with("accuracy") {
                known.map(|k| ("chance", k.chance_accuracy))
            } else if declared.name.ends_with("loss") {
                known.map(|k| ("without memory", k.memoryless_loss))
            } else {
                None
            };
            let level = level.filter(|(_, value)| value.is_finite());
            let colors = palette(ui);
            let (name, color) = match declared.name {
                name if name.starts_with("probe.") => (name.replace('.', " "), colors.tested),
                name @ ("accuracy" | "loss") => (format!("awake {name}"), colors.lived),
                name => (name.replace(['.', '_'], " "), colors.exact),
            };
            ui.label(name);
            sparkline(ui, points, level.map(|(_, value)| value), color32(color));
            let beside = level.map_or(String::new(), |(name, v)| format!(", {name} {v:.3}"));
            ui.label(format!("{last:.3}{beside}"));
            ui.add_space(8.0);
        }
        if ui.button("Save run…").clicked() {
            ask(Ask::SaveRun);
        }
        let learns = live.updates > 0 && !live.rule.starts_with("Bptt");
        if learns && ui.button("Compare with BPTT").clicked() {
            let changes = ["learning.rule=Bptt", "learning.shadows=[]"];
            let changes = OneOrMore(changes.map(String::from).to_vec());
            ask(Ask::Try(TrySpec::Compare(CompareRun { changes })));
        }
        let first = live.began.as_ref().and_then(|s| s.r#try.first());
        if let Some(first) = first {
            let button = ui.button("Try the first suggestion");
            if button.on_hover_text(&first.text).clicked() {
                ask(Ask::Try(first.action.clone()));
            }
        }
    });
}

/// A small curve, with a level behind it.
fn sparkline(ui: &mut Ui, points: &[[f64; 2]], level: Option<f64>, color: egui::Color32) {
    let (rect, _) = ui.allocate_exact_size(vec2(90.0, 18.0), Sense::hover());
    let finite = points.iter().filter(|p| p[1].is_finite());
    let values = finite.clone().map(|p| p[1]).chain(level);
    let (low, high) = values.fold((0.0_f64, 1e-12_f64), |(l, h), v| (l.min(v), h.max(v)));
    let end = points.last().map_or(1.0, |p| p[0].max(1.0));
    let place = |x: f64, y: f64| -> Pos2 {
        let across = (x / end) as f32 * rect.width();
        let up = ((y - low) / (high - low)) as f32 * rect.height();
        pos2(rect.left() + across, rect.bottom() - up)
    };
    let colors = palette(ui);
    if let Some(level) = level {
        let ends = [place(0.0, level), place(end, level)];
        let stroke = Stroke::new(1.0, color32(colors.faint));
        ui.painter().line_segment(ends, stroke);
    }
    let line: Vec<Pos2> = finite.map(|p| place(p[0], p[1])).collect();
    if let [only] = line[..] {
        ui.painter().circle_filled(only, 2.5, color);
    }
    ui.painter().add(Shape::line(line, Stroke::new(1.5, color)));
}

fn failed(ui: &mut Ui, live: &Snapshot, why: &str, ask: &dyn Fn(Ask)) {
    ui.label(why);
    ui.label(format!(
        "Steps 0 to {} are kept: look at them above, or begin a branch at any of them.",
        live.live_step
    ));
    ui.horizontal_wrapped(|ui| {
        let last = live.live_step.saturating_sub(1);
        let button = ui.button("Look at the last good moment");
        if button.on_hover_text(format!("step {last}")).clicked() {
            ask(Ask::Look(last));
        }
        if let Some(rate) = rate(live) {
            let slower = format!("{:e}", rate / 10.0);
            let button = ui.button("Run it at a tenth of the rate");
            let hint = format!("a new run with cortex.optimizer.rate={slower}");
            if button.on_hover_text(hint).clicked() {
                let changes = OneOrMore(vec![format!("cortex.optimizer.rate={slower}")]);
                // Not from here on: what failed has failed.
                ask(Ask::Try(TrySpec::Compare(CompareRun { changes })));
            }
        }
        if ui.button("Save run…").clicked() {
            ask(Ask::SaveRun);
        }
    });
}

/// The rate of the optimizer, where it has one.
fn rate(live: &Snapshot) -> Option<f64> {
    let scenario = live.now.as_ref()?;
    let at = get(&**scenario, "cortex.optimizer.rate").ok()?;
    at.value.parse().ok().filter(|rate: &f64| *rate > 0.0)
}
