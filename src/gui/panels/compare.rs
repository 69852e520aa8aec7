//! Side by side: up to four runs at the same moment, a column each.

use egui::{RichText, ScrollArea, Ui};

use super::branches::called;
use super::plots::compared;
use super::{Panel, PanelContext};
use crate::engine::{BranchView, Snapshot, Source};
use crate::figure::plot::Dash;
use crate::figure::{largest, recall, states};
use crate::gui::chart::chart;
use crate::gui::heatmap::{Heatmap, Picture};
use crate::gui::theme::palette;
use crate::record::{Metric, metric};

/// The panel that shows runs side by side.
#[derive(Default)]
pub struct Compare {
    maps: Vec<Heatmap>,
}

/// Width of a column at least, in points.
const NARROWEST: f32 = 170.0;

impl Panel for Compare {
    fn title(&self) -> &'static str {
        "Side by side"
    }

    fn help(&self) -> &'static str {
        "The run at hand and up to three others, ticked in Branches, at the same step: what differs, the states of the cortex on \
         one scale, the ripple, and the latest measurements. The timeline moves all of them; one that has not come so far \
         shows its latest moment."
    }

    fn ui(&mut self, cx: &PanelContext<'_>, ui: &mut Ui) {
        if cx.others.is_empty() {
            ui.label(
                "Tick “compare” at another run in Branches to see it here beside the one at hand.",
            );
            return;
        }
        compared(cx, ui);
        let here = cx.runs.iter().find(|run| run.active);
        let here = here.map(|run| (run, cx.snapshot));
        let others = cx.others.iter().map(|(run, snapshot)| (run, &**snapshot));
        let all: Vec<(&BranchView, &Snapshot)> = here.into_iter().chain(others).collect();
        let states = all.iter().map(|(_, s)| largest(&s.cortex.states.values));
        let scale = states.fold(1e-6, f32::max);
        self.maps.resize_with(all.len(), Heatmap::default);
        let height = ui.available_height();
        ScrollArea::horizontal().auto_shrink(false).show(ui, |ui| {
            let width = (ui.available_width() / all.len() as f32 - 8.0).max(NARROWEST);
            ui.horizontal_top(|ui| {
                for (i, ((run, snapshot), map)) in all.iter().zip(&mut self.maps).enumerate() {
                    ui.vertical(|ui| {
                        ui.set_width(width);
                        column(cx, ui, i, run, snapshot, map, (scale, height));
                    });
                }
            });
        });
    }
}

fn column(
    cx: &PanelContext<'_>,
    ui: &mut Ui,
    i: usize,
    run: &BranchView,
    snapshot: &Snapshot,
    map: &mut Heatmap,
    (scale, height): (f32, f32),
) {
    ui.label(RichText::new(called(run)).strong());
    let style = Dash::ALL.get(i).map_or("", |(_, name)| name);
    ui.label(format!(
        "{style} · step {} · {}",
        snapshot.step, snapshot.phase
    ));
    let view = &snapshot.cortex;
    let what = match view.source {
        Source::Lived => "lived",
        Source::Probed => "tested",
        Source::Reinstated => "re-instated",
    };
    ui.label(format!("cortex, episode {}, {what}", view.episode));
    let room = ((height - 150.0) / 2.0).clamp(50.0, 260.0);
    let picture = Picture {
        name: &format!("Cortical states of {}", called(run)),
        matrix: states(view, Some(scale)),
        told: None,
    };
    map.show(ui, &picture, room);
    let ripple = &snapshot.ripple;
    if ripple.steps.is_empty() {
        ui.label("no ripple");
    } else {
        ui.label(format!(
            "ripple {} of episode {}",
            ripple.ripple, ripple.episode
        ));
        let plot = recall(ripple, palette(ui));
        chart(cx, ui, &format!("side {i}"), room.min(110.0), plot);
    }
    let told = [
        ("awake", &metric::ACCURACY),
        ("probe", &metric::PROBE_ACCURACY),
        ("loss", &metric::LOSS),
    ];
    for (name, declared) in told {
        // The latest that had been measured by then.
        let metric = Metric::new(declared);
        let points = snapshot.points(&metric);
        let until = points.partition_point(|p| p[0] <= snapshot.time as f64);
        if let Some([_, value]) = until.checked_sub(1).and_then(|at| points.get(at)) {
            ui.label(format!("{name} {value:.3}"));
        }
    }
}
