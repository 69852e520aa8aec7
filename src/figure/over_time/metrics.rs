//! Any quantity of a run, over time or against another one.

use super::super::plot::{Axis, Drawn, Plot};
use super::Seen;
use crate::record::Metric;

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
    let mut plot = seen.over_time(&name, &[]);
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
    fn a_value_goes_with_the_one_that_was_known_then() {
        let along = [[1.0, 10.0], [5.0, 20.0]];
        let points = [[0.0, 0.1], [1.0, 0.2], [4.0, 0.3], [9.0, 0.4]];
        assert_eq!(
            paired(&along, &points),
            [[10.0, 0.2], [10.0, 0.3], [20.0, 0.4]]
        );
    }
}
