//! The course of a run: what a timeline draws, over the whole run.

use std::sync::Arc;

use super::growing::Growing;
use crate::circuit::Place;
use crate::record::{PhaseName, PhaseRecord, RippleRecord};

/// Entries of each kind at most: beyond it every other one goes.
const MOST: usize = 1 << 18;
/// Lesions that are kept.
const MOST_LESIONS: usize = 1000;

/// A ripple that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RippleMark {
    /// Steps done when it had ended.
    pub step: u64,
    /// Its number.
    pub ripple: u64,
    /// Whether it did not replay all of its episode.
    pub failed: bool,
}

/// What a timeline can be counted in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Base {
    /// Engine steps.
    #[default]
    Steps,
    /// Updates of the weights.
    Updates,
    /// Episodes lived.
    Episodes,
}

impl Base {
    /// All of them, with their names.
    pub const ALL: [(Self, &'static str); 3] = [
        (Self::Steps, "steps"),
        (Self::Updates, "updates"),
        (Self::Episodes, "episodes"),
    ];

    fn of(self, phase: &PhaseRecord) -> f64 {
        (match self {
            Self::Steps => phase.step,
            Self::Updates => phase.updates,
            Self::Episodes => phase.episode,
        }) as f64
    }
}

/// Phases and ripples, in the order they came.
#[derive(Clone, Debug, Default)]
pub struct Course {
    phases: Growing<PhaseRecord>,
    ripples: Growing<RippleMark>,
    lesions: Arc<Vec<LesionSpan>>,
    /// The names of the phases, to be shared.
    names: Arc<Vec<PhaseName>>,
}

/// A stretch of time in which a part was missing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LesionSpan {
    /// Of what.
    pub target: Place,
    /// Which fraction was missing.
    pub fraction: f64,
    /// The clock when it began.
    pub from: u64,
    /// The clock when it ended; nothing where it goes on.
    pub to: Option<u64>,
}

impl LesionSpan {
    /// In words.
    pub fn told(&self) -> String {
        format!("{} -{:.0} %", self.target, self.fraction * 100.0)
    }
}

impl Course {
    /// A fraction of a part is missing from now on.
    pub fn damaged(&mut self, time: u64, target: Place, fraction: f64) {
        let lesions = Arc::make_mut(&mut self.lesions);
        let open = |span: &&mut LesionSpan| span.target == target && span.to.is_none();
        if let Some(span) = lesions.iter_mut().rev().find(open) {
            span.to = Some(time);
        }
        if fraction > 0.0 && lesions.len() < MOST_LESIONS {
            lesions.push(LesionSpan {
                target,
                fraction,
                from: time,
                to: None,
            });
        }
    }

    /// The lesions, in the order they began.
    pub fn lesions(&self) -> &[LesionSpan] {
        &self.lesions
    }

    /// A phase began.
    pub fn phase(&mut self, row: &PhaseRecord) {
        if !self.names.contains(&row.phase) {
            Arc::make_mut(&mut self.names).push(row.phase.clone());
        }
        self.phases.push(row.clone());
        if self.phases.len() > MOST {
            // Wake and sleep, say, go together.
            self.phases.retain(|i| i % 4 < 2);
        }
    }

    /// A ripple ended.
    pub fn ripple(&mut self, row: &RippleRecord) {
        // It ended in the phase that began before it did; there every step takes one of the clock.
        let began = self.phases.partition_point(|p| p.time < row.time);
        let phase = began.checked_sub(1).and_then(|i| self.phases.get(i));
        let step = phase.map_or(row.time, |p| p.step + (row.time - p.time));
        self.ripples.push(RippleMark {
            step,
            ripple: row.ripple,
            failed: !row.completed,
        });
        if self.ripples.len() > MOST {
            self.ripples.retain(|i| i % 2 == 0);
        }
    }

    /// The names of the phases there were, in the order in which they first came.
    pub fn names(&self) -> &[PhaseName] {
        &self.names
    }

    /// The phases that began.
    pub fn phases(&self) -> &Growing<PhaseRecord> {
        &self.phases
    }

    /// The ripples that ended.
    pub fn ripples(&self) -> &Growing<RippleMark> {
        &self.ripples
    }

    /// The phase that a step is in: the last one that began before it.
    pub fn phase_at(&self, step: u64) -> Option<(usize, &PhaseRecord)> {
        let after = self.phases.partition_point(|p| p.step < step.max(1));
        let at = after.checked_sub(1)?;
        Some((at, self.phases.get(at)?))
    }

    /// The step at which the clock stood at `time`, the last one of several.
    pub fn step_at(&self, time: u64) -> u64 {
        let after = self.phases.partition_point(|p| p.time <= time);
        let phase = after.checked_sub(1).and_then(|i| self.phases.get(i));
        phase.map_or(time, |p| p.step + (time - p.time))
    }

    /// Where points of the clock lie when counted in `base`; they come in the order of the clock.
    pub fn along(
        &self,
        times: impl Iterator<Item = f64>,
        base: Base,
        end: (u64, u64),
    ) -> impl Iterator<Item = f64> {
        let mut after = 0;
        times.map(move |time| {
            while self
                .phases
                .get(after)
                .is_some_and(|p| p.time as f64 <= time)
            {
                after += 1;
            }
            let phase = after.checked_sub(1).and_then(|i| self.phases.get(i));
            let step = phase.map_or(time, |p| p.step as f64 + (time - p.time as f64));
            if base == Base::Steps {
                return step;
            }
            let (from, to) = self.around(after, base, end);
            between(step, from, to)
        })
    }

