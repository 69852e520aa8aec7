//! Lines cut off at the edge of a frame.

use crate::figure::drawing::Area;

/// The pieces of a line that lie in a frame.
pub(super) fn pieces(points: &[[f32; 2]], frame: Area) -> Vec<Vec<[f32; 2]>> {
    let mut pieces: Vec<Vec<[f32; 2]>> = Vec::new();
    let mut open = false;
    for pair in points.windows(2) {
        let Some([from, to]) = piece(pair[0], pair[1], frame) else {
            open = false;
            continue;
        };
        match pieces.last_mut().filter(|_| open && from == pair[0]) {
            Some(line) => line.push(to),
            None => pieces.push(vec![from, to]),
        }
        open = to == pair[1];
    }
    pieces
}

/// The part of a stretch that lies in a frame (Liang and Barsky 1984).
fn piece(from: [f32; 2], to: [f32; 2], frame: Area) -> Option<[[f32; 2]; 2]> {
    let low = [frame.x, frame.y];
    let high = [frame.right(), frame.bottom()];
    let (mut first, mut last) = (0.0_f32, 1.0_f32);
    for axis in 0..2 {
        let along = to[axis] - from[axis];
        for (distance, way) in [
            (from[axis] - low[axis], -along),
            (high[axis] - from[axis], along),
        ] {
            if way == 0.0 {
                if distance < 0.0 {
                    return None;
                }
            } else if way < 0.0 {
                first = first.max(distance / way);
            } else {
                last = last.min(distance / way);
            }
        }
    }
    let at = |part: f32| match part {
        0.0 => from,
        1.0 => to,
        _ => [0, 1].map(|i| from[i] + part * (to[i] - from[i])),
    };
    (first <= last).then(|| [at(first), at(last)])
}

/// A line along an axis with no more than four points to a column a point wide: the first, the lowest, the highest, the last.
pub(super) fn thinned(points: Vec<[f32; 2]>) -> Vec<[f32; 2]> {
    if points.windows(2).any(|w| w[1][0] < w[0][0]) {
        return points;
    }
    let mut kept: Vec<[f32; 2]> = Vec::with_capacity(points.len().min(4096));
    for column in points.chunk_by(|a, b| a[0].floor() == b[0].floor()) {
        if column.len() <= 4 {
            kept.extend(column);
            continue;
        }
        let up = |i: &usize, j: &usize| column[*i][1].total_cmp(&column[*j][1]);
        let (low, high) = ((0..column.len()).min_by(up), (0..column.len()).max_by(up));
        let mut chosen = [Some(0), low, high, Some(column.len() - 1)];
        chosen.sort_unstable();
        let mut last = None;
        for i in chosen
            .into_iter()
            .flatten()
            .filter(|i| last.replace(*i) != Some(*i))
        {
            kept.push(column[i]);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FRAME: Area = Area {
        x: 0.0,
        y: 0.0,
        width: 10.0,
        height: 10.0,
    };

    #[test]
    fn a_line_that_leaves_and_comes_back_is_two() {
        let line = [[1.0, 5.0], [5.0, 5.0], [5.0, 15.0], [8.0, 15.0], [8.0, 5.0]];
        let found = pieces(&line, FRAME);
        let first = vec![[1.0, 5.0], [5.0, 5.0], [5.0, 10.0]];
        assert_eq!(found, [first, vec![[8.0, 10.0], [8.0, 5.0]]]);
        assert!(pieces(&[[-5.0, 0.0], [-5.0, 9.0]], FRAME).is_empty());
    }

    proptest! {
        #[test]
        fn what_is_left_lies_inside_and_what_is_thinned_keeps_its_peaks(
            ys in prop::collection::vec(-20.0..20.0_f32, 2..400)
        ) {
            let points: Vec<[f32; 2]> =
                ys.iter().enumerate().map(|(i, y)| [i as f32 * 0.05, *y]).collect();
            for point in pieces(&points, FRAME).into_iter().flatten() {
                prop_assert!((-0.001..10.001).contains(&point[0]) && (-0.001..10.001).contains(&point[1]));
            }
            let thin = thinned(points.clone());
            let top = |p: &[[f32; 2]]| p.iter().map(|p| p[1]).fold(f32::MIN, f32::max);
            prop_assert_eq!(top(&thin), top(&points));
            prop_assert_eq!(thin.last(), points.last());
            prop_assert!(thin.len() <= points.len() && thin.len() <= 4 * 21);
        }
    }
}
