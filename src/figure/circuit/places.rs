//! Where regions and pathways lie, and the shapes they have.

use super::super::drawing::Area;
use crate::circuit::Place;

/// How far a loop stands off its region.
const LOOP: f32 = 30.0;
/// Size of a region at least and at most.
const SMALLEST: [f32; 2] = [24.0, 16.0];
const LARGEST: [f32; 2] = [190.0, 110.0];

/// Where a region is drawn: the cortical column left, the hippocampal loop right. Regions and loops stay inside.
pub fn area(place: Place, [width, height]: [f32; 2]) -> Area {
    let (x, y) = match place {
        Place::Input => (0.0, 1.0),
        Place::Cortex => (0.0, 0.5),
        Place::Readout => (0.0, 0.0),
        Place::Entorhinal => (0.5, 0.94),
        Place::Dentate => (1.0, 0.94),
        Place::Ca3 => (1.0, 0.38),
        Place::Ca1 => (0.5, 0.14),
        // A pathway has no box of its own.
        _ => (0.5, 0.5),
    };
    let wide = ((width - LOOP - 28.0) / 3.0 - 4.0).clamp(SMALLEST[0], LARGEST[0]);
    let high = (height * 0.16).clamp(SMALLEST[1], LARGEST[1]);
    let low = [6.0 + LOOP, 6.0];
    let room = [
        (width - 6.0 - wide - low[0]).max(0.0),
        (height - 20.0 - high - low[1]).max(0.0),
    ];
    Area {
        x: low[0] + x * room[0],
        y: low[1] + y * room[1],
        width: wide,
        height: high,
    }
}

pub fn inner(area: Area, by: f32) -> Area {
    Area {
        x: area.x + by,
        y: area.y + by,
        width: area.width - 2.0 * by,
        height: area.height - 2.0 * by,
    }
}

/// A shape with round corners, as what lies between its upper and its lower edge.
pub fn rounded(area: Area, radius: f32) -> Vec<[[f32; 2]; 2]> {
    let radius = radius.min(area.width / 2.0).min(area.height / 2.0);
    let corner = |i: usize| {
        let angle = i as f32 / 6.0 * std::f32::consts::FRAC_PI_2;
        [radius * (1.0 - angle.sin()), radius * (1.0 - angle.cos())]
    };
    // From the side inwards: the further in, the higher the shape.
    let left = (0..=6).map(|i| {
        let [_, x] = corner(i);
        let [y, _] = corner(i);
        (area.x + x, y)
    });
    let left: Vec<(f32, f32)> = left.collect();
    let right = left
        .iter()
        .rev()
        .map(|(x, y)| (area.right() - (x - area.x), *y));
    let all = left.iter().copied().chain(right);
    all.map(|(x, y)| [[x, area.y + y], [x, area.bottom() - y]])
        .collect()
}

/// A place so far along a path.
pub fn along(path: &[[f32; 2]], part: f32) -> [f32; 2] {
    let last = path.len().saturating_sub(1);
    let place = part.clamp(0.0, 1.0) * last as f32;
    let at = (place as usize).min(last.saturating_sub(1));
    let rest = place - at as f32;
    let [a, b] = [path[at], path[(at + 1).min(last)]];
    [0, 1].map(|i| a[i] + (b[i] - a[i]) * rest)
}

/// The points of a pathway: a straight line between edges, or a loop beside its region.
pub fn route(pathway: Place, from: Area, to: Area) -> Vec<[f32; 2]> {
    if from == to {
        return loop_beside(pathway, from);
    }
    let centre = |area: Area| [area.x + area.width / 2.0, area.middle()];
    let (a, b) = (edge(from, centre(to)), edge(to, centre(from)));
    let at = |i: usize| [0, 1].map(|k| a[k] + (b[k] - a[k]) * i as f32 / 8.0);
    (0..=8).map(at).collect()
}

/// A pathway of a region to itself: left of the cortex, side by side above CA3.
fn loop_beside(pathway: Place, region: Area) -> Vec<[f32; 2]> {
    // A cubic curve reaches three quarters of the way to its control points.
    let far = LOOP / 0.75;
    let middle = [region.x + region.width / 2.0, region.middle()];
    let curve = if pathway == Place::Recurrent {
        let turn = |side: f32| {
            let y = middle[1];
            (
                [region.x, y + 8.0 * side],
                [region.x - far, y + 22.0 * side],
            )
        };
        [turn(1.0), turn(-1.0)]
    } else {
        let side = if pathway == Place::Sequence {
            1.0
        } else {
            -1.0
        };
        let x = middle[0] + region.width * 0.25 * side;
        let turn = |s: f32| ([x + 7.0 * s, region.y], [x + 20.0 * s, region.y - far]);
        [turn(-1.0), turn(1.0)]
    };
    let [(start, out), (end, back)] = curve;
    let at = |i: usize| {
        let t = i as f32 / 24.0;
        let u = 1.0 - t;
        [0, 1].map(|k| {
            start[k] * (u * u * u)
                + out[k] * (3.0 * u * u * t)
                + back[k] * (3.0 * u * t * t)
                + end[k] * (t * t * t)
        })
    };
    (0..=24).map(at).collect()
}

/// Where the line from a region's middle to a place leaves it.
fn edge(area: Area, towards: [f32; 2]) -> [f32; 2] {
    let centre = [area.x + area.width / 2.0, area.middle()];
    let d = [towards[0] - centre[0], towards[1] - centre[1]];
    let half = [area.width / 2.0 + 3.0, area.height / 2.0 + 3.0];
    let scale = (half[0] / d[0].abs().max(1e-3)).min(half[1] / d[1].abs().max(1e-3));
    [0, 1].map(|i| centre[i] + d[i] * scale.min(1.0))
}
