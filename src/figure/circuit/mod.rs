//! The circuit as it is active: regions with their units, pathways with their names, and what travels along them.

mod places;

use super::drawing::{Anchor, Area, Drawing};
use super::lanes::{TEXT, width};
use super::palette::{Color, Map, Palette, mixed};
use super::plot::Dash;
use crate::circuit::Place;
use crate::engine::{PathwayView, RegionView, Snapshot, Source};
use crate::registry::get;
use places::{along, area, inner, rounded, route};

/// Length of a pathway that has no room for a grip beside its arrow.
const SHORT: f32 = 30.0;
/// Points of a sheet that is wide enough for the names of pathways.
const ROOMY: f32 = 300.0;
/// Dots of units, across and down, at most.
const DOTS: [usize; 2] = [12, 6];
/// A pathway that is less active than this is at rest.
const REST: f32 = 0.01;

/// Something that travels along a pathway.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pulse {
    /// The pathway.
    pub along: Place,
    /// How far it has come, 0 to 1.
    pub at: f32,
}

/// The circuit as drawn.
#[derive(Clone, Debug, Default)]
pub struct Circuit {
    /// What is drawn.
    pub drawing: Drawing,
    /// Where the regions are.
    pub regions: Vec<(Place, Area)>,
    /// The middles of the pathways.
    pub pathways: Vec<(Place, [f32; 2])>,
}

/// The colour of what travels along a pathway: most carry what is lived or what is replayed, and no other.
fn carried(place: Place, source: Source, palette: &Palette) -> Color {
    match place {
        Place::Collaterals
        | Place::Sequence
        | Place::Schaffer
        | Place::Reinstatement
        | Place::Perforant => palette.replayed,
        Place::CortexEntorhinal | Place::EntorhinalDentate | Place::Mossy => palette.lived,
        _ => match source {
            Source::Lived => palette.lived,
            Source::Probed => palette.tested,
            Source::Reinstated => palette.replayed,
        },
    }
}

/// What the circuit does now, in a line.
pub fn doing(snapshot: &Snapshot) -> String {
    let (cortex, ripple) = (&snapshot.cortex, &snapshot.ripple);
    if snapshot.step == 0 {
        return "at rest: nothing is lived yet".into();
    }
    let (step, of) = (cortex.states.steps(), cortex.length);
    let stores = snapshot
        .began
        .as_ref()
        .is_some_and(|s| s.setup.hippocampus.is_some());
    match snapshot.phase.as_str() {
        "Sleep" => format!(
            "ASLEEP: ripple {}, step {} of {}",
            ripple.ripple,
            ripple.steps.len(),
            ripple.length
        ),
        "Wake" if stores => format!(
            "AWAKE: storing step {step} of {of} of episode {}",
            cortex.episode
        ),
        "Wake" => format!("AWAKE: step {step} of {of} of episode {}", cortex.episode),
        "Probe" => format!("TESTED: step {step} of {of} of episode {}", cortex.episode),
        phase => phase.to_string(),
    }
}

impl Circuit {
    /// Draws it with these activities in place of the snapshot's.
    pub fn draw(
        snapshot: &Snapshot,
        activity: &dyn Fn(Place) -> f32,
        pulses: &[Pulse],
        size: [f32; 2],
        palette: Palette,
    ) -> Self {
        let mut circuit = Self {
            drawing: Drawing::new(size),
            ..Self::default()
        };
        let areas: Vec<Area> = snapshot
            .regions
            .iter()
            .map(|r| area(r.place, size))
            .collect();
        for pathway in &snapshot.pathways {
            if let (Some(from), Some(to)) = (areas.get(pathway.from), areas.get(pathway.to)) {
                let active = activity(pathway.place);
                circuit.pathway(snapshot, pathway, active, [*from, *to], pulses, palette);
            }
        }
        for (region, area) in snapshot.regions.iter().zip(&areas) {
            circuit.region(snapshot, region, activity(region.place), *area, palette);
        }
        if size[0] >= ROOMY {
            circuit.name_pathways(size, palette);
        }
        circuit
    }

