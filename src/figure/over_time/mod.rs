//! What a run measured over time, as plots: curves of the run at hand and of those beside it, lesions and what was done.

mod alignment;
mod learning;
mod metrics;

pub use alignment::{Quantity, alignment};
pub use learning::learning;
pub use metrics::{Along, load_where_lost, metrics};

use super::palette::{Color, Palette};
use super::plot::{Axis, Curve, Dash, Moment, Plot, Stretch};
use crate::engine::{Base, Command, Snapshot};
use crate::record::Metric;

/// Commands that are marked at most.
const MOST: usize = 200;

/// What is looked at.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// The run at hand.
    pub snapshot: &'a Snapshot,
    /// Those beside it, by their names.
    pub others: &'a [(String, &'a Snapshot)],
    /// What is counted along the plots.
    pub base: Base,
    /// The colours.
    pub palette: Palette,
}

/// What is counted, in a word.
pub fn counted(base: Base) -> &'static str {
    let named = Base::ALL.iter().find(|(other, _)| *other == base);
    named.map_or("", |(_, name)| name)
}

/// Points at the places that their times have when counted in `base`.
fn placed(snapshot: &Snapshot, points: &[[f64; 2]], base: Base) -> Vec<[f64; 2]> {
    let times = points.iter().map(|point| point[0]);
    let along = snapshot.course.along(times, base, snapshot.end(base));
    along.zip(points).map(|(x, point)| [x, point[1]]).collect()
}

impl<'a> Seen<'a> {
    /// A run alone, counted in updates where its weights change; in episodes where something was lesioned, since there may be no
    /// update then.
    pub fn alone(snapshot: &'a Snapshot, palette: Palette) -> Self {
        let lesioned = !snapshot.course.lesions().is_empty();
        let base = match (snapshot.episodes, snapshot.updates) {
            (1.., _) if lesioned => Base::Episodes,
            (_, 1..) => Base::Updates,
            _ => Base::Steps,
        };
        Self {
            snapshot,
            others: &[],
            base,
            palette,
        }
    }

    /// A plot over time, of something with a name, that reaches these values at least.
    fn over_time(&self, name: &str, include: &[f64]) -> Plot {
        let mut plot = Plot::new(
            Axis::new(counted(self.base), &[0.0]),
            Axis::new(name, include),
        );
        let snapshot = self.snapshot;
        let end = snapshot.end(self.base);
        let place = |time: u64| {
            let times = std::iter::once(time as f64);
            snapshot.course.along(times, self.base, end).next()
        };
        for lesion in snapshot.course.lesions() {
            let to = lesion.to.unwrap_or(snapshot.time);
            if let (Some(from), Some(to)) = (place(lesion.from), place(to)) {
                plot.stretches.push(Stretch {
                    name: lesion.told(),
                    from,
                    to,
                    color: self.palette.wrong,
                });
            }
        }
        for done in snapshot.journal.iter().take(MOST) {
            let color = match done.command {
                Command::Lesion { .. } | Command::Restore { .. } => self.palette.wrong,
                Command::Set { .. } | Command::Extend { .. } => self.palette.tested,
            };
            plot.moments.push(Moment {
                name: done.command.describe(),
                x: snapshot.course.counted(done.step as f64, self.base, end),
                color,
                strong: false,
            });
        }
        if snapshot.step < snapshot.live_step {
            plot.moments.push(Moment {
                name: "looked at".into(),
                x: snapshot
                    .course
                    .counted(snapshot.step as f64, self.base, end),
                color: self.palette.text,
                strong: true,
            });
        }
        plot
    }

    /// The curves of one colour: of the run at hand and of those beside it.
    fn curves(&self, name: &str, color: Color, metric: &Metric) -> Vec<Curve> {
        let of = |i: usize, run: &str, snapshot: &Snapshot| {
            let points = snapshot.points(metric);
            let name = match run {
                "" => name.to_string(),
                run => format!("{name} ({run})"),
            };
            (!points.is_empty()).then(|| Curve {
                name,
                points: placed(snapshot, points, self.base),
                times: points.iter().map(|p| p[0]).collect(),
                color,
                dash: Dash::ALL[i % Dash::ALL.len()].0,
                run: i,
                ..Curve::default()
            })
        };
        let others = self.others.iter().enumerate();
        let others = others.filter_map(|(i, (run, snapshot))| of(i + 1, run, snapshot));
        of(0, "", self.snapshot).into_iter().chain(others).collect()
    }
}
