//! Loss and accuracy, with the levels of chance and of no memory, and weights that stand alone.

use super::super::palette::mixed;
use super::super::plot::{Note, Plot};
use super::{Seen, counted};
use crate::record::{Metric, metric};

/// What is called learned.
const LEARNED: f64 = 0.95;

/// Accuracy, loss, and weights where some stand alone.
pub fn learning(seen: &Seen<'_>) -> Vec<Plot> {
    let palette = seen.palette;
    let snapshot = seen.snapshot;
    let known = snapshot.baselines;
    let (awake, probe) = (palette.lived, palette.tested);
    let pale = |color| mixed(color, palette.text, 0.55);

    let mut accuracy = seen.over_time("accuracy", &[0.0, 1.0]);
    accuracy.level("chance", known.map_or(f64::NAN, |k| k.chance_accuracy));
    for (name, declared, color) in [
        ("awake", &metric::ACCURACY, awake),
        ("probe", &metric::PROBE_ACCURACY, probe),
        ("all correct, awake", &metric::CORRECT, pale(awake)),
        ("all correct, probe", &metric::PROBE_CORRECT, pale(probe)),
    ] {
        accuracy
            .curves
            .extend(seen.curves(name, color, &Metric::new(declared)));
    }
    // The probe tells best, and where there is none the waking hours do.
    let told = accuracy.curves.iter().filter(|c| c.run == 0);
    let best = told.max_by_key(|c| (c.name == "probe", c.name == "awake"));
    let reached = best.and_then(|c| c.points.iter().find(|p| p[1] >= LEARNED));
    accuracy.notes.extend(reached.map(|[x, y]| Note {
        text: format!(
            "{:.0} % after {x:.0} {}",
            LEARNED * 100.0,
            counted(seen.base)
        ),
        at: [*x, *y],
    }));

    let mut loss = seen.over_time("loss", &[]);
    loss.level("no memory", known.map_or(f64::NAN, |k| k.memoryless_loss));
    for level in &snapshot.levels {
        loss.level(level.name, level.loss);
    }
    for (name, declared, color) in [
        ("awake", &metric::LOSS, awake),
        ("probe", &metric::PROBE_LOSS, probe),
    ] {
        loss.curves
            .extend(seen.curves(name, color, &Metric::new(declared)));
    }

    let mut weights = seen.over_time("weight", &[]);
    for (i, (name, _)) in snapshot.each_of(&metric::WEIGHT).enumerate() {
        let metric = Metric::of(&metric::WEIGHT, name.to_string());
        weights
            .curves
            .extend(seen.curves(name, palette.series(i), &metric));
    }
    // Where answers are no classes an accuracy means nothing.
    let classes = known.is_none_or(|known| known.chance_accuracy.is_finite());
    let mut plots = if classes {
        vec![accuracy, loss]
    } else {
        vec![loss]
    };
    plots.extend(Some(weights).filter(|plot| !plot.curves.is_empty()));
    plots
}