    /// Names on a ground of their own above all lines, beside the middles of their pathways: those that have room there.
    fn name_pathways(&mut self, size: [f32; 2], palette: Palette) {
        let mut taken: Vec<Area> = self.regions.iter().map(|(_, area)| *area).collect();
        for (place, [x, y]) in self.pathways.clone() {
            let name = place.told();
            let wide = width(name);
            let at = |[dx, dy]: [f32; 2]| Area {
                x: (x + dx - wide / 2.0).clamp(0.0, (size[0] - wide).max(0.0)),
                y: y + dy - TEXT / 2.0,
                width: wide,
                height: TEXT,
            };
            let aside = wide / 2.0 + 9.0;
            let places = [[0.0, -12.0], [0.0, 12.0], [aside, 0.0], [-aside, 0.0]];
            let apart = |a: &Area, b: &Area| {
                a.right() <= b.x || b.right() <= a.x || a.bottom() <= b.y || b.bottom() <= a.y
            };
            let free = places.into_iter().map(at).find(|area| {
                let inside = area.y >= 0.0 && area.bottom() <= size[1];
                inside && taken.iter().all(|other| apart(area, other))
            });
            if let Some(area) = free {
                let [r, g, b, _] = palette.ground;
                self.drawing.fill(area, [r, g, b, 200]);
                let at = [area.x + wide / 2.0, area.middle()];
                let color = palette.caption;
                self.drawing.text(at, name, TEXT, color, Anchor::Middle);
                taken.push(area);
            }
        }
    }

    fn region(
        &mut self,
        snapshot: &Snapshot,
        region: &RegionView,
        active: f32,
        area: Area,
        palette: Palette,
    ) {
        let shade = |part: f32| mixed(palette.empty, Map::Viridis.color(active), part);
        let soft = shade(if active > REST { 0.75 } else { 0.1 });
        self.drawing.ribbon(rounded(area, 9.0), palette.faint);
        self.drawing.ribbon(rounded(inner(area, 1.0), 8.0), soft);
        if region.lesion > 0.0 {
            self.hatched(area, region.lesion as f32, palette);
        }
        let ink = if super::palette::contrast(palette.text, soft) >= 4.5 {
            palette.text
        } else {
            palette.ground
        };
        let high = area.height >= 56.0;
        let name_y = if high { area.y + 12.0 } else { area.middle() };
        let middle = area.x + area.width / 2.0;
        let mut name = region.place.to_string();
        if width(&name) > area.width - 4.0 {
            name = short(region.place).into();
        }
        if region.lesion > 0.0 {
            // What is hatched stays to be read.
            let wide = width(&name) + 4.0;
            let behind = Area {
                x: middle - wide / 2.0,
                y: name_y - TEXT / 2.0,
                width: wide,
                height: TEXT,
            };
            self.drawing.fill(behind, soft);
        }
        self.drawing
            .text([middle, name_y], name, TEXT, ink, Anchor::Middle);
        if high {
            let field = Area {
                x: area.x + 8.0,
                y: area.y + 22.0,
                width: area.width - 16.0,
                height: area.height - 44.0,
            };
            self.dots(snapshot, region.place, field, palette);
            if let Some(told) = counted(snapshot, region.place) {
                let at = [middle, area.bottom() - 11.0];
                self.drawing.text(at, told, TEXT, ink, Anchor::Middle);
            }
        }
        if region.lesion > 0.0 {
            let at = [middle, area.bottom() + 8.0];
            let told = format!("-{:.0} %", region.lesion * 100.0);
            self.drawing
                .text(at, told, TEXT, palette.wrong, Anchor::Middle);
        }
        self.regions.push((region.place, area));
    }

    /// Units of the region, coloured by what each does.
    fn dots(&mut self, snapshot: &Snapshot, place: Place, field: Area, palette: Palette) {
        let of_cortex = || {
            let states = &snapshot.cortex.states;
            states.column(states.steps().checked_sub(1)?)
        };
        let (values, map): (Vec<f32>, Map) = match place {
            Place::Cortex => match of_cortex() {
                Some(column) => (column.to_vec(), Map::Diverging),
                None => return,
            },
            Place::Ca3 => (winners(snapshot), Map::Viridis),
            _ => return,
        };
        let [across, down] = [
            DOTS[0].min((field.width / 9.0) as usize),
            DOTS[1].min((field.height / 9.0) as usize),
        ];
        let places = across * down;
        if places == 0 || values.is_empty() {
            return;
        }
        let shown = places.min(values.len());
        let largest = super::largest(&values);
        for i in 0..shown {
            // The units that a dot stands for.
            let (from, to) = (i * values.len() / shown, ((i + 1) * values.len() / shown));
            let group = &values[from..to.max(from + 1)];
            let value = group
                .iter()
                .fold(0.0_f32, |a, v| if v.abs() > a.abs() { *v } else { a });
            let at = [
                field.x + (i % across) as f32 / across as f32 * field.width + 4.5,
                field.y + (i / across) as f32 / down as f32 * field.height + 4.5,
            ];
            self.drawing.dot(at, 4.0, palette.ground);
            self.drawing.dot(at, 3.0, map.color(value / largest));
        }
    }

