//! The ripple theatre: a ripple over the steps of the episode that it replays. States come back, and with them δ travels towards
//! the first step; beside it is δ of BPTT on a tape of the same episode, on one scale.

mod front;
mod painter;

pub use front::{Agreement, Front, Further, Lane};

use std::fmt::Write;

use painter::Painter;

use super::drawing::{Area, Drawing};
use super::numbers::short;
use super::palette::Palette;
use crate::engine::Raster;

/// A ripple as it is drawn.
#[derive(Clone, Debug, Default)]
pub struct Theatre {
    /// The shapes.
    pub drawing: Drawing,
    /// The lanes from above, with their places.
    pub lanes: Vec<(Lane, Area)>,
    /// Steps of the episode.
    pub steps: usize,
}

impl Theatre {
    /// Draws a ripple on a sheet of this size.
    pub fn draw(front: &Front, size: [f32; 2], palette: Palette) -> Self {
        let steps = front.view.length;
        let mut painter = Painter::new(front, size, palette);
        let lanes = painter.all(size[1]);
        Self {
            drawing: painter.done(),
            lanes,
            steps,
        }
    }

    /// The lane, the lived step and the row, as a part of the lane's height from above, at a place.
    pub fn at(&self, place: [f32; 2]) -> Option<(Lane, usize, f32)> {
        let (lane, area) = self.lanes.iter().find(|(_, area)| area.holds(place))?;
        let step = (place[0] - area.x) / area.width * self.steps as f32;
        let part = (place[1] - area.y) / area.height;
        Some((*lane, (step as usize).min(self.steps.checked_sub(1)?), part))
    }