    /// The clock when so many steps were done.
    pub fn time_at(&self, step: u64) -> u64 {
        let after = self.phases.partition_point(|p| p.step <= step);
        let Some(phase) = after.checked_sub(1).and_then(|i| self.phases.get(i)) else {
            return step;
        };
        let time = phase.time + (step - phase.step);
        self.phases
            .get(after)
            .map_or(time, |next| time.min(next.time))
    }

    /// Where a step lies when counted in something else, with `end` as the last known place (step, counted); between the
    /// beginnings of phases it goes straight.
    pub fn counted(&self, step: f64, base: Base, end: (u64, u64)) -> f64 {
        if base == Base::Steps {
            return step;
        }
        let after = self.phases.partition_point(|p| (p.step as f64) <= step);
        let (from, to) = self.around(after, base, end);
        between(step, from, to)
    }

    /// The step that lies there when counted in something else: the opposite of [`Course::counted`].
    pub fn step_of(&self, counted: f64, base: Base, end: (u64, u64)) -> f64 {
        if base == Base::Steps {
            return counted;
        }
        let after = self.phases.partition_point(|p| base.of(p) <= counted);
        let (from, to) = self.around(after, base, end);
        between(counted, (from.1, from.0), (to.1, to.0))
    }

    /// The beginnings of phases around a position, as (step, counted).
    fn around(&self, after: usize, base: Base, end: (u64, u64)) -> ((f64, f64), (f64, f64)) {
        let place = |p: &PhaseRecord| (p.step as f64, base.of(p));
        let from = after.checked_sub(1).and_then(|i| self.phases.get(i));
        let to = self.phases.get(after).map(place);
        let end = (end.0 as f64, end.1 as f64);
        (from.map_or((0.0, 0.0), place), to.unwrap_or(end))
    }
}

/// On the straight line through two points.
fn between(x: f64, from: (f64, f64), to: (f64, f64)) -> f64 {
    let width = to.0 - from.0;
    if width <= 0.0 {
        return to.1;
    }
    from.1 + ((x - from.0) / width).clamp(0.0, 1.0) * (to.1 - from.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Experiment, Status, load};
    use crate::record::{AnyRow, Event};
    use crate::scenario::bundled;

    #[test]
    fn ripples_and_phases_stand_at_their_steps() {
        let sets = [
            "hippocampus.store.units=300",
            "protocol=[Repeat(times: 3, phases: [Wake(episodes: 4), Sleep(ripples: 3), Probe(episodes: 5)]), Wake(episodes: 2), Sleep(ripples: 2)]",
        ];
        let sets: Vec<String> = sets.map(String::from).to_vec();
        let scenario = load(bundled()[0].document(), &sets, None).unwrap();
        let mut run = Experiment::<f32>::new(&scenario);
        let mut course = Course::default();
        let mut ended = Vec::new();
        let mut counts = vec![(0, 0, String::new())];
        let mut done = false;
        while !done {
            let mut events: Vec<Event> = Vec::new();
            done = run.step(&mut events).unwrap() == Status::Done;
            for event in &events {
                match event {
                    Event::Row(AnyRow::Phase(row)) => course.phase(row),
                    Event::Row(AnyRow::Ripple(row)) => {
                        course.ripple(row);
                        ended.push(run.clock().step);
                    }
                    _ => {}
                }
            }
            let clock = run.clock();
            counts.push((clock.updates, clock.episodes, run.phase().to_string()));
        }
        assert_eq!(ended.len(), 11);
        let steps: Vec<u64> = course.ripples().iter().map(|r| r.step).collect();
        assert_eq!(steps, ended);
        let last = counts.len() as u64 - 1;
        let end = |base| match base {
            Base::Updates => (last, counts[last as usize].0),
            _ => (last, counts[last as usize].1),
        };
        for (step, (updates, episodes, phase)) in counts.iter().enumerate().skip(1) {
            let (_, found) = course.phase_at(step as u64).unwrap();
            assert_eq!(found.phase.to_string(), *phase, "step {step}");
            for (base, is) in [(Base::Updates, updates), (Base::Episodes, episodes)] {
                let shown = course.counted(step as f64, base, end(base));
                assert!(
                    (shown - *is as f64).abs() <= 4.0,
                    "{base:?} {step}: {shown} {is}"
                );
                let back = course.step_of(shown, base, end(base));
                assert!(course.counted(back, base, end(base)) - shown < 1e-6);
            }
        }
        for (base, _) in Base::ALL {
            let end = if base == Base::Steps {
                (last, last)
            } else {
                end(base)
            };
            let times = (0..course.time_at(last)).map(|time| time as f64);
            let along: Vec<f64> = course.along(times.clone(), base, end).collect();
            assert!(along.is_sorted());
            for (time, x) in times.zip(along) {
                let one = course.counted(course.step_at(time as u64) as f64, base, end);
                assert!((x - one).abs() < 1e-6, "{base:?} {time}: {x} {one}");
            }
        }
        for at in 0..course.phases().len() {
            let phase = course.phases().get(at).unwrap();
            assert!(course.step_at(phase.time) >= phase.step);
        }
    }
}