    /// Lines across the part that is missing, from the left.
    fn hatched(&mut self, area: Area, fraction: f32, palette: Palette) {
        let right = area.x + area.width * fraction;
        let mut x = area.x - area.height;
        while x < right {
            let ends = [[x, area.bottom()], [x + area.height, area.y]];
            // Cut off at both sides.
            let cut = |[px, py]: [f32; 2]| {
                let inside = px.clamp(area.x, right);
                [inside, py + (px - inside)]
            };
            let [from, to] = ends.map(cut);
            if to[0] > from[0] {
                self.drawing.line(vec![from, to], palette.wrong, 1.5);
            }
            x += 7.0;
        }
    }

    fn pathway(
        &mut self,
        snapshot: &Snapshot,
        pathway: &PathwayView,
        active: f32,
        [from, to]: [Area; 2],
        pulses: &[Pulse],
        palette: Palette,
    ) {
        let path = route(pathway.place, from, to);
        let cut = pathway.lesion > 0.0;
        let carried = carried(pathway.place, snapshot.cortex.source, &palette);
        let color = if cut {
            palette.wrong
        } else if active > REST {
            mixed(palette.faint, carried, 0.4 + 0.6 * active)
        } else {
            palette.faint
        };
        let dash = if cut { Dash::Dashed } else { Dash::Solid };
        let wide = 1.5 + 2.0 * active;
        self.drawing.broken(path.clone(), color, wide, dash);
        if let [.., [bx, by], [tx, ty]] = path[..] {
            let length = (tx - bx).hypot(ty - by).max(1e-3);
            let [dx, dy] = [(tx - bx) / length * 9.0, (ty - by) / length * 9.0];
            let side = [-dy * 0.45, dx * 0.45];
            let back = [tx - dx, ty - dy];
            let ends = vec![
                [[tx, ty], [tx, ty]],
                [
                    [back[0] + side[0], back[1] + side[1]],
                    [back[0] - side[0], back[1] - side[1]],
                ],
            ];
            self.drawing.ribbon(ends, color);
        }
        let middle = path[path.len() / 2];
        let ends = [path[0], path[path.len() - 1]];
        let long = (ends[1][0] - ends[0][0]).hypot(ends[1][1] - ends[0][1]);
        // On a short one it would hide where it goes.
        if long >= SHORT || pathway.from == pathway.to {
            self.drawing.dot(middle, 4.5, color);
            self.drawing.dot(middle, 3.0, palette.ground);
        }
        if cut {
            let told = format!("-{:.0} %", pathway.lesion * 100.0);
            let at = [middle[0] + 8.0, middle[1]];
            self.drawing
                .text(at, told, TEXT, palette.wrong, Anchor::Start);
        }
        for pulse in pulses.iter().filter(|p| p.along == pathway.place) {
            // A trail of fading dots.
            for (i, back) in [0.0, 0.06, 0.12, 0.18].into_iter().enumerate() {
                let at = pulse.at - back;
                if (0.0..=1.0).contains(&at) {
                    let fade = 1.0 - 0.22 * i as f32;
                    let shade = mixed(palette.ground, carried, fade);
                    self.drawing.dot(along(&path, at), 5.0 * fade, shade);
                }
            }
        }
        self.pathways.push((pathway.place, middle));
    }
}

/// A region in the letters that the field has for it.
fn short(place: Place) -> &'static str {
    match place {
        Place::Input => "in",
        Place::Cortex => "Cx",
        Place::Readout => "out",
        Place::Entorhinal => "EC",
        Place::Dentate => "DG",
        Place::Ca3 => "CA3",
        Place::Ca1 => "CA1",
        _ => "",
    }
}

/// How many units a region has, and what it holds.
fn counted(snapshot: &Snapshot, place: Place) -> Option<String> {
    let scenario = snapshot.began.as_ref()?;
    let of = |path: &str| -> Option<u64> { get(&**scenario, path).ok()?.value.parse().ok() };
    match place {
        Place::Cortex => Some(format!("{} units", snapshot.cortex.states.units)),
        Place::Entorhinal => Some(format!("{} units", of("hippocampus.entorhinal.units")?)),
        Place::Ca3 => Some(format!(
            "{} units, {} engrams",
            of("hippocampus.store.units")?,
            snapshot.load
        )),
        _ => None,
    }
    .filter(|told| !told.starts_with("0 "))
}

