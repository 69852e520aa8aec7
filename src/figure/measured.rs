//! What measurements came to, along what they varied: metrics that differ in a number at their end are points of one curve.

use super::capacity::told_apart;
use super::palette::Palette;
use super::plot::{Axis, Curve, Plot};
use crate::engine::Snapshot;
use crate::record::Metric;

/// A curve of metrics whose names end in numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// What they have in common, as `lesion.trained.CA3-after.completed`.
    pub name: String,
    /// What was measured, as `lesion completed`.
    pub quantity: String,
    /// Of what, as `trained.CA3-after`.
    pub subject: String,
    /// What the numbers are.
    pub along: &'static str,
    /// The numbers with what was measured there, in their order.
    pub points: Vec<[f64; 2]>,
}

/// A metric's place on a curve: the name up to its number, and the number.
fn place(metric: &Metric) -> Option<(String, f64)> {
    let name = metric.name();
    let (before, number) = name.rsplit_once('_')?;
    let number: f64 = number.parse().ok()?;
    let before = before.strip_suffix("_at").unwrap_or(before);
    number.is_finite().then(|| (before.to_string(), number))
}

/// The curves of two points and more that a run has measured, by name.
pub fn measured(snapshot: &Snapshot) -> Vec<Measured> {
    let mut curves: Vec<Measured> = Vec::new();
    for (metric, points) in &*snapshot.series {
        let (Some(declared), Some([_, y])) = (metric.declared(), points.last()) else {
            continue;
        };
        let Some((name, x)) = place(metric) else {
            continue;
        };
        // Those of one curve come one after the other, mostly.
        let found = curves.iter_mut().rev().find(|curve| curve.name == name);
        let Some(curve) = found else {
            let subject = metric.subjects().next().unwrap_or_default().to_string();
            let last = name.rsplit(['.', '_']).next().unwrap_or_default();
            let what = if declared.subjects.len() > 1 {
                last
            } else {
                declared.quantity().rsplit_once('_').map_or(last, |q| q.0)
            };
            curves.push(Measured {
                quantity: format!("{} {}", declared.family(), what.replace('_', " by ")),
                along: match declared.subjects {
                    [_, along] => along,
                    _ => declared.quantity().rsplit('_').nth(1).unwrap_or("number"),
                },
                points: vec![[x, *y]],
                subject,
                name,
            });
            continue;
        };
        curve.points.push([x, *y]);
    }
    curves.retain(|curve| curve.points.len() > 1);
    for curve in &mut curves {
        curve.points.sort_by(|a, b| a[0].total_cmp(&b[0]));
    }
    curves
}

/// Curves beside each other; they are taken to be of one quantity where that of the first is.
pub fn measured_plot(curves: &[&Measured], palette: Palette) -> Plot {
    let Some(first) = curves.first() else {
        return Plot::default();
    };
    let alike = curves.iter().all(|curve| curve.quantity == first.quantity);
    let name = |curve: &&Measured| {
        if alike {
            return curve.subject.clone();
        }
        format!("{} {}", curve.subject, curve.quantity)
    };
    let mut names: Vec<String> = curves.iter().map(name).collect();
    // Of measurements of one label it tells nothing.
    let label = |name: &str| {
        let (label, _) = name.split_once('.')?;
        let word = label.ends_with(|c: char| c.is_alphabetic());
        word.then(|| label.to_string())
    };
    let first_label = label(&names[0]);
    if let Some(common) = first_label.filter(|l| names.iter().all(|n| label(n).as_ref() == Some(l)))
    {
        for name in &mut names {
            name.drain(..=common.len());
        }
    }
    let up = if alike { first.quantity.as_str() } else { "" };
    let mut plot = Plot::new(Axis::new(first.along, &[]), Axis::new(up, &[0.0]));
    let each = names.into_iter().zip(curves).map(|(name, curve)| {
        let points = curve.points.clone();
        let curve = Curve {
            points,
            ..Curve::default()
        };
        (name, curve)
    });
    plot.curves = told_apart(each.collect(), palette);
    plot
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn of(all: &[(&str, f64)]) -> Vec<Measured> {
        let series = all.iter().map(|(name, value)| {
            let points = Arc::new(vec![[0.0, -1.0], [9.0, *value]]);
            (Metric::named(name), points)
        });
        measured(&Snapshot {
            series: Arc::new(series.collect()),
            ..Snapshot::default()
        })
    }

    #[test]
    fn metrics_that_differ_in_a_number_are_one_curve() {
        let curves = of(&[
            ("lesion.early.CA3-after.completed_at_0.5", 0.5),
            ("lesion.early.CA3-after.completed_at_0", 1.0),
            ("lesion.early.CA3-after.completed_at_0.05", 0.9),
            ("lesion.early.CA3-before.completed_at_0", 1.0),
            ("memory.late.Fixed-176-Oldest.recall_age_2", 0.2),
            ("memory.late.Fixed-176-Oldest.recall_age_1", 0.1),
            ("capacity.Ca3-1000-0.02.load_at_0.9", 9.0),
            ("loss", 9.0),
        ]);
        let [lesion, memory] = curves.as_slice() else {
            panic!("{curves:?}");
        };
        assert_eq!(lesion.name, "lesion.early.CA3-after.completed");
        assert_eq!(lesion.points, [[0.0, 1.0], [0.05, 0.9], [0.5, 0.5]]);
        let told = (&*lesion.quantity, &*lesion.subject, lesion.along);
        assert_eq!(
            told,
            ("lesion completed", "early.CA3-after", "fraction lesioned")
        );
        let told = (&*memory.quantity, &*memory.subject, memory.along);
        assert_eq!(
            told,
            ("memory recall by age", "late.Fixed-176-Oldest", "age")
        );
        assert_eq!(memory.points, [[1.0, 0.1], [2.0, 0.2]]);
    }

    #[test]
    fn names_of_curves_leave_out_what_all_begin_with() {
        let curves = of(&[
            ("lesion.early.CA3-after.cosine_at_0", 0.5),
            ("lesion.early.CA3-after.cosine_at_1", 0.5),
            ("lesion.early.CA3-before.cosine_at_0", 0.5),
            ("lesion.early.CA3-before.cosine_at_1", 0.5),
        ]);
        let all: Vec<&Measured> = curves.iter().collect();
        let plot = measured_plot(&all, Palette::DARK);
        let names: Vec<&str> = plot.curves.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["after", "before"]);
        assert_eq!(plot.y.name, "lesion cosine");
        assert!(measured_plot(&[], Palette::DARK).curves.is_empty());
    }
}
