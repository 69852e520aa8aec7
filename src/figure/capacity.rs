//! Recall curves of measured stores, as a plot.

use super::palette::Palette;
use super::plot::{Axis, Curve, Drawn, Plot};
use crate::record::CapacityRecord;

/// What a curve runs along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// How many patterns are stored.
    Patterns,
    /// How many to a unit.
    Load,
    /// How much of a pattern the cue has.
    Cue,
    /// How many of its units are wrong.
    Noise,
}

impl Extent {
    /// All of them, by their names.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Patterns, "patterns"),
        (Self::Load, "patterns / unit"),
        (Self::Cue, "cue fraction"),
        (Self::Noise, "noise"),
    ];

    fn of(self, r: &CapacityRecord) -> f64 {
        match self {
            Self::Patterns => r.patterns as f64,
            Self::Load => r.patterns as f64 / r.units.max(1) as f64,
            Self::Cue => r.cue_fraction,
            Self::Noise => r.noise,
        }
    }

    /// What is the same along a curve.
    fn curve(self, r: &CapacityRecord) -> String {
        let cue = if r.noise > 0.0 {
            r.noise
        } else {
            r.cue_fraction
        };
        match self {
            _ if r.cue == "Input" => r.store.clone(),
            Self::Patterns | Self::Load if r.cue == "Forward" || r.cue == "Reverse" => {
                format!("{} {}", r.store, r.cue.to_lowercase())
            }
            Self::Patterns | Self::Load => format!("{} {} {cue}", r.store, r.cue),
            Self::Cue | Self::Noise => format!("{} {}, {} patterns", r.store, r.cue, r.patterns),
        }
    }

    /// The one along which there is most to see.
    pub fn best(rows: &[CapacityRecord]) -> Self {
        let values = |axis: Self, of_first: bool| {
            let rows = rows
                .iter()
                .filter(|r| !of_first || r.store == rows[0].store);
            let mut values: Vec<u64> = rows.map(|r| axis.of(r).to_bits()).collect();
            values.sort_unstable();
            values.dedup();
            values.len()
        };
        let (cue, noise) = (values(Self::Cue, false), values(Self::Noise, false));
        if values(Self::Patterns, true) >= cue.max(noise) {
            Self::Patterns
        } else if noise > cue {
            Self::Noise
        } else {
            Self::Cue
        }
    }
}

/// The largest value is so many times the smallest where the axis is logarithmic.
const WIDE: f64 = 30.0;

/// How much of the beginnings of all names is the same, up to the end of a part: it tells nothing apart.
fn shared(names: &[String]) -> usize {
    let [first, rest @ ..] = names else { return 0 };
    if rest.is_empty() {
        return 0;
    }
    let same = |other: &String| {
        let pairs = first.char_indices().zip(other.chars());
        let mut alike = pairs.take_while(|((_, a), b)| a == b);
        alike
            .by_ref()
            .last()
            .map_or(0, |((at, a), _)| at + a.len_utf8())
    };
    let alike = rest.iter().map(same).min().unwrap_or(0);
    let part = first[..alike].rfind(['-', ' ']);
    part.map_or(0, |at| at + 1)
}

/// Curves of points and lines, with their spread if they have any, called by what tells their names apart.
pub(super) fn told_apart(curves: Vec<(String, Curve)>, palette: Palette) -> Vec<Curve> {
    let names: Vec<String> = curves.iter().map(|curve| curve.0.clone()).collect();
    let shared = shared(&names);
    let each = curves.into_iter().enumerate();
    let each = each.map(|(i, (name, curve))| Curve {
        name: name[shared..].into(),
        color: palette.series(i),
        drawn: Drawn::Both,
        ..curve
    });
    each.collect()
}