    /// What there is at a place, in words.
    pub fn tell(&self, front: &Front, place: [f32; 2]) -> Option<String> {
        let (lane, t, down) = self.at(place)?;
        let view = &front.view;
        let lived = view.lived.as_deref();
        let replayed = front.shown().get(t).copied().flatten();
        let unit = |raster: &Raster| ((down * raster.units as f32) as usize).min(raster.units);
        let value = |raster: &Raster, column: Option<usize>, what: &str, name: &str| {
            let unit = unit(raster);
            let value = column.and_then(|c| raster.column(c)?.get(unit).copied());
            let value = value.map_or("nothing yet".into(), short);
            format!("{what} of {name} {unit} at step {t}: {value}")
        };
        Some(match lane {
            Lane::Inputs => {
                let lived = lived?;
                let inputs = lived.inputs.column(t)?;
                let there = inputs.iter().zip(lived.input_names.iter());
                let there = there.filter(|(v, _)| **v != 0.0);
                let named: Vec<String> = there
                    .map(|(v, name)| match *v {
                        1.0 => name.clone(),
                        v => format!("{name} {}", short(v)),
                    })
                    .collect();
                let scored = lived.scored.get(t).is_some_and(|w| *w > 0.0);
                let scored = if scored { "; scored" } else { "" };
                let named = if named.is_empty() {
                    "nothing".into()
                } else {
                    named.join(", ")
                };
                format!("step {t}: {named}{scored}")
            }
            Lane::Lived => value(&lived?.states, Some(t), "lived state", "unit"),
            Lane::Reinstated => value(&view.decoded, replayed, "re-instated state", "unit"),
            Lane::Carried => value(&view.delta, replayed, "δ", "unit"),
            Lane::Exact => value(&lived?.exact, Some(t), "exact δ", "unit"),
            Lane::Truncated => value(&lived?.truncated, Some(t), "truncated δ", "unit"),
            Lane::Inside(part) => {
                let name = front.parts().get(part)?.name;
                let [lived, again] = front.inside(part, t, replayed);
                let units = lived.or(again)?.len();
                let unit = ((down * units as f32) as usize).min(units.checked_sub(1)?);
                let value = |column: Option<&[f32]>, none: &str| {
                    let value = column.and_then(|column| column.get(unit));
                    value.map_or(none.into(), |value| short(*value))
                };
                let lived = value(lived, "not known");
                let again = value(again, "nothing yet");
                format!("{name} of unit {unit} at step {t}: lived {lived}, re-instated {again}")
            }
            Lane::Sizes => {
                let norm = |raster: &Raster, column: Option<usize>| {
                    let column = column.and_then(|c| raster.column(c));
                    let norm = column.map(|c| c.iter().map(|v| v * v).sum::<f32>().sqrt());
                    norm.map_or("nothing yet".into(), short)
                };
                let lived = lived?;
                let mut text = format!(
                    "|δ| at step {t}: ripple {}, exact {}",
                    norm(&view.delta, replayed),
                    norm(&lived.exact, Some(t))
                );
                if front.further.truncated {
                    let truncated = norm(&lived.truncated, Some(t));
                    // A string takes whatever is written to it.
                    let _ = write!(text, ", over {} steps {truncated}", lived.reach);
                }
                text
            }
            Lane::Cosines => {
                let agreement = &front.agreement;
                let (state, delta) = (agreement.states[t], agreement.deltas[t]);
                let or = |v: f32| {
                    if v.is_finite() {
                        format!("{v:.3}")
                    } else {
                        "none".into()
                    }
                };
                let (state, delta) = (or(state), or(delta));
                format!("cosines at step {t}: states {state}, δ {delta}")
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::{LivedView, RippleStep, RippleView};
    use crate::figure::palette::{Map, mixed};
    use crate::figure::{Mark, Palette};
    use crate::neocortex::{Inside, InsidePart};
    use crate::record::Order;

    /// A ripple of so many steps backwards through an episode of four, with δ twice as long as it should be.
    fn ripple(steps: usize) -> RippleView {
        let raster = |values: Vec<f32>| Raster { units: 2, values };
        let lived: Vec<f32> = (0..8).map(|i| i as f32 - 3.0).collect();
        let backwards = |scale: f32| {
            let columns = (0..steps).flat_map(|at| lived[(3 - at) * 2..][..2].to_vec());
            raster(columns.map(|v| v * scale).collect())
        };
        let step = |at| RippleStep {
            lived_step: Some(3 - at),
            ..RippleStep::default()
        };
        RippleView {
            ripple: 7,
            episode: 3,
            length: 4,
            order: Order::REVERSE,
            step_ms: 5.0,
            lived_ms: 100.0,
            steps: (0..steps).map(step).collect(),
            decoded: backwards(1.0),
            delta: backwards(2.0),
            rule: "ReplayBptt".into(),
            lived: Some(Arc::new(LivedView {
                states: raster(lived.clone()),
                inputs: raster(vec![1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]),
                input_names: Arc::new(vec!["symbol 2".into(), "go".into()]),
                scored: vec![0.0, 0.0, 0.0, 1.0],
                exact: raster(lived.clone()),
                reach: 2,
                truncated: raster([vec![0.0; 4], lived[4..].to_vec()].concat()),
                inside: Raster {
                    units: 4,
                    values: (0..16).map(|i| i as f32 / 16.0).collect(),
                },
            })),
            ..RippleView::default()
        }
    }

    fn front(view: &RippleView, steps: usize) -> Front {
        let further = Further {
            truncated: true,
            inside: true,
        };
        Front::new(Arc::new(view.clone()), steps, further)
    }

    /// A cell of two gates.
    fn gated(steps: usize) -> RippleView {
        static GATES: Inside = Inside {
            name: "gates",
            parts: &[
                InsidePart {
                    name: "update gate",
                    part: 0,
                    slot: 0,
                    signed: false,
                },
                InsidePart {
                    name: "new value",
                    part: 1,
                    slot: 0,
                    signed: true,
                },
            ],
        };
        RippleView {
            parts: Some(&GATES),
            inside: Raster {
                units: 4,
                values: (0..4 * steps).map(|i| 1.0 - i as f32 / 16.0).collect(),
            },
            ..ripple(steps)
        }
    }

    #[test]
    fn gates_are_rows_of_their_own_pale_until_the_ripple_makes_them_again() {
        let view = gated(1);
        let front = front(&view, 1);
        let theatre = Theatre::draw(&front, [600.0, 500.0], Palette::DARK);
        let lanes: Vec<Lane> = theatre.lanes.iter().map(|(lane, _)| *lane).collect();
        assert_eq!(&lanes[6..8], [Lane::Inside(0), Lane::Inside(1)]);
        let (update, new) = (map(&theatre, lanes[6]), map(&theatre, lanes[7]));
        assert_eq!((update.len(), new.len()), (8, 8));
        assert_eq!(update[6], Map::Viridis.color(1.0), "as it is made again");
        let pale = mixed(Palette::DARK.ground, Map::Viridis.color(1.0 / 16.0), 0.5);
        assert_eq!(update[1], pale, "as it was lived");
        let at = |lane: Lane, t: usize, part: f32| told(&theatre, &front, lane, t, part);
        let told = "update gate of unit 1 at step 3: lived 0.812, re-instated 0.938";
        assert_eq!(at(Lane::Inside(0), 3, 0.9), told);
        let told = "new value of unit 0 at step 0: lived 0.125, re-instated nothing yet";
        assert_eq!(at(Lane::Inside(1), 0, 0.1), told);
        let plain = Front {
            further: Further::default(),
            ..front.clone()
        };
        let plain = Theatre::draw(&plain, [600.0, 500.0], Palette::DARK);
        assert!(
            plain
                .lanes
                .iter()
                .all(|(lane, _)| !matches!(lane, Lane::Inside(_)))
        );
    }

    /// What a lane tells of a step, so far down.
    fn told(theatre: &Theatre, front: &Front, lane: Lane, t: usize, part: f32) -> String {
        let area = theatre.lanes.iter().find(|(l, _)| *l == lane).unwrap().1;
        let x = area.x + (t as f32 + 0.5) / 4.0 * area.width;
        let place = [x, area.y + part * area.height];
        theatre.tell(front, place).unwrap()
    }

    fn map(theatre: &Theatre, lane: Lane) -> Vec<crate::figure::Color> {
        let place = theatre.lanes.iter().find(|(l, _)| *l == lane).unwrap().1;
        let found = theatre.drawing.marks.iter().find_map(|mark| match mark {
            Mark::Map { area, cells } if *area == place => Some(cells.colors.clone()),
            _ => None,
        });
        found.unwrap()
    }

    #[test]
    fn states_and_errors_fill_in_from_the_end() {
        let view = ripple(4);
        let palette = Palette::DARK;
        let theatre = Theatre::draw(&front(&view, 1), [600.0, 400.0], palette);
        let lanes: Vec<Lane> = theatre.lanes.iter().map(|(lane, _)| *lane).collect();
        assert_eq!(
            lanes,
            [
                Lane::Inputs,
                Lane::Lived,
                Lane::Reinstated,
                Lane::Carried,
                Lane::Exact,
                Lane::Truncated,
                Lane::Sizes,
                Lane::Cosines
            ]
        );
        for lane in [Lane::Reinstated, Lane::Carried] {
            let colors = map(&theatre, lane);
            let come: Vec<bool> = colors.iter().map(|c| *c != palette.empty).collect();
            assert_eq!(come, [false, false, false, false, false, false, true, true]);
        }
        let all = Theatre::draw(&front(&view, 4), [600.0, 400.0], palette);
        assert!(!map(&all, Lane::Carried).contains(&palette.empty));
        // Twice δ is a brighter one on the same scale.
        assert_ne!(map(&all, Lane::Carried), map(&all, Lane::Exact));
    }

    #[test]
    fn cosines_tell_direction_and_not_length() {
        let mut view = ripple(4);
        let agreement = front(&view, 4).agreement;
        assert!((agreement.state - 1.0).abs() < 1e-6 && (agreement.delta - 1.0).abs() < 1e-6);
        assert!((agreement.remote - 1.0).abs() < 1e-6);
        assert!(front(&view, 2).agreement.remote.is_nan());
        view.delta.values.iter_mut().for_each(|v| *v = -*v);
        assert!((front(&view, 4).agreement.delta + 1.0).abs() < 1e-6);
        let told = front(&view, 4).caption();
        assert!(told.starts_with("Ripple 7 replays episode 3 backwards: 4 steps in 20 ms, 20 ×"));
        assert!(front(&view, 2).caption().contains("step 2 of 4"));
    }

    #[test]
    fn a_place_tells_the_true_step_unit_and_value() {
        let view = ripple(2);
        let front = front(&view, 2);
        let theatre = Theatre::draw(&front, [700.0, 500.0], Palette::LIGHT);
        let at = |lane: Lane, t: usize, part: f32| told(&theatre, &front, lane, t, part);
        assert_eq!(at(Lane::Inputs, 0, 0.5), "step 0: symbol 2");
        assert_eq!(at(Lane::Inputs, 3, 0.5), "step 3: go; scored");
        assert_eq!(
            at(Lane::Lived, 1, 0.9),
            "lived state of unit 1 at step 1: 0"
        );
        assert_eq!(
            at(Lane::Reinstated, 3, 0.1),
            "re-instated state of unit 0 at step 3: 3"
        );
        assert_eq!(
            at(Lane::Carried, 0, 0.1),
            "δ of unit 0 at step 0: nothing yet"
        );
        assert_eq!(at(Lane::Carried, 2, 0.9), "δ of unit 1 at step 2: 4");
        assert!(at(Lane::Sizes, 2, 0.5).contains("exact 2.24, over 2 steps 2.24"));
    }

    #[test]
    fn any_ripple_is_drawn_on_any_sheet() {
        let mut unknown = ripple(3);
        unknown.lived = None;
        let mut astray = ripple(4);
        astray.steps[1].lived_step = Some(99);
        astray.steps[2].lived_step = None;
        astray.delta.values[1] = f32::NAN;
        let mut silent = ripple(0);
        silent.length = 0;
        let mut plain = ripple(4);
        plain.rule = String::new();
        plain.delta = Raster::default();
        let mut gates = gated(3);
        gates.inside.values[2] = f32::NAN;
        gates.lived = None;
        let few = RippleView {
            inside: Raster::default(),
            ..gated(2)
        };
        let views = [&unknown, &astray, &silent, &plain, &gates, &few];
        for view in views.into_iter().chain([&RippleView::default()]) {
            for size in [[1.0, 1.0], [300.0, 90.0], [3000.0, 2000.0]] {
                for steps in [0, 2, 9] {
                    let theatre = Theatre::draw(&front(view, steps), size, Palette::DARK);
                    let places = theatre.drawing.marks.iter().flat_map(|mark| match mark {
                        Mark::Line { points, .. } => points.clone(),
                        Mark::Fill { area, .. } | Mark::Map { area, .. } => {
                            vec![[area.x, area.y], [area.right(), area.bottom()]]
                        }
                        Mark::Dot { at, .. } | Mark::Text { at, .. } => vec![*at],
                        Mark::Ribbon { ends, .. } => ends.concat(),
                    });
                    for [x, y] in places {
                        assert!(x.is_finite() && y.is_finite());
                    }
                    theatre.tell(&front(view, steps), [size[0] / 2.0, size[1] / 2.0]);
                }
            }
        }
    }
}
