//! Any quantity of a run, over time or against another one.

use super::super::plot::{Axis, Drawn, Plot};
use super::Seen;
use crate::engine::Snapshot;
use crate::record::{Metric, metric};

/// What quantities are drawn along.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Along {
    /// Time.
    #[default]
    Time,
    /// Another quantity, as it was when they were measured.
    Metric(Metric),
}

/// The name of a quantity with its unit.
fn told(metric: &Metric) -> String {
    let unit = metric.declared().map_or("", |declared| declared.unit);
    let name = metric.name();
    if unit.is_empty() {
        name
    } else {
        format!("{name} ({unit})")
    }
}

/// A plot of quantities.
pub fn metrics(seen: &Seen<'_>, chosen: &[Metric], along: &Along) -> Plot {
    let name = match chosen {
        [only] => told(only),
        _ => String::new(),
    };
    let share = |m: &Metric| m.name().ends_with("accuracy") || m.name().ends_with("correct");
    let include: &[f64] = if chosen.iter().all(share) {
        &[0.0, 1.0]
    } else {
        &[]
    };
    let mut plot = seen.over_time(&name, include);
    for (i, metric) in chosen.iter().enumerate() {
        let color = seen.palette.series(i);
        plot.curves
            .extend(seen.curves(&metric.name(), color, metric));
    }
    if let Along::Metric(along) = along {
        let axis = Axis::new(told(along), &[]);
        let mut against = Plot::new(axis, plot.y);
        against.curves = plot.curves;
        let others = seen.others.iter().map(|(_, snapshot)| *snapshot);
        let runs: Vec<_> = std::iter::once(seen.snapshot).chain(others).collect();
        for curve in &mut against.curves {
            let run = runs.get(curve.run).copied().unwrap_or(seen.snapshot);
            let places = super::placed(run, run.points(along), seen.base);
            curve.points = paired(&places, &curve.points);
            curve.times.clear();
            curve.drawn = Drawn::Dots;
        }
        return against;
    }
    plot
}

/// The load at which a quantity fell below a value for good, where the load grew on; between two measurements it goes straight.
pub fn load_where_lost(snapshot: &Snapshot, quantity: &Metric, least: f64) -> Option<f64> {
    let loads = snapshot.points(&Metric::new(&metric::STORE_LOAD));
    let pairs = paired(loads, snapshot.points(quantity));
    let pairs: Vec<_> = pairs.into_iter().filter(|p| p[1].is_finite()).collect();
    let last_good = pairs.iter().rposition(|p| p[1] >= least)?;
    let (good, bad) = (pairs[last_good], pairs.get(last_good + 1)?);
    let grew = pairs.last()?[0] > bad[0] && bad[0] > good[0];
    let part = (good[1] - least) / (good[1] - bad[1]);
    grew.then(|| good[0] + part * (bad[0] - good[0]))
}

/// Values of one quantity with those that another had last.
fn paired(along: &[[f64; 2]], points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let last = |x: f64| {
        let after = along.partition_point(|p| p[0] <= x);
        after.checked_sub(1).map(|i| along[i][1])
    };
    let pairs = points.iter().filter_map(|[x, y]| Some([last(*x)?, *y]));
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agreement_is_lost_at_a_load_only_where_the_load_grows() {
        use std::sync::Arc;
        let (load, remote) = (
            Metric::new(&metric::STORE_LOAD),
            Metric::new(&metric::ACCURACY),
        );
        let snapshot = |loads: [f64; 4], values: [f64; 4]| {
            let series = |values: [f64; 4]| {
                Arc::new((0..4).map(|i| [f64::from(i), values[i as usize]]).collect())
            };
            let all = [
                (load.clone(), series(loads)),
                (remote.clone(), series(values)),
            ];
            Snapshot {
                series: Arc::new(all.into_iter().collect()),
                ..Snapshot::default()
            }
        };
        let lost = |loads, values| load_where_lost(&snapshot(loads, values), &remote, 0.9);
        let growing = [100.0, 200.0, 300.0, 400.0];
        assert_eq!(lost(growing, [1.0, 1.0, 0.8, 0.1]), Some(250.0));
        assert_eq!(lost(growing, [1.0, 0.5, 1.0, 1.0]), None);
        assert_eq!(lost([300.0; 4], [1.0, 1.0, 0.8, 0.1]), None);
    }

    #[test]
    fn a_value_goes_with_the_one_that_was_known_then() {
        let along = [[1.0, 10.0], [5.0, 20.0]];
        let points = [[0.0, 0.1], [1.0, 0.2], [4.0, 0.3], [9.0, 0.4]];
        assert_eq!(
            paired(&along, &points),
            [[10.0, 0.2], [10.0, 0.3], [20.0, 0.4]]
        );
    }
}
