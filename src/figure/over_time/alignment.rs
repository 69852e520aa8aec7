//! How well each rule's gradient agrees with exact BPTT.

use super::super::plot::{Dash, Lane, Plot};
use super::Seen;
use crate::engine::Snapshot;
use crate::numeric::statistics::{deviation, mean};
use crate::record::{Declared, Metric, metric};

/// What can be looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quantity {
    /// What the first quarter of the steps contributes.
    #[default]
    Remote,
    /// The whole gradient.
    Cosine,
    /// How long it is.
    Norm,
}

impl Quantity {
    /// All of them, by their names.
    pub const ALL: [(Self, &'static str); 3] = [
        (Self::Remote, "remote"),
        (Self::Cosine, "cosine"),
        (Self::Norm, "norm ratio"),
    ];

    /// The metric that has it.
    pub fn declared(self) -> &'static Declared {
        match self {
            Self::Remote => &metric::ALIGNMENT_REMOTE,
            Self::Cosine => &metric::ALIGNMENT_COSINE,
            Self::Norm => &metric::ALIGNMENT_NORM,
        }
    }

    /// On the axis.
    fn axis(self) -> &'static str {
        match self {
            Self::Remote => "cosine with exact BPTT, first quarter of the steps",
            Self::Cosine => "cosine with exact BPTT",
            Self::Norm => "norm / norm of exact BPTT",
        }
    }
}

/// With more rules than this each has a lane of its own: their curves would hide each other.
const LANES: usize = 4;

/// A plot of all rules, or one of each where there are many.
pub fn alignment(seen: &Seen<'_>, quantity: Quantity) -> Vec<Plot> {
    let (snapshot, palette) = (seen.snapshot, seen.palette);
    // In the order of the ledger; then what sleeps in another order gave.
    let place = |label: &str| {
        let position = snapshot.ledger.iter().position(|row| row.rule == label);
        position.unwrap_or(usize::MAX)
    };
    let mut rules: Vec<(&str, &[[f64; 2]])> = snapshot.each_of(quantity.declared()).collect();
    rules.sort_by_key(|(label, _)| place(label));
    let include: &[f64] = match quantity {
        Quantity::Norm => &[1.0],
        _ => &[0.0, 1.0],
    };
    let yardstick =
        |label: &str| label.starts_with("Bptt") || label.starts_with("CheckpointedBptt");
    let curves = |label: &str| {
        let metric = Metric::of(quantity.declared(), label.to_string());
        let mut curves = seen.curves(&called(seen.snapshot, label), palette.rule(label), &metric);
        if let Some(here) = curves
            .first_mut()
            .filter(|c| yardstick(label) && c.run == 0)
        {
            here.dash = Dash::Fine;
        }
        curves
    };
    // Of norms it is the factor that counts.
    let log = quantity == Quantity::Norm;
    if rules.len() <= LANES {
        let mut plot = seen.over_time(quantity.axis(), include);
        plot.y.log = log;
        plot.level("exact BPTT", 1.0);
        // Through the dashes of the yardstick what lies on it is seen.
        rules.sort_by_key(|(label, _)| yardstick(label));
        plot.curves = rules.iter().flat_map(|(label, _)| curves(label)).collect();
        return vec![plot];
    }
    let last = rules.len() - 1;
    let lane = |(i, (label, points)): (usize, &(&str, &[[f64; 2]]))| {
        let mut plot = seen.over_time(quantity.axis(), include);
        (plot.y.log, plot.x.bare) = (log, i != last);
        plot.level("exact BPTT", 1.0);
        plot.curves = curves(label);
        plot.lane = Some(Lane {
            name: called(snapshot, label),
            told: settled(points),
            color: palette.rule(label),
        });
        plot
    };
    rules.iter().enumerate().map(lane).collect()
}

/// A rule by its label, and over how many steps it carries a loss back where that is what tells it from others.
fn called(snapshot: &Snapshot, label: &str) -> String {
    let scenario = snapshot.now.as_ref().or(snapshot.began.as_ref());
    let mut rules = scenario.iter().flat_map(|s| s.setup.learning.rules());
    let reach = rules
        .find(|rule| rule.name() == label)
        .and_then(|rule| rule.kind().reach());
    match reach {
        Some(steps) if steps < usize::MAX => format!("{label}({steps})"),
        _ => label.into(),
    }
}

/// Mean and standard deviation of the last tenth.
fn settled(points: &[[f64; 2]]) -> String {
    let tenth = &points[points.len() - points.len().div_ceil(10)..];
    let values = tenth.iter().map(|p| p[1]).filter(|v| v.is_finite());
    let values: Vec<f64> = values.collect();
    if values.is_empty() {
        return "-".into();
    }
    let spread = Some(deviation(&values)).filter(|d| d.is_finite());
    format!("{:.3} ± {:.3}", mean(&values), spread.unwrap_or(0.0))
}
