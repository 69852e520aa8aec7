//! Figures as they are printed look like the panels that they are of.

use std::sync::Arc;

use ammon::engine::{Activity, Request, Snapshot, Worker, load};
use ammon::figure::{Drawing, FIGURES, Palette, Wanted, pixels, svg};
use ammon::scenario::bundled;
use egui_kittest::Harness;

/// The end of a short run.
fn ended() -> Arc<Snapshot> {
    let sets = [
        "hippocampus.store.units=400",
        "protocol=[Repeat(times: 12, phases: [Wake(episodes: 4), Sleep(ripples: 4)]), Probe(episodes: 16), Sleep(ripples: 1)]",
    ];
    let scenario = load(bundled()[0].document(), &sets.map(String::from), None).unwrap();
    let worker = Worker::start(&scenario, || {}).unwrap();
    worker.send(Request::Run);
    let begun = std::time::Instant::now();
    while worker.snapshot().activity != Activity::Finished {
        assert!(begun.elapsed().as_secs() < 60);
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    worker.snapshot()
}

/// Mean colours of squares of eight dots: strokes and letters of two renderers differ, what stands where does not.
fn squares(width: usize, height: usize, dot: impl Fn(usize, usize) -> [u8; 3]) -> Vec<[f64; 3]> {
    const SIDE: usize = 8;
    let mut all = Vec::new();
    for top in (0..height - SIDE).step_by(SIDE) {
        for left in (0..width - SIDE).step_by(SIDE) {
            let mut sum = [0.0; 3];
            for (x, y) in (0..SIDE * SIDE).map(|i| (left + i % SIDE, top + i / SIDE)) {
                let color = dot(x, y);
                (0..3).for_each(|c| sum[c] += f64::from(color[c]));
            }
            all.push(sum.map(|s| s / (SIDE * SIDE) as f64));
        }
    }
    all
}

/// The part of the squares that differ clearly.
fn unlike(a: &[[f64; 3]], b: &[[f64; 3]]) -> f64 {
    assert_eq!(a.len(), b.len());
    let far = |(a, b): &(&[f64; 3], &[f64; 3])| (0..3).any(|c| (a[c] - b[c]).abs() > 40.0);
    a.iter().zip(b).filter(far).count() as f64 / a.len() as f64
}

#[test]
fn a_printed_figure_looks_like_what_the_window_paints() {
    let snapshot = ended();
    let palette = Palette::LIGHT;
    let (width, mut printed, mut painted) = (600.0_f32, Vec::new(), Vec::new());
    for name in [
        "theatre",
        "circuit",
        "cortex",
        "ca3",
        "learning",
        "alignment",
        "ledger",
    ] {
        let figure = FIGURES.iter().find(|figure| figure.name == name).unwrap();
        let wanted = Wanted {
            height: Some(400.0),
            ..Wanted::default()
        };
        let made = figure.make(&snapshot, &wanted, width, palette).unwrap();
        let drawing = Drawing {
            size: [600.0, 400.0],
            ..made.drawing
        };
        let text = svg(&drawing, palette.ground);
        let paper = pixels(&text, width).unwrap();
        let of_paper = |x: usize, y: usize| {
            let dot = paper.pixel(x as u32, y as u32).unwrap();
            [dot.red(), dot.green(), dot.blue()]
        };
        printed.push((name, squares(600, 400, of_paper)));
        let shown = drawing.clone();
        let mut sheet = ammon::gui::Sheet::default();
        let mut harness = Harness::builder()
            .with_size([620.0, 420.0])
            .with_theme(egui::Theme::Light)
            .build_ui(move |ui| {
                ammon::gui::dress(ui.ctx(), false);
                let whole = ui.max_rect();
                ui.painter()
                    .rect_filled(whole.expand(20.0), 0.0, egui::Color32::WHITE);
                ui.spacing_mut().item_spacing = egui::Vec2::ZERO;
                sheet.show(ui, &shown);
            });
        harness.run_steps(2);
        let screen = harness.render().unwrap();
        // The margin of the window.
        let margin = 8_u32;
        let of_screen = |x: usize, y: usize| {
            let dot = screen.get_pixel(x as u32 + margin, y as u32 + margin);
            [dot[0], dot[1], dot[2]]
        };
        painted.push(squares(600, 400, of_screen));
    }
    for (i, (name, paper)) in printed.iter().enumerate() {
        let own = unlike(paper, &painted[i]);
        assert!(own < 0.06, "{name}: {own:.3} of it looks different");
        // And like no other one.
        for (j, other) in painted.iter().enumerate().filter(|(j, _)| *j != i) {
            let theirs = unlike(paper, other);
            assert!(
                theirs > 2.0 * own && theirs > 0.01,
                "{name} and {}: {theirs:.3}, {own:.3}",
                printed[j].0
            );
        }
    }
}
