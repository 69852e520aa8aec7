use super::*;
use crate::figure::drawing::{Anchor, Mark};
use crate::figure::{Palette, svg};

fn texts(laid: &Laid) -> Vec<String> {
    let marks = laid.drawing.marks.iter();
    let texts = marks.filter_map(|mark| match mark {
        Mark::Text { text, .. } => Some(text.clone()),
        _ => None,
    });
    texts.collect()
}

fn curve(name: &str, points: Vec<[f64; 2]>) -> Curve {
    Curve {
        name: name.into(),
        points,
        color: [200, 10, 10, 255],
        ..Curve::default()
    }
}

fn plot(curves: Vec<Curve>) -> Plot {
    Plot {
        curves,
        ..Plot::new(
            Axis::new("updates", &[0.0]),
            Axis::new("accuracy", &[0.0, 1.0]),
        )
    }
}

#[test]
fn curves_carry_their_names_at_their_ends_apart_from_each_other() {
    let ends = [0.91, 0.90, 0.905, 0.1];
    let curves = ends.iter().enumerate();
    let curves = curves.map(|(i, y)| curve(&format!("c{i}"), vec![[0.0, 0.0], [9.0, *y]]));
    let laid = plot(curves.collect()).lay([400.0, 200.0], Palette::DARK);
    let mut places: Vec<f32> = laid
        .drawing
        .marks
        .iter()
        .filter_map(|mark| match mark {
            Mark::Text {
                at,
                text,
                anchor: Anchor::Start,
                ..
            } if text.starts_with('c') => Some(at[1]),
            _ => None,
        })
        .collect();
    places.sort_by(f32::total_cmp);
    assert_eq!(places.len(), 4);
    assert!(places.windows(2).all(|w| w[1] - w[0] >= 12.0), "{places:?}");
    assert!(places.iter().all(|y| (0.0..200.0).contains(y)));
    let told = texts(&laid);
    for wanted in ["c0 0.91", "c3 0.1", "updates", "accuracy", "0.6", "1.0"] {
        assert!(told.iter().any(|t| t == wanted), "{wanted}: {told:?}");
    }
}

#[test]
fn many_curves_say_how_many_have_no_room() {
    let curves = (0..40).map(|i| {
        curve(
            &format!("c{i}"),
            vec![[0.0, 0.0], [1.0, f64::from(i) / 40.0]],
        )
    });
    let laid = plot(curves.collect()).lay([300.0, 120.0], Palette::LIGHT);
    let told = texts(&laid);
    assert!(told.iter().any(|t| t == "and 36 more"), "{told:?}");
}

#[test]
fn what_cannot_be_drawn_is_left_out_and_nothing_panics() {
    let odd = vec![
        [f64::NAN, 1.0],
        [0.0, f64::INFINITY],
        [1.0, 1e308],
        [2.0, -1e308],
        [3.0, 0.5],
    ];
    for log in [false, true] {
        for size in [[400.0, 200.0], [10.0, 5.0], [0.0, 0.0]] {
            let mut plot = plot(vec![curve("odd", odd.clone()), curve("none", Vec::new())]);
            (plot.x.log, plot.y.log) = (log, log);
            plot.level("no level", f64::NAN);
            let text = svg(
                &plot.lay(size, Palette::LIGHT).drawing,
                Palette::LIGHT.ground,
            );
            assert!(
                !text.contains("NaN") && !text.contains("inf"),
                "{log} {size:?}"
            );
        }
    }
}

#[test]
fn what_is_beyond_the_view_is_cut_off_and_the_rest_fills_the_height() {
    let points = (0..100).map(|i| [f64::from(i), f64::from(i * i)]).collect();
    let mut plot = plot(vec![Curve {
        drawn: Drawn::Line,
        ..curve("", points)
    }]);
    plot.y.include.clear();
    plot.x.view = Some([10.0, 20.0]);
    let laid = plot.lay([400.0, 200.0], Palette::DARK);
    assert!(laid.y.to < 450.0);
    for mark in &laid.drawing.marks {
        if let Mark::Line { points, .. } = mark {
            let inside = |p: &[f32; 2]| p[0] >= laid.frame.x - 0.1 && p[0] <= laid.drawing.size[0];
            assert!(points.iter().all(inside));
        }
    }
}

#[test]
fn a_noisy_curve_is_pale_behind_its_median() {
    let points = (0..200).map(|i| [f64::from(i), f64::from(i % 2)]).collect();
    let laid = plot(vec![curve("noise", points)]).lay([400.0, 200.0], Palette::DARK);
    let own = |mark: &Mark| matches!(mark, Mark::Line { color: [200, 10, 10, 255], points, .. } if points.len() > 2);
    assert_eq!(laid.drawing.marks.iter().filter(|m| own(m)).count(), 1);
}

#[test]
fn the_table_has_a_row_a_point() {
    let mut plot = plot(vec![curve("a, b", vec![[1.0, 0.5], [2.0, 0.25]])]);
    assert_eq!(
        plot.table(),
        "curve,updates,accuracy\n\"a, b\",1,0.5\n\"a, b\",2,0.25\n"
    );
    plot.curves[0].spread = vec![[0.4, 0.6]];
    assert_eq!(plot.table().lines().nth(1), Some("\"a, b\",1,0.5,0.4,0.6"));
}

#[test]
fn the_nearest_point_is_found() {
    let plot = plot(vec![
        curve("a", vec![[0.0, 0.0], [10.0, 1.0]]),
        curve("b", vec![[5.0, 0.5]]),
    ]);
    let laid = plot.lay([400.0, 200.0], Palette::DARK);
    let at = [laid.x.place(5.0).unwrap() + 3.0, laid.y.place(0.5).unwrap()];
    assert_eq!(laid.nearest(&plot, at), Some((1, 0, 3.0)));
}

#[test]
fn the_name_of_a_level_keeps_off_the_curves_where_it_can() {
    let named = |points: Vec<[f64; 2]>| {
        let mut plot = plot(vec![curve("awake", points)]);
        plot.level("chance", 0.25);
        let laid = plot.lay([500.0, 240.0], Palette::DARK);
        let found = laid.drawing.marks.iter().find_map(|mark| match mark {
            Mark::Text { at, text, .. } if text == "chance" => Some(at[0]),
            _ => None,
        });
        (found.unwrap() - laid.frame.x) / laid.frame.width
    };
    assert!(named(vec![[0.0, 0.9], [10.0, 0.9]]) < 0.05);
    // Up and down through its first place, then far above.
    let restless = (0..40).map(|i| [f64::from(i) / 10.0, f64::from(i % 2)]);
    let restless = restless.chain([[4.1, 0.9], [10.0, 0.9]]);
    assert!(named(restless.collect()) > 0.4);
    // Everywhere in the way: it is there all the same.
    assert!(
        named(
            (0..100)
                .map(|i| [f64::from(i) / 10.0, f64::from(i % 2)])
                .collect()
        ) < 0.05
    );
}