/// Which CA3 units are active in the ripple at hand, of each as many as stand behind a dot.
fn winners(snapshot: &Snapshot) -> Vec<f32> {
    let ripple = &snapshot.ripple;
    let asleep = snapshot.cortex.source == Source::Reinstated;
    let active = ripple.steps.last().map(|step| &step.active);
    let Some(active) = active.filter(|_| asleep && ripple.units > 0) else {
        return vec![0.0; DOTS[0] * DOTS[1]];
    };
    let mut groups = vec![0.0; DOTS[0] * DOTS[1]];
    let count = groups.len();
    for unit in active {
        if let Some(group) = groups.get_mut(*unit as usize * count / ripple.units) {
            *group += 1.0;
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_rest() -> Snapshot {
        let regions = Place::regions();
        let places: Vec<Place> = regions.collect();
        let position = |place: Place| places.iter().position(|p| *p == place).unwrap();
        let pathways = Place::pathways().map(|(place, from, to)| PathwayView {
            place,
            from: position(from),
            to: position(to),
            activity: 0.0,
            lesion: 0.0,
        });
        Snapshot {
            pathways: pathways.collect(),
            regions: places
                .iter()
                .map(|place| RegionView {
                    place: *place,
                    activity: 0.5,
                    lesion: 0.0,
                })
                .collect(),
            ..Snapshot::default()
        }
    }

    #[test]
    fn regions_stay_apart_and_inside_on_sheets_of_any_size() {
        for size in [
            [120.0, 100.0],
            [150.0, 130.0],
            [230.0, 260.0],
            [300.0, 300.0],
            [520.0, 400.0],
            [1200.0, 900.0],
        ] {
            let drawn = Circuit::draw(&at_rest(), &|_| 0.5, &[], size, Palette::DARK);
            assert_eq!(drawn.regions.len(), 7);
            assert_eq!(drawn.pathways.len(), Place::pathways().count());
            for (i, (a, x)) in drawn.regions.iter().enumerate() {
                assert!(
                    x.x >= 0.0 && x.right() <= size[0] && x.bottom() <= size[1],
                    "{a} {size:?}"
                );
                for (b, y) in &drawn.regions[i + 1..] {
                    let apart = x.right() <= y.x
                        || y.right() <= x.x
                        || x.bottom() <= y.y
                        || y.bottom() <= x.y;
                    assert!(apart, "{a} and {b} at {size:?}");
                }
            }
        }
    }

    #[test]
    fn a_pulse_goes_from_one_region_to_the_other_and_a_lesion_is_hatched() {
        let mut snapshot = at_rest();
        let dots = |snapshot: &Snapshot, at: f32| {
            let pulse = Pulse {
                along: Place::Mossy,
                at,
            };
            let drawn = Circuit::draw(snapshot, &|_| 0.5, &[pulse], [500.0, 400.0], Palette::DARK);
            let marks = drawn.drawing.marks.into_iter();
            let of = |mark| match mark {
                super::super::drawing::Mark::Dot {
                    at, radius: 5.0, ..
                } => Some(at),
                _ => None,
            };
            marks.filter_map(of).collect::<Vec<_>>()
        };
        let (start, end) = (dots(&snapshot, 0.0), dots(&snapshot, 1.0));
        let places: Vec<_> =
            Circuit::draw(&snapshot, &|_| 0.5, &[], [500.0, 400.0], Palette::DARK).regions;
        let near = |place: Place, [x, y]: [f32; 2]| {
            let (_, area) = places.iter().find(|(p, _)| *p == place).unwrap();
            Area {
                x: area.x - 6.0,
                y: area.y - 6.0,
                width: area.width + 12.0,
                height: area.height + 12.0,
            }
            .holds([x, y])
        };
        assert!(near(Place::Dentate, start[0]) && near(Place::Ca3, end[0]));
        let count = |s: &Snapshot| {
            Circuit::draw(s, &|_| 0.0, &[], [500.0, 400.0], Palette::DARK)
                .drawing
                .marks
                .len()
        };
        let whole = count(&snapshot);
        snapshot.regions[0].lesion = 0.5;
        assert!(count(&snapshot) > whole + 3);
    }
}