/// A curve for each store and cue: the mean overlap with its standard error, or how many recalls are without any error.
pub fn capacity(rows: &[CapacityRecord], along: Extent, exact: bool, palette: Palette) -> Plot {
    let mut curves: Vec<(String, Vec<&CapacityRecord>)> = Vec::new();
    for row in rows {
        let name = along.curve(row);
        match curves.iter_mut().find(|c| c.0 == name) {
            Some(curve) => curve.1.push(row),
            None => curves.push((name, vec![row])),
        }
    }
    // A curve of one point says nothing along this axis, unless all are like that.
    if curves.iter().any(|c| c.1.len() > 1) {
        curves.retain(|c| c.1.len() > 1);
    }
    let name = match along {
        Extent::Cue if rows.iter().all(|r| r.cue == "Input") => "overlap of the entorhinal codes",
        _ => Extent::ALL
            .iter()
            .find(|a| a.0 == along)
            .map_or("", |a| a.1),
    };
    let up = if exact {
        "recalls without any error"
    } else {
        "overlap with the right pattern"
    };
    let mut plot = Plot::new(Axis::new(name, &[]), Axis::new(up, &[0.0, 1.0]));
    let extents = rows.iter().map(|r| along.of(r)).filter(|x| *x > 0.0);
    let (low, high) = extents.fold((f64::INFINITY, 0.0_f64), |(l, h), x| (l.min(x), h.max(x)));
    plot.x.log = high > WIDE * low;
    // What crossings in the table are of.
    plot.level("0.9", 0.9);
    let curves = curves.into_iter().map(|(name, mut rows)| {
        rows.sort_by(|a, b| along.of(a).total_cmp(&along.of(b)));
        let y = |r: &CapacityRecord| if exact { r.exact_rate } else { r.overlap_mean };
        let bar =
            |r: &&CapacityRecord| [r.overlap_mean - r.overlap_se, r.overlap_mean + r.overlap_se];
        let spread = if exact {
            Vec::new()
        } else {
            rows.iter().map(bar).collect()
        };
        let curve = Curve {
            points: rows.iter().map(|r| [along.of(r), y(r)]).collect(),
            spread,
            ..Curve::default()
        };
        (name, curve)
    });
    plot.curves = told_apart(curves.collect(), palette);
    plot
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(store: &str, patterns: usize, cue_fraction: f64) -> CapacityRecord {
        CapacityRecord {
            store: store.into(),
            units: 100,
            sparsity: 0.1,
            patterns,
            cue: "Fraction".into(),
            cue_fraction,
            noise: 0.0,
            trials: 3,
            overlap_mean: 0.9,
            overlap_se: 0.01,
            exact_rate: 0.5,
            time: 0,
            label: String::new(),
        }
    }

    #[test]
    fn the_axis_with_most_values_is_shown() {
        let loads: Vec<_> = [10, 20, 30].iter().map(|p| row("Ca3", *p, 0.5)).collect();
        assert_eq!(Extent::best(&loads), Extent::Patterns);
        let cues: Vec<_> = [0.1, 0.5, 0.9].iter().map(|c| row("Ca3", 10, *c)).collect();
        assert_eq!(Extent::best(&cues), Extent::Cue);
    }

    #[test]
    fn what_all_names_begin_with_is_left_out() {
        let names = |all: &[&str]| shared(&all.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(
            names(&["Ca3-1000-0.02 Fraction 0.5", "Ca3-1000-0.05 Fraction 0.5"]),
            9
        );
        assert_eq!(names(&["Ca3-1000", "Hopfield-1000"]), 0);
        assert_eq!(names(&["Ca3-1000"]), 0);
        assert_eq!(names(&["Ca3 1", "Ca3 1"]), 4);
    }

    #[test]
    fn a_curve_a_store_with_its_spread() {
        let rows: Vec<_> = [30, 10, 20].iter().map(|p| row("Ca3", *p, 0.5)).collect();
        let plot = capacity(&rows, Extent::Patterns, false, Palette::DARK);
        let [curve] = plot.curves.as_slice() else {
            panic!("one curve")
        };
        let x: Vec<f64> = curve.points.iter().map(|p| p[0]).collect();
        assert_eq!(x, [10.0, 20.0, 30.0]);
        assert_eq!(curve.spread.len(), 3);
        assert!(
            capacity(&rows, Extent::Patterns, true, Palette::DARK).curves[0]
                .spread
                .is_empty()
        );
    }
}
